"""What the tests of killed processes run: `python -m tests.faults.workers JOB …`.

Prepares once, then forks a process for each attempt, as a prefork worker does. A forked
process ends itself with SIGKILL at the point that it was given: no exception, no `finally`,
no rollback. What it leaves is what a power cut leaves.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import django


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Dies before the nth statement that changes something, or right after it."""

    def __init__(self, nth: int, *, after: bool) -> None:
        self.left = nth
        self.after = after

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "PRAGMA", "SAVEPOINT")):
            return execute(sql, params, many, context)
        self.left -= 1
        if self.left == 0 and not self.after:
            die()
        result = execute(sql, params, many, context)
        if self.left == 0:
            die()
        return result


def at_statement(nth: str, after: str) -> Any:
    """Die at the nth statement that changes the database."""
    from django.db import connection

    return connection.execute_wrapper(Countdown(int(nth), after=after == "after"))


def at_call(point: str, kind: str) -> Any:
    """Die `before` or `after` the request of a kind, or before its answer is settled."""
    from sync.dispatch import settle
    from xero.api import gateway

    exchange = gateway._exchange

    def watched(organisation: Any, request: Any, *rest: Any) -> Any:
        mine = (request.kind, request.verb) == (kind, "PUT")
        if mine and point == "before":
            die()
        answer = exchange(organisation, request, *rest)
        if mine and point == "after":
            die()
        return answer

    if point == "settle":
        real = settle.settle
        settle.settle = (
            lambda dispatch, *rest: (  # type: ignore[assignment]
                die() if dispatch.kind == kind[:-1] else real(dispatch, *rest)
            )
        )
    gateway._exchange = watched
    return ExitStack()


def pull(store: Any) -> None:
    from stores.canonical.records import Stream
    from sync.flow.session import Session

    Session(store, bar=False).pull(Stream.ORDERS, None)


def build(store: Any) -> None:
    from sync.flow import steps

    pull(store)
    steps.build_store(store)


def everything(store: Any) -> None:
    """Read, build and send until nothing is due; the waits are the scaled clock's."""
    from sync.flow.session import Session

    pull(store)
    session = Session(store, bar=False)
    session.work()
    print(session.result(), file=sys.stderr)  # noqa: T201


JOBS = {"pull": pull, "build": build, "everything": everything}


def forked(job: Callable[[Any], None], trap: Callable[[], Any] | None) -> int:
    """Do a job for the first store in a process of its own; its exit status, negative for a
    signal."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    try:
        from stores.models import Store
        from sync.dispatch import freshness

        freshness._seen.clear()
        store = Store.objects.select_related("organisation").order_by("pk")[0]
        with trap() if trap else ExitStack():
            job(store)
    except Exception:  # noqa: BLE001 - a forked process ends here, whatever happened
        traceback.print_exc()
        os._exit(1)
    connections.close_all()
    os._exit(0)


def main(job: str, trap: str = "", *arguments: str) -> dict[str, int]:
    """Run `job` with a trap, then let a second process finish everything."""
    traps = {"statement": at_statement, "call": at_call}
    killed = forked(JOBS[job], partial(traps[trap], *arguments) if trap else None)
    return {"first": killed}


def prepare() -> None:
    """What takes a while is done once, before the forks."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector.settings")
    django.setup()
    import xero_python.accounting  # noqa: F401

    from xero import transport

    transport._LEAST_WALL_SECONDS = 0.5


if __name__ == "__main__":
    prepare()
    first = main(*sys.argv[2:])
    finished = forked(everything, None) if sys.argv[1] == "finish" else 0
    print(json.dumps({**first, "second": finished}))  # noqa: T201
