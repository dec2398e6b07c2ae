"""The command lines of what the product consists of."""

from __future__ import annotations

import sys


def python(*arguments: str) -> list[str]:
    """The command line of a Python module: `python("-m", "sandbox.xero")`."""
    return [sys.executable, *arguments]


def worker(*, concurrency: int = 2) -> list[str]:
    """One Celery worker. Mingle and gossip are for clusters and cost seconds at the start."""
    return python(
        "-m", "celery", "--app", "connector.celery", "worker", "--loglevel", "INFO",
        "--concurrency", str(concurrency), "--without-mingle", "--without-gossip",
    )  # fmt: skip


def beat() -> list[str]:
    """The clock that ticks once a minute; its schedule lives in memory, not in a file."""
    return python(
        "-m", "celery", "--app", "connector.celery", "beat", "--loglevel", "INFO",
        "--scheduler", "celery.beat:Scheduler",
    )  # fmt: skip


def web(host: str, port: int, *, threads: int = 8) -> list[str]:
    """The web app: one gunicorn worker with threads, as SQLite likes one writer at a time."""
    shown = f"[{host}]" if ":" in host else host
    return python(
        "-m", "gunicorn", "connector.wsgi", "--bind", f"{shown}:{port}", "--workers", "1",
        "--threads", str(threads), "--timeout", "120", "--graceful-timeout", "5",
        "--no-control-socket", "--log-level", "warning",
    )  # fmt: skip
