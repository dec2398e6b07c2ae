"""Which documents an order needs beyond those it has: sale, money, refunds, edits, reversal.

Pure: the order as the shop has it now, what the build makes of it, and what stands in the
outbox and in Xero go in; documents that are still wanted come out. What is on its way or in
Xero is never planned again, so that planning twice is planning once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from accounts_mapping.resolve import payment_account
from connector.lib.money import CENT, ZERO, round_to, written
from stores.canonical import Order, Refund
from sync import edits, refunds, reversals, without_invoice
from sync.books import Books
from sync.build import READY, SKIPPED, Built
from sync.checks import found, payable_account
from sync.eligible import Course, course, local_date
from sync.history import NOTHING_YET, Entry, History, Slot
from sync.reasons import Hold, Reason
from sync.till import Credit, Debit, Till, Want, total_of
from xero.documents import (
    Contact,
    CreditNote,
    Document,
    Id,
    Invoice,
    Kind,
    Ref,
    StatusChange,
)

APPROVED = ("AUTHORISED", "PAID")
DRAFTS = ("DRAFT", "SUBMITTED")


@dataclass(frozen=True, slots=True)
class Plan:
    """`wants` in the order in which Xero must receive them.

    `wait`: something is on its way that decides what comes next. `keep`: nothing of what is
    there may be touched. `reversed`: the sale was cancelled, and is being taken back.
    """

    wants: tuple[Want, ...] = ()
    reasons: tuple[Reason, ...] = ()
    wait: bool = False
    keep: bool = False
    reversed: bool = False


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
    reversing = undo or course(books.snapshot.rules.statuses, order) is Course.REVERSE
    planner = Planner(books, order, built, history, reversing, approve, undo)
    if built.status == READY or (reversing and built.status == SKIPPED and planner.sold()):
        return planner.plan()
    return Plan()


def documents_of(built: Built, plan: Plan) -> tuple[Document, ...]:
    """The contact, and what is wanted, as Xero must receive it."""
    contact: tuple[Contact, ...] = ()
    if built.contact is not None and built.contact.contact is not None:
        contact = (built.contact.contact,)
    order = list(Kind)
    wanted = sorted((want.document for want in plan.wants), key=lambda d: order.index(d.kind))
    return (*contact, *wanted)


def issue_number(base: str, issue: int) -> str:
    """The invoice's number; one that is issued again after it was taken back bears a letter."""
    return base if issue == 1 else f"{base}-{_letters(issue - 1)}"


