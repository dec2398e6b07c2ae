"""How the parts of a CS-Cart order make its total: checked to the cent on every order.

What the documentation leaves open the total decides: whether a certificate took its cost or its
amount off, whether points are in the discount, whether the price of shipping has the tax on top
inside already. The plainest reading that closes is taken; two that are equally plain are not
guessed between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product

from connector.lib import money
from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import joined, said
from stores.adapters.cscart.records.cart import Cart
from stores.adapters.cscart.records.taxes import StatedTax
from stores.canonical.order import TotalRow
from stores.canonical.records import ParseError
from stores.raw import Raw


@dataclass(frozen=True, slots=True)
class TotalReading:
    """How the total is read. `others` are fields of the order that no part of it explains."""

    charges_excluded: bool = False
    by_amount: bool = False
    points_beside: bool = False
    shipping_with_tax: bool = False
    others: tuple[TotalRow, ...] = ()


# Fields whose amounts are parts of others, or no amounts.
_OWN = re.compile(
    r"total|.*subtotal.*|discount|shipping_cost|payment_surcharge|display_.*|points|timestamp"
    r"|.*_(id|ids|at|timestamp|amount|zipcode|phone|cost|from|to|total)|(b|s)_.*|repaid"
)


def reading_of(order: Raw, cart: Cart, taxes: Sequence[StatedTax], places: int) -> TotalReading:
    """The reading by which the parts make the total; ParseError with the amount where none does.
    `places` are the decimals that count."""
    total = round_to(order.number("total"), places)
    closing: list[tuple[int, TotalReading]] = []
    for reading in _readings(cart, taxes):
        if total in _sums(cart, taxes, reading, places):
            closing.append((_oddity(reading), reading))
    if closing:
        least = min(oddity for oddity, _ in closing)
        plainest = [reading for oddity, reading in closing if oddity == least]
        if len(plainest) == 1:
            return plainest[0]
        raise order.refusal(
            "total", said("several readings of the order come to it, and none is the plainest"),
            "total_unclear",
        )  # fmt: skip
    found = _sums(cart, taxes, TotalReading(), places)[0]
    others = _explaining(order, total - found)
    if others:
        return TotalReading(others=others)
    raise ParseError(
        "total", order.data.get("total"),
        said(
            "total is %(total)s, but %(told)s come to %(found)s: %(gap)s is unexplained.",
            total=total, told=_told(cart, taxes), found=found, gap=total - found,
        ),
        code="totals_do_not_add_up",
    )  # fmt: skip


def on_top(taxes: Sequence[StatedTax]) -> Decimal:
    """The taxes that prices do not have inside."""
    return sum((tax.total for tax in taxes if not tax.included), ZERO)


def _readings(cart: Cart, taxes: Sequence[StatedTax]) -> Iterator[TotalReading]:
    """Those that differ in their sums."""
    excluded = any(item.excluded and item.amount for item in cart.items)
    twofold = any(one.cost != one.amount for one in cart.used)
    choices = (excluded, twofold, bool(cart.points), bool(_of_shipping(taxes)))
    either = [(False, True) if choice else (False,) for choice in choices]
    for excluded, by_amount, beside, with_tax in product(*either):
        yield TotalReading(excluded, by_amount, beside, with_tax)


def _oddity(reading: TotalReading) -> int:
    return (
        reading.charges_excluded + reading.by_amount
        + reading.points_beside + reading.shipping_with_tax
    )  # fmt: skip


def _of_shipping(taxes: Sequence[StatedTax]) -> Decimal:
    """The taxes on top that are on shipping."""
    parts = (
        amount
        for tax in taxes
        if not tax.included
        for key, amount in tax.parts.items()
        if key.partition("_")[0] == "S"
    )
    return sum(parts, ZERO)


def _sums(
    cart: Cart, taxes: Sequence[StatedTax], reading: TotalReading, places: int
) -> tuple[Decimal, ...]:
    """What the parts come to: rounded once at the end, or with each tax rounded by itself."""
    goods = (one.amount for one in cart.items if reading.charges_excluded or not one.excluded)
    used = (one.amount if reading.by_amount else one.cost for one in cart.used)
    whole = sum(goods, ZERO) + sum((one.amount for one in cart.sold), ZERO)
    whole += cart.shipping + cart.surcharge - cart.discount - sum(used, ZERO)
    whole -= cart.points if reading.points_beside else ZERO
    whole -= _of_shipping(taxes) if reading.shipping_with_tax else ZERO
    each = sum((round_to(tax.total, places) for tax in taxes if not tax.included), ZERO)
    return round_to(whole + on_top(taxes), places), round_to(whole + each, places)


def _explaining(order: Raw, missing: Decimal) -> tuple[TotalRow, ...]:
    """Fields of the order that no documented part is, and that make up what is missing: one of
    them, or two."""
    fields = []
    for key in order.data:
        amount = _amount(order, key)
        if amount and not _OWN.fullmatch(key):
            fields.append((key, amount))
    for count in (1, 2):
        for chosen in combinations(fields, count):
            for signs in product((1, -1), repeat=count):
                amounts = [sign * amount for sign, (_, amount) in zip(signs, chosen, strict=True)]
                if sum(amounts, ZERO) == missing:
                    return tuple(
                        TotalRow(key, key.replace("_", " ").capitalize(), amount, order.at(key))
                        for (key, _), amount in zip(chosen, amounts, strict=True)
                    )
    return ()


def _amount(order: Raw, key: str) -> Decimal | None:
    """A value that is written as an amount; a code such as "0042" is none."""
    value = order.data[key]
    if isinstance(value, bool) or (isinstance(value, str) and "." not in value):
        return None
    try:
        return money.parse_decimal(value)
    except ValueError:
        return None


def _told(cart: Cart, taxes: Sequence[StatedTax]) -> str:
    """The parts of the total as a sentence has them."""
    goods = sum((one.amount for one in cart.items if not one.excluded), ZERO)
    sold = sum((one.amount for one in cart.sold), ZERO)
    used = sum((one.cost for one in cart.used), ZERO)
    parts = [
        (said("products of %(amount)s", amount=goods), True),
        (said("certificates bought of %(amount)s", amount=sold), sold),
        (said("shipping of %(amount)s", amount=cart.shipping), cart.shipping),
        (said("a surcharge of %(amount)s", amount=cart.surcharge), cart.surcharge),
        (said("tax on top of %(amount)s", amount=on_top(taxes)), on_top(taxes)),
        (said("less a discount of %(amount)s", amount=cart.discount), cart.discount),
        (said("less certificates used of %(amount)s", amount=used), used),
    ]
    return joined((text for text, is_there in parts if is_there), ", ")
