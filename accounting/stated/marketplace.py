"""Taxes that a marketplace collected and pays itself: they are on no document. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from accounting.reasons import Hold
from connector.lib.money import ZERO, allocate, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Collector, Line, LineKind, Order
from stores.canonical.refund import Refund, RefundPayment


def without_marketplace(order: Order) -> Order:
    """The order without the taxes that a marketplace collected: as if the buyer had paid them
    elsewhere. Raises Hold where nobody knows who collected one."""
    if _all_by_shop(order):
        return order
    _check_collectors(order)
    collected = collected_in(order)
    if not collected:
        return order
    refunds = tuple(_refund_without(order, refund) for refund in order.refunds)
    back = sum((refund.total for refund in order.refunds), ZERO)
    less_back = back - sum((refund.total for refund in refunds), ZERO)
    total = order.total - collected
    share = collected / order.total if order.total else ZERO
    payments = tuple(
        replace(one, amount=one.amount - round_to(one.amount * share)) for one in order.payments
    )
    paid = sum((one.amount for one in order.payments), ZERO)
    if payments and round_to(paid) == round_to(order.total):
        parts = allocate(round_to(collected), [max(one.amount, ZERO) for one in order.payments])
        payments = tuple(
            replace(one, amount=one.amount - part)
            for one, part in zip(order.payments, parts, strict=True)
        )
    received = order.received
    if received is not None:
        paid = sum((one.amount for one in payments), ZERO)
        received = paid if payments else received - round_to(received * share)
    outstanding = order.outstanding and order.outstanding - round_to(order.outstanding * share)
    return replace(
        order, lines=tuple(map(_line_without, order.lines)), total=total,
        tax=order.tax - collected, base_total=None, base_tax=None, payments=payments,
        received=received, outstanding=outstanding, refunds=refunds,
        refunded=max(order.refunded - less_back, ZERO),
    )  # fmt: skip


def _all_by_shop(order: Order) -> bool:
    shares = [share.collected_by for line in order.lines for share in line.taxes]
    return shares.count(Collector.SHOP) == len(shares)


def _check_collectors(order: Order) -> None:
    for line in order.lines:
        for share in line.taxes:
            if share.collected_by is Collector.UNKNOWN and share.amount:
                raise Hold(
                    "tax_collector_unknown",
                    said(
                        "%(name)s: the shop does not say whether %(amount)s of %(share_name)s is "
                        "paid by you or by the marketplace. Post the order by hand, and mark it as "
                        "handled by hand.",
                        name=line.name,
                        amount=share.amount,
                        share_name=share.name or said("tax"),
                    ),
                    line.path,
                )


def collected_in(order: Order) -> Decimal:
    """The tax of an order that a marketplace collected."""
    return sum(_collected(*order.lines), ZERO)


def _collected(*lines: Line) -> list[Decimal]:
    theirs = Collector.MARKETPLACE
    return [s.amount for line in lines for s in line.taxes if s.collected_by is theirs]


def _line_without(line: Line) -> Line:
    less = sum(_collected(line), ZERO)
    if not less:
        return line
    taxes = tuple(one for one in line.taxes if one.collected_by is not Collector.MARKETPLACE)
    rate = sum((one.rate or ZERO for one in taxes), ZERO)
    return replace(
        line, tax=line.tax - less, taxes=taxes, rate=rate, full_gross=None, unit_gross=None
    )


def _refund_without(order: Order, refund: Refund) -> Refund:
    """The same part of each line's tax is none of the refund's."""
    sold = {line.id: line for line in order.lines}
    lines, less = [], ZERO
    for part in refund.lines:
        line = sold.get(part.order_line_id)
        theirs = ZERO
        if line is not None and line.tax:
            theirs = round_to(part.tax * sum(_collected(line), ZERO) / line.tax)
        lines.append(replace(part, tax=part.tax - theirs))
        less += theirs
    of_shipping = ZERO
    for line in order.lines:
        if line.kind is LineKind.SHIPPING and line.tax:
            of_shipping = round_to(refund.shipping_tax * sum(_collected(line), ZERO) / line.tax)
            break
    less += of_shipping
    if not refund.lines and not refund.shipping_net and order.total:
        theirs = round_to(refund.total * collected_in(order) / order.total)
        return replace(refund, total=refund.total - theirs, payments=_less(refund, theirs))
    return replace(
        refund, lines=tuple(lines), shipping_tax=refund.shipping_tax - of_shipping,
        total=refund.total - less, tax=(refund.tax or ZERO) - less,
        base_total=None, base_tax=None, payments=_less(refund, less),
    )  # fmt: skip


def _less(refund: Refund, theirs: Decimal) -> tuple[RefundPayment, ...]:
    """The ways by which it goes back, each without its share of the marketplace's tax."""
    amounts = [max(one.amount, ZERO) for one in refund.payments]
    if not theirs or not any(amounts):
        return refund.payments
    came_to = sum(amounts, ZERO)
    parts = allocate(round_to(theirs * came_to / refund.money), amounts)
    return tuple(
        replace(one, amount=one.amount - part)
        for one, part in zip(refund.payments, parts, strict=True)
    )
