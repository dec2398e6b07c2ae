"""Time that passes only while everybody waits, so that limits hold or break whatever the load.

    with Turns(tmp_path / "clock", seats=8, xero=xero) as turns: ...

Workers, in threads or processes of their own, and the stand-in Xero share one clock: a number in
a file. It stands still while anybody has something to do. Once all wait, in `clock.sleep` or for
an answer that the stand-in delays, it moves to the first moment that somebody waits for. On a
busy machine this takes longer, and comes to the same.
"""

from __future__ import annotations

import mmap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any, Self

import pytest

from connector.lib import clock
from sandbox.xero import StandIn

# On the wall; what waits looks so often.
_LOOK_SECONDS = 0.0005


class Board:
    """The clock and what each seat waits for, seen by all processes that open the file. A seat
    that waits for nothing is at work; one that has left waits for ever."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self.cells = memoryview(mmap.mmap(file.fileno(), 0)).cast("d")

    @classmethod
    def made(cls, path: Path, seats: int) -> Self:
        path.write_bytes(bytes(8 * (seats + 1)))
        board = cls(path)
        board.cells[0] = time.time()
        return board

    @property
    def now(self) -> float:
        return self.cells[0]

    def wait(self, seat: int, seconds: float) -> None:
        if seconds > 0:
            self.cells[seat] = self.now + seconds
            while self.cells[seat]:
                time.sleep(_LOOK_SECONDS)

    def leave(self, seat: int) -> None:
        self.cells[seat] = inf

    def take(self, seat: int) -> None:
        """For a process of its own: its clock is this one from now on."""
        clock.timestamp = clock.monotonic = lambda: self.now
        clock.sleep = lambda seconds: self.wait(seat, seconds)


class Turns:
    """Moves the clock. Within, it is that of this process and of the stand-in too."""

    def __init__(self, path: Path, *, seats: int, xero: StandIn) -> None:
        self._board = Board.made(path, seats)
        self._traffic = xero.app.traffic
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._let_in = 0
        self._delayed: dict[threading.Event, float] = {}
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep)
        self._patched = pytest.MonkeyPatch()

    def __enter__(self) -> Self:
        self._patched.setattr(clock, "timestamp", lambda: self._board.now)
        self._patched.setattr(clock, "monotonic", lambda: self._board.now)
        self._patched.setattr(clock, "sleep", self._sleep)
        self._patched.setattr(self._traffic, "arrive", self._counted(self._traffic.arrive, 1))
        self._patched.setattr(self._traffic, "leave", self._counted(self._traffic.leave, -1))
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._keeper.join()
        self._patched.undo()

    @contextmanager
    def seat(self, number: int) -> Iterator[None]:
        """A thread of this process takes part; seats are numbered from 1."""
        self._mine.seat = number
        try:
            yield
        finally:
            self._board.leave(number)

    def _counted(self, method: Any, change: int) -> Any:
        """Calls that were let in and have not left are at work at Xero's end."""

        def counted(*arguments: Any) -> Any:
            answer = method(*arguments)
            with self._lock:
                self._let_in += change
            return answer

        return counted

    def _sleep(self, seconds: float) -> None:
        seat = getattr(self._mine, "seat", None)
        if seat is not None:
            self._board.wait(seat, seconds)
        elif seconds > 0:
            woken = threading.Event()
            with self._lock:
                self._delayed[woken] = self._board.now + seconds
            woken.wait()

    def _keep(self) -> None:
        while not self._over.is_set():
            if not self._move():
                time.sleep(_LOOK_SECONDS)

    def _move(self) -> bool:
        """Of the seats that wait for nothing, each must be in a call that is delayed."""
        with self._lock:
            delayed = len(self._delayed)
            if self._let_in != delayed:
                return False
            seats = self._board.cells[1:]
            waits = list(seats)
            wanted = [one for one in (*waits, *self._delayed.values()) if 0 < one < inf]
            if waits.count(0.0) != delayed or not wanted:
                return False
            now = self._board.cells[0] = min(wanted)
            for seat, until in enumerate(waits):
                if 0 < until <= now:
                    seats[seat] = 0.0
            for woken in [one for one, until in self._delayed.items() if until <= now]:
                del self._delayed[woken]
                woken.set()
            return True
