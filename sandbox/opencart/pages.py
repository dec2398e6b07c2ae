"""What people see of the shop's orders."""

from __future__ import annotations

from typing import Any

from sandbox.opencart.notation import shown
from sandbox.opencart.orders import statuses
from sandbox.opencart.orders.statuses import Tables
from sandbox.opencart.shop import OpenCartShop
from sandbox.shop.serving import pages
from sandbox.shop.serving.pages import Item, Shown


def home(shop: OpenCartShop, *, limit: int = 100) -> str:
    """The newest orders, newest first."""
    orders = shop.orders
    newest = [_shown(order) for order in reversed(orders[-limit:])]
    return pages.home(shop.profile.shop_name, newest, len(orders))


def order_page(order: Tables) -> str:
    """One order: rows, totals, comments. Amounts of rows are in the base currency."""
    items = [
        Item(
            name=row["name"], sku=row["model"], quantity=float(row["quantity"]),
            total=float(row["total"]), tax=float(row["tax"]) * float(row["quantity"]),
        )
        for row in order["order_product"]
    ]  # fmt: skip
    head = order["order"]
    return pages.order_page(
        _shown(order), email=head["email"], method=head["payment_method"], items=items,
        totals=[(row["title"], _money(head, row["value"])) for row in order["order_total"]],
        comments=[
            (row["date_added"], f"{statuses.name_of(row['order_status_id'])}. {row['comment']}")
            for row in order["order_history"]
        ],
    )  # fmt: skip


def _shown(order: Tables) -> Shown:
    head = order["order"]
    return Shown(
        url=f"/orders/{head['order_id']}", number=head["order_id"], placed=head["date_added"],
        customer=f"{head['firstname']} {head['lastname']}",
        status=statuses.name_of(head["order_status_id"]), total=_money(head, head["total"]),
        refunded=f"{len(order['return'])} returned" if order["return"] else "",
    )  # fmt: skip


def _money(head: dict[str, Any], amount: str) -> str:
    return f"{shown(amount, head['currency_value']):,.2f} {head['currency_code']}"
