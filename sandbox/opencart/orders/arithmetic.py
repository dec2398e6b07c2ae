"""What an order comes to, by OpenCart's rows of a total. Pure.

All amounts are in the base currency, without tax, and exact: rounding to four decimals is the
database's. Each row may lower or raise what the taxes are on; the taxes come behind it all, and
what was paid before, as credit and vouchers, behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connector.lib.money import ZERO
from sandbox.opencart.goods.taxes import STANDARD_CLASS, Rate, Tariff
from sandbox.opencart.versions import Version
from sandbox.shop.made_up.profiles import COUPONS, Coupon

POST_FREE = Coupon(6, "POSTFREE", shipping_too=True)
ALL_COUPONS = (*COUPONS, POST_FREE)
# Where the shop's rows stand; what stands before the tax is taxed, or lowers it.
SORT_ORDERS = {
    "sub_total": 1, "reward": 2, "shipping": 3, "low_order_fee": 3, "handling": 3, "coupon": 4,
    "tax": 5, "credit": 7, "voucher": 8, "total": 9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CartLine:
    """A product in the cart; `points` is what the line costs in points."""

    product_id: int
    name: str
    model: str
    size: str
    quantity: int
    price: Decimal
    tax_class: int
    points: int = 0
    ships: bool = True

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Fees:
    """A fee on goods below an amount, and one above another on what is sent."""

    below: Decimal
    low_order: Decimal
    above: Decimal
    handling: Decimal


SHOP_FEES = Fees(Decimal(12), Decimal("2.5"), Decimal(400), Decimal("4.5455"))


@dataclass(frozen=True, slots=True)
class Cart:
    """What is checked out. `shipping` None needs none; `points` are spent, `credit` is what the
    customer has, `voucher` the code and the balance of a certificate that pays."""

    lines: Sequence[CartLine]
    bought_vouchers: Sequence[Decimal] = ()
    shipping: Decimal | None = None
    shipping_title: str = ""
    coupon: Coupon | None = None
    points: int = 0
    credit: Decimal = ZERO
    voucher: tuple[str, Decimal] | None = None
    fees: Fees | None = SHOP_FEES

    @property
    def goods(self) -> Decimal:
        """What fees and coupons go by: certificates are no goods."""
        return sum((line.total for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class TotalRow:
    code: str
    title: str
    value: Decimal


@dataclass(slots=True)
class _Sum:
    """The rows so far, what they come to, and the taxes that will be added."""

    tariff: Tariff
    rows: list[TotalRow] = field(default_factory=list)
    total: Decimal = ZERO
    taxes: dict[Rate, Decimal] = field(default_factory=dict)

    def add(self, code: str, title: str, value: Decimal) -> None:
        self.rows.append(TotalRow(code, title, value))
        self.total += value

    def tax(self, amount: Decimal, tax_class: int, *, fixed: bool = True, count: int = 1) -> None:
        """Add the taxes on an amount, or take off those on a negative one; `count` pieces of it.
        Fixed amounts come once, and with `fixed` False not at all."""
        for rate in self.tariff.of(tax_class):
            if fixed or not rate.fixed:
                pieces = 1 if rate.fixed else count
                self.taxes[rate] = self.taxes.get(rate, ZERO) + rate.on(amount) * pieces


def reckon(cart: Cart, tariff: Tariff, version: Version) -> list[TotalRow]:
    """The rows of the total as they are stored, the total itself last."""
    found = _Sum(tariff)
    found.add("sub_total", "Sub-Total", cart.goods + sum(cart.bought_vouchers, ZERO))
    for line in cart.lines:
        _tax_line(found, line, version)
    _reward(found, cart, version)
    _charges(found, cart)
    _coupon(found, cart)
    for rate, amount in list(found.taxes.items()):
        if amount > 0:
            found.add("tax", rate.name, amount)
    _payments(found, cart)
    found.rows.append(TotalRow("total", "Total", max(ZERO, found.total)))
    return sorted(found.rows, key=lambda row: (SORT_ORDERS[row.code], row.code, row.title))


def _tax_line(found: _Sum, line: CartLine, version: Version) -> None:
    """A percentage is on all pieces; a fixed amount on each piece, or once for the line."""
    pieces = 1 if version.fixed_per_line else line.quantity
    for rate in found.tariff.of(line.tax_class):
        amount = rate.on(line.price) * (pieces if rate.fixed else line.quantity)
        found.taxes[rate] = found.taxes.get(rate, ZERO) + amount


def _reward(found: _Sum, cart: Cart, version: Version) -> None:
    costs = sum(line.points for line in cart.lines)
    if not cart.points or not costs:
        return
    given = ZERO
    for line in cart.lines:
        if line.points:
            discount = line.total * cart.points / costs
            found.tax(-discount, line.tax_class, fixed=False)
            given += discount
    said = -cart.points if version.points_negated else cart.points
    found.add("reward", f"Reward Points ({said})", -given)


def _charges(found: _Sum, cart: Cart) -> None:
    if cart.shipping is not None:
        found.add("shipping", cart.shipping_title, cart.shipping)
        found.tax(cart.shipping, STANDARD_CLASS)
    fees = cart.fees
    if fees is not None and 0 < cart.goods < fees.below:
        found.add("low_order_fee", "Low Order Fee", fees.low_order)
        found.tax(fees.low_order, STANDARD_CLASS)
    if fees is not None and cart.goods > fees.above and cart.shipping is not None:
        found.add("handling", "Handling Fee", fees.handling)
        found.tax(fees.handling, STANDARD_CLASS)


def _coupon(found: _Sum, cart: Cart) -> None:
    coupon, goods = cart.coupon, cart.goods
    if coupon is None:
        return
    given, fixed = ZERO, min(coupon.amount, goods)
    for line in cart.lines:
        discount = line.total / 100 * coupon.percent
        if fixed:
            discount = fixed * line.total / goods
        found.tax(-discount, line.tax_class, fixed=False)
        given += discount
    if coupon.shipping_too and cart.shipping is not None:
        found.tax(-cart.shipping, STANDARD_CLASS, fixed=False)
        given += cart.shipping
    given = min(given, found.total)
    if given > 0:
        found.add("coupon", f"Coupon ({coupon.code})", -given)


def _payments(found: _Sum, cart: Cart) -> None:
    credit = min(cart.credit, found.total)
    if credit > 0:
        found.add("credit", "Store Credit", -credit)
    if cart.voucher is not None:
        code, balance = cart.voucher
        amount = min(balance, found.total)
        if amount > 0:
            found.add("voucher", f"Gift Certificate ({code})", -amount)
