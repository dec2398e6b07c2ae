"""Refunds as if the shop had said all of them: only what went back, with the tax in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from connector.lib.money import ZERO, allocate, round_to
from stores.canonical.order import Line, LineKind, Order
from stores.canonical.refund import MoneyBack, Refund, RefundLine


def refunds_stated(order: Order) -> list[Refund]:
    """Those whose money went back, with their tax. One that is paid in parts waits for all."""
    return [
        _with_tax(order, _paid_back(refund))
        for refund in order.refunds
        if not is_pending(refund) and not is_declined(refund)
    ]


def is_pending(refund: Refund) -> bool:
    return any(one.state is MoneyBack.PENDING for one in refund.payments)


def is_declined(refund: Refund) -> bool:
    return bool(refund.payments) and all(one.state is MoneyBack.DECLINED for one in refund.payments)


def _paid_back(refund: Refund) -> Refund:
    """The refund over what went back, without the payments that were declined."""
    declined = sum((one.amount for one in refund.payments if one.state is MoneyBack.DECLINED), ZERO)
    if not declined:
        return refund
    total = refund.total - declined
    tax = refund.tax and round_to(refund.tax * total / refund.total)
    kept = tuple(one for one in refund.payments if one.state is not MoneyBack.DECLINED)
    return replace(refund, total=total, tax=tax, payments=kept, base_total=None, base_tax=None)


def _with_tax(order: Order, refund: Refund) -> Refund:
    """A refund that states no tax has it inside its amounts, as the lines sold have it; of one
    that does not say either what it is for, it is that of the whole order, or of goodwill."""
    if refund.tax is not None:
        return refund
    if not refund.lines and not refund.shipping_net:
        if round_to(refund.total) != round_to(order.total) or refund.adjustment:
            return replace(refund, tax=ZERO)  # goodwill: its line takes the tax out
        lines = tuple(_all_of(line) for line in order.lines)
        return replace(refund, lines=lines, tax=order.tax)
    sold = {line.id: line for line in order.lines}
    shipping = next((line for line in order.lines if line.kind is LineKind.SHIPPING), None)
    parts = [(part.net, sold.get(part.order_line_id)) for part in refund.lines]
    parts.append((refund.shipping_net, shipping))
    *taxes, of_shipping = _inside([(gross, line) for gross, line in parts])
    lines = tuple(
        replace(part, net=part.net - tax, tax=tax)
        for part, tax in zip(refund.lines, taxes, strict=True)
    )
    return replace(
        refund, lines=lines, shipping_net=refund.shipping_net - of_shipping,
        shipping_tax=of_shipping, tax=sum(taxes, of_shipping),
    )  # fmt: skip


def _inside(parts: Sequence[tuple[Decimal, Line | None]]) -> list[Decimal]:
    """The tax in each of these amounts, as it was in the lines sold: what they come to together,
    rounded once, by largest remainder."""
    exact = [
        gross * line.tax / line.gross if line is not None and line.gross else ZERO
        for gross, line in parts
    ]
    return allocate(round_to(sum(exact, ZERO)), [max(tax, ZERO) for tax in exact])


def _all_of(line: Line) -> RefundLine:
    return RefundLine(
        line.id, line.name, line.sku, line.quantity, line.net, line.tax, line.percent, line.path
    )
