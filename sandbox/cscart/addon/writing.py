"""The calls that write: status and stock."""

from __future__ import annotations

from decimal import Decimal

from sandbox.cscart.orders import statuses
from sandbox.cscart.shop import CSCartShop
from sandbox.shop.signed.calls import Told
from sandbox.shop.signed.keys import Refused
from sandbox.shop.signed.parameters import Parameters, bad


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


def put(shop: CSCartShop, by: str, name: int | str, quantity: int) -> str:
    """One product, or one size: left as it is where several are meant, or none is counted."""
    every = shop.catalogue.products.values()
    found = [one for one in every if name in ((one.code, *one.sizes) if by == "sku" else (one.id,))]
    if len(found) != 1:
        return "ambiguous" if found else "not_found"
    product = found[0]
    if not product.ships:
        return "not_counted"
    if product.sizes and name not in product.sizes:
        return "has_options"
    if product.sizes:
        product.sizes[str(name)] = quantity
    else:
        product.amount = Decimal(quantity)
    return ""
