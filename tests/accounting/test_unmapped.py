"""What is not mapped is listed before an order fails for it, each with the field to fill."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounting.unmapped.gaps import Gap, GapKind, gaps
from accounts_mapping.proposals.payments import Method
from accounts_mapping.proposals.proposal import Sure
from accounts_mapping.proposals.propose import SeenRow, propose
from accounts_mapping.rules.schema import StoreRules
from accounts_mapping.seen.pairs import TaxPair
from tests.accounts_mapping.test_proposals import (
    HOME_RATE,
    accepted,
    made,
    organisation,
    shows,
    snapshot,
)


def whole(country: str):
    """A mapping without a gap, its organisation, and what its shop shows."""
    facts, shown = organisation(country), replace(shows(country), ships=True)
    facts = made(propose(snapshot(country), facts, shown), facts)
    rules = accepted(propose(snapshot(country), facts, shown))
    return rules, facts, shown


def holding(found: list[Gap]) -> list[tuple[GapKind, str]]:
    return [(one.kind, one.field) for one in found if one.holds]


@pytest.mark.parametrize("country", HOME_RATE)
def test_a_mapping_that_was_proposed_and_accepted_has_no_gap(country):
    rules, facts, shown = whole(country)
    assert holding(gaps(snapshot(country, rules), facts, shown)) == []


def test_without_a_mapping_all_that_orders_need_is_listed():
    shown = replace(shows("AU"), ships=True)
    found = gaps(snapshot("AU"), organisation("AU"), shown)
    fields = {field for _, field in holding(found)}
    assert fields >= {
        "accounts.sales", "accounts.shipping", "accounts.gift_cards", "tax.out_of_scope",
        "tax.rules", "statuses.invoice", "payment_accounts.stripe_payments",
    }  # fmt: skip
    assert "accounts.store_credit" not in fields
    method = next(one for one in found if one.key == "stripe_payments")
    assert method.orders == 40


def change(rules: StoreRules, **sections) -> StoreRules:
    dumped = rules.model_dump(by_alias=True, exclude_unset=True)
    for name, value in sections.items():
        dumped[name] = {**dumped.get(name, {}), **value}
    return StoreRules.model_validate(dumped)


def test_what_orders_show_anew_is_a_gap_with_its_field():
    rules, facts, shown = whole("AU")
    more = replace(
        shown,
        methods=(*shown.methods, Method("newpay", "New pay", 3, ("AUD", "USD"), "1007")),
        taxes=(*shown.taxes, TaxPair("AU", "12.5", "Levy", orders=2, sample="1008"),
               TaxPair("DE", "19", "USt", orders=1)),
        rows=(*shown.rows, SeenRow("insurance", "Insurance", 4, "1009")),
        currencies=(("AUD", 9), ("USD", 3)), seen_statuses=(("odd", 5), ("paid", 9)),
    )  # fmt: skip
    found = gaps(snapshot("AU", rules), replace(facts, currencies=frozenset({"AUD"})), more)
    assert {(one.kind, one.field, one.orders) for one in found} == {
        (GapKind.METHOD, "payment_accounts.newpay", 3), (GapKind.TAX, "tax.rules", 2),
        (GapKind.TAX, "tax.rules", 1), (GapKind.ROW, "total_rows.insurance", 4),
        (GapKind.CURRENCY, "posting.currency_not_enabled", 3),
        (GapKind.STATUS, "statuses.invoice", 5),
    }  # fmt: skip
    assert [one.field for one in found if not one.holds] == ["statuses.invoice"]
    assert {one.sample for one in found if one.sample} == {"1007", "1008", "1009"}


def test_what_no_longer_fits_is_a_gap_although_it_is_mapped():
    rules, facts, shown = whole("AU")
    sales = rules.accounts.sales
    archived = replace(facts.accounts[sales], status="ARCHIVED")
    gone = {kind: rate for kind, rate in facts.tax_rates.items() if kind != "OUTPUT"}
    broken = replace(facts, accounts=facts.accounts | {sales: archived}, tax_rates=gone)
    fields = {one.field for one in gaps(snapshot("AU", rules), broken, shown)}
    assert fields >= {"accounts.sales", "tax.rules[0]"}
    lines = gaps(snapshot("AU", change(rules, payment_accounts={"stripe_payments": sales})), facts,
                 shown)  # fmt: skip
    assert holding(lines) == [(GapKind.METHOD, "payment_accounts.stripe_payments")]


def test_a_type_of_another_rate_than_was_charged_is_a_gap():
    rules, facts, shown = whole("AU")
    one = facts.tax_rates["OUTPUT"]
    other = replace(facts, tax_rates=facts.tax_rates | {"OUTPUT": replace(
        one, effective_rate=one.effective_rate + 2)})  # fmt: skip
    found = [gap for gap in gaps(snapshot("AU", rules), other, shown) if gap.kind is GapKind.TAX]
    assert found
    assert all(gap.field.startswith("tax.rules[0]") for gap in found)


def test_a_store_without_payments_needs_no_account_for_methods():
    _, facts, shown = whole("AU")
    bare = snapshot("AU", StoreRules())
    store = bare.store.model_copy(
        update={"streams": bare.store.streams.model_copy(update={"payments": False})}
    )
    found = gaps(replace(bare, store=store), facts, shown)
    assert not [one for one in found if one.kind is GapKind.METHOD]


# --- what the shop says before the first order ---------------------------------------------------


TABLE = (
    TaxPair("DE", "19", "Umsatzsteuer"), TaxPair("DE", "7", "ermäßigt"),
    TaxPair("FR", "20", "TVA"), TaxPair("PL", "23", "VAT"), TaxPair("", "3", "everywhere"),
)  # fmt: skip


def test_taxes_of_the_shops_own_table_are_listed_where_it_sells_and_hold_nothing():
    rules, facts, shown = whole("DE")
    sold = replace(shown, taxes=(*shown.taxes, TaxPair("FR", "5.5", orders=1)), table=TABLE)
    found = [one for one in gaps(snapshot("DE", rules), facts, sold) if one.kind is GapKind.TAX]
    told = {(one.what, one.holds, one.orders) for one in found if not one.orders}
    # 19 % was shown by orders, and is mapped; nobody in Poland ever bought.
    assert told == {
        ("TVA 20 %, FR", False, 0),
        ("ermäßigt 7 %, DE", False, 0),
        ("everywhere 3 %, DE", False, 0),
    }


def test_a_rate_that_orders_showed_is_not_told_twice_however_it_is_written():
    shown = replace(shows("DE"), taxes=(TaxPair("DE", "7.0000", "x", orders=4),), table=TABLE[1:2])
    assert shown.taxes_to_map("DE") == shown.taxes


def test_a_currency_that_only_the_shop_says_holds_nothing():
    rules, facts, shown = whole("GB")
    takes = replace(shown, currencies=(("GBP", 9), ("JPY", 0), ("USD", 1)))
    found = gaps(snapshot("GB", rules), facts, takes)
    told = [(one.what, one.holds) for one in found if one.kind is GapKind.CURRENCY]
    assert told == [("Orders in USD", True), ("Orders in JPY", False)]


def test_what_the_shops_table_has_is_proposed_as_likely_and_says_so():
    shown = replace(shows("DE"), taxes=(), table=TABLE)
    found = propose(snapshot("DE"), organisation("DE"), shown).proposals
    one = next(one for one in found if one.adds and one.value.get("rate") == "19")
    assert (one.sure, "own table" in one.why) == (Sure.LIKELY, True)
    assert not any("FR" in str(one.value) for one in found)
