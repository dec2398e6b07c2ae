"""A paid order as one bank transaction, where invoices are switched off. Pure.

It has the lines, taxes and tracking that the invoice would have. What the shop issued itself
(gift cards, store credit) is a negative line, so that its total is the money received.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.books import Books
from accounting.dates import OpenDay, open_date
from accounting.eligibility import local_date
from accounting.money.overpayments import overpaid, overpayment
from accounting.money.received import (
    account_of,
    disagreement,
    paid_at,
    posted_elsewhere,
    received,
    references,
)
from accounting.postable import bank_account
from accounting.reasons import Hold, Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Order, Payment
from xero.documents.documents import BankTransaction
from xero.documents.kinds import Id
from xero.documents.lines import DocumentLine, TaxMode, line_totals

_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Received:
    """The receipt, what was paid beyond it, and what is worth knowing."""

    receipt: BankTransaction
    overpayments: tuple[BankTransaction, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptContent:
    """What the receipt is about: everything but the money."""

    contact: Id
    lines: tuple[DocumentLine, ...]
    mode: TaxMode
    currency_rate: Decimal | None


def receipt_day(books: Books, order: Order) -> OpenDay:
    """The day on which the last of the money came in, outside locked periods."""
    moments = [paid_at(books, order, tender) for tender in received(books, order)]
    moment = max(moments, default=order.placed_at)
    return open_date(books, local_date(books.snapshot, moment), "payment")


def receipt_of(books: Books, mapped: MappedOrder, sale: ReceiptContent, day: date) -> Received:
    """One RECEIVE bank transaction; raises Hold where the order cannot be one."""
    order = mapped.order
    total = line_totals(sale.lines, sale.mode).total
    stated = received(books, order)
    if reason := disagreement(order, stated):
        raise Hold(reason.code, reason.message, reason.field)
    tenders = tuple(one for one in stated if not posted_elsewhere(books, mapped, one))
    over = _over(total, tenders)
    account, is_id = _account(books, mapped, tenders)
    receipt = BankTransaction(
        type="RECEIVE",
        contact=sale.contact,
        account=account,
        account_is_id=is_id,
        date=day,
        mode=sale.mode,
        currency=order.currency,
        reference=mapped.reference.value[:_LIMIT] or order.number[:_LIMIT],
        lines=sale.lines,
        currency_rate=sale.currency_rate,
    )
    if not over:
        return Received(receipt)
    last, reference = tenders[-1], references(order, tenders)[-1]
    more = overpayment(books, mapped, sale.contact, last, over, reference)
    return Received(receipt, (more,), (overpaid(last, over),))


def _over(total: Decimal, tenders: tuple[Payment, ...]) -> Decimal:
    """What was received beyond the total; holds where it was less, or nothing."""
    paid = round_to(sum((tender.amount for tender in tenders), ZERO))
    if not total:
        text = said(
            "No money was received for this order: it was paid by gift card, store credit or "
            "reward points. Without an invoice there is nothing to post it on. Switch "
            "streams.invoices on, or enter it in Xero by hand."
        )
        raise Hold("receipt_without_money", text, "streams.invoices")
    if paid < total:
        text = said(
            "%(paid)s of %(total)s was received. Invoices are switched off, and a part of an order "
            "cannot be posted without one: the order is posted once all of it is paid.",
            paid=paid,
            total=total,
        )
        raise Hold("receipt_partly_paid", text, "streams.invoices")
    return paid - total


def _account(books: Books, mapped: MappedOrder, tenders: tuple[Payment, ...]) -> tuple[str, bool]:
    """The one bank account that all tenders go to."""
    paid = [tender for tender in tenders if tender.amount]
    answers = [account_of(books, mapped, tender) for tender in paid]
    currency = mapped.order.currency
    accounts = {
        bank_account(books.organisation, answer, currency, said("Money without an invoice"))
        for answer in answers
    }
    if len(accounts) > 1:
        names = " and ".join(sorted(account for account, _ in accounts))
        text = said(
            "The order was paid to accounts %(names)s, and one bank transaction has one account. "
            "Map its payment methods to one account, or switch streams.invoices on.",
            names=names,
        )
        raise Hold("receipt_several_accounts", text, "payment_accounts")
    return accounts.pop()
