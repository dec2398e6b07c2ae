"""`/_sandbox`: what a test in another process can do to the shop. JSON in, JSON out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.magento.faults import Fault

if TYPE_CHECKING:
    from sandbox.magento.shop import DemoShop


def handle(shop: DemoShop, method: str, path: str, body: dict[str, Any]) -> Any:
    """One call. KeyError for an unknown path or id, ValueError or TypeError for a bad body."""
    if not isinstance(body, dict):
        raise ValueError("a JSON object is expected")
    found = re.fullmatch(r"/_sandbox/orders/(\d+)(?:/(\w+))?", path)
    if found and method == "POST":
        return _order(shop, int(found[1]), found[2], body)
    return _PATHS[method, path](shop, body)


def touch_oldest(shop: DemoShop) -> None:
    """Change the order that was updated longest ago: it moves to the end of the list."""
    orders = shop.orders
    if orders:
        oldest = min(orders, key=lambda order: (order["updated_at"], order["entity_id"]))
        shop.update_order(oldest["entity_id"])


def _order(shop: DemoShop, order_id: int, verb: str | None, body: dict[str, Any]) -> Any:
    if verb is None:
        return shop.update_order(order_id, **body)
    if verb == "refund":
        money = {
            name: Decimal(str(body[name]))
            for name in ("adjustment_positive", "adjustment_negative", "stored")
            if name in body
        }
        shipping = Decimal(str(body["shipping"])) if "shipping" in body else None
        items, restock = body.get("items"), bool(body.get("restock"))
        return shop.refund(order_id, items=items, shipping=shipping, restock=restock, **money)
    if verb == "edit":
        return shop.edit(order_id, [(sku, int(quantity)) for sku, quantity in body["items"]])
    verbs = {
        "pay": shop.pay,
        "ship": shop.ship,
        "cancel": shop.cancel,
        "hold": shop.hold,
        "unhold": shop.unhold,
    }
    return verbs[verb](order_id)


def _place(shop: DemoShop, body: dict[str, Any]) -> Any:
    """`{"count": 5}` or the options of `place_order`; returns ids."""
    if "count" in body:
        return {"ids": [order["entity_id"] for order in shop.add_orders(int(body["count"]))]}
    return {"ids": [shop.place_order(**body)["entity_id"]]}


def _product(shop: DemoShop, body: dict[str, Any]) -> Any:
    """`{"sku": …, "price": …}`: fields to overwrite; an unknown sku becomes a product."""
    shop.change_product(**body)
    return True


def _stock(shop: DemoShop, body: dict[str, Any]) -> Any:
    """`{"sku": "MUG-STN", "quantity": 9}`"""
    return shop.set_stock(body["sku"], float(body["quantity"]))


def _point(shop: DemoShop, body: dict[str, Any]) -> Any:
    """`{"url": …, "secret": …}`: where changes are told from now on; an empty url: nowhere."""
    shop.hooks.point(str(body["url"]), str(body.get("secret", "")))
    return shop.hooks.counts()


def _hooks(shop: DemoShop, body: dict[str, Any]) -> Any:
    return shop.hooks.counts()


def _fault(shop: DemoShop, body: dict[str, Any]) -> Any:
    return asdict(shop.faults.add(Fault.from_json(body)))


def _faults(shop: DemoShop, body: dict[str, Any]) -> Any:
    return [asdict(fault) for fault in shop.faults.active]


def _clear(shop: DemoShop, body: dict[str, Any]) -> Any:
    shop.faults.clear()
    return True


def _clock(shop: DemoShop, body: dict[str, Any]) -> Any:
    """`{"skew": seconds}`: how far the shop's clock is ahead."""
    shop.clock_skew = timedelta(seconds=float(body["skew"]))
    return True


def _state(shop: DemoShop, body: dict[str, Any]) -> Any:
    return {
        "orders": len(shop.orders),
        "creditmemos": len(shop.creditmemos),
        "requests": len(shop.requests),
        "credentials": asdict(shop.credentials),
    }


_PATHS: dict[tuple[str, str], Callable[[DemoShop, dict[str, Any]], Any]] = {
    ("GET", "/_sandbox/state"): _state,
    ("POST", "/_sandbox/orders"): _place,
    ("POST", "/_sandbox/products"): _product,
    ("POST", "/_sandbox/stock"): _stock,
    ("GET", "/_sandbox/hooks"): _hooks,
    ("POST", "/_sandbox/hooks"): _point,
    ("GET", "/_sandbox/faults"): _faults,
    ("POST", "/_sandbox/faults"): _fault,
    ("DELETE", "/_sandbox/faults"): _clear,
    ("POST", "/_sandbox/clock"): _clock,
}
