"""Whether an invoice in Xero may already stand for an order: pure.

It may, where a person or an older tool posted it before. Nobody but a person decides that it
does; this only says how sure one can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Certainty(StrEnum):
    """Why an invoice is thought to be the order's.

    SAME: it bears the order's number, and has its total and currency. NUMBER: it bears the
    number, with another total. ALIKE: the same customer, total, currency and day.
    """

    SAME = "same"
    NUMBER = "number"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class SoldOrder:
    """An order as it would be posted. `contact_id` is "" where Xero lacks the customer."""

    order_number: str
    number: str
    reference: str
    total: Decimal
    currency: str
    day: date | None = None
    contact_id: str = ""


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """An invoice as Xero lists it. `recent`: it was written since the store is connected."""

    xero_id: str
    number: str
    reference: str
    total: Decimal
    currency: str
    day: date | None = None
    contact_id: str = ""
    recent: bool = False


def names_of(order_number: str, number: str) -> tuple[str, ...]:
    """What an invoice of the order may be called, or refer to: `S1-1001`, `1001`, `#1001`."""
    return tuple(dict.fromkeys((number, order_number, f"#{order_number}")))


def certainty(sold: SoldOrder, listed: ListedInvoice, *, guess: bool) -> Certainty | None:
    """How sure it is that the invoice is the order's; None: it is not, or it is our own.

    `guess`: also by what could be chance. Another currency is another sale.
    """
    if listed.currency != sold.currency or _is_ours(sold, listed):
        return None
    named = {listed.number, listed.reference} & set(names_of(sold.order_number, sold.number))
    same_total = listed.total == sold.total
    if named and same_total:
        return Certainty.SAME
    if not guess:
        return None
    if named:
        return Certainty.NUMBER
    known = bool(sold.contact_id) and listed.contact_id == sold.contact_id
    alike = known and same_total and sold.day is not None and listed.day == sold.day
    return Certainty.ALIKE if alike else None


def _is_ours(sold: SoldOrder, listed: ListedInvoice) -> bool:
    """The very document that would be posted: it was, by a database that is an old copy now.
    Before anything is sent it is looked up and adopted, or taken over with another total."""
    named = (listed.number, listed.reference, listed.contact_id) == (
        sold.number, sold.reference, sold.contact_id,
    )  # fmt: skip
    changed = listed.recent and listed.day == sold.day
    return named and (listed.total == sold.total or changed)
