"""Orders of a Magento shop, over REST."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from connector.demo import remotes
from connector.demo.checking import Sold
from connector.demo.remotes import Shop

_PAGE = 100


def orders_of(shop: Shop) -> Iterator[Sold]:
    bearer = {"Authorization": f"Bearer {remotes.keys(shop)['access_token']}"}
    page = seen = 0
    while True:
        page += 1
        query = urlencode({"searchCriteria[pageSize]": _PAGE, "searchCriteria[currentPage]": page})
        answer = remotes.read(f"{shop.url}/rest/V1/orders?{query}", headers=bearer)
        yield from map(_sold, answer["items"])
        seen += len(answer["items"])
        if seen >= answer["total_count"] or not answer["items"]:
            return


def _sold(order: dict[str, Any]) -> Sold:
    return Sold(
        number=str(order["increment_id"]), currency=str(order["order_currency_code"]),
        total=order["grand_total"], tax=order["tax_amount"], due=order["total_due"],
    )  # fmt: skip
