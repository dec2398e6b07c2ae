"""Invoices of a part of an order, as Magento makes them.

Each row gives the invoice its share, rounded, and the last of it what is left; shipping is on the
first invoice. What is invoiced is captured at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO, round_to
from sandbox.magento.notation import amount, number
from sandbox.magento.orders.lifecycle import Order, row_before_discount, to_invoice, touch
from sandbox.shop.refusals import NotPossible

_SHARES = ("row", "tax", "discount", "discount_tax_compensation")


def invoice_part(
    order: Order,
    quantities: Mapping[int, int] | None,
    *,
    shipping: bool,
    number_of_it: int,
    at: str,
) -> dict[str, Any]:
    """Invoice and capture so many of some items (None: all that is left); the invoice."""
    if order["state"] in ("canceled", "holded", "closed", "complete"):
        raise NotPossible("The order does not allow an invoice to be created.")
    wanted = _wanted(order, quantities)
    shipping = shipping and "shipping_invoiced" not in order
    sides = {prefix: _side(order, prefix, wanted, shipping) for prefix in ("base_", "")}
    if not wanted and not shipping:
        raise NotPossible("The invoice can't be created without products.")
    for prefix, side in sides.items():
        _book(order, prefix, side)
    for item in order["items"]:
        if quantity := wanted.get(item["item_id"]):
            item["qty_invoiced"] += quantity
            item["updated_at"] = at
    order["state"] = order["status"] = "processing"
    touch(order, at)
    return _document(order, sides, wanted, number_of_it, at)


def _wanted(order: Order, quantities: Mapping[int, int] | None) -> dict[int, int]:
    if any("parent_item_id" in item for item in order["items"]):
        raise NotPossible("Composite products are invoiced as a whole.")
    left = {item["item_id"]: to_invoice(item) for item in order["items"]}
    wanted = dict(left if quantities is None else quantities)
    if any(key not in left or not 0 <= count <= left[key] for key, count in wanted.items()):
        raise NotPossible("We found an invalid quantity to invoice item.")
    return {key: count for key, count in wanted.items() if count}


def _side(
    order: Order, prefix: str, wanted: Mapping[int, int], shipping: bool
) -> dict[str, Decimal]:
    """The invoice's totals in one currency, and the rows' shares booked on the items."""
    totals = dict.fromkeys(_SHARES, ZERO)
    for item in order["items"]:
        if quantity := wanted.get(item["item_id"], 0):
            for name in _SHARES:
                share = _share(item, prefix, name, quantity)
                done = f"{prefix}{name}_invoiced"
                item[done] = number(amount(item, done) + share)
                totals[name] += share
    side = {
        "subtotal": totals["row"], "tax_amount": totals["tax"],
        "discount_amount": -totals["discount"],
        "discount_tax_compensation_amount": totals["discount_tax_compensation"],
        "shipping_amount": ZERO, "shipping_tax_amount": ZERO, "shipping_incl_tax": ZERO,
    }  # fmt: skip
    compensation = ZERO
    if shipping:
        for name in ("shipping_amount", "shipping_tax_amount", "shipping_incl_tax"):
            side[name] = amount(order, prefix + name)
        side["tax_amount"] += side["shipping_tax_amount"]
        side["discount_amount"] -= amount(order, prefix + "shipping_discount_amount")
        cut = "amnt" if prefix else "amount"
        compensation = amount(order, f"{prefix}shipping_discount_tax_compensation_{cut}")
    names = ("subtotal", "tax_amount", "discount_amount", "shipping_amount")
    side["grand_total"] = sum((side[name] for name in names), compensation)
    side["grand_total"] += side["discount_tax_compensation_amount"]
    return side


def _share(item: dict[str, Any], prefix: str, name: str, quantity: int) -> Decimal:
    whole = amount(item, f"{prefix}{name}_amount")
    if name == "row":
        whole = row_before_discount(item, prefix)
    left = whole - amount(item, f"{prefix}{name}_invoiced")
    rest = to_invoice(item)
    return left if quantity == rest else round_to(left * quantity / rest)


def _book(order: Order, prefix: str, side: dict[str, Decimal]) -> None:
    for source, target in (
        ("discount_amount", "discount_invoiced"),
        ("discount_tax_compensation_amount", "discount_tax_compensation_invoiced"),
        ("subtotal", "subtotal_invoiced"), ("tax_amount", "tax_invoiced"),
        ("grand_total", "total_invoiced"), ("grand_total", "total_paid"),
    ):  # fmt: skip
        order[prefix + target] = number(amount(order, prefix + target) + side[source])
    if side["shipping_amount"] or not amount(order, prefix + "shipping_amount"):
        order[prefix + "shipping_invoiced"] = order[prefix + "shipping_amount"]
    due = amount(order, prefix + "grand_total") - amount(order, prefix + "total_paid")
    order[prefix + "total_due"] = number(due)
    order["payment"][prefix + "amount_paid"] = order[prefix + "total_paid"]


def _document(
    order: Order, sides: Mapping[str, Mapping[str, Decimal]], wanted: Mapping[int, int],
    number_of_it: int, at: str,
) -> dict[str, Any]:  # fmt: skip
    row: dict[str, Any] = {
        "entity_id": number_of_it, "increment_id": f"{number_of_it:09d}",
        "order_id": order["entity_id"], "state": 2, "store_id": order["store_id"],
        "created_at": at, "updated_at": at, "total_qty": sum(wanted.values()),
        "order_currency_code": order["order_currency_code"],
        "base_currency_code": order["base_currency_code"], "comments": [],
    }  # fmt: skip
    for prefix, side in sides.items():
        row |= {prefix + name: number(value) for name, value in side.items()}
    row["items"] = [
        {"entity_id": number_of_it * 100 + at_row, "order_item_id": item["item_id"],
         "name": item["name"], "sku": item["sku"], "qty": wanted[item["item_id"]]}
        for at_row, item in enumerate(order["items"]) if item["item_id"] in wanted
    ]  # fmt: skip
    return row
