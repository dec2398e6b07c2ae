"""Products and stock in the shapes of `/V1/products` and `/V1/stockItems`.

With multi-source inventory an order reserves, and a shipment (of what is not shipped, the
invoice) takes off the quantity; a classic shop takes off at the order.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.magento.catalogue.categories import categories
from sandbox.magento.notation import number
from sandbox.shop.made_up.profiles import CONFIGURABLE, Product, Profile


class Stock:
    """The catalogue with quantities, and what each order holds of them.

    `item_changes` hold fields of stock items that were set by hand, by sku.
    """

    def __init__(
        self, profile: Profile, seed: int, created_at: str, *, multi_source: bool = True
    ) -> None:
        self.multi_source = multi_source
        self.item_changes: dict[str, dict[str, Any]] = {}
        # What a second source has, by sku, and the quantities that a stock index holds that
        # nobody brings up to date any more.
        self.elsewhere: dict[str, float] = {}
        self._indexed: dict[str, float] | None = None
        self._held: dict[int, dict[str, float]] = {}
        self._catalogue = dict(profile.catalogue)
        self._created_at = created_at
        self._changes: dict[str, dict[str, Any]] = {}
        self.categories = categories()
        self._lock = threading.Lock()
        rng = random.Random(f"stock/{seed}")
        self.quantities: dict[str, float] = {
            sku: 0 if product.parts or product.variants else rng.randint(20, 900)
            for sku, product in profile.catalogue.items()
        }

    def sell(self, order: dict[str, Any]) -> None:
        """Reserve what an order holds; a classic shop takes it off."""
        with self._lock:
            ordered = _summed(_stocked(order), "qty_ordered")
            if self.multi_source:
                self._held[order["entity_id"]] = ordered
                return
            for sku, quantity in ordered.items():
                self.quantities[sku] = max(self.quantities[sku] - quantity, 0)

    def deduct(self, order_id: int, quantities: Mapping[str, float] | None = None) -> None:
        """Goods leave with a shipment: all that the order holds, or so many of some skus."""
        with self._lock:
            for sku, quantity in self._release(order_id, quantities).items():
                self.quantities[sku] -= quantity

    def cancel(self, order: dict[str, Any]) -> None:
        """Give back what a canceled order holds."""
        with self._lock:
            if self.multi_source:
                self._release(order["entity_id"], None)
            else:
                for sku, quantity in _summed(_stocked(order), "qty_canceled").items():
                    self.quantities[sku] += quantity

    def take_back(self, order: dict[str, Any], memo: dict[str, Any]) -> None:
        """A credit memo returns to stock: what is not shipped yet is free again, the rest is
        put on the shelf."""
        stocked = {row["item_id"] for row in _stocked(order)}
        rows = [row for row in memo["items"] if row["order_item_id"] in stocked]
        with self._lock:
            for sku, quantity in _summed(rows, "qty").items():
                freed = self._release(order["entity_id"], {sku: quantity}).get(sku, 0)
                self.quantities[sku] += quantity - freed

    def _release(self, order_id: int, quantities: Mapping[str, float] | None) -> dict[str, float]:
        """End reservations of an order, at most what it holds; what was ended, by sku."""
        held = self._held.get(order_id, {})
        wanted = dict(held) if quantities is None else quantities
        released = {sku: min(held.get(sku, 0), quantity) for sku, quantity in wanted.items()}
        for sku, quantity in released.items():
            if quantity:
                held[sku] -= quantity
        return released

    def reserved(self, sku: str) -> float:
        """How many are ordered and still here."""
        return sum(held.get(sku, 0) for held in self._held.values())

    def salable(self, sku: str) -> float:
        """Magento's salable quantity: 0 of what it does not sell. KeyError for an unknown sku."""
        item = self.stock_item(sku)
        indexed = item["qty"] if self._indexed is None else self._indexed.get(sku, 0)
        left = indexed + self.elsewhere.get(sku, 0) - self.reserved(sku) - item["min_qty"]
        sells = item["is_in_stock"] and (left > 0 or item["backorders"])
        return left if sells else 0

    def stop_index(self) -> None:
        """From now on the index keeps today's quantities, as without a cron job."""
        self._indexed = dict(self.quantities)

    def source_items(self) -> list[dict[str, Any]]:
        """What each source has of each product, as `/V1/inventory/source-items` lists it."""
        return [
            {"sku": sku, "source_code": source, "quantity": quantity, "status": 1}
            for source, quantities in (("default", self.quantities), ("second", self.elsewhere))
            for sku, quantity in quantities.items()
        ]

    def is_composite(self, sku: str) -> bool:
        """Whether a product has no stock of its own. KeyError for an unknown sku."""
        product = self._catalogue[sku]
        return bool(product.parts or product.variants)

    def set(self, sku: str, quantity: float) -> int:
        """Set a quantity; returns the stock item's id. KeyError for an unknown sku."""
        with self._lock:
            product = self._catalogue[sku]
            self.quantities[sku] = quantity
            self.item_changes.get(sku, {}).pop("is_in_stock", None)
            return product.product_id

    def set_item(self, sku: str, **fields: Any) -> None:
        """Overwrite fields of a stock item, such as `min_qty`, `backorders`, `is_in_stock`."""
        with self._lock:
            self.item_changes.setdefault(sku, {}).update(fields)

    def change(self, sku: str, at: str, **fields: Any) -> None:
        """Overwrite fields of a product, which is made if there is none, and its time."""
        with self._lock:
            if sku not in self._catalogue:
                number = max(product.product_id for product in self._catalogue.values()) + 1
                self._catalogue[sku] = Product(number, sku, sku, Decimal("9.95"))
                self.quantities[sku] = 0
            self._changes.setdefault(sku, {}).update({"updated_at": at} | fields)

    def stock_item(self, sku: str) -> dict[str, Any]:
        """One stock item. KeyError for an unknown sku."""
        product = self._catalogue[sku]
        quantity = self.quantities[sku]
        return {
            "item_id": product.product_id, "product_id": product.product_id, "stock_id": 1,
            "qty": int(quantity) if float(quantity).is_integer() else quantity,
            "is_in_stock": quantity > 0 or bool(product.parts or product.variants),
            "is_qty_decimal": False, "show_default_notification_message": False,
            "use_config_min_qty": True, "min_qty": 0, "use_config_min_sale_qty": 1,
            "min_sale_qty": 1, "use_config_max_sale_qty": True, "max_sale_qty": 10000,
            "use_config_backorders": True, "backorders": 0, "use_config_notify_stock_qty": True,
            "notify_stock_qty": 1, "use_config_qty_increments": True, "qty_increments": 0,
            "use_config_enable_qty_inc": True, "enable_qty_increments": False,
            "use_config_manage_stock": True, "manage_stock": True, "low_stock_date": None,
            "is_decimal_divided": False, "stock_status_changed_auto": 0,
        } | self.item_changes.get(sku, {})  # fmt: skip

    def product(self, sku: str, *, single: bool) -> dict[str, Any]:
        """One product; the stock item is part of a single answer only. KeyError if unknown."""
        product = self._catalogue[sku]
        extension: dict[str, Any] = {"website_ids": [1]}
        if single:
            extension["stock_item"] = self.stock_item(sku)
            if product.kind == CONFIGURABLE:
                extension |= self._configurable(product)
        dynamic = bool(product.parts) and not product.price_fixed
        priced = not (product.kind == CONFIGURABLE or dynamic)
        row: dict[str, Any] = {
            "id": product.product_id, "sku": sku, "name": product.name, "attribute_set_id": 4,
            "price": number(product.price) if priced else 0, "status": 1,
            "visibility": 4 if product.visible else 1, "type_id": product.kind,
            "created_at": self._created_at, "updated_at": self._created_at,
            "extension_attributes": extension, "product_links": [], "options": [],
            "media_gallery_entries": [], "tier_prices": [],
            "custom_attributes": self._attributes(product),
        }  # fmt: skip
        if product.weight and not product.parts and not product.variants:
            row["weight"] = number(product.weight)
        return row | self._changes.get(sku, {})

    def products(self) -> list[dict[str, Any]]:
        """All products, as the list shows them."""
        return [self.product(sku, single=False) for sku in self._catalogue]

    def _configurable(self, product: Product) -> dict[str, Any]:
        values = [{"value_index": at} for at, _ in enumerate(product.variants, 4)]
        option = {
            "id": 1, "attribute_id": "137", "label": "Size", "position": 0, "values": values,
            "product_id": product.product_id,
        }  # fmt: skip
        links = [self._catalogue[sku].product_id for sku in product.variants]
        return {"configurable_product_options": [option], "configurable_product_links": links}

    def _attributes(self, product: Product) -> list[dict[str, Any]]:
        values: dict[str, Any] = {
            "options_container": "container2",
            "url_key": product.sku.lower(),
            "required_options": "0",
            "has_options": "0",
            "tax_class_id": "2" if product.taxed else "4",
            "category_ids": [_category(product)],
        }
        if product.parts:
            values["price_type"] = "1" if product.price_fixed else "0"
        return [{"attribute_code": code, "value": value} for code, value in values.items()]


def _stocked(order: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an order that have a stock: parents hold none themselves."""
    return [row for row in order["items"] if row["product_type"] in ("simple", "virtual")]


def _summed(rows: list[dict[str, Any]], name: str) -> dict[str, float]:
    """A quantity of rows by sku."""
    found: dict[str, float] = {}
    for row in rows:
        found[row["sku"]] = found.get(row["sku"], 0) + row[name]
    return found


def _category(product: Product) -> str:
    """Mugs stand among the kitchen things, what is not shipped under the courses."""
    if product.kind == "virtual":
        return "6"
    return "4" if product.sku.startswith("MUG") else "3"
