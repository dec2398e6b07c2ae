"""How PHP writes CS-Cart's records: amounts as text or as numbers, and empty objects as lists."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connector.lib.money import round_to

_FOUR, _THREE = Decimal("0.0001"), Decimal("0.001")


def text(amount: Decimal) -> str:
    """As the database keeps an amount of an order: "12.00"."""
    return str(round_to(amount))


def rate_text(rate: Decimal) -> str:
    """A percentage or an amount of a tax, or of a surcharge: "10.000"."""
    return str(rate.quantize(_THREE))


def number(amount: Decimal) -> int | float:
    """What was computed is a number in JSON: 24, 4.8."""
    whole = amount == amount.to_integral_value()
    return int(amount) if whole else float(amount)


def four(amount: Decimal) -> Decimal:
    """A tax of a single thing: four decimals."""
    return amount.quantize(_FOUR, ROUND_HALF_UP)


def keyed(found: Mapping[str, Any]) -> Any:
    """An object; an empty one is a list, as PHP's arrays are."""
    return dict(found) or []


def stamp(moment: datetime) -> str:
    """Unix seconds, as text."""
    return str(int(moment.timestamp()))


def moment_of(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def hashed(*parts: object) -> str:
    """The id of a row of a cart, or of a combination of options: digits without a meaning."""
    return str(zlib.crc32("/".join(map(str, parts)).encode()))
