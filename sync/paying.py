"""What is received for a sale, and what goes back: payments, allocations, refunds. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from accounts_mapping.resolve import NotPosted, payment_account
from connector.lib.money import ZERO, written
from stores.canonical import Payment as Tender
from stores.profile import Field
from sync.checks import found, payable_account
from sync.given_back import issued_accounts
from sync.history import APPROVED
from sync.reasons import Hold, Reason
from sync.standing_money import credited_ahead
from sync.tenders import overpaid, overpayment
from sync.till import Credit, Debit, Till, total_of
from xero.documents import BankTransaction, Kind, Payment

if TYPE_CHECKING:
    from sync.plan import Planner


def settle(planner: Planner, debits: list[Debit], credits: list[Credit]) -> None:
    """Plan what is received and not posted, and what uses up the credit notes."""
    issued = issued_accounts(planner.books, planner.order)
    till = Till(planner.history, planner.order.id, debits, issued)
    till.elsewhere(planner.built.elsewhere)
    again = planner.history.frozen(
        lambda e: e.kind is Kind.REFUND and e.slot.purpose.startswith("cancel-")
    )
    planner.wants += till.receive(planner.built.payments, again=[*again])
    for posted, now in till.short:
        text = f"{written(posted)} was posted as received, the shop now says {written(now)}."
        planner.reasons.append(Reason("changed_after_posting", text, Field.PAYMENTS))
    planner.reasons += [_by_people(payment, part) for payment, part in till.covered]
    for credit in credits:
        use(planner, till, credit)
    if not planner.reversing:
        _overpayments(planner, till)


def _overpayments(planner: Planner, till: Till) -> None:
    """What was received beyond what is due, as far as it is not posted yet."""
    posted = sum((e.total for e in planner.history.tenders("overpayment")), ZERO)
    beyond = [*planner.built.overpayments, *_taken_by_credit(planner, till)]
    for place, over in enumerate(beyond, start=1):
        amount = total_of(over)
        covered = min(posted, amount)
        posted -= covered
        if covered == amount:
            continue
        slot = till.take(planner.slot(f"overpayment-{place}"))
        if slot.revision > 1:
            over = replace(over, reference=f"{over.reference}-{slot.revision}"[-255:])
        (line,) = over.lines
        planner.want(replace(over, lines=(replace(line, unit_amount=amount - covered),)), slot)


def _taken_by_credit(planner: Planner, till: Till) -> Iterator[BankTransaction]:
    """Money that came in after a refund had been put against what was due: no invoice takes it
    any more, and it is owed to the buyer, to whom the shop says that it went back."""
    left = ZERO if planner.wait else credited_ahead(planner.history)
    order = replace(planner.order, currency=planner.sold_in or planner.order.currency)
    for payment in till.over:
        amount = min(left, payment.amount)
        if amount <= 0:
            continue
        left -= amount
        tender = Tender(payment.method, amount, payment.reference)
        try:
            over = overpayment(
                planner.books, order, planner.contact, tender, amount, payment.reference
            )
        except Hold as hold:
            planner.reasons.append(hold.reason)
            continue
        planner.reasons.append(overpaid(tender, amount))
        yield replace(over, date=payment.date)


def use(planner: Planner, till: Till, credit: Credit) -> None:
    """Put a credit note against what is due, and pay the rest back if it went back."""
    if not _approved(planner, credit):
        text = f"{credit.number} is a draft. Approve it in Xero: it is used up then."
        planner.reasons.append(Reason("payment_waits_for_approval", text, "posting.status"))
        return
    account = None
    by_hand = _by_hand(planner, credit)
    if credit.returned and credit.method and not by_hand and not _tendered(planner, credit.method):
        try:
            account = _account(planner, credit.method)
        except Hold as hold:
            planner.reasons.append(hold.reason)
            return
    wants, rest = till.use(credit if not by_hand else replace(credit, returned=False), account)
    planner.wants += wants
    if rest > 0:
        planner.reasons.append(_open(planner, credit, rest))


def _by_hand(planner: Planner, credit: Credit) -> bool:
    """Whether the shop names a method for the money that a person posts in Xero."""
    currency = planner.sold_in or planner.order.currency
    answer = payment_account(planner.books.snapshot, credit.method, currency)
    return bool(credit.method) and isinstance(answer, NotPosted)


def _approved(planner: Planner, credit: Credit) -> bool:
    entry = planner.history.at(credit.slot)
    status = entry.status if entry is not None and entry.posted else planner.status
    return status in APPROVED


def _tendered(planner: Planner, method: str) -> bool:
    return any(payment.method == method for payment in planner.built.payments)


def _account(planner: Planner, method: str) -> tuple[str, bool]:
    currency = planner.sold_in or planner.order.currency
    answer = payment_account(planner.books.snapshot, method, currency)
    assert not isinstance(answer, NotPosted)
    return payable_account(planner.books.organisation, found(answer))


def _by_people(payment: Payment, part: Decimal) -> Reason:
    """What of a tender is not posted, because people put as much on the invoice."""
    text = (
        f"{written(part)} of the {written(payment.amount)} received is not posted: in Xero a "
        "person has put as much on the invoice. Compare the payments and credits there."
    )
    return Reason("invoice_not_payable", text, Field.PAYMENTS)


def _open(planner: Planner, credit: Credit, rest: Decimal) -> Reason:
    if _people_paid(planner):
        text = (
            f"{written(rest)} of {credit.number} is left open on the contact: a person posts, or "
            "has posted, as much of the money in Xero. Give it back there, or use it for another "
            "invoice."
        )
        return Reason("credit_left_open", text, "payment_accounts")
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
    return Reason("credit_left_open", text, Field.STATUS)


def _people_paid(planner: Planner) -> bool:
    """Whether money of the sale is entered in Xero by people."""
    invoices = planner.history.frozen(lambda e: e.kind is Kind.INVOICE)
    return bool(planner.built.elsewhere) or any(
        entry.by_people > entry.credited_by_people for entry in invoices
    )
