"""How Magento writes amounts and moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def number(amount: Decimal) -> int | float:
    """A JSON number as PHP writes it: 5, 5.5, 5.55. Exact for up to four decimals."""
    value = float(amount)
    return int(value) if value.is_integer() else value


def both(name: str, base: Decimal, order: Decimal) -> dict[str, int | float]:
    """`name` in the order's currency and `base_name` in the base currency."""
    return {f"base_{name}": number(base), name: number(order)}


def amount(row: Mapping[str, Any], name: str) -> Decimal:
    """An amount of a JSON row as a Decimal, 0 when absent."""
    return Decimal(str(row.get(name, 0)))


def stamp(moment: datetime) -> str:
    """A moment as Magento stores it: UTC, without a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
