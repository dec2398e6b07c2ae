"""How OpenCart's database writes amounts and moments."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from connector.lib.money import round_to

_STORED, _RATE = Decimal("0.0001"), Decimal("0.00000001")


def stored(amount: Decimal) -> Decimal:
    """As a column of amounts keeps it: four decimals, half up."""
    return amount.quantize(_STORED, rounding=ROUND_HALF_UP)


def amount_text(amount: Decimal) -> str:
    return str(stored(amount) + 0)


def rate_text(rate: Decimal) -> str:
    """A currency's value: eight decimals."""
    return str(rate.quantize(_RATE))


def shown(amount: str, rate: str) -> Decimal:
    """An amount as the customer sees it, in the order's currency."""
    return round_to(Decimal(amount) * Decimal(rate))


def stamp(moment: datetime, timezone: str) -> str:
    """A moment by the shop's own clock."""
    return moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")
