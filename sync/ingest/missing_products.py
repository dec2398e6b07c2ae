"""Ask the shop for products that an order sells and that were not read yet.

The shop's list of products is read once a day at most. Where a rule is about products, one that
is newer is asked for by its SKU and kept as a reading keeps it, so that it is asked for once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction

from connector.lib.errors import ConnectorError, Temporary
from stores.adapter import StoreAdapter, completed
from stores.canonical.product import Product
from stores.canonical.records import ParseError, ParseFacts, Stream
from stores.categories import learn_categories
from stores.connect import connect
from stores.models import ShopCategory, Store
from sync.ingest.ingest import complete, keep
from sync.ingest.pull import in_words
from sync.parsing import parsed_raw, product_facts, with_products

log = structlog.get_logger(__name__)
# How soon a shop that did not answer is asked again; one whose keys are wrong later.
_SOON, _LATER = timedelta(minutes=5), timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Learnt:
    """The facts with what the shop says of the products. `error`: it did not answer, and is to
    be asked again after `wait`."""

    facts: ParseFacts
    error: str = ""
    wait: timedelta = _SOON


def learn_products(store: Store, facts: ParseFacts, lacking: Iterable[str]) -> Learnt:
    """Read these products and keep them. What the shop does not have is left out."""
    wanted = sorted({sku for sku in lacking if sku})
    try:
        adapter = connect(store)
        records = adapter.fetch_many(Stream.PRODUCTS, wanted)
        delivery = complete(store, adapter, Stream.PRODUCTS, records)
        _know_categories(store, adapter, facts, delivery.records)
    except ConnectorError as error:
        log.info("learn_products.unanswered", store_id=store.pk, error=str(error))
        return Learnt(facts, in_words(error), _wait(error))
    with transaction.atomic():
        keep(store, adapter, delivery)
    known = with_products(store, facts, {*facts.products, *wanted})
    return Learnt(known)


def look_up_products(
    store: Store, adapter: StoreAdapter, facts: ParseFacts, lacking: Iterable[str]
) -> ParseFacts:
    """As `learn_products`, for a look: they are not kept. Raises the shop's errors."""
    found = adapter.fetch_many(Stream.PRODUCTS, sorted({sku for sku in lacking if sku}))
    records = completed(adapter, Stream.PRODUCTS, found)
    _know_categories(store, adapter, facts, records)
    told = product_facts(store, _read(adapter, facts, records))
    return replace(facts, products={**facts.products, **told})


def _wait(error: ConnectorError) -> timedelta:
    if not isinstance(error, Temporary):
        return _LATER
    return max(_SOON, timedelta(seconds=error.retry_after or 0))


def _read(
    adapter: StoreAdapter, facts: ParseFacts, records: Sequence[dict[str, Any]]
) -> Iterator[Product]:
    """The products that can be read."""
    for record in records:
        try:
            product = parsed_raw(adapter, Stream.PRODUCTS, record, facts)
        except ParseError:
            continue
        assert isinstance(product, Product)
        yield product


def _know_categories(
    store: Store, adapter: StoreAdapter, facts: ParseFacts, records: Sequence[dict[str, Any]]
) -> None:
    """A new product may be in a new category, of which only the id is known."""
    named = {one for product in _read(adapter, facts, records) for one in product.categories}
    known = ShopCategory.objects.filter(store=store, source_id__in=named)
    if named - set(known.values_list("source_id", flat=True)):
        learn_categories(store, adapter)
