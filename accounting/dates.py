"""On which day a document stands: locked periods and what the store wants done. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from accounting.books import Books
from accounting.reasons import Hold
from connector.lib.texts.said import marked, said

_OF = {
    "order": marked("The order is of %(day)s"),
    "payment": marked("The payment is of %(day)s"),
    "refund": marked("The refund is of %(day)s"),
    "change": marked("The change is of %(day)s"),
    "cancellation": marked("The cancellation is of %(day)s"),
    "stock adjustment": marked("The stock adjustment is of %(day)s"),
}


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
        said(
            "%(what)s, and Xero is locked up to %(lock)s. Unlock the period in "
            "Xero, or choose posting.locked_period: next_open_day.",
            what=said(_OF[what], day=day),
            lock=lock,
        ),
        "posting.locked_period",
    )


def day_to_change_to(books: Books, day: date, stands_on: date | None) -> OpenDay:
    """The date of a document that is in Xero already, should it be changed: the day itself where
    that is open, else the one that it stands on, else the first open day by posting.locked_period.

    A document on a locked day is not changed, but for a draft: whoever changes that one holds it
    where this day is locked.
    """
    lock = books.organisation.lock_date
    if lock is None or day > lock:
        return OpenDay(day)
    if stands_on is not None and stands_on > lock:
        return OpenDay(stands_on, day)
    if books.snapshot.rules.posting.locked_period == "next_open_day":
        return open_date(books, day, "order")
    return OpenDay(day)
