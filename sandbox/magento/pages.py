"""What people see of the shop's orders."""

from __future__ import annotations

from typing import Any

from sandbox.magento.shop import MagentoShop
from sandbox.shop.serving import pages
from sandbox.shop.serving.pages import Item, Shown

_TOTALS = (
    ("Subtotal", "subtotal"), ("Shipping", "shipping_amount"), ("Tax", "tax_amount"),
    ("Discount", "discount_amount"), ("Grand total", "grand_total"),
    ("Paid", "total_paid"), ("Refunded", "total_refunded"),
)  # fmt: skip


def home(shop: MagentoShop, *, limit: int = 100) -> str:
    """The newest orders, newest first."""
    orders = shop.orders
    newest = [_shown(order) for order in reversed(orders[-limit:])]
    return pages.home(shop.profile.shop_name, newest, len(orders))


def order_page(order: dict[str, Any]) -> str:
    """One order: rows, totals, comments."""
    items = [
        Item(
            name=row["name"], sku=row["sku"], quantity=row["qty_ordered"], total=row["row_total"],
            tax=row["tax_amount"], inside="parent_item_id" in row,
        )
        for row in order["items"]
    ]  # fmt: skip
    return pages.order_page(
        _shown(order), email=order["customer_email"], method=order["payment"]["method"],
        items=items, totals=[(label, _money(order, name)) for label, name in _TOTALS],
        comments=[(row["created_at"], row["comment"] or "") for row in order["status_histories"]],
    )  # fmt: skip


def _shown(order: dict[str, Any]) -> Shown:
    return Shown(
        url=f"/admin/sales/order/view/order_id/{order['entity_id']}",
        number=order["increment_id"], placed=order["created_at"],
        customer=f"{order['customer_firstname']} {order['customer_lastname']}",
        status=order["status"], total=_money(order, "grand_total"),
        refunded=_money(order, "total_refunded"),
    )  # fmt: skip


def _money(order: dict[str, Any], name: str) -> str:
    return f"{order.get(name, 0):,.2f} {order['order_currency_code']}"
