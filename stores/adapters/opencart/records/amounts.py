"""From the shop's base currency to what the customer saw: each row by itself, half up.

OpenCart stores all amounts in its base currency, with four decimals. What a customer paid is
each row of the total times the order's `currency_value`, rounded to the decimals of the currency
(its `Currency::format`), the total too: they may miss each other by a cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from connector.lib.money import ZERO


@dataclass(frozen=True, slots=True)
class ConversionRate:
    """`value` is units of the order's currency per unit of the base currency; `places` are the
    decimals of the order's currency."""

    value: Decimal
    places: int

    def row(self, amount: Decimal) -> Decimal:
        """A row as the customer saw it."""
        return (amount * self.value).quantize(self._step, rounding=ROUND_HALF_UP)

    def spread(self, amounts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
        """Parts, given in the base currency, as amounts that sum to `total`, a row as the
        customer saw it.

        Each is rounded down or up, the largest remainders up; of equal ones the larger part gets
        the cent, then the earlier.
        """
        if not amounts:
            return []
        step = self._step
        exact = [amount * self.value for amount in amounts]
        parts = [amount.quantize(step, rounding=ROUND_FLOOR) for amount in exact]
        missing = int((total - sum(parts, ZERO)) / step)
        by_rest = sorted(
            range(len(parts)), key=lambda at: (parts[at] - exact[at], -abs(exact[at]), at)
        )
        if missing < 0:
            by_rest.reverse()
        for count in range(abs(missing)):
            parts[by_rest[count % len(parts)]] += step if missing > 0 else -step
        return parts

    @property
    def _step(self) -> Decimal:
        return Decimal(1).scaleb(-self.places)
