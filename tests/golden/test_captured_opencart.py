"""Stored orders of real OpenCart shops through the preview: total and tax to the cent.

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
from stores.canonical.records import ParseFacts
from stores.settings import StoreSettings
from xero.documents.facts import NOT_CONNECTED

_FOLDER = Path(os.environ.get("CAPTURED_ORDERS", "")) / "opencart"
pytestmark = pytest.mark.skipif(
    not os.environ.get("CAPTURED_ORDERS"),
    reason="CAPTURED_ORDERS does not name a folder of captured answers",
)

STORE = StoreSettings.model_validate({
    "slug": "oc", "platform": "opencart", "url": "https://shop.example.com",
    "organisation": "Demo", "base_currency": "USD", "country": "GB", "timezone": "UTC",
    "number_prefix": "OC-",
})  # fmt: skip
RULES = StoreRules.model_validate({
    "statuses": {"invoice": ["1", "2"], "refunded": ["11"], "paid": ["2"]},
    "accounts": {"sales": "200", "shipping": "202", "discounts": "205", "rounding": "860"},
    "payment_accounts": {"cod": "970"},
    "tax": {
        "none": "NONE", "out_of_scope": "OUT", "rates": {"OUTPUT2": "20"},
        "rules": [{"name": "VAT (20%)", "tax_type": "OUTPUT2"},
                  {"name": "Eco*", "as": "line", "account": "261"},
                  {"country": "export", "rate": "0", "tax_type": "ZERO"}],
    },
})  # fmt: skip

# File: currency, total, tax, eco tax, discount.
READY: dict[str, tuple[str, str, str, str, str]] = {
    "oc3_order_1": ("USD", "854.00", "141.00", "8.00", ""),
    "oc3_order_2": ("USD", "308.00", "0.00", "", ""),
    "oc3_order_4": ("USD", "480.00", "79.00", "6.00", "-10.00"),
    "oc3_order_6": ("GBP", "850.13", "140.26", "8.58", ""),
    "oc3_order_10": ("USD", "130.00", "21.00", "4.00", ""),
    "oc4_order_1": ("USD", "852.00", "141.00", "6.00", ""),
    "oc4_order_2": ("USD", "308.00", "0.00", "", ""),
    "oc4_order_4": ("USD", "478.00", "79.00", "4.00", "-10.00"),
    "oc4_order_5": ("USD", "1204.00", "200.00", "4.00", "-5.00"),
    "oc4_order_6": ("GBP", "845.23", "140.26", "3.68", ""),
}


def previewed(name: str) -> dict[str, Any]:
    text = (_FOLDER / f"{name}.json").read_text(encoding="utf-8")
    reader = registry.reader("opencart")
    (record,) = reader.documents_of(json.loads(text, parse_float=Decimal))
    books = Books(MappingSnapshot(STORE, RULES, registry.profile("opencart")), NOT_CONNECTED)
    return Preview(books, reader, ParseFacts(base_currency="USD")).add(record)


def documents(order: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in order["documents"] if one["kind"] == kind]


@pytest.mark.parametrize("name", READY)
def test_a_real_order_is_posted_to_the_cent(name: str) -> None:
    currency, total, tax, eco, discount = READY[name]

    order = previewed(name)

    assert (order["status"], order["reasons"]) == ("ready", [])
    (invoice,) = documents(order, "invoice")
    assert invoice["payload"]["LineAmountTypes"] == "Exclusive"
    assert invoice["payload"]["CurrencyCode"] == currency
    assert (invoice["expected"]["Total"], invoice["expected"]["TotalTax"]) == (total, tax)
    lines = invoice["payload"]["LineItems"]
    by_name = {line["Description"].partition("\n")[0]: line["UnitAmount"] for line in lines}
    assert by_name.get("Eco Tax (-2.00)", "") == eco
    assert next((by_name[one] for one in by_name if one.startswith("Discount")), "") == discount
    assert "Rounding" not in by_name


def test_a_real_order_that_was_refunded_is_sold_and_taken_back() -> None:
    order = previewed("oc3_order_10")

    (credit,) = documents(order, "credit_note")
    assert (credit["expected"]["Total"], credit["expected"]["TotalTax"]) == ("130.00", "21.00")
    assert [one["payload"]["Amount"] for one in documents(order, "payment")] == ["130.00"]
    assert [one["payload"]["Amount"] for one in documents(order, "refund")] == ["130.00"]


def test_no_order_file_is_forgotten() -> None:
    assert {path.stem for path in _FOLDER.glob("*_order_*.json")} == READY.keys()
