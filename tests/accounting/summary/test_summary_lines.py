"""What the lines of a daily summary are: which are made, and who computes their tax."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounting.reasons import Hold
from tests.accounting.orders import line
from tests.accounting.summary.test_summary import DAILY, documents, one, paid, parts_of, shape

# Xero computes the tax.
BY_XERO: dict[str, Any] = {"posting": {**DAILY["posting"], "rounding": "rounding_line"}}


def test_where_xero_computes_a_day_is_all_that_was_sold_taxed_or_not() -> None:
    found = one(paid(line("0.45"), id="1"), paid(line("0.45"), line("20.00", rate="0"), id="2"),
                rules=BY_XERO)  # fmt: skip
    assert shape(found) == [
        ("200", "EXEMPTOUTPUT", "20.00", None), ("200", "TAX10", "0.90", None),
        ("860", "BASEXCLUDED", "0.01", None),
    ]  # fmt: skip


def test_what_comes_to_nothing_is_no_line() -> None:
    gift = line("0.00", rate="20", id="2")
    found = one(paid(line("100.00"), gift), rules=BY_XERO)
    assert shape(found) == [("200", "TAX10", "100.00", None)]


def test_tax_on_goods_that_a_coupon_paid_for_is_a_line() -> None:
    rules = {
        **BY_XERO,
        "tax": {"rules": [
            {"country": "*", "rate": "10", "tax_type": "TAX10", "as_charged": True},
            {"country": "*", "rate": "20", "tax_type": "TAX20"},
        ]},
    }  # fmt: skip
    free = line("0.00", tax="2.00")
    found = one(paid(free, line("50.00", rate="20", id="2")), rules=rules)
    assert shape(found) == [("200", "TAX10", "0.00", "2.00"), ("200", "TAX20", "50.00", None)]


def test_a_day_whose_tax_xero_refuses_and_computes_otherwise_is_held() -> None:
    """10 % of 0.45 is 0.05 for each of five orders, and 0.23 of their sum."""
    parts = parts_of(*(paid(line("0.45"), id=str(n)) for n in range(1, 6)))
    refused = [replace(parts[0], overrides=False), *parts[1:]]
    with pytest.raises(Hold) as held:
        documents(refused)
    assert (held.value.reason.code, held.value.reason.field) == (
        "tax_does_not_add_up", "posting.rounding",
    )  # fmt: skip
    (found,) = documents(parts)
    assert shape(found) == [("200", "TAX10", "2.25", "0.25")]
