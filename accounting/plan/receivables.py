"""How money and credit are put against an order's invoices. Pure.

Payments go to the invoices in turn, each as far as it is due. What the shop says went back on a
gift card, as store credit or points goes there before all else. Money that a refund gave back goes
back through the tenders that received it, the last paid first, and the rest of its credit is
allocated to what is still due; any other credit is allocated first. What is on its way or in Xero
already counts as done and is never planned again, and what people put there counts as theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from accounting.history import Entry, History, Slot
from accounting.money.standing import put_against, refunded_of, refunds_of, used_of
from accounting.money.tenders import ReceivedTender, Tenders, number_of
from accounting.plan.open_items import Back, OpenCredit, OpenInvoice, PlannedDocument
from accounting.plan.payment_slots import numbered
from connector.lib.money import ZERO
from xero.documents.kinds import Kind, Ref
from xero.documents.settling import Allocation, CreditNoteRefund, InvoicePayment


@dataclass(slots=True)
class Receivables:
    """The money of one order. `short` collects tenders of which less was received than was
    posted: (posted, received); `over` what of a tender no invoice takes any more; `covered` what
    of one people had put on its invoices before. `credit_first`: what is due is credited before
    money goes back, because nobody says what of the money was booked. `issued` are the accounts
    of the tenders that the shop issued itself."""

    history: History
    order_id: str
    invoices: list[OpenInvoice]
    issued: frozenset[tuple[str, bool]] = frozenset()
    credit_first: bool = False
    short: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    over: list[InvoicePayment] = field(default_factory=list)
    covered: list[tuple[InvoicePayment, Decimal]] = field(default_factory=list)
    tenders: Tenders = field(default_factory=Tenders)
    _taken: set[Slot] = field(default_factory=set)
    _touched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tenders = Tenders.standing(self.history)
        self._taken = {e.slot for e in self.history.entries if e.frozen or e.ended}
        put = put_against(self.history)
        for invoice in self.invoices:
            invoice.capacity -= put[invoice.number] + invoice.by_people
        self._touched = {invoice.number for invoice in self.invoices if invoice.by_people}

    def receive(
        self, payments: Sequence[InvoicePayment], *, again: Sequence[Entry]
    ) -> list[PlannedDocument]:
        """Payments still to be posted. `again` are refunds of sales that were cancelled: what
        they gave back has been received once more if the shop says so."""
        documents = []
        for payment in numbered(self.history, payments):
            tender = self.tenders.of(payment)
            tender.payment = payment
            returned = sum((e.total for e in again if number_of(e) == payment.tender), ZERO)
            rest = payment.amount - (tender.paid - returned)
            if rest < 0:
                self.short.append((tender.paid, payment.amount))
            whole = rest == payment.amount and not self._looked_for(payment)
            for invoice, part in self._parts(rest, whole=whole):
                documents.append(self._payment(payment, part, invoice))
                tender.paid += part
                rest -= part
            if rest > 0 and (theirs := self._by_people(rest)):
                self.covered.append((payment, theirs))
                rest -= theirs
            if rest > 0:
                self.over.append(replace(payment, amount=rest))
        return documents

    def _parts(self, rest: Decimal, *, whole: bool) -> Iterator[tuple[OpenInvoice, Decimal]]:
        """What of a tender each invoice takes. One that is not due, because people put as much
        on it, takes a `whole` one: theirs may be this very payment, which is then found there."""
        for invoice in self.invoices:
            if whole and invoice.capacity < rest <= invoice.by_people:
                invoice.by_people -= rest
                yield invoice, rest
                return
        for invoice in self.invoices:
            part = min(rest, invoice.capacity)
            if part > 0:
                invoice.capacity -= part
                rest -= part
                yield invoice, part

    def _looked_for(self, payment: InvoicePayment) -> bool:
        """Whether the next payment of the tender was looked up on its invoice in vain."""
        slot = self._free(Slot("order", self.order_id, f"payment-{payment.tender}"))
        entry = self.history.at(slot)
        return entry is not None and entry.not_payable

    def _by_people(self, rest: Decimal) -> Decimal:
        """How much of a tender is covered by what people put on the invoices."""
        found = ZERO
        for invoice in self.invoices:
            part = min(rest - found, invoice.by_people)
            invoice.by_people -= part
            found += part
        return found

    def _payment(
        self, payment: InvoicePayment, part: Decimal, invoice: OpenInvoice
    ) -> PlannedDocument:
        purpose = f"payment-{payment.tender}"
        slot = self.take(Slot("order", self.order_id, purpose))
        reference = payment.reference
        if slot.revision > 1:
            reference = f"{reference}-{slot.revision}"[-255:]
        document = replace(
            payment, invoice=Ref(Kind.INVOICE, invoice.number), amount=part, reference=reference
        )
        return PlannedDocument(
            slot, document, invoice.slot, look_up=invoice.number in self._touched
        )

    def use(
        self, credit: OpenCredit, account: tuple[str, bool] | None
    ) -> tuple[list[PlannedDocument], Decimal]:
        """What uses up a credit note, and how much of it stays open.

        `account` is where money goes back from if the shop names a method that no tender of
        the order has.
        """
        used = used_of(self.history, credit.number)
        documents, rest = self._refill(credit, credit.total - used)
        if credit.is_refund and not self.credit_first:
            self._gone_elsewhere(credit, used)
            more, rest = self._return(credit, rest, account)
            allocated, rest = self._allocate(credit, rest)
            return [*documents, *more, *allocated], rest
        allocated, rest = self._allocate(credit, rest)
        documents += allocated
        if credit.returned:
            more, rest = self._return(credit, rest, account)
            documents += more
        return documents, rest

    def _return(
        self, credit: OpenCredit, rest: Decimal, account: tuple[str, bool] | None
    ) -> tuple[list[PlannedDocument], Decimal]:
        """What of a credit goes back now, and what is left of it: no money goes back twice, and
        none that the shop kept."""
        kept = min(rest, credit.went_back + credit.kept)
        documents, left = self._give_back(credit, rest - kept, account)
        return documents, left + kept

    def _allocate(self, credit: OpenCredit, rest: Decimal) -> tuple[list[PlannedDocument], Decimal]:
        """Credit put against what is due, and what is left of it."""
        documents: list[PlannedDocument] = []
        for invoice in self.invoices:
            part = min(rest, invoice.capacity)
            if part > 0:
                slot = self.take(credit.place("allocation"))
                to = invoice.xero_id or Ref(Kind.INVOICE, invoice.number)
                target = None if invoice.xero_id else invoice.slot
                note = Ref(Kind.CREDIT_NOTE, credit.number)
                document = Allocation(note, to, part, credit.day)
                documents.append(PlannedDocument(slot, document, credit.slot, target))
                invoice.capacity -= part
                rest -= part
        return documents, rest

    def _refill(self, credit: OpenCredit, rest: Decimal) -> tuple[list[PlannedDocument], Decimal]:
        """Refunds to gift cards, store credit and points, less those that are posted: to where
        a tender came from only as far as it was paid."""
        documents: list[PlannedDocument] = []
        note = Ref(Kind.CREDIT_NOTE, credit.number)
        done = self._refunded_to(credit.number)
        for back in credit.back:
            place = back.account, back.is_id
            posted = min(done[place], back.amount)
            done[place] -= posted
            left = min(back.amount - posted, rest)
            for index, tender in self._places(back):
                most = back.amount if tender is None else tender.paid - tender.given_back
                amount = min(left, most)
                if amount <= 0:
                    continue
                slot = self.take(credit.place(f"refund-{index}"))
                reference = f"{credit.number}-{index}"
                document = CreditNoteRefund(note, place[0], credit.day, amount, reference, place[1])
                documents.append(PlannedDocument(slot, document, credit.slot))
                if tender is not None:
                    tender.given_back += amount
                left -= amount
                rest -= amount
        return documents, rest

    def _places(self, back: Back) -> Sequence[tuple[int, ReceivedTender | None]]:
        """Which tenders take of it; 0 and None stand for none of the order's, which takes all."""
        return self.tenders.at((back.account, back.is_id)) if back.bound else [(0, None)]

    def _refunded_to(self, number: str) -> dict[tuple[str, bool], Decimal]:
        """How much of a credit note is refunded, by account."""
        done: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
        for entry in refunds_of(self.history, number):
            done[entry.account, entry.account_is_id] += entry.total
        return done

    def _give_back(
        self, credit: OpenCredit, rest: Decimal, account: tuple[str, bool] | None
    ) -> tuple[list[PlannedDocument], Decimal]:
        """Refunds from the tenders: the one that is named, else the last paid first. `account`
        takes what the tenders received, and what nothing is due for."""
        note = Ref(Kind.CREDIT_NOTE, credit.number)
        if account is not None:
            due = sum((invoice.capacity for invoice in self.invoices), ZERO)
            part = rest - min(max(due, ZERO), max(rest - self.received, ZERO))
            if part <= 0:
                return [], rest
            slot = self.take(credit.place("refund-0"))
            document = CreditNoteRefund(
                note, account[0], credit.day, part, credit.number, account[1]
            )
            other = InvoicePayment(note, account[0], date.min, ZERO, "", tender=0)
            self.tenders.of(other).given_back += part
            return [PlannedDocument(slot, document, credit.slot)], rest - part
        documents: list[PlannedDocument] = []
        kept = ZERO
        for index, tender in self._returned_through(credit):
            part = min(rest, tender.left)
            if part <= 0 or (credit.stated and tender.place in self.issued):
                continue
            if not tender.ours:
                tender.given_back += part
                kept += part
                rest -= part
                continue
            paid = tender.payment
            slot = self.take(credit.place(f"refund-{index}"))
            reference = credit.number if not documents else f"{credit.number}-{len(documents) + 1}"
            document = CreditNoteRefund(
                note, paid.account, credit.day, part, reference, paid.account_is_id
            )  # fmt: skip
            documents.append(PlannedDocument(slot, document, credit.slot))
            tender.given_back += part
            rest -= part
        return documents, rest + kept

    def _returned_through(self, credit: OpenCredit) -> list[tuple[int, ReceivedTender]]:
        """The tenders in turn; of a refund those that brought money before what the shop issued."""
        found = list(self.tenders.last_first(credit.method))
        if credit.is_refund:
            found.sort(key=lambda one: one[1].place in self.issued)
        return found

    @property
    def received(self) -> Decimal:
        """What came in as money and has not gone back."""
        return self.tenders.kept(without=self.issued)

    def _gone_elsewhere(self, credit: OpenCredit, used: Decimal) -> None:
        """What of a refund was used up otherwise than by our refunds: where people post the
        money, it went back that way."""
        rest = used - refunded_of(self.history, credit.number)
        for _, tender in self.tenders.last_first(credit.method):
            if not tender.ours:
                part = min(rest, tender.left)
                tender.given_back += part
                rest -= part

    def take(self, slot: Slot) -> Slot:
        """The first revision in which nothing stands yet, and for which nothing is planned."""
        slot = self._free(slot)
        self._taken.add(slot)
        return slot

    def _free(self, slot: Slot) -> Slot:
        while slot in self._taken:
            slot = slot._replace(revision=slot.revision + 1)
        return slot
