"""Orders in yen: OpenCart reckons with four decimals, and its customers pay whole yen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden.test_golden import preview
from tests.stores.opencart.opencart_records import opencart_order

D = Decimal
LINES = st.lists(
    st.tuples(
        st.decimals(10, 20000, places=2).map(str), st.integers(1, 4),
        st.sampled_from(["taxed", "taxed", "reduced"]),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@pytest.mark.parametrize(
    ("base", "rate"), [("JPY", "1.00000000"), ("GBP", "190.12345001")], ids=["base", "foreign"]
)
@given(lines=LINES, coupon=st.sampled_from([None, ("10", "P"), ("7", "F")]))
@settings(max_examples=25)
def test_an_order_in_yen_is_posted_in_whole_yen(
    base: str, rate: str, lines: list[Any], coupon: tuple[str, str] | None
) -> None:
    record = opencart_order(lines, coupon=coupon, currency=("JPY", rate))
    found, _ = preview({"orders": [record], "store": {"base_currency": base}}, "opencart")

    assert (found[0]["status"], found[0]["reasons"]) == ("ready", [])
    invoice = next(one for one in found[0]["documents"] if one["kind"] == "invoice")
    shown = {row["code"]: D(row["value"]) * D(rate) for row in record["order_total"]}
    expected = invoice["expected"]
    assert D(expected["Total"]) == shown["total"].quantize(D(1), "ROUND_HALF_UP")
    assert D(expected["TotalTax"]) % 1 == 0
