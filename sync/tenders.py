"""What was received for an order, as payments on its invoice. Pure.

What the shop states decides; only where it states nothing do the `paid` statuses. A tender that
cannot be posted is held by itself and never holds the invoice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from accounts_mapping.resolve import Resolution, account_key, payment_account
from connector.lib.money import CENT, ZERO, round_to, written
from stores.canonical import Order
from stores.canonical import Payment as Tender
from sync.books import Books
from sync.checks import found, payable_account
from sync.dates import open_date
from sync.eligible import counts_as_paid, local_date
from sync.reasons import Hold, Reason
from sync.rows import SortedRows
from xero.documents import Invoice, Kind, Payment, Ref

_ROW_ACCOUNTS = {"gift_card": "gift_cards", "store_credit": "store_credit", "reward": "rewards"}
_REFERENCE_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Tendered:
    """The payments to post, and why others are not."""

    payments: tuple[Payment, ...] = ()
    reasons: tuple[Reason, ...] = ()


def received(books: Books, order: Order) -> tuple[Tender, ...]:
    """The tenders of an order as stated; by status where the shop states nothing."""
    if order.payments or order.received == 0:
        return order.payments
    if order.received is not None:
        return (_whole(order, order.received),)
    if counts_as_paid(books.snapshot.rules.statuses, order) and order.total:
        return (_whole(order, order.total),)
    return ()


def _whole(order: Order, amount: Decimal) -> Tender:
    return Tender(
        order.payment_method, amount, order.transaction_id, order.payment_title, path="payment"
    )


def paid_at(books: Books, order: Order, tender: Tender | None = None) -> datetime:
    """The capture's moment, else that of the first `paid` status, else the order's."""
    if tender is not None and tender.received_at is not None:
        return tender.received_at
    paid = books.snapshot.rules.statuses.paid
    changes = (c.at for c in order.history if c.status in paid or "*" in paid)
    return min(changes, default=order.placed_at)


def payments_of(books: Books, order: Order, invoice: Invoice, rows: SortedRows) -> Tendered:
    """One payment for each tender, none of 0.00, together never above the invoice."""
    tenders = received(books, order)
    if not books.snapshot.store.streams.payments or not (tenders or rows.tenders):
        return Tendered()
    if invoice.status != "AUTHORISED":
        text = (
            f"The invoice is posted as {invoice.status}. Approve it in Xero, set "
            "posting.status to AUTHORISED, and sync the order again: its payment follows."
        )
        return Tendered((), (Reason("payment_waits_for_approval", text, "posting.status"),))
    if reason := _disagreement(order, tenders):
        return Tendered((), (reason,))
    return _Till(books, order, invoice).take(tenders, rows)


def alone(books: Books, order: Order) -> tuple[Payment, ...]:
    """The tenders of an order whose invoice is not ours, as payments of nothing: they say
    which account each came to. One whose method is not mapped is left out."""
    found_ones = []
    for index, tender in enumerate(received(books, order), start=1):
        answer = payment_account(books.snapshot, tender.method, order.currency)
        if isinstance(answer, Resolution):
            target, is_id = payable_account(books.organisation, answer)
            found_ones.append(
                Payment(
                    "", target, local_date(books.snapshot, paid_at(books, order, tender)),
                    round_to(tender.amount), tender.reference, is_id, tender=index,
                    method=tender.method,
                )
            )  # fmt: skip
    return tuple(found_ones)


class _Till:
    """Takes the tenders of one order one by one, as far as the invoice is due."""

    def __init__(self, books: Books, order: Order, invoice: Invoice) -> None:
        self._books = books
        self._order = order
        self._invoice = invoice
        totals = invoice.expected()
        assert totals is not None
        self._total = totals.total
        self._reasons: list[Reason] = []

    def take(self, tenders: tuple[Tender, ...], rows: SortedRows) -> Tendered:
        """What the shop issued itself was taken off the total, so the rest is due in money."""
        own = _in_cents(-row.amount for row, _ in rows.tenders)
        due = self._total - sum(own, ZERO)
        payments = self._money(tenders, due)
        for index, ((row, meaning), amount) in enumerate(
            zip(rows.tenders, own, strict=True), start=len(tenders) + 1
        ):
            try:
                if amount > 0:
                    own_payment = self._own(amount, meaning, index, row.path)
                    payments.append(replace(own_payment, tender=index, method=meaning))
            except Hold as hold:
                self._reasons.append(hold.reason)
        return Tendered(tuple(payments), tuple(self._reasons))

    def _money(self, tenders: tuple[Tender, ...], due: Decimal) -> list[Payment]:
        """Payments of the tenders; what a held one would pay stays due."""
        shared = Counter(tender.reference.strip() for tender in tenders)
        payments: list[Payment] = []
        for index, (tender, amount) in enumerate(
            zip(tenders, _in_cents(tender.amount for tender in tenders), strict=True), start=1
        ):
            taken = min(amount, max(due, ZERO))
            due -= taken
            if taken < amount:
                self._reasons.append(_overpaid(tender, amount - taken))
            if not taken:
                continue
            try:
                payment = self._payment(tender, taken, self._reference(tender, index, shared))
                payments.append(replace(payment, tender=index, method=tender.method))
            except Hold as hold:
                self._reasons.append(hold.reason)
        return payments

    def _reference(self, tender: Tender, index: int, shared: Counter[str]) -> str:
        """The gateway's transaction id, with the tender's index where two share it; else the
        order number and the index. Unique within the order, so that equal tenders stay two."""
        reference = tender.reference.strip()
        if not reference:
            return f"{self._order.number}-{index}"
        if shared[reference] > 1:
            return f"{reference}-{index}"[-_REFERENCE_LIMIT:]
        return reference[:_REFERENCE_LIMIT]

    def _payment(self, tender: Tender, amount: Decimal, reference: str) -> Payment:
        answer = found(payment_account(self._books.snapshot, tender.method, self._order.currency))
        return self._made(answer, amount, reference, paid_at(self._books, self._order, tender))

    def _own(self, amount: Decimal, meaning: str, index: int, path: str) -> Payment:
        """A tender that the shop issued itself: paid from the liability it was sold into."""
        if meaning == "gift_card":
            _check_card(self._books, amount, path)
        answer = found(account_key(self._books.snapshot, _ROW_ACCOUNTS[meaning]))
        reference = f"{self._order.number}-{index}"
        return self._made(answer, amount, reference, paid_at(self._books, self._order))

    def _made(self, answer: Resolution, amount: Decimal, reference: str, when: datetime) -> Payment:
        target, is_id = payable_account(self._books.organisation, answer)
        day = local_date(self._books.snapshot, when)
        return Payment(
            invoice=Ref(Kind.INVOICE, self._invoice.number),
            account=target,
            account_is_id=is_id,
            date=open_date(self._books, day, "payment").day,
            amount=amount,
            reference=reference,
        )


def _in_cents(amounts: Iterable[Decimal]) -> list[Decimal]:
    """Amounts rounded so that their sum is the rounded sum (three-decimal currencies)."""
    cents, running = [], ZERO
    for amount in amounts:
        cents.append(round_to(running + amount) - round_to(running))
        running += amount
    return cents


def _check_card(books: Books, amount: Decimal, path: str) -> None:
    """A gift card's sale is not known to us yet, so gift_cards.unknown decides."""
    policy = books.snapshot.rules.gift_cards.unknown
    if policy == "hold":
        raise Hold(
            "gift_card_unknown",
            f"A gift card of {written(amount)} was redeemed, and its sale is not known. Its "
            "payment waits; choose gift_cards.unknown: liability to post it from "
            "accounts.gift_cards.",
            "gift_cards.unknown",
        )
    if policy != "liability":
        raise Hold(
            "setting_not_active",
            f"A gift card of {written(amount)} was redeemed at {path}, and gift_cards.unknown: "
            f"{policy} is not done by this version. Choose hold or liability.",
            "gift_cards.unknown",
        )


