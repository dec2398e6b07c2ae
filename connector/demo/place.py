"""Where the demo lives: DATA_DIR/demo, with an environment that leads nowhere else.

Settings are read once, when a process starts. So the command prepares an environment and
becomes itself anew in it (`exec`: the same process, the same terminal); from there on every
query and every child can only reach the demo's own data.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import time
from pathlib import Path

from connector.lib.errors import Misconfigured
from connector.processes.ports import free_port

# Set in the environment once the demo runs in it: the Unix second at which it was started.
STARTED = "DEMO_STARTED"
# What settings read, without the clock: unset for the demo, so that nothing real is reached.
SETTINGS = (
    "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATA_DIR", "DATABASE_URL", "CELERY_BROKER_URL",
    "DEBUG", "ALLOWED_HOSTS", "PUBLIC_URL", "EMAIL_URL", "XERO_LOGIN_URL", "XERO_IDENTITY_URL",
    "XERO_API_URL", "XERO_CALLS_PER_MINUTE", "XERO_CONCURRENT_CALLS", "UNKNOWN_WAIT_SECONDS",
    "CELERY_TASK_ALWAYS_EAGER", "ALLOW_PRIVATE_HOSTS", "SANDBOX", "TRUSTED_PROXY_COUNT",
)  # fmt: skip


def claim(directory: Path) -> None:
    """Make the directory empty and ours until this process ends, through `exec` too.

    The demo always starts anew: what a stand-in forgot and a database remembered would be
    differences that mean nothing.
    """
    directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(directory.with_name(f"{directory.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Misconfigured(
            f"A demo is running in {directory} already.",
            code="demo_running",
            hint="Stop it first, or set DATA_DIR to another directory.",
        ) from None
    # Never closed: the kernel drops the lock with the process, however that ends.
    os.set_inheritable(lock, True)  # noqa: FBT003
    if directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(mode=0o700)


def environment(directory: Path, port: int) -> dict[str, str]:
    """The environment of the demo's processes; the stand-in will listen where it says."""
    ours = {*SETTINGS, *(f"{name}_FILE" for name in SETTINGS)}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    xero = f"http://127.0.0.1:{free_port()}"
    return kept | {
        "DATA_DIR": str(directory),
        "PUBLIC_URL": f"http://localhost:{port}",
        "SANDBOX": "True",
        "ALLOW_PRIVATE_HOSTS": "True",
        "XERO_LOGIN_URL": xero,
        "XERO_IDENTITY_URL": xero,
        "XERO_API_URL": xero,
        STARTED: repr(time.time()),
    }


def enter(base: Path, arguments: list[str], variables: dict[str, str]) -> None:
    """Become `manage.py ARGUMENTS` in that environment. Does not return."""
    command = [sys.executable, str(base / "manage.py"), *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command, variables)  # noqa: S606 - no shell is wanted


def seconds_since_start() -> float:
    """How long ago the command was given."""
    return time.time() - float(os.environ[STARTED])
