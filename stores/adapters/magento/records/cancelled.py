"""A Magento order of which a part was cancelled, as the order that is left of it.

Magento leaves the order's totals, and what is due, as they were, and says beside them what was
cancelled: `total_canceled`, `tax_canceled`, `shipping_canceled`, and each item's `qty_canceled`
(Magento\\Sales\\Model\\Order::registerCancellation, 2.4.7). What is left is what was invoiced, in
any state: where all of that was refunded, the state is `canceled` though shipping was kept. An
order of which nothing was invoiced keeps its figures: its status says what becomes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from connector.lib.money import ZERO, allocate, round_to
from connector.lib.texts.said import figure, said
from stores.adapters.magento.records.amounts import charged, rounding_slack
from stores.adapters.magento.records.lines import SHIPPING_ID
from stores.canonical.order import Line, LineKind, Order, TaxShare
from stores.canonical.records import ParseError
from stores.raw import Raw


@dataclass(frozen=True, slots=True)
class _Share:
    """So much of a line is left: `kept` of `ordered`."""

    kept: Decimal
    ordered: Decimal

    def of(self, amount: Decimal) -> Decimal:
        return amount * self.kept / self.ordered


_WHOLE = _Share(Decimal(1), Decimal(1))


def without_cancelled(order: Order, raw: Raw) -> Order:
    """The order without its cancelled part: lines, totals, tax and what is outstanding.

    ParseError `partly_cancelled` where the lines that were cancelled do not come to
    `total_canceled`, or their tax not to `tax_canceled`.
    """
    totals = _totals(order, raw)
    if not totals:
        return order
    readings = [_Reading(order, shares, gone) for gone in totals for shares in _shares(raw)]
    reading = next((one for one in readings if one.fits(raw)), None)
    if reading is None:
        raise _differs(raw, readings[0].amount, readings[0].tax)
    return _left(order, raw, reading)


def _totals(order: Order, raw: Raw) -> list[Decimal]:
    """What was cancelled in all. `total_canceled` is all that is not paid, what is invoiced and
    still owed too: then it is what was not invoiced."""
    stated, invoiced = raw.amount("total_canceled"), raw.amount("total_invoiced")
    if not stated or (order.state == "canceled" and not invoiced):
        return []
    found = [stated, order.total - invoiced] if invoiced else [stated]
    return [gone for gone in dict.fromkeys(found) if ZERO < gone < order.total]


class _Reading:
    """One way to tell which part of each line is left, and what that makes of the lines."""

    def __init__(self, order: Order, shares: Mapping[str, _Share], gone: Decimal) -> None:
        self.gone = gone
        self.shares = shares
        self.kept = [_kept(line, shares.get(_item_of(line), _WHOLE)) for line in order.lines]
        self.amount = _gross(order.lines) - _gross(self.kept)
        self.tax = _tax(order.lines) - _tax(self.kept)

    def fits(self, raw: Raw) -> bool:
        """Whether the lines come to what the order says; net and tax of each are rounded."""
        slack = rounding_slack(2 * len(self.kept))
        tax = raw.amount("tax_canceled")
        return abs(self.amount - self.gone) <= slack and abs(self.tax - tax) <= slack

    def is_left(self, line: Line) -> bool:
        return bool(self.shares.get(_item_of(line), _WHOLE).kept)


def _left(order: Order, raw: Raw, reading: _Reading) -> Order:
    gone, gone_tax = reading.gone, raw.amount("tax_canceled")
    amount, tax = reading.amount - gone, reading.tax - gone_tax
    return replace(
        order,
        lines=tuple(
            line for line in _closed(reading.kept, amount - tax, tax) if reading.is_left(line)
        ),
        total=order.total - gone,
        tax=order.tax - gone_tax,
        cancelled=gone,
        outstanding=None if order.outstanding is None else max(order.outstanding - gone, ZERO),
        base_total=_in_base(order.base_total, raw, gone),
        base_tax=_less(order.base_tax, raw, "base_tax_canceled"),
    )


def _shares(raw: Raw) -> list[dict[str, _Share]]:
    """Which part of each item, and of shipping, is left, by the line's id: what was not
    cancelled, or what was invoiced. Of goods that were sent and not invoiced, and of parts of a
    bundle, Magento counts none as cancelled."""
    ways = []
    for left in (_not_cancelled, _invoiced):
        shares = {}
        for item in charged(raw.required_children("items")):
            if ordered := item.number("qty_ordered"):
                shares[item.required_text("item_id")] = _Share(left(item, ordered), ordered)
        if shipping := raw.amount("shipping_amount"):
            kept = shipping - raw.amount("shipping_canceled")
            shares[SHIPPING_ID] = _Share(kept, shipping)
        ways.append(shares)
    return ways


def _not_cancelled(item: Raw, ordered: Decimal) -> Decimal:
    gone = item.amount("qty_canceled")
    if not ZERO <= gone <= ordered:
        raise item.refusal("qty_canceled", said("more was cancelled than ordered"), "bad_value")
    return ordered - gone


def _invoiced(item: Raw, ordered: Decimal) -> Decimal:
    return min(max(item.amount("qty_invoiced"), ZERO), ordered)


def _item_of(line: Line) -> str:
    """The item that a line is of: a fixed product tax bears its item's id before the colon."""
    return line.id.partition(":")[0]


