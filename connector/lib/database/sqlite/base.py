"""SQLite lets one write at a time: here those who wait do so in turn.

SQLite itself knows no queue. Who must wait asks again, ten times a second in the end, and another
process that writes one short transaction after the other is in between two of them for less than a
thousandth of that: it is asked in vain until patience is over, and then the database "is locked".

So who waits has the turn, a lock on a file beside the database, and asks often; all others wait for
the turn, the one that writes just now among them, should it want to write again. Whoever has the
turn waits for one transaction only. A process that dies loses its turn with it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

# Seconds that a write waits in all, and between two tries.
PATIENCE = 60.0
_STEP = 0.004
_WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE", "REPLACE")
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, in which a transaction, or a write outside one, waits for its turn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: int | None = None
        self.execute_wrappers.append(self._in_turn)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        made = super().get_new_connection(conn_params)
        self._end_turns()
        name = str(self.settings_dict["NAME"])
        if not self.is_in_memory_db():
            self._turn = os.open(f"{name}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return made

    def _close(self) -> Any:
        self._end_turns()
        return super()._close()  # type: ignore[misc]  # not in the stubs

    def _end_turns(self) -> None:
        if self._turn is not None:
            with suppress(OSError):
                os.close(self._turn)
            self._turn = None

    def _in_turn(
        self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        alone = self._turn is None or self.in_atomic_block or not sql.startswith(_WRITES)
        if alone:
            return execute(sql, params, many, context)
        until = time.monotonic() + PATIENCE
        with self._has_turn(until), self._impatient():
            while True:
                try:
                    return execute(sql, params, many, context)
                except OperationalError as error:
                    if not _is_busy(error) or time.monotonic() > until:
                        raise
                    time.sleep(_STEP)

    @contextmanager
    def _has_turn(self, until: float) -> Iterator[None]:
        """Holds the turn; without it once patience is over, as whoever has it may be stopped."""
        assert self._turn is not None
        mine = False
        while not mine and time.monotonic() < until:
            try:
                fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                mine = True
            except BlockingIOError:
                time.sleep(_STEP)
        try:
            yield
        finally:
            if mine:
                fcntl.flock(self._turn, fcntl.LOCK_UN)

    @contextmanager
    def _impatient(self) -> Iterator[None]:
        """SQLite answers at once, and is asked again sooner than it would ask itself."""
        connection: sqlite3.Connection = self.connection
        (waits,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            connection.execute(f"PRAGMA busy_timeout = {waits}")


def _is_busy(error: OperationalError) -> bool:
    """Whether another writes just now. One that has written since this connection began to read
    is another matter (SQLITE_BUSY_SNAPSHOT): to ask again does not help."""
    return getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
