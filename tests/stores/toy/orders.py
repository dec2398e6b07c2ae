"""Orders of toy shops, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

FIRST = datetime(2026, 11, 20, 9, tzinfo=UTC)


def toy_order(
    number: int, *, toys: int = 1, tip: Decimal = Decimal(0), at: datetime = FIRST, **more: Any
) -> dict[str, Any]:
    """So many tops at 20.00 and 10% tax, an hour after the order before."""
    when = (at + timedelta(hours=number)).strftime("%Y-%m-%d %H:%M:%S")
    net = Decimal(20) * toys
    return {
        "id": str(number), "no": f"T{number}", "status": "played", "money": "AUD",
        "total": str(net * Decimal("1.1") + tip), "tax": str(net / 10), "tip": str(tip),
        "placed": when, "changed": when, "name": "Mia", "country": "AU",
        "email": "mia@example.com",
        "toys": [
            {"id": "1", "name": "Top", "count": toys, "net": str(net), "tax": str(net / 10),
             "rate": 10},
        ],
    } | more  # fmt: skip
