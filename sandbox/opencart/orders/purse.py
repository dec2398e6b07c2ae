"""Gift certificates: sold with an order or made by staff, spent by later orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.opencart.notation import amount_text


@dataclass(slots=True)
class Voucher:
    """`order_id` 0 was made by staff; `spent` are amounts by the order that they paid. One that
    is sold can be spent (`usable`) once its order is complete."""

    voucher_id: int
    code: str
    amount: Decimal
    order_id: int = 0
    usable: bool = True
    spent: dict[int, Decimal] = field(default_factory=dict)

    @property
    def balance(self) -> Decimal:
        return self.amount - sum(self.spent.values(), Decimal(0))


class Purse:
    """All of a shop's certificates, by code."""

    def __init__(self) -> None:
        self._vouchers: dict[str, Voucher] = {}

    def make(self, code: str, amount: Decimal, *, order_id: int = 0) -> Voucher:
        made = Voucher(len(self._vouchers) + 1, code, amount, order_id, usable=not order_id)
        self._vouchers[code] = made
        return made

    def open_one(self) -> Voucher | None:
        """The oldest that still holds something."""
        every = self._vouchers.values()
        return next((one for one in every if one.usable and one.balance > 0), None)

    def complete(self, order_id: int) -> None:
        """What an order had sold can be spent from now on."""
        for one in self._vouchers.values():
            one.usable = one.usable or one.order_id == order_id

    def balance(self, code: str) -> Decimal:
        return self._vouchers[code].balance

    def spend(self, code: str, order_id: int, amount: Decimal) -> None:
        self._vouchers[code].spent[order_id] = amount

    def give_back(self, order_id: int) -> None:
        """An order is gone: what it had spent can be spent again."""
        for one in self._vouchers.values():
            one.spent.pop(order_id, None)

    def take_back(self, order_id: int) -> None:
        """Certificates that an order had sold are void, but for what was spent already."""
        for one in self._vouchers.values():
            if one.order_id == order_id:
                one.amount -= one.balance

    def redeemed_by(self, order_id: int) -> Iterator[dict[str, str]]:
        """What paid an order, as the extension tells it: the shop books it as negative."""
        for one in self._vouchers.values():
            if order_id in one.spent:
                yield {
                    "code": one.code, "amount": amount_text(-one.spent[order_id]),
                    "voucher_order_id": str(one.order_id),
                }  # fmt: skip
