"""Whether an order is for Xero at all, by rule: pure. A skipped order names the rule."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from accounting.reasons import Hold, Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.resolve import MappingSnapshot, like, views_of, websites_of
from accounts_mapping.rules.schema import Statuses
from connector.lib.texts.said import said
from stores.canonical.order import Order, Whereabouts
from stores.canonical.refund import Refund
from stores.profile import Field


class Treatment(StrEnum):
    """What an order's status asks for."""

    POST = "post"
    REVERSE = "reverse"
    SKIP = "skip"


def treatment_of(statuses: Statuses, order: Order) -> Treatment:
    """The status decides; where no list names it, the state. A named status beats `"*"`.

    An order that the shop closed after receiving money, or a gift card, was paid and refunded:
    it is posted whether or not `statuses.invoice` names it. One that another order replaced, by an
    edit in the shop, is taken back in any status. A status of `statuses.refunded` takes
    the sale back, and its money. What the shop calls cancelled, and has cancelled a part of,
    goes on with the rest: what happened to that is told by its figures.
    """
    if order.cancelled and (order.state or order.status) == "canceled":
        return Treatment.POST
    if money_returned(statuses, order):
        return Treatment.REVERSE
    if order.replaced_by and not order.received:
        return Treatment.REVERSE
    if (order.state or order.status) == "closed" and (order.received or order.refunds):
        return Treatment.POST
    return _by_words(statuses, order.status, order.state)


def takes_back(statuses: Statuses, *words: str) -> bool:
    """Whether an order with this status (and state, if known) is taken back."""
    return any(word in statuses.refunded for word in words) or (
        _by_words(statuses, *words) is Treatment.REVERSE
    )


def _by_words(statuses: Statuses, *words: str) -> Treatment:
    for word in words:
        if not word:
            continue
        if word in statuses.reverse:
            return Treatment.REVERSE
        if word in statuses.invoice:
            return Treatment.POST
    if "*" in statuses.invoice:
        return Treatment.POST
    return Treatment.REVERSE if "*" in statuses.reverse else Treatment.SKIP


def refunded_since(snapshot: MappingSnapshot, order: Order) -> tuple[Refund, ...]:
    """The refunds that were made on or after the cut-over."""
    cut_over = snapshot.store.cut_over
    return tuple(
        refund
        for refund in order.refunds
        if cut_over is None or local_date(snapshot, refund.refunded_at) >= cut_over
    )


def money_returned(statuses: Statuses, order: Order) -> bool:
    """Whether the status, or a document of the shop's, says that the buyer has the money back."""
    return order.taken_back or any(
        word in statuses.refunded for word in (order.status, order.state) if word
    )


def never_ships(statuses: Statuses, order: Order) -> bool:
    """Whether nothing of it will be shipped any more: it holds nothing to ship, or it was
    closed or taken back before."""
    ended = (order.state or order.status) == "closed"
    return not order.ships or ended or treatment_of(statuses, order) is Treatment.REVERSE


def _money_came(statuses: Statuses, order: Order) -> bool:
    """Whether money was received, as stated, or as a status that says it went back implies."""
    if order.received is None:
        return money_returned(statuses, order)
    return bool(order.received)


def counts_as_paid(statuses: Statuses, order: Order) -> bool:
    """Whether the status says that the order is paid (used where no amount is stated); what
    was given back had been paid."""
    return money_returned(statuses, order) or any(
        word in statuses.paid or "*" in statuses.paid for word in (order.status, order.state)
    )


def local_date(snapshot: MappingSnapshot, moment: datetime) -> date:
    """The date in the time zone of the books."""
    return moment.astimezone(ZoneInfo(snapshot.store.timezone)).date()


def _no_sale(order: Order) -> Reason | None:
    """Why an order is not, or not yet, a sale of its own."""
    if order.test:
        text = said("A test order: somebody tried the shop, and nobody bought anything.")
        return Reason("test_order", text, Field.STATUS)
    if order.unconfirmed:
        text = said("The buyer has not placed the order yet, or gave it up: not posted.")
        return Reason("not_confirmed", text, Field.STATUS)
    if order.deleted:
        return Reason(
            "deleted_in_shop", said("Deleted in the shop before it was posted."), Field.ID
        )
    if order.divided:
        text = said(
            "The shop divided it into an order for each vendor: those are posted in its place."
        )
        return Reason("order_divided", text, Field.STATUS)
    return None


