"""Processes that a scenario starts, ends by their ids, and asks for the CPU time they used."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from connector.processes import tether

_STOP_SECONDS = 15.0
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(
    module: str, *arguments: str, errors: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """`python -m module arguments` while the block lasts; it dies with this process.

    `errors` takes its standard error; otherwise that is ours.
    """
    # Through `tether`, so that nothing outlives a bench that is killed.
    command = tether.command([sys.executable, "-m", module, *arguments])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def address(process: subprocess.Popen[str]) -> str:
    """The address in the line `ready http://…` that the sandbox's servers print first."""
    assert process.stdout is not None
    line = process.stdout.readline().split()
    if line[:1] != ["ready"]:
        raise RuntimeError(f"a server did not start: {line}")
    return line[1]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its living children; 0 where /proc is missing."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = (int(fields[11]) + int(fields[12])) / _TICKS
    return own + sum(cpu_seconds(int(child)) for child in children)
