"""Orders of a CS-Cart shop, over REST: a page of rows, and each order by itself.

Certificates pay, so that an invoice is of what there was before them. A tax of a fixed amount and
a levy of the shop are charges: they belong to the total, and are no tax in the books.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from connector.demo import remotes
from connector.demo.checking import Sold
from connector.demo.remotes import Shop

_PAGE = 100
# Processed and Complete: the shop has the money.
_PAID = frozenset({"P", "C"})
_AS_LINE = ("Levy", "Glass")


def orders_of(shop: Shop) -> Iterator[Sold]:
    keys = remotes.keys(shop)
    basic = b64encode(f"{keys['email']}:{keys['api_key']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    page = seen = 0
    while True:
        page += 1
        query = urlencode({"page": page, "items_per_page": _PAGE})
        answer = remotes.read(f"{shop.url}/api/2.0/orders?{query}", headers=headers)
        for row in answer["orders"]:
            address = f"{shop.url}/api/2.0/orders/{row['order_id']}"
            yield _sold(remotes.read(address, headers=headers), shop.currency)
        seen += len(answer["orders"])
        if seen >= int(answer["params"]["total_items"]) or not answer["orders"]:
            return


def _sold(order: dict[str, Any], currency: str) -> Sold:
    left = Decimal(order["total"])
    used = order.get("use_gift_certificates") or {}
    taxes = order["taxes"] or {}
    return Sold(
        number=order["order_id"], currency=currency,
        total=left + sum(Decimal(one["cost"]) for one in used.values()),
        tax=sum(
            (one["tax_subtotal"] for one in taxes.values()
             if not one["description"].startswith(_AS_LINE)),
            Decimal(0),
        ),
        due=Decimal(0) if order["status"] in _PAID else left,
    )  # fmt: skip
