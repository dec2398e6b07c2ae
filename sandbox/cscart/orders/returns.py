"""Return requests of CS-Cart's own add-on for them, in the fields of its tables."""

from __future__ import annotations

from itertools import count
from typing import Any

from sandbox.shop.refusals import NotPossible

ASKED_FOR, DECLINED, COMPLETED = "R", "D", "C"


class Returns:
    """Writes return requests to their orders."""

    def __init__(self) -> None:
        self._ids = count(1)

    def add(
        self, order: dict[str, Any], sku: str, quantity: int, at: str, action: str, status: str
    ) -> dict[str, Any]:
        """So many of a product came back. NotPossible where the order has not so many left."""
        row = next(
            (one for one in order["products"].values() if one["product_code"] == sku), None
        )  # fmt: skip
        if row is None:
            raise NotPossible("The order has not this product.")
        back = sum(
            int(goods["amount"]) for one in order["returns"] if one["status"] != DECLINED
            for key, goods in one["products"].items() if key == row["item_id"]
        )  # fmt: skip
        if quantity + back > int(row["amount"]):
            raise NotPossible("The order has not so many of this product left.")
        found = {
            "return_id": str(next(self._ids)), "order_id": order["order_id"],
            "user_id": order["user_id"], "timestamp": at, "action": action, "status": status,
            "total_amount": str(quantity), "comment": "",
            "products": {row["item_id"]: {
                "item_id": row["item_id"], "product_id": row["product_id"], "reason": "1",
                "amount": str(quantity), "type": "A", "price": row["price"],
                "product": row["product"], "product_options": "",
            }},
        }  # fmt: skip
        order["returns"].append(found)
        order["updated_at"] = str(max(int(order["updated_at"]), int(at)))
        return found
