"""What the shop says was received for an order. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

from accounting.books import Books
from accounting.dates import open_date
from accounting.eligibility import counts_as_paid, local_date
from accounting.postable import found
from accounting.reasons import Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.resolve import Answer, NotPosted, Resolution, payment_account
from connector.lib.money import CENT, ZERO, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Order, Payment
from stores.profile import Field


def received(books: Books, order: Order) -> tuple[Payment, ...]:
    """The tenders of an order as stated; by status where the shop states nothing."""
    if order.payments or order.received == 0:
        return order.payments
    if order.received is not None:
        return (_whole(order, order.received),)
    if counts_as_paid(books.snapshot.rules.statuses, order) and order.total:
        return (_whole(order, order.total),)
    return ()


def _whole(order: Order, amount: Decimal) -> Payment:
    return Payment(
        order.payment_method, amount, order.transaction_id, order.payment_title, path="payment"
    )


def method_account(books: Books, mapped: MappedOrder, method: str, currency: str) -> Answer:
    """Where a method's money goes. The rules are asked again for what the order does not name: a
    currency that is neither its own nor its shop's."""
    answer = mapped.methods.get((method, currency))
    return answer or payment_account(books.snapshot, method, currency)


def posted_elsewhere(books: Books, mapped: MappedOrder, tender: Payment) -> bool:
    """Whether a tender's method is mapped to none: a person enters its money in Xero."""
    answer = method_account(books, mapped, tender.method, mapped.order.currency)
    return isinstance(answer, NotPosted)


def received_here(books: Books, mapped: MappedOrder) -> tuple[Payment, ...]:
    """The tenders that count as received in the books: without those that are posted elsewhere."""
    tenders = received(books, mapped.order)
    return tuple(one for one in tenders if not posted_elsewhere(books, mapped, one))


def posted_by_hand(books: Books, mapped: MappedOrder) -> Reason | None:
    """Why nothing of an order is posted where invoices are switched off: its money is not ours
    to post."""
    tenders = received(books, mapped.order)
    if books.snapshot.store.streams.invoices or not tenders or received_here(books, mapped):
        return None
    text = said(
        "Paid by %(title)s, whose money is posted by hand, and invoices are switched off: there is "
        "nothing to post of it.",
        title=tenders[0].title or tenders[0].method,
    )
    return Reason("payment_by_hand", text, "payment_accounts")


def paid_at(books: Books, order: Order, tender: Payment | None = None) -> datetime:
    """The capture's moment, else that of the first `paid` status, else the order's."""
    if tender is not None and tender.received_at is not None:
        return tender.received_at
    paid = books.snapshot.rules.statuses.paid
    changes = (c.at for c in order.history if c.status in paid or "*" in paid)
    return min(changes, default=order.placed_at)


def disagreement(order: Order, tenders: tuple[Payment, ...]) -> Reason | None:
    """Where payments, what was received and what is outstanding do not fit together."""
    foreign = next((tender.currency for tender in tenders if tender.currency), "")
    if foreign:
        text = said(
            "A payment of the order is in %(currency)s, and the order is not. Enter its payments "
            "in Xero by hand.",
            currency=foreign,
        )
        return Reason("tenders_do_not_add_up", text, Field.PAYMENTS)
    paid = sum((tender.amount for tender in tenders), ZERO)
    if any(tender.amount < 0 for tender in tenders):
        text = said(
            "A payment of the order is negative. Correct it in the shop, or pay in Xero by hand."
        )
        return Reason("tenders_do_not_add_up", text, Field.PAYMENTS)
    if order.received is not None and round_to(paid) != round_to(order.received):
        text = said(
            "The payments sum to %(paid)s, but %(received)s was received. No payment is posted "
            "until they agree in the shop.",
            paid=paid,
            received=order.received,
        )
        return Reason("tenders_do_not_add_up", text, Field.PAYMENTS)
    if order.outstanding is None or order.refunded or order.refunds:
        return None
    rest = max(order.total - paid, ZERO)
    if abs(rest - max(order.outstanding, ZERO)) < CENT:
        return None
    text = said(
        "Of %(total)s, %(paid)s was received and %(outstanding)s is said to be outstanding. No "
        "payment is posted until they agree in the shop.",
        total=order.total,
        paid=paid,
        outstanding=order.outstanding,
    )
    return Reason("tenders_do_not_add_up", text, Field.PAYMENTS)


REFERENCE_LIMIT = 255


def account_of(books: Books, mapped: MappedOrder, tender: Payment) -> Resolution:
    """The Xero account of a tender's method; raises Hold where none is mapped. It is not asked
    of one whose money is posted elsewhere."""
    answer = method_account(books, mapped, tender.method, mapped.order.currency)
    assert not isinstance(answer, NotPosted)
    return found(answer)


def payment_day(books: Books, order: Order, tender: Payment | None = None) -> date:
    """The day on which the money came in, outside locked periods."""
    day = local_date(books.snapshot, paid_at(books, order, tender))
    return open_date(books, day, "payment").day


def other_references(tenders: tuple[Payment, ...]) -> list[tuple[str, ...]]:
    """What each tender is called beside its reference, as far as no other tender is."""
    if not any(tender.others for tender in tenders):
        return [()] * len(tenders)
    shared = Counter(name for tender in tenders for name in tender.references)
    return [
        tuple(
            name
            for name in tender.references
            if shared[name] == 1 and name != tender.reference.strip()
            and len(name) <= REFERENCE_LIMIT
        )
        for tender in tenders
    ]  # fmt: skip


def references(order: Order, tenders: tuple[Payment, ...]) -> list[str]:
    """The gateway's transaction id, with the tender's index where two share it; else the
    order number and the index. Unique within the order, so that equal tenders stay two."""
    stated = [tender.reference.strip() for tender in tenders]
    made = []
    for index, reference in enumerate(stated, start=1):
        if not reference:
            made.append(f"{order.number}-{index}")
        elif stated.count(reference) > 1:
            made.append(f"{reference}-{index}"[-REFERENCE_LIMIT:])
        else:
            made.append(reference[:REFERENCE_LIMIT])
    return made
