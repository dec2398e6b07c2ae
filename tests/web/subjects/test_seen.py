"""Beside the rows of a subject: what the shop has and orders showed, with what answers it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts_mapping.models import SeenFact
from connector.configuration.versions.edit import edit
from stores.models import Store
from tests.web.factories import AccountFactory, MappingFactory, OrganisationFactory, StoreFactory
from xero.models import TaxRate


@pytest.fixture
def shop(db: None) -> Store:
    organisation = OrganisationFactory()
    AccountFactory(organisation=organisation, code="091", name="Clearing", type="BANK")
    TaxRate.objects.create(
        organisation=organisation, tax_type="OUTPUT", name="GST on income",
        effective_rate_text="10", status="ACTIVE", applies_to=["REVENUE"],
    )  # fmt: skip
    facts = {
        "payment_methods": [["cheque", "Cheque"]],
        "statuses": [["processing", "Processing"], ["fraud", "Suspected fraud"]],
    }
    store: Store = StoreFactory(slug="au", organisation=organisation, facts=facts)
    MappingFactory(store=store)
    return store


def showed(store: Store, kind: str, *key: str, title: str = "", orders: int = 1, units: int = 0):
    SeenFact.objects.create(
        store=store, showed=kind, text=f"{kind}{key}", key=list(key), title=title, orders=orders,
        units=units, sample="000000007",
    )  # fmt: skip


def rows(page: Client, subject: str) -> list[str]:
    html = page.get(f"/mapping/au/{subject}/").text
    table = html.split('id="seen"', 1)[1].split("</table>", 1)[0]
    found = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", table, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]


def test_all_methods_of_the_shop_and_of_its_orders_stand_with_their_account(
    page: Client, shop: Store
) -> None:
    showed(shop, "payment_method", "stripe", "AUD", title="Cards", orders=12, units=1_234_5000)
    showed(shop, "payment_method", "stripe", "NZD", title="Cards", orders=2, units=500_000)
    edit(shop, ("payment_accounts",), {"stripe": {"AUD": "091"}, "cheque": "none"},
         author=None, seen=None)  # fmt: skip
    assert rows(page, "payments") == [
        "Cards stripe 12 1,234.50 AUD 091 Clearing",
        "Cards stripe 2 50.00 NZD Not mapped Answer it",
        "Cheque cheque 0 – No payment: leave the invoice open",
    ]


def test_taxes_stand_with_place_class_rate_and_type_beside_the_organisations_rates(
    page: Client, shop: Store
) -> None:
    showed(shop, "tax", "AU", "", "taxable", "GST", "10", "", orders=40)
    showed(shop, "tax", "NZ", "", "", "GST NZ", "15", "", orders=3)
    assert rows(page, "taxes") == [
        "GST AU taxable 10 % 40 GST on income (OUTPUT)",
        "GST NZ NZ – 15 % 3 Not mapped Answer it",
    ]
    html = page.get("/mapping/au/taxes/").text
    assert "1 tax rate of the organisation" in html
    assert "GST on income" in page.get("/chart-of-accounts/tax-rates/").text


def test_rows_and_statuses_stand_with_what_becomes_of_them(page: Client, shop: Store) -> None:
    showed(shop, "total_row", "wrap", "AUD", title="Gift wrap", orders=5, units=250_000)
    showed(shop, "status", "processing", orders=9)
    showed(shop, "status", "odd", orders=1)
    assert rows(page, "total-rows") == ["Gift wrap wrap 5 25.00 AUD Not mapped Answer it"]
    assert rows(page, "statuses") == [
        "Processing processing 9 posted, counted as paid",
        "Suspected fraud fraud 0 Left alone",
        "odd 1 Left alone",
    ]


def test_the_queries_do_not_grow_with_what_was_seen(
    page: Client, shop: Store, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        showed(shop, "payment_method", f"m{n}", "AUD", orders=n + 1)
        showed(shop, "tax", "AU", "", "", f"T{n}", "10", "", orders=n + 1)
    for subject in ("payments", "taxes"):
        with django_assert_max_num_queries(22):
            page.get(f"/mapping/au/{subject}/")
