"""Orders of real CS-Cart shops, as their API answers them, through the preview.

`CAPTURED_ORDERS` names the folder with the captured answers; without it nothing runs here.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounting.books import Books
from accounting.preview import Preview
from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.rules.schema import StoreRules
from stores import registry
from stores.canonical.records import ParseError, ParseFacts, Stream
from stores.settings import StoreSettings
from xero.documents.facts import NOT_CONNECTED

_FOLDER = Path(os.environ.get("CAPTURED_ORDERS", "")) / "cscart"
pytestmark = pytest.mark.skipif(
    not os.environ.get("CAPTURED_ORDERS"),
    reason="CAPTURED_ORDERS does not name a folder of captured answers",
)

STORE = StoreSettings.model_validate({
    "slug": "cs", "platform": "cscart", "url": "https://shop.example.com",
    "organisation": "Demo", "base_currency": "USD", "country": "US", "timezone": "UTC",
    "number_prefix": "CS-",
})  # fmt: skip
RULES = StoreRules.model_validate({
    "statuses": {"invoice": ["O", "P", "C"], "paid": ["P", "C"]},
    "accounts": {"sales": "200", "shipping": "202", "discounts": "205", "rounding": "860"},
    "payment_accounts": {"Phone ordering": "970"},
    "tax": {"none": "NONE", "out_of_scope": "OUT", "rules": [{"rate": "10", "tax_type": "T10"}]},
})  # fmt: skip

# File: basis, total, tax, what was paid, lines by account.
READY: dict[str, tuple[str, str, str, list[str], list[str]]] = {
    "docs_ru_order_25_shipping_tax_included": (
        "Inclusive", "360.99", "2.55", [], ["200", "200", "200", "202"],
    ),
    "docs_ru_order_96_product_tax_included": ("Inclusive", "972.00", "88.36", ["972.00"], ["200"]),
    "mv_order_1743_coupon_20pct": ("Exclusive", "19.20", "0.00", [], ["200", "205"]),
}  # fmt: skip
# Rows of the list of orders, which lack what was charged.
ROWS = "docs_en_orders_list"
# By stream, what else of these answers is read.
OTHERS = {
    Stream.PRODUCTS: ("docs_products_list_4.1x_trimmed", "products"),
    Stream.STOCK: ("docs_products_list_4.1x_trimmed", "products"),
}


def answer(name: str) -> Any:
    text = (_FOLDER / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)


def previewed(name: str) -> list[dict[str, Any]]:
    reader = registry.reader("cscart")
    books = Books(
        MappingSnapshot(STORE, RULES, registry.profile("cscart")), NOT_CONNECTED
    )  # fmt: skip
    shown = Preview(books, reader, ParseFacts(base_currency="USD"))
    return [shown.add(record) for record in reader.documents_of(answer(name))]


@pytest.mark.parametrize("name", READY)
def test_a_real_order_is_posted_to_the_cent(name: str) -> None:
    basis, total, tax, paid, accounts = READY[name]
    (order,) = previewed(name)

    assert (order["status"], order["reasons"]) == ("ready", [])
    (invoice,) = (d for d in order["documents"] if d["kind"] == "invoice")
    assert invoice["payload"]["LineAmountTypes"] == basis
    assert (invoice["expected"]["Total"], invoice["expected"]["TotalTax"]) == (total, tax)
    assert [line["AccountCode"] for line in invoice["payload"]["LineItems"]] == accounts
    amounts = [d["payload"]["Amount"] for d in order["documents"] if d["kind"] == "payment"]
    assert amounts == paid


def test_rows_of_the_list_are_held_and_say_what_to_ask_for() -> None:
    orders = previewed(ROWS)

    assert [one["order"] for one in orders] == ["97", "96"]
    for one in orders:
        (reason,) = one["reasons"]
        assert (one["status"], reason["code"], reason["field"]) == ("held", "missing", "products")
        assert "ask for the order" in reason["message"]
        assert one["documents"] == []


def test_no_order_file_is_forgotten() -> None:
    orders = set()
    for path in sorted(_FOLDER.glob("*.json")):
        try:
            registry.reader("cscart").documents_of(answer(path.stem))
        except ParseError:
            continue
        orders.add(path.stem)
    assert orders == READY.keys() | {ROWS}


@pytest.mark.parametrize("stream", OTHERS)
def test_products_and_stock_are_read(stream: Stream) -> None:
    reader, (name, key) = registry.reader("cscart"), OTHERS[stream]
    rows = answer(name)[key]

    read = [reader.parse(stream, row, ParseFacts()) for row in rows]

    assert [one.sku for one in read] == ["U0012O5AF0", "G0017HS88V"]  # type: ignore[union-attr]


def test_customers_are_read_and_so_is_who_is_none() -> None:
    (customer, _) = answer("docs_users_list")

    read = registry.reader("cscart").parse(Stream.CUSTOMERS, customer, ParseFacts())

    assert (read.id, read.email) == ("3", "customer@example.com")  # type: ignore[union-attr]
