"""The shop's products as its API shows them: their sizes, their stock, and who sells them.

A size is a product of its own that names its parent (variations), or in older versions a
combination of options with a code of its own. A set costs what its parts cost, where it has no
price of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from typing import Any

from connector.lib.money import ZERO, round_to
from sandbox.cscart.goods.taxes import STANDARD, Taxes
from sandbox.cscart.notation import hashed
from sandbox.cscart.versions import Version
from sandbox.shop.made_up.profiles import BUNDLE, VIRTUAL, Product, Profile

_NO_CODE = "GUIDE-PDF"  # a product without a code, as many shops have
_OFFERED = {"TEA-POT": Decimal(10)}  # percent that a promotion takes off a product's own price
_FOOD = frozenset({"BEANS-250", "BEANS-1KG", "HONEY-500", "OLIVE-750", "SALT-PINK"})
VENDORS = ("1", "2", "3")


@dataclass(slots=True)
class Stocked:
    """One product. `code` may be ""; `sizes` are combinations of options with how many of each,
    `parent` is the product that this one is a size of."""

    id: int
    sku: str
    code: str
    name: str
    price: Decimal
    taxes: tuple[str, ...]
    company: str
    changed: str
    amount: Decimal = ZERO
    ships: bool = True
    parent: int = 0
    size: str = ""
    sizes: dict[str, int] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def offered(self) -> Decimal:
        """What it costs with what a promotion takes off it."""
        return round_to(self.price * (100 - _OFFERED.get(self.sku, ZERO)) / 100)


class Catalogue:
    """All products by number; `find` takes a SKU, also one of a size."""

    def __init__(
        self, profile: Profile, taxes: Taxes, version: Version, *, seed: int, at: str
    ) -> None:
        self._profile, self._taxes, self._version = profile, taxes, version
        self.products: dict[int, Stocked] = {}
        self._by_sku: dict[str, tuple[int, str]] = {}
        for product in profile.on_sale:
            rng = random.Random(f"stock/{seed}/{product.sku}")
            if product.variants and version.variations:
                self._add_variations(product, rng, at)
            else:
                self._add(product, rng, at)

    def find(self, sku: str) -> tuple[Stocked, str]:
        """The product, and the code of the size that is meant ("" for none)."""
        number, size = self._by_sku[sku]
        return self.products[number], size

    def change(self, sku: str, at: str, **changes: Any) -> Stocked:
        """Overwrite what a product is, or make one."""
        if sku not in self._by_sku:
            number = max(self.products) + 1
            self._keep(Stocked(number, sku, sku, sku, Decimal(10), (STANDARD,), "1", at))
        found, _ = self.find(sku)
        for key, value in changes.items():
            if key in ("name", "code"):
                setattr(found, key, str(value))
            elif key in ("price", "amount"):
                setattr(found, key, Decimal(str(value)))
            else:
                found.more[key] = value
        found.changed = at
        return found

    def count(self, sku: str, quantity: float) -> None:
        found, size = self.find(sku)
        if size:
            found.sizes[size] = int(quantity)
        else:
            found.amount = Decimal(str(quantity))

    def take(self, lines: Iterable[tuple[str, int]], sign: int) -> None:
        """Take pieces off the stock (-1) or put them back (1): SKU, how many."""
        for sku, count in lines:
            if sku not in self._by_sku:
                continue
            found, size = self.find(sku)
            found.amount += sign * count
            if size:
                found.sizes[size] += sign * count

    def combinations(self, number: int) -> Iterator[dict[str, Any]]:
        """The combinations of a product's options, as the API lists them."""
        product = self.products.get(number)
        for place, (code, count) in enumerate(product.sizes.items() if product else ()):
            yield {
                "combination_hash": hashed("combination", code), "product_code": code,
                "combination": f"4_{20 + place}", "amount": count, "temp": "N",
                "position": str(place),
            }  # fmt: skip

    def combined(self, mark: str) -> tuple[Stocked, str] | None:
        """The product and size of a combination."""
        for product in self.products.values():
            for code in product.sizes:
                if hashed("combination", code) == mark:
                    return product, code
        return None

    def categories(self, product: Stocked) -> int:
        if not product.ships:
            return 226
        return 224 if product.sku in _FOOD else 222

    def _add(self, product: Product, rng: random.Random, at: str) -> None:
        kept = self._stocked(product, product.product_id, product.sku, product.name, at)
        kept.amount = Decimal(rng.randint(40, 400))
        self._keep(kept)
        for variant in product.variants:
            kept.sizes[variant] = rng.randint(10, 90)
            self._by_sku[variant] = (kept.id, variant)
        if product.variants:
            self._by_sku[product.sku] = (kept.id, product.variants[0])

    def _add_variations(self, product: Product, rng: random.Random, at: str) -> None:
        """Each size as a product; the first is the parent of the others."""
        first = 0
        for variant in product.variants:
            child = self._profile.catalogue[variant]
            kept = self._stocked(product, child.product_id, variant, child.name, at)
            kept.parent, kept.size = first, variant.rpartition("-")[2]
            kept.amount = Decimal(rng.randint(10, 90))
            first = first or kept.id
            self._keep(kept)
        self._by_sku[product.sku] = self._by_sku[product.variants[0]]

    def _stocked(self, product: Product, number: int, sku: str, name: str, at: str) -> Stocked:
        return Stocked(
            id=number, sku=sku, code="" if sku == _NO_CODE else sku, name=escape(name),
            price=self._price(product), taxes=self._taxes.of_product(product.sku),
            company=VENDORS[product.product_id % len(VENDORS)], changed=at,
            ships=product.kind != VIRTUAL,
        )  # fmt: skip

    def _price(self, product: Product) -> Decimal:
        if product.kind != BUNDLE or product.price_fixed:
            return product.price
        inside = [(self._profile.catalogue[sku], count) for sku, count in product.parts]
        return sum((one.price * count for one, count in inside), ZERO)

    def _keep(self, product: Stocked) -> None:
        self.products[product.id] = product
        self._by_sku.setdefault(product.sku, (product.id, ""))
