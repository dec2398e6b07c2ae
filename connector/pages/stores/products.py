"""Products of a shop that need somebody, by SKU: several of one SKU, and those that fight for one
item of Xero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from connector.lib.rights import right
from connector.pages.wording import Why, reasons_of
from stores.models import Store
from sync.models import StockState, TrackedProduct
from xero.mirror.known import code_key

_ROWS = 25
_LIMIT = 1_000
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class ProductOfSku:
    """One product: `code` is that of its item in Xero, `elsewhere` the store whose it is, where
    that is another."""

    name: str
    source_id: str
    code: str
    elsewhere: str
    reasons: list[Why]


@dataclass(frozen=True, slots=True)
class SkuInNeed:
    """A SKU with all that claim its item; `reasons` are of its stock."""

    sku: str
    products: Sequence[ProductOfSku]
    reasons: list[Why]

    @property
    def title(self) -> str:
        said = ngettext("%(sku)s: %(n)d product", "%(sku)s: %(n)d products", len(self.products))
        return said % {"sku": self.sku or _("Without a SKU"), "n": len(self.products)}


@right()
@require_safe
def store_products(request: HttpRequest, slug: str) -> HttpResponse:
    """`?after=` goes on behind a SKU."""
    store = get_object_or_404(Store.objects.select_related("organisation"), slug=slug)
    after = request.GET.get("after")
    after = after if after is None or (after.isprintable() and len(after) <= _LONGEST) else None
    found = list(_skus(store, after)[: _ROWS + 1])
    context = {
        "store": store,
        "groups": in_need(store, found[:_ROWS]),
        "next": found[_ROWS - 1] if len(found) > _ROWS else None,
        "after": after,
        "count": count_products(store),
    }
    return render(request, "stores/products.html", context)


def count_products(store: Store) -> int:
    """How many SKUs need somebody, at most a thousand and one."""
    return _skus(store)[: _LIMIT + 1].count()


def _skus(store: Store, after: str | None = None) -> QuerySet[TrackedProduct, Any]:
    """SKUs of products that wait for a person, of several products with items of their own, and of
    stock that is left as it is; each once, in order."""
    products = TrackedProduct.objects.filter(store=store).order_by()
    states = StockState.objects.filter(store=store).exclude(reasons=[]).order_by()
    if after is not None:
        products, states = products.filter(sku__gt=after), states.filter(sku__gt=after)
    linked = products.exclude(code="").exclude(sku="").values("sku")
    several = linked.annotate(products=Count("pk")).filter(products__gt=1)
    others = [rows.values_list("sku", flat=True) for rows in (several, states)]
    return products.stuck().values_list("sku", flat=True).union(*others).order_by("sku")


def in_need(store: Store, skus: Sequence[str]) -> list[SkuInNeed]:
    """These SKUs with their products. Three queries, however many they are."""
    rows = TrackedProduct.objects.select_related("posting", "store").order_by("store", "pk")
    claim: dict[str, list[TrackedProduct]] = defaultdict(list)
    for row in rows.filter(store=store, sku__in=skus):
        claim[row.sku].append(row)
    by_code: dict[str, list[str]] = defaultdict(list)
    for sku in filter(None, skus):
        by_code[code_key(sku)].append(sku)
    owners = rows.filter(store__organisation=store.organisation_id, code_key__in=by_code)
    for row in owners if store.organisation_id else ():
        for sku in by_code[row.code_key]:
            if row.sku != sku:
                claim[sku].append(row)
    stock = StockState.objects.filter(store=store, sku__in=skus).exclude(reasons=[])
    told: dict[str, list[Why]] = defaultdict(list)
    for state in stock.order_by("pk"):
        told[state.sku] += reasons_of(state.reasons, store.slug)
    return [SkuInNeed(sku, _shown(claim[sku], store), told[sku]) for sku in skus]


def _shown(rows: Iterable[TrackedProduct], store: Store) -> list[ProductOfSku]:
    return [
        ProductOfSku(
            row.name or row.sku, row.source_id, row.code,
            "" if row.store_id == store.pk else row.store.name,
            reasons_of(row.reasons or (row.posting.reasons if row.posting else []), row.store.slug),
        )
        for row in rows
    ]  # fmt: skip
