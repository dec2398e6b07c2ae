"""Magento's order arithmetic, for one currency at a time.

It follows the default configuration: taxes are computed on the total of the cart, which
means that the remainder of every rounding is carried to the next row of the same rate,
shipping being the last row; tax is charged after the discount; where catalogue prices
contain the tax, discounts are taken from the price with tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from sandbox.shop.made_up.profiles import Coupon

HUNDRED = Decimal(100)
# Magento starts every remainder a little above zero, so that halves go up.
_NUDGE = Decimal("0.000001")


class Remainders:
    """Rounds to cents and carries what was lost to the next amount of the same key."""

    def __init__(self, start: Decimal = _NUDGE) -> None:
        self._start = start
        self._left: dict[object, Decimal] = {}

    def round(self, key: object, amount: Decimal) -> Decimal:
        """`amount` plus the remainder so far, in cents. Zero stays zero."""
        if not amount:
            return ZERO
        exact = amount + self._left.get(key, self._start)
        rounded = round_to(exact)
        self._left[key] = exact - rounded
        return rounded


@dataclass(slots=True)
class Line:
    """A row to compute: `unit` as the catalogue has it in this currency, rounded to cents."""

    unit: Decimal
    quantity: int
    rate: Decimal  # what this customer pays, in percent
    shop_rate: Decimal  # what is inside the catalogue's price, in percent
    discount: Decimal = ZERO


@dataclass(slots=True)
class Amounts:
    """A computed row; `row_total` and `row_total_incl_tax` are before the discount."""

    price: Decimal = ZERO
    price_incl_tax: Decimal = ZERO
    row_total: Decimal = ZERO
    row_total_incl_tax: Decimal = ZERO
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    compensation: Decimal = ZERO


def tax_inside(amount: Decimal, rate: Decimal) -> Decimal:
    """The tax contained in an amount, not rounded."""
    return amount * rate / (HUNDRED + rate)


def selling_price(line: Line, *, inclusive: bool) -> Decimal:
    """The unit price that discounts are taken from.

    A customer with another rate than the shop's pays the price without the shop's tax,
    with his own on top.
    """
    if not inclusive or line.rate == line.shop_rate:
        return line.unit
    bare = line.unit - tax_inside(line.unit, line.shop_rate)
    return round_to(bare + bare * line.rate / HUNDRED)


def compute(lines: Sequence[Line], *, inclusive: bool) -> list[Amounts]:
    """Prices, rows, taxes after discount and tax compensation of a cart's rows in order."""
    before, after = Remainders(), Remainders()
    row = _inclusive_row if inclusive else _exclusive_row
    return [row(line, before, after) for line in lines]


def _inclusive_row(line: Line, before: Remainders, after: Remainders) -> Amounts:
    price = selling_price(line, inclusive=True)
    gross = price * line.quantity
    full_tax = before.round(line.rate, tax_inside(gross, line.rate))
    taxable = max(gross - line.discount, ZERO)
    tax = after.round(line.rate, tax_inside(taxable, line.rate))
    net = gross - full_tax
    return Amounts(
        price=round_to(net / line.quantity), price_incl_tax=price, row_total=net,
        row_total_incl_tax=gross, discount=line.discount, tax=tax, compensation=full_tax - tax,
    )  # fmt: skip


def _exclusive_row(line: Line, before: Remainders, after: Remainders) -> Amounts:
    net = line.unit * line.quantity
    full_tax = before.round(line.rate, net * line.rate / HUNDRED)
    taxable = max(net - line.discount, ZERO)
    tax = after.round(line.rate, taxable * line.rate / HUNDRED)
    gross = net + full_tax
    return Amounts(
        price=line.unit, price_incl_tax=round_to(gross / line.quantity), row_total=net,
        row_total_incl_tax=gross, discount=line.discount, tax=tax,
    )  # fmt: skip


def discount(
    coupon: Coupon, lines: Sequence[Line], shipping: Line, *, inclusive: bool, rate: Decimal
) -> None:
    """Set the `discount` of every row and of shipping. `rate` converts the coupon's amount."""
    totals = [selling_price(line, inclusive=inclusive) * line.quantity for line in lines]
    postage = selling_price(shipping, inclusive=inclusive) if coupon.shipping_too else ZERO
    if coupon.percent:
        remainders = Remainders(ZERO)
        for line, total in zip(lines, totals, strict=True):
            line.discount = min(remainders.round(0, total * coupon.percent / HUNDRED), total)
        shipping.discount = round_to(postage * coupon.percent / HUNDRED)
        return
    whole = sum(totals, postage)
    available = min(round_to(coupon.amount * rate), whole)
    remainders = Remainders()
    left = available
    for position, (line, total) in enumerate(zip(lines, totals, strict=True), 1):
        last = position == len(lines) and not postage
        share = left if last else remainders.round(0, available * total / whole)
        line.discount = min(share, total, left)
        left -= line.discount
    if postage:
        shipping.discount = min(left, postage)


def add(rows: Sequence[Amounts], quantity: int) -> Amounts:
    """The row of a dynamic bundle: the sum of its parts, itself without a discount."""
    net = sum((row.row_total for row in rows), ZERO)
    gross = sum((row.row_total_incl_tax for row in rows), ZERO)
    return Amounts(
        price=round_to(net / quantity), price_incl_tax=round_to(gross / quantity),
        row_total=net, row_total_incl_tax=gross, tax=sum((row.tax for row in rows), ZERO),
    )  # fmt: skip
