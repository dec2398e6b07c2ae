"""What was received for an order, as payments on its invoice. Pure.

What the shop states decides; only where it states nothing do the `paid` statuses. A tender that
cannot be posted is held by itself and never holds the invoice. What was received beyond what is
due becomes an overpayment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.books import Books
from accounting.eligibility import local_date
from accounting.history import NOTHING_YET, History
from accounting.money.issued import How, IssuedTenders, Redeemed
from accounting.money.overpayments import overpaid, overpayment
from accounting.money.received import (
    account_of,
    disagreement,
    method_account,
    other_references,
    paid_at,
    payment_day,
    posted_elsewhere,
    received,
    references,
)
from accounting.postable import payable_account
from accounting.reasons import Hold, Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.resolve import Resolution
from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Order, Payment
from xero.documents.documents import BankTransaction, Invoice
from xero.documents.kinds import Kind, Ref
from xero.documents.settling import InvoicePayment


@dataclass(frozen=True, slots=True)
class Tendered:
    """The payments to post, what was paid beyond them, and why others are not.

    `waiting` came in and cannot be posted yet; `elsewhere` is of methods that are mapped to none.
    Neither has an account.
    """

    payments: tuple[InvoicePayment, ...] = ()
    overpayments: tuple[BankTransaction, ...] = ()
    reasons: tuple[Reason, ...] = ()
    waiting: tuple[InvoicePayment, ...] = ()
    elsewhere: tuple[InvoicePayment, ...] = ()


def payments_of(
    books: Books,
    mapped: MappedOrder,
    invoice: Invoice,
    issued: IssuedTenders,
    history: History = NOTHING_YET,
) -> Tendered:
    """One payment for each tender, none of 0.00, together never above the invoice, unless more
    was put on it before the order was lowered.

    `issued` says what becomes of the tenders that the shop issued itself; what of the money is
    posted, as of `history`, stays as it was posted.
    """
    order = mapped.order
    tenders = received(books, order)
    own = [one for one in issued.tenders if one.how in (How.PAYMENT, How.HELD)]
    if not books.snapshot.store.streams.payments or not (tenders or own):
        return Tendered()
    if invoice.status != "AUTHORISED":
        return Tendered(reasons=(_waits(mapped, invoice),))
    if reason := disagreement(order, tenders):
        waiting = InvoicePayment(invoice.number, "", invoice.date, _sum(tenders), "")
        return Tendered(reasons=(reason,), waiting=(waiting,))
    return _Tenders(books, mapped, invoice, history).take(tenders, own)


def _first_own(order: Order, tenders: tuple[Payment, ...]) -> int:
    """The index of the first tender that the shop issued: after the money, also if that is
    still to come."""
    return (len(tenders) or (1 if round_to(order.total) else 0)) + 1


def _waits(mapped: MappedOrder, invoice: Invoice) -> Reason:
    """Why a payment is not sent yet: nobody has approved its invoice."""
    source = mapped.status.source
    text = said(
        "The invoice is posted as %(status)s. Approve it in Xero, change the rule, and sync the "
        "order again: its payment follows.",
        status=invoice.status,
    )
    if source == "posting.status":
        text = said(
            "The invoice is posted as %(status)s. Approve it in Xero, set posting.status to "
            "AUTHORISED, and sync the order again: its payment follows.",
            status=invoice.status,
        )
    return Reason("payment_waits_for_approval", text, source)


def alone(books: Books, mapped: MappedOrder) -> tuple[InvoicePayment, ...]:
    """The tenders of an order whose invoice is not ours, as payments of nothing: they say
    which account each came to. One whose method is not mapped is left out."""
    found_ones, order = [], mapped.order
    tenders = received(books, order)
    also = other_references(tenders)
    for index, tender in enumerate(tenders, start=1):
        answer = method_account(books, mapped, tender.method, order.currency)
        if isinstance(answer, Resolution):
            target, is_id = payable_account(books.organisation, answer)
            found_ones.append(
                InvoicePayment(
                    "", target, local_date(books.snapshot, paid_at(books, order, tender)),
                    round_to(tender.amount), tender.reference, is_id, tender=index,
                    method=tender.method, also=also[index - 1],
                )
            )  # fmt: skip
    return tuple(found_ones)


class _Tenders:
    """Takes the tenders of one order one by one, as far as the invoice is due."""

    def __init__(
        self, books: Books, mapped: MappedOrder, invoice: Invoice, history: History
    ) -> None:
        self._books = books
        self._mapped = mapped
        self._order = mapped.order
        self._invoice = invoice
        self._history = history
        totals = invoice.expected()
        assert totals is not None
        self._total = totals.total
        self._payments: list[InvoicePayment] = []
        self._overpayments: list[BankTransaction] = []
        self._reasons: list[Reason] = []
        self._waiting: list[InvoicePayment] = []
        self._elsewhere: list[InvoicePayment] = []

    def take(self, tenders: tuple[Payment, ...], own: list[Redeemed]) -> Tendered:
        """What the shop issued itself was taken off the total, so the rest is due in money."""
        given = sum((one.amount for one in own), ZERO)
        self._money(
            tenders, self._payable(tenders, self._total - given, self._history.paid - given)
        )
        for index, one in enumerate(own, start=_first_own(self._order, tenders)):
            try:
                self._own(one, index)
            except Hold as hold:
                self._held(hold.reason)
                self._waiting.append(self._without_account(one.amount, index))
        return Tendered(
            tuple(self._payments), tuple(self._overpayments), tuple(self._reasons),
            tuple(self._waiting), tuple(self._elsewhere),
        )  # fmt: skip

    def _payable(self, tenders: tuple[Payment, ...], due: Decimal, paid: Decimal) -> Decimal:
        """How much of the money pays invoices: what is due of it, without what stands as an
        overpayment since the order was worth less, and what paid them when it was worth more."""
        came = _sum(one for one in tenders if not posted_elsewhere(self._books, self._mapped, one))
        return max(min(due, came - self._history.overpaid), paid)

    def _money(self, tenders: tuple[Payment, ...], due: Decimal) -> None:
        """Payments of the tenders; what a held one would pay stays due."""
        named, also = references(self._order, tenders), other_references(tenders)
        amounts = _in_cents(tender.amount for tender in tenders)
        for index, (tender, amount) in enumerate(zip(tenders, amounts, strict=True), start=1):
            if posted_elsewhere(self._books, self._mapped, tender):
                self._elsewhere.append(self._without_account(amount, index, tender))
                continue
            taken = min(amount, max(due, ZERO))
            due -= taken
            posted = len(self._payments)
            try:
                if taken:
                    names = named[index - 1], also[index - 1]
                    self._payments.append(self._payment(tender, taken, names, index))
                if taken < amount:
                    self._overpaid(tender, amount - taken, named[index - 1])
            except Hold as hold:
                self._held(hold.reason)
                if taken and len(self._payments) == posted:
                    self._waiting.append(self._without_account(taken, index, tender))

    def _without_account(
        self, amount: Decimal, index: int, tender: Payment | None = None
    ) -> InvoicePayment:
        """Money that is not posted, or not yet: when it came, how much, and by which method."""
        day = local_date(self._books.snapshot, paid_at(self._books, self._order, tender))
        method = tender.method if tender is not None else ""
        return InvoicePayment(
            Ref(Kind.INVOICE, self._invoice.number), "", day, amount, "", tender=index,
            method=method,
        )  # fmt: skip

    def _held(self, reason: Reason) -> None:
        if reason not in self._reasons:
            self._reasons.append(reason)

    def _payment(
        self, tender: Payment, amount: Decimal, names: tuple[str, tuple[str, ...]], index: int
    ) -> InvoicePayment:
        answer = account_of(self._books, self._mapped, tender)
        day = payment_day(self._books, self._order, tender)
        reference, also = names
        return self._made(answer, amount, reference, day, index, tender.method, also)

    def _own(self, one: Redeemed, index: int) -> None:
        """A tender that the shop issued itself: paid from the liability it was sold into."""
        if one.account is None:
            assert one.reason is not None
            raise Hold(one.reason.code, one.reason.message, one.reason.field)
        reference = f"{self._order.number}-{index}"
        day = payment_day(self._books, self._order)
        self._payments.append(self._made(one.account, one.amount, reference, day, index))

    def _made(
        self, answer: Resolution, amount: Decimal, reference: str, day: date, index: int,
        method: str = "", also: tuple[str, ...] = (),
    ) -> InvoicePayment:  # fmt: skip
        target, is_id = payable_account(self._books.organisation, answer)
        return InvoicePayment(
            invoice=Ref(Kind.INVOICE, self._invoice.number),
            account=target,
            account_is_id=is_id,
            date=day,
            amount=amount,
            reference=reference,
            tender=index,
            method=method,
            also=also,
        )

    def _overpaid(self, tender: Payment, over: Decimal, reference: str) -> None:
        contact = self._invoice.contact
        made = overpayment(self._books, self._mapped, contact, tender, over, reference)
        self._overpayments.append(made)
        self._reasons.append(overpaid(tender, over))


def _sum(tenders: Iterable[Payment]) -> Decimal:
    return round_to(sum((tender.amount for tender in tenders), ZERO))


def _in_cents(amounts: Iterable[Decimal]) -> list[Decimal]:
    """Amounts rounded so that their sum is the rounded sum (three-decimal currencies)."""
    cents, running = [], ZERO
    for amount in amounts:
        cents.append(round_to(running + amount) - round_to(running))
        running += amount
    return cents
