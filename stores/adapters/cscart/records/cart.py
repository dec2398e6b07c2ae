"""What a CS-Cart order charged, part by part, in the figures that the shop states.

`price` is after discounts of the product itself, `subtotal_discount` is beside the products and
has reward points that were used inside it. Certificates that were bought stand apart from the
products.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import ZERO
from connector.lib.texts.said import said
from stores.adapters.cscart.records.texts import inner, text_of
from stores.canonical.records import ParseError
from stores.raw import Raw

_NO = (None, False, 0, "", "0", "N")


@dataclass(frozen=True, slots=True)
class CartItem:
    """A product that was ordered. `amount` is its price times its quantity; `excluded`: the shop
    leaves it out of the sum, as a promotion or a certificate gave it away."""

    raw: Raw
    id: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    excluded: bool


@dataclass(frozen=True, slots=True)
class Shipping:
    """A way by which a part of the order was sent; `group` "" where the shop names none."""

    id: str
    group: str
    name: str
    amount: Decimal
    path: str


@dataclass(frozen=True, slots=True)
class SoldCertificate:
    raw: Raw
    id: str
    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class UsedCertificate:
    """A certificate that paid a part: `cost` is what was used of it, `amount` what else its
    record states."""

    code: str
    cost: Decimal
    amount: Decimal
    path: str


@dataclass(frozen=True, slots=True)
class Cart:
    """Everything that an order charged but its taxes. `points` are in `discount` already."""

    items: tuple[CartItem, ...]
    shippings: tuple[Shipping, ...]
    shipping: Decimal
    surcharge: Decimal
    discount: Decimal
    sold: tuple[SoldCertificate, ...]
    used: tuple[UsedCertificate, ...]
    points: Decimal


def read_cart(order: Raw) -> Cart:
    """ParseError for what is missing, bad or impossible."""
    if not order.has("products"):
        text = said(
            "products is missing: a row of the list of orders has no lines, ask for the order."
        )
        raise ParseError("products", None, text, code="missing")
    shipping = order.amount("shipping_cost")
    return Cart(
        items=_items(order),
        shippings=_shippings(order, shipping),
        shipping=shipping,
        surcharge=order.amount("payment_surcharge"),
        discount=_not_negative(order, "subtotal_discount"),
        sold=tuple(_sold(one, key) for key, one in order.keyed("gift_certificates")),
        used=tuple(_used(order, one, key) for key, one in order.keyed("use_gift_certificates")),
        points=_points(order),
    )


def _items(order: Raw) -> tuple[CartItem, ...]:
    """The products by the keys under which they stand, which taxes and returns name; in a list by
    what each says of itself."""
    named = isinstance(order.data.get("products"), dict)
    found: dict[str, CartItem] = {}
    for key, raw in order.keyed("products"):
        item = _item(raw, key if named else raw.text("item_id") or key)
        if item.id in found:
            raise raw.refusal(
                "item_id", said("another product of the order has it too"), "bad_value"
            )
        found[item.id] = item
    return tuple(found.values())


def _item(raw: Raw, ident: str) -> CartItem:
    price, quantity = raw.number("price"), raw.number("amount")
    if price < 0:
        raise raw.refusal("price", said("a price cannot be negative"), "bad_value")
    if quantity < 0:
        raise raw.refusal("amount", said("a quantity cannot be negative"), "negative_quantity")
    if not quantity and price:
        raise raw.refusal("amount", said("but the line has a price"), "zero_quantity")
    excluded = any(
        one.data.get("exclude_from_calculate") not in _NO for one in (raw, inner(raw, "extra"))
    )
    return CartItem(raw, ident, quantity, price, price * quantity, excluded)


def _not_negative(order: Raw, key: str) -> Decimal:
    amount = order.amount(key)
    if amount < 0:
        raise order.refusal(key, said("a discount cannot be negative"), "bad_value")
    return amount


def _shippings(order: Raw, cost: Decimal) -> tuple[Shipping, ...]:
    """The ways of shipping, each with its rate where the rates make up what was charged; else
    one for all of it. None where shipping cost nothing."""
    if not cost:
        return ()
    found = []
    for key, raw in order.keyed("shipping"):
        rate = _rate(raw)
        ident = raw.text("shipping_id") or key
        name = text_of(raw, "shipping")
        group = raw.text("group_key").strip()
        found.append((ident, group, name, rate, raw.path))
    charged = [one for one in found if one[3]]
    if len(charged) > 1 and sum((one[3] or ZERO for one in charged), ZERO) == cost:
        return tuple(Shipping(i, g, n, rate or ZERO, path) for i, g, n, rate, path in charged)
    named = charged or found
    name = ", ".join(dict.fromkeys(filter(None, (one[2] for one in named))))
    ident, group = (named[0][0], named[0][1]) if len(named) == 1 else ("", "")
    return (Shipping(ident, group, name or "Shipping", cost, order.at("shipping_cost")),)


def _rate(raw: Raw) -> Decimal | None:
    """The price of a way of shipping: `rate`, or in older shops a list of `rates`."""
    if raw.has("rate"):
        return raw.optional("rate")
    rates = raw.data.get("rates")
    if isinstance(rates, list):
        rates = {str(place): value for place, value in enumerate(rates)}
    if not isinstance(rates, dict) or not rates:
        return None
    inside = Raw(rates, raw.at("rates"))
    return sum((inside.number(key) for key in rates), ZERO)


def _sold(raw: Raw, key: str) -> SoldCertificate:
    amount = raw.number("amount")
    if amount < 0:
        raise raw.refusal("amount", said("a certificate cannot be negative"), "bad_value")
    return SoldCertificate(raw, f"certificate:{key}", text_of(raw, "gift_cert_code"), amount)


def _used(order: Raw, raw: Raw, key: str) -> UsedCertificate:
    named = isinstance(order.data.get("use_gift_certificates"), dict)
    amount = raw.optional("amount")
    cost = raw.optional("cost")
    if cost is None:
        cost = raw.number("amount")
    if cost < 0:
        raise raw.refusal("cost", said("a certificate cannot be negative"), "bad_value")
    code = key if named else text_of(raw, "gift_cert_code")
    return UsedCertificate(code, cost, cost if amount is None else amount, raw.path)


def _points(order: Raw) -> Decimal:
    """What reward points that were used are worth."""
    return inner(inner(order, "points_info"), "in_use").amount("cost")
