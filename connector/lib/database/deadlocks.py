"""Two processes that wait for each other's rows: the database ends one of them, which tries once
more.

Rows are written in the order of their keys, so that this does not happen. Where it does all the
same, it is chance, and neither a page nor a shop's call has to hear of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, transaction

log = structlog.get_logger(__name__)
T = TypeVar("T")
P = ParamSpec("P")
# A database that is away, or busy, or gave up for another's sake: the fault of no row.
OF_NO_ROW = (OperationalError, InterfaceError)
# PostgreSQL: deadlock_detected, serialization_failure. SQLite has one writer at a time.
_STATES = ("40P01", "40001")


def is_deadlock(error: BaseException) -> bool:
    """Whether the database gave up a transaction for the sake of another."""
    return getattr(error.__cause__, "sqlstate", None) in _STATES


def tried_twice(work: Callable[[], T]) -> T:
    """Do work in a transaction of its own, or a savepoint of the one around it, and once more
    after a deadlock. What it locked is let go in between."""
    try:
        with transaction.atomic():
            return work()
    except OperationalError as error:
        if not is_deadlock(error):
            raise
        log.warning("deadlocks.again", error=str(error).partition("\n")[0])
    with transaction.atomic():
        return work()


def statement_twice(statement: Callable[[], T]) -> T:
    """Do one statement, and once more after a deadlock. Within a transaction it is done once:
    there its end is the end of all."""
    try:
        return statement()
    except OperationalError as error:
        if not is_deadlock(error) or transaction.get_connection().in_atomic_block:
            raise
        log.warning("deadlocks.again", error=str(error).partition("\n")[0])
    return statement()


def in_one_go(work: Callable[P, T]) -> Callable[P, T]:
    """All that the function writes is one transaction, `tried_twice`. It must read within it
    whatever it changes: what a try that was given up left in memory is not so."""

    @wraps(work)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return tried_twice(partial(work, *args, **kwargs))

    return whole
