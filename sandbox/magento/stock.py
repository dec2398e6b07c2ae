"""Products and stock in the shapes of `/V1/products` and `/V1/stockItems`."""

from __future__ import annotations

import random
import threading
from decimal import Decimal
from typing import Any

from sandbox.magento import reference
from sandbox.magento.numbers import number
from sandbox.magento.profiles import CONFIGURABLE, Product, Profile


class Stock:
    """The catalogue with quantities; a sale takes them down, a PUT sets them."""

    def __init__(self, profile: Profile, seed: int, created_at: str) -> None:
        self._catalogue = dict(profile.catalogue)
        self._created_at = created_at
        self._changes: dict[str, dict[str, Any]] = {}
        self.categories = reference.categories()
        self._lock = threading.Lock()
        rng = random.Random(f"stock/{seed}")
        self.quantities: dict[str, float] = {
            sku: 0 if product.parts or product.variants else rng.randint(20, 900)
            for sku, product in profile.catalogue.items()
        }

    def sell(self, items: list[dict[str, Any]]) -> None:
        """Take the quantities of an order's rows off; parents hold no stock themselves."""
        with self._lock:
            for item in items:
                if item["product_type"] in ("simple", "virtual"):
                    left = self.quantities[item["sku"]] - item["qty_ordered"]
                    self.quantities[item["sku"]] = max(left, 0)

    def set(self, sku: str, quantity: float) -> int:
        """Set a quantity; returns the stock item's id. KeyError for an unknown sku."""
        with self._lock:
            product = self._catalogue[sku]
            self.quantities[sku] = quantity
            return product.product_id

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
        }  # fmt: skip

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


def _category(product: Product) -> str:
    """Mugs stand among the kitchen things, what is not shipped under the courses."""
    if product.kind == "virtual":
        return "6"
    return "4" if product.sku.startswith("MUG") else "3"
