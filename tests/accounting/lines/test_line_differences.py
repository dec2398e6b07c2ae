"""What must be added to lines so that they become others, and what is taken off a document."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from accounting.lines.difference import difference, less, negated
from tests.accounting.orders import D
from xero.documents.lines import DocumentLine, TaxMode, line_totals

NET, GROSS = TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE
GOODS = DocumentLine("Shirt", D(1), D("100.00"), "200", "TAX10", D(10))
POST = DocumentLine("Post", D(1), D("50.00"), "202", "TAX10", D(10))
OFF = DocumentLine("Discount", D(1), D("-10.00"), "205", "TAX10", D(10))


def shape(lines: tuple[DocumentLine, ...]) -> list[tuple[str, str, str, str | None]]:
    return [
        (one.description, one.account, str(one.amount),
         None if one.tax_amount is None else str(one.tax_amount))
        for one in lines
    ]  # fmt: skip


def sided(*lines: DocumentLine, mode: TaxMode = NET) -> list[tuple[DocumentLine, TaxMode]]:
    return [(line, mode) for line in lines]


def test_what_is_the_same_in_both_is_no_line() -> None:
    more = replace(GOODS, unit_amount=D("120.00"))
    assert shape(difference(sided(more, POST), sided(GOODS, POST), NET)) == [
        ("Shirt", "200", "20.00", None)
    ]


@pytest.mark.parametrize(("line", "expected"), [
    (replace(GOODS, tax_amount=D("9.00")), ("Shirt", "200", "0.00", "-1.00")),
    (replace(GOODS, unit_amount=D("90.00"), tax_amount=D("10.00")),
     ("Shirt", "200", "-10.00", "0.00")),
])  # fmt: skip
def test_another_net_or_another_tax_alone_is_a_line_that_states_its_tax(
    line: DocumentLine, expected: tuple[str, str, str, str]
) -> None:
    assert shape(difference(sided(line), sided(GOODS), NET)) == [expected]


def test_a_difference_stands_in_its_own_basis_whatever_the_lines_do() -> None:
    gross = replace(GOODS, unit_amount=D("121.00"))
    assert shape(difference(sided(gross, mode=GROSS), sided(GOODS), NET)) == [
        ("Shirt", "200", "10.00", None)
    ]
    assert shape(difference(sided(gross, mode=GROSS), sided(GOODS), GROSS)) == [
        ("Shirt", "200", "11.00", None)
    ]


@pytest.mark.parametrize(("mode", "off"), [
    (NET, [("200", "-20.00", None), ("202", "-10.00", None)]),
    (GROSS, [("200", "-22.00", None), ("202", "-11.00", None)]),
])  # fmt: skip
def test_what_is_taken_off_has_its_tax_inside_and_is_spread_over_what_was_sold(
    mode: TaxMode, off: list[tuple[str, str, str | None]]
) -> None:
    lines: tuple[DocumentLine, ...] = (GOODS, POST, OFF)
    made = less(lines, D("33.00"), mode, "Before")
    assert made[:3] == lines
    assert [one[1:] for one in shape(made[3:])] == off
    assert line_totals(made, mode).total == line_totals(lines, mode).total - D("33.00")


def test_the_tax_of_what_is_taken_off_is_in_the_proportion_that_was_charged() -> None:
    charged = replace(GOODS, tax_amount=D("8.00"))
    assert shape(less((charged,), D("54.00"), NET, "Before"))[1:] == [
        ("Before", "200", "-50.00", "-4.00")
    ]


@pytest.mark.parametrize(("lines", "amount"), [
    ((GOODS, POST), "0"), ((GOODS, POST), "-5.00"), ((OFF,), "5.00"),
    ((replace(GOODS, unit_amount=D(0)),), "5.00"),
])  # fmt: skip
def test_nothing_is_taken_off_by_nothing_nor_off_what_comes_to_nothing(
    lines: tuple[DocumentLine, ...], amount: str
) -> None:
    assert less(lines, D(amount), NET, "Before") == lines


def test_turned_round_lines_come_to_the_opposite() -> None:
    lines = (GOODS, replace(POST, tax_amount=D("4.99")))
    totals, turned = line_totals(lines, NET), line_totals(negated(lines), NET)
    assert (turned.total, turned.total_tax) == (-totals.total, -totals.total_tax)
    assert [one.tax_amount for one in negated(lines)] == [None, Decimal("-4.99")]
