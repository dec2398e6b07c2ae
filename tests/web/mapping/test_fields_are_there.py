"""Where a reason leads, the very field stands: whoever follows the link is at it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounting.reason_kinds import REASONS
from accounting.reasons import Reason
from accounts_mapping.models import DraftChange
from accounts_mapping.rules.taxes import _no_rule
from connector.configuration.versions.publish import change
from connector.pages.mapping.subjects import field_url, reason_url
from stores.models import Store
from tests.web.factories import AccountFactory, MappingFactory, OrganisationFactory, StoreFactory
from tests.web.subjects.forms import form_with
from xero.models import TaxRate

SET: dict[tuple[str, ...], Any] = {
    ("tax", "rules"): [
        {"country": "AU", "tax_type": "OUTPUT"}, {"country": "NZ", "tax_type": "OUTPUT"},
    ],
    ("rules",): [
        {"when": {"country": "NZ"}, "account": "205"},
        {"when": {"sku": "A*"}, "tracking": {"Region": "North"}},
    ],
    ("payment_accounts",): {"checkmo": "none", "pay later (x)": "none", "by_card": {"AUD": "none"}},
    ("total_rows",): {"cod fee": {"account": "205"}},
    ("products",): [{"sku": "A/1", "sales_account": "205"}],
    ("lookups",): {"region": {"NZ": "North"}},
    ("tracking",): {"Region": "North"},
}  # fmt: skip
MEMBERS = (
    "tax.rules[1]", "tax.rules[1].tax_type", "tax.rules[0].country", "rules[1]", "rules[0].account",
    "rules[1].tracking", "rules[1].tracking.Region", "rules[0].when.country", "rules[1].when.sku",
    "payment_accounts.checkmo", "payment_accounts.pay later (x)", "payment_accounts",
    "total_rows.cod fee", "total_rows", "products[0]", "products[0].sales_account", "lookups",
    "tracking.Region", "tracking", "accounts.sales", "statuses.invoice", "items.tracked",
    "posting.due_days", "organisation", "cut_over", "only.websites", "streams.credit_notes",
)  # fmt: skip


@pytest.fixture
def store(db: None) -> Store:
    made: Store = StoreFactory(slug="au", organisation=OrganisationFactory(), enabled=False)
    AccountFactory(organisation=made.organisation, code="205")
    TaxRate.objects.create(
        organisation=made.organisation, tax_type="OUTPUT", name="GST", effective_rate_text="10",
        status="ACTIVE", applies_to=["REVENUE"],
    )  # fmt: skip
    MappingFactory(store=made)
    change(made, SET, author=None, seen=None)
    return made


def stands_there(page: Client, url: str) -> bool:
    address, _, name = url.partition("#")
    return f'id="{name}"' in page.get(address).text


@pytest.mark.parametrize("path", MEMBERS)
def test_the_field_of_a_path_is_on_its_page(page: Client, store: Store, path: str) -> None:
    url = field_url("au", path)
    assert "#" in url
    assert stands_there(page, url), url


@pytest.mark.parametrize("code", [code for code, kind in REASONS.items() if kind.at])
def test_a_reason_leads_to_a_field(page: Client, store: Store, code: str) -> None:
    url = reason_url("au", {"code": code})
    assert stands_there(page, url), url


def untaxed(country: str, tax_class: str = "", rate: str = "10") -> dict[str, Any]:
    """The reason that a build keeps of a tax that no rule fits."""
    text = _no_rule(country, tax_class, Decimal(rate), "A mug")
    return Reason("tax_unmapped", text, "tax.rules").kept()


def method(name: str) -> dict[str, Any]:
    return {"code": "payment_method_unmapped", "field": f"payment_accounts.{name}"}


UNMAPPED = (
    (method("new method (y)"), {"method": "new method (y)"}, "account"),
    (method("by_card.USD"), {"method": "by_card", "currency": "USD"}, "account"),
    (method("checkmo.more"), {"method": "checkmo.more", "currency": ""}, "account"),
    ({"code": "total_row_unmapped", "field": "total_rows.tip & more"}, {"code": "tip & more"},
     "meaning"),
    (untaxed("FR", "Books"), {"country": "FR", "class_": "Books", "rate": "10"}, "tax_type"),
    (untaxed("AU"), {"country": "", "class_": "", "rate": "10"}, "tax_type"),
)  # fmt: skip


@pytest.mark.parametrize(("reason", "named", "answer"), UNMAPPED)
def test_what_is_not_mapped_yet_has_a_row_at_the_end_of_its_link(
    page: Client, store: Store, reason: dict[str, Any], named: dict[str, str], answer: str
) -> None:
    address, _, fragment = reason_url("au", reason).partition("#")
    text = page.get(address).text
    found = re.findall(rf'name="([\w-]+)-{answer}"[^>]* id="{re.escape(fragment)}"', text)
    assert len(found) == 1, "the field that is left to be filled in has the focus"
    assert text.count(f'for="{fragment}"') == 1
    typed = form_with(text, "seen")
    assert {name: typed[f"{found[0]}-{name}"][0] for name in named} == named
    assert not DraftChange.objects.exists(), "nothing is kept that nobody has saved"

    refused = page.post(address, typed).text
    assert "field-error" in refused
    assert not DraftChange.objects.exists()
    value = {"account": "none", "meaning": "discount", "tax_type": "OUTPUT"}[answer]
    saved = page.post(address, {**typed, f"{found[0]}-{answer}": value})
    assert saved.status_code == 302, re.findall(r'field-error">([^<]*)<', saved.text)
    assert DraftChange.objects.count() == 1
    again = page.get(address).text
    assert again.count(f'id="{fragment}"') == 1
    assert form_with(again, "seen").keys() == typed.keys(), "the row is there, and no second one"


@pytest.mark.parametrize("name", ["", "x" * 5000, "a\u202eb", "[", '["AU"]', "[1,2,3,4,5]"])
def test_what_names_nothing_adds_no_row(page: Client, store: Store, name: str) -> None:
    for subject in ("taxes", "payments") if name[:1] not in "[" else ("taxes",):
        plain = form_with(page.get(f"/mapping/au/{subject}/").text, "seen")
        query = urlencode({"new": name})
        shown = form_with(page.get(f"/mapping/au/{subject}/?{query}").text, "seen")
        assert shown.keys() == plain.keys()
