"""Invariant I9: what is posted is what the organisation allows, and only that is checked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.linting import misfits
from accounting.sale.build import build_order
from accounting.sale.built import Built
from accounts_mapping.rules.schema import StoreRules
from tests.accounting.orders import (
    RULES,
    account,
    build,
    codes,
    discounted,
    line,
    lines_of,
    merged,
    order,
    organisation,
    shape,
    snapshot,
)
from xero.documents.facts import (
    AccountFacts,
    ItemFacts,
    OrganisationFacts,
    TaxRateFacts,
    TrackingFacts,
)

D = Decimal


def held(built: Built) -> tuple[str, str]:
    assert built.status == "held"
    (reason,) = built.reasons
    return reason.code, reason.field


def with_rate(facts: OrganisationFacts, kind: str, **changes: Any) -> OrganisationFacts:
    return replace(
        facts, tax_rates=facts.tax_rates | {kind: replace(facts.tax_rates[kind], **changes)}
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "ARCHIVED"}, "account_archived"),
        ({"system_account": "DEBTORS"}, "account_not_allowed"),
        ({"system_account": "ROUNDING"}, "account_not_allowed"),
        ({"account_class": "EXPENSE"}, None),
    ],
)
def test_the_account_of_a_line(changes: dict[str, Any], code: str | None) -> None:
    built = build(order(), organisation=organisation(account("200", **changes)))
    if code is None:
        assert built.status == "ready"
    else:
        assert held(built) == (code, "accounts.sales")


def test_an_account_that_does_not_exist() -> None:
    built = build(order(), {"accounts": {"sales": "999"}}, organisation())
    assert held(built) == ("account_unknown", "accounts.sales")
    assert built.reasons[0].message == (
        "Demo Company (AU) has no account 999. Add it in Xero, or map another as accounts.sales."
    )


def test_the_account_of_a_rule_names_the_rule() -> None:
    rules = {"rules": [{"when": {"sku": "X"}, "due_days": "1"},
                       {"when": {"sku": "SH*"}, "account": "999"}]}  # fmt: skip
    assert held(build(order(), rules, organisation())) == ("account_unknown", "rules[1].account")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"status": "DELETED"}, "tax_type_unknown", "tax.rules[2]"),
        ({"applies_to": frozenset({"EXPENSE"})}, "tax_not_allowed", "tax.rules[2]"),
        ({"effective_rate": D("12.5")}, "tax_rate_differs", "tax.rules[2]"),
    ],
)
def test_the_tax_type_of_a_line(changes: dict[str, Any], code: str, field: str) -> None:
    facts = with_rate(organisation(), "TAX10", **changes)
    assert held(build(order(), organisation=facts)) == (code, field)


def test_as_charged_accepts_another_rate_and_states_the_tax() -> None:
    rules = {"tax": {"rules": [{"rate": "10", "tax_type": "TAX20", "as_charged": True}]}}
    built = build(order(), rules | {"posting": {"rounding": "rounding_line"}}, organisation())
    assert shape(built) == [("1", "100.00", "200", "TAX20", "10.00")]


def test_the_configured_rates_count_while_not_connected() -> None:
    rules = {"tax": {"rates": {"TAX10": "12.5"}}}
    assert held(build(order(), rules)) == ("tax_rate_differs", "tax.rules[2]")
    assert build(order(), rules, organisation()).status == "ready"
    assert build(order(), {"tax": {"rates": {"TAX10": "10"}}}).status == "ready"


# --- discounts ------------------------------------------------------------------------------


def _limited(*accounts: AccountFacts) -> OrganisationFacts:
    """Taxes of sales that Xero lets be used with revenue alone, as most are."""
    facts = organisation(*accounts)
    sales = {
        name: replace(rate, applies_to=frozenset({"REVENUE"})) if name == "TAX10" else rate
        for name, rate in facts.tax_rates.items()
    }
    return replace(facts, tax_rates=sales)


def test_discounts_go_to_an_expense_account_where_their_tax_fits_it() -> None:
    facts = organisation(account("429", "EXPENSE"))
    rules = {"accounts": {"discounts": "429"}}
    built = build(order(discounted("100", "10")), rules, facts)
    assert built.status == "ready"
    assert "429" in {line.account for line in lines_of(built)}


def test_where_the_tax_is_barred_from_the_account_the_hold_names_those_that_fit() -> None:
    facts = _limited(account("429", "EXPENSE"), account("206", name="Discounts given"))
    rules = {"accounts": {"discounts": "429"}}
    built = build(order(discounted("100", "10")), rules, facts)
    assert held(built) == ("tax_not_allowed", "accounts.discounts")
    text = built.reasons[0].message
    assert "account 429 Account 429 must be of class REVENUE, not EXPENSE, for the tax type" in text
    assert "TAX10, which Xero does not allow with it." in text
    assert "Map one of these as accounts.discounts: 206 Discounts given, 200 Account 200, " in text
    assert build(order(), rules, facts).status == "ready"
    untaxed = order(discounted("100", "10", rate="0"))
    assert build(untaxed, rules, facts).status == "ready"
    (said,) = misfits(StoreRules.model_validate(merged(RULES, rules)), facts)
    assert said == f"accounts.discounts: {text}"


def test_discounts_never_go_to_an_account_that_is_neither() -> None:
    facts = organisation(account("205", "LIABILITY"))
    built = build(order(discounted("100", "10")), organisation=facts)
    assert held(built) == ("account_not_allowed", "accounts.discounts")
    assert "must be of class REVENUE, not LIABILITY" in built.reasons[0].message


def test_a_discount_account_that_no_line_uses_is_not_checked() -> None:
    facts = organisation(account("205", "EXPENSE", status="ARCHIVED"))
    assert build(order(), organisation=facts).status == "ready"


def test_the_type_must_fit_the_discount_account_too() -> None:
    facts = with_rate(organisation(), "TAX10", applies_to=frozenset({"EXPENSE"}))
    facts.accounts["200"] = account("200", "EXPENSE")
    built = build(order(discounted("100", "10")), organisation=facts)
    assert held(built) == ("tax_not_allowed", "accounts.discounts")


# --- rounding -------------------------------------------------------------------------------

OFF = {"total": D("110.01")}


def test_rounding_goes_to_xeros_own_account_unless_mapped() -> None:
    for mapped in ("860", None):
        built = build(order(**OFF), {"accounts": {"rounding": mapped}}, organisation())
        assert shape(built)[1] == ("1", "0.01", "860", "BASEXCLUDED", None)
    other = organisation(account("861", "EXPENSE"))
    built = build(order(**OFF), {"accounts": {"rounding": "861"}}, other)
    assert shape(built)[1] == ("1", "0.01", "861", "BASEXCLUDED", None)


def test_xeros_own_account_for_rounding_may_have_no_code() -> None:
    facts = organisation()
    own = replace(facts.accounts.pop("860"), code="")
    facts.accounts[own.account_id] = own
    built = build(order(**OFF), {"accounts": {"rounding": None}}, facts)
    assert lines_of(built)[1].payload()["AccountID"] == own.account_id


def test_xeros_own_account_for_rounding_is_named_by_its_code() -> None:
    facts = organisation(account("860", "EXPENSE", system_account="ROUNDING", status="ARCHIVED"))
    built = build(order(**OFF), {"accounts": {"rounding": None}}, facts)
    assert held(built) == ("account_archived", "accounts.rounding")
    assert built.reasons[0].message.startswith("Account 860 Account 860 is archived")


@pytest.mark.parametrize(
    ("rules", "code", "field"),
    [
        ({"accounts": {"rounding": None}}, "account_unmapped", "accounts.rounding"),
        ({"tax": {"out_of_scope": None}}, "tax_unmapped", "tax.out_of_scope"),
    ],
)
def test_rounding_needs_an_account_and_a_type(rules: dict[str, Any], code: str, field: str) -> None:
    assert held(build(order(**OFF), rules)) == (code, field)
    assert build(order(), rules).status == "ready"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"applies_to": frozenset({"REVENUE"})}, "tax_not_allowed"),
        ({"effective_rate": D(10)}, "tax_rate_differs"),
        ({"status": "ARCHIVED"}, "tax_type_unknown"),
    ],
)
def test_the_rounding_type_must_fit_and_bear_no_tax(changes: dict[str, Any], code: str) -> None:
    facts = with_rate(organisation(), "BASEXCLUDED", **changes)
    built = build(order(**OFF), organisation=facts)
    assert held(built) == (code, "tax.out_of_scope")


def test_a_system_account_other_than_rounding_is_refused() -> None:
    facts = organisation(account("610", "ASSET", system_account="DEBTORS"))
    built = build(order(**OFF), {"accounts": {"rounding": "610"}}, facts)
    assert held(built) == ("account_not_allowed", "accounts.rounding")


# --- tracking, items, themes ----------------------------------------------------------------

STORES = TrackingFacts("t1", "Store", "ACTIVE", frozenset({"East"}))


@pytest.mark.parametrize(
    ("policy", "option", "kept", "code"),
    [
        ("create", "West", True, None),
        ("skip", "East", True, None),
        ("skip", "West", False, "tracking_skipped"),
        ("hold", "East", True, None),
        ("hold", "West", False, "tracking_unknown"),
    ],
)
def test_a_tracking_option_that_xero_lacks(
    policy: str, option: str, kept: bool, code: str | None
) -> None:
    rules = {"posting": {"tracking_options": policy}, "tracking": {"Store": option}}
    built = build(order(), rules, organisation(tracking={"Store": STORES}))
    assert codes(built) == ([code] if code else [])
    assert built.status == ("held" if policy == "hold" and not kept else "ready")
    if built.status == "ready":
        assert lines_of(built)[0].tracking == ((("Store", option),) if kept else ())


def test_an_archived_category_is_lacking() -> None:
    gone = replace(STORES, status="ARCHIVED")
    rules = {"posting": {"tracking_options": "skip"}, "tracking": {"Store": "East"}}
    built = build(order(), rules, organisation(tracking={"Store": gone}))
    assert lines_of(built)[0].tracking == ()


@pytest.mark.parametrize(
    ("item", "known", "code"),
    [(None, True, "SHIRT"), (None, False, ""), (False, True, ""), (True, False, "")],
)
def test_an_item_code_only_where_xero_has_the_item(
    item: bool | None, known: bool, code: str
) -> None:
    rules = {} if item is None else {"rules": [{"when": {"sku": "SHIRT"}, "item": item}]}
    items = {"SHIRT": ItemFacts("SHIRT")} if known else {}
    books = Books(snapshot(rules), organisation(), items)
    built = build_order(books, order(line("10")), Contacts())
    assert lines_of(built)[0].item_code == code


@pytest.mark.parametrize(
    ("theme", "sent"), [("Retail", "id-1"), ("id-1", "id-1"), ("Other", None), (None, "")]
)
def test_the_branding_theme_by_name_or_id(theme: str | None, sent: str | None) -> None:
    facts = organisation(branding_themes={"Retail": "id-1"})
    built = build(order(), {"posting": {"branding_theme": theme}}, facts)
    if sent is None:
        assert held(built) == ("branding_theme_unknown", "posting.branding_theme")
    else:
        assert built.invoice is not None
        assert built.invoice.branding_theme_id == sent


def test_the_invoice_is_sent_to_the_contact_only_when_approved() -> None:
    for status, sent in (("AUTHORISED", True), ("DRAFT", False)):
        built = build(order(), {"posting": {"send_to_contact": True, "status": status}})
        assert built.invoice is not None
        assert built.invoice.sent_to_contact is sent


def test_an_unknown_organisation_allows_everything() -> None:
    rules = {"accounts": {"sales": "no such"}, "posting": {"branding_theme": "Any"}}
    assert build(order(), rules).status == "ready"


def test_an_account_id_is_sent_as_one() -> None:
    guid = "0f5d4ae2-9a3f-4b0e-9d2b-3f4f5a6b7c8d"
    built = build(order(), {"accounts": {"sales": guid}})
    assert lines_of(built)[0].payload()["AccountID"] == guid


def test_unused_tax_rate_facts_do_no_harm() -> None:
    strange = TaxRateFacts("ODD", "Odd", D("99"), "ACTIVE", frozenset())
    facts = organisation()
    facts.tax_rates["ODD"] = strange
    assert build(order(), organisation=facts).status == "ready"
