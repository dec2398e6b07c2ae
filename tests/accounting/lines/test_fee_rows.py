"""Rows of a shop's total: in the document's basis, at the rate that explains them, and their tax
where all tax of the order is one line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stores.canonical.order import Order, TaxShare
from tests.accounting.orders import (
    build,
    codes,
    discounted,
    line,
    lines_of,
    order,
    organisation,
    row,
    shape,
    totals,
)

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


def test_why_a_fee_has_no_rate_is_said() -> None:
    (several,) = build(with_fee("0.05", "0.01", "19", "20")).reasons
    assert "which fits several of the order's rates" in several.message
    (none,) = build(with_fee("2.50", "1.00")).reasons
    assert "which is at none of the order's rates" in none.message


def test_a_fee_that_no_rate_of_the_order_explains_is_held_whatever_its_type_is() -> None:
    mapped = {"total_rows": {"gw_price": {"account": "260", "tax_type": "TAX20"}}}
    assert build(with_fee("5.00", "1.00"), mapped, organisation()).status == "ready"
    assert codes(build(with_fee("5.00", "1.02"), mapped, organisation())) == ["tax_without_rate"]


def test_a_fee_of_a_type_that_is_not_at_its_rate_is_held() -> None:
    mapped = {"total_rows": {"gw_price": {"account": "260", "tax_type": "TAX20"}}}
    assert codes(build(with_fee("5.00", "0.50"), mapped, organisation())) == ["tax_rate_differs"]


def discounted_row(tax: str, **changes: Any) -> Order:
    """100.00 at 8.25 %, less 10.00 by a row with so much tax."""
    off = row("loyalty", "-10.00", tax=tax)
    return order(line("100.00", rate="8.25"), rows=(off,), **changes)


LOYALTY = {"total_rows": {"loyalty": "discount"}}


@pytest.mark.parametrize("gross", [False, True])
def test_the_sales_tax_line_is_less_the_tax_of_discounts(gross: bool) -> None:
    rules = LOYALTY | {"tax": {"sales_tax": {"as": "line", "account": "825"}}}
    built = build(discounted_row("-0.83", prices_include_tax=gross), rules)
    assert shape(built) == [
        ("1", "100.00", "200", "EXEMPTOUTPUT", None),
        ("1", "7.42", "825", "BASEXCLUDED", None),
        ("1", "-10.00", "205", "EXEMPTOUTPUT", None),
    ]
    assert (totals(built).total, totals(built).total_tax) == (D("97.42"), D("0.00"))


def test_a_discount_of_a_line_is_net_where_all_sales_tax_is_one_line() -> None:
    rules = {"tax": {"sales_tax": {"as": "line", "account": "825"}}}
    off = discounted("100.00", "10.00", rate="8.25", full_gross=D("108.25"))
    built = build(order(off, prices_include_tax=True), rules)
    assert [one.amount for one in lines_of(built)] == [D("100.00"), D("7.43"), D("-10.00")]


@pytest.mark.parametrize("stated", ["9.00", "10.00"])
def test_fixed_taxes_may_be_in_the_orders_tax_beside_that_of_a_discount(stated: str) -> None:
    fee = (TaxShare("Eco fee", None, D("1.00")),)
    goods = line("100.00", fixed_taxes=fee)
    made = order(goods, rows=(row("loyalty", "-10.00", tax="-1.00"),), tax=D(stated))
    built = build(made, LOYALTY)
    assert built.status == "ready", built.reasons
    assert (totals(built).total, totals(built).total_tax) == (D("100.00"), D("9.00"))
