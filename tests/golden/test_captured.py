"""Orders of real shops through the preview: total and tax to the cent, or the reason why not.

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
from stores.adapters.magento.profile import PROFILE
from stores.canonical.records import ParseError, ParseFacts
from stores.settings import StoreSettings
from xero.documents.facts import NOT_CONNECTED

_FOLDER = os.environ.get("CAPTURED_ORDERS", "")
pytestmark = pytest.mark.skipif(
    not _FOLDER, reason="CAPTURED_ORDERS does not name a folder of captured answers"
)

STORE = StoreSettings.model_validate({
    "slug": "m2", "platform": "magento", "url": "https://shop.example.com",
    "organisation": "Demo", "base_currency": "USD", "country": "US", "timezone": "UTC",
    "number_prefix": "M2-",
})  # fmt: skip
RULES = StoreRules.model_validate({
    "statuses": {"invoice": ["*"], "reverse": ["canceled"]},
    "accounts": {"sales": "200", "shipping": "202", "discounts": "205", "rounding": "860"},
    "payment_accounts": {"checkmo": "970"},
    "tax": {
        "none": "NONE", "out_of_scope": "OUT",
        "rules": [{"rate": "8.25", "tax_type": "CA"},
                  {"country": "GB", "rate": "20", "tax_type": "OUTPUT2"},
                  {"country": "export", "rate": "0", "tax_type": "EXPORT"}],
    },
})  # fmt: skip

# File: basis, total, tax, payments, reasons; or status and reason.
READY: dict[str, tuple[str, str, str, list[str], list[str]]] = {
    "m2_live_order_configurable": ("Exclusive", "89.82", "14.97", ["89.82"], []),
    "m2_live_order_gb_fixed15_shipdisc_partialrefund": (
        "Exclusive", "137.56", "22.93", ["137.56"], ["refund_not_given"],
    ),
    "m2_live_order_gb_vat_excl": ("Exclusive", "229.54", "38.26", [], []),
    "m2_live_order_hold_comment": ("Exclusive", "41.99", "7.00", [], []),
    "m2_live_order_incl_bundle_third": ("Inclusive", "139.49", "23.25", ["139.49"], []),
    "m2_live_order_incl_eur_third": (
        "Inclusive", "29.06", "4.84", ["29.06"], ["refund_not_given"],
    ),
    "m2_live_order_incl_gb": ("Inclusive", "191.28", "31.88", ["191.28"], []),
    "m2_live_order_incl_ny_export": ("Exclusive", "29.16", "0.00", ["29.16"], []),
    "m2_live_order_ny_no_tax_fullrefund": (
        "Exclusive", "89.95", "0.00", ["89.95"], ["refund_not_given"],
    ),
    "m2_live_order_virtual": ("Exclusive", "11.99", "2.00", ["11.99"], []),
    "m2_oca_import_sale_order_10_0_orders-10": ("Exclusive", "322.17", "24.17", [], []),
    "m2_oca_import_sale_order_11_0_orders-11": ("Exclusive", "253.74", "19.34", [], []),
    "m2_oca_import_sale_order_12_0_orders-12": ("Exclusive", "253.74", "19.34", [], []),
    "m2_oca_import_sale_order_13_0_orders-13": ("Exclusive", "253.74", "19.34", [], []),
    "m2_oca_import_sale_order_16_0_orders-16": ("Exclusive", "54.00", "0.00", [], []),
    "m2_oca_import_sale_order_9_0_orders-9": ("Exclusive", "396.87", "29.87", [], []),
    "m2_oca_test_sale_order_cancel_export_0_orders-12": ("Exclusive", "253.74", "19.34", [], []),
    "m2_oca_test_sale_order_reopen_export_0_orders-12": ("Exclusive", "253.74", "19.34", [], []),
}  # fmt: skip
OTHERS = {
    "m2_oca_import_sale_order_10_2_orders-9": ("skipped", "reversed", "status"),
    "m2_oca_import_sale_order_17_0_orders-17": ("skipped", "zero_total", "posting.zero_orders"),
    "m2_oca_test_sale_order_reopen_export_3_orders-12": ("skipped", "reversed", "status"),
    # What was sent to the shop, not what it answered.
    "m2_oca_test_sale_order_cancel_export_1_orders": ("held", "missing", "grand_total"),
    "m2_oca_test_sale_order_reopen_export_1_orders": ("held", "missing", "grand_total"),
    "m2_oca_test_sale_order_reopen_export_4_orders": ("held", "missing", "grand_total"),
    # Examples of documentation, not whole orders: types stand where numbers must, or ids lack.
    "m2_docs_create-invoice_1": ("held", "missing", "items[0].item_id"),
    "m2_docs_order-create-invoice_1": ("held", "missing", "items[0].item_id"),
    "m2_event_events-reference_1": ("held", "bad_number", "order.grand_total"),
    "m2_event_events-reference_6": ("held", "bad_number", "grand_total"),
    "m2_event_events-reference_7": ("held", "bad_number", "grand_total"),
    "m2_event_events-reference_8": ("held", "bad_number", "grand_total"),
    "m2_event_events-reference_10": ("held", "bad_number", "grand_total"),
}


def previewed(name: str) -> dict[str, Any]:
    raw = json.loads(
        (Path(_FOLDER) / "magento" / f"{name}.json").read_text(encoding="utf-8"),
        parse_float=Decimal,
    )
    reader = registry.reader("magento")
    (record,) = reader.documents_of(raw)
    books = Books(MappingSnapshot(STORE, RULES, PROFILE), NOT_CONNECTED)
    return Preview(books, reader, ParseFacts()).add(record)


@pytest.mark.parametrize("name", READY)
def test_a_real_order_is_posted_to_the_cent(name: str) -> None:
    basis, total, tax, paid, codes = READY[name]
    order = previewed(name)
    assert order["status"] == "ready", order["reasons"]
    assert [reason["code"] for reason in order["reasons"]] == codes
    (invoice,) = (d for d in order["documents"] if d["kind"] == "invoice")
    assert invoice["payload"]["LineAmountTypes"] == basis
    assert (invoice["expected"]["Total"], invoice["expected"]["TotalTax"]) == (total, tax)
    amounts = [d["payload"]["Amount"] for d in order["documents"] if d["kind"] == "payment"]
    assert amounts == paid
    lines = invoice["payload"]["LineItems"]
    assert all(line["Description"] != "Rounding" for line in lines)


@pytest.mark.parametrize("name", OTHERS)
def test_or_says_why_not(name: str) -> None:
    order = previewed(name)
    reasons = [(reason["code"], reason["field"]) for reason in order["reasons"]]
    assert (order["status"], *reasons) == (OTHERS[name][0], OTHERS[name][1:])
    assert order["documents"] == []


def test_no_order_file_is_forgotten() -> None:
    """Credit memos, order comments and answers of writing are no orders, whatever they share."""
    orders = set()
    for path in sorted((Path(_FOLDER) / "magento").glob("*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        try:
            records = registry.reader("magento").documents_of(raw)
        except ParseError:
            continue
        if any("items" in record.get("order", record) for record in records):
            orders.add(path.stem)
    orders = {name for name in orders if "creditmemo" not in name}
    assert orders == READY.keys() | OTHERS.keys()
