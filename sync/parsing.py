"""What a parser of a store's records needs beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from accounting.reasons import UNFORESEEN
from stores import registry
from stores.adapter import Parsed, StoreAdapter
from stores.canonical.order import PartKeys
from stores.canonical.product import Product
from stores.canonical.records import ParseError, ParseFacts, Stream
from stores.categories import with_names
from stores.models import SourceRecord, Store
from sync.models import TrackedProduct

log = structlog.get_logger(__name__)
_CHUNK = 500


def parse_facts(store: Store) -> ParseFacts:
    """What the last probe of the shop found, for the parser."""
    facts = store.facts
    return ParseFacts(
        shop_timezone=store.profile.shop_timezone,
        base_currency=store.profile.base_currency,
        prices_include_tax=facts.get("prices_include_tax"),
        customer_groups=dict(facts.get("customer_groups", ())),
        store_views=dict(facts.get("store_views", ())),
        websites=dict(facts.get("websites", ())),
        parts={view: _part_keys(keys) for view, keys in facts.get("parts", ())},
    )


def _part_keys(keys: dict[str, list[str]]) -> PartKeys:
    return PartKeys(**{name: tuple(values) for name, values in keys.items()})


def parsed(reader: StoreAdapter, stream: Stream, record: SourceRecord, facts: ParseFacts) -> Parsed:
    """A stored record in canonical form. ParseError for whatever keeps it from being read: also
    for what could not be kept of it, and for an error of the parser's own."""
    flaws = [
        ParseError(flaw["field"], None, flaw["message"], code="unreadable")
        for flaw in record.flaws or ()
    ]
    for flaw in flaws:
        if not flaw.field:
            raise flaw  # of the record as a whole
    found = parsed_raw(reader, stream, record.record, facts)
    for flaw in flaws:
        raise flaw
    return found


def parsed_raw(
    reader: StoreAdapter, stream: Stream, record: Mapping[str, Any], facts: ParseFacts
) -> Parsed:
    """Likewise of a record as it came."""
    try:
        return reader.parse(stream, record, facts)
    except ParseError:
        raise
    except Exception as error:
        log.exception("parsing.unforeseen", stream=stream)
        raise ParseError("", None, f"{type(error).__name__}: {error}", code=UNFORESEEN) from error


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
                product = parsed(reader, Stream.PRODUCTS, row.record, facts)
            except ParseError:
                continue  # the product itself is held, with the field
            assert isinstance(product, Product)
            products.append(product)
        known |= product_facts(store, products)
    return replace(facts, products=known)


def product_facts(store: Store, products: Iterable[Product]) -> dict[str, dict[str, Any]]:
    """By SKU, what a parser of orders needs of products: category, tax class, type and account."""
    return {
        product.sku: {
            "category": "\n".join(product.categories),
            "tax_class": product.tax_class,
            "type": product.product_type,
            "sales_account": product.sales_account,
        }
        for product in with_names(store, products)
    }
