"""What an order has in the outbox and in Xero so far, as the planner sees it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounting.reasons import Reason
from connector.lib.money import ZERO
from xero.documents.facts import ContactFacts
from xero.documents.kinds import Id, Kind
from xero.documents.lines import DocumentLine, TaxMode


class Slot(NamedTuple):
    """The place of one document among those of an order: its intention, once and for all.

    `source_kind` and `source_id` are the shop's object (order or refund) that it stands for.
    """

    source_kind: str
    source_id: str
    purpose: str
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One document. `frozen`: on its way or in Xero, so that it cannot be changed from here;
    `posted`: known to be in Xero; `ended`: voided or deleted there since.

    `total` and `tax` are a document's, `total` alone the amount of a payment, refund or
    allocation. `settles` is the number of the invoice that it pays, or of the credit note that
    it refunds or uses up; `against` the invoice that an allocation is for. `conflict`: Xero
    has it otherwise than it was sent. `settled` is what of a document is paid, credited or used
    by Xero's word, None where that is not known; `by_people` the part of it that is none of ours,
    and `credited_by_people` what of that is credit. `not_payable`: it was looked up and is not
    there, and its document cannot take it. `shared`: it is the order's part of a document of many
    orders, which is never changed or voided for one of them. `linked`: it is somebody's own,
    which a person said is the order's.
    """

    slot: Slot
    kind: Kind
    key: str
    frozen: bool
    posted: bool
    ended: bool = False
    conflict: bool = False
    status: str = ""
    total: Decimal = ZERO
    tax: Decimal = ZERO
    due: Decimal | None = None
    settled: Decimal | None = None
    dated: date | None = None
    lines: tuple[DocumentLine, ...] = ()
    mode: TaxMode = TaxMode.EXCLUSIVE
    currency: str = ""
    rate: Decimal | None = None
    contact: Id = ""
    account: str = ""
    account_is_id: bool = False
    settles: str = ""
    against: str = ""
    remarks: tuple[Reason, ...] = ()
    shared: bool = False
    linked: bool = False
    by_people: Decimal = ZERO
    credited_by_people: Decimal = ZERO
    not_payable: bool = False

    @property
    def fixed(self) -> bool:
        """Whether it is left as it is in Xero: what follows goes beside it."""
        return self.shared or self.linked


@dataclass(frozen=True, slots=True)
class History:
    """All documents of an order, oldest first, and the own number that they are called by, once
    it is fixed. `put_away` are contacts of theirs, by ContactID, that take no new document."""

    entries: tuple[Entry, ...] = ()
    number: str = ""
    put_away: Mapping[str, ContactFacts] = field(default_factory=dict)

    def at(self, slot: Slot) -> Entry | None:
        return next((entry for entry in self.entries if entry.slot == slot), None)

    def frozen(self, wanted: Callable[[Entry], bool] = lambda entry: True) -> Iterator[Entry]:
        """Those that stand, or will once they arrive."""
        return (e for e in self.entries if e.frozen and not e.ended and wanted(e))

    def of(self, purpose: str) -> list[Entry]:
        """Frozen entries of exactly this purpose, in each of its revisions."""
        return list(self.frozen(lambda e: e.slot.purpose == purpose))

    def tenders(self, purpose: str) -> list[Entry]:
        """Frozen entries of `purpose` for each tender: payment-1, payment-2 …"""
        return list(self.frozen(lambda e: e.slot.purpose.rpartition("-")[0] == purpose))


NOTHING_YET = History()
