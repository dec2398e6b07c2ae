"""What a shop calls its categories, so that rules may name them: a product says only ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import structlog
from django.db import transaction

from connector.lib.errors import NeedsAttention
from stores.abilities import NamesCategories
from stores.adapter import StoreAdapter
from stores.canonical.product import Category, Product
from stores.models import ShopCategory, Store

log = structlog.get_logger(__name__)
_CHUNK = 500


def learn_categories(store: Store, adapter: StoreAdapter) -> None:
    """Keep the names of all categories, each with those above it.

    Without the right to read them ids go on working, and what was known is kept. Raises what
    passes by itself, such as a shop that is down.
    """
    if not isinstance(adapter, NamesCategories):
        return
    try:
        found = adapter.categories()
    except NeedsAttention as error:
        log.warning("categories.unknown", store_id=store.pk, error=str(error), hint=error.hint)
        return
    rows = [
        ShopCategory(store=store, source_id=key[:100], names=names)
        for key, names in sorted(_with_those_above(found).items())
    ]
    with transaction.atomic():
        ShopCategory.objects.bulk_create(
            rows, batch_size=_CHUNK, update_conflicts=True, update_fields=["names"],
            unique_fields=["store", "source_id"],
        )  # fmt: skip
        known = ShopCategory.objects.filter(store=store).values_list("pk", "source_id")
        current = {row.source_id for row in rows}
        gone = [pk for pk, source_id in known if source_id not in current]
        for start in range(0, len(gone), _CHUNK):
            ShopCategory.objects.filter(pk__in=gone[start : start + _CHUNK]).delete()


def with_names(store: Store, products: Iterable[Product]) -> list[Product]:
    """Products whose categories are their ids and the names of these and of those above them."""
    chosen = list(products)
    wanted = sorted({one for product in chosen for one in product.categories})
    names: dict[str, list[str]] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = ShopCategory.objects.filter(
            store=store, source_id__in=wanted[start : start + _CHUNK]
        )
        names |= dict(rows.values_list("source_id", "names"))
    return [
        replace(
            product,
            categories=tuple(
                dict.fromkeys(
                    [*product.categories]
                    + [name for one in product.categories for name in names.get(one, ())]
                )
            ),
        )
        for product in chosen
    ]


def _with_those_above(categories: Iterable[Category]) -> dict[str, list[str]]:
    """By id, the category's name and those above it. A circle, which no shop should have, ends
    where it began."""
    by_id = {one.id: one for one in categories}
    found: dict[str, list[str]] = {}
    for key in by_id:
        chain: dict[str, Category] = {}
        at = key
        while at in by_id and at not in chain:
            chain[at] = by_id[at]
            at = by_id[at].parent_id
        found[key] = [" ".join(one.name.split()) for one in chain.values()]
    return found
