"""The calls that write: status, comment and stock."""

from __future__ import annotations

from sandbox.opencart.goods.catalogue import Stocked
from sandbox.opencart.orders import statuses
from sandbox.opencart.shop import OpenCartShop
from sandbox.shop.signed.calls import Told
from sandbox.shop.signed.keys import Refused
from sandbox.shop.signed.parameters import Parameters, bad

_LONGEST = 5000


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


def put(shop: OpenCartShop, by: str, name: int | str, quantity: int) -> str:
    """One product: left as it is where several are meant, or where its sizes are counted."""
    every = shop.catalogue.products
    found: list[Stocked] = [
        one for one in every.values() if (one.sku if by == "sku" else one.product_id) == name
    ]
    if len(found) != 1:
        return "ambiguous" if found else "not_found"
    if found[0].options:
        return "has_options"
    found[0].row["quantity"] = str(quantity)
    return ""
