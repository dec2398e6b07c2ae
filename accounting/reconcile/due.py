"""Why Xero says that another amount is due, or came in, than the shop does: pure."""

from __future__ import annotations

from collections.abc import Sequence

from accounting.reason_kinds import INFORMATIVE
from accounting.reconcile.causes import Cause, Side
from accounting.reconcile.rows import Difference, DocumentRow, Held, InXero, OrderRow, XeroPayment
from xero.documents.kinds import CREDITS, Kind

# About an order's documents, not about its money.
_OTHER_REASONS = frozenset({"changed_after_posting", "mismatch"})


def due_difference(
    order: OrderRow, postings: Sequence[DocumentRow], held: Sequence[Held], found: InXero,
    total: Difference | None,
) -> Difference | None:  # fmt: skip
    """At most one difference of `amount_due`, or of `payment` where as much is due. `total`:
    the documents' totals differ too; where that alone explains it, it is not told twice."""
    invoices = [one for one in held if one.posting.kind == Kind.INVOICE]
    shop_due = _shop_due(order)
    if not invoices or shop_due is None:
        return None
    due = sum(one.due for one in invoices)
    due -= sum(one.due for one in held if one.posting.kind in CREDITS)
    if order.by_hand and _explained_by_hand(order, due):
        return None
    money = _Money(postings, invoices, found)
    if any(one.posting.shared for one in invoices):
        return None if total or due == shop_due else _of_part(order, postings, shop_due, due)
    if due == shop_due:
        return None if total else _received(order, held, money)
    if _left_open(order, due):
        return None
    if total and total.cause is not Cause.MISMATCH and _by(total) == due - shop_due:
        return None
    cause, side = _cause(order, postings, invoices, money)
    return Difference("amount_due", shop_due, due, side, cause)


def due_of_cancelled(
    order: OrderRow, postings: Sequence[DocumentRow], held: Sequence[Held], found: InXero
) -> Difference | None:
    """Of a sale that was taken back whole: nothing is due, and what came in and did not go back
    is a credit that is left open."""
    invoices = [one for one in held if one.posting.kind == Kind.INVOICE]
    due = sum(one.due for one in invoices)
    due -= sum(one.due for one in held if one.posting.kind in CREDITS)
    left = max((order.received or 0) - order.refunded, 0)
    if not invoices or due in (0, -left):
        return None
    cause, side = _cause(order, postings, invoices, _Money(postings, invoices, found))
    return Difference("amount_due", 0, due, side, cause)


def _of_part(
    order: OrderRow, postings: Sequence[DocumentRow], shop_due: int, due: int
) -> Difference:
    """The money of a summary is compared with all of its parts; of one of them, what the shop
    says now with what it said when the part was posted."""
    if any(p.is_unfinished for p in postings):
        return Difference("amount_due", shop_due, due, Side.XERO, Cause.NOT_YET_SYNCED)
    if set(order.reasons) - INFORMATIVE - _OTHER_REASONS:
        return Difference("amount_due", shop_due, due, Side.XERO, Cause.PAYMENT_HELD)
    return Difference("amount_due", shop_due, due, Side.STORE, Cause.CHANGED_IN_SHOP)


def _by(difference: Difference) -> int | None:
    """How much more Xero has; None where the two sides are no amounts."""
    if isinstance(difference.shop, int) and isinstance(difference.xero, int):
        return difference.xero - difference.shop
    return None


def _shop_due(order: OrderRow) -> int | None:
    """What the shop says is outstanding; None where it says nothing, or nothing is owed."""
    if order.state == "skipped":
        return None
    if order.due is not None and not order.by_hand:
        return max(order.due, 0)
    return None if order.received is None else max(order.invoiced - order.received, 0)


def _left_open(order: OrderRow, due: int) -> bool:
    """Whether what the buyer paid beyond what the order is worth now is open on the contact, as
    the order says, and nothing else is to be done."""
    asked = set(order.reasons) - INFORMATIVE - _OTHER_REASONS
    return order.due is not None and due == order.due < 0 and asked <= {"credit_left_open"}


