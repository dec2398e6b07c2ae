"""The chart of accounts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.web.factories import AccountFactory, MappingFactory, OrganisationFactory, StoreFactory


def codes(response: Any) -> list[str]:
    return re.findall(r'<th class="code" scope="row">([^<]*)</th>', response.text)


@pytest.fixture
def organisation(db: None) -> Any:
    found = OrganisationFactory()
    AccountFactory(organisation=found, code="200", name="Sales")
    AccountFactory(
        organisation=found, code="091", name="Stripe Clearing", type="BANK", account_class="ASSET"
    )
    AccountFactory(
        organisation=found, code="620", name="Prepayments", account_class="ASSET",
        status="ARCHIVED", system_account="", tax_type="BASEXCLUDED",
    )  # fmt: skip
    return found


def test_without_an_organisation_it_offers_to_connect(page: Client) -> None:
    text = page.get("/chart-of-accounts/").text

    assert "No organisation is connected" in text
    assert 'href="/xero/"' in text


def test_accounts_are_listed_by_code(page: Client, organisation: Any) -> None:
    response = page.get("/chart-of-accounts/")

    assert codes(response) == ["091", "200", "620"]
    assert "3 accounts of Demo Company (AU), read from Xero 12 minutes ago." in response.text
    assert '<span class="state skipped">Archived</span>' in response.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "09"}, ["091"]),
        ({"q": "sale"}, ["200"]),
        ({"kind": "ASSET"}, ["091", "620"]),
        ({"status": "ARCHIVED"}, ["620"]),
        ({"payable": "yes"}, ["091"]),
        ({"q": "nothing"}, []),
    ],
)
def test_filters(page: Client, organisation: Any, query: dict[str, str], found: list[str]) -> None:
    assert codes(page.get("/chart-of-accounts/", query)) == found


def test_it_says_what_an_account_is_used_for(page: Client, organisation: Any) -> None:
    MappingFactory(store=StoreFactory(organisation=organisation, name="AU shop"))

    text = page.get("/chart-of-accounts/").text

    assert "Sales (AU shop)" in text
    assert "Payments (AU shop)" in text


def test_only_the_rules_in_force_count(page: Client, organisation: Any) -> None:
    store = StoreFactory(organisation=organisation, name="AU shop")
    MappingFactory(store=store, number=1)
    MappingFactory(store=store, number=2, document={"accounts": {"sales": "091"}})

    text = page.get("/chart-of-accounts/").text

    assert text.count("Sales (AU shop)") == 1
    assert "Payments (AU shop)" not in text


def test_long_charts_have_pages(page: Client) -> None:
    organisation = OrganisationFactory()
    for n in range(130):
        AccountFactory(organisation=organisation, code=f"{n:03d}")

    first = page.get("/chart-of-accounts/")
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following is not None
    second = page.get(f"/chart-of-accounts/{following[1].replace('&amp;', '&')}")

    assert codes(first) + codes(second) == [f"{n:03d}" for n in range(130)]
    assert len(codes(first)) == 100


def test_each_organisation_has_its_own(page: Client, organisation: Any) -> None:
    other = OrganisationFactory(name="Second Ltd")
    AccountFactory(organisation=other, code="999")

    assert codes(page.get("/chart-of-accounts/", {"organisation": other.pk})) == ["999"]


def test_refresh_rings_and_says_so(page: Client, organisation: Any, rung: list[Any]) -> None:
    response = page.post(f"/chart-of-accounts/{organisation.pk}/refresh/", follow=True)

    assert rung == [("xero.refresh_reference", organisation.pk)]
    assert "are being read again" in response.text


def test_refresh_of_a_lost_connection_does_nothing(page: Client, rung: list[Any]) -> None:
    organisation = OrganisationFactory(connected=False, reason="Disconnected here.")

    response = page.post(f"/chart-of-accounts/{organisation.pk}/refresh/", follow=True)

    assert rung == []
    assert "Not refreshed: Disconnected here." in response.text
