"""An order that is changed after it was placed, as extensions for editing orders do it.

Magento itself cancels an order and creates another; such an extension rewrites the rows and
the totals of the order that is there. What was paid and refunded stays as it was.
"""

from __future__ import annotations

from typing import Any

from sandbox.magento.notation import amount, number
from sandbox.magento.orders import lifecycle
from sandbox.magento.orders.lifecycle import Order
from sandbox.shop.refusals import NotPossible

_TOTALS = (
    "discount_amount", "discount_tax_compensation_amount", "grand_total", "shipping_amount",
    "shipping_discount_amount", "shipping_discount_tax_compensation_amount", "shipping_incl_tax",
    "shipping_discount_tax_compensation_amnt", "shipping_tax_amount", "subtotal",
    "subtotal_incl_tax", "tax_amount",
)  # fmt: skip
_COUNTS = ("total_item_count", "total_qty_ordered", "weight")


def edit(order: Order, fresh: Order, at: str) -> None:
    """Give the order the rows and totals of `fresh`, the same order placed anew."""
    if order["state"] in ("canceled", "closed", "holded"):
        raise NotPossible("The order cannot be edited.")
    if any("parent_item_id" in item for item in (*order["items"], *fresh["items"])):
        raise NotPossible("Orders of composite products cannot be edited.")
    _keep_ids(order, fresh)
    for name in (*_TOTALS, *_COUNTS):
        for key in (name, f"base_{name}"):
            if key in fresh:
                order[key] = fresh[key]
    for prefix in ("", "base_"):
        rest = amount(fresh, f"{prefix}grand_total") - amount(order, f"{prefix}total_paid")
        order[f"{prefix}total_due"] = number(rest)
        order["payment"][f"{prefix}amount_ordered"] = fresh[f"{prefix}grand_total"]
    kept = order["extension_attributes"]["payment_additional_info"]
    order["items"] = fresh["items"]
    order["extension_attributes"] = fresh["extension_attributes"] | {
        "payment_additional_info": kept
    }
    if lifecycle.is_paid(order):
        for item in order["items"]:
            lifecycle.invoice_item(order, item, at)
    lifecycle.touch(order, at)


def _keep_ids(order: Order, fresh: Order) -> None:
    """Rows of the same article stay the same rows, with what was refunded of them."""
    known: dict[str, dict[str, Any]] = {item["sku"]: item for item in order["items"]}
    free = max(item["item_id"] for item in order["items"]) + 1
    ids: dict[int, int] = {}
    for item in fresh["items"]:
        old, number_of_row = known.get(item["sku"]), item["item_id"]
        if old is None:
            item["item_id"], free = free, free + 1
        else:
            item["item_id"] = old["item_id"]
            item.update({key: value for key, value in old.items() if key.endswith("_refunded")})
            if old["qty_refunded"] > item["qty_ordered"]:
                raise NotPossible(f"More of {item['sku']} was refunded.")
        ids[number_of_row] = item["item_id"]
        for tax in item["extension_attributes"]["itemized_taxes"]:
            tax["item_id"] = item["item_id"]
    for tax in fresh["extension_attributes"]["item_applied_taxes"]:
        if "item_id" in tax:
            tax["item_id"] = ids[tax["item_id"]]
