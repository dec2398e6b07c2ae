"""What an order's money and credit are put against, and with what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.history import Slot
from connector.lib.money import ZERO
from xero.documents.documents import Document


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document that shall exist. `parent` must be in Xero before it (the contact if None),
    and so must `target`, the invoice of an allocation. `note` says in its history there how it
    deviates, `origin` what it is of. `look_up`: a person may have entered it already."""

    slot: Slot
    document: Document
    parent: Slot | None = None
    target: Slot | None = None
    note: str = ""
    origin: str = ""
    look_up: bool = False


@dataclass(slots=True)
class OpenInvoice:
    """An invoice that takes payments and credit. `capacity` is what may still be put on it;
    `xero_id` is the id of one that is none of ours. `by_people` is what people put on it that is
    not told to be one of the tenders."""

    slot: Slot
    number: str
    capacity: Decimal
    xero_id: str = ""
    by_people: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Back:
    """So much went back from an account: what the shop issued itself, or by one of several ways.
    `bound`: no more than had been paid from there."""

    account: str
    is_id: bool
    amount: Decimal
    bound: bool


@dataclass(frozen=True, slots=True)
class OpenCredit:
    """A credit note to be used up. `purpose` begins the purposes of what uses it.

    `returned`: what is not allocated went back to the buyer, by the tender named `method`
    if the shop says so; else it stays open on the contact. `back` is what of it went back on
    what the shop issued itself; `stated`: the shop says so, and the rest was money. `on_lines`
    was taken off the total by lines for such tenders. `went_back`: so much of it was
    paid out before, for an issue of the sale that was taken back. `ways`: where it went back by
    several methods, how much by each; `kept`: so much did not go back, and is the buyer's.
    """

    slot: Slot
    number: str
    total: Decimal
    day: date
    purpose: str = ""
    source: tuple[str, str] = ("", "")
    returned: bool = False
    method: str = ""
    back: tuple[Back, ...] = ()
    stated: bool = False
    on_lines: Decimal = ZERO
    went_back: Decimal = ZERO
    ways: tuple[tuple[str, Decimal], ...] = ()
    kept: Decimal = ZERO

    @property
    def stands_for(self) -> tuple[str, str]:
        """The shop's object that it credits: its kind and id."""
        return self.source if self.source[0] else self.slot[:2]

    @property
    def is_refund(self) -> bool:
        """Whether the shop records money that it gave back."""
        return self.returned and self.stands_for[0] == "refund"

    def place(self, purpose: str) -> Slot:
        return Slot(*self.stands_for, f"{self.purpose}{purpose}")


def total_of(document: Document) -> Decimal:
    totals = document.expected()
    assert totals is not None
    return totals.total