def _explained_by_hand(order: OrderRow, due: int) -> bool:
    """Whether what is due lies between none and all of the money having been entered, and its
    refunds not given back, by the person who posts it."""
    most = order.invoiced - (order.received or 0)
    return most - order.by_hand - order.refunded <= due <= most


class _Money:
    """The payments on an order's invoices: ours, those of a person, and those that are gone."""

    def __init__(
        self, postings: Sequence[DocumentRow], invoices: Sequence[Held], found: InXero
    ) -> None:
        self.postings = [p for p in postings if p.kind == Kind.PAYMENT]
        posted = {p.xero_id: p for p in self.postings if p.is_posted}
        listed = [
            one for invoice in invoices for one in found.payments.get(invoice.posting.xero_id, ())
        ]
        live = {one.payment_id: one for one in listed if one.status != "DELETED"}
        deleted = {one.payment_id for one in listed} - live.keys()
        self.foreign: list[XeroPayment] = [
            one for payment_id, one in live.items() if payment_id not in posted
        ]
        self.removed = [
            p for xero_id, p in posted.items()
            if xero_id in deleted or (xero_id not in live and _should_be_listed(p, found))
        ]  # fmt: skip
        gone = {p.pk for p in self.removed}
        ours = sum(p.amount for p in posted.values() if p.pk not in gone)
        self.posted = sum(p.amount for p in posted.values())
        self.known = ours + sum(one.amount for one in self.foreign)


def _should_be_listed(posting: DocumentRow, found: InXero) -> bool:
    known = found.payments_at
    return known is not None and posting.posted_at is not None and posting.posted_at < known


def _received(order: OrderRow, held: Sequence[Held], money: _Money) -> Difference | None:
    """As much is due on both sides, but not as much came in."""
    if order.received is None or any(one.posting.kind in CREDITS for one in held):
        return None
    beside = sum(one.total for one in held if one.posting.kind == Kind.BANK_TRANSACTION)
    there = money.known + beside
    if there == order.received:
        return None
    if money.foreign:
        cause = Cause.PAID_IN_XERO
    elif money.removed:
        cause = Cause.PAYMENT_REMOVED
    elif any(p.is_unfinished for p in money.postings):
        cause = Cause.NOT_YET_SYNCED
    elif _waits_for_a_person(order, money):
        cause = Cause.PAYMENT_HELD
    else:
        return None  # what covers it is no payment: a credit, or part of the invoice's lines
    return Difference("payment", order.received, there, Side.XERO, cause)


def _cause(
    order: OrderRow, postings: Sequence[DocumentRow], invoices: Sequence[Held], money: _Money
) -> tuple[Cause, Side]:
    if any(one.status in ("DRAFT", "SUBMITTED") for one in invoices):
        return Cause.WAITS_FOR_APPROVAL, Side.XERO
    if money.removed:
        return Cause.PAYMENT_REMOVED, Side.XERO
    if money.foreign:
        return Cause.PAID_IN_XERO, Side.XERO
    if any(p.is_unfinished and p.kind != Kind.INVOICE for p in postings):
        return Cause.NOT_YET_SYNCED, Side.XERO
    if _waits_for_a_person(order, money):
        return Cause.PAYMENT_HELD, Side.XERO
    allocated = sum(p.amount for p in postings if p.kind == Kind.ALLOCATION and p.is_posted)
    covered = sum(one.total - one.due for one in invoices)
    if covered > money.known + allocated:
        return Cause.CREDITED_IN_XERO, Side.XERO
    if allocated and order.refunded and money.posted == order.received:
        return Cause.REFUND_AGAINST_DUE, Side.XERO
    if order.received is not None and money.posted != order.received:
        return Cause.CHANGED_IN_SHOP, Side.STORE
    return Cause.UNEXPLAINED, Side.XERO


def _waits_for_a_person(order: OrderRow, money: _Money) -> bool:
    if any(p.state in ("held", "dead") for p in money.postings):
        return True
    asked = set(order.reasons) - INFORMATIVE - _OTHER_REASONS
    return bool(asked)
