"""One request of the connector: what each of its calls does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.cscart.addon import reading, writing
from sandbox.cscart.addon.probe import told as probe
from sandbox.cscart.shop import CSCartShop
from sandbox.shop.serving.wire import Answer, Request
from sandbox.shop.signed import door
from sandbox.shop.signed.parameters import Parameters

_CALLS: dict[str, Callable[[CSCartShop, Parameters], dict[str, Any]]] = {
    "orders": reading.orders, "count": reading.count, "customers": reading.customers,
    "products": reading.products, "stock": reading.stock,
    "order_condition": writing.order_condition, "set_status": writing.set_status,
    "set_stock": writing.set_stock, "sync_states": writing.sync_states, "pair": writing.pair,
    "unpair": writing.unpair,
}  # fmt: skip


def answer(shop: CSCartShop, request: Request) -> Answer:
    """The add-on's answer."""
    return door.answer(shop.keys, shop.lock, request, partial(_called, shop, request))


def _called(
    shop: CSCartShop, request: Request, name: object, body: dict[str, Any]
) -> dict[str, Any]:
    asked = Parameters(body)
    with shop.lock:
        if name == "probe":
            asked.nothing_else()
            return probe(shop, f"http://{request.headers.get('host', '')}")
        call = _CALLS.get(name) if isinstance(name, str) else None
        if call is None:
            raise door.unknown()
        told = call(shop, asked)
    if name == "pair" and body.get("reach", True):
        return shop.hooks.greet()  # the connector is asked while nothing is locked
    return told
