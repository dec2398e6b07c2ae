"""What an order has in the outbox and in Xero so far, as the planner sees it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounting.reasons import Reason
from connector.lib.money import ZERO
from xero.documents.facts import ContactFacts
from xero.documents.kinds import MONEY, SALES, Id, Kind
from xero.documents.lines import DocumentLine, TaxMode
from xero.documents.statuses import APPROVED


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
    `posted`: known to be in Xero; `ended`: voided or deleted there since; `withdrawn`: taken out
    of the outbox before it was sent.

    `total` and `tax` are a document's, `total` alone the amount of a payment, refund or
    allocation. `settles` is the number of the invoice that it pays, or of the credit note that
    it refunds or uses up; `against` the invoice that an allocation is for. `conflict`: Xero
    has it otherwise than it was sent. `settled` is what of a document is paid, credited or used
    by Xero's word, None where that is not known; `by_people` the part of it that is none of ours,
    and `credited_by_people` what of that is credit. `not_payable`: it was looked up and is not
    there, and its document cannot take it. `shared`: it is the order's part of a document of many
    orders, which is never changed or voided for one of them. `linked`: it is somebody's own,
    which a person said is the order's; `edited`: ours, and a person wrote over it in Xero, which
    another let stand.
    """

    slot: Slot
    kind: Kind
    key: str
    frozen: bool
    posted: bool
    ended: bool = False
    withdrawn: bool = False
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
    edited: bool = False
    by_people: Decimal = ZERO
    credited_by_people: Decimal = ZERO
    not_payable: bool = False

    @property
    def fixed(self) -> bool:
        """Whether it is left as it is in Xero: what follows goes beside it."""
        return self.shared or self.linked or self.edited


@dataclass(frozen=True, slots=True)
class EarlierInvoice:
    """An invoice of before the cut-over that an older tool or a person posted for the order."""

    xero_id: str
    number: str
    contact_id: str
    due: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What stands of an order, and what people have said of it.

    `entries` are all its documents, oldest first; `number` is the own number that they are called
    by, once it is fixed. `put_away` are contacts of theirs, by ContactID, that take no new
    document. `earlier` is the invoice of an order of before the cut-over, if one is found.
    `approving`: a person has asked for its drafts to be approved; `linking`: a person has said
    which invoice in Xero is the order's own; `undone` is why a person has it taken back, whatever
    the shop says of it.
    """

    entries: tuple[Entry, ...] = ()
    number: str = ""
    put_away: Mapping[str, ContactFacts] = field(default_factory=dict)
    earlier: EarlierInvoice | None = None
    approving: bool = False
    linking: bool = False
    undone: Reason | None = None

    # --- documents ------------------------------------------------------------------------------

    def at(self, slot: Slot) -> Entry | None:
        return next((entry for entry in self.entries if entry.slot == slot), None)

    def frozen(self, wanted: Callable[[Entry], bool] = lambda entry: True) -> list[Entry]:
        """Those that stand, or will once they arrive."""
        if not self.entries:
            return []
        return [e for e in self.entries if e.frozen and not e.ended and wanted(e)]

    def of(self, purpose: str) -> list[Entry]:
        """Frozen entries of exactly this purpose, in each of its revisions."""
        return self.frozen(lambda e: e.slot.purpose == purpose)

    def tenders(self, purpose: str) -> list[Entry]:
        """Frozen entries of `purpose` for each tender: payment-1, payment-2 …"""
        return self.frozen(lambda e: e.slot.purpose.rpartition("-")[0] == purpose)

    # --- the sale -------------------------------------------------------------------------------

    @property
    def sales(self) -> list[Entry]:
        """Its invoices, or the receipt in their place, as they are in Xero or on their way."""
        return self.frozen(lambda e: e.slot.purpose in ("invoice", "receipt"))

    @property
    def is_sold(self) -> bool:
        """Whether its sale is in Xero or on its way: it is followed, whatever its status became."""
        return bool(self.entries) and bool(self.sales)

    @property
    def issue(self) -> int:
        """The latest issue of the sale, counted from one: what was taken back and opened again is
        issued anew."""
        issues = [
            e.slot.revision
            for e in self.entries
            if e.slot.purpose == "invoice" and (e.frozen or e.ended)
        ]
        return max(issues, default=1)

    @property
    def is_taken_back(self) -> bool:
        """Whether the latest issue was ended in Xero, or credited as a whole: should the order go
        on, it is a new sale."""
        latest = self.issue
        mine = [e for e in self.entries if e.slot.revision == latest]
        ended = any(e.ended and e.slot.purpose == "invoice" for e in mine)
        return ended or any(
            (e.frozen or e.ended) and e.slot.purpose == "cancel-credit" for e in mine
        )

    @property
    def is_approved(self) -> bool:
        """Whether the sale stands, and no invoice of it is a draft."""
        sales = self.sales
        drafts = (e for e in sales if e.kind is Kind.INVOICE and e.status not in APPROVED)
        return bool(sales) and not any(drafts)

    @property
    def sold_in(self) -> str:
        """The currency in which the sale stands; "" before that."""
        sales = self.sales
        return sales[-1].currency if sales else ""

    @property
    def sold_on(self) -> date | None:
        """The day on which the sale stands; None before that."""
        sales = self.sales
        return sales[-1].dated if sales else None

    @property
    def is_shared(self) -> bool:
        """Whether the sale is a part of a document of many orders."""
        return bool(self.frozen(lambda e: e.shared and e.slot.purpose == "invoice"))

    @property
    def is_linked(self) -> bool:
        """Whether a document of somebody's own stands for one of the order's."""
        return bool(self.frozen(lambda e: e.linked))

    @property
    def is_alone(self) -> bool:
        """Whether its sale has a document of its own, sent or not, so that no summary takes it."""
        own = (e for e in self.entries if e.kind in SALES and not (e.shared or e.withdrawn))
        return self.linking or any(own)

    @property
    def is_new(self) -> bool:
        """Whether nothing of the order ever went to Xero."""
        return not any(e.frozen or e.ended for e in self.entries)

    @property
    def is_unclear(self) -> bool:
        """Whether what people seem to have put on a document may be money of ours that is on its
        way there: its request may have arrived, though nobody was told."""
        theirs = {entry.key for entry in self.entries if entry.by_people}
        if not theirs:
            return False
        moving = self.frozen(lambda e: not e.posted and e.kind in MONEY)
        return any(e.settles in theirs or e.against in theirs for e in moving)

    # --- its money ------------------------------------------------------------------------------

    @property
    def paid(self) -> Decimal:
        """What payments have put on its invoices, less what a cancellation gave back. Whatever
        becomes of the order, it stays where it is posted and is not posted in another way."""
        if not self.entries:
            return ZERO  # as every order once is, and each is built then
        back = self.frozen(lambda e: e.kind is Kind.REFUND and e.slot.purpose.startswith("cancel-"))
        return _sum(self.tenders("payment")) - _sum(back)

    @property
    def overpaid(self) -> Decimal:
        """What is posted as overpayments; likewise."""
        return _sum(self.tenders("overpayment"))


def _sum(entries: Sequence[Entry]) -> Decimal:
    return sum([entry.total for entry in entries], ZERO) if entries else ZERO


NOTHING_YET = History()
# As it is once the invoice stands, whatever that says.
SOLD = History((Entry(Slot("order", "", "invoice"), Kind.INVOICE, "", frozen=True, posted=True),))