def _letters(count: int) -> str:
    """1 → A, 26 → Z, 27 → AA."""
    text = ""
    while count:
        count, place = divmod(count - 1, 26)
        text = chr(ord("A") + place) + text
    return text


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
    wait: bool = False

    def __post_init__(self) -> None:
        issues = [
            entry.slot.revision
            for entry in self.history.entries
            if entry.slot.purpose == "invoice" and (entry.frozen or entry.ended)
        ]
        self.issue = max(issues, default=1)
        if not self.reversing and self._taken_back(self.issue):
            self.issue += 1
        self.current = self._entry("invoice", self.issue)

    # --- where things stand -----------------------------------------------------------------

    def slot(self, purpose: str, revision: int = 1) -> Slot:
        return Slot("order", self.order.id, purpose, revision)

    def _entry(self, purpose: str, revision: int) -> Entry | None:
        entry = self.history.at(self.slot(purpose, revision))
        return entry if entry is not None and (entry.frozen or entry.ended) else None

    def _taken_back(self, issue: int) -> bool:
        invoice = self._entry("invoice", issue)
        return (invoice is not None and invoice.ended) or bool(self._entry("cancel-credit", issue))

    def sold(self) -> bool:
        """Whether an invoice is in Xero or on its way."""
        return self.current is not None

    @property
    def number(self) -> str:
        store = self.books.snapshot.store
        return issue_number(f"{store.number_prefix}{self.order.number}", self.issue)

    @property
    def today(self) -> date:
        return self.books.today or local_date(self.books.snapshot, self.order.updated_at)

    @property
    def contact(self) -> Id:
        """Whom the invoice is to: its credit notes are to the same contact."""
        if self.current is not None and self.current.contact:
            return self.current.contact
        assert self.built.contact is not None
        return self.built.contact.id

    @property
    def status(self) -> str:
        """In which status further documents of the sale are posted."""
        if self.approve or (self.current is not None and self.current.status in APPROVED):
            return "AUTHORISED"
        if self.built.invoice is not None:
            return self.built.invoice.status
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
        self.wants.append(Want(slot, document, parent, note=note))

    # --- the plan ----------------------------------------------------------------------------

    def plan(self) -> Plan:
        if conflicts := [e for e in self.history.frozen() if e.conflict]:
            remarks = tuple(reason for entry in conflicts for reason in entry.remarks)
            return Plan((), remarks, keep=True, reversed=self.reversing)
        if self.built.receipt is not None:
            without_invoice.receipt(self)
            return Plan(tuple(self.wants), tuple(self.reasons))
        if self.current is None and self.built.invoice is None:
            without_invoice.refunds_alone(self)
            return Plan(tuple(self.wants), tuple(self.reasons))
        if self.reversing and self.current is not None:
            if not self.undo:
                text = f"Cancelled in the shop, so {self.number} is taken back in Xero."
                self.reasons.append(Reason("reversed_in_xero", text, "status"))
            if self.current.ended:
                return Plan((), tuple(self.reasons), reversed=True)
        try:
            debits = self._invoices()
        except Hold as hold:
            debits = []
            self.reasons.append(hold.reason)
        try:
            credits = self._credits(debits)
        except Hold as hold:
            credits = []
            self.reasons.append(hold.reason)
        self._money(debits, credits)
        return Plan(tuple(self.wants), tuple(self.reasons), self.wait, reversed=self.reversing)

    def _invoices(self) -> list[Debit]:
        """The invoice, new or changed, and those of earlier changes, as far as they stand."""
        if self.reversing and self.current is not None:
            if reversals.by_status(self):
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
            Debit(entry.slot, entry.key, entry.total)
            for entry in standing
            if entry.kind is Kind.INVOICE
        ]
        for want in self.wants:
            if isinstance(want.document, Invoice):
                debits.append(Debit(want.slot, want.document.number, _total(want.document)))
            elif want.slot.purpose == "update" and self.built.invoice is not None:
                debits[0].capacity = _total(self.built.invoice)
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

    def _credits(self, debits: list[Debit]) -> list[Credit]:
        """Credit notes of refunds, changes and the cancellation that may still be used."""
        if not debits and self.current is not None:
            return []
        limit = sum((debit.capacity for debit in debits), ZERO)
        found = self._edit_credits()
        self._compare_refunds()
        for refund in sorted(self.order.refunds, key=lambda r: (r.refunded_at, r.id)):
            try:
                credit = self.refund(refund, found, limit, self.slot("invoice", self.issue))
            except Hold as hold:
                self.reasons.append(hold.reason)
                continue
            if credit is not None:
                found.append(credit)
        if self.reversing:
            found = [*reversals.paid_back(self, found), *reversals.by_credit(self)]
        return [*reversals.left_open(self), *found]

    def _compare_refunds(self) -> None:
        """What the refunds come to against what the order says was refunded, if it says so."""
        stated = round_to(self.order.refunded)
        given = sum((round_to(refund.total) for refund in self.order.refunds), ZERO)
        slack = CENT * len(self.order.refunds)
        if not stated or not given or abs(stated - given) <= slack:
            return
        if given > stated:
            raise Hold(
                "refund_does_not_add_up",
                f"The refunds sum to {written(given)}, but the order says that {written(stated)} "
                "was refunded. No refund is posted until they agree in the shop.",
                "total_refunded",
            )
        text = (
            f"The order states refunds of {written(stated)}, and brings credit memos over "
            f"{written(given)}. The rest is not posted."
        )
        self.reasons.append(Reason("refund_not_given", text, "total_refunded"))

    def _edit_credits(self) -> list[Credit]:
        standing = [
            Credit(e.slot, e.key, e.total, e.dated or self.today, f"edit-{e.slot.revision}-")
            for e in self.edits()
            if e.kind is Kind.CREDIT_NOTE
        ]
        wanted = [
            Credit(
                want.slot, want.document.number, total_of(want.document), want.document.date,
                f"edit-{want.slot.revision}-",
            )
            for want in self.wants
            if isinstance(want.document, CreditNote)
        ]  # fmt: skip
        return standing + wanted

    def refund(
        self, refund: Refund, found: list[Credit], limit: Decimal, parent: Slot | None
    ) -> Credit | None:
        """The credit note of a refund, or the credit that a change made for the same money."""
        slot = Slot("refund", refund.id, "credit_note")
        total = round_to(refund.total)
        entry = self.history.at(slot)
        if entry is not None and entry.frozen:
            day = entry.dated or refunds.refund_day(self.books, refund)
            return Credit(slot, entry.key, entry.total, day, returned=True, method=refund.method)
        if (same := edits.same_money(found, total)) is not None:
            found.remove(same)
            return replace(
                same, day=refunds.refund_day(self.books, refund), returned=True,
                method=refund.method, purpose="", source=("refund", refund.id),
            )  # fmt: skip
        if not self.books.snapshot.store.streams.credit_notes:
            text = f"{written(total)} was refunded; credit notes are switched off for this store."
            self.reasons.append(Reason("credit_notes_off", text, "streams.credit_notes"))
            return None
        self._same_currency(refund)
        if sum((credit.total for credit in found), ZERO) + total > limit:
            raise Hold(
                "refund_exceeds_invoice",
                f"The refund of {written(total)} would credit more than the invoice's "
                f"{written(limit)}. Compare the order's refunds with its invoice, and enter what "
                "is right in Xero by hand.",
                "creditmemos",
            )
        note = refunds.credit_note_of(
            self.books, self.order, refund, invoice_number=self.number, contact=self.contact,
            status=self.status, rate=self.rate,
        )  # fmt: skip
        self.want(note, slot, parent)
        return Credit(slot, note.number, total, note.date, returned=True, method=refund.method)

    def _same_currency(self, refund: Refund) -> None:
        """Hold where the invoice was converted: the shop states no refund in its currency."""
        sold = self.current or self.built.invoice
        if sold is None or sold.currency in ("", refund.currency):
            return
        raise Hold(
            "currency_not_enabled",
            f"The invoice is in {sold.currency}, the refund of {written(refund.total)} in "
            f"{refund.currency}. Credit it in Xero by hand, at the rate of the invoice.",
            "posting.currency_not_enabled",
        )

    @property
    def rate(self) -> Decimal | None:
        """The exchange rate of the invoice, which its credit notes take."""
        if self.current is not None:
            return self.current.rate
        return self.built.invoice.currency_rate if self.built.invoice else None

    # --- money ---------------------------------------------------------------------------------

    def _money(self, debits: list[Debit], credits: list[Credit]) -> None:
        till = Till(self.history, self.order.id, debits)
        again = self.history.frozen(
            lambda e: e.kind is Kind.REFUND and e.slot.purpose.startswith("cancel-")
        )
        self.wants += till.receive(self.built.payments, again=[*again])
        for posted, now in till.short:
            text = f"{written(posted)} was posted as received, the shop now says {written(now)}."
            self.reasons.append(Reason("changed_after_posting", text, "payment"))
        for credit in credits:
            self.use(till, credit)
        if not self.reversing and not self.history.tenders("overpayment"):
            for place, over in enumerate(self.built.overpayments, start=1):
                self.want(over, self.slot(f"overpayment-{place}"))

    def use(self, till: Till, credit: Credit) -> None:
        if not self._approved(credit):
            text = f"{credit.number} is a draft. Approve it in Xero: it is used up then."
            self.reasons.append(Reason("payment_waits_for_approval", text, "posting.status"))
            return
        account = None
        if credit.returned and credit.method and not self._tendered(credit.method):
            try:
                account = self._account(credit.method)
            except Hold as hold:
                self.reasons.append(hold.reason)
                return
        wants, rest = till.use(credit, account)
        self.wants += wants
        if rest > 0:
            self.reasons.append(_open(credit, rest))

    def _approved(self, credit: Credit) -> bool:
        entry = self.history.at(credit.slot)
        status = entry.status if entry is not None and entry.posted else self.status
        return status in APPROVED

    def _tendered(self, method: str) -> bool:
        return any(payment.method == method for payment in self.built.payments)

    def _account(self, method: str) -> tuple[str, bool]:
        answer = found(payment_account(self.books.snapshot, method, self.order.currency))
        return payable_account(self.books.organisation, answer)


def _open(credit: Credit, rest: Decimal) -> Reason:
    if credit.returned:
        text = (
            f"{written(rest)} of {credit.number} was given back by a tender that is not posted. "
            "Map its payment method, or refund the credit note in Xero."
        )
        return Reason("refund_waits_for_payment", text, "payment_accounts")
    text = (
        f"{written(rest)} of {credit.number} is left open on the contact: the shop does not say "
        "that the money went back. Give it back, or keep it for the next order."
    )
    return Reason("credit_left_open", text, "status")


def _total(document: Document) -> Decimal:
    totals = document.expected()
    assert totals is not None
    return totals.total
