"""One order's documents in a Xero of dictionaries: what the planner wants is posted at once.

It refuses what Xero refuses: more on an invoice than is due, more of a credit note than it has,
a void of what money stands against.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.history import Entry, History
from accounting.plan.open_items import PlannedDocument
from accounting.plan.plan import Plan, plan_order
from accounting.reasons import Reason
from accounting.sale.build import build_order
from stores.canonical.order import Order
from xero.documents.documents import (
    BankTransaction,
    CreditNote,
    DocumentStatusChange,
    Invoice,
    InvoiceUpdate,
)
from xero.documents.kinds import Id, Kind, Ref
from xero.documents.settling import Allocation, CreditNoteRefund, InvoicePayment
from xero.documents.statuses import DRAFTS

ZERO = Decimal(0)
UNDONE = Reason("undone", "Undone in Xero, marked by a person: a test")


@dataclass
class OneOrder:
    """`left` is what is due on an invoice, or not used of a credit note, by its number."""

    books: Books
    entries: list[Entry] = field(default_factory=list)
    left: dict[str, Decimal] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    reasons: list[Reason] = field(default_factory=list)

    def see(self, order: Order, *, undo: bool = False) -> OneOrder:
        """Plan and post until nothing is wanted any more."""
        for _ in range(9):
            history = History(tuple(self.entries), undone=UNDONE if undo else None)
            built = build_order(self.books, order, Contacts(), history)
            self.plan = plan_order(self.books, order, built, history)
            self.reasons = [*built.reasons, *self.plan.reasons]
            if not self.plan.documents:
                assert not self.plan.wait
                return self
            for wanted in self.plan.documents:
                self._post(wanted)
        raise AssertionError(f"never done: {self.plan.documents}")

    # --- posting ----------------------------------------------------------------------------

    def _post(self, wanted: PlannedDocument) -> None:
        document = wanted.document
        assert not any(e.slot == wanted.slot for e in self.entries), wanted.slot
        entry = Entry(wanted.slot, document.kind, "", frozen=True, posted=True)
        if isinstance(document, Invoice | CreditNote):
            assert document.number not in self.left, document.number
            entry = _with_totals(entry, document)
            self.left[document.number] = entry.total
        elif isinstance(document, InvoiceUpdate):
            self._change(_key(document.document), document.invoice)
        elif isinstance(document, DocumentStatusChange):
            self._set_status(_key(document.document), document.status)
        elif isinstance(document, BankTransaction):
            amount = sum((line.amount for line in document.lines), ZERO)
            entry = replace(entry, total=amount, account=document.account, dated=document.date)
        elif isinstance(document, InvoicePayment):
            entry = self._moved(entry, document, _key(document.invoice))
        elif isinstance(document, CreditNoteRefund):
            entry = self._moved(entry, document, _key(document.credit_note))
        elif isinstance(document, Allocation):
            note, invoice = _key(document.credit_note), _key(document.invoice)
            self._take(note, document.amount)
            self._take(invoice, document.amount)
            entry = replace(entry, total=document.amount, settles=note, against=invoice)
        self.entries.append(entry)

    def _moved(self, entry: Entry, document: InvoicePayment | CreditNoteRefund, key: str) -> Entry:
        self._take(key, document.amount)
        return replace(
            entry, total=document.amount, settles=key, account=document.account,
            dated=document.date,
        )  # fmt: skip

    def _take(self, key: str, amount: Decimal) -> None:
        assert ZERO < amount <= self.left[key], (key, amount, self.left[key])
        self.left[key] -= amount
        at = self._at(key)
        status = self.entries[at].status if self.left[key] else "PAID"
        self.entries[at] = replace(self.entries[at], due=self.left[key], status=status)

    def _at(self, key: str) -> int:
        found = [at for at, one in enumerate(self.entries) if one.key == key and not one.ended]
        assert found, key
        return found[-1]

    def _change(self, key: str, new: Invoice) -> None:
        at = self._at(key)
        assert self.left[key] == self.entries[at].total, f"{key} is no longer untouched"
        self.entries[at] = _with_totals(self.entries[at], new)
        self.left[key] = self.entries[at].total

    def _set_status(self, key: str, status: str) -> None:
        at = self._at(key)
        ends = status in ("VOIDED", "DELETED")
        assert not ends or self.left[key] == self.entries[at].total
        assert status != "DELETED" or self.entries[at].status in DRAFTS
        self.entries[at] = replace(self.entries[at], status=status, ended=ends)
        if ends:
            self.left.pop(key)

    # --- what stands ------------------------------------------------------------------------

    def standing(self, *kinds: Kind) -> list[Entry]:
        return [e for e in self.entries if e.kind in kinds and e.key and not e.ended]

    @property
    def sums(self) -> tuple[Decimal, Decimal, Decimal]:
        """The sale net of credits, the tax in it, and the money that is here."""
        sign = {Kind.INVOICE: 1, Kind.CREDIT_NOTE: -1}
        documents = self.standing(Kind.INVOICE, Kind.CREDIT_NOTE)
        net = sum((sign[e.kind] * e.total for e in documents), ZERO)
        tax = sum((sign[e.kind] * e.tax for e in documents), ZERO)
        moved = {Kind.PAYMENT: 1, Kind.REFUND: -1, Kind.BANK_TRANSACTION: 1}
        money = sum((moved[e.kind] * e.total for e in self.entries if e.kind in moved), ZERO)
        return net, tax, money

    @property
    def receivable(self) -> Decimal:
        """What is due on invoices, less what is open on credit notes and was paid beyond."""
        return -self.overpaid + sum(
            (
                self.left[e.key] * (1 if e.kind is Kind.INVOICE else -1)
                for e in self.standing(Kind.INVOICE, Kind.CREDIT_NOTE)
            ),
            ZERO,
        )

    @property
    def overpaid(self) -> Decimal:
        received = (e.total for e in self.entries if e.kind is Kind.BANK_TRANSACTION)
        return sum(received, ZERO)

    @property
    def books_of(self) -> dict[str, str]:
        """Each document that stands with its total and tax, and what it was used for."""
        found: Counter[str] = Counter()
        for entry in self.entries:
            if entry.kind in (Kind.PAYMENT, Kind.REFUND):
                found[f"{entry.kind} {entry.settles}"] += entry.total  # type: ignore[assignment]
            elif entry.kind is Kind.ALLOCATION:
                found[f"{entry.settles} to {entry.against}"] += entry.total  # type: ignore[assignment]
        documents = {
            e.key: f"{e.total} ({e.tax})" for e in self.standing(Kind.INVOICE, Kind.CREDIT_NOTE)
        }
        return documents | {key: str(amount) for key, amount in found.items()}


def _with_totals(entry: Entry, document: Invoice | CreditNote) -> Entry:
    totals = document.expected()
    assert totals is not None
    return replace(
        entry, key=document.number, status=document.status, total=totals.total,
        tax=totals.total_tax, due=totals.total, currency=document.currency, dated=document.date,
        lines=document.lines, mode=document.mode, contact=document.contact,
        rate=document.currency_rate,
    )  # fmt: skip


def _key(reference: Id) -> str:
    assert isinstance(reference, Ref)
    return reference.key
