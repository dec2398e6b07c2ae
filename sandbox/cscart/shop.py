"""What can be done to the demo shop: to its orders, its customers and its goods."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO, round_to
from sandbox.cscart.notation import stamp
from sandbox.cscart.orders import statuses
from sandbox.cscart.orders.returns import Returns
from sandbox.cscart.orders.writer import Order
from sandbox.cscart.placing import Placing
from sandbox.shop.base import Act
from sandbox.shop.refusals import NotPossible
from sandbox.shop.signed.keys import Credentials, Keys
from sandbox.shop.signed.told import Told

EMAIL, API_KEY = "api@example.com", "de305ec7de305ec7"  # open on purpose: nothing here is real


class CSCartShop(Placing):
    """A CS-Cart shop, not served yet; `running.DemoShop` is.

    `version` is 4.3 or 4.18, `edition` ultimate (two storefronts) or multivendor (three vendors),
    `tax_calculation` unit_price or subtotal. `knows_changes`: its list of orders can be asked for
    what changed. `rewrites`: it has the short addresses of the API. `forbidden` are objects of the
    API that the administrator may not read, `largest_page` is how many rows a page has at most.
    `addon`: the connector's add-on is installed; `keys.on` is its switch, `hooks.pair(url, at)` or
    its call `pair` has every change from then on told to an address, `sync_states` are the
    connector's last words by kind and id. With the same arguments and `epoch` two shops are the
    same. A status is a letter or a name of
    `statuses.EVERY`, or unfinished. `deleted` are orders that are gone, with since when.
    """

    def __init__(
        self, *, knows_changes: bool = False, rewrites: bool = True, largest_page: int = 0,
        addon: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        self.knows_changes, self.rewrites = knows_changes, rewrites
        self.largest_page = largest_page
        self.forbidden: set[str] = set()
        self.deleted: dict[int, tuple[str, Order]] = {}
        self.addon = addon
        self.sync_states: dict[tuple[str, int], dict[str, Any]] = {}
        self.returns, self._given_back = Returns(), 0
        super().__init__(**options)
        self.hooks: Told = Told(Credentials())
        self.keys = Keys(self.hooks.credentials, self.seconds, form="cs1")

    def acts(self) -> Mapping[str, Act]:
        """Status, cancel, refund, edit, lower, give_back, delete, ask."""
        return {
            "status": lambda key, body: self.set_status(key, **body),
            "cancel": lambda key, body: self.set_status(key, statuses.CANCELED),
            "refund": lambda key, body: self.set_status(key, statuses.REFUNDED),
            "edit": lambda key, body: self.edit(
                key, [(sku, int(quantity)) for sku, quantity in body["items"]]
            ),
            "lower": lambda key, body: self.lower(key, Decimal(str(body["amount"]))),
            "give_back": lambda key, body: self.give_back(key, **body),
            "delete": lambda key, body: self.delete(key),
            "ask": lambda key, body: self.ask([key], **body),
        }

    def known(self, kind: str) -> Collection[int]:
        """The ids of what there is of a kind, for the add-on; deleted orders too."""
        there: dict[str, Collection[int]] = {
            "order": self._orders.keys() | self.deleted.keys(),
            "product": self.catalogue.products.keys(), "customer": self.customers.keys(),
        }  # fmt: skip
        return there[kind]

    def state(self) -> dict[str, Any]:
        """Counts and keys."""
        return super().state() | {
            "deleted": len(self.deleted), "returns": sum(len(o["returns"]) for o in self.orders),
            "credentials": {"email": EMAIL, "api_key": API_KEY}
            | (asdict(self.keys.credentials) if self.addon else {}),
        }  # fmt: skip

    # --- orders ------------------------------------------------------------------------------

    def update_order(self, order_id: int, **changes: Any) -> Order:
        """Overwrite columns of an order; `updated_at` follows unless it is given."""
        with self.lock:
            order = self._orders[order_id]
            order |= {"updated_at": self.stamp()} | changes
            self._changed(order, live=True)
            return order

    def set_status(self, order_id: int, status: str) -> Order:
        """Put an order into a status, by letter or name, as staff do."""
        with self.lock:
            order = self._orders[order_id]
            if order["status"] == statuses.PARENT:
                raise NotPossible("The vendors' orders have statuses, their parent has not.")
            self.enter(order, statuses.letter_of(status), self.stamp())
            return order

    def edit(self, order_id: int, items: Sequence[tuple[str, int]]) -> Order:
        """Change what an order holds: it is reckoned anew, with the prices and taxes of now."""
        return self._rewritten(order_id, replace(self._taken[order_id], basket=tuple(items)))

    def lower(self, order_id: int, amount: Decimal) -> Order:
        """Take so much more off the products, as staff do who give a part of the money back."""
        taken = self._taken[order_id]
        coupon, rest = self.checkouts.discount(taken)
        if coupon + rest + amount > self.checkouts.value(taken.basket):
            raise NotPossible("The products do not cost so much.")
        return self._rewritten(order_id, replace(taken, off=taken.off + round_to(amount)))

    def _rewritten(self, order_id: int, taken: Any) -> Order:
        with self.lock:
            order = self._orders[order_id]
            if order["status"] == statuses.PARENT:
                raise NotPossible("A parent order is not edited: its vendors' orders are.")
            sold = int(statuses.takes(order["status"]))
            codes = [row["gift_cert_code"] for row in _rows(order.get("gift_certificates"))]
            self.move_stock(order, sold)
            self.purse.give_back(order_id)
            for key in ("gift_certificates", "use_gift_certificates", "points_info", "coupons"):
                order.pop(key, None)
            self.writer.fill(order, taken)
            for row, code in zip(_rows(order.get("gift_certificates")), codes, strict=False):
                row["gift_cert_code"] = code
            self._taken[order_id] = taken
            self.move_stock(order, -sold)
            order["updated_at"] = self.stamp()
            self._changed(order, live=True)
            return order

    def give_back(
        self, order_id: int, sku: str, quantity: int = 1, action: str = "1", status: str = "C"
    ) -> dict[str, Any]:
        """A return request for so many; `action` is the id of what is done about it, `status`
        its letter (R is only asked for, D declined). The REST API does not tell it."""
        with self.lock:
            order = self._orders[order_id]
            row = self.returns.add(order, sku, quantity, self.stamp(), action, status)
            self._changed(order, live=True)
            return row

    def delete(self, order_id: int) -> bool:
        """Delete an order; its goods go back to stock."""
        with self.lock:
            order = self._orders.pop(order_id)
            self.move_stock(order, int(statuses.takes(order["status"])))
            self.purse.give_back(order_id)
            self.deleted[order_id] = self.stamp(), order
            self._changed(order, live=True)
            return True

    def ask(
        self, ids: Sequence[int], ask: str = "sync", *, kind: str = "order",
        person: str = "admin", reason: str = "",
    ) -> Any:  # fmt: skip
        """Somebody in the admin asks the connector for something; what it says it did."""
        return self.hooks.ask(ask, kind, ids, person, reason)

    def _changed(self, order: Order, *, live: bool) -> None:
        """The add-on hints at it. CS-Cart itself calls nobody."""
        if live and self.addon:
            self.hooks.tell("orders", self.id_of(order))

    def _give_back(self, order: Order, placed: datetime) -> None:
        """All of it by its status, a part by a lowered total, or a piece as a return."""
        if order["status"] != statuses.COMPLETE:
            return
        at = max(stamp(min(placed + timedelta(days=6), self.epoch)), order["updated_at"])
        kind, taken = self._given_back % 3, self._taken[self.id_of(order)]
        self._given_back += 1
        if kind == 0:
            self.enter(order, statuses.REFUNDED, at, live=False)
        elif kind == 1 and taken.basket:
            self.returns.add(order, taken.basket[0][0], 1, at, "1", "C")
        elif self.checkouts.value(taken.basket) - sum(self.checkouts.discount(taken), ZERO) > 5:
            self.lower(self.id_of(order), Decimal("3.50"))
        order["updated_at"] = at

    # --- customers and goods -------------------------------------------------------------------

    def change_product(self, sku: str, **changes: Any) -> None:
        """Overwrite what a product is (`name`, `code`, `price`, `amount`, or fields of its
        record), or make one."""
        with self.lock:
            product = self.catalogue.change(sku, self.stamp(), **changes)
            if self.addon:
                self.hooks.tell("products", product.id)

    def set_stock(self, sku: str, quantity: float) -> float:
        """Count a product anew, or one of its sizes. KeyError if it is unknown."""
        with self.lock:
            self.catalogue.count(sku, quantity)
            return quantity


def _rows(found: Any) -> list[dict[str, Any]]:
    return list(found.values()) if isinstance(found, dict) else []
