"""What a shop says of its own orders: read as anybody with a key of its would, numbers exact."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import requests

from connector.demo.remotes import Shop

Doc = dict[str, Any]
_PAGE = 100
_tokens: dict[str, str] = {}


def keys(shop: Shop) -> Doc:
    answer = requests.get(f"{shop.url}/_sandbox/state", timeout=30)
    answer.raise_for_status()
    return dict(answer.json()["credentials"])


def order_of(shop: Shop, number: int, session: requests.Session) -> Doc | None:
    """One order; None where a fault of the shop meets us instead of the product."""
    url = f"{shop.url}/rest/V1/orders/{number}"
    bearer = {"Authorization": f"Bearer {_token(shop)}"}
    try:
        answer = session.get(url, headers=bearer, timeout=30)
        answer.raise_for_status()
        return dict(json.loads(answer.content, parse_float=Decimal))
    except (requests.RequestException, ValueError):
        return None


def all_of(shop: Shop, kind: str) -> Iterator[Doc]:
    """Every order (`orders`) or credit memo (`creditmemos`) of the shop, numbers exact."""
    bearer = {"Authorization": f"Bearer {_token(shop)}"}
    page = seen = 0
    while True:
        page += 1
        query = urlencode({"searchCriteria[pageSize]": _PAGE, "searchCriteria[currentPage]": page})
        answer = requests.get(f"{shop.url}/rest/V1/{kind}?{query}", headers=bearer, timeout=60)
        answer.raise_for_status()
        found = json.loads(answer.content, parse_float=Decimal)
        yield from found["items"]
        seen += len(found["items"])
        if seen >= found["total_count"] or not found["items"]:
            return


def _token(shop: Shop) -> str:
    if shop.url not in _tokens:
        _tokens[shop.url] = os.environ.get("SHOP_BEARER") or str(keys(shop)["access_token"])
    return _tokens[shop.url]