def _disagreement(order: Order, tenders: tuple[Tender, ...]) -> Reason | None:
    """Where payments, what was received and what is outstanding do not fit together."""
    paid = sum((tender.amount for tender in tenders), ZERO)
    if any(tender.amount < 0 for tender in tenders):
        text = "A payment of the order is negative. Correct it in the shop, or pay in Xero by hand."
        return Reason("tenders_do_not_add_up", text, "payment")
    if order.received is not None and round_to(paid) != round_to(order.received):
        text = (
            f"The payments sum to {written(paid)}, but {written(order.received)} was received. No "
            "payment is posted until they agree in the shop."
        )
        return Reason("tenders_do_not_add_up", text, "payment")
    if order.outstanding is None or order.refunded or order.refunds:
        return None
    rest = max(order.total - paid, ZERO)
    if abs(rest - max(order.outstanding, ZERO)) < CENT:
        return None
    text = (
        f"Of {written(order.total)}, {written(paid)} was received and {written(order.outstanding)} "
        "is said to be outstanding. No payment is posted until they agree in the shop."
    )
    return Reason("tenders_do_not_add_up", text, "payment")


def _overpaid(tender: Tender, over: Decimal) -> Reason:
    return Reason(
        "overpaid",
        f"{written(over)} more was received by {tender.title or tender.method} than is due. What "
        "is due is posted; record the rest in Xero as an overpayment, or correct the order.",
        tender.path or "payment",
    )
