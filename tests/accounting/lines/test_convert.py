"""A currency that Xero has not: the document in base currency, to the cent of the shop's own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounting.lines.currency import Conversion, conversion
from accounting.reasons import Hold
from accounting.sale.built import Built
from stores.canonical.order import Order, Payment
from stores.profile import Field
from tests.accounting.orders import (
    books,
    build,
    codes,
    discounted,
    line,
    lines_of,
    order,
    organisation,
    row,
    shape,
    shipping,
    totals,
)

D = Decimal
CONVERT = {"posting": {"currency_not_enabled": "convert"}}


def pounds(*lines: Any, rate: str | None = "0.5", base: str | None = None, **changes: Any) -> Order:
    """An order in GBP of a shop whose base currency is AUD; half a pound is a dollar."""
    made = order(*lines, currency="GBP", **changes)
    return replace(
        made,
        rate=None if rate is None else D(rate),
        base_total=None if base is None else D(base),
        base_tax=changes.get("base_tax"),
    )


def converted(made: Order, rules: dict[str, Any] | None = None) -> Built:
    posting = (rules or {}).get("posting", {}) | CONVERT["posting"]
    built = build(made, (rules or {}) | {"posting": posting}, organisation())
    assert built.status == "ready", built.reasons
    return built


@pytest.mark.parametrize(("currency", "posted"), [("", 1), ("GBP", 1), ("AUD", 0), ("NZD", 0)])
def test_only_a_payment_in_the_orders_own_currency_is_converted(currency: str, posted: int) -> None:
    tender = Payment("checkmo", D("11.00"), currency=currency)
    built = converted(pounds(line("10.00"), payments=(tender,), received=D("11.00"), base="22.00"))
    assert len(built.payments) == posted
    assert ("tenders_do_not_add_up" in codes(built)) is (not posted)


def test_lines_tax_and_payment_are_the_shops_own_base_figures() -> None:
    """33.30 + 3.33 tax and 10.00 + 1.00: 47.63 GBP; the shop has 61.22 AUD, of which 5.57 tax."""
    made = pounds(
        line("33.30", quantity=D(3), unit_net=D("11.10"), id="1"), shipping("10.00"),
        rate="0.778", base="61.22", base_tax=D("5.57"),
    )  # fmt: skip
    built = converted(made)
    assert built.invoice is not None
    assert (built.invoice.currency, built.invoice.currency_rate) == ("AUD", None)
    assert "CurrencyRate" not in built.invoice.payload()
    # 42.80 and 12.85 at the rate, of which 55.65 is left: 61.22 less the tax.
    assert shape(built) == [
        ("1", "42.80", "200", "TAX10", None),
        ("1", "12.85", "202", "TAX10", None),
    ]
    assert [one.description for one in lines_of(built)] == [
        "3 × Shirt (GBP 33.30 at 0.778)", "Flat rate (GBP 10.00 at 0.778)",
    ]  # fmt: skip
    assert (totals(built).total, totals(built).total_tax) == (D("61.22"), D("5.57"))
    assert [str(payment.amount) for payment in built.payments] == ["61.22"]
    assert "CurrencyRate" not in built.payments[0].payload()
    assert codes(built) == ["currency_converted"]
    assert "47.63 GBP at 0.778 is posted as 61.22 AUD" in built.reasons[0].message


def test_gross_prices_and_a_discount_keep_their_lines() -> None:
    made = pounds(discounted("100.00", "20.00", id="1"), base="176.01", base_tax=D("16.00"))
    built = converted(made)
    assert [(str(one.amount), one.account) for one in lines_of(built)] == [
        ("200.01", "200"), ("-40.00", "205"),
    ]  # fmt: skip
    assert lines_of(built)[1].description == "Discount (GBP -20.00 at 0.50)"
    assert (totals(built).total, totals(built).total_tax) == (D("176.01"), D("16.00"))
    gross = converted(replace(made, prices_include_tax=True))
    assert (totals(gross).total, totals(gross).total_tax) == (D("176.01"), D("16.00"))


def test_without_a_base_total_the_rate_decides_and_the_other_way_round() -> None:
    by_rate = converted(pounds(line("10.00"), rate="0.8"))
    assert (totals(by_rate).total, totals(by_rate).total_tax) == (D("13.75"), D("1.25"))
    by_total = converted(pounds(line("10.00"), rate=None, base="13.75"))
    assert totals(by_total) == totals(by_rate)
    assert lines_of(by_total)[0].description == "Shirt (GBP 10.00 at 0.80)"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"rate": None, "base_total": None}, "currency_not_enabled", Field.BASE_TOTAL),
        ({"base_currency": "USD"}, "currency_not_enabled", Field.BASE_CURRENCY),
        # Base amounts that are the foreign ones, or the reverse.
        ({"base_total": D("11.00")}, "totals_do_not_add_up", Field.BASE_TOTAL),
        ({"base_total": D("-22.00"), "rate": None}, "totals_do_not_add_up", Field.BASE_TOTAL),
    ],
)
def test_what_cannot_be_converted_for_certain_is_held(
    changes: dict[str, Any], code: str, field: str
) -> None:
    made = replace(pounds(line("10.00"), base="22.00"), **changes)
    built = build(made, CONVERT, organisation())
    assert (built.status, codes(built)) == ("held", [code])
    assert built.reasons[0].field == field
    assert built.documents == ()


def test_what_does_not_add_up_is_not_hidden_by_converting() -> None:
    made = replace(pounds(line("10.00"), base="22.00"), total=D("11.50"), base_total=D("23.00"))
    built = build(made, CONVERT, organisation())
    assert (built.status, codes(built)) == ("held", ["totals_do_not_add_up"])


def test_a_currency_that_xero_has_is_not_converted() -> None:
    made = replace(pounds(line("10.00"), base="22.00"), currency="EUR")
    built = build(made, CONVERT, organisation())
    assert built.invoice is not None
    assert (built.invoice.currency, built.invoice.currency_rate) == ("EUR", D("0.50"))


def test_a_cent_of_rounding_is_inside_the_converted_total() -> None:
    made = replace(pounds(line("10.00"), base="22.02", base_tax=D("2.00")), total=D("11.01"))
    built = converted(made)
    assert [one.description for one in lines_of(built)] == ["Shirt (GBP 10.00 at 0.50)"]
    assert totals(built).total == D("22.02")


def test_tenders_and_what_is_open_are_converted_with_it() -> None:
    """30.00 of 55.00 GBP received in two parts, a gift card of 5.00 on top of the total."""
    made = pounds(
        line("54.55", tax="5.45"), base="100.01", base_tax=D("9.91"),
        rows=(row("gift_cards_amount", "-5.00"),),
    )  # fmt: skip
    parts = (Payment("checkmo", D("10.01")), Payment("checkmo", D("19.99")))
    made = replace(
        made, total=D("55.00"), base_total=D("110.01"), payments=parts, received=D("30.00"),
        outstanding=D("25.00"),
    )  # fmt: skip
    built = converted(
        replace(made, lines=(line("54.55", tax="5.45"),)),
        {"gift_cards": {"unknown": "liability"}},
    )
    # 55.00 is due in money, 5.00 by card: 60.00 in all.
    assert str(totals(built).total) == "120.01"
    assert [str(payment.amount) for payment in built.payments] == ["20.02", "39.98", "10.00"]
    assert codes(built) == ["currency_converted"]


def test_figures_that_contradict_each_other_still_do() -> None:
    made = replace(pounds(line("10.00"), base="22.00"), received=D("11.00"), outstanding=D("3.00"))
    built = build(made, CONVERT, organisation())
    assert codes(built) == ["tenders_do_not_add_up", "currency_converted"]
    assert built.payments == ()


@pytest.mark.parametrize("stated", ["payments", "received", "status"])
def test_what_is_paid_in_full_is_due_no_more_though_the_shops_own_total_is_off_its_rate(
    stated: str,
) -> None:
    """11.00 GBP are 15.71 AUD at its rate; the shop has 15.80."""
    paid = (Payment("checkmo", D("11.00")),) if stated == "payments" else ()
    made = replace(
        pounds(line("10.00"), rate="0.7", base="15.80"), payments=paid, outstanding=D(0),
        received=D("11.00") if stated == "received" else None, status="complete",
    )  # fmt: skip
    built = converted(made)
    assert codes(built) == ["currency_converted"]
    assert [str(payment.amount) for payment in built.payments] == ["15.80"]


@pytest.mark.parametrize(("outstanding", "posted"), [("7.67", ["4.76"]), ("7.66", [])])
def test_what_is_open_of_it_is_what_the_payments_leave_of_the_shops_own_total(
    outstanding: str, posted: list[str]
) -> None:
    made = replace(
        pounds(line("10.00"), rate="0.7", base="15.80"), outstanding=D(outstanding),
        payments=(Payment("checkmo", D("3.33")),),
    )  # fmt: skip
    assert [str(payment.amount) for payment in converted(made).payments] == posted


def test_more_than_it_costs_may_have_been_received() -> None:
    """12.00 GBP for 11.00: 17.14 AUD, of which 15.80 are due."""
    made = replace(
        pounds(line("10.00"), rate="0.7", base="15.80"), outstanding=D(0),
        payments=(Payment("checkmo", D("12.00")),),
    )  # fmt: skip
    built = converted(made)
    assert "tenders_do_not_add_up" not in codes(built)
    assert [str(payment.amount) for payment in built.payments] == ["15.80"]


def test_what_was_sold_under_the_name_of_rounding_is_converted_like_all_else() -> None:
    built = converted(pounds(line("10.00", name="Rounding"), base="22.02", base_tax=D("2.00")))
    (kept,) = lines_of(built)
    assert (kept.description, totals(built).total) == ("Rounding (GBP 10.00 at 0.50)", D("22.02"))


def test_yen_stay_whole_also_where_the_rate_decides() -> None:
    made = replace(pounds(line("10.00"), rate="0.0052"), base_currency="JPY")
    built = build(made, CONVERT, organisation(base_currency="JPY", currencies=frozenset({"JPY"})))
    assert (totals(built).total, totals(built).total_tax) == (D(2115), D(192))


def test_only_invoices_are_converted() -> None:
    built = build(pounds(base="220.00"), CONVERT, organisation(), streams={"invoices": False})
    assert codes(built) == ["currency_not_enabled"]
    assert built.reasons[0].message.endswith(": only invoices are converted.")


def test_a_shop_that_names_no_base_currency_converts_nothing() -> None:
    made = replace(pounds(base="220.00"), base_currency="")
    assert conversion(books(CONVERT), made) is None


def test_what_stands_in_a_third_currency_is_not_converted_into_the_base() -> None:
    xero = organisation(currencies=frozenset({"AUD", "GBP", "EUR"}))
    assert conversion(books(CONVERT, xero), pounds(base="220.00"), "EUR") is None
    assert conversion(books(CONVERT, xero), pounds(base="220.00"), "AUD") is not None


def test_an_order_of_nothing_has_no_rate() -> None:
    made = replace(pounds(line("0.00"), rate=None, base="0.01"), total=D(0))
    with pytest.raises(Hold) as held:
        conversion(books(CONVERT, organisation()), made)
    assert held.value.reason.field == Field.BASE_TOTAL


@pytest.mark.parametrize(
    ("tax", "base_tax", "posted", "expected"),
    [
        ("10.00", "20.01", "10.00", "20.01"),
        ("10.00", "20.01", "3.00", "6.00"),
        ("10.00", None, "3.00", "6.00"),
        ("0", "0.00", "0.01", "0.02"),
    ],
)
def test_tax_that_is_posted_is_the_shops_own_or_its_part_of_it(
    tax: str, base_tax: str | None, posted: str, expected: str
) -> None:
    by = Conversion(
        "GBP", "AUD", D("0.5"), D("110.00"), D("220.01"), D(tax), base_tax and D(base_tax)
    )
    assert by.tax_of(D(posted)) == D(expected)


def test_yen_stay_whole() -> None:
    made = replace(
        pounds(line("10.00"), line("7.77", tax="0.78", id="2"), rate="0.0052"),
        base_currency="JPY", base_total=D(3760), base_tax=D(342),
    )  # fmt: skip
    facts = organisation(base_currency="JPY", currencies=frozenset({"JPY"}))
    built = build(made, CONVERT, facts)
    assert [str(one.amount) for one in lines_of(built)] == ["1923.00", "1495.00"]
    assert [str(one.tax_amount) for one in lines_of(built)] == ["192.00", "150.00"]
    assert (totals(built).total, totals(built).total_tax) == (D(3760), D(342))


def test_with_rounding_lines_xero_computes_the_tax_of_the_converted_amounts() -> None:
    made = pounds(line("10.05", tax="1.01"), rate="0.7", base="15.80", base_tax=D("1.43"))
    built = converted(made, {"posting": {"rounding": "rounding_line"}})
    assert [one.tax_amount for one in lines_of(built)] == [None, None]
    assert str(totals(built).total) == "15.80"
    assert lines_of(built)[1].description == "Rounding"


def test_tax_of_three_decimals_is_the_shops_own_in_the_base_currency() -> None:
    """0.374 KWD of tax is posted as 0.37, and is 0.48 AUD for the shop, not 0.37 of 0.374 of it."""
    made = replace(
        pounds(line("3.740", tax="0.374"), rate="0.787", base="5.23", base_tax=D("0.48")),
        currency="KWD",
    )  # fmt: skip
    assert totals(converted(made)).total_tax == D("0.48")


@pytest.mark.parametrize(("base", "status"), [("1.05", "ready"), ("1.06", "held")])
def test_of_a_small_order_the_shops_base_total_may_be_five_cents_off_its_rate(
    base: str, status: str
) -> None:
    made = pounds(line("0.50", rate="0"), base=base, base_tax=D("0.00"))
    assert build(made, CONVERT, organisation()).status == status
