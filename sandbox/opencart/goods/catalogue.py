"""The shop's products as OpenCart keeps them, their options and their stock.

Prices are stored without tax. A product of several sizes is one product with an option; what is
bought as a set is a product with a price of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.opencart.goods.taxes import ECO_CLASS, FREE_CLASS, STANDARD_CLASS, Taxes
from sandbox.opencart.notation import amount_text, stored
from sandbox.opencart.versions import Version
from sandbox.shop.made_up.profiles import BUNDLE, VIRTUAL, Product, Profile

Row = dict[str, Any]
_ECO = frozenset({"KNIFE-20", "GRIND-HND", "CAFETIERE"})
_FOOD = frozenset({"BEANS-250", "BEANS-1KG", "HONEY-500", "OLIVE-750", "SALT-PINK"})
_POINTS_FOR_ONE = 20  # of the base currency: what a product costs in points


@dataclass(slots=True)
class Stocked:
    """One product: its own row, and how many of each of its options."""

    row: Row
    name: str
    description: str
    categories: list[str]
    options: dict[str, int] = field(default_factory=dict)
    accounts: tuple[str, str] = ("", "")  # for sales and for purchases

    @property
    def product_id(self) -> int:
        return int(self.row["product_id"])

    @property
    def sku(self) -> str:
        """What tells it from others: its SKU, or the model where it has none."""
        return str(self.row["sku"] or self.row["model"]).strip()

    @property
    def price(self) -> Decimal:
        return Decimal(self.row["price"])

    @property
    def tax_class(self) -> int:
        return int(self.row["tax_class_id"])

    @property
    def points(self) -> int:
        return int(self.row["points"])

    @property
    def ships(self) -> bool:
        return bool(self.row["shipping"] == "1")


class Catalogue:
    """All products by their number; `find` takes a SKU, also one of a size."""

    def __init__(
        self,
        profile: Profile,
        taxes: Taxes,
        version: Version,
        *,
        seed: int,
        inclusive: bool,
        at: str,
    ) -> None:
        self._profile, self._taxes, self._version = profile, taxes, version
        self._inclusive = inclusive
        self.products: dict[int, Stocked] = {}
        self._sizes: dict[str, tuple[int, str]] = {}
        for product in profile.on_sale:
            self._add(product, random.Random(f"stock/{seed}/{product.sku}"), at)

    def find(self, sku: str) -> tuple[Stocked, str]:
        """The product, and the size that is meant ("" for none). KeyError if it is unknown."""
        if sku in self._sizes:
            number, size = self._sizes[sku]
            return self.products[number], size
        for product in self.products.values():
            if product.sku == sku:
                return product, next(iter(product.options), "")
        raise KeyError(sku)

    def with_sku(self, sku: str) -> list[Stocked]:
        return [one for one in self.products.values() if one.sku == sku]

    def change(self, sku: str, at: str, **changes: Any) -> Stocked:
        """Overwrite columns of a product, or make one."""
        try:
            product, _ = self.find(sku)
        except KeyError:
            number = max(self.products) + 1
            product = self.products[number] = Stocked(
                self._row(number, sku, Decimal(10), STANDARD_CLASS, at), sku, "", ["Kitchen"]
            )
        product.name = str(changes.pop("name", product.name))
        if "price" in changes:
            changes["price"] = amount_text(Decimal(str(changes["price"])))
        product.row.update({key: str(value) for key, value in changes.items()})
        product.row["date_modified"] = at
        return product

    def take(self, lines: Iterable[tuple[int, str, int]], sign: int) -> None:
        """Take pieces off the stock (-1) or put them back (1): product, size, how many."""
        for number, size, count in lines:
            product = self.products.get(number)
            if product is None:
                continue
            product.row["quantity"] = str(int(product.row["quantity"]) + sign * count)
            if size in product.options:
                product.options[size] += sign * count

    def _add(self, product: Product, rng: random.Random, at: str) -> None:
        number, sku = product.product_id, product.sku
        tax_class = STANDARD_CLASS if product.taxed else FREE_CLASS
        row = self._row(
            number, sku, self._price(product), ECO_CLASS if sku in _ECO else tax_class, at
        )
        row["quantity"] = str(rng.randint(40, 400))
        if product.kind == VIRTUAL:
            row |= {"sku": "", "model": sku, "shipping": "0", "subtract": "0"}
        kept = Stocked(row, product.name, f"{product.name}.", _categories(product))
        self.products[number] = kept
        for variant in product.variants:
            size = variant.rpartition("-")[2]
            kept.options[size] = rng.randint(10, 90)
            self._sizes[variant] = (number, size)

    def _price(self, product: Product) -> Decimal:
        """A set without a price of its own costs what its parts cost."""
        inside = [(self._profile.catalogue[sku], count) for sku, count in product.parts]
        parts = inside if product.kind == BUNDLE and not product.price_fixed else [(product, 1)]
        return sum(
            (
                stored(self._taxes.net(one.price, taxed=one.taxed, inclusive=self._inclusive))
                * count
                for one, count in parts
            ),
            Decimal(0),
        )

    def _row(self, number: int, sku: str, price: Decimal, tax_class: int, at: str) -> Row:
        code = f"{self._profile.code.upper()}-{number:03}"
        row = {
            "product_id": str(number), "model": code, "sku": sku, "upc": "", "ean": "",
            "location": "", "quantity": "0", "stock_status_id": "7", "image": "",
            "manufacturer_id": "0", "shipping": "1", "price": amount_text(price),
            "points": str(int(price * _POINTS_FOR_ONE)), "tax_class_id": str(tax_class),
            "date_available": at[:10], "weight": "1.00000000", "weight_class_id": "1",
            "subtract": "1", "minimum": "1", "sort_order": "0", "status": "1",
            "date_added": at, "date_modified": at,
        }  # fmt: skip
        return row | (
            {"master_id": "0", "variant": "", "override": ""} if self._version.four else {}
        )


def _categories(product: Product) -> list[str]:
    if product.kind == VIRTUAL:
        return ["Learn"]
    return ["Pantry > Food"] if product.sku in _FOOD else ["Kitchen"]
