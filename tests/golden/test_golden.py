"""Raw orders in, exact previews out: one small file for each rule that it proves.

A case is a JSON file in its platform's folder: `proves` (the rule in words), `store` (what it sets
beside the usual store below, in the configuration file's terms), `context` (facts that the order
lacks), `orders` and `preview`.
`GOLDEN_WRITE=1` writes the previews anew, to be read with care before they are committed.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounting.books import Books
from accounting.preview import Preview, given_facts, known_items
from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.rules.schema import Statuses
from accounts_mapping.sections.section import StoreSection
from stores import registry
from stores.canonical.records import ParseFacts
from tests.accounting.orders import merged
from xero.documents.facts import NOT_CONNECTED, AccountFacts, OrganisationFacts, TaxRateFacts

FOLDER = Path(__file__).parent
CASES = sorted(FOLDER.glob("*/*.json"))

USUAL: dict[str, Any] = {
    "slug": "uk", "url": "https://shop.example.com",
    "organisation": "Demo Company (UK)", "base_currency": "GBP", "country": "GB",
    "timezone": "Europe/London", "number_prefix": "S1-",
    "accounts": {
        "sales": "200", "shipping": "202", "discounts": "205", "other_income": "260",
        "rounding": "860", "gift_cards": "835", "store_credit": "836", "fixed_tax": "261",
    },
    "payment_accounts": {"checkmo": "970"},
    "tax": {
        "none": "EXEMPTOUTPUT",
        "out_of_scope": "NONE",
        "rules": [
            {"rate": "20", "tax_type": "OUTPUT2"},
            {"rate": "5", "tax_type": "RROUTPUT"},
            {"country": "export", "rate": "0", "tax_type": "ZERORATEDOUTPUT"},
        ],
    },
}  # fmt: skip


# What the orders of a platform need beside that.
OF_PLATFORM: dict[str, dict[str, Any]] = {
    "magento": {},
    "cscart": {"payment_accounts": {"1": "970"}},
    "opencart": {
        "payment_accounts": {"bank_transfer": "970"},
        "refunds": {"return_actions": ["1"]},
        "tax": {"rules": [
            {"rate": "20", "tax_type": "OUTPUT2"},
            {"rate": "5", "tax_type": "RROUTPUT"},
            {"country": "export", "rate": "0", "tax_type": "ZERORATEDOUTPUT"},
            {"country": "EU", "vat_number": True, "rate": "0", "tax_type": "ECZROUTPUT"},
            {"name": "Eco*", "as": "line", "account": "261"},
        ]},
    },
}  # fmt: skip


def preview(
    case: dict[str, Any], platform: str = "magento"
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The orders and the summaries."""
    books, facts = books_of(case, platform)
    reader = registry.reader(platform)
    shown = Preview(books, reader, facts)
    found = [shown.add(record) for record in reader.documents_of(case["orders"])]
    summaries = shown.summaries()
    for document in (document for order in (*found, *summaries) for document in order["documents"]):
        document.pop("sources", None)
    for order in found:
        order.pop("mapping")
    if case.get("contacts"):
        return found, summaries
    return [_without_contact_details(one) for one in found], summaries


def books_of(case: dict[str, Any], platform: str) -> tuple[Books, ParseFacts]:
    """The usual store with what a case sets, and what its orders lack."""
    usual = merged(merged(USUAL, {"platform": platform}), OF_PLATFORM[platform])
    profile = registry.profile(platform)
    section = StoreSection.model_validate(merged(usual, case.get("store", {})))
    rules = section.store_rules
    if "statuses" not in section.model_fields_set:
        rules = rules.model_copy(update={"statuses": Statuses.proposed(profile)})
    facts = given_facts(case.get("context", {}), shop_timezone=section.shop_timezone)
    facts = replace(facts, base_currency=section.base_currency)
    xero = organisation(case["accounts"]) if "accounts" in case else NOT_CONNECTED
    return Books(MappingSnapshot(section.profile, rules, profile), xero, known_items(facts)), facts


def organisation(changes: dict[str, dict[str, Any]]) -> OrganisationFacts:
    """A connected organisation with the accounts and tax types of the usual store.

    The liabilities take no payments, unless `changes` say so.
    """
    classes = {"8": "LIABILITY", "9": "ASSET", "6": "ASSET", "4": "EXPENSE"}
    codes = ("200", "202", "205", "260", "261", "429", "610", "835", "836", "837", "860", "970")
    accounts = {
        code: AccountFacts(code, code, f"Account {code}", "BANK" if code == "970" else "OTHER",
                           classes.get(code[0], "REVENUE"), "ACTIVE",
                           system_account="DEBTORS" if code == "610" else "")
        for code in codes
    }  # fmt: skip
    accounts |= {code: replace(accounts[code], **changes[code]) for code in changes}
    everywhere = frozenset({"REVENUE", "LIABILITY", "ASSET", "EXPENSE"})
    rates = {"OUTPUT2": 20, "RROUTPUT": 5, "EXEMPTOUTPUT": 0, "NONE": 0, "ZERORATEDOUTPUT": 0}
    return OrganisationFacts(
        connected=True, name="Demo Company (UK)", base_currency="GBP", country="GB",
        accounts=accounts, currencies=frozenset({"GBP"}),
        tax_rates={
            kind: TaxRateFacts(kind, kind, Decimal(rate), "ACTIVE", everywhere)
            for kind, rate in rates.items()
        },
    )  # fmt: skip


def _without_contact_details(order: dict[str, Any]) -> dict[str, Any]:
    for document in order["documents"]:
        if document["kind"] == "contact":
            kept = ("ContactID", "ContactNumber", "Name")
            document["payload"] = {k: v for k, v in document["payload"].items() if k in kept}
    return order


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_golden(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    found, summaries = preview(case, path.parent.name)
    if os.environ.get("GOLDEN_WRITE"):
        whole = json.loads(path.read_text(encoding="utf-8")) | {"preview": found}
        if summaries:
            whole["summaries"] = summaries
        path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == case["preview"]
    assert summaries == case.get("summaries", [])


def test_there_are_cases_and_each_says_what_it_proves() -> None:
    assert len(CASES) >= 20
    for path in CASES:
        case = json.loads(path.read_text(encoding="utf-8"))
        assert case["proves"], path.name
        assert case["orders"], path.name
