"""The stand-in's arithmetic against figures from Xero's own page and examples by hand."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.xero.rules.arithmetic import (
    EXCLUSIVE,
    INCLUSIVE,
    NO_TAX,
    half_up,
    line_amount,
    line_tax,
    totals,
)


def test_xeros_own_example_sums_rounded_taxes() -> None:
    amounts = [D("25.06"), D("25.61"), D("25.63")]
    taxes = [line_tax(amount, D(15), EXCLUSIVE) for amount in amounts]
    assert taxes == [D("3.76"), D("3.84"), D("3.84")]
    sums = totals(zip(amounts, taxes, strict=True), EXCLUSIVE)
    assert (sums.sub_total, sums.total_tax, sums.total) == (D("76.30"), D("11.44"), D("87.74"))


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("-1.115", "-1.12")],
)
def test_a_half_cent_goes_away_from_zero(value: str, rounded: str) -> None:
    assert half_up(D(value)) == D(rounded)


@pytest.mark.parametrize(
    ("amount", "rate", "basis", "tax"),
    [
        ("110.00", "10", INCLUSIVE, "10.00"),
        ("99.95", "10", INCLUSIVE, "9.09"),
        ("119.99", "20", INCLUSIVE, "20.00"),
        ("-10.00", "20", INCLUSIVE, "-1.67"),
        ("10.05", "10", EXCLUSIVE, "1.01"),
        ("10.00", "0", EXCLUSIVE, "0.00"),
        ("10.00", "10", NO_TAX, "0.00"),
    ],
)
def test_tax_of_a_line(amount: str, rate: str, basis: str, tax: str) -> None:
    assert line_tax(D(amount), D(rate), basis) == D(tax)


def test_a_discount_is_taken_before_the_line_is_rounded() -> None:
    assert line_amount(D(3), D("19.99"), discount_rate=D("12.5")) == D("52.47")
    assert line_amount(D(3), D("19.99"), discount_amount=D("7.50")) == D("52.47")


def test_four_decimals_of_a_price_count() -> None:
    assert line_amount(D("3"), D("0.3333")) == D("1.00")
    assert line_amount(D("1.3333"), D("0.75")) == D("1.00")


cents = st.integers(-(10**9), 10**9).map(lambda n: D(n) / 100)


@given(st.lists(st.tuples(cents, st.sampled_from([D(0), D(10), D(15), D("12.5")])), min_size=1))
def test_an_inclusive_total_is_the_sum_of_its_lines(lines: list[tuple[D, D]]) -> None:
    pairs = [(amount, line_tax(amount, rate, INCLUSIVE)) for amount, rate in lines]
    sums = totals(pairs, INCLUSIVE)
    assert sums.total == sum(amount for amount, _ in lines)
    assert sums.sub_total + sums.total_tax == sums.total
