"""What a parser of a store's records needs beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from stores import registry
from stores.canonical import ParseError, ParseFacts, PartKeys, Product, Stream
from stores.models import Store
from sync.categories import with_names
from sync.models import TrackedProduct

_CHUNK = 500


def parse_facts(store: Store) -> ParseFacts:
    """What the last probe of the shop found, for the parser."""
    facts = store.facts
    return ParseFacts(
        shop_timezone=store.profile.shop_timezone,
        prices_include_tax=facts.get("prices_include_tax"),
        customer_groups=dict(facts.get("customer_groups", ())),
        store_views=dict(facts.get("store_views", ())),
        websites=dict(facts.get("websites", ())),
        parts={view: _part_keys(keys) for view, keys in facts.get("parts", ())},
    )


def _part_keys(keys: dict[str, list[str]]) -> PartKeys:
    return PartKeys(**{name: tuple(values) for name, values in keys.items()})


def with_products(store: Store, facts: ParseFacts, skus: Iterable[str]) -> ParseFacts:
    """The facts with what the shop says of these products: category, tax class and type."""
    reader = registry.reader(store.platform)
    wanted = sorted({sku for sku in skus if sku})
    known: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = TrackedProduct.objects.filter(store=store, sku__in=wanted[start : start + _CHUNK])
        products: list[Product] = []
        for row in rows.select_related("record"):
            try:
                product = reader.parse(Stream.PRODUCTS, row.record.record, facts)
            except ParseError:
                continue  # the product itself is held, with the field
            assert isinstance(product, Product)
            products.append(product)
        known |= {
            product.sku: {
                "category": "\n".join(product.categories),
                "tax_class": product.tax_class,
                "type": product.product_type,
            }
            for product in with_names(store, products)
        }
    return replace(facts, products=known)
