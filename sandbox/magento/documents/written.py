"""Invoices, shipments and transactions: written from their order when they are asked for.

An order has at most one of each, which has the order's own number as its id.
"""

from __future__ import annotations

from typing import Any

from connector.lib.money import ZERO
from sandbox.magento.notation import amount, number
from sandbox.magento.orders.lifecycle import Order

_SAME = (
    "base_currency_code", "base_discount_amount", "base_discount_tax_compensation_amount",
    "base_grand_total", "base_shipping_amount", "base_shipping_discount_tax_compensation_amnt",
    "base_shipping_incl_tax", "base_shipping_tax_amount", "base_subtotal",
    "base_subtotal_incl_tax", "base_tax_amount", "base_to_global_rate", "base_to_order_rate",
    "billing_address_id", "discount_amount", "discount_description",
    "discount_tax_compensation_amount", "entity_id", "global_currency_code", "grand_total",
    "increment_id", "order_currency_code", "shipping_amount",
    "shipping_discount_tax_compensation_amount", "shipping_incl_tax", "shipping_tax_amount",
    "store_currency_code", "store_id", "store_to_base_rate", "store_to_order_rate", "subtotal",
    "subtotal_incl_tax", "tax_amount",
)  # fmt: skip


def invoice(order: Order, at: str) -> dict[str, Any]:
    """The paid invoice of everything; its rows are before the discount."""
    row = {name: order[name] for name in _SAME if name in order}
    row |= {
        "can_void_flag": 0,
        "created_at": at,
        "order_id": order["entity_id"],
        "state": 2,
        "total_qty": order["total_qty_ordered"],
        "updated_at": at,
    }
    if not order["is_virtual"]:
        row["shipping_address_id"] = order["billing_address_id"] - 1
    if "last_trans_id" in order["payment"]:
        row["transaction_id"] = order["payment"]["last_trans_id"]
    row["items"] = [_invoice_item(order, item) for item in order["items"]]
    row["comments"] = []
    return row


def renumbered(row: dict[str, Any], apart: int) -> dict[str, Any]:
    """The document under a number so far from the order's: shops count each kind by itself."""
    text = row["increment_id"]
    return row | {"increment_id": f"{int(text) + apart:0{len(text)}d}"}


def _invoice_item(order: Order, item: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "base_price": item["base_price"], "entity_id": item["item_id"], "name": item["name"],
        "order_item_id": item["item_id"], "parent_id": order["entity_id"], "price": item["price"],
        "product_id": item["product_id"], "qty": item["qty_ordered"], "sku": item["sku"],
    }  # fmt: skip
    if not item["row_invoiced"]:
        return row
    for prefix in ("base_", ""):
        discount = amount(item, prefix + "discount_amount")
        tax = amount(item, prefix + "tax_amount")
        compensation = amount(item, prefix + "discount_tax_compensation_amount")
        net = amount(item, prefix + "row_invoiced")
        # The order shows rows after the discount; a tax-exclusive one taxed after it as well.
        gross = net + tax + compensation
        if discount and not compensation:
            gross = amount(item, prefix + "price_incl_tax") * item["qty_ordered"]
        row |= {
            prefix + "discount_tax_compensation_amount": number(compensation),
            prefix + "price_incl_tax": item[prefix + "price_incl_tax"],
            prefix + "row_total": number(net),
            prefix + "row_total_incl_tax": number(gross),
            prefix + "tax_amount": number(tax),
        }
        if discount:
            row[prefix + "discount_amount"] = number(discount)
    return row


def shipment(order: Order, at: str) -> dict[str, Any]:
    """The shipment of everything that can be sent."""
    rows = [
        {
            "entity_id": item["item_id"], "name": item["name"], "order_item_id": item["item_id"],
            "parent_id": order["entity_id"], "price": item["price"],
            "product_id": item["product_id"], "qty": item["qty_shipped"], "sku": item["sku"],
            "weight": item.get("weight", 0),
        }
        for item in order["items"]
        if item["qty_shipped"]
    ]  # fmt: skip
    row = {
        "billing_address_id": order["billing_address_id"], "created_at": at,
        "entity_id": order["entity_id"], "increment_id": order["increment_id"],
        "order_id": order["entity_id"], "packages": [],
        "shipping_address_id": order["billing_address_id"] - 1, "store_id": order["store_id"],
        "total_qty": number(sum((amount(item, "qty") for item in rows), ZERO)), "updated_at": at,
        "items": rows, "tracks": [], "comments": [],
    }  # fmt: skip
    if "customer_id" in order:
        row["customer_id"] = order["customer_id"]
    return row


def transaction(order: Order, at: str) -> dict[str, Any]:
    """The gateway's capture; orders paid offline have none."""
    return {
        "transaction_id": order["entity_id"],
        "order_id": order["entity_id"],
        "payment_id": order["payment"]["entity_id"],
        "txn_id": order["payment"]["last_trans_id"],
        "txn_type": "capture",
        "is_closed": 0,
        "additional_information": [order["payment"]["last_trans_id"]],
        "created_at": at,
        "child_transactions": [],
    }