def _kept(line: Line, share: _Share) -> Line:
    """So much of a line, in cents."""
    if share.kept == share.ordered:
        return line
    tax = round_to(share.of(line.tax))
    fixed = tuple(replace(fee, amount=round_to(share.of(fee.amount))) for fee in line.fixed_taxes)
    counted = line.kind is LineKind.GOODS  # shipping and fees are one, of a smaller amount
    return replace(
        line, quantity=share.of(line.quantity) if counted else line.quantity,
        net=round_to(share.of(line.net)), tax=tax, taxes=_taxes(line.taxes, tax),
        full_net=_part(line.full_net, share), full_gross=_part(line.full_gross, share),
        fixed_taxes=fixed,
    )  # fmt: skip


def _taxes(taxes: tuple[TaxShare, ...], tax: Decimal) -> tuple[TaxShare, ...]:
    if not taxes:
        return taxes
    parts = allocate(round_to(tax, 4), [abs(share.amount) for share in taxes], 4)
    return tuple(replace(share, amount=part) for share, part in zip(taxes, parts, strict=True))


def _part(amount: Decimal | None, share: _Share) -> Decimal | None:
    return None if amount is None else round_to(share.of(amount))


def _closed(lines: list[Line], net: Decimal, tax: Decimal) -> list[Line]:
    """The lines with the cents that their parts' rounding took, on the largest of them."""
    if not net and not tax:
        return lines
    place = max(range(len(lines)), key=lambda at: (lines[at].net, -at))
    line = lines[place]
    due = line.tax + tax
    lines[place] = replace(
        line, net=line.net + net, tax=due, taxes=_taxes(line.taxes, due),
        full_net=None if line.full_net is None else line.full_net + net,
        full_gross=None if line.full_gross is None else line.full_gross + net + tax,
    )  # fmt: skip
    return lines


def _gross(lines: Sequence[Line]) -> Decimal:
    fixed = (fee.amount for line in lines for fee in line.fixed_taxes)
    return sum((line.gross for line in lines), ZERO) + sum(fixed, ZERO)


def _tax(lines: Sequence[Line]) -> Decimal:
    return sum((line.tax for line in lines), ZERO)


def _less(amount: Decimal | None, raw: Raw, key: str) -> Decimal | None:
    return None if amount is None else amount - raw.amount(key)


def _in_base(amount: Decimal | None, raw: Raw, gone: Decimal) -> Decimal | None:
    """The total in the base currency, less the same that was cancelled."""
    if gone != raw.amount("total_canceled") and raw.amount("base_total_invoiced"):
        return raw.amount("base_total_invoiced")
    return _less(amount, raw, "base_total_canceled")


def _differs(raw: Raw, amount: Decimal, tax: Decimal) -> ParseError:
    message = said(
        "%(at)s is %(amount)s with tax of %(amount_tax)s, but what its lines say was cancelled "
        "comes to %(lines)s with tax of %(tax)s. If the order is in Xero, credit there by hand "
        "what was cancelled, and mark the order as handled by hand.",
        at=raw.at("total_canceled"),
        amount=figure(raw.amount("total_canceled")),
        amount_tax=figure(raw.amount("tax_canceled")),
        lines=figure(amount),
        tax=figure(tax),
    )
    key = "total_canceled"
    return ParseError(raw.at(key), raw.data.get(key), message, code="partly_cancelled")
