"""The calls that write: status, stock, sync states, pairing."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any

from sandbox.cscart.orders import statuses
from sandbox.cscart.shop import CSCartShop
from sandbox.shop.signed.keys import Refused
from sandbox.shop.signed.parameters import Parameters, bad

_MOST_PIECES = 999_999_999
_KINDS = ("order", "product", "customer")
_STATES = ("waiting", "in_xero", "held", "left_out", "voided", "failed")
Told = dict[str, Any]


def order_condition(shop: CSCartShop, asked: Parameters) -> Told:
    number = asked.id("order_id")
    asked.nothing_else()
    return _condition(shop, number)


def set_status(shop: CSCartShop, asked: Parameters) -> Told:
    number, letter = asked.id("order_id"), asked.text("status", 1)
    asked.truth("notify", default=False)
    asked.nothing_else()
    before = _condition(shop, number)
    if before["parent"]:
        raise Refused(422, "parent_order", "The order was divided among vendors.")
    if before["status"] == statuses.UNFINISHED:
        raise Refused(422, "not_placed", "This order is a checkout that nobody finished.")
    if letter not in statuses.EVERY:
        raise bad("status", "The shop has no order status with this letter.")
    shop.set_status(number, letter)
    return _condition(shop, number)


def _condition(shop: CSCartShop, number: int) -> Told:
    order = shop.every.get(number)
    if order is None:
        raise Refused(404, "not_found", "The shop has no order with this number.")
    status = statuses.EVERY.get(order["status"])
    return {
        "status": order["status"], "x_status_name": status.name if status else "",
        "parent": order["is_parent_order"] == "Y",
    }  # fmt: skip


def set_stock(shop: CSCartShop, asked: Parameters) -> Told:
    items = [_item(one) for one in asked.items("items")]
    asked.nothing_else()
    return {"items": [_set(shop, by, name, quantity) for by, name, quantity in items]}


def _item(one: Parameters) -> tuple[str, int | str, int]:
    by = "sku" if one.has("sku") else "product_id"
    name = one.text("sku", 255).strip() if by == "sku" else one.id("product_id")
    quantity = one.number("quantity", -_MOST_PIECES, _MOST_PIECES)
    one.nothing_else()
    return by, name, quantity


def _set(shop: CSCartShop, by: str, name: int | str, quantity: int) -> Told:
    """One product, or one size: left as it is where several are meant, or none is counted."""
    every = shop.catalogue.products.values()
    found = [one for one in every if name in ((one.code, *one.sizes) if by == "sku" else (one.id,))]
    if len(found) != 1:
        return {by: name, "done": False, "code": "ambiguous" if found else "not_found"}
    product = found[0]
    if not product.ships:
        return {by: name, "done": False, "code": "not_counted"}
    if product.sizes and name not in product.sizes:
        return {by: name, "done": False, "code": "has_options"}
    if product.sizes:
        product.sizes[str(name)] = quantity
    else:
        product.amount = Decimal(quantity)
    return {by: name, "done": True}


def sync_states(shop: CSCartShop, asked: Parameters) -> Told:
    states = [_state(one) for one in asked.items("states")]
    asked.nothing_else()
    known = {
        "order": shop.every.keys() | shop.deleted.keys(),
        "product": shop.catalogue.products.keys(), "customer": shop.customers.keys(),
    }  # fmt: skip
    kept = [one for one in states if one["id"] in known[one["kind"]]]
    shop.sync_states |= {(one["kind"], one["id"]): one for one in kept}
    return {
        "kept": len(kept), "unknown": [one["id"] for one in states if one not in kept],
    }  # fmt: skip


def _state(one: Parameters) -> Told:
    told: Told = {
        "kind": one.choice("kind", _KINDS), "id": one.id("id"),
        "state": one.choice("state", _STATES), "number": one.text("number", 64, ""),
        "url": one.address("url", optional=True), "reason": one.text("reason", 1000, ""),
        "at": one.instant("at"),
    }  # fmt: skip
    one.nothing_else()
    return told


def pair(shop: CSCartShop, asked: Parameters) -> Told:
    """Keep where the connector is; whether it can be reached, the caller tries after this."""
    callback = asked.address("callback")
    asked.address("app")
    asked.text("store", 100)
    asked.truth("reach", default=True)
    asked.nothing_else()
    at = shop.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shop.hooks.pair(callback, at)
    return {"reached": False, "error": "", "status": 0}


def unpair(shop: CSCartShop, asked: Parameters) -> Told:
    asked.nothing_else()
    shop.hooks.pair("", "")
    return {"unpaired": True}
