"""Magento's answers by `responses`: lists that can be searched, single records, refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import responses

from tests.stores.magento.magento_records import Json

URL = "https://shop.example.com"
BASE = f"{URL}/rest/all/V1/"
_FILTER = re.compile(r"searchCriteria\[filter_groups\]\[(\d+)\]\[filters\]\[(\d+)\]\[(\w+)\]")
_SORT = re.compile(r"searchCriteria\[sortOrders\]\[(\d+)\]\[(\w+)\]")
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "gt": lambda a, b: a > b,
    "gteq": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lteq": lambda a, b: a <= b,
}


@dataclass
class RecordedShop:
    """Lists by path. `before` runs ahead of each search, to change the shop meanwhile."""

    lists: dict[str, list[Json]]
    before: Callable[[str], None] = lambda path: None
    ignores_filters: bool = False
    largest_page: int | None = None
    calls: list[str] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)

    def install(self, mock: responses.RequestsMock) -> None:
        """Answer everything below the API's address."""
        for method in (responses.GET, responses.POST, responses.PUT):
            mock.add_callback(method, re.compile(re.escape(BASE)), callback=self._answer)

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        parts = urlsplit(str(request.url))
        path = parts.path.removeprefix("/rest/all/V1/")
        self.calls.append(path)
        if request.method != "GET":
            self.bodies.append(json.loads(request.body or b"{}"))
            return 200, {}, "true"
        if path == "directory/currency":
            return 200, {}, dumps(self.lists[path][0])
        if path.startswith("store/"):
            return 200, {}, dumps(self.lists[path])
        if path in self.lists:
            self.before(path)
            return 200, {}, dumps(self.search(path, parse_qsl(parts.query)))
        kind, _, wanted = path.rpartition("/")
        for row in self.lists.get({"creditmemo": "creditmemos"}.get(kind, kind), []):
            if wanted in (str(row.get("entity_id")), str(row.get("sku"))):
                return 200, {}, dumps(row)
        return 404, {}, dumps({"message": "The entity that was requested doesn't exist."})

    def called(self, path: str) -> int:
        """How often this was asked for."""
        return self.calls.count(path)

    def search(self, path: str, query: list[tuple[str, str]]) -> Json:
        groups: dict[str, dict[str, Json]] = {}
        sorts: dict[str, Json] = {}
        size = int(dict(query)["searchCriteria[pageSize]"])
        for name, value in query:
            if found := _FILTER.fullmatch(name):
                groups.setdefault(found[1], {}).setdefault(found[2], {})[found[3]] = value
            elif found := _SORT.fullmatch(name):
                sorts.setdefault(found[1], {})[found[2]] = value
        rows = list(self.lists[path])
        if not self.ignores_filters:
            for group in groups.values():
                rows = [row for row in rows if any(_fits(row, one) for one in group.values())]
        for sort in reversed(list(sorts.values())):
            rows.sort(key=lambda r: _column(r, sort["field"]), reverse=sort["direction"] == "DESC")
        return {"items": rows[: self.largest_page or size] or None, "total_count": len(rows)}


def _fits(row: Json, one: Json) -> bool:
    value = _column(row, one["field"])
    if one["condition_type"] == "in":
        return str(value) in one["value"].split(",")
    wanted = type(value)(one["value"])
    return _TESTS[one["condition_type"]](value, wanted)


def _column(row: Json, name: str) -> Any:
    return row["id"] if name == "entity_id" and "entity_id" not in row else row[name]


def dumps(value: Any) -> str:
    """JSON with Decimals as plain numbers, as PHP writes them."""
    return json.dumps(value, default=lambda d: float(d) if isinstance(d, Decimal) else str(d))


STORE = {
    "store/websites": [
        {"id": 0, "code": "admin", "name": "Admin"},
        {"id": 1, "code": "base", "name": "Main Website"},
    ],
    "store/storeGroups": [{"id": 0, "name": "Default"}],
    "store/storeConfigs": [{"id": 1, "base_currency_code": "EUR", "timezone": "Europe/Lisbon"}],
    "store/storeViews": [
        {"id": 0, "name": "Admin"},
        {"id": 1, "code": "en", "name": "English", "website_id": 1, "store_group_id": 4},
    ],
    "taxClasses/search": [{"class_id": 2, "class_name": "Taxable Goods", "class_type": "PRODUCT"}],
    "taxRates/search": [
        {"id": 3, "code": "PT-23", "rate": 23, "tax_country_id": "PT", "tax_region_id": 0},
        {"id": 4, "code": "US-CA", "rate": 8.25, "tax_country_id": "US", "region_name": "CA"},
    ],
    "directory/currency": [{"available_currency_codes": ["EUR", "GBP"]}],
    "customerGroups/search": [{"id": 0, "code": "NOT LOGGED IN"}, {"id": 1, "code": "General"}],
    "invoices": [],
    "shipments": [],
    "creditmemos": [],
    "orders": [],
    "products": [],
    "customers/search": [],
    "categories/list": [],
}
