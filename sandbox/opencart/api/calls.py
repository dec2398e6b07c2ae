"""One request of the connector: let in, read, answered, signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandbox.opencart.api import reading, writing
from sandbox.opencart.api.parameters import Parameters
from sandbox.opencart.api.probe import told as probe
from sandbox.opencart.keys import Refused
from sandbox.opencart.shop import OpenCartShop
from sandbox.shop.serving.wire import Answer, Request, dump

LONGEST = 262_144  # bytes of a request
_CALLS: dict[str, Callable[[OpenCartShop, Parameters], dict[str, Any]]] = {
    "orders": reading.orders, "count": reading.count, "customers": reading.customers,
    "products": reading.products, "stock": reading.stock, "events": reading.events,
    "order_condition": writing.order_condition, "set_status": writing.set_status,
    "add_comment": writing.add_comment, "set_stock": writing.set_stock,
    "sync_states": writing.sync_states, "pair": writing.pair, "unpair": writing.unpair,
}  # fmt: skip


def answer(shop: OpenCartShop, request: Request) -> Answer:
    """The extension's answer, signed as soon as it knows its caller."""
    try:
        if request.method != "POST":
            raise Refused(405, "bad_method", "This address answers to the connector only.")
        if len(request.body) > LONGEST:
            raise Refused(413, "too_long", "The request is longer than the shop takes.")
        nonce = shop.keys.known(request.headers, request.body)
    except Refused as refused:
        return Answer(refused.status, dump({"error": refused.error}))
    try:
        with shop.lock:
            shop.keys.take_once(request.headers["x-connector-timestamp"], nonce)
        status, content = 200, _called(shop, request)
    except Refused as refused:
        status, content = refused.status, {"error": refused.error}
    payload = dump(content)
    headers = {"Cache-Control": "no-store", **shop.keys.signed(nonce, payload)}
    return Answer(status, payload, headers=headers)


def name_of(request: Request) -> str:
    """Which call a request is; "" for one that names none."""
    body = _object(request.body)
    return str(body.get("call", "")) if body is not None else ""


def _called(shop: OpenCartShop, request: Request) -> dict[str, Any]:
    body = _object(request.body)
    if body is None:
        raise Refused(400, "bad_body", "The request holds no JSON object.")
    name = body.pop("call", None)
    asked = Parameters(body)
    with shop.lock:
        if name == "probe":
            asked.nothing_else()
            return probe(shop, f"http://{request.headers.get('host', '')}")
        call = _CALLS.get(name) if isinstance(name, str) else None
        if call is None:
            raise Refused(
                404, "unknown_call", "This version of the extension does not know this call."
            )
        told = call(shop, asked)
    if name == "pair" and body.get("reach", True):
        return shop.hooks.greet()  # the connector is asked while nothing is locked
    return told


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
