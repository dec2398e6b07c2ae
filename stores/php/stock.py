"""What a shop's package is asked to count anew."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connector.lib.errors import Rejected
from connector.lib.money import plain
from stores.canonical.product import StockTarget
from stores.php.client import Json, SignedClient

# Of the name of what is meant and the package's code, why its number was not put.
Refusal = Callable[[str, str], Rejected]


def put(
    client: SignedClient, target: StockTarget, meant: Json, quantity: Decimal, refusal: Refusal
) -> None:
    """Put the number on hand of one product, which `meant` names to the package."""
    if quantity != quantity.to_integral_value():
        raise Rejected(
            f"{target}: {client.program} counts whole pieces, and {plain(quantity)} is none.",
            code="not_whole",
            hint="Correct the quantity in Xero.",
        )
    item = meant | {"quantity": str(int(quantity))}
    rows, _ = client.rows("set_stock", "items", items=[item])
    answer = rows[0] if rows else {}
    if answer.get("done") is not True:
        raise refusal(str(target), str(answer.get("code") or "not_found"))
