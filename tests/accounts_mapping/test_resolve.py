"""Look-ups of accounts, tax types, texts and tracking, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounts_mapping.rules.conditions import When
from accounts_mapping.rules.mapped_lines import MappedLine
from accounts_mapping.rules.mapped_order import map_order
from accounts_mapping.rules.resolve import (
    MappingSnapshot,
    Resolution,
    Unmapped,
    like,
    order_matches,
    payment_account,
)
from accounts_mapping.rules.taxes import tax_type
from accounts_mapping.rules.texts import Texts
from stores.canonical.customer import Address, Customer
from stores.canonical.order import Order, TaxShare
from tests.accounting.orders import HOME, line, order, shipping, snapshot
from xero.documents.facts import NOT_CONNECTED, OrganisationFacts

D = Decimal


def delivered(country: str, state: str = "", **changes: Any) -> Order:
    address = Address(country=country, region_code=state)
    return order(billing=HOME, shipping=address, **changes)


def with_rules(*rules: dict[str, Any], country: str | None = "AU", **tax: Any) -> MappingSnapshot:
    return snapshot({"tax": {"rules": list(rules), "none": None} | tax}, country=country)


def lines_of(mapping: MappingSnapshot, made: Order) -> tuple[MappedLine, ...]:
    return map_order(mapping, NOT_CONNECTED, made).lines


def chosen(
    mapping: MappingSnapshot,
    made: Order,
    *,
    rate: str = "10",
    tax_class: str = "",
    names: tuple[str, ...] = (),
    organisation: OrganisationFacts = NOT_CONNECTED,
) -> str:
    answer = tax_type(
        mapping, organisation, made, tax_class=tax_class, rate=D(rate), names=names, title="Shirt"
    )
    return answer.value if isinstance(answer, Resolution) else answer.code


# --- tax rules ------------------------------------------------------------------------------


def test_a_rule_without_country_holds_at_home_only() -> None:
    mapping = with_rules({"rate": "10", "tax_type": "OUTPUT"})
    assert chosen(mapping, delivered("AU")) == "OUTPUT"
    assert chosen(mapping, delivered("NZ")) == "tax_unmapped"


def test_the_delivery_country_decides_and_the_bill_without_delivery() -> None:
    mapping = with_rules({"rate": "10", "tax_type": "OUTPUT"})
    assert chosen(mapping, order(shipping=None)) == "OUTPUT"
    nz = Address(country="NZ")
    assert chosen(mapping, order(shipping=None, billing=nz)) == "tax_unmapped"
    assert chosen(mapping, order(shipping=HOME, billing=nz)) == "OUTPUT"


def test_home_is_the_organisations_country_where_the_store_names_none() -> None:
    mapping = with_rules({"rate": "10", "tax_type": "OUTPUT"}, none="EXEMPT", country=None)
    assert chosen(mapping, delivered("AU")) == "tax_unmapped"
    assert chosen(mapping, delivered("AU"), rate="0") == "tax_unmapped"
    known = OrganisationFacts(country="AU")
    assert chosen(mapping, delivered("AU"), organisation=known) == "OUTPUT"
    assert chosen(mapping, delivered("AU"), rate="0", organisation=known) == "EXEMPT"


@pytest.mark.parametrize(
    ("country", "delivery", "home", "fits"),
    [
        ("*", "ZZ", "AU", True),
        ("DE", "DE", "AU", True),
        ("DE", "FR", "AU", False),
        (["FR", "ES"], "ES", "AU", True),
        (["FR", "ES"], "DE", "AU", False),
        (["GB", "EU"], "DE", "AU", True),
        ("EU", "FR", "DE", True),
        ("EU", "GB", "DE", False),
        ("EU", "GR", "AU", True),
        ("export", "AU", "AU", False),
        ("export", "NZ", "AU", True),
        ("export", "DE", "AU", True),
        ("export", "FR", "DE", False),
        ("export", "GB", "DE", True),
        ("export", "DE", "GB", True),
        ("export", "NZ", None, False),
    ],
)
def test_where_a_country_condition_fits(
    country: object, delivery: str, home: str | None, fits: bool
) -> None:
    mapping = with_rules({"country": country, "tax_type": "X"}, country=home)
    assert (chosen(mapping, delivered(delivery)) == "X") is fits


# Each beats all that follow, in whatever order they are listed.
SPECIFICITY = [
    {"name": "GST*", "country": "*"},
    {"class": "2", "country": "*"},
    {"state": "BAY", "country": "*"},
    {"country": "DE"},
    {"country": ["DE", "FR"]},
    {"country": "EU"},
    {"country": "*", "vat_number": True},
    {"country": "*", "rate": "10"},
    {"country": "*"},
]


@pytest.mark.parametrize("first", range(len(SPECIFICITY)))
@pytest.mark.parametrize("step", [1, -1])
def test_the_first_difference_in_specificity_decides(first: int, step: int) -> None:
    rules = [rule | {"tax_type": f"T{n}"} for n, rule in enumerate(SPECIFICITY)][first:][::step]
    buyer = Customer(email="a@example.com", tax_number="DE1")
    made = delivered("DE", "BAY", customer=buyer)
    assert chosen(with_rules(*rules), made, tax_class="2", names=("GST 10",)) == f"T{first}"


def test_home_ranks_as_one_country() -> None:
    rules = [{"country": ["AU", "NZ"], "tax_type": "LIST"}, {"tax_type": "HOME"}]
    assert chosen(with_rules(*rules), delivered("AU")) == "HOME"


def test_two_conditions_of_lower_rank_do_not_beat_a_higher_one() -> None:
    rules = [
        {"country": "DE", "vat_number": True, "rate": "10", "tax_type": "COUNTRY"},
        {"class": "2", "country": "*", "tax_type": "CLASS"},
    ]
    buyer = Customer(tax_number="DE1")
    assert chosen(with_rules(*rules), delivered("DE", customer=buyer), tax_class="2") == "CLASS"


def test_of_a_tie_the_first_listed_wins() -> None:
    rules = [{"rate": "10", "tax_type": "FIRST"}, {"rate": "10", "tax_type": "SECOND"}]
    assert chosen(with_rules(*rules), delivered("AU")) == "FIRST"


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"rate": "10.0"}, True),
        ({"rate": "8.25"}, False),
        ({"class": "2"}, True),
        ({"class": "02"}, False),
        ({"state": "CA"}, True),
        ({"state": "california"}, True),
        ({"state": ["NY", "C*"]}, True),
        ({"state": "NY"}, False),
        ({"name": "us-ca-*"}, True),
        ({"name": "US-NY-*"}, False),
        ({"vat_number": False}, True),
        ({"vat_number": True}, False),
    ],
)
def test_every_condition_must_hold(rule: dict[str, Any], fits: bool) -> None:
    address = Address(country="US", region_code="CA", region="California")
    mapping = with_rules({"country": "US", "tax_type": "X"} | rule)
    found = chosen(mapping, order(shipping=address), tax_class="2", names=("US-CA-90210",))
    assert (found == "X") is fits


def test_a_list_of_states_does_not_need_the_code() -> None:
    mapping = with_rules({"country": "US", "state": "California", "tax_type": "X"})
    assert chosen(mapping, order(shipping=Address(country="US", region="California"))) == "X"


def test_tax_none_is_for_untaxed_lines_delivered_at_home() -> None:
    mapping = with_rules(none="EXEMPT")
    assert chosen(mapping, delivered("AU"), rate="0") == "EXEMPT"
    assert chosen(mapping, delivered("NZ"), rate="0") == "tax_unmapped"
    assert chosen(mapping, delivered("AU"), rate="10") == "tax_unmapped"


def test_tax_default_is_the_last_resort() -> None:
    mapping = with_rules(none="EXEMPT", default="ANY")
    assert chosen(mapping, delivered("AU"), rate="0") == "EXEMPT"
    assert chosen(mapping, delivered("NZ"), rate="0") == "ANY"
    assert chosen(mapping, delivered("AU"), rate="10") == "ANY"


def test_nothing_fits_says_what_was_sold_where() -> None:
    answer = tax_type(
        with_rules(), NOT_CONNECTED, delivered("NZ"), tax_class="9", rate=D("15.00"), title="Mug"
    )
    assert answer == Unmapped(
        "tax_unmapped",
        "Mug was sold at 15 % to NZ (class 9), and no tax rule fits. Add a rule for it under "
        "tax.rules.",
        "tax.rules",
    )


def test_a_tax_posted_as_a_line_gives_no_type() -> None:
    mapping = with_rules({"name": "Eco*", "as": "line", "account": "261"})
    assert chosen(mapping, delivered("AU"), names=("Eco fee",)) == "tax_unmapped"


def test_products_beat_rules_beat_tax_rules() -> None:
    made = order(line("10"))
    base: dict[str, Any] = {"tax": {"rules": [{"tax_type": "RULES"}]}}
    ruled = base | {"rules": [{"when": {"sku": "SH*"}, "tax_type": "RULE", "account": "203"}]}
    product = {"sku": "SHIRT", "tax_type": "PRODUCT", "sales_account": "204"}
    for rules, kind, account in (
        (base, "RULES", "200"),
        (ruled, "RULE", "203"),
        (ruled | {"products": [product]}, "PRODUCT", "204"),
        (ruled | {"products": [product | {"sku": "SHIRT2"}]}, "RULE", "203"),
    ):
        mapping = snapshot(rules)
        answer = lines_of(mapping, made)[0].tax_type
        assert isinstance(answer, Resolution)
        assert answer.value == kind
        assert lines_of(mapping, made)[0].account.value == account  # type: ignore[union-attr]


# --- rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"customer_group": "Wholesale"}, True),
        ({"customer_group": "2"}, True),
        ({"customer_group": ["Retail", "whole*"]}, True),
        ({"customer_group": "Retail"}, False),
        ({"store_view": "English"}, True),
        ({"website": "Main*"}, True),
        ({"payment_method": "stripe"}, True),
        ({"shipping_method": "flatrate_*"}, True),
        ({"country": "AU"}, True),
        ({"country": ["NZ", "US"]}, False),
        ({"state": "NSW"}, True),
        ({"state": "New South Wales"}, True),
        ({"currency": "AUD"}, True),
        ({"status": "processing"}, True),
        ({"coupon": "SUMMER*"}, True),
        ({"coupon": "WINTER*"}, False),
        ({"total_over": "109.99"}, True),
        ({"total_over": "110"}, False),
        ({"total_under": "110.01"}, True),
        ({"total_under": "110"}, False),
        ({"vat_number": False}, True),
        ({"vat_number": True}, False),
        ({"currency": "AUD", "coupon": "X"}, False),
    ],
)
def test_conditions_of_a_rule(when: dict[str, Any], holds: bool) -> None:
    made = order(
        customer=Customer(group="Wholesale", group_id="2"), store_view="English",
        website="Main Website", payment_method="stripe", shipping_method="flatrate_flatrate",
        coupon="SUMMER26",
    )  # fmt: skip
    assert order_matches(When.model_validate(when), made) is holds


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("GIFT-*", "gift-10", True), ("G?FT", "GIFT", True), ("GIFT", "GIFTS", False),
        ("a.c", "abc", False), ("*", "", False), ("straße", "STRASSE", True), ("[x]", "[X]", True),
    ],
)  # fmt: skip
def test_wildcards(pattern: str, value: str, matches: bool) -> None:
    assert like(pattern, value) is matches


def test_the_first_matching_rule_of_each_kind_of_action_wins() -> None:
    mapping = snapshot({
        "rules": [
            {"when": {"country": "NZ"}, "account": "1"},
            {"when": {"country": "AU"}, "tracking": {"Store": "Home"}},
            {"when": {"country": "AU"}, "account": "2"},
            {"when": {"sku": "SHIRT"}, "account": "3", "tracking": {"Store": "Shirts"}},
        ],
        "tracking": {"Store": "{store_view}", "Region": "{state}"},
    })  # fmt: skip
    made = order()
    assert lines_of(mapping, made)[0].account == Resolution("2", "rules[2].account")
    assert lines_of(mapping, made)[0].tracking.options == (("Store", "Home"), ("Region", "NSW"))


def test_rules_for_certain_goods_do_not_reach_shipping() -> None:
    mapping = snapshot({"rules": [{"when": {"sku": "*"}, "account": "3", "tax_type": "X"}]})
    made = order(line("10"), shipping("5"))
    assert lines_of(mapping, made)[1].account == Resolution("202", "accounts.shipping")
    answer = lines_of(mapping, made)[1].tax_type
    assert isinstance(answer, Resolution)
    assert answer.value == "TAX10"


def test_an_unmapped_account_names_its_key() -> None:
    mapping = snapshot({"accounts": {"sales": None}})
    made = order()
    assert lines_of(mapping, made)[0].account == Unmapped(
        "account_unmapped",
        "No account is mapped for sales. Choose one as accounts.sales.",
        "accounts.sales",
    )


# --- payment accounts -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "currency", "value", "source"),
    [
        ("checkmo", "AUD", "970", "payment_accounts.checkmo"),
        ("stripe", "EUR", "092", "payment_accounts.stripe.EUR"),
        ("adyen", "USD", "099", "payment_accounts.adyen.*"),
        ("cash", "AUD", "980", "payment_accounts.*"),
        ("", "AUD", "980", "payment_accounts.*"),
    ],
)
def test_the_account_of_a_payment_method(
    method: str, currency: str, value: str, source: str
) -> None:
    table = {"checkmo": "970", "stripe": {"EUR": "092"}, "adyen": {"*": "099"}, "*": "980"}
    mapping = snapshot({"payment_accounts": table})
    assert payment_account(mapping, method, currency) == Resolution(value, source)


def test_a_method_by_currency_does_not_fall_back_on_the_default() -> None:
    mapping = snapshot({"payment_accounts": {"stripe": {"EUR": "092"}, "*": "980"}})
    answer = payment_account(mapping, "stripe", "USD")
    assert isinstance(answer, Unmapped)
    assert answer.field == "payment_accounts.stripe.USD"


def test_a_method_may_be_mapped_by_its_title_and_its_code_goes_first() -> None:
    table = {"1": "090", "Credit card": "091", "*": "980"}
    mapping = snapshot({"payment_accounts": table})

    by_title = payment_account(mapping, "7", "AUD", "Credit card")
    assert by_title == Resolution("091", "payment_accounts.Credit card")
    by_code = payment_account(mapping, "1", "AUD", "Credit card")
    assert by_code == Resolution("090", "payment_accounts.1")
    other = payment_account(mapping, "7", "AUD", "Phone")
    assert other == Resolution("980", "payment_accounts.*")
    unknown = payment_account(snapshot(), "7", "AUD", "Phone")
    assert isinstance(unknown, Unmapped)
    assert "Payment method 7 (Phone) is not mapped" in unknown.text


def test_an_unknown_method_names_itself() -> None:
    answer = payment_account(snapshot(), "cash", "AUD")
    assert answer == Unmapped(
        "payment_method_unmapped",
        "Payment method cash is not mapped to an account. Map it, and the payment is sent.",
        "payment_accounts.cash",
    )


# --- texts ----------------------------------------------------------------------------------


def test_placeholders_and_look_ups() -> None:
    mapping = snapshot({"lookups": {"region": {"NSW": "East"}}})
    made = order(
        id="7", store_view="English", website="Main", payment_method="stripe", po_number="PO 1",
        transaction_id="ch_1", customer=Customer(id="9", email="j@example.com", group="Retail"),
    )  # fmt: skip
    template = (
        "{order_number}|{order_id}|{store_view}|{website}|{customer_group}|{customer_id}|"
        "{first_name}|{last_name}|{email}|{payment_method}|{transaction_id}|{country}|{state}|"
        "{po_number}|{lookup:region:state}"
    )
    assert Texts(mapping, made).render(template) == (
        "1001|7|English|Main|Retail|9|Jane|Doe|j@example.com|stripe|ch_1|AU|NSW|PO 1|East"
    )


def test_a_look_up_without_an_entry_gives_nothing_and_spaces_collapse() -> None:
    mapping = snapshot({"lookups": {"region": {"WA": "West"}}})
    texts = Texts(mapping, order())
    assert texts.render("a {lookup:region:state}  {company} b") == "a b"


def test_tracking_without_an_option_is_left_out_and_a_long_one_is_cut() -> None:
    mapping = snapshot({"tracking": {"Store": "{store_view}", "Region": "{lookup:region:state}"}})
    found = map_order(mapping, NOT_CONNECTED, replace(order(), store_view="x" * 120))
    assert found.tracking.options == (("Store", "x" * 100),)


def test_a_names_condition_sees_every_tax_of_a_line() -> None:
    mapping = with_rules({"name": "PST*", "tax_type": "X"})
    shares = (TaxShare("GST", D(5), D(1)), TaxShare("PST", D(5), D(1)))
    one = line("20", taxes=shares)
    answer = lines_of(mapping, order(one))[0].tax_type
    assert isinstance(answer, Resolution)
    assert answer.value == "X"
