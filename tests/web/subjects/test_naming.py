"""Settings are called what their pages call them, wherever changes of them are listed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accounts_mapping.sections.paths import depths, name_of
from connector.configuration.versions.publish import change
from connector.pages.subjects.naming import value_of, words_of
from stores.models import Store
from tests.web.factories import AccountFactory, MappingFactory, OrganisationFactory, StoreFactory
from tests.web.mapping.test_fields_are_there import MEMBERS, SET
from xero.models import TaxRate

_KEY = re.compile(r"[a-z]+_[a-z]+|\b[a-z]+\.[a-z]+|\[\d+\]|`")


@pytest.mark.parametrize("name", [name_of(path) for path in depths()])
def test_each_setting_has_words(name: str) -> None:
    assert not _KEY.search(words_of(name)), words_of(name)
    assert words_of(name)[0].isupper()


@pytest.mark.parametrize("name", MEMBERS)
def test_so_has_each_member(name: str) -> None:
    assert not _KEY.search(words_of(name)), words_of(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("accounts.shipping", "Accounts: Shipping"),
        ("tax.rules[1].rate", "Taxes, tax 2: Rate in %"),
        ("tax.rules[0].class", "Taxes, tax 1: Tax class"),
        ("rules[0].when.country", "Rules, rule 1: Country of delivery"),
        ("rules[1].tracking.Region", "Rules, rule 2: Tracking Region"),
        ("payment_accounts.pay later (x)", "Payment methods: pay later (x)"),
        ("products[0].sales_account", "Products, product 1: Sales account"),
        ("url", "Store: Address"),
        ("streams.credit_notes", "Store: Credit notes"),
    ],
)
def test_the_words_are_those_of_the_page(name: str, words: str) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("accounts.sales", None, "not set"),
        ("accounts.sales", "200", "200"),
        ("streams.invoices", False, "no"),
        ("tax.prices_include_tax", True, "always"),
        ("posting.discounts", "lines", value_of("posting.discounts", "lines")),
        ("only.websites", [], "none"),
        ("tax.rules", {"country": "NZ", "as_charged": True, "tax_type": "OUTPUT"},
         "Countries: NZ; Post the tax as charged, even if the type's rate differs: yes; "
         "Tax type in Xero: OUTPUT"),
        ("rules", {"when": {"sku": "A*"}, "tracking": {"Region": "North"}},
         "SKU: A*; Tracking Region: North"),
        ("payment_accounts.card", {"AUD": "091", "*": "090"}, "AUD: 091; *: 090"),
    ],
)  # fmt: skip
def test_so_are_the_values(name: str, value: Any, words: str) -> None:
    assert value_of(name, value) == words


def test_the_pages_of_a_draft_speak_no_paths(page: Client, db: None) -> None:
    store: Store = StoreFactory(slug="au", organisation=OrganisationFactory(), enabled=False)
    AccountFactory(organisation=store.organisation, code="205")
    TaxRate.objects.create(
        organisation=store.organisation, tax_type="OUTPUT", name="GST", effective_rate_text="10",
        status="ACTIVE", applies_to=["REVENUE"],
    )  # fmt: skip
    MappingFactory(store=store)
    change(store, SET, author=None, seen=None)
    page.post("/mapping/au/accounts/", {"seen": "", "accounts.shipping": "205"})
    names = {name_of(path).split(".")[0] for path in depths()} - {"name", "country", "only", "tax"}
    for address in ("/mapping/au/draft/", "/mapping/au/versions/",
                    "/mapping/au/draft/publish/"):  # fmt: skip
        text = strip_tags(page.get(address).text)
        told = set(re.findall(r"\b[a-z_]+(?:\.[a-z_]+|\[\d+\])+", text))
        told = {word for word in told if re.split(r"[.\[]", word)[0] in names}
        assert told == set(), (address, re.findall(f".*{min(told)}.*", text))
