"""Parts of a cent: spread over the lines, so that the document is the order's rounded total."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounting.lines.charge import Charge
from accounting.lines.fractions import in_cents, spread
from xero.documents.lines import TaxMode

D = Decimal


def charge(amount: str, tax: str = "0", *, full: str = "", id: str = "1") -> Charge:
    return Charge(
        "Shirt", D(1), D(full or amount), D(amount), D(tax), "200", "TAX10", D(10), id=id
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "ids", "total", "parts"),
    [
        (["1.005", "1.005", "1.005"], "123", "3.02", ["1.01", "1.01", "1.00"]),
        (["1.001", "2.009"], "12", "3.01", ["1.00", "2.01"]),
        # Equal remainders: the larger amount, then the lower id, wherever it stands.
        (["1.005", "2.005"], "12", "3.01", ["1.00", "2.01"]),
        (["1.005", "1.005"], ["10", "9"], "2.01", ["1.00", "1.01"]),
        (["-1.005", "3.005"], "12", "2.00", ["-1.01", "3.01"]),
        (["1.00", "2.00"], "12", "3.00", ["1.00", "2.00"]),
        ([], "", "0", []),
    ],
)
def test_parts_are_rounded_up_where_they_lack_least(
    amounts: list[str], ids: str, total: str, parts: list[str]
) -> None:
    found = spread([D(amount) for amount in amounts], list(ids), D(total))
    assert [str(part) for part in found] == parts


def test_charges_in_cents_are_left_alone() -> None:
    charges = [charge("10.00", "1.00"), charge("5.50", "0.55")]
    assert in_cents(charges, TaxMode.EXCLUSIVE) is charges


def test_net_amounts_and_tax_together_are_the_rounded_total() -> None:
    """1.004 + 0.004 of tax is 1.01, and the tax of it 0.00."""
    (one,) = in_cents([charge("1.004", "0.004")], TaxMode.EXCLUSIVE)
    assert (one.charged, one.full, one.tax) == (D("1.01"), D("1.01"), D("0.00"))


def test_gross_amounts_hold_their_tax_already() -> None:
    parts = in_cents([charge("1.005", "0.091"), charge("1.005", "0.091")], TaxMode.INCLUSIVE)
    assert [(one.charged, one.tax) for one in parts] == [
        (D("1.01"), D("0.09")), (D("1.00"), D("0.09")),
    ]  # fmt: skip


def test_a_line_without_a_discount_gets_none_by_rounding() -> None:
    parts = in_cents([charge("1.005"), charge("1.005", full="2.005")], TaxMode.EXCLUSIVE)
    assert [(one.full, one.charged) for one in parts] == [
        (D("1.01"), D("1.01")), (D("2.005"), D("1.00")),
    ]  # fmt: skip
