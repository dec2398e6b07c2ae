"""What a connected Magento shop is, and which rights its integration lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from connector.lib.errors import ConnectorError, NeedsAttention, Rejected
from stores.adapters.magento.client import Filter, Json, MagentoClient, in_path
from stores.adapters.magento.errors import is_missing_right
from stores.adapters.magento.reading.inventory import SEVERAL_STOCKS, Inventory
from stores.canonical.order import PartKeys
from stores.canonical.records import ShopTax, StoreFacts

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
    "items[status,payment[method],shipping_description,extension_attributes["
    "payment_additional_info[key,value],shipping_assignments[shipping[method]]]],total_count"
)
_MOST_RATES = 300
_VERSION = re.compile(r"Magento/(\S+ \([\w ]+\))")


@dataclass(frozen=True, slots=True)
class GuardedPart:
    """What the integration may be kept from: what it is, where its right is ticked in the tree
    of the tab API, and what is off without it."""

    what: str
    place: str
    off: str


_TAXES = "Stores > Taxes"
_SETTINGS = "Stores > Settings > All Stores"
WEBSITES = GuardedPart(
    "websites", _SETTINGS, "their names are not shown, and settings cannot name them by code"
)
CONFIGS = GuardedPart("currency and time zone", _SETTINGS, "compare them with this store's by hand")
VIEWS = GuardedPart(
    "store views", _SETTINGS,
    "settings can name parts of the shop as the order does only, and none by its code",
)  # fmt: skip
STORES = GuardedPart("stores of websites", _SETTINGS, "settings cannot name them by code")
TAX_CLASSES = GuardedPart("tax classes", _TAXES, "they cannot be chosen by name, only by number")
TAX_RATES = GuardedPart("tax rates", _TAXES, "what they are is known of orders only")
CURRENCIES = GuardedPart("currencies", _SETTINGS, "which may be paid in is known of orders only")
GROUPS = GuardedPart(
    "customer groups", "Customers > Customer Groups", "rules may name them by number only"
)
# Lists of which one record is asked for, to see whether they may be read.
LISTS = {
    "invoices": GuardedPart(
        "invoices", "Sales > Operations > Invoices",
        "orders that are paid are not read: nobody knows when the money came in",
    ),
    "shipments": GuardedPart(
        "shipments", "Sales > Operations > Shipments",
        "orders of which something was sent are not read: nobody knows when",
    ),
    "creditmemos": GuardedPart(
        "credit memos", "Sales > Operations > Credit Memos",
        "orders with refunds are not read, so no refund reaches Xero",
    ),
    "products": GuardedPart(
        "products", "Catalog > Inventory > Products",
        "rules about categories and tax classes, items and stock do nothing",
    ),
    "categories/list": GuardedPart(
        "categories", "Catalog > Inventory > Categories",
        "rules may name a category by its id only",
    ),
    "customers/search": GuardedPart(
        "customers", "Customers > All Customers", "contacts follow orders only"
    ),
}  # fmt: skip
STOCK = GuardedPart("stock", "Catalog > Inventory", "stock is neither read nor written")
SALABLE = GuardedPart(
    "salable quantities", "Stores > Inventory > Sales Stock",
    "stock is not kept: what is ordered and not shipped yet would count twice",
)  # fmt: skip


class Probe:
    """One visit to a shop. Only the right to read orders must be there; others are warnings.

    What the facts are made of must be answered, too: without it they would be half. A look that
    only tries a right stops nothing, whatever the shop answers to it.
    """

    def __init__(self, client: MagentoClient) -> None:
        self._client = client
        self._inventory = Inventory(client)
        self._warnings: list[str] = []

    def facts(self) -> StoreFacts:
        """Everything that the shop's page shows. Raises if orders cannot be read."""
        recent = self._recent_orders()
        sites = self._try(lambda: self._list("store/websites"), WEBSITES) or []
        configs = self._try(lambda: self._list("store/storeConfigs"), CONFIGS) or []
        views = self._try(lambda: self._list("store/storeViews"), VIEWS) or []
        groups = self._try(lambda: self._list("store/storeGroups"), STORES) or []
        currencies = sorted({str(one.get("base_currency_code")) for one in configs})
        if len(currencies) > 1:
            self._warnings.append(
                f"The websites of this shop have different base currencies "
                f"({', '.join(currencies)}): connect each website as a store of its own."
            )
        tax_classes = self._try(self._tax_classes, TAX_CLASSES) or ()
        customer_groups = self._try(self._groups, GROUPS) or ()
        self._try_the_rest()
        rates = self._look(self._tax_rates, TAX_RATES) or ()
        currencies_taken = self._look(self._currencies, CURRENCIES) or ()
        first = configs[0] if configs else {}
        return StoreFacts(
            name=str(sites[0].get("name")) if sites else self._client.shop.partition("//")[2],
            version=self._version(),
            currency=str(first.get("base_currency_code") or ""),
            timezone=str(first.get("timezone") or ""),
            statuses=_statuses(recent),
            payment_methods=_payment_methods(recent),
            tax_classes=tax_classes,
            customer_groups=customer_groups,
            shipping_methods=_shipping_methods(recent),
            currencies=currencies_taken,
            tax_rates=rates,
            store_views=_named(views),
            websites=_named(sites),
            parts=_parts(views, groups, sites),
            reserves_stock=self._inventory.present,
            warnings=tuple(self._warnings),
        )

    def _try_the_rest(self) -> None:
        """One record of each list. Stock is asked of a product that exists: of one that does
        not, Magento 2.4.7 answers the salable quantity with an error of its own (HTTP 500)."""
        found = {
            path: self._look(partial(self._client.search, path, page_size=1), part)
            for path, part in LISTS.items()
        }
        products = found["products"]
        sku = str(products.items[0].get("sku") or "") if products and products.items else ""
        if sku:
            self._look(partial(self._client.get, f"stockItems/{in_path(sku)}"), STOCK)
            self._look(partial(self._inventory.salable, sku), SALABLE)

    def _look(self, call: Callable[[], T], part: GuardedPart) -> T | None:
        """The answer, or None with a warning: nothing depends on it."""
        try:
            return self._try(call, part)
        except ConnectorError as error:
            self._warnings.append(
                f"Whether {part.what} may be read could not be tried: {error} Where they may "
                f"not, {part.off}."
            )
            return None

    def _try(self, call: Callable[[], T], part: GuardedPart) -> T | None:
        """The answer, or None: with a warning where it may not be read, and without one where
        the shop has no such thing."""
        try:
            return call()
        except Rejected as error:
            if error.code == "not_found":
                return None
            self._warnings.append(f"{part.what.capitalize()} cannot be read: {error}")
        except NeedsAttention as error:
            if is_missing_right(error):
                self._warnings.append(
                    f"The integration may not read {part.what}: it lacks the right {error.field}. "
                    f"Tick it under {part.place} (System > Extensions > Integrations, tab API), "
                    f"save, and authorise it again. Without it {part.off}."
                )
            elif error.code == SEVERAL_STOCKS:
                self._warnings.append(f"{error} {error.hint}")
            elif error.code != "wrong_address":
                raise
        return None

    def _recent_orders(self) -> list[Json]:
        newest = (("entity_id", "DESC"),)
        return list(self._client.search("orders", sort=newest, fields=_SAMPLE).items)

    def _list(self, path: str) -> list[Json]:
        """A plain list, without the row of the administration (id 0)."""
        answer: Any = self._client.get(path)
        rows = answer if isinstance(answer, list) else []
        return [row for row in rows if isinstance(row, dict) and row.get("id") != 0]

    def _tax_classes(self) -> Choices:
        of_products = ((Filter("class_type", "eq", "PRODUCT"),),)
        found = self._client.search("taxClasses/search", of_products)
        return tuple((str(row.get("class_id")), str(row.get("class_name"))) for row in found.items)

    def _groups(self) -> Choices:
        found = self._client.search("customerGroups/search")
        return tuple((str(row.get("id")), str(row.get("code"))) for row in found.items)

    def _tax_rates(self) -> tuple[ShopTax, ...]:
        """Of the first few hundred, each place once; what is narrower than a region counts as its
        region's."""
        found = self._client.search("taxRates/search", page_size=_MOST_RATES)
        return tuple(dict.fromkeys(map(_tax, found.items)))

    def _currencies(self) -> tuple[str, ...]:
        """Those that customers may pay in, as the default store view says."""
        answer: Any = self._client.get("directory/currency")
        codes = answer.get("available_currency_codes") if isinstance(answer, dict) else None
        return tuple(map(str, codes)) if isinstance(codes, list) else ()

    def _version(self) -> str:
        """From `/magento_version`, which many shops switch off."""
        found = _VERSION.search(self._client.page("magento_version"))
        return found[1] if found else ""


