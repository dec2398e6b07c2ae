"""`/_sandbox`: what a test in another process can do to any demo shop. JSON in, JSON out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sandbox.shop.base import Shop
from sandbox.shop.faults import Fault

Body = dict[str, Any]


def handle(shop: Shop, method: str, path: str, body: Body) -> Any:
    """One call. KeyError for an unknown path or id, ValueError or TypeError for a bad body."""
    found = re.fullmatch(r"/_sandbox/orders/(\d+)(?:/(\w+))?", path)
    if found is None or method != "POST":
        return _PATHS[method, path](shop, body)
    order_id = int(found[1])
    if found[2] is None:
        return shop.update_order(order_id, **body)
    return shop.acts()[found[2]](order_id, body)


def _state(shop: Shop, body: Body) -> Any:
    return {**shop.state(), "requests": len(shop.requests)}


def _place(shop: Shop, body: Body) -> Any:
    """`{"count": 5}` or the options of `place_order`; returns ids."""
    if "count" in body:
        placed = shop.add_orders(int(body["count"]))
    else:
        placed = [shop.place_order(**body)]
    return {"ids": [shop.id_of(order) for order in placed]}


def _product(shop: Shop, body: Body) -> Any:
    """`{"sku": …, "price": …}`: fields to overwrite; an unknown sku becomes a product."""
    shop.change_product(**body)
    return True


def _stock(shop: Shop, body: Body) -> Any:
    """`{"sku": "MUG-STN", "quantity": 9}`"""
    return shop.set_stock(body["sku"], float(body["quantity"]))


def _point(shop: Shop, body: Body) -> Any:
    """`{"url": …, "secret": …}`: where changes are told from now on; an empty url: nowhere."""
    shop.hooks.point(str(body["url"]), str(body.get("secret", "")))
    return shop.hooks.counts()


def _hooks(shop: Shop, body: Body) -> Any:
    return shop.hooks.counts()


def _fault(shop: Shop, body: Body) -> Any:
    return asdict(shop.faults.add(Fault.from_json(body)))


def _faults(shop: Shop, body: Body) -> Any:
    return [asdict(fault) for fault in shop.faults.active]


def _clear(shop: Shop, body: Body) -> Any:
    shop.faults.clear()
    return True


def _clock(shop: Shop, body: Body) -> Any:
    """`{"skew": seconds}`: how far the shop's clock is ahead."""
    shop.clock_skew = timedelta(seconds=float(body["skew"]))
    return True


_PATHS: dict[tuple[str, str], Callable[[Shop, Body], Any]] = {
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
