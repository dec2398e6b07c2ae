"""Run a program that cannot outlive the process that started it, even through kill -9.

    subprocess.Popen(tether.command(["valkey-server", "..."]))

starts this file as a script. On Linux it asks the kernel to be killed with its parent and
becomes the program (same process id). Elsewhere it stays as a small watchdog beside it.

Linux means by "parent" the thread: start the program from one that lives as long as the
process, such as the main thread.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_WATCH_SECONDS = 0.5


def command(arguments: Sequence[str | os.PathLike[str]]) -> list[str]:
    """The command line that runs `arguments` (program with its full path) tied to us."""
    # -I -S: nothing from the environment or site-packages; this file needs neither.
    start = [sys.executable, "-I", "-S", __file__, str(os.getpid())]
    return start + [os.fspath(argument) for argument in arguments]


def _become(parent: int, arguments: list[str]) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)
    os.execv(arguments[0], arguments)  # noqa: S606 - no shell is wanted


def _watch(parent: int, arguments: list[str]) -> int:
    process = subprocess.Popen(arguments)  # noqa: S603 - our own caller's command line
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    signal.signal(signal.SIGINT, lambda *_: process.send_signal(signal.SIGINT))
    while process.poll() is None:
        if os.getppid() != parent:
            process.kill()
        time.sleep(_WATCH_SECONDS)
    return process.returncode


def main(arguments: list[str]) -> int:
    """`tether.py PARENT_PID PROGRAM ARGUMENT...`"""
    parent = int(arguments[0])
    if sys.platform == "linux":
        _become(parent, arguments[1:])
    return _watch(parent, arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