def _named(rows: list[Json]) -> Choices:
    return tuple((str(row.get("id")), str(row.get("name"))) for row in rows)


def _parts(
    views: list[Json], groups: list[Json], sites: list[Json]
) -> tuple[tuple[str, PartKeys], ...]:
    """What each store view belongs to; where a list may not be read, the id alone tells it."""
    by_group = {row.get("id"): row for row in groups}
    by_site = {row.get("id"): row for row in sites}
    found = []
    for view in views:
        group, site = view.get("store_group_id"), view.get("website_id")
        keys = PartKeys(
            website=_keys(by_site.get(site, {"id": site})),
            store_group=_keys(by_group.get(group, {"id": group})),
            store_view=_keys(view),
        )
        found.append((str(view.get("id")), keys))
    return tuple(found)


def _keys(row: Json) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("id", "code", "name") if row.get(name))


def _statuses(orders: list[Json]) -> Choices:
    seen = {str(order["status"]) for order in orders if order.get("status")}
    own = sorted(seen - _STATUSES.keys())
    return (*_STATUSES.items(), *((code, code.replace("_", " ").capitalize()) for code in own))


def _tax(row: Json) -> ShopTax:
    """A rate of the shop's table. Those of a whole country have the region 0, and no name."""
    return ShopTax(
        name=str(row.get("code") or ""), rate=str(row.get("rate")),
        country=str(row.get("tax_country_id") or ""), state=str(row.get("region_name") or ""),
    )  # fmt: skip


def _shipping_methods(orders: list[Json]) -> Choices:
    """Of recent orders: REST lists none."""
    titles: dict[str, str] = {}
    for order in orders:
        parts = (order.get("extension_attributes") or {}).get("shipping_assignments") or []
        method = next((((one.get("shipping") or {}).get("method")) for one in parts), None)
        if method:
            titles.setdefault(str(method), str(order.get("shipping_description") or method))
    return tuple(sorted(titles.items()))


def _payment_methods(orders: list[Json]) -> Choices:
    titles: dict[str, str] = {}
    for order in orders:
        method = (order.get("payment") or {}).get("method")
        pairs = (order.get("extension_attributes") or {}).get("payment_additional_info") or []
        title = next((one.get("value") for one in pairs if one.get("key") == "method_title"), "")
        if method:
            titles[str(method)] = titles.get(str(method)) or str(title or method)
    return tuple(sorted(titles.items()))
