"""On which day a document stands: locked periods and what the store wants done. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from accounting.books import Books
from accounting.reasons import Hold


@dataclass(frozen=True, slots=True)
class OpenDay:
    """`day` can be posted to; `original` is set where the document was re-dated."""

    day: date
    original: date | None = None


def open_date(books: Books, day: date, what: str) -> OpenDay:
    """The day itself, or by posting.locked_period a hold or the first open day."""
    lock = books.organisation.lock_date
    if lock is None or day > lock:
        return OpenDay(day)
    if books.snapshot.rules.posting.locked_period == "next_open_day":
        return OpenDay(lock + timedelta(days=1), day)
    raise Hold(
        "period_locked",
        f"The {what} is of {day.isoformat()}, and Xero is locked up to {lock.isoformat()}. Unlock "
        "the period in Xero, or choose posting.locked_period: next_open_day.",
        "posting.locked_period",
    )
