"""What can be done to the demo shop: to its orders, its customers and its goods."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sandbox.opencart.orders import statuses
from sandbox.opencart.orders.returns import REFUNDED
from sandbox.opencart.orders.statuses import Tables
from sandbox.opencart.placing import Placing
from sandbox.shop.base import Act


class OpenCartShop(Placing):
    """An OpenCart shop with the connector's extension, not served yet; `running.DemoShop` is.

    `version` is 3, 4.0 or 4. Orders are made by seed; with the same arguments and `epoch` two
    shops are the same. An order is the rows that OpenCart stores of it, by table. A status is
    one of `statuses.NAMES` in small letters, or abandoned. `sync_states` are the connector's last
    words by kind and id. `keys.on` is the extension's switch; `hooks.pair(url, at)` or the call
    `pair` has every change from then on told to an address.
    """

    def __init__(self, **options: Any) -> None:
        self.sync_states: dict[tuple[str, int], dict[str, Any]] = {}
        super().__init__(**options)

    def acts(self) -> Mapping[str, Act]:
        """Status, comment, cancel, refund, give_back, edit, delete, ask."""
        return {
            "status": lambda key, body: self.set_status(key, **body),
            "comment": lambda key, body: self.comment(key, **body),
            "cancel": lambda key, body: self.set_status(key, "canceled"),
            "refund": lambda key, body: self.set_status(key, "refunded"),
            "give_back": lambda key, body: self.give_back(key, **body),
            "edit": lambda key, body: self.edit(
                key, [(sku, int(quantity)) for sku, quantity in body["items"]]
            ),
            "delete": lambda key, body: self.delete(key),
            "ask": lambda key, body: self.ask([key], **body),
        }

    def known(self, kind: str) -> Collection[int]:
        """The ids of what there is of a kind, for the extension; deleted orders too."""
        there: dict[str, Collection[int]] = {
            "order": self.every.keys() | self.deleted.keys(),
            "product": self.catalogue.products.keys(), "customer": self.customers.keys(),
        }  # fmt: skip
        return there[kind]

    def state(self) -> dict[str, Any]:
        """Counts and keys."""
        return {
            "orders": len(self.orders), "deleted": len(self.deleted),
            "returns": sum(len(one["return"]) for one in self.orders),
            "credentials": asdict(self.keys.credentials),
        }  # fmt: skip

    # --- orders ------------------------------------------------------------------------------

    def update_order(self, order_id: int, **changes: Any) -> Tables:
        """Overwrite columns of an order's own row, or whole tables by their names;
        `date_modified` follows unless it is given."""
        with self.lock:
            tables = self._orders[order_id]
            changes = {"date_modified": self.stamp()} | changes
            for name, value in changes.items():
                (tables if name in tables else tables["order"])[name] = value
            self.events.note("order", order_id)
            return tables

    def set_status(
        self, order_id: int, status: str | int, comment: str = "", notify: int = 0
    ) -> Tables:
        """Put an order into a status, by number or name, as staff do."""
        with self.lock:
            number = status if isinstance(status, int) else statuses.number_of(status)
            self.enter(self._orders[order_id], number, self.stamp(), comment, notify=notify)
            return self._orders[order_id]

    def comment(self, order_id: int, text: str) -> Tables:
        """Add a comment under the status that the order has."""
        return self.set_status(
            order_id, int(self.order(order_id)["order"]["order_status_id"]), text
        )

    def edit(self, order_id: int, items: Sequence[tuple[str, int]]) -> Tables:
        """Change what an order holds: its rows are reckoned anew, with the prices of now."""
        with self.lock:
            tables = self._orders[order_id]
            taken, ships_free = self._taken[order_id]
            taken = replace(taken, basket=items)
            sold = int(tables["order"]["order_status_id"]) in statuses.SOLD
            self.move_stock(tables, int(sold))
            self.purse.give_back(order_id)
            self.purse.take_back(order_id)
            self.writer.fill(tables, taken, ships_free=ships_free, inclusive=self.plan.inclusive)
            self._taken[order_id] = taken, ships_free
            self._spend(tables, taken)
            self.move_stock(tables, -int(sold))
            tables["order"]["date_modified"] = self.stamp()
            self.events.note("order", order_id)
            return tables

    def give_back(
        self, order_id: int, sku: str, quantity: int = 1, action: str = REFUNDED
    ) -> dict[str, str]:
        """A return of so many; `action` is the shop's own word for what is done about it."""
        with self.lock:
            product, _ = self.catalogue.find(sku)
            row = self.returns.add(
                self._orders[order_id], product.product_id, quantity, self.stamp(), action
            )
            self.events.note("return", int(row["return_id"]))
            self.events.note("order", order_id)
            return row

    def delete(self, order_id: int) -> bool:
        """Delete an order; its goods go back to stock."""
        with self.lock:
            tables = self._orders[order_id]
            if int(tables["order"]["order_status_id"]) in statuses.SOLD:
                self.move_stock(tables, 1)
            self.remove(order_id, self.stamp())
            return True

    def ask(
        self, ids: Sequence[int], ask: str = "sync", *, kind: str = "order",
        person: str = "admin", reason: str = "",
    ) -> Any:  # fmt: skip
        """Somebody in the admin asks the connector for something; what it says it did."""
        return self.hooks.ask(ask, kind, ids, person, reason)

    # --- customers and goods -------------------------------------------------------------------

    def change_customer(self, number: int, **changes: Any) -> None:
        """Overwrite columns of an account."""
        with self.lock:
            if number not in self.customers:
                raise KeyError(number)
            self.changed_customers.setdefault(number, {}).update(changes)
            self.events.note("customer", number)

    def change_product(self, sku: str, **changes: Any) -> None:
        """Overwrite columns of a product, or make one; `date_modified` follows."""
        with self.lock:
            product = self.catalogue.change(sku, self.stamp(), **changes)
            self.events.note("product", product.product_id)

    def set_stock(self, sku: str, quantity: float) -> int:
        """Count a product anew, or one of its sizes. KeyError if it is unknown."""
        with self.lock:
            product, size = self.catalogue.find(sku)
            if size:
                product.options[size] = int(quantity)
            else:
                product.row["quantity"] = str(int(quantity))
            self.events.note("product", product.product_id)
            return int(quantity)
