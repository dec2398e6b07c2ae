"""Lines from charges: prices of one piece, discounts, tax overrides, and what is rounding."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounting.lines.charge import Charge, cut, priced
from accounting.lines.compose import close, compose, rounding_limit
from accounting.reasons import Hold
from stores.canonical.order import TotalRow
from stores.profile import Field
from xero.documents.lines import DocumentLine, TaxMode, line_totals

D = Decimal
EXCLUSIVE, INCLUSIVE = TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE


class Mapped:
    def discounts(self, tax_type: str) -> tuple[str, bool]:
        return "205", False

    def rounding(self, gap: Decimal) -> tuple[str, bool, str]:
        return "860", False, "BASEXCLUDED"


def charge(full: str, charged: str, tax: str, rate: str = "10", **changes: object) -> Charge:
    values: dict[str, object] = {
        "description": "Shirt", "quantity": D(1), "full": D(full), "charged": D(charged),
        "tax": D(tax), "account": "200", "tax_type": f"TAX{rate}", "rate": D(rate),
        "shop_rate": D(rate),
    }  # fmt: skip
    return Charge(**(values | changes))  # type: ignore[arg-type]


def composed(
    *charges: Charge, mode: TaxMode = EXCLUSIVE, separate: bool = True, override: bool = True
) -> list[DocumentLine]:
    return compose(
        list(charges), mode, separate=separate, override=override, closing=Mapped()
    )  # fmt: skip


def closed(
    lines: list[DocumentLine], total: str, tax: str, *, mode: TaxMode = EXCLUSIVE,
    override: bool = True, unmapped: tuple[TotalRow, ...] = (), currency: str = "AUD",
) -> tuple[DocumentLine, ...]:  # fmt: skip
    return close(
        lines, mode, total=D(total), tax=D(tax), currency=currency, override=override,
        closing=Mapped(), unmapped=unmapped,
    )  # fmt: skip


def taxed(amount: str, rate: str = "10") -> DocumentLine:
    return DocumentLine("Shirt", D(1), D(amount), "200", f"TAX{rate}", D(rate))


# --- the price of one piece -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "unit", "amount", "shown"),
    [
        ("3", "24.99", "74.97", ("3", "24.99", "Shirt")),
        ("3.0000", "24.9900", "74.97", ("3", "24.99", "Shirt")),
        ("2.5", "3.33", "8.33", ("2.5", "3.33", "Shirt")),
        ("0.3333", "9.00", "3.00", ("0.3333", "9.00", "Shirt")),
        ("3", "24.99", "74.98", ("1", "74.98", "3 × Shirt")),
        ("4", "25.00", "90.00", ("4", "22.50", "Shirt")),
        ("4", None, "1.25", ("4", "0.3125", "Shirt")),
        ("8", None, "1.25", ("1", "1.25", "8 × Shirt")),
        ("2", "12.34567", "24.69", ("1", "24.69", "2 × Shirt")),
        ("100", "0.12345", "12.35", ("1", "12.35", "100 × Shirt")),
        ("0.33333", "9.00", "3.00", ("1", "3.00", "0.33333 × Shirt")),
        ("2", "0.0000", "0.00", ("2", "0.00", "Shirt")),
        ("0", "0", "0.00", ("1", "0.00", "0 × Shirt")),
        ("1", "9.999999", "10.00", ("1", "10.00", "Shirt")),
    ],
)
def test_a_line_is_exactly_its_amount(
    quantity: str, unit: str | None, amount: str, shown: tuple[str, str, str]
) -> None:
    made = charge(amount, amount, "0", quantity=D(quantity), unit=unit and D(unit))
    line = priced(made, D(amount))
    assert (str(line.quantity), str(line.unit_amount), line.description) == shown
    assert line.amount == D(amount)


@pytest.mark.parametrize(
    ("quantity", "amount", "shown"),
    [
        ("3", "10.00", ("3", "3.3333", "Shirt", "SHIRT")),
        ("0.0003", "0.01", ("0.0003", "33.3333", "Shirt", "SHIRT")),
        ("3.00001", "10.00", ("1", "10.00", "3.00001 × Shirt", "")),
        ("0", "0.00", ("1", "0.00", "0 × Shirt", "")),
        ("30000", "10.00", ("1", "10.00", "30000 × Shirt", "")),
    ],
)
def test_a_line_moves_the_stock_of_its_item_by_what_was_sold_or_not_at_all(
    quantity: str, amount: str, shown: tuple[str, str, str, str]
) -> None:
    made = charge(amount, amount, "0", quantity=D(quantity), item_code="SHIRT", counted=True)
    line = priced(made, D(amount))
    assert (str(line.quantity), str(line.unit_amount), line.description, line.item_code) == shown
    assert line.amount == D(amount)


def test_a_description_is_cut_to_4000_and_never_empty() -> None:
    assert cut("  ") == "-"
    assert cut("x" * 4000) == "x" * 4000
    assert cut("x" * 4001) == "x" * 3999 + "…"
    assert cut("\ud800a\x00b\x07\nc\t👩‍🔧 <b>") == "ab\nc\t👩‍🔧 <b>"


# --- discounts ------------------------------------------------------------------------------


def amounts(lines: list[DocumentLine]) -> list[tuple[str, str, str | None]]:
    return [
        (line.tax_type, str(line.amount), None if line.tax_amount is None else str(line.tax_amount))
        for line in lines
    ]


def test_one_discount_line_per_tax_type_carries_the_rest() -> None:
    lines = composed(
        charge("100", "90", "18", "20"), charge("50", "45", "4.50", "10"),
        charge("30", "27", "0", "0"), charge("10", "9", "1.80", "20"),
    )  # fmt: skip
    assert amounts(lines) == [
        ("TAX20", "100.00", None), ("TAX10", "50.00", None), ("TAX0", "30.00", None),
        ("TAX20", "10.00", None), ("TAX20", "-11.00", None), ("TAX10", "-5.00", None),
        ("TAX0", "-3.00", None),
    ]  # fmt: skip
    assert line_totals(tuple(lines), EXCLUSIVE).total_tax == D("24.30")


def test_the_discount_line_takes_the_cent_that_the_goods_leave() -> None:
    lines = composed(charge("33.33", "29.99", "3.01"))
    assert amounts(lines) == [("TAX10", "33.33", None), ("TAX10", "-3.34", "-0.32")]
    assert line_totals(tuple(lines), EXCLUSIVE).total_tax == D("3.01")


def test_a_folded_discount_stays_inside_the_line() -> None:
    lines = composed(charge("100", "90", "8.99", quantity=D(4), unit=D(25)), separate=False)
    assert amounts(lines) == [("TAX10", "90.00", "8.99")]
    assert lines[0].unit_amount == D("22.50")


def test_a_discount_of_everything() -> None:
    lines = composed(charge("100", "0", "0"))
    assert amounts(lines) == [("TAX10", "100.00", None), ("TAX10", "-100.00", None)]


def test_a_discount_larger_than_its_line() -> None:
    lines = composed(charge("10", "-2", "-0.20"))
    assert amounts(lines) == [("TAX10", "10.00", None), ("TAX10", "-12.00", None)]


def test_a_discount_below_a_cent_is_no_line() -> None:
    assert amounts(composed(charge("10.004", "10.00", "1.00"))) == [("TAX10", "10.00", None)]


def test_tax_computed_before_the_discount_is_kept() -> None:
    lines = composed(charge("100", "90", "10"))
    assert amounts(lines) == [("TAX10", "100.00", None), ("TAX10", "-10.00", "0.00")]


def test_an_inclusive_discount() -> None:
    lines = composed(charge("120", "108", "18", "20"), mode=INCLUSIVE)
    assert amounts(lines) == [("TAX20", "120.00", None), ("TAX20", "-12.00", None)]
    assert line_totals(tuple(lines), INCLUSIVE).sub_total == D("90.00")


def test_as_charged_states_the_shops_tax_on_goods_and_discount() -> None:
    made = charge("100", "90", "18.90", "20", as_charged=True, shop_rate=D(21))
    lines = composed(made, override=False)
    assert amounts(lines) == [("TAX20", "100.00", "21.00"), ("TAX20", "-10.00", "-2.10")]


def test_tracking_stays_with_its_discount() -> None:
    a, b = (("Store", "A"),), (("Store", "B"),)
    lines = composed(charge("10", "9", "0.90", tracking=a), charge("10", "8", "0.80", tracking=b))
    assert [(str(line.amount), line.tracking) for line in lines[2:]] == [("-1.00", a), ("-2.00", b)]


# --- tax ------------------------------------------------------------------------------------


def test_tax_is_stated_only_where_xero_would_compute_another() -> None:
    lines = composed(charge("10.05", "10.05", "1.01"), charge("10.05", "10.05", "1.00"))
    assert amounts(lines) == [("TAX10", "10.05", None), ("TAX10", "10.05", "1.00")]


def test_without_override_xero_computes() -> None:
    lines = composed(charge("10.05", "10.05", "1.00"), override=False)
    assert amounts(lines) == [("TAX10", "10.05", None)]


# --- closing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "limit"),
    [
        ([], "0.01"),
        ([taxed("1", "0")] * 9, "0.01"),
        ([taxed("1")], "0.01"),
        ([taxed("1"), taxed("1"), taxed("1", "0")], "0.02"),
        ([taxed("1")] * 5, "0.05"),
        ([taxed("1")] * 60, "0.05"),
    ],
)
def test_the_limit_is_a_cent_for_each_taxed_line_and_five_in_all(
    lines: list[DocumentLine], limit: str
) -> None:
    assert rounding_limit(lines, "AUD") == D(limit)


def test_where_there_are_no_cents_the_limit_is_of_whole_units() -> None:
    assert rounding_limit([taxed("1")] * 2, "JPY") == D(2)
    assert rounding_limit([taxed("1")] * 60, "JPY") == D(5)
    assert rounding_limit([taxed("1")] * 60, "KWD") == D("0.05")


def test_discount_lines_count_towards_the_limit() -> None:
    lines = composed(charge("100", "90", "9"))
    assert rounding_limit(lines, "AUD") == D("0.02")
    assert closed(lines, "99.02", "9.00")[-1].amount == D("0.02")


@pytest.mark.parametrize("gap", ["0.02", "-0.02"])
def test_a_difference_at_the_limit_is_a_rounding_line(gap: str) -> None:
    lines = [taxed("100"), taxed("50")]
    *goods, rounding = closed(lines, str(D("165.00") + D(gap)), "15.00")
    assert goods == lines
    assert rounding == DocumentLine("Rounding", D(1), D(gap), "860", "BASEXCLUDED")


@pytest.mark.parametrize("gap", ["0.03", "-0.03"])
def test_a_difference_beyond_the_limit_holds(gap: str) -> None:
    with pytest.raises(Hold) as caught:
        closed([taxed("100"), taxed("50")], str(D("165.00") + D(gap)), "15.00")
    assert caught.value.reason.code == "totals_do_not_add_up"
    assert caught.value.reason.field == Field.TOTAL
    assert f": {gap} is unexplained" in caught.value.reason.message


def test_rows_without_a_meaning_are_named() -> None:
    rows = (TotalRow("surcharge", "Surcharge", D("2.50"), "surcharge", counted=False),)
    with pytest.raises(Hold) as caught:
        closed([taxed("100")], "112.50", "10.00", unmapped=rows)
    assert caught.value.reason.code == "total_row_unmapped"
    assert caught.value.reason.field == "total_rows.surcharge"
    assert "2.50 is unexplained. surcharge (2.50)" in caught.value.reason.message


def test_the_row_that_is_the_difference_is_named_alone() -> None:
    rows = tuple(
        TotalRow(code, code, D(amount), code, counted=False)
        for code, amount in (("weight_fee", "7.00"), ("tip", "2.50"))
    )
    with pytest.raises(Hold) as caught:
        closed([taxed("100")], "112.50", "10.00", unmapped=rows)
    assert caught.value.reason.field == "total_rows.tip"


def test_a_row_of_a_cent_is_no_rounding() -> None:
    rows = (TotalRow("tip", "Tip", D("0.01"), "tip", counted=False),)
    with pytest.raises(Hold, match=r"tip \(0\.01\)"):
        closed([taxed("100")], "110.01", "10.00", unmapped=rows)


def test_equal_totals_do_not_hide_another_tax() -> None:
    with pytest.raises(Hold) as caught:
        closed([taxed("100")], "110.00", "9.98")
    assert caught.value.reason.code == "tax_does_not_add_up"


def test_a_cent_of_tax_inside_an_equal_total_is_posted_as_charged() -> None:
    (line,) = closed([taxed("110")], "110.00", "9.99", mode=INCLUSIVE)
    assert line.tax_amount == D("9.99")


def test_a_cent_of_tax_that_the_net_hides_is_disclosed() -> None:
    line, rounding = closed([taxed("100")], "110.00", "9.99")
    assert (line.tax_amount, rounding.amount) == (D("9.99"), D("0.01"))


def test_without_override_the_tax_stays_xeros() -> None:
    (line,) = closed([taxed("110")], "110.00", "9.99", mode=INCLUSIVE, override=False)
    assert line.tax_amount is None


def test_a_cent_of_tax_goes_to_the_largest_line_in_whatever_order_they_come() -> None:
    small, large = taxed("11"), taxed("110")
    for lines in ([small, large], [large, small]):
        retaxed = closed(lines, "121.00", "10.99", mode=INCLUSIVE)
        assert {line.amount: line.tax_amount for line in retaxed} == {
            D("11.00"): None, D("110.00"): D("9.99"),
        }  # fmt: skip


def test_a_cent_of_tax_on_an_order_without_a_taxed_line_changes_no_line() -> None:
    lines = [taxed("10", "0")]
    assert closed(lines, "10.00", "0.01") == tuple(lines)
