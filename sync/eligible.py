"""Whether an order is for Xero at all, by rule: pure. A skipped order names the rule."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from accounts_mapping.resolve import MappingSnapshot, like, order_rules
from accounts_mapping.schema import Statuses
from connector.lib.money import written
from stores.canonical import Order, Refund
from sync.reasons import Hold, Reason


class Course(StrEnum):
    """What an order's status asks for."""

    INVOICE = "invoice"
    REVERSE = "reverse"
    NOTHING = "nothing"


def course(statuses: Statuses, order: Order) -> Course:
    """The status decides; where no list names it, the state. A named status beats `"*"`.

    An order that the shop closed after receiving money was paid and refunded: it is
    posted whether or not `statuses.invoice` names it. A status of `statuses.refunded` takes
    the sale back, and its money.
    """
    if money_returned(statuses, order):
        return Course.REVERSE
    if (order.state or order.status) == "closed" and order.received:
        return Course.INVOICE
    for word in (order.status, order.state):
        if not word:
            continue
        if word in statuses.reverse:
            return Course.REVERSE
        if word in statuses.invoice:
            return Course.INVOICE
    if "*" in statuses.invoice:
        return Course.INVOICE
    return Course.REVERSE if "*" in statuses.reverse else Course.NOTHING


def refunded_since(snapshot: MappingSnapshot, order: Order) -> tuple[Refund, ...]:
    """The refunds that were made on or after the cut-over."""
    cut_over = snapshot.store.cut_over
    return tuple(
        refund
        for refund in order.refunds
        if cut_over is None or local_date(snapshot, refund.refunded_at) >= cut_over
    )


def money_returned(statuses: Statuses, order: Order) -> bool:
    """Whether the status says that the buyer has the money back."""
    return any(word in statuses.refunded for word in (order.status, order.state) if word)


def counts_as_paid(statuses: Statuses, order: Order) -> bool:
    """Whether the status says that the order is paid (used where no amount is stated)."""
    return any(
        word in statuses.paid or "*" in statuses.paid for word in (order.status, order.state)
    )


def local_date(snapshot: MappingSnapshot, moment: datetime) -> date:
    """The date in the time zone of the books."""
    return moment.astimezone(ZoneInfo(snapshot.store.timezone)).date()


def skipped(snapshot: MappingSnapshot, order: Order, *, posted: bool = False) -> Reason | None:
    """The rule by which nothing of this order goes to Xero, or None.

    `posted`: its invoice is there, so that it is followed whatever its status became.
    """
    store = snapshot.store
    if store.cut_over and local_date(snapshot, order.placed_at) < store.cut_over:
        return Reason(
            "before_cut_over",
            f"Placed before {store.cut_over.isoformat()}, the cut-over date of this store: not "
            "posted.",
            "cut_over",
        )
    only = store.only
    for key, wanted, values in (
        ("websites", only.websites, (order.website,)),
        ("store_views", only.store_views, (order.store_view, order.store_view_id)),
        ("stores", only.stores, (order.store_group,)),
    ):
        if wanted and not like(wanted, *values):
            return Reason(
                "other_store_view",
                f"Of {values[0] or 'an unnamed part of the shop'}, which `only.{key}` leaves out.",
                f"only.{key}",
            )
    chosen = course(snapshot.rules.statuses, order)
    if chosen is Course.REVERSE and not order.received:
        text = f"The order is {order.status or order.state}, and no money came in: not posted."
        return Reason("reversed", text, "status")
    if chosen is Course.NOTHING and not posted:
        return Reason(
            "status_not_selected",
            f"Status {order.status or order.state} is not one of those that are invoiced. Add it "
            "to statuses.invoice to post such orders.",
            "statuses.invoice",
        )
    if not posted and not store.streams.invoices and not _receipt_wanted(snapshot, order):
        return Reason("stream_off", "Invoices are switched off for this store.", "streams.invoices")
    return None


def _receipt_wanted(snapshot: MappingSnapshot, order: Order) -> bool:
    """Whether money came in that would be posted without an invoice."""
    paid = order.received or (
        order.received is None and counts_as_paid(snapshot.rules.statuses, order)
    )
    return bool(paid) and snapshot.store.streams.payments


def held_by_rule(snapshot: MappingSnapshot, order: Order) -> None:
    """Raise the hold of the first rule that asks for one, or of a setting not active yet."""
    approve: bool | None = None
    for index, rule in order_rules(snapshot, order):
        if rule.hold:
            raise Hold("rule_hold", f"Held by your rule: {rule.hold}", f"rules[{index}].hold")
        if approve is None and rule.approve is not None:
            approve = rule.approve
        if approve:
            text = "Your rule wants a person's approval, which this version cannot take. "
            text += "Remove `approve` from the rule to post the order."
            raise Hold("rule_hold", text, f"rules[{index}].approve")
    if not snapshot.store.streams.invoices:
        raise Hold(
            "setting_not_active",
            "Payments without invoices are not posted by this version. Switch invoices on, or "
            "payments off.",
            "streams.invoices",
        )


def zero_total(snapshot: MappingSnapshot, order: Order) -> Reason | None:
    """Orders of 0.00 are skipped unless the setting says otherwise."""
    if snapshot.rules.posting.zero_orders == "post":
        return None
    text = f"The total is {written(order.total)}. Choose posting.zero_orders: post to post it."
    return Reason("zero_total", text, "posting.zero_orders")
