"""Two plain HTML pages for people: the list of recent orders, and one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;
color:#222;background:#faf8f5}h1{font-size:1.4rem}table{border-collapse:collapse;width:100%;
background:#fff}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #e6e0d8}
.n{text-align:right;font-variant-numeric:tabular-nums}a{color:#8a4b14}
.s{color:#666;font-size:.9em}
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """An order in the list; `url` is its own page, amounts are texts with their currency."""

    url: str
    number: str
    placed: str
    customer: str
    status: str
    total: str
    refunded: str


@dataclass(frozen=True, slots=True)
class Item:
    """A row of an order; `inside` belongs to the row above it."""

    name: str
    sku: str
    quantity: float
    total: float
    tax: float
    inside: bool = False


def home(shop_name: str, orders: Sequence[Shown], count: int) -> str:
    """The newest orders of `count`, newest first."""
    rows = [
        f'<tr><td><a href="{one.url}">#{one.number}</a></td><td>{one.placed}</td>'
        f"<td>{escape(one.customer)}</td><td>{one.status}</td><td class=n>{one.total}</td>"
        f"<td class=n>{one.refunded}</td></tr>"
        for one in orders
    ]
    head = (
        "<tr><th>Order<th>Placed (UTC)<th>Customer<th>Status<th class=n>Total<th class=n>Refunded"
    )
    note = f"<p class=s>A demo shop. {count} orders, the newest {len(rows)} here.</p>"
    return _page(shop_name, f"{note}<table>{head}{''.join(rows)}</table>")


def order_page(
    order: Shown, *, email: str, method: str, items: Sequence[Item],
    totals: Sequence[tuple[str, str]], comments: Sequence[tuple[str, str]],
) -> str:  # fmt: skip
    """One order: its rows, its totals by their labels, its comments with their moments."""
    rows = "".join(
        f"<tr><td>{'↳ ' if item.inside else ''}{escape(item.name)}"
        f" <span class=s>{escape(item.sku)}</span></td><td class=n>{item.quantity}</td>"
        f"<td class=n>{item.total:,.2f}</td><td class=n>{item.tax:,.2f}</td></tr>"
        for item in items
    )
    sums = "".join(f"<tr><td>{label}</td><td class=n>{said}</td></tr>" for label, said in totals)
    notes = "".join(f"<li>{at} {escape(text)}</li>" for at, text in comments)
    body = (
        f'<p><a href="/">All orders</a></p><p>{escape(order.customer)}, {escape(email)} · '
        f"{order.status} · {order.placed} UTC · {method}</p>"
        f"<table><tr><th>Item<th class=n>Qty<th class=n>Row total<th class=n>Tax{rows}</table>"
        f"<h2>Totals</h2><table>{sums}</table><h2>Comments</h2><ul>{notes}</ul>"
    )
    return _page(f"Order #{order.number}", body)


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )
