"""Rows of a shop's total that are fees: in the document's basis, at the rate that explains them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stores.canonical import Order
from tests.unit.orders import build, codes, line, order, organisation, row, shape, totals

D = Decimal


def with_fee(amount: str, tax: str, *rates: str, gross: bool = False) -> Order:
    goods = [line("100", rate=rate, id=str(at)) for at, rate in enumerate(rates or ("10",), 1)]
    return order(*goods, rows=(row("gw_price", amount, tax=tax),), prices_include_tax=gross)


@pytest.mark.parametrize(("gross", "unit"), [(False, "2.50"), (True, "2.75")])
def test_a_fee_stands_in_the_basis_of_the_document(gross: bool, unit: str) -> None:
    built = build(with_fee("2.50", "0.25", gross=gross))
    assert shape(built)[1] == ("1", unit, "260", "TAX10", None)
    assert (totals(built).total, totals(built).total_tax) == (D("112.75"), D("10.25"))


@pytest.mark.parametrize(("tax", "kind"), [("0.19", "TAX19"), ("0.20", "TAX20")])
def test_of_two_rates_that_are_a_cent_apart_a_fee_has_the_one_that_gives_its_tax(
    tax: str, kind: str
) -> None:
    built = build(with_fee("1.00", tax, "19", "20"))
    assert shape(built)[2] == ("1", "1.00", "260", kind, None)


def test_a_fee_that_no_rate_of_the_order_explains_is_held_whatever_its_type_is() -> None:
    mapped = {"total_rows": {"gw_price": {"account": "260", "tax_type": "TAX20"}}}
    assert build(with_fee("5.00", "1.00"), mapped, organisation()).status == "ready"
    assert codes(build(with_fee("5.00", "1.02"), mapped, organisation())) == ["tax_without_rate"]


def test_a_fee_of_a_type_that_is_not_at_its_rate_is_held() -> None:
    mapped = {"total_rows": {"gw_price": {"account": "260", "tax_type": "TAX20"}}}
    assert codes(build(with_fee("5.00", "0.50"), mapped, organisation())) == ["tax_rate_differs"]
