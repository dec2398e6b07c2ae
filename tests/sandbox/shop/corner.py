"""The smallest demo shop: what a platform adds to `sandbox.shop`, and nothing else.

An order is what the customer pays, to the cent; the API is one list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.shop.base import Act, Order
from sandbox.shop.faults import Fault
from sandbox.shop.made_up.demand import Demand, Methods, Plan, Wish, moments
from sandbox.shop.serving.pages import Shown, home
from sandbox.shop.serving.running import Running
from sandbox.shop.serving.server import Front
from sandbox.shop.serving.wire import Answer, Request, said

METHODS = Methods(card="card", wallet="wallet", transfer="bank", cheque="cheque")


class CornerShop(Running):
    def __init__(self, *, orders: int = 0, plan: Plan | None = None, epoch: datetime) -> None:
        super().__init__(Demand(plan or Plan(), METHODS), epoch=epoch)
        self.orders: dict[int, Order] = {}
        self.stock = dict.fromkeys(self.profile.catalogue, 10.0)
        for at in moments(orders, seed=self.plan.seed, epoch=self.epoch):
            self.place(Wish(), at=at, until=self.epoch)

    def front(self) -> Front:
        return CornerFront(self)

    def place(self, wish: Wish, *, at: datetime, until: datetime) -> Order:
        number = len(self.orders) + 1
        bought = self.demand.purchase(number, wish)
        fate = self.demand.fate(
            number, placed=at, until=until, method=bought.method, shipped=True, wished=wish.status
        )
        prices = self.profile.catalogue
        self.orders[number] = {
            "id": number, "at": at.isoformat(), "name": bought.customer.lastname,
            "email": bought.customer.email, "method": bought.method,
            "total": str(sum(prices[sku].price * count for sku, count in bought.basket)),
            "paid": bool(fate.paid_at), "sent": bool(fate.sent_at), "gone": bool(fate.canceled_at),
        }  # fmt: skip
        self.hooks.tell("orders", number)
        return self.orders[number]

    def id_of(self, order: Order) -> int:
        return int(order["id"])

    def update_order(self, order_id: int, **changes: Any) -> Order:
        self.orders[order_id].update(changes)
        self.hooks.tell("orders", order_id)
        return self.orders[order_id]

    def change_product(self, sku: str, **changes: Any) -> None:
        self.hooks.tell("products", sku)

    def set_stock(self, sku: str, quantity: float) -> Any:
        if sku not in self.stock:
            raise KeyError(sku)
        self.stock[sku] = quantity
        self.hooks.tell("stock", sku)
        return quantity

    def acts(self) -> Mapping[str, Act]:
        return {"cancel": lambda order_id, body: self.update_order(order_id, gone=True)}

    def state(self) -> dict[str, Any]:
        return {"orders": len(self.orders), "credentials": {}}


class CornerFront(Front):
    api = "/api/"

    def __init__(self, shop: CornerShop) -> None:
        self.shop = shop

    def answer(self, request: Request, fault: Fault | None) -> Answer:
        with self.shop.lock:
            return said(list(self.shop.orders.values()))

    def failure(self, fault: Fault) -> Answer:
        return said({"error": fault.kind}, 429 if fault.kind == "throttled" else fault.status)

    def page(self, path: str) -> str:
        if path != "/":
            raise KeyError(path)
        newest = [
            Shown(f"/orders/{one['id']}", str(one["id"]), one["at"], one["name"], "new",
                  one["total"], "0")
            for one in reversed(self.shop.orders.values())
        ]  # fmt: skip
        return home(self.shop.profile.shop_name, newest, len(newest))
