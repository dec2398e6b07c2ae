"""Whole orders: lines, taxes, discounts, rows of the total, currencies, remarks."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from stores.canonical.order import LineKind, Order, TaxShare
from tests.accounting.orders import (
    RULES,
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
from xero.documents.kinds import Kind
from xero.documents.lines import TaxMode, Totals
from xero.documents.payloads import stored

D = Decimal


def test_an_order_becomes_contact_invoice_and_payment_in_that_order() -> None:
    built = build(order(line("100"), shipping("10")))
    assert [document.kind for document in built.documents] == [
        Kind.CONTACT, Kind.INVOICE, Kind.PAYMENT
    ]  # fmt: skip
    assert built.invoice is not None
    assert (built.invoice.number, built.invoice.reference) == ("S1-1001", "1001")
    assert shape(built) == [
        ("1", "100.00", "200", "TAX10", None),
        ("1", "10.00", "202", "TAX10", None),
    ]
    assert built.reasons == ()


def test_the_reference_follows_its_template() -> None:
    made = order(po_number="PO 7")
    built = build(made, {"posting": {"reference": "{order_number} / {po_number}"}})
    assert built.invoice is not None
    assert built.invoice.reference == "1001 / PO 7"


def test_two_lines_with_the_same_sku_stay_two() -> None:
    assert len(lines_of(build(order(line("10"), line("10", id="2"))))) == 2


def test_a_free_item_keeps_its_rate_without_tax() -> None:
    built = build(order(line("100"), line("0", quantity=D(2), id="2")))
    assert shape(built)[1] == ("2", "0.00", "200", "TAX10", None)


# --- basis and rounding ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "flag", "mode"),
    [
        ("auto", True, TaxMode.INCLUSIVE),
        ("auto", False, TaxMode.EXCLUSIVE),
        ("auto", None, TaxMode.EXCLUSIVE),
        (True, False, TaxMode.INCLUSIVE),
        (False, True, TaxMode.EXCLUSIVE),
    ],
)
def test_the_basis_is_the_setting_else_what_the_shop_says(
    setting: object, flag: bool | None, mode: TaxMode
) -> None:
    made = order(prices_include_tax=flag)
    built = build(made, {"tax": {"prices_include_tax": setting}})
    assert built.invoice is not None
    assert built.invoice.mode is mode
    assert (totals(built).total, totals(built).total_tax) == (D("110.00"), D("10.00"))


def inclusive_pair() -> Order:
    """Twice 9.99 gross at 20 %, each with 1.66 tax where Xero computes 1.67."""
    lines = [line("8.33", rate="20", tax="1.66", id=n) for n in "12"]
    return order(*lines, prices_include_tax=True)


def test_the_shops_tax_overrides_xeros() -> None:
    built = build(inclusive_pair())
    assert [one.tax_amount for one in lines_of(built)] == [D("1.66"), D("1.66")]
    assert (totals(built).total, totals(built).total_tax) == (D("19.98"), D("3.32"))


def test_rounding_line_closes_a_net_document() -> None:
    lines = [line("10.05", tax="1.00", id=n) for n in "123"]
    built = build(order(*lines), {"posting": {"rounding": "rounding_line"}})
    assert [one.tax_amount for one in lines_of(built)] == [None] * 4
    assert shape(built)[3] == ("1", "-0.03", "860", "BASEXCLUDED", None)
    assert totals(built).total == D("33.15")
    assert built.reasons == ()


def test_rounding_inside_a_gross_document_is_disclosed() -> None:
    built = build(inclusive_pair(), {"posting": {"rounding": "rounding_line"}})
    assert [one.tax_amount for one in lines_of(built)] == [None, None]
    assert (totals(built).total, totals(built).total_tax) == (D("19.98"), D("3.34"))
    assert codes(built) == ["tax_rounded"]


def test_more_tax_than_rounding_is_held_with_rounding_line() -> None:
    made = order(replace(discounted("100", "10"), tax=D("10.00")))
    assert totals(build(made)).total == D("100.00")
    built = build(made, {"posting": {"rounding": "rounding_line"}})
    assert codes(built) == ["totals_do_not_add_up"]


@pytest.mark.parametrize(("stated", "status"), [("10.01", "ready"), ("10.02", "held")])
def test_the_orders_own_tax_is_compared(stated: str, status: str) -> None:
    built = build(order(tax=D(stated)))
    assert built.status == status
    if status == "held":
        assert codes(built) == ["tax_does_not_add_up"]
    else:
        assert totals(built).total_tax == D(stated)


@pytest.mark.parametrize(
    ("currency", "net", "status"),
    [
        ("AUD", "0.09", "ready"),
        ("AUD", "0.10", "held"),
        ("JPY", "9", "ready"),
        ("JPY", "10", "held"),
    ],
)
def test_a_taxed_line_without_tax_is_held_from_one_minor_unit_of_tax_on(
    currency: str, net: str, status: str
) -> None:
    assert build(order(line(net, tax="0"), currency=currency)).status == status


def test_a_line_that_states_a_rate_but_bears_no_tax_is_held() -> None:
    made = order(line("100", tax="0"))
    built = build(made)
    assert (built.status, codes(built)) == ("held", ["tax_rate_differs"])
    assert built.reasons[0].field == "items[0]"
    meant = {"tax": {"rules": [{"rate": "10", "tax_type": "TAX10", "as_charged": True}]}}
    assert shape(build(made, meant)) == [("1", "100.00", "200", "TAX10", "0.00")]


def test_tax_too_small_for_a_cent_is_no_contradiction() -> None:
    assert build(order(line("0.04", tax="0"))).status == "ready"


def test_tax_without_a_rate_is_held() -> None:
    built = build(order(line("100", rate="0", tax="5")))
    assert codes(built) == ["tax_without_rate"]


# --- discounts ------------------------------------------------------------------------------


def test_one_coupon_over_three_rates() -> None:
    goods = (
        discounted("100", "10", rate="20", id="1"), discounted("50", "5", id="2"),
        discounted("30", "3", rate="0", id="3"),
    )  # fmt: skip
    built = build(order(*goods, shipping("10", rate="20")))
    assert shape(built) == [
        ("1", "100.00", "200", "TAX20", None),
        ("1", "50.00", "200", "TAX10", None),
        ("1", "30.00", "200", "EXEMPTOUTPUT", None),
        ("1", "10.00", "202", "TAX20", None),
        ("1", "-10.00", "205", "TAX20", None),
        ("1", "-5.00", "205", "TAX10", None),
        ("1", "-3.00", "205", "EXEMPTOUTPUT", None),
    ]
    folded = build(order(*goods), {"posting": {"discounts": "folded"}})
    assert [str(one.amount) for one in lines_of(folded)] == ["90.00", "45.00", "27.00"]


def test_shipping_shares_a_discount_only_where_the_shop_says_so() -> None:
    cheap = shipping("8", full_net=D(10), full_gross=None)
    built = build(order(discounted("100", "10"), cheap))
    assert shape(built)[1:] == [
        ("1", "10.00", "202", "TAX10", None),
        ("1", "-12.00", "205", "TAX10", None),
    ]


def test_a_gross_discount_is_known_from_the_net_one() -> None:
    made = order(discounted("100", "10", rate="20"), prices_include_tax=True)
    built = build(made)
    assert [str(one.amount) for one in lines_of(built)] == ["120.00", "-12.00"]
    assert totals(built).total == D("108.00")


def test_a_gross_price_that_is_a_cent_off_is_no_discount() -> None:
    made = line("8.33", rate="20", full_gross=D("10.00"))
    built = build(order(made, prices_include_tax=True))
    assert [str(one.amount) for one in lines_of(built)] == ["10.00"]
    off = build(order(replace(made, full_gross=D("10.01")), prices_include_tax=True))
    assert [str(one.amount) for one in lines_of(off)] == ["10.00"]


def test_no_account_for_discounts_is_asked_for_only_where_there_is_one() -> None:
    rules = {"accounts": {"discounts": None}}
    assert build(order(), rules).status == "ready"
    built = build(order(discounted("100", "10")), rules)
    assert (codes(built), built.reasons[0].field) == (["account_unmapped"], "accounts.discounts")


# --- rows of the total ----------------------------------------------------------------------


def with_row(amount: str, tax: str = "0", code: str = "surcharge", **changes: Any) -> Order:
    counted = changes.pop("counted", True)
    return order(line("100"), rows=(row(code, amount, tax=tax, counted=counted),), **changes)


SURCHARGE = {"total_rows": {"surcharge": {"account": "261", "tax_type": "TAX10"}}}


def test_an_unmapped_row_holds_the_order_however_small() -> None:
    for amount in ("2.50", "0.01"):
        built = build(with_row(amount))
        assert (built.status, codes(built)) == ("held", ["total_row_unmapped"])
        assert built.reasons[0].field == "total_rows.surcharge"
        assert f"surcharge ({amount})" in built.reasons[0].message


def test_a_mapped_row_is_a_line_with_its_tax() -> None:
    built = build(with_row("2.50", "0.25"), SURCHARGE)
    assert shape(built)[1] == ("1", "2.50", "261", "TAX10", None)
    assert totals(built).total == D("112.75")


def test_a_rows_tax_is_what_no_line_accounts_for() -> None:
    made = replace(with_row("2.50"), total=D("112.75"), tax=D("10.25"))
    assert shape(build(made, SURCHARGE))[1] == ("1", "2.50", "261", "TAX10", None)


def test_a_cent_of_tax_that_is_not_the_rows_is_left_to_rounding() -> None:
    made = replace(with_row("2.50", code="gw_price"), tax=D("10.01"))
    built = build(made)
    assert shape(built)[1] == ("1", "2.50", "260", "EXEMPTOUTPUT", None)
    assert totals(built) == Totals(D("102.49"), D("10.01"), D("112.50"))


def test_a_rows_tax_that_fits_two_rates_is_not_guessed() -> None:
    goods = (line("100", rate="19", id="1"), line("100", rate="20", id="2"))
    made = order(*goods, rows=(row("gw_price", "0.05", tax="0.01"),))
    assert codes(build(made)) == ["tax_without_rate"]
    mapped = {"total_rows": {"gw_price": {"account": "260", "tax_type": "TAX20"}}}
    assert build(made, mapped, organisation()).status == "ready"


def test_a_row_by_class_takes_the_rule_of_the_class() -> None:
    rules = {
        "total_rows": {"surcharge": {"account": "261", "class": "2"}},
        "tax": {"rules": [{"class": "2", "tax_type": "CLASS2"}, {"rate": "10", "tax_type": "A"}]},
    }
    assert shape(build(with_row("2.50", "0.25"), rules))[1] == ("1", "2.50", "261", "CLASS2", None)


def test_a_rows_type_must_have_the_rate_that_was_charged() -> None:
    built = build(with_row("2.50"), SURCHARGE, organisation())
    assert codes(built) == ["tax_rate_differs"]
    assert built.reasons[0].field == "total_rows.surcharge.tax_type"


def test_a_rows_tax_at_no_rate_of_the_order_is_held() -> None:
    built = build(with_row("2.50", "1.00"), SURCHARGE)
    assert (codes(built), built.reasons[0].field) == (["tax_without_rate"], "surcharge")


def test_a_negative_fee() -> None:
    built = build(with_row("-5.00", "-0.50"), SURCHARGE)
    assert shape(built)[1] == ("1", "-5.00", "261", "TAX10", None)
    assert totals(built).total == D("104.50")


def test_an_ignored_row_must_not_be_in_the_total() -> None:
    ignore = {"total_rows": {"surcharge": "ignore"}}
    assert build(with_row("2.50", total=D(110)), ignore).status == "ready"
    assert codes(build(with_row("2.50"), ignore)) == ["totals_do_not_add_up"]


def test_a_row_that_is_a_discount_is_spread_by_gross_value() -> None:
    goods = [line(net, rate="0", id=key) for net, key in (("10", "30"), ("10", "4"), ("20", "5"))]
    made = order(*goods, rows=(row("reward", "-1.01"),))
    built = build(made, {"total_rows": {"reward": "discount"}, "posting": {"discounts": "folded"}})
    assert [str(one.amount) for one in lines_of(built)] == ["9.75", "9.75", "19.49"]
    odd = order(*goods[:2], rows=(row("reward", "-0.01"),))
    built = build(odd, {"total_rows": {"reward": "discount"}, "posting": {"discounts": "folded"}})
    assert [str(one.amount) for one in lines_of(built)] == ["10.00", "9.99"]


def test_gift_wrapping_is_other_income() -> None:
    built = build(with_row("3.00", "0.30", code="gw_price"))
    assert shape(built)[1] == ("1", "3.00", "260", "TAX10", None)


# --- gift cards sold ------------------------------------------------------------------------


def test_selling_a_gift_card_is_a_liability_without_tax() -> None:
    card = line("50", rate="0", product_type="giftcard", sku="GC-50")
    assert shape(build(order(card))) == [("1", "50.00", "835", "BASEXCLUDED", None)]
    taxed_at_once = build(order(card), {"gift_cards": {"voucher": "single"}})
    assert shape(taxed_at_once) == [("1", "50.00", "200", "EXEMPTOUTPUT", None)]


def test_a_rule_says_otherwise_about_a_gift_card() -> None:
    card = line("50", rate="0", product_type="giftcard", sku="GC-50")
    rules = {"rules": [{"when": {"sku": "GC-*"}, "account": "836", "tax_type": "EXEMPTOUTPUT"}]}
    assert shape(build(order(card), rules)) == [("1", "50.00", "836", "EXEMPTOUTPUT", None)]


# --- taxes as lines -------------------------------------------------------------------------


def test_all_sales_tax_as_one_liability_line() -> None:
    rules = {"tax": {"sales_tax": {"as": "line", "account": "825"}}}
    made = order(line("100", rate="8.25"), shipping("10", rate="0"), prices_include_tax=True)
    built = build(made, rules)
    assert shape(built) == [
        ("1", "100.00", "200", "EXEMPTOUTPUT", None),
        ("1", "10.00", "202", "EXEMPTOUTPUT", None),
        ("1", "8.25", "825", "BASEXCLUDED", None),
    ]
    assert (totals(built).total, totals(built).total_tax) == (D("118.25"), D("0.00"))


def test_the_sales_tax_line_holds_the_tax_of_fees_too() -> None:
    rules = {"tax": {"sales_tax": {"as": "line", "account": "825"}}} | {
        "total_rows": {"surcharge": {"account": "261"}}
    }
    built = build(with_row("2.50", "0.25"), rules)
    assert shape(built)[1:] == [
        ("1", "2.50", "261", "EXEMPTOUTPUT", None),
        ("1", "10.25", "825", "BASEXCLUDED", None),
    ]


def eco_order(**changes: Any) -> Order:
    fee = (TaxShare("Eco fee", None, D("1.20")),)
    return order(line("100", fixed_taxes=fee), line("50", id="2", fixed_taxes=fee), **changes)


def test_fixed_taxes_are_summed_on_the_account_of_their_rule() -> None:
    rules = {"tax": {"rules": [
        {"name": "Eco*", "as": "line", "account": "262"}, {"rate": "10", "tax_type": "TAX10"},
    ]}}  # fmt: skip
    built = build(eco_order(), rules)
    assert shape(built)[2] == ("1", "2.40", "262", "BASEXCLUDED", None)
    assert totals(built).total == D("167.40")


def test_fixed_taxes_without_a_rule_have_an_account_of_their_own() -> None:
    assert shape(build(eco_order()))[2] == ("1", "2.40", "261", "BASEXCLUDED", None)
    # Some shops count them in the order's tax.
    assert build(eco_order(tax=D("17.40"))).status == "ready"


def test_a_rule_for_another_country_does_not_post_the_tax_as_a_line() -> None:
    rules = {"tax": {"rules": [{"name": "Eco*", "as": "line", "account": "262", "country": "FR"}]}}
    built = build(eco_order(), rules | {"accounts": {"fixed_tax": None}})
    assert built.status == "held"


def test_a_named_percentage_as_a_line() -> None:
    shares = (TaxShare("GST", D(5), D("5.00")), TaxShare("PST", D(5), D("5.00")))
    rules = {"tax": {"rules": [
        {"name": "PST", "as": "line", "account": "826"}, {"rate": "5", "tax_type": "TAX5"},
    ]}}  # fmt: skip
    for basis, net in ((False, "100.00"), (True, "105.00")):
        made = order(line("100", taxes=shares), prices_include_tax=basis)
        built = build(made, rules)
        assert shape(built) == [
            ("1", net, "200", "TAX5", None),
            ("1", "5.00", "826", "BASEXCLUDED", None),
        ]
        assert totals(built).total == D("110.00")


# --- currencies -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "base", "sent"),
    [
        ("0.9213", "AUD", "0.9213"),
        ("0.92130000", "AUD", "0.9213"),
        ("1.12345678", "AUD", "1.123457"),
        (None, "AUD", None),
        ("0", "AUD", None),
        ("-1", "AUD", None),
        ("0.0000001", "AUD", None),
        ("0.9213", "USD", None),
    ],
)
def test_a_foreign_order_sends_the_shops_rate_if_the_bases_agree(
    rate: str | None, base: str, sent: str | None
) -> None:
    made = order(currency="EUR", base_currency=base, rate=rate and D(rate))  # type: ignore[arg-type]
    built = build(made)
    assert built.invoice is not None
    assert built.invoice.currency == "EUR"
    assert str(built.invoice.currency_rate) == str(sent)
    assert codes(built) == ([] if sent else ["rate_not_sent"])


def test_the_organisations_base_goes_before_the_configured_one() -> None:
    made = order(currency="EUR", rate=D("0.9"))
    built = build(made, organisation=organisation(base_currency="NZD"))
    assert codes(built) == ["rate_not_sent"]


def test_no_rate_at_home() -> None:
    built = build(order(rate=D("1.0")))
    assert built.invoice is not None
    assert built.invoice.currency_rate is None
    assert built.reasons == ()


def test_a_currency_that_the_organisation_lacks_holds() -> None:
    built = build(order(currency="USD"), organisation=organisation())
    assert (built.status, codes(built)) == ("held", ["currency_not_enabled"])
    assert built.reasons[0].field == "posting.currency_not_enabled"


def test_the_base_currency_is_always_enabled() -> None:
    assert build(order(), organisation=organisation(currencies=frozenset())).status == "ready"


def test_yen_have_no_cents() -> None:
    made = order(line("1200", rate="10"), currency="JPY", base_currency="JPY")
    built = build(made, base_currency="JPY")
    assert (str(totals(built).total), built.reasons) == ("1320.00", ())


@pytest.mark.parametrize(("charged", "said"), [("30.02", []), ("29.70", ["line_price_differs"])])
def test_a_line_that_is_not_its_price_times_its_quantity_is_posted_as_charged_and_said(
    charged: str, said: list[str]
) -> None:
    made = order(replace(line(charged), quantity=D(3), unit_net=D("10.005")))
    built = build(made)
    assert (built.status, codes(built)) == ("ready", said)
    assert totals(built).total - totals(built).total_tax == D(charged)
    if said:
        assert "3 × 10.005 is not 29.70" in built.reasons[0].message


@pytest.mark.parametrize("platform", ["magento", "opencart", "cscart"])
@pytest.mark.parametrize("inclusive", [True, False])
def test_yen_are_taxed_in_whole_yen_on_every_platform(platform: str, inclusive: bool) -> None:
    """Xero would compute hundredths of each: 12.60 + 12.60 + 0.90."""
    lines = [line("126", tax="12", id="1"), line("126", tax="13", id="2"), line("9", tax="1")]
    made = order(*lines, currency="JPY", base_currency="JPY", prices_include_tax=inclusive)
    built = build(made, base_currency="JPY", platform=platform)
    assert codes(built) == []
    assert (str(totals(built).total), str(totals(built).total_tax)) == ("287.00", "26.00")


def test_a_yen_that_the_sum_of_rounded_rows_lost_is_rounding() -> None:
    made = order(line("100"), line("50", id="2"), currency="JPY", base_currency="JPY")
    built = build(replace(made, total=made.total + 2), base_currency="JPY")
    assert shape(built)[-1] == ("1", "2.00", "860", "BASEXCLUDED", None)
    held = build(replace(made, total=made.total + 3), base_currency="JPY")
    assert codes(held) == ["totals_do_not_add_up"]


def test_three_decimals_are_rounded_and_disclosed() -> None:
    made = order(line("10.115", rate="0"), currency="KWD", base_currency="KWD")
    built = build(made, base_currency="KWD")
    assert totals(built).total == D("10.12")
    assert codes(built) == ["rounded_to_cents"]
    assert built.reasons[0].message == "10.115 KWD is posted as 10.12: Xero keeps cents."


def test_a_word_that_is_no_currency() -> None:
    assert codes(build(order(currency="EURO"))) == ["unknown_currency"]


# --- texts and the rest ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["👩‍🔧 tools 🎁", "قميص", "<script>alert(1)</script>", 'He said "5 × 6"']
)
def test_names_go_through_as_they_are(name: str) -> None:
    built = build(order(line("10", name=name)))
    assert lines_of(built)[0].description == name
    assert built.invoice is not None
    assert json.loads(stored(built.invoice.payload()))["LineItems"][0]["Description"] == name


def test_a_long_name_is_cut() -> None:
    assert len(lines_of(build(order(line("10", name="x" * 5000))))[0].description) == 4000


def test_a_refund_that_the_order_states_and_does_not_bring_is_said() -> None:
    built = build(order(refunded=D(10)))
    assert (built.status, codes(built)) == ("ready", ["refund_not_given"])


def test_the_same_order_gives_the_same_text() -> None:
    made = order(discounted("100", "10"), shipping("10"))
    first, second = (
        [stored(document.payload()) for document in build(made).documents] for _ in range(2)
    )
    assert first == second


def test_a_fee_line_of_the_shop_is_other_income() -> None:
    fee = line("2", kind=LineKind.FEE, code="handling", id="2")
    assert shape(build(order(line("10"), fee)))[1] == ("1", "2.00", "260", "TAX10", None)


def test_a_fixed_tax_that_is_taxed_has_the_account_of_fixed_taxes_and_its_own_tax() -> None:
    fee = line("2", kind=LineKind.FEE, code="weee", id="2", name="Eco fee")
    made = order(line("10"), fee)
    assert shape(build(made))[1] == ("1", "2.00", "261", "TAX10", None)
    ruled = {"tax": {"rules": [*RULES["tax"]["rules"],
                               {"name": "Eco*", "as": "line", "account": "262"}]}}  # fmt: skip
    assert shape(build(made, ruled))[1] == ("1", "2.00", "262", "TAX10", None)


def test_a_tax_on_top_of_another_leaves_the_rate_of_the_other() -> None:
    """5 %, and 9.5 % on that sum: 14.975 % in all."""
    shares = (TaxShare("GST", D(5), D("10.00")), TaxShare("QST", D("9.5"), D("19.95")))
    rules = {"tax": {"rules": [
        {"name": "QST", "as": "line", "account": "826"}, {"rate": "5", "tax_type": "TAX5"},
    ]}}  # fmt: skip
    built = build(order(line("200", rate="14.975", taxes=shares)), rules)
    assert shape(built) == [
        ("1", "200.00", "200", "TAX5", None), ("1", "19.95", "826", "BASEXCLUDED", None),
    ]  # fmt: skip
    both = [{"name": name, "as": "line", "account": "826"} for name in ("GST", "QST")]
    assert shape(
        build(order(line("200", rate="14.975", taxes=shares)), {"tax": {"rules": both}})
    ) == [
        ("1", "200.00", "200", "EXEMPTOUTPUT", None),
        ("1", "10.00", "826", "BASEXCLUDED", None),
        ("1", "19.95", "826", "BASEXCLUDED", None),
    ]