def skipped(snapshot: MappingSnapshot, order: Order, *, posted: bool = False) -> Reason | None:
    """The rule by which nothing of this order goes to Xero, or None.

    `posted`: its invoice is there, so that it is followed whatever its status became.
    """
    store = snapshot.store
    if not posted and (reason := _no_sale(order)):
        return reason
    if store.cut_over and local_date(snapshot, order.placed_at) < store.cut_over:
        return Reason(
            "before_cut_over",
            said(
                "Placed before %(cut_over)s, the cut-over date of this store: not posted.",
                cut_over=store.cut_over,
            ),
            "cut_over",
        )
    if elsewhere := of_other_part(snapshot, order):
        return elsewhere
    chosen = treatment_of(snapshot.rules.statuses, order)
    if chosen is Treatment.REVERSE and not _money_came(snapshot.rules.statuses, order):
        text = said(
            "The order is %(status)s, and no money came in: not posted.",
            status=order.status or order.state,
        )
        return Reason("reversed", text, Field.STATUS)
    if chosen is Treatment.SKIP and not posted:
        return Reason(
            "status_not_selected",
            said(
                "Status %(status)s is not one of those that are invoiced. Add it to "
                "statuses.invoice to post such orders.",
                status=order.status or order.state,
            ),
            "statuses.invoice",
        )
    return None if posted or store.streams.invoices else _no_receipt(snapshot, order)


def _no_receipt(snapshot: MappingSnapshot, order: Order) -> Reason | None:
    """Why an order is not posted, where there are no invoices, by the money received for it."""
    if not snapshot.store.streams.payments:
        text = said("Invoices are switched off for this store.")
        return Reason("stream_off", text, "streams.invoices")
    if not _paid(snapshot, order):
        text = said(
            "Invoices are switched off for this store: the order is posted once it is paid."
        )
        return Reason("receipt_waits", text, "streams.invoices")
    return None


def untold(snapshot: MappingSnapshot, order: Order | Whereabouts) -> tuple[str, ...]:
    """Keys of `only` that may name a part of the shop by its code, where it is not known yet
    which codes the parts of this order have: whether it is read cannot be told."""
    only, parts = snapshot.store.only, order.parts
    return tuple(
        key
        for key, wanted, known, values in (
            ("websites", only.websites, parts.website, websites_of(order)),
            ("store_views", only.store_views, parts.store_view, views_of(order)),
            ("stores", only.stores, parts.store_group, (order.store_group, *parts.store_group)),
        )
        if not known and any(map(_may_be_code, wanted)) and not like(wanted, *values)
    )


def _may_be_code(name: str) -> bool:
    """Numbers are ids, which the order states itself, and what has spaces is a name."""
    return not name.isdecimal() and not any(map(str.isspace, name))


def of_other_part(snapshot: MappingSnapshot, order: Order | Whereabouts) -> Reason | None:
    """Why an order is none of this store's: of a part of the shop that it does not read."""
    only = snapshot.store.only
    if not (only.websites or only.store_views or only.stores):
        return None
    for key, wanted, values in (
        ("websites", only.websites, websites_of(order)),
        ("store_views", only.store_views, views_of(order)),
        ("stores", only.stores, (order.store_group, *order.parts.store_group)),
    ):
        if wanted and not like(wanted, *values):
            return Reason(
                "other_store_view",
                said(
                    "Of %(part)s, which `only.%(key)s` leaves out.",
                    part=values[0] or said("an unnamed part of the shop"),
                    key=key,
                ),
                f"only.{key}",
            )
    return None


def unreadable_elsewhere(snapshot: MappingSnapshot, where: Whereabouts) -> Reason | None:
    """Likewise of an order that cannot be read, as far as its record tells where it is of."""
    reason = of_other_part(snapshot, where)
    told = {
        "websites": websites_of(where),
        "store_views": views_of(where),
        "stores": (where.store_group, *where.parts.store_group),
    }
    if reason is None:
        return None
    key = reason.field.removeprefix("only.")
    return reason if any(told[key]) and key not in untold(snapshot, where) else None


def of_other_website(snapshot: MappingSnapshot, websites: tuple[str, ...]) -> Reason | None:
    """Why a customer or a product is none of this store's; None if it is one, or if the shop
    does not say. `websites` are ids and names."""
    wanted = snapshot.store.only.websites
    if not wanted or not websites or like(wanted, *websites):
        return None
    text = said(
        "Of website %(websites)s, which `only.websites` leaves out.", websites=", ".join(websites)
    )
    return Reason("other_store_view", text, "only.websites")


def _paid(snapshot: MappingSnapshot, order: Order) -> bool:
    """Whether money came in, or none is due."""
    if order.received is None:
        return counts_as_paid(snapshot.rules.statuses, order)
    return bool(order.received) or not order.total


def held_by_rule(mapped: MappedOrder) -> None:
    """Raise the hold of the first rule that asks for one."""
    if mapped.hold is not None:
        text = said("Held by your rule: %(text)s", text=mapped.hold.value)
        raise Hold("rule_hold", text, mapped.hold.source)


def zero_total(snapshot: MappingSnapshot, order: Order) -> Reason | None:
    """Orders of 0.00 are skipped unless the setting says otherwise; without an invoice there is
    nothing to post of them."""
    if snapshot.rules.posting.zero_orders == "post" and snapshot.store.streams.invoices:
        return None
    text = said(
        "The total is %(total)s. Choose posting.zero_orders: post to post it.", total=order.total
    )
    return Reason("zero_total", text, "posting.zero_orders")
