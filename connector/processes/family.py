"""The parts of the product that run side by side, as children of one process.

    with stoppable(), Family() as family:
        family.start("worker", programs.worker())
        family.start("web", programs.web("127.0.0.1", 8000))
        family.wait()

Leaving the block stops them. They end with their parent however it ends, also by kill -9:
each is started through `processes/tether.py`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn, Self

from django.conf import settings

from connector.processes import tether

_STOP_SECONDS = 10.0
_STEP_SECONDS = 0.05
_LAST_WORDS = 2000


class ChildEnded(Exception):
    """A child ended, or did not become ready, though it should be running."""


class Stopped(Exception):
    """Somebody asked this process to end: Ctrl-C, SIGTERM, a closed terminal."""


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    def last_words(self) -> str:
        if self.log is None:
            return ""
        text = self.log.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:].strip()
        return f"\n{text}\n(all of it: {self.log})" if text else ""


class Family:
    """Children of this process. Enter it in the main thread.

    `logs` is a directory for their output, one file each; without it they write to ours.
    """

    def __init__(self, *, logs: Path | None = None) -> None:
        self._logs = logs
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(
        self, name: str, arguments: Sequence[str], *, env: Mapping[str, str] | None = None
    ) -> None:
        """Start a program (full path, arguments) with `env` added to our environment."""
        log = None
        if self._logs is not None:
            self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
            log = self._logs / f"{name}.log"
        output = log.open("wb") if log else None
        try:
            process = subprocess.Popen(  # noqa: S603 - our own command lines
                tether.command(arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                cwd=settings.BASE_DIR,
                env={**os.environ, **(env or {})},
                # Ctrl-C goes to us alone: the children are told once, by us.
                start_new_session=True,
            )
        finally:
            if output is not None:
                output.close()
        self._children.append(_Child(name, process, log))

    def check(self) -> None:
        """Raise ChildEnded if one has ended."""
        for child in self._children:
            status = child.process.poll()
            if status is not None:
                how = f"by signal {-status}" if status < 0 else f"with status {status}"
                raise ChildEnded(f"{child.name} ended {how}.{child.last_words()}")

    def until(self, ready: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        """Wait until `ready` says so; ChildEnded if a child ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildEnded(f"{what} did not become ready within {seconds:g} seconds.")
            time.sleep(_STEP_SECONDS)

    def wait(self) -> NoReturn:
        """Stay until somebody stops us (Stopped) or a child ends (ChildEnded)."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask all children to end, and wait; one that does not end in time is killed."""
        for child in self._children:
            child.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        while self._children:
            process = self._children.pop().process
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def stoppable() -> Iterator[None]:
    """Within, SIGINT, SIGTERM and SIGHUP raise Stopped: once, so that the end is not cut short."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for other in signals:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
