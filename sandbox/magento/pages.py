"""Two plain HTML pages for people: the list of recent orders, and one order."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.magento.shop import DemoShop

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;
color:#222;background:#faf8f5}h1{font-size:1.4rem}table{border-collapse:collapse;width:100%;
background:#fff}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #e6e0d8}
.n{text-align:right;font-variant-numeric:tabular-nums}a{color:#8a4b14}
.s{color:#666;font-size:.9em}
"""


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )


def _link(order: dict[str, Any]) -> str:
    number = order["entity_id"]
    return f'<a href="/admin/sales/order/view/order_id/{number}">#{order["increment_id"]}</a>'


def _money(order: dict[str, Any], name: str) -> str:
    return f"{order.get(name, 0):,.2f} {order['order_currency_code']}"


def home(shop: DemoShop, *, limit: int = 100) -> str:
    """The newest orders, newest first."""
    rows = []
    for order in reversed(shop.orders[-limit:]):
        name = escape(f"{order['customer_firstname']} {order['customer_lastname']}")
        rows.append(
            f"<tr><td>{_link(order)}</td><td>{order['created_at']}</td><td>{name}</td>"
            f"<td>{order['status']}</td><td class=n>{_money(order, 'grand_total')}</td>"
            f"<td class=n>{_money(order, 'total_refunded')}</td></tr>"
        )
    head = (
        "<tr><th>Order<th>Placed (UTC)<th>Customer<th>Status<th class=n>Total<th class=n>Refunded"
    )
    note = f"<p class=s>A demo shop. {len(shop.orders)} orders, the newest {len(rows)} here.</p>"
    return _page(shop.profile.shop_name, f"{note}<table>{head}{''.join(rows)}</table>")


def order_page(shop: DemoShop, order: dict[str, Any]) -> str:
    """One order: rows, totals, comments."""
    rows = "".join(
        f"<tr><td>{'↳ ' if 'parent_item_id' in item else ''}{escape(item['name'])}"
        f" <span class=s>{escape(item['sku'])}</span></td><td class=n>{item['qty_ordered']}</td>"
        f"<td class=n>{item['row_total']:,.2f}</td><td class=n>{item['tax_amount']:,.2f}</td></tr>"
        for item in order["items"]
    )
    totals = "".join(
        f"<tr><td>{label}</td><td class=n>{_money(order, name)}</td></tr>"
        for label, name in (
            ("Subtotal", "subtotal"), ("Shipping", "shipping_amount"), ("Tax", "tax_amount"),
            ("Discount", "discount_amount"), ("Grand total", "grand_total"),
            ("Paid", "total_paid"), ("Refunded", "total_refunded"),
        )
    )  # fmt: skip
    notes = "".join(
        f"<li>{row['created_at']} {escape(row['comment'] or '')}</li>"
        for row in order["status_histories"]
    )
    who = escape(f"{order['customer_firstname']} {order['customer_lastname']}")
    body = (
        f'<p><a href="/">All orders</a></p><p>{who}, {escape(order["customer_email"])} · '
        f"{order['status']} · {order['created_at']} UTC · {order['payment']['method']}</p>"
        f"<table><tr><th>Item<th class=n>Qty<th class=n>Row total<th class=n>Tax{rows}</table>"
        f"<h2>Totals</h2><table>{totals}</table><h2>Comments</h2><ul>{notes}</ul>"
    )
    return _page(f"Order #{order['increment_id']}", body)
