"""What can be done to the demo shop: to its orders, its customers and its goods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO
from sandbox.magento.documents import refunds
from sandbox.magento.documents.refunds import Refund
from sandbox.magento.orders import edits, lifecycle
from sandbox.magento.orders.lifecycle import Order
from sandbox.magento.placing import Placing
from sandbox.shop.base import Act
from sandbox.shop.made_up.demand import Wish


class MagentoShop(Placing):
    """A Magento shop, not served yet; `running.DemoShop` is.

    Orders are numbered from 1 and made by seed; with the same arguments and `epoch` two
    shops are the same. A status is pending, processing, complete, canceled, holded or closed.

    `hook(resource, page)` set as `between_pages` is called before page 2 and later of a
    list is put together. `denied` names resources that are not granted to the integration,
    `refused_stock` the products whose quantity the shop does not take, and in which words.
    Without `multi_source` it is a classic shop: an order takes off the stock at once.
    `hooks.point(url, secret)` has every change from then on told to an address.
    """

    def place(self, wish: Wish, *, at: datetime, until: datetime) -> Order:
        """Place the next order; a closed one is refunded at once."""
        with self.lock:
            if wish.status != "closed":
                return self._add(at, wish, until=until)
            order = self._add(at, replace(wish, status="processing"), until=until)
            self.refund(order["entity_id"])
            return order

    def acts(self) -> Mapping[str, Act]:
        """Pay, ship, cancel, hold, unhold, refund, edit."""
        plain = (self.pay, self.ship, self.cancel, self.hold, self.unhold)
        acts: dict[str, Act] = {verb.__name__: _without_body(verb) for verb in plain}
        return acts | {"refund": self._refund_by, "edit": self._edit_by}

    def update_order(self, order_id: int, **changes: Any) -> Order:
        """Overwrite fields of an order; `updated_at` follows unless it is given."""
        with self.lock:
            order = self._orders[order_id]
            order.update(changes)
            if "updated_at" not in changes:
                lifecycle.touch(order, self.stamp())
            self.hooks.tell("orders", order_id)
            return order

    def edit(self, order_id: int, items: Sequence[tuple[str, int]]) -> Order:
        """Change what an order holds; its postage, coupon and payments stay."""
        with self.lock:
            order, at = self._orders[order_id], self.stamp()
            wish = replace(self._wishes.get(order_id, Wish()), items=items)
            placed = datetime.fromisoformat(f"{order['created_at']}+00:00")
            edits.edit(order, self.generator.place(order_id, placed, wish), at)
            self.hooks.tell("orders", order_id)
            return order

    def change_customer(self, number: int, **changes: Any) -> None:
        """Overwrite fields of an account; `updated_at` follows unless it is given."""
        with self.lock:
            changed = {"updated_at": self.stamp()} | changes
            self.changed_customers.setdefault(number, {}).update(changed)
            self.hooks.tell("customers", number)

    def change_product(self, sku: str, **changes: Any) -> None:
        """Overwrite fields of a product, or make one; `updated_at` follows."""
        with self.lock:
            self.stock.change(sku, self.stamp(), **changes)
            self.hooks.tell("products", sku)

    def set_stock(self, sku: str, quantity: float) -> Any:
        """Count a product anew; the answer is Magento's. KeyError if it is unknown."""
        with self.lock:
            answer = self.stock.set(sku, quantity)
            self.hooks.tell("stock", sku)
            return answer

    def pay(self, order_id: int, *, transaction_id: str | None = None) -> Order:
        """Invoice and capture the whole order."""
        with self.lock:
            order, at = self._orders[order_id], self.stamp()
            lifecycle.pay(order, at, transaction_id=transaction_id)
            self.documents.paid(order_id, at)
            self._take_off_virtual(order)
            self.hooks.tell("orders", order_id)
            return order

    def invoice(
        self, order_id: int, items: Mapping[int | str, int] | None = None, *, shipping: bool = True
    ) -> dict[str, Any]:
        """Invoice and capture a part: of item ids or skus so many (None: all that is left), and
        shipping, if no invoice had it yet. The invoice."""
        with self.lock:
            order, at = self._orders[order_id], self.stamp()
            made = self.documents.invoice(order, items, shipping=shipping, at=at)
            self.hooks.tell("orders", order_id)
            return made

    def ship(self, order_id: int) -> Order:
        """Send the whole order."""
        with self.lock:
            order, at = self._orders[order_id], self.stamp()
            lifecycle.ship(order, at)
            self.documents.sent(order_id, at)
            self.stock.deduct(order_id)
            self.hooks.tell("orders", order_id)
            return order

    def cancel(self, order_id: int) -> Order:
        """Cancel what has no invoice: an order, or the rest of it."""
        with self.lock:
            order = self._change(order_id, lifecycle.cancel)
            self.stock.cancel(order)
            return order

    def reopen(self, order_id: int) -> Order:
        """Open a canceled order again."""
        with self.lock:
            order = self._change(order_id, lifecycle.reopen)
            self.stock.sell(order)
            return order

    def hold(self, order_id: int) -> Order:
        """Put an order on hold."""
        return self._change(order_id, lifecycle.hold)

    def unhold(self, order_id: int) -> Order:
        """Take an order off hold."""
        return self._change(order_id, lifecycle.unhold)

    def refund(
        self,
        order_id: int,
        *,
        items: Mapping[int | str, int] | None = None,
        shipping: Decimal | None = None,
        adjustment_positive: Decimal = ZERO,
        adjustment_negative: Decimal = ZERO,
        stored: Decimal = ZERO,
        restock: bool = False,
    ) -> dict[str, Any]:
        """Make a credit memo; without arguments of everything that is left.

        `items` maps item ids or skus to quantities, `{}` for a memo of adjustments only.
        `shipping` (without tax) and adjustments are in the shop's base currency, and so is
        `stored`, what is put on the store credit in place of a card or money. With `restock` its
        goods return to stock.
        """
        with self.lock:
            order = self._orders[order_id]
            chosen = None if items is None else refunds.item_ids(order, items)
            wish = Refund(chosen, shipping, adjustment_positive, adjustment_negative, stored)
            memo = self._refund(order, wish, self.stamp())
            if restock:
                self.stock.take_back(order, memo)
            return memo

    def comment(self, order_id: int, text: str) -> None:
        """Add a comment, which leaves the order as it is."""
        with self.lock:
            lifecycle.history(self._orders[order_id], text, self.stamp())

    def _change(self, order_id: int, verb: Callable[[Order, str], None]) -> Order:
        with self.lock:
            verb(self._orders[order_id], self.stamp())
            self.hooks.tell("orders", order_id)
            return self._orders[order_id]

    def _refund_by(self, order_id: int, body: dict[str, Any]) -> dict[str, Any]:
        """A credit memo by JSON: the options of `refund`, amounts as numbers or texts."""
        amounts = ("adjustment_positive", "adjustment_negative", "stored")
        money = {name: Decimal(str(body[name])) for name in amounts if name in body}
        shipping = Decimal(str(body["shipping"])) if "shipping" in body else None
        items, restock = body.get("items"), bool(body.get("restock"))
        return self.refund(order_id, items=items, shipping=shipping, restock=restock, **money)

    def _edit_by(self, order_id: int, body: dict[str, Any]) -> Order:
        """An order changed by JSON: `{"items": [["MUG-STN", 2]]}`."""
        return self.edit(order_id, [(sku, int(quantity)) for sku, quantity in body["items"]])


def _without_body(verb: Callable[[int], Order]) -> Act:
    return lambda order_id, _: verb(order_id)
