"""Gift certificates: sold with an order or made by staff, spent by later orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from connector.lib.money import ZERO


@dataclass(slots=True)
class Certificate:
    """`order_id` 0 was made by staff; `spent` are amounts by the order that they paid. One that
    is sold can be spent (`usable`) once its order is complete."""

    id: str
    code: str
    amount: Decimal
    order_id: int = 0
    usable: bool = True
    spent: dict[int, Decimal] = field(default_factory=dict)

    @property
    def balance(self) -> Decimal:
        return self.amount - sum(self.spent.values(), ZERO)


class Purse:
    """All of a shop's certificates, by code."""

    def __init__(self) -> None:
        self._every: dict[str, Certificate] = {}

    def make(self, amount: Decimal, *, order_id: int = 0) -> Certificate:
        number = str(len(self._every) + 1)
        made = Certificate(
            number, f"GC-{4321 + 7 * len(self._every):04}-DEMO", amount, order_id,
            usable=not order_id,
        )  # fmt: skip
        self._every[made.code] = made
        return made

    def find(self, code: str) -> Certificate:
        return self._every[code]

    def open_one(self) -> Certificate | None:
        """The oldest that still holds something."""
        every = self._every.values()
        return next((one for one in every if one.usable and one.balance > 0), None)

    def complete(self, order_id: int) -> None:
        """What an order had sold can be spent from now on."""
        for one in self._every.values():
            one.usable = one.usable or one.order_id == order_id

    def give_back(self, order_id: int) -> None:
        """An order is gone: what it had spent can be spent again."""
        for one in self._every.values():
            one.spent.pop(order_id, None)
