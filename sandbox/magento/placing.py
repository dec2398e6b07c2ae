"""The shop's orders as they come: those of the past from a seed, and new ones by wish."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sandbox.magento.catalogue.stock import Stock
from sandbox.magento.documents.kept import Documents
from sandbox.magento.documents.refunds import Refund
from sandbox.magento.notation import stamp
from sandbox.magento.oauth import Credentials, Gate
from sandbox.magento.orders.generate import Born, Generator
from sandbox.magento.orders.lifecycle import Order
from sandbox.shop.base import Shop
from sandbox.shop.made_up.demand import Plan, Wish, moments
from sandbox.shop.refusals import NotPossible

Hook = Callable[[str, int], None]


class Placing(Shop):
    """Orders, the documents about them, and the stock that they take from."""

    def __init__(
        self,
        *,
        orders: int = 0,
        plan: Plan | None = None,
        epoch: datetime | None = None,
        days: float = 30,
        with_refunds: bool = False,
        bearer: bool = True,
        rfc: bool = False,
        multi_source: bool = True,
    ) -> None:
        self.generator = Generator(plan or Plan())
        super().__init__(self.generator.demand, epoch=epoch)
        self.credentials = Credentials()
        self.gate = Gate(self.credentials, bearer=bearer, rfc=rfc, seconds=self.seconds)
        self.between_pages: Hook | None = None
        self.denied: set[str] = set()
        self.refused_stock: dict[str, str] = {}
        self._multi_source = multi_source
        self.stock = self._new_stock()
        self.changed_customers: dict[int, dict[str, Any]] = {}
        self._orders: dict[int, Order] = {}
        self._wishes: dict[int, Wish] = {}
        self.documents = Documents(self._orders)
        self._fill(orders, days, with_refunds=with_refunds)

    def reset(self) -> None:
        """Start anew while serving: no orders, no faults, an untouched stock."""
        with self.lock:
            self._orders.clear()
            self._wishes.clear()
            self.documents.clear()
            self.requests.clear()
            self.faults.clear()
            self.stock = self._new_stock()

    def stamp(self) -> str:
        """Now, as Magento writes it."""
        return stamp(self.now())

    @property
    def orders(self) -> list[Order]:
        """All orders by id, as they are: read them, change them by the verbs."""
        with self.lock:
            return list(self._orders.values())

    def order(self, order_id: int) -> Order:
        """One order."""
        with self.lock:
            return self._orders[order_id]

    def id_of(self, order: Order) -> int:
        """Its `entity_id`."""
        return int(order["entity_id"])

    def state(self) -> dict[str, Any]:
        """Counts and keys."""
        return {
            "orders": len(self.orders), "creditmemos": len(self.creditmemos),
            "credentials": asdict(self.credentials),
        }  # fmt: skip

    # --- what belongs to orders ----------------------------------------------------------

    @property
    def creditmemos(self) -> list[dict[str, Any]]:
        """All credit memos by id."""
        with self.lock:
            return self.documents.creditmemos()

    @property
    def invoices(self) -> list[dict[str, Any]]:
        """The invoices of all paid orders, and those of parts of orders."""
        with self.lock:
            return self.documents.invoices()

    @property
    def shipments(self) -> list[dict[str, Any]]:
        """The shipments of all orders that were sent."""
        with self.lock:
            return self.documents.shipments()

    @property
    def transactions(self) -> list[dict[str, Any]]:
        """The captures of all orders paid by card or PayPal."""
        with self.lock:
            return self.documents.transactions()

    def _fill(self, count: int, days: float, *, with_refunds: bool) -> None:
        times = moments(count, seed=self.plan.seed, epoch=self.epoch, days=days)
        for number, at in enumerate(times, 1):
            born = self.generator.order(number, at, until=self.epoch)
            self._keep(born)
            if with_refunds and born.paid_at and self.demand.gives_back(number):
                self._refund_some(born)

    def _refund_some(self, born: Born) -> None:
        """Give one of the first row back, a day later."""
        paid = datetime.fromisoformat(f"{born.paid_at}+00:00")
        at = max(stamp(min(paid + timedelta(days=1), self.epoch)), born.order["updated_at"])
        first = born.order["items"][0]["item_id"]
        with suppress(NotPossible):  # nothing to give back where a coupon paid for all
            self._refund(born.order, Refund(items={first: 1}), at)

    def _add(self, at: datetime, wish: Wish, *, until: datetime) -> Order:
        number = len(self._orders) + 1
        self._wishes[number] = wish
        born = self.generator.order(number, at, until=until, wish=wish)
        self.stock.sell(born.order)
        if born.sent_at:
            self.stock.deduct(number)
        if born.paid_at:
            self._take_off_virtual(born.order)
        if born.order["state"] == "canceled":
            self.stock.cancel(born.order)
        self.hooks.tell("orders", number)
        return self._keep(born)

    def _take_off_virtual(self, order: Order) -> None:
        """What is never shipped leaves with the invoice."""
        virtual = [row for row in order["items"] if row["product_type"] == "virtual"]
        self.stock.deduct(order["entity_id"], {row["sku"]: row["qty_ordered"] for row in virtual})

    def _new_stock(self) -> Stock:
        at = stamp(self.epoch - timedelta(days=90))
        return Stock(self.profile, self.plan.seed, at, multi_source=self._multi_source)

    def _keep(self, born: Born) -> Order:
        self._orders[born.order["entity_id"]] = born.order
        self.documents.born(born)
        return born.order

    def _refund(self, order: Order, wish: Refund, at: str) -> dict[str, Any]:
        memo = self.documents.refund(order, wish, at)
        self.hooks.tell("refunds", memo["entity_id"])
        return memo
