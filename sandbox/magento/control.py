"""`/_sandbox`, as far as it is about orders, products and stock of this platform."""

from __future__ import annotations

import re
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sandbox.magento.shop import MagentoShop
from sandbox.shop.serving import control
from sandbox.shop.serving.control import Paths


def handle(shop: MagentoShop, method: str, path: str, body: dict[str, Any]) -> Any:
    """One call. KeyError for an unknown path or id, ValueError or TypeError for a bad body."""
    found = re.fullmatch(r"/_sandbox/orders/(\d+)(?:/(\w+))?", path)
    if found and method == "POST":
        return _order(shop, int(found[1]), found[2], body)
    return control.handle(shop, method, path, body, _PATHS)


def _order(shop: MagentoShop, order_id: int, verb: str | None, body: dict[str, Any]) -> Any:
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


def _place(shop: MagentoShop, body: dict[str, Any]) -> Any:
    """`{"count": 5}` or the options of `place_order`; returns ids."""
    if "count" in body:
        return {"ids": [order["entity_id"] for order in shop.add_orders(int(body["count"]))]}
    return {"ids": [shop.place_order(**body)["entity_id"]]}


def _product(shop: MagentoShop, body: dict[str, Any]) -> Any:
    """`{"sku": …, "price": …}`: fields to overwrite; an unknown sku becomes a product."""
    shop.change_product(**body)
    return True


def _stock(shop: MagentoShop, body: dict[str, Any]) -> Any:
    """`{"sku": "MUG-STN", "quantity": 9}`"""
    return shop.set_stock(body["sku"], float(body["quantity"]))


def _state(shop: MagentoShop, body: dict[str, Any]) -> Any:
    return {
        "orders": len(shop.orders),
        "creditmemos": len(shop.creditmemos),
        "requests": len(shop.requests),
        "credentials": asdict(shop.credentials),
    }


_PATHS: Paths = {
    ("GET", "/_sandbox/state"): _state,
    ("POST", "/_sandbox/orders"): _place,
    ("POST", "/_sandbox/products"): _product,
    ("POST", "/_sandbox/stock"): _stock,
}
