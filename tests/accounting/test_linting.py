"""What is said about a mapping when it is saved: doubts, and what could never be posted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounting.linting import doubts, misfits
from accounts_mapping.rules.schema import StoreRules
from connector.configuration.sharing import shared_parts
from stores.canonical.order import PartKeys
from stores.profile import PlatformProfile
from stores.settings import StoreSettings
from tests.accounting.orders import RULES, account, merged, organisation, snapshot
from xero.documents.facts import NOT_CONNECTED, OrganisationFacts, TrackingFacts


def tax_doubts(rules: list[dict[str, Any]], **tax: Any) -> list[str]:
    mapping = snapshot({"tax": {"rules": rules, **tax}}, country="DE", base_currency="EUR")
    found = doubts(mapping.store, mapping.rules, NOT_CONNECTED)
    return [line.split(":")[0] for line in found]


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ({"invoice": ["processing"]}, []),
        ({"invoice": ["processing", "packed"], "on_paid": "packed"}, []),
        ({"invoice": ["*"], "on_paid": "packed"}, []),
        ({"invoice": ["processing"], "on_paid": "packed"}, ["packed is not in statuses.invoice"]),
        ({"invoice": ["*"], "reverse": ["packed"], "on_paid": "packed"},
         ["packed takes a sale back (statuses.reverse, statuses.refunded)"]),
        ({"invoice": ["paid"], "reverse": ["*"], "on_paid": "packed"},
         ["packed takes a sale back (statuses.reverse, statuses.refunded)"]),
    ],
)  # fmt: skip
def test_a_status_of_paid_orders_that_changes_what_becomes_of_them_is_doubtful(
    statuses: dict[str, Any], said: list[str]
) -> None:
    mapping = snapshot({"statuses": statuses})
    found = doubts(mapping.store, mapping.rules, NOT_CONNECTED)
    about = [line for line in found if line.startswith("statuses.on_paid: ")]
    assert [line.split(": ")[1] for line in about] == said


HOME = {"rate": 19, "tax_type": "OUTPUT19"}


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ([HOME, {"country": "FR", "rate": 20, "tax_type": "OUTPUT19"}], ["tax.rules[1].tax_type"]),
        ([{"country": ["FR", "ES"], "rate": 20, "tax_type": "OUTPUT19", "as_charged": True}, HOME],
         ["tax.rules[0].tax_type"]),
        ([HOME, {"country": "EU", "tax_type": "OUTPUT19"}], ["tax.rules[1].tax_type"]),
        ([{"country": "DE", "rate": 19, "tax_type": "X"}, {"country": "AT", "tax_type": "X"}],
         ["tax.rules[1].tax_type"]),
        # Types of their own, and what is not taxed at all.
        ([HOME, {"country": "FR", "rate": 20, "tax_type": "OSS20"}], []),
        ([{"rate": 0, "tax_type": "ZERO"}, {"country": "FR", "rate": 0, "tax_type": "ZERO"}], []),
        # Home's own tax charged everywhere, as a small shop may.
        ([HOME, {"country": "*", "rate": 19, "tax_type": "OUTPUT19"}], []),
        ([HOME, {"country": ["DE"], "rate": 7, "tax_type": "OUTPUT19"}], []),
    ],
)  # fmt: skip
def test_foreign_tax_under_an_ordinary_type_of_home_is_doubtful(
    rules: list[dict[str, Any]], named: list[str]
) -> None:
    assert tax_doubts(rules) == named


def test_the_default_type_is_one_of_home() -> None:
    foreign = {"country": "FR", "rate": 20, "tax_type": "OUTPUT19"}
    assert tax_doubts([foreign], default="OUTPUT19") == ["tax.rules[0].tax_type"]


def with_categories(*names: str) -> OrganisationFacts:
    tracking = {n: TrackingFacts(n, n, "ACTIVE", frozenset({"East"})) for n in names}
    return organisation(tracking=tracking)


@pytest.mark.parametrize(
    ("policy", "has", "wrong", "doubtful"),
    [
        ("create", [], [], []),
        ("create", ["Other"], ["tracking.Store", "rules[0].tracking.Desk"], []),
        ("create", ["store", "Desk"], [], []),
        ("create", ["Store", "Other"], ["rules[0].tracking.Desk"], []),
        ("hold", ["Store"], ["rules[0].tracking.Desk"], []),
        ("skip", ["Store"], [], ["rules[0].tracking.Desk"]),
    ],
)
def test_tracking_categories_that_xero_lacks(
    policy: str, has: list[str], wrong: list[str], doubtful: list[str]
) -> None:
    mapping = snapshot({
        "posting": {"tracking_options": policy},
        "tracking": {"Store": "East"},
        "rules": [{"when": {"sku": "*"}, "tracking": {"Desk": "One"}}],
    })  # fmt: skip
    facts = with_categories(*has)
    assert [x.split(":")[0] for x in misfits(mapping.rules, facts)] == wrong
    assert [x.split(":")[0] for x in doubts(mapping.store, mapping.rules, facts)] == doubtful


def store_of(slug: str, url: str = "https://shop.example.com", **only: Any) -> StoreSettings:
    return StoreSettings.model_validate({
        "slug": slug, "platform": "magento", "url": url, "organisation": "Books",
        "base_currency": "EUR", "timezone": "Europe/Berlin", "only": only,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ({}, {}, True),
        ({"websites": ["EU"]}, {}, True),
        ({"websites": ["EU"]}, {"websites": ["US"]}, False),
        ({"websites": ["EU", "UK"]}, {"websites": ["uk"]}, True),
        ({"websites": ["EU*"]}, {"websites": ["EU North"]}, True),
        ({"websites": ["EU"]}, {"stores": ["Outlet"]}, True),
        ({"websites": ["EU"], "stores": ["A"]}, {"websites": ["EU"], "stores": ["B"]}, False),
    ],
)
def test_two_stores_that_would_take_the_same_orders_are_told(
    first: dict[str, Any], second: dict[str, Any], shared: bool
) -> None:
    lines = shared_parts([store_of("one", **first), store_of("two", **second)])

    assert [line.split(":")[0] for line in lines] == (["two.only"] if shared else [])


VIEWS = (
    PartKeys(("1", "base", "Main"), ("1", "main"), ("1", "en", "English")),
    PartKeys(("1", "base", "Main"), ("1", "main"), ("2", "de", "German")),
    PartKeys(("2", "b2b", "Trade"), ("2", "trade"), ("3", "b2b_en", "Trade English")),
)


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ({"websites": ["base"]}, {"store_views": ["b2b_en"]}, ""),
        ({"websites": ["b2b"]}, {"stores": ["main"]}, ""),
        ({"websites": ["Main"]}, {"stores": ["1"], "store_views": ["Trade*"]}, ""),
        ({"websites": ["base"]}, {"store_views": ["de", "b2b_en"]}, "store view German"),
        ({"websites": ["base"]}, {"websites": ["Main"]}, ""),
        ({"websites": ["b2b"]}, {}, "store view Trade English"),
    ],
)
def test_what_the_shop_told_keeps_parts_apart_that_are_named_in_different_ways(
    first: dict[str, Any], second: dict[str, Any], shared: str
) -> None:
    stores = [store_of("one", **first), store_of("two", **second)]
    lines = shared_parts(stores, {"https://shop.example.com": VIEWS})

    assert len(lines) == bool(shared)
    assert all(shared in line for line in lines)


def test_what_cannot_be_told_yet_is_not_called_the_same() -> None:
    (line,) = shared_parts([store_of("one", websites=["a"]), store_of("two", stores=["b"])])

    assert "nothing keeps" not in line
    assert "Test connection" in line


def test_stores_of_two_shops_share_nothing() -> None:
    assert shared_parts([store_of("one"), store_of("two", "https://other.example.com")]) == []


@pytest.mark.parametrize("accounts", [{"banktransfer": "none"}, {"*": {"AUD": "none"}}])
def test_none_in_place_of_an_account_is_no_account(accounts: dict[str, Any]) -> None:
    mapping = snapshot({"payment_accounts": accounts})
    lines = misfits(mapping.rules, organisation())
    assert [line for line in lines if "banktransfer" in line or "none" in line] == []
    off = snapshot({"payment_accounts": accounts}, streams={"invoices": False})
    told = doubts(off.store, off.rules, organisation())
    assert [line for line in told if "is not of type BANK" in line] == []


def _with_expenses(*classes: str) -> OrganisationFacts:
    """An organisation with account 429, whose sales tax may be used with these classes."""
    facts = organisation(account("429", "EXPENSE"))
    rates = {
        name: replace(rate, applies_to=frozenset(classes)) for name, rate in facts.tax_rates.items()
    }
    return replace(facts, tax_rates=rates)


def _discounts(rules: dict[str, Any], facts: OrganisationFacts) -> tuple[list[str], list[str]]:
    """What would hold orders with a discount, and what is only doubtful."""
    checked = StoreRules.model_validate(merged(RULES, rules))
    lines = (misfits(checked, facts), doubts(store_of("one"), checked, facts))
    wrong, doubtful = ([one for one in some if "accounts.discounts" in one] for some in lines)
    return wrong, doubtful


def test_an_expense_account_for_discounts_is_told_before_the_first_order() -> None:
    rules = {"accounts": {"discounts": "429"}}
    wrong, doubtful = _discounts(rules, _with_expenses("REVENUE", "EXPENSE", "LIABILITY"))
    assert wrong == []
    assert len(doubtful) == 1
    assert "is an expense account" in doubtful[0]
    wrong, doubtful = _discounts(rules, _with_expenses("REVENUE", "LIABILITY"))
    assert doubtful == []
    assert len(wrong) == 1
    assert "TAX10" in wrong[0]
    assert "Map one of these as accounts.discounts: 200 Account 200" in wrong[0]
    folded = {**rules, "posting": {"discounts": "folded"}}
    assert _discounts(folded, _with_expenses("REVENUE", "LIABILITY")) == ([], [])


@pytest.mark.parametrize(
    ("told", "settings", "rules", "doubtful"),
    [
        (False, {"streams": {"products": True}}, {}, True),
        (False, {}, {"items": {"tracked": True}}, True),
        (False, {}, {}, False),
        (False, {"streams": {"products": True}}, {"refunds": {"restock": "always"}}, False),
        (True, {"streams": {"products": True}}, {}, False),
    ],
)
def test_a_platform_that_does_not_tell_what_came_back_is_doubted(
    settings: dict[str, Any], rules: dict[str, Any], *, told: bool, doubtful: bool
) -> None:
    mapping = snapshot(rules, **settings)
    toy = PlatformProfile("toy", "Toy shop", tells_restock=told)

    lines = doubts(mapping.store, mapping.rules, NOT_CONNECTED, toy)

    assert [line.split(":")[0] for line in lines] == ["refunds.restock"] * doubtful
    assert all("Toy shop does not tell" in line for line in lines)
