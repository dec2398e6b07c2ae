"""What is not mapped is listed before an order fails for it, each with the field to fill."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounting.unmapped.gaps import Gap, GapKind, gaps
from accounts_mapping.proposals.payments import Method
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
