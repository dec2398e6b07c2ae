"""Lines in the basis of their document: the price of a piece, discounts, and the tax of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.accounting.orders import D, build, codes, line, lines_of, order, shape, totals


@pytest.mark.parametrize(("gross", "unit"), [(False, "9.00"), (True, "9.90")])
def test_the_price_of_one_piece_is_the_shops_in_the_basis_of_the_document(
    gross: bool, unit: str
) -> None:
    part = line("3.00", quantity=D("0.3333"), unit_net=D("9.00"), unit_gross=D("9.90"))
    assert shape(build(order(part, prices_include_tax=gross)))[0][:2] == ("0.3333", unit)


def test_a_net_discount_is_known_from_the_gross_one() -> None:
    off = line("90.00", full_net=None, full_gross=D("110.00"), unit_net=None, unit_gross=None)
    assert [str(one.amount) for one in lines_of(build(order(off)))] == ["100.00", "-10.00"]
    plain = replace(off, full_gross=None)
    assert [str(one.amount) for one in lines_of(build(order(plain)))] == ["90.00"]


@pytest.mark.parametrize(
    ("rounding", "platform", "stated"),
    [  # of a shop that states no tax a line, what is two cents off in all is put on one of them
        ("auto", "magento", ["1.66", "1.66"]), ("auto", "opencart", ["1.65"]),
        ("tax_override", "opencart", ["1.66", "1.66"]), ("rounding_line", "magento", []),
    ],
)  # fmt: skip
def test_by_setting_or_shop_the_shops_tax_of_each_line_is_posted(
    rounding: str, platform: str, stated: list[str]
) -> None:
    gross = [line("8.33", rate="20", tax="1.66", id=n) for n in "12"]
    built = build(
        order(*gross, prices_include_tax=True),
        {"posting": {"rounding": rounding}},
        platform=platform,
    )
    assert [str(one.tax_amount) for one in lines_of(built) if one.tax_amount is not None] == stated


def test_tax_that_differs_inside_the_same_total_is_stated_on_a_line_and_the_cent_shown() -> None:
    """The shop's rows lost a cent, and Xero's own tax happens to find it: the totals agree, and
    the tax would be another one with nothing to show it."""
    sold = [line("10.04", rate="20", tax="2.00", id=n) for n in "12"]
    made = order(*sold, total=D("24.10"), tax=D("4.01"))

    built = build(made, platform="opencart")

    assert (str(totals(built).total), str(totals(built).total_tax)) == ("24.10", "4.01")
    assert [str(one.amount) for one in lines_of(built) if one.description == "Rounding"] == ["0.01"]
    plain = build(made, {"posting": {"rounding": "rounding_line"}}, platform="opencart")
    assert str(totals(plain).total_tax) == "4.02"
    assert codes(plain) == ["tax_rounded"]
