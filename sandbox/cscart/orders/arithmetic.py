"""What an order comes to, by either of CS-Cart's two ways of computing tax. Pure.

By unit price each tax is on the price of a piece, times the pieces, whatever is taken off beside
the products. On the subtotal a discount beside the products is spread over them first, and each
tax is on the sum of what is left of those that bear it. Of several taxes those of one priority
are on the same amount, and one of a later priority is on what those on top before it made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from sandbox.cscart.goods.taxes import Tax
from sandbox.cscart.notation import four

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Item:
    """So many pieces at a price after the product's own discount; `taxes` are ids. `given`: a
    promotion gave it away, and it is in no sum."""

    id: str
    price: Decimal
    quantity: int
    taxes: Sequence[str] = ()
    given: bool = False

    @property
    def amount(self) -> Decimal:
        return ZERO if self.given else self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Way:
    """A way of shipping, of one group of products."""

    shipping_id: str
    group: int
    rate: Decimal
    taxes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Surcharge:
    """What a payment method costs."""

    payment_id: str
    amount: Decimal
    taxes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Cart:
    """What is checked out. `discount` is taken off beside the products, points in it; `sold` are
    certificates that are bought, `used` what those hold that pay, by their codes."""

    items: Sequence[Item]
    ways: Sequence[Way] = ()
    discount: Decimal = ZERO
    surcharge: Surcharge | None = None
    sold: Sequence[Decimal] = ()
    used: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def goods(self) -> Decimal:
        return sum((item.amount for item in self.items), ZERO)

    @property
    def off(self) -> Decimal:
        """Not more than the goods cost."""
        return min(self.discount, self.goods)


@dataclass(slots=True)
class Levied:
    """What one tax comes to: `parts` by key of `applies`; on which items and ways of shipping."""

    tax: Tax
    parts: dict[str, Decimal] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return round_to(sum(self.parts.values(), ZERO))


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The figures of an order. `used` is what each certificate paid."""

    goods: Decimal
    discount: Decimal
    shipping: Decimal
    surcharge: Decimal
    sold: Decimal
    used: Mapping[str, Decimal]
    taxes: Mapping[str, Levied]
    total: Decimal

    @property
    def on_top(self) -> Decimal:
        return sum((one.total for one in self.taxes.values() if not one.tax.included), ZERO)


def reckon(cart: Cart, taxes: Mapping[str, Tax], *, by_unit: bool) -> Reckoned:
    """What is to be paid, and the taxes that are charged, by id."""
    found = {key: Levied(tax) for key, tax in taxes.items()}
    if by_unit:
        _by_unit(cart, found)
    else:
        _on_subtotal(cart, found)
    charged = {key: one for key, one in found.items() if any(one.parts.values())}
    shipping = sum((way.rate for way in cart.ways), ZERO)
    surcharge = cart.surcharge.amount if cart.surcharge else ZERO
    sold = sum(cart.sold, ZERO)
    on_top = sum((one.total for one in charged.values() if not one.tax.included), ZERO)
    left = cart.goods - cart.off + shipping + surcharge + sold + on_top
    used = {}
    for code, balance in cart.used.items():
        used[code] = min(balance, left)
        left -= used[code]
    return Reckoned(cart.goods, cart.off, shipping, surcharge, sold, used, charged, round_to(left))


def levied(price: Decimal, taxes: Iterable[Tax], *, pieces: int = 1) -> dict[str, Decimal]:
    """The taxes on so many pieces at a price, by id, exact. A fixed one is on each piece."""
    found: dict[str, Decimal] = {}
    taxed, start, before = price, price, None
    for tax in sorted(taxes, key=lambda one: one.priority):
        start = start if tax.priority == before else taxed
        before = tax.priority
        amount = tax.rate
        if not tax.fixed:
            amount = start * tax.rate / (_HUNDRED + (tax.rate if tax.included else ZERO))
        found[tax.id] = amount * pieces
        taxed += ZERO if tax.included else amount
    return found


def _by_unit(cart: Cart, found: Mapping[str, Levied]) -> None:
    for item in cart.items:
        bearing = [found[key].tax for key in item.taxes if not item.given]
        for key, amount in levied(item.price, bearing, pieces=item.quantity).items():
            found[key].parts[f"P_{item.id}"] = four(amount)
    for way in cart.ways:
        bearing = [found[key].tax for key in way.taxes if way.rate and not found[key].tax.fixed]
        for key, amount in levied(way.rate, bearing).items():
            found[key].parts[f"S_{way.group}_{way.shipping_id}"] = four(amount)
    if cart.surcharge:
        bearing = [found[key].tax for key in cart.surcharge.taxes]
        for key, amount in levied(cart.surcharge.amount, bearing).items():
            found[key].parts[f"PS_{cart.surcharge.payment_id}"] = four(amount)


def _on_subtotal(cart: Cart, found: Mapping[str, Levied]) -> None:
    """The parts P, S and PS of each tax; a fixed tax is once on all that bear it."""
    for one in found.values():
        one.parts |= {"P": ZERO, "S": ZERO}
    share = 1 - cart.off / cart.goods if cart.goods else Decimal(1)
    for item in cart.items:
        bearing = [found[key].tax for key in item.taxes if not item.given]
        for key, amount in levied(item.amount * share, bearing).items():
            one = found[key]
            one.parts["P"] = amount if one.tax.fixed else one.parts["P"] + amount
            one.items.append(item.id)
    for way in cart.ways:
        bearing = [found[key].tax for key in way.taxes if way.rate and not found[key].tax.fixed]
        for key, amount in levied(way.rate, bearing).items():
            found[key].parts["S"] += amount
            found[key].ways.append(way)
    if cart.surcharge:
        bearing = [found[key].tax for key in cart.surcharge.taxes]
        for key, amount in levied(cart.surcharge.amount, bearing).items():
            found[key].parts["PS"] = amount
    for one in found.values():
        one.parts = {key: round_to(amount) for key, amount in one.parts.items()}
