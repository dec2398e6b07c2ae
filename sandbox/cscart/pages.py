"""What people see of the shop's orders."""

from __future__ import annotations

from html import unescape

from sandbox.cscart.orders import statuses
from sandbox.cscart.orders.writer import Order
from sandbox.cscart.shop import CSCartShop
from sandbox.shop.serving import pages
from sandbox.shop.serving.pages import Item, Shown


def home(shop: CSCartShop, *, limit: int = 100) -> str:
    """The newest orders, newest first."""
    orders = shop.orders
    newest = [_shown(shop, order) for order in reversed(orders[-limit:])]
    return pages.home(shop.profile.shop_name, newest, len(orders))


def order_page(shop: CSCartShop, order: Order) -> str:
    """One order: rows, totals, taxes."""
    items = [
        Item(
            name=unescape(row["product"]), sku=row["product_code"],
            quantity=float(row["amount"]), total=float(row["subtotal"]),
            tax=float(row["tax_value"]),
        )
        for row in order["products"].values()
    ]  # fmt: skip
    totals = [
        (label, f"{float(order[key]):,.2f}")
        for label, key in (
            ("Subtotal", "subtotal"), ("Discount", "subtotal_discount"),
            ("Shipping", "shipping_cost"), ("Surcharge", "payment_surcharge"),
            ("Taxes on top", "tax_subtotal"), ("Total", "total"),
        )
        if float(order[key]) or key == "total"
    ]  # fmt: skip
    return pages.order_page(
        _shown(shop, order), email=order["email"], method=order["payment_method"]["payment"],
        items=items, totals=totals, comments=(),
    )  # fmt: skip


def _shown(shop: CSCartShop, order: Order) -> Shown:
    status = statuses.EVERY.get(order["status"])
    return Shown(
        url=f"/orders/{order['order_id']}", number=order["order_id"],
        placed=f"{shop.placed_at(order):%Y-%m-%d %H:%M:%S}",
        customer=unescape(f"{order['firstname']} {order['lastname']}"),
        status=status.name if status else "Divided among vendors",
        total=f"{float(order['total']):,.2f} {shop.profile.currency}",
        refunded=f"{len(order['returns'])} returned" if order["returns"] else "",
    )  # fmt: skip
