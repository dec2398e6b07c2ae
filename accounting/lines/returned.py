"""Goods that came back to a shop that states no refunds, as refunds. Pure.

`refunds.return_actions` names what the shop does about a return when it gives the money back.
The pieces are credited at what was charged for them, with their share of discounts and their tax,
without shipping, and never more of them than were sold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal

from accounting.reasons import Hold
from connector.lib.money import ZERO, minor_digits, round_to
from connector.lib.texts.said import figure, said
from stores.canonical.order import Line, Order
from stores.canonical.refund import Refund, RefundLine, Return
from stores.profile import Field


def with_returns(order: Order, actions: Collection[str]) -> Order:
    """The order with a refund for each return of these actions, in place of its returns.

    Raises Hold where nobody can tell of which line the goods were.
    """
    if not order.returns:
        return order
    back: dict[str, Decimal] = defaultdict(Decimal)
    refunds = [
        refund
        for one in order.returns
        if one.action in actions and (refund := _refund(order, one, back)) is not None
    ]
    return replace(order, returns=(), refunds=(*order.refunds, *refunds))


def _refund(order: Order, returned: Return, back: dict[str, Decimal]) -> Refund | None:
    """The refund of one return; None where nothing of what came back was still sold. `back` are
    the pieces of each line that came back before."""
    parts = []
    for line, quantity in _taken(order, returned, back):
        parts += _parts(line, back[line.id], quantity, order.currency, returned.path)
        back[line.id] += quantity
    total = sum((part.net + part.tax for part in parts), ZERO)
    if not total:
        return None
    return Refund(
        id=returned.id,
        number=returned.id,
        order_id=order.id,
        currency=order.currency,
        total=total,
        refunded_at=returned.returned_at,
        updated_at=returned.returned_at,
        lines=tuple(parts),
        shipping_net=ZERO,
        shipping_tax=ZERO,
        adjustment=ZERO,
        tax=sum((part.tax for part in parts if not part.fixed), ZERO),
    )


def _taken(
    order: Order, returned: Return, back: dict[str, Decimal]
) -> Iterator[tuple[Line, Decimal]]:
    """The lines that the pieces are taken from, each with how many of them."""
    lines = [line for line in order.lines if line.id in returned.line_ids and line.quantity > 0]
    if not lines:
        text = said(
            "Return %(id)s: %(quantity)s × %(name)s is of no line of the order. Credit it in Xero "
            "by hand, and mark the order as handled by hand.",
            **_called(returned),
        )
        raise Hold("return_unclear", text, returned.path or Field.REFUNDS)
    if len({_charged_for_one(line) for line in lines}) > 1:
        text = said(
            "Return %(id)s: %(quantity)s × %(name)s may be of several lines, which were sold at "
            "different prices. Credit it in Xero by hand, and mark the order as handled by hand.",
            **_called(returned),
        )
        raise Hold("return_unclear", text, returned.path or Field.REFUNDS)
    left = returned.quantity
    for line in lines:
        quantity = min(left, line.quantity - back[line.id])
        if quantity > 0:
            left -= quantity
            yield line, quantity


def _charged_for_one(line: Line) -> tuple[Decimal, ...]:
    return tuple(
        round_to(amount / line.quantity, 4)
        for amount in (line.net, line.tax, *(fee.amount for fee in line.fixed_taxes))
    )


def _parts(
    line: Line, before: Decimal, quantity: Decimal, currency: str, path: str
) -> list[RefundLine]:
    """So many pieces of a line, and of its fixed taxes, after those that came back `before`: the
    parts of all its pieces together are the line, to the cent."""
    places = minor_digits(currency)

    def share(amount: Decimal) -> Decimal:
        upto = round_to(amount * (before + quantity) / line.quantity, places)
        return upto - round_to(amount * before / line.quantity, places)

    goods = RefundLine(
        line.id, line.name, line.sku, quantity, share(line.net), share(line.tax), line.percent, path
    )
    fees = [
        RefundLine(line.id, fee.name, "", quantity, share(fee.amount), ZERO, ZERO, path, fixed=True)
        for fee in line.fixed_taxes
    ]
    return [goods, *fees]


def _called(returned: Return) -> dict[str, str]:
    return {
        "id": returned.id,
        "quantity": figure(returned.quantity),
        "name": returned.name or said("unnamed goods"),
    }
