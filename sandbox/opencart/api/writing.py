"""The calls that write: status, comment, stock, sync states, pairing."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from sandbox.opencart.goods.catalogue import Stocked
from sandbox.opencart.orders import statuses
from sandbox.opencart.shop import OpenCartShop
from sandbox.shop.signed.keys import Refused
from sandbox.shop.signed.parameters import Parameters, bad

_LONGEST, _MOST_PIECES = 5000, 999_999_999
_KINDS = ("order", "product", "customer")
_STATES = ("waiting", "in_xero", "held", "left_out", "voided", "failed")
Told = dict[str, Any]


def order_condition(shop: OpenCartShop, asked: Parameters) -> Told:
    number = asked.id("order_id")
    asked.nothing_else()
    return _condition(shop, number)


def set_status(shop: OpenCartShop, asked: Parameters) -> Told:
    number, status = asked.id("order_id"), asked.id("status_id")
    comment, notify = asked.text("comment", _LONGEST, ""), asked.truth("notify", default=False)
    asked.nothing_else()
    _condition(shop, number)
    if status not in statuses.NAMES:
        raise bad("status_id", "The shop has no order status with this number.")
    shop.set_status(number, status, comment, int(notify))
    return _condition(shop, number)


def add_comment(shop: OpenCartShop, asked: Parameters) -> Told:
    number, comment = asked.id("order_id"), asked.text("comment", _LONGEST)
    asked.nothing_else()
    if _condition(shop, number)["status"] == "0":
        raise Refused(422, "not_placed", "This order is a checkout that nobody finished.")
    shop.comment(number, comment)
    return _condition(shop, number)


def _condition(shop: OpenCartShop, number: int) -> Told:
    tables = shop.every.get(number)
    if tables is None:
        raise Refused(404, "not_found", "The shop has no order with this number.")
    status = tables["order"]["order_status_id"]
    return {
        "status": status, "x_status_name": statuses.name_of(status),
        "comments": [row["comment"] for row in tables["order_history"]],
    }  # fmt: skip


def set_stock(shop: OpenCartShop, asked: Parameters) -> Told:
    items = [_item(one) for one in asked.items("items")]
    asked.nothing_else()
    return {"items": [_set(shop, by, name, quantity) for by, name, quantity in items]}


def _item(one: Parameters) -> tuple[str, int | str, int]:
    by = "sku" if one.has("sku") else "product_id"
    name = one.text("sku", 255).strip() if by == "sku" else one.id("product_id")
    quantity = one.number("quantity", -_MOST_PIECES, _MOST_PIECES)
    one.nothing_else()
    return by, name, quantity


def _set(shop: OpenCartShop, by: str, name: int | str, quantity: int) -> Told:
    """One product: left as it is where several are meant, or where its sizes are counted."""
    every = shop.catalogue.products
    found: list[Stocked] = [
        one for one in every.values() if (one.sku if by == "sku" else one.product_id) == name
    ]
    if len(found) != 1:
        return {by: name, "done": False, "code": "ambiguous" if found else "not_found"}
    if found[0].options:
        return {by: name, "done": False, "code": "has_options"}
    found[0].row["quantity"] = str(quantity)
    return {by: name, "done": True}


def sync_states(shop: OpenCartShop, asked: Parameters) -> Told:
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


def pair(shop: OpenCartShop, asked: Parameters) -> Told:
    """Keep where the connector is; whether it can be reached, the caller tries after this."""
    callback = asked.address("callback")
    asked.address("app")
    asked.text("store", 100)
    asked.truth("reach", default=True)
    asked.nothing_else()
    at = shop.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shop.hooks.pair(callback, at)
    return {"reached": False, "error": "", "status": 0}


def unpair(shop: OpenCartShop, asked: Parameters) -> Told:
    asked.nothing_else()
    shop.hooks.pair("", "")
    return {"unpaired": True}
