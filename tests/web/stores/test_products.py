"""Products of a shop that need somebody, by SKU: whose code they fight for stands beside them."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stores.models import Store
from sync.models import StockState, TrackedProduct
from tests.web.factories import SourceRecordFactory, StoreFactory, reason

ADDRESS = "/stores/au/products/"


def product(store: Store, sku: str, name: str, code: str = "", **given: Any) -> TrackedProduct:
    record = SourceRecordFactory(store=store, stream="products")
    made: TrackedProduct = TrackedProduct.objects.create(
        store=store, source_id=record.source_id, sku=sku, name=name, code=code,
        code_key=code.casefold(), record=record, **given,
    )  # fmt: skip
    return made


def taken(store: Store, sku: str, name: str) -> TrackedProduct:
    reasons = [reason("item_code_taken", f"{sku.upper()} is the item of another product.")]
    return product(store, sku, name, state="held", reasons=reasons)


def sections(text: str) -> dict[str, str]:
    """What stands under each head."""
    parts = re.split(r"<h2[^>]*>(.*?)</h2>", text, flags=re.DOTALL)
    heads = (re.sub(r"\s+", " ", re.sub("<[^>]+>", "", one)).strip() for one in parts[1::2])
    return dict(zip(heads, parts[2::2], strict=True))


def test_products_that_fight_for_a_code_stand_together_by_sku(page: Client, store: Store) -> None:
    product(store, "MUG", "Mug, blue", "MUG")
    product(store, "MUG", "Mug, red", "MUG~7K")
    StockState.objects.create(
        store=store, sku="MUG", reasons=[reason("stock_sku_doubled", "Nobody knows whose it is.")]
    )
    nz = StoreFactory(slug="nz", name="NZ shop", organisation=store.organisation)
    product(nz, "PLATE", "Plate of the other shop", "PLATE")
    taken(store, "plate", "Plate <b>")
    product(store, "CUP", "Cup that is well", "CUP")
    product(nz, "MUG", "Mug of the other shop", "MUG")

    found = sections(page.get(ADDRESS).text)
    heads = [one for one in found if "product" in one]
    assert heads == ["MUG: 2 products", "plate: 2 products"]
    mugs, plates = (found[one] for one in heads)
    for said in ("Mug, blue", "Mug, red", "MUG~7K", "Nobody knows whose it is."):
        assert said in mugs
    assert "Give each product of the shop its own SKU" in mugs
    assert "other shop" not in mugs, "two shops share an item, and do not fight for it"
    for said in ("Plate &lt;b&gt;", "Plate of the other shop", "NZ shop", "PLATE is the item of"):
        assert said in plates
    assert "Rename the item in Xero" in plates
    assert "Cup that is well" not in page.get(ADDRESS).text


def test_the_page_of_the_store_leads_there_while_there_is_anything(
    page: Client, store: Store
) -> None:
    assert ADDRESS not in page.get("/stores/au/").text
    assert "Nothing of this shop’s products waits" in page.get(ADDRESS).text
    taken(store, "plate", "Plate")
    assert ADDRESS in page.get("/stores/au/").text


def test_many_are_several_pages_of_as_many_queries(page: Client, store: Store) -> None:
    taken(store, "a-00", "First")
    with CaptureQueriesContext(connection) as few:
        page.get(ADDRESS)
    for number in range(1, 30):
        taken(store, f"a-{number:02}", "Another")
    with CaptureQueriesContext(connection) as many:
        first = page.get(ADDRESS).text
    assert len(many) == len(few)
    assert "30 SKUs" in first
    assert "a-24: 1 product" in first
    assert "a-25: 1 product" not in first
    after = re.search(r'href="(\?[^"]*)" rel="next"', first)
    assert after is not None
    last = page.get(ADDRESS + after[1]).text
    assert "a-25: 1 product" in last
    assert "a-24: 1 product" not in last
    assert 'rel="next"' not in last
