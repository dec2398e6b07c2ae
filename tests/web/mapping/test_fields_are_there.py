"""Where a reason leads, the very field stands: whoever follows the link is at it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounting.reason_kinds import REASONS
from connector.configuration.versions.publish import change
from connector.pages.mapping.subjects import field_url, reason_url
from stores.models import Store
from tests.web.factories import AccountFactory, MappingFactory, OrganisationFactory, StoreFactory
from xero.models import TaxRate

SET: dict[tuple[str, ...], Any] = {
    ("tax", "rules"): [
        {"country": "AU", "tax_type": "OUTPUT"}, {"country": "NZ", "tax_type": "OUTPUT"},
    ],
    ("rules",): [
        {"when": {"country": "NZ"}, "account": "205"},
        {"when": {"sku": "A*"}, "tracking": {"Region": "North"}},
    ],
    ("payment_accounts",): {"checkmo": "none", "pay later (x)": "none"},
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
