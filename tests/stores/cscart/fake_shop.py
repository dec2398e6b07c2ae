"""A CS-Cart shop by `responses`: its two addresses, its lists and records, and what it refuses.

It answers as the documentation and captured answers show: rows that lack lines and taxes, numbers
as text, bare lists beside named ones, unknown parameters ignored.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import responses

from tests.stores.cscart.cscart_records import Json

URL = "https://shop.example.com"
KEYS = {"email": "api@example.com", "api_key": "k3y"}
# What rows have of a whole record.
_ROWS = {
    "orders": (
        "order_id", "issuer_id", "user_id", "is_parent_order", "parent_order_id", "company_id",
        "timestamp", "firstname", "lastname", "email", "phone", "status", "total", "invoice_id",
        "credit_memo_id",
    ),
    "users": (
        "user_id", "user_type", "timestamp", "status", "firstname", "lastname", "email",
        "company", "company_id",
    ),
}  # fmt: skip
Answer = tuple[int, dict[str, str], str]
_PAGE = "<html><body>Not here</body></html>"


@dataclass
class FakeShop:
    """`orders` are whole records by id. `rewrites`: the short addresses are there.
    `knows_changes`: the list of orders can be asked for what changed. `instead` answers in the
    shop's place where it returns something."""

    orders: dict[str, Json] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    products: dict[str, Json] = field(default_factory=dict)
    combinations: dict[str, Json] = field(default_factory=dict)
    lists: dict[str, list[Json]] = field(default_factory=dict)
    rewrites: bool = True
    knows_changes: bool = False
    largest_page: int | None = None
    forbidden: frozenset[str] = frozenset()
    instead: Callable[[str, str], Answer | None] = lambda method, path: None
    calls: list[tuple[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    written: list[tuple[str, Json]] = field(default_factory=list)

    def install(self, mock: responses.RequestsMock) -> None:
        for method in (responses.GET, responses.PUT):
            mock.add_callback(method, re.compile(re.escape(URL)), callback=self._answer)

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        parts = urlsplit(str(request.url))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        path = self._path(parts.path, query)
        method = str(request.method)
        self.calls.append((method, path or parts.path))
        self.queries.append(query)
        if (other := self.instead(method, path or "")) is not None:
            return other
        if path is None:
            return 404, {}, _PAGE
        if request.headers.get("Authorization") != _basic():
            return 401, {}, dumps({"status": 401, "message": "Unauthorized"})
        if path.partition("/")[0] in self.forbidden:
            return 403, {}, dumps({"status": 403, "message": "Access denied"})
        if method == "PUT":
            return self._put(path, json.loads(request.body or b"{}"))
        return self._get(path, query)

    def _path(self, path: str, query: dict[str, str]) -> str | None:
        if path == "/api.php":
            return query.pop("_d", "")
        return path.removeprefix("/api/2.0/") if self.rewrites and "/api/2.0/" in path else None

    def _get(self, path: str, query: dict[str, str]) -> Answer:
        kind, _, ident = path.partition("/")
        tables = {"orders": self.orders, "users": self.users, "products": self.products,
                  "combinations": self.combinations}  # fmt: skip
        if ident:
            found = tables.get(kind, {}).get(ident)
            if found is None:
                return 404, {}, dumps({"message": f"Not Found: the {kind} does not exist"})
            return 200, {}, dumps(found)
        if kind in ("orders", "users", "products"):
            rows = {"orders": self._orders, "users": self._users, "products": self._products}
            return 200, {}, dumps(self._page(kind, rows[kind](query), query))
        if kind == "combinations":
            rows_of = [one for one in self.combinations.values()
                       if str(one["product_id"]) == query.get("product_id")]  # fmt: skip
            bare = [{k: v for k, v in one.items() if k != "product_id"} for one in rows_of]
            return 200, {}, dumps(bare)
        if kind in self.lists:
            rows_named = self.lists[kind]
            named = kind in ("stores", "vendors", "usergroups", "shippings")
            return 200, {}, dumps(self._page(kind, rows_named, query) if named else rows_named)
        return 404, {}, dumps({"message": "Not Found"})

    def _page(self, name: str, rows: list[Json], query: dict[str, str]) -> Json:
        size = int(query.get("items_per_page") or 10)
        size = min(size, self.largest_page or size)
        page = int(query.get("page") or 1)
        part = rows[(page - 1) * size : page * size]
        if name in _ROWS:
            part = [{key: one.get(key) for key in _ROWS[name]} for one in part]
        params = {"page": page, "items_per_page": str(size), "total_items": str(len(rows))}
        return {name: part, "params": params}

    def _orders(self, query: dict[str, str]) -> list[Json]:
        rows = [one for one in self.orders.values() if one["status"] != "N"]
        if self.knows_changes and query.get("updated_at_from"):
            rows = [r for r in rows if int(r["updated_at"]) >= int(query["updated_at_from"])]
        if self.knows_changes and query.get("updated_at_to"):
            rows = [r for r in rows if int(r["updated_at"]) <= int(query["updated_at_to"])]
        rows.sort(key=lambda one: (int(one["timestamp"]), int(one["order_id"])))
        if query.get("sort_order", "desc") == "desc":
            rows.reverse()
        return rows

    def _users(self, query: dict[str, str]) -> list[Json]:
        wanted = query.get("user_type")
        return [one for one in self.users.values() if wanted in (None, one["user_type"])]

    def _products(self, query: dict[str, str]) -> list[Json]:
        wanted = query.get("q", "")
        codes = {str(one["product_id"]) for one in self.combinations.values()
                 if wanted in str(one["product_code"])}  # fmt: skip
        return [
            one
            for one in self.products.values()
            if not wanted or wanted in one["product_code"] or str(one["product_id"]) in codes
        ]

    def _put(self, path: str, body: Json) -> Answer:
        self.written.append((path, body))
        kind, _, ident = path.partition("/")
        table = {"orders": self.orders, "products": self.products,
                 "combinations": self.combinations}[kind]  # fmt: skip
        if ident not in table:
            return 404, {}, dumps({"message": "Not Found"})
        table[ident] |= {key: value for key, value in body.items() if "notify" not in key}
        return 200, {}, dumps({"order_id": ident})


def _basic() -> str:
    return "Basic " + b64encode(f"{KEYS['email']}:{KEYS['api_key']}".encode()).decode()


def dumps(value: Any) -> str:
    """JSON with Decimals as plain numbers, as PHP writes them."""
    return json.dumps(value, default=lambda d: float(d) if isinstance(d, Decimal) else str(d))


LISTS: dict[str, list[Json]] = {
    "statuses": [
        {"status_id": "1", "status": "P", "type": "O", "description": "Processed"},
        {"status_id": "2", "status": "C", "type": "O", "description": "Complete"},
    ],
    "payments": [{"payment_id": "1", "payment": "Credit card", "tax_ids": ""}],
    "taxes": [{"tax_id": "6", "tax": "VAT"}],
    "shippings": [{"shipping_id": "1", "shipping": "Courier"}],
    "usergroups": [{"usergroup_id": "4", "usergroup": "Wholesale"}],
    "stores": [{"company_id": "1", "company": "Simtech"}],
}
