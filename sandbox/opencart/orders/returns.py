"""Returns: a row for each product that came back. OpenCart says no amount."""

from __future__ import annotations

from itertools import count

from sandbox.opencart.orders.statuses import Tables
from sandbox.opencart.versions import Version
from sandbox.shop.refusals import NotPossible

RECEIVED = 3  # the status of a return that is done with
STATUSES = {1: "Pending", 2: "Awaiting Products", RECEIVED: "Complete"}
REFUNDED = "Refunded"


def action_of(version: Version, name: str) -> int:
    """The number of an action of this version; KeyError for one that it has not."""
    if name not in version.return_actions:
        raise KeyError(name)
    return version.return_actions.index(name) + 1


class Returns:
    """Writes returns."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._ids = count(1)

    def add(
        self, tables: Tables, product_id: int, quantity: int, at: str, action: str
    ) -> dict[str, str]:
        """So many of a product came back. NotPossible where the order has not so many left."""
        head = tables["order"]
        lines = [row for row in tables["order_product"] if row["product_id"] == str(product_id)]
        back = sum(
            int(row["quantity"]) for row in tables["return"]
            if row["product_id"] == str(product_id)
        )  # fmt: skip
        if not lines or quantity + back > sum(int(row["quantity"]) for row in lines):
            raise NotPossible("The order has not so many of this product left.")
        row = {
            "return_id": str(next(self._ids)), "order_id": head["order_id"],
            "product_id": str(product_id), "customer_id": head["customer_id"],
            "firstname": head["firstname"], "lastname": head["lastname"], "email": head["email"],
            "telephone": head["telephone"], "product": lines[0]["name"],
            "model": lines[0]["model"], "quantity": str(quantity), "opened": "0",
            "return_reason_id": "1",
            "return_action_id": str(action_of(self._version, action)),
            "return_status_id": str(RECEIVED), "comment": "",
            "date_ordered": head["date_added"][:10], "date_added": at, "date_modified": at,
        }  # fmt: skip
        tables["return"].append(row)
        return row
