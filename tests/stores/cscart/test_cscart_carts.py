"""Carts at random, computed both ways, as documents: total and tax to the cent, nothing rounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.golden.test_golden import preview
from tests.stores.cscart.carts import cart, cents

CARTS = 150
STORE = {"tax": {"none": "EXEMPTOUTPUT", "default": "OUTPUT2", "rules": []}}


def invoices(seed: int, **store: Any) -> tuple[dict[str, Any], dict[str, Any], Decimal]:
    record, tax = cart(seed)
    ((shown,), _) = preview({"orders": [record], "store": STORE | store}, "cscart")
    assert shown["status"] == "ready", (seed, shown["reasons"])
    (invoice,) = (one for one in shown["documents"] if one["kind"] == "invoice")
    return record, invoice, tax


@pytest.mark.parametrize("discounts", ["separate", "folded"])
def test_a_cart_is_posted_to_the_cent(discounts: str) -> None:
    for seed in range(CARTS):
        record, invoice, tax = invoices(seed, posting={"discounts": discounts})

        totals = invoice["expected"]
        assert Decimal(totals["Total"]) == Decimal(record["total"]), seed
        assert Decimal(totals["TotalTax"]) == cents(tax), seed
        lines = invoice["payload"]["LineItems"]
        assert all(line["Description"] != "Rounding" for line in lines), seed


def test_by_unit_price_a_discount_bears_no_tax_and_else_its_share() -> None:
    seen = set()
    for seed in range(CARTS):
        record, invoice, _ = invoices(seed)
        if not Decimal(record["subtotal_discount"]) or not record["taxes"]:
            continue
        off = [o for o in invoice["payload"]["LineItems"] if o["Description"] == "Discount"]
        untaxed = [one for one in off if one["TaxType"] == "EXEMPTOUTPUT"]
        keys = [key for one in record["taxes"].values() for key in one["applies"]]
        by_unit = any(key.startswith("P_") for key in keys)
        taxed = [one for one in off if one not in untaxed]
        if len({one["price_includes_tax"] for one in record["taxes"].values()}) == 1:
            amounts = (Decimal(one["UnitAmount"]) for one in off)
            assert sum(amounts) == -Decimal(record["subtotal_discount"]), seed
        if by_unit:
            assert untaxed, seed
            assert not [one for one in taxed if one.get("TaxAmount") not in (None, "0.00")]
        seen.add((by_unit, bool(taxed)))
    assert (False, True) in seen
    assert (True, False) in seen
