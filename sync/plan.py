"""Which documents an order needs beyond those it has: sale, money, refunds, edits, reversal.

Pure: the order as the shop has it now, what the build makes of it, and what stands in the
outbox and in Xero go in; documents that are still wanted come out. What is on its way or in
Xero is never planned again, so that planning twice is planning once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from stores.canonical import Order
from stores.profile import Field
from sync import crediting, edits, paying, reversals, without_invoice
from sync.books import Books
from sync.build import READY, SKIPPED, Built
from sync.convert import Conversion, before_tenders, conversion
from sync.eligible import Course, course, local_date
from sync.given_back import as_mapped
from sync.history import APPROVED, DRAFTS, NOTHING_YET, Entry, History, Slot
from sync.issues import issue_number
from sync.numbers import document_number
from sync.reasons import Hold, Reason
from sync.remarks import origin_of
from sync.rows import sort_rows
from sync.sold_to import sold_to
from sync.till import Debit, Want, total_of
from xero.documents import (
    Contact,
    Document,
    Id,
    Invoice,
    Kind,
    Ref,
    StatusChange,
)
from xero.facts import ContactFacts


@dataclass(frozen=True, slots=True)
class Plan:
    """`wants` in the order in which Xero must receive them.

    `restores` are archived contacts that must be made active again before.
    `wait`: something is on its way that decides what comes next. `keep`: nothing of what is
    there may be touched. `reversed`: the sale was cancelled, and is being taken back. `same`:
    ids of refunds whose money the order's total is lowered by already.
    """

    wants: tuple[Want, ...] = ()
    reasons: tuple[Reason, ...] = ()
    wait: bool = False
    keep: bool = False
    reversed: bool = False
    restores: tuple[ContactFacts, ...] = ()
    same: frozenset[str] = frozenset()


def plan_order(
    books: Books,
    order: Order,
    built: Built,
    history: History = NOTHING_YET,
    *,
    approve: bool = False,
    undo: bool = False,
) -> Plan:
    """What is still to be done for an order. `approve`: a person approved its drafts; `undo`: a
    person has it taken back, whatever the shop says of it."""
    order = as_mapped(books.snapshot, order)
    reversing = undo or course(books.snapshot.rules.statuses, order) is Course.REVERSE
    planner = Planner(books, order, built, history, reversing, approve, undo)
    if built.status == READY or (reversing and built.status == SKIPPED and planner.sold()):
        return replace(planner.plan(), restores=tuple(planner.restores.values()))
    return Plan()


def documents_of(built: Built, plan: Plan) -> tuple[Document, ...]:
    """The contact, and what is wanted, as Xero must receive it."""
    contact: tuple[Contact, ...] = ()
    if built.contact is not None and built.contact.contact is not None:
        contact = (built.contact.contact,)
    order = list(Kind)
    wanted = sorted((want.document for want in plan.wants), key=lambda d: order.index(d.kind))
    return (*contact, *wanted)


@dataclass(slots=True)
class Planner:
    """Plans one order. `current` is the invoice of the latest issue as it is in Xero or on its
    way, None before that."""

    books: Books
    order: Order
    built: Built
    history: History
    reversing: bool
    approve: bool = False
    undo: bool = False
    issue: int = 1
    current: Entry | None = None
    wants: list[Want] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    same: set[str] = field(default_factory=set)
    wait: bool = False
    restores: dict[str, ContactFacts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        issues = [
            entry.slot.revision
            for entry in self.history.entries
            if entry.slot.purpose == "invoice" and (entry.frozen or entry.ended)
        ]
        self.issue = max(issues, default=1)
        if not self.reversing and self._taken_back(self.issue):
            self.issue += 1
        self.current = self.entry("invoice", self.issue)

    # --- where things stand -----------------------------------------------------------------

    def slot(self, purpose: str, revision: int = 1) -> Slot:
        return Slot("order", self.order.id, purpose, revision)

    def entry(self, purpose: str, revision: int) -> Entry | None:
        """A document of the order itself that stands, or did until it was ended in Xero."""
        entry = self.history.at(self.slot(purpose, revision))
        return entry if entry is not None and (entry.frozen or entry.ended) else None

    def _taken_back(self, issue: int) -> bool:
        invoice = self.entry("invoice", issue)
        return (invoice is not None and invoice.ended) or bool(self.entry("cancel-credit", issue))

    def sold(self) -> bool:
        """Whether an invoice, or a receipt in its place, is in Xero or on its way."""
        return self.current is not None or self.receipt is not None

    @property
    def receipt(self) -> Entry | None:
        """The money received without an invoice, as it is in Xero or on its way."""
        return self.entry("receipt", 1)

    @property
    def number(self) -> str:
        """Of the latest issue: what follows the sale is numbered after it."""
        first = self.entry("invoice", 1)
        if first is not None and not first.linked:
            return issue_number(first.key, self.issue)
        fixed = self.history.number
        return issue_number(document_number(self.books.snapshot, self.order, fixed), self.issue)

    @property
    def today(self) -> date:
        return self.books.today or local_date(self.books.snapshot, self.order.updated_at)

    @property
    def contact(self) -> Id:
        """Whom the invoice is to: its credit notes are to the same contact."""
        return sold_to(self)

    @property
    def status(self) -> str:
        """In which status further documents of the sale are posted."""
        if self.approve or (self.current is not None and self.current.status in APPROVED):
            return "AUTHORISED"
        if self.built.invoice is not None:
            return self.built.invoice.status
        if self.current is not None and self.current.kind is Kind.BANK_TRANSACTION:
            return "AUTHORISED"  # money is no draft; on its way it has no status yet
        if self.current is not None:
            return self.current.status
        return self.books.snapshot.rules.posting.status

    def edits(self) -> list[Entry]:
        """What changes of the order after posting made of the latest issue."""
        mine = f"{self.number}-E"
        return [entry for entry in self.history.of("edit") if entry.key.startswith(mine)]

    def credited(self) -> list[Entry]:
        """Credit notes for refunds of the latest issue."""
        mine = f"{self.number}-R"
        return list(
            self.history.frozen(
                lambda e: e.slot.purpose == "credit_note" and e.key.startswith(mine)
            )
        )

    def want(
        self, document: Document, slot: Slot, parent: Slot | None = None, note: str = ""
    ) -> None:
        origin = origin_of(self.books, self.order, slot, document)
        self.wants.append(Want(slot, document, parent, note=note, origin=origin))

    @property
    def sold_in(self) -> str:
        """The currency in which the sale stands, or will; "" where nothing tells."""
        sold = self.current or self.built.invoice or self.built.receipt or self.built.earlier
        return sold.currency if sold is not None else ""

    def conversion(self) -> Conversion | None:
        """How the order is brought into the currency of its sale; None where it is in that.
        Holds where nothing says how."""
        by = conversion(self.books, self.order, self.sold_in)
        if self.sold_in and self.sold_in != (by.currency if by else self.order.currency):
            raise Hold(
                "currency_not_enabled",
                f"The sale is in {self.sold_in} in Xero, and the order in {self.order.currency}. "
                "Nothing says how to convert what followed it: credit it in Xero by hand, at the "
                "rate of the invoice.",
                "posting.currency_not_enabled",
            )
        return by

    def conversion_of_refunds(self) -> Conversion | None:
        """The same for what is stated before the tenders that the shop issued itself."""
        by = self.conversion()
        return by and before_tenders(by, sort_rows(self.books.snapshot, self.order))

    @property
    def by_receipt(self) -> bool:
        """Whether the sale is money received without an invoice, which takes no payments."""
        if self.current is not None:
            return self.current == self.receipt
        return self.receipt is not None or self.built.receipt is not None

    def in_books(self, amount: Decimal) -> Decimal:
        """An amount of the order, in cents of the currency of its sale."""
        by = self.conversion()
        return round_to(amount) if by is None else by.amount(amount)

    @property
    def credited_by_people(self) -> Decimal:
        """What people credited of the sale in Xero: it is credited, and not once more."""
        standing = [self.current, *self.edits()]
        return sum((entry.credited_by_people for entry in standing if entry is not None), ZERO)

    @property
    def awaited(self) -> Decimal:
        """Money that came in and waits to be posted (its method is not mapped, its day is
        locked): what gives it back waits with it. What a person has undone waits for nothing."""
        posted = sum((entry.total for entry in self.history.tenders("payment")), ZERO)
        posted -= sum((payment.amount for payment in self.built.payments), ZERO)
        waiting = sum((payment.amount for payment in self.built.waiting), ZERO)
        return ZERO if self.undo else max(waiting - max(posted, ZERO), ZERO)

    @property
    def rate(self) -> Decimal | None:
        """The exchange rate of the invoice, which its credit notes take."""
        if self.current is not None:
            return self.current.rate
        return self.built.invoice.currency_rate if self.built.invoice else None

    # --- the plan ----------------------------------------------------------------------------

    def plan(self) -> Plan:
        if conflicts := [e for e in self.history.frozen() if e.conflict]:
            remarks = tuple(reason for entry in conflicts for reason in entry.remarks)
            return Plan((), remarks, keep=True, reversed=self.reversing)
        if self.current is None and (self.built.receipt or self.receipt):
            without_invoice.receipt(self)
            return Plan(tuple(self.wants), tuple(self.reasons), self.wait, reversed=self.reversing)
        if self.current is None and self.built.invoice is None:
            without_invoice.refunds_alone(self)
            return Plan(tuple(self.wants), tuple(self.reasons))
        if self.reversing and self.current is not None:
            if not self.undo:
                text = f"Cancelled in the shop, so {self.number} is taken back in Xero."
                self.reasons.append(Reason("reversed_in_xero", text, Field.STATUS))
            if self.current.ended:
                return Plan((), tuple(self.reasons), reversed=True)
        try:
            debits = self._invoices()
        except Hold as hold:
            debits = []
            self.reasons.append(hold.reason)
        try:
            credits = crediting.credits_of(self, debits)
        except Hold as hold:
            credits = []
            self.reasons.append(hold.reason)
        paying.settle(self, debits, credits)
        return Plan(
            tuple(self.wants), tuple(self.reasons), self.wait, reversed=self.reversing,
            same=frozenset(self.same),
        )  # fmt: skip

    def _invoices(self) -> list[Debit]:
        """The invoice, new or changed, and those of earlier changes, as far as they stand."""
        if self.reversing and self.current is not None:
            if not self.awaited and reversals.by_status(self):
                return []
        elif self.current is not None:
            edits.follow(self)
            if self.approve:
                self._approve_drafts()
        else:
            assert self.built.invoice is not None
            invoice = replace(self.built.invoice, number=self.number)
            self.want(invoice, self.slot("invoice", self.issue), note=self.built.note)
        standing = [e for e in (self.current, *self.edits()) if e is not None]
        debits = [
            Debit(entry.slot, entry.key, entry.total, by_people=entry.by_people)
            for entry in standing
            if entry.kind is Kind.INVOICE
        ]
        for want in self.wants:
            if isinstance(want.document, Invoice):
                debits.append(Debit(want.slot, want.document.number, total_of(want.document)))
            elif want.slot.purpose == "update" and self.built.invoice is not None:
                debits[0].capacity = total_of(self.built.invoice)
        return debits

    def _approve_drafts(self) -> None:
        """Drafts of the sale become approved; what waits for that is planned once they are."""
        assert self.current is not None
        for entry in (self.current, *self.edits(), *self.credited()):
            if entry.posted and entry.status in DRAFTS and not entry.fixed:
                kind, key, purpose, revision = entry.slot
                slot = Slot(kind, key, f"approve-{purpose}", revision)
                document = StatusChange(entry.kind, Ref(entry.kind, entry.key), "AUTHORISED")
                self.want(document, slot, entry.slot)
