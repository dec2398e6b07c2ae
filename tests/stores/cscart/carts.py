"""Carts as CS-Cart computes them, both ways, at random: an arithmetic of the tests' own.

By unit price each tax is on the price of one piece, rounded, times the pieces; on the subtotal a
tax is on the sum of what bears it, less the share of the discount. Taxes of one priority are on
the same amount, those of a later one on what the taxes on top before it made of it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.stores.cscart.cscart_records import Json, order

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Levy:
    """A tax of the shop. `on`: the products that bear it; shipping and surcharge may as well."""

    id: str
    rate: Decimal
    inside: bool
    priority: int
    on: list[str]
    on_shipping: bool
    on_surcharge: bool


def levied(price: Decimal, levies: list[Levy], *, rounded: bool = True) -> dict[str, Decimal]:
    """The taxes on an amount, by id."""
    found, taxed, start, before = {}, price, price, None
    for levy in sorted(levies, key=lambda one: one.priority):
        start = start if levy.priority == before else taxed
        before = levy.priority
        part = start * levy.rate / (100 + levy.rate) if levy.inside else start * levy.rate / 100
        part = cents(part) if rounded else part
        found[levy.id] = part
        taxed += 0 if levy.inside else part
    return found


def cart(seed: int) -> tuple[Json, Decimal]:
    """An order at random, and its tax in all."""
    dice = random.Random(seed)
    goods = {
        str(10**9 + 7 * n): (Decimal(dice.randint(1, 20_000)) / 100, dice.choice([1, 1, 2, 3, 7]))
        for n in range(dice.randint(1, 6))
    }
    by_unit, decimals = dice.random() < 0.5, dice.choice([2, 4])
    shipping = Decimal(dice.choice([0, 500, 999, 1234])) / 100
    surcharge = Decimal(dice.choice([0, 0, 250, 99])) / 100
    subtotal = sum((price * amount for price, amount in goods.values()), Decimal(0))
    discount = cents(subtotal * dice.choice([0, 0, 7, 10, 33]) / 100)
    levies = _levies(dice, list(goods))
    applies: dict[str, Json] = {one.id: {} for one in levies}
    if by_unit:
        _by_unit(goods, levies, applies, shipping, surcharge)
    else:
        left = 1 - discount / subtotal
        _on_subtotal(goods, levies, applies, left, shipping, surcharge)
    taxes = _taxes(levies, applies, decimals)
    tax = sum((one["tax_subtotal"] for one in taxes.values()), Decimal(0))
    outside = [taxes[one.id] for one in levies if one.id in taxes and not one.inside]
    on_top = sum((one["tax_subtotal"] for one in outside), Decimal(0))
    total = cents(subtotal - discount + shipping + surcharge + on_top)
    products = {
        ident: {"item_id": ident, "product_id": ident[-2:], "product_code": f"S-{ident}",
                "product": f"Article {ident}", "price": str(price), "amount": str(amount)}
        for ident, (price, amount) in goods.items()
    }  # fmt: skip
    way = {"shipping_id": "1", "shipping": "Courier", "group_key": 0, "rate": shipping}
    record = order(
        str(total), products=products, taxes=taxes or [], subtotal_discount=str(discount),
        shipping_cost=str(shipping), payment_surcharge=str(surcharge), shipping=[way],
    )  # fmt: skip
    return record, tax


def _levies(dice: random.Random, ids: list[str]) -> list[Levy]:
    found = []
    for number in range(dice.choice([0, 1, 1, 2, 3])):
        some = [one for one in ids if dice.random() < 0.7]
        found.append(
            Levy(str(6 + number), Decimal(dice.choice(["20", "5", "8.25", "10", "2.1"])),
                 dice.random() < 0.5, dice.choice([0, 0, 1]), some, dice.random() < 0.5,
                 dice.random() < 0.5)
        )  # fmt: skip
    return found


def _by_unit(
    goods: dict[str, tuple[Decimal, int]], levies: list[Levy], applies: dict[str, Json],
    shipping: Decimal, surcharge: Decimal,
) -> None:  # fmt: skip
    for ident, (price, amount) in goods.items():
        for key, part in levied(price, [one for one in levies if ident in one.on]).items():
            applies[key][f"P_{ident}"] = part * amount
    if shipping:
        for key, part in levied(
            shipping, [one for one in levies if one.on_shipping], rounded=False
        ).items():
            applies[key]["S_0_1"] = part
    if surcharge:
        for key, part in levied(surcharge, [one for one in levies if one.on_surcharge]).items():
            applies[key]["PS_1"] = part


def _on_subtotal(
    goods: dict[str, tuple[Decimal, int]], levies: list[Levy], applies: dict[str, Json],
    left: Decimal, shipping: Decimal, surcharge: Decimal,
) -> None:  # fmt: skip
    for levy in levies:
        named: Json = {"P": dict.fromkeys(levy.on, True) or [], "S": [], "PS": []}
        if levy.on_shipping and shipping:
            named["S"] = {"0": {"1": True}}
        applies[levy.id] = {"P": Decimal(0), "S": Decimal(0), "items": named}
    for ident, (price, amount) in goods.items():
        bearing = [one for one in levies if ident in one.on]
        for key, part in levied(price * amount * left, bearing, rounded=False).items():
            applies[key]["P"] += part
    for key, part in levied(
        shipping, [one for one in levies if one.on_shipping], rounded=False
    ).items():
        applies[key]["S"] += part
    for key, part in levied(
        surcharge, [one for one in levies if one.on_surcharge and surcharge]
    ).items():
        applies[key]["PS"] = part


def _taxes(levies: list[Levy], applies: dict[str, Json], decimals: int) -> dict[str, Json]:
    """As they are written: what each comes to in cents, its parts with some decimals more."""
    step = Decimal(1).scaleb(-decimals)
    found: dict[str, Any] = {}
    for levy in levies:
        parts = {
            key: value if key == "items" else value.quantize(step, ROUND_HALF_UP)
            for key, value in applies[levy.id].items()
        }
        exact = sum((v for k, v in applies[levy.id].items() if k != "items"), Decimal(0))
        if not parts:
            continue
        found[levy.id] = {
            "rate_type": "P", "rate_value": f"{levy.rate:.3f}",
            "price_includes_tax": "Y" if levy.inside else "N", "priority": str(levy.priority),
            "tax_subtotal": cents(exact), "description": f"Tax {levy.id}", "applies": parts,
        }  # fmt: skip
    return found
