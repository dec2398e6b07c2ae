"""What of an order may be taxed, and what took how much off it: the material of `levies`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import ZERO

_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")


@dataclass(frozen=True, slots=True)
class Good:
    """A line that was sold. `unit_tax` is what the shop states for one piece, before coupons."""

    key: str
    price: Decimal
    quantity: Decimal
    amount: Decimal
    unit_tax: Decimal


@dataclass(frozen=True, slots=True)
class Extra:
    """Shipping, or a row of the total that stands before the tax: taxed or not."""

    key: str
    amount: Decimal
    ships: bool = False


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A tax of the order. `stated` is its percentage where the shop's table of taxes or its name
    says it; `fixed`: that table says that it is an amount."""

    name: str
    value: Decimal
    stated: Decimal | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One order before its tax is understood. `off` is what coupons and points took off the
    goods, positive; all is in the base currency."""

    taxes: tuple[TaxRow, ...]
    goods: tuple[Good, ...]
    extras: tuple[Extra, ...]
    off: Decimal = ZERO

    @property
    def amounts(self) -> dict[str, Decimal]:
        """Of goods and extras, by key."""
        goods = {good.key: good.amount for good in self.goods}
        return goods | {one.key: one.amount for one in self.extras}

    @property
    def shipping(self) -> Decimal:
        return sum((one.amount for one in self.extras if one.ships), ZERO)

    @property
    def sold(self) -> Decimal:
        return sum((good.amount for good in self.goods), ZERO)


def percentage_in(name: str) -> Decimal | None:
    """The only percentage in a tax's name, such as 20 of "VAT (20%)"; else None."""
    found = _PERCENT.findall(name)
    return Decimal(found[0].replace(",", ".")) if len(found) == 1 else None
