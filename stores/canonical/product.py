"""Products and stock in canonical form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """`websites` are the ids and, as far as known, the names of those that offer it; empty where
    the shop does not say. So are `sales_account` and `purchase_account`, the accounts in Xero that
    the shop itself names for the product."""

    sku: str
    name: str
    price: Decimal | None
    product_type: str = ""
    tax_class: str = ""
    categories: tuple[str, ...] = ()
    description: str = ""
    cost: Decimal | None = None
    updated_at: datetime | None = None
    enabled: bool = True
    websites: tuple[str, ...] = ()
    sales_account: str = ""
    purchase_account: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of products. `parent_id` is "" for one that stands under no other."""

    id: str
    name: str
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class StockTarget:
    """Whose stock is meant, as far as that is known: a shop is addressed by what it needs of it.

    `sku` is what a person calls it. The ids are the shop's own, "" where they are not known, or
    where the shop has none of the kind: `product_id` as the product is identified, `variant_id` of
    the one of its variants that is counted, and `location_id` of the place where it lies ("": the
    shop's usual one).
    """

    sku: str
    product_id: str = ""
    variant_id: str = ""
    location_id: str = ""

    def __str__(self) -> str:
        parts = (self.sku or self.product_id, self.variant_id, self.location_id)
        return " / ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class StockLevel:
    """How many of a product the shop has; `counted` False: it does not count them.

    `available` is what is left to sell: without what is ordered and still to be shipped, so
    below zero where more was ordered than is there. A shop that lowers `on_hand` at the order
    has the same in both. The ids say where it was read, and where another quantity is written.
    """

    sku: str
    on_hand: Decimal
    available: Decimal
    counted: bool = True
    product_id: str = ""
    variant_id: str = ""
    location_id: str = ""

    @property
    def target(self) -> StockTarget:
        return StockTarget(self.sku, self.product_id, self.variant_id, self.location_id)
