"""Customers and products that somebody in a shop left out, below the orders that are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connector.pages.filters import zone_of
from stores.models import Store
from sync.models import LeftOutCustomer, TrackedProduct

_MOST = 20


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was left out in which store, who said it and why, and when."""

    store: str
    zone: str
    what: str
    why: str
    at: datetime


def left_out_beside(stores: Iterable[Store]) -> list[LeftOut]:
    """The newest of each, at most 20. Two queries."""
    names = {store.pk: store for store in stores}
    products = TrackedProduct.objects.filter(store__in=names, excluded_at__isnull=False)
    customers = LeftOutCustomer.objects.filter(store__in=names)
    found = [
        (pk, f"Product {sku or name}", why, at)
        for pk, sku, name, why, at in products.order_by("-excluded_at").values_list(
            "store_id", "sku", "name", "excluded_why", "excluded_at"
        )[:_MOST]
        if at is not None
    ]
    found += [
        (pk, f"Customer {key.rpartition(':')[2]}", why, at)
        for pk, key, why, at in customers.order_by("-at").values_list(
            "store_id", "key", "why", "at"
        )[:_MOST]
    ]
    return [
        LeftOut(names[pk].name or names[pk].slug, zone_of(names[pk]), what, why, at)
        for pk, what, why, at in found
    ]
