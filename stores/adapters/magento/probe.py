"""What a connected Magento shop is, and which rights its integration lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from connector.lib.errors import NeedsAttention
from stores.adapters.magento.client import Filter, Json, MagentoClient
from stores.adapters.magento.errors import is_missing_right
from stores.canonical import StoreFacts

T = TypeVar("T")
Choices = tuple[tuple[str, str], ...]

# Magento's own statuses; those of the merchant are seen in orders only: REST lists none.
_STATUSES = {
    "pending": "Pending",
    "pending_payment": "Pending Payment",
    "payment_review": "Payment Review",
    "fraud": "Suspected Fraud",
    "processing": "Processing",
    "complete": "Complete",
    "closed": "Closed",
    "canceled": "Canceled",
    "holded": "On Hold",
}
_SAMPLE = (
    "items[status,payment[method],extension_attributes[payment_additional_info[key,value]]],"
    "total_count"
)
_VERSION = re.compile(r"Magento/(\S+ \([\w ]+\))")


class Probe:
    """One visit to a shop. Only the right to read orders must be there; others are warnings."""

    def __init__(self, client: MagentoClient) -> None:
        self._client = client
        self._warnings: list[str] = []

    def facts(self) -> StoreFacts:
        """Everything that the shop's page shows. Raises if orders cannot be read."""
        recent = self._recent_orders()
        websites = self._try(self._named("store/websites"), "the names of websites") or ()
        configs = (
            self._try(lambda: self._list("store/storeConfigs"), "currency and time zone") or []
        )
        views = self._try(self._named("store/storeViews"), "the names of store views") or ()
        currencies = sorted({str(one.get("base_currency_code")) for one in configs})
        if len(currencies) > 1:
            self._warnings.append(
                f"The websites of this shop have different base currencies "
                f"({', '.join(currencies)}): connect each website as a store of its own."
            )
        first = configs[0] if configs else {}
        return StoreFacts(
            name=websites[0][1] if websites else self._client.shop.partition("//")[2],
            version=self._version(),
            currency=str(first.get("base_currency_code") or ""),
            timezone=str(first.get("timezone") or ""),
            statuses=_statuses(recent),
            payment_methods=_payment_methods(recent),
            tax_classes=self._try(self._tax_classes, "tax classes") or (),
            customer_groups=self._try(self._groups, "customer groups") or (),
            store_views=views,
            websites=websites,
            warnings=self._all_warnings(),
        )

    def _all_warnings(self) -> tuple[str, ...]:
        for path, what in (
            ("invoices", "invoices (when money came in)"),
            ("shipments", "shipments (when goods were sent)"),
            ("creditmemos", "credit memos (refunds)"),
            ("products", "products (categories and tax classes of lines)"),
            ("customers/search", "customers"),
        ):
            self._try(partial(self._client.search, path, page_size=1), what)
        return tuple(self._warnings)

    def _try(self, call: Callable[[], T], what: str) -> T | None:
        """The answer, or None and a warning where the right to it is missing."""
        try:
            return call()
        except NeedsAttention as error:
            if not is_missing_right(error):
                raise
            self._warnings.append(
                f"The integration may not read {what}: it lacks the right {error.field}."
            )
            return None

    def _recent_orders(self) -> list[Json]:
        newest = (("entity_id", "DESC"),)
        return list(self._client.search("orders", sort=newest, fields=_SAMPLE).items)

    def _list(self, path: str) -> list[Json]:
        """A plain list, without the row of the administration (id 0)."""
        answer: Any = self._client.get(path)
        rows = answer if isinstance(answer, list) else []
        return [row for row in rows if isinstance(row, dict) and row.get("id") != 0]

    def _named(self, path: str) -> Callable[[], Choices]:
        return lambda: tuple((str(row.get("id")), str(row.get("name"))) for row in self._list(path))

    def _tax_classes(self) -> Choices:
        of_products = ((Filter("class_type", "eq", "PRODUCT"),),)
        found = self._client.search("taxClasses/search", of_products)
        return tuple((str(row.get("class_id")), str(row.get("class_name"))) for row in found.items)

    def _groups(self) -> Choices:
        found = self._client.search("customerGroups/search")
        return tuple((str(row.get("id")), str(row.get("code"))) for row in found.items)

    def _version(self) -> str:
        """From `/magento_version`, which many shops switch off."""
        found = _VERSION.search(self._client.page("magento_version"))
        return found[1] if found else ""


def _statuses(orders: list[Json]) -> Choices:
    seen = {str(order["status"]) for order in orders if order.get("status")}
    own = sorted(seen - _STATUSES.keys())
    return (*_STATUSES.items(), *((code, code.replace("_", " ").capitalize()) for code in own))


def _payment_methods(orders: list[Json]) -> Choices:
    titles: dict[str, str] = {}
    for order in orders:
        method = (order.get("payment") or {}).get("method")
        pairs = (order.get("extension_attributes") or {}).get("payment_additional_info") or []
        title = next((one.get("value") for one in pairs if one.get("key") == "method_title"), "")
        if method:
            titles[str(method)] = titles.get(str(method)) or str(title or method)
    return tuple(sorted(titles.items()))
