"""What a page shows, it gives back: for every subject, and every key of it."""

# ruff: noqa: E501 - a file as one writes it

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts_mapping.sections import paths
from connector.configuration.importing import import_configuration
from connector.configuration.versions.draft import draft
from connector.pages.mapping.subjects import SUBJECTS
from connector.pages.subjects.texts import listed, said
from stores.models import Store
from tests.connector.test_configuration_reading import STORE
from tests.web.subjects.forms import form_with

EXAMPLE = Path(__file__).parents[2] / "connector/data/example.yaml"
MORE = """\
    accounts: {sales: "200", cogs: "310", rewards: "835"}
    lookups: {region: {NSW: East, WA: "West, far"}, "odd name": {"a.b": "{c}"}}
    products:
      - {sku: "=KIT", sales_account: "203", purchase_account: "310", tax_type: OUTPUT}
      - {sku: MUG, tax_type: EXEMPTOUTPUT}
    refunds: {return_actions: ["1", "3"], lowered_total: refunded}
    rules:
      - {when: {category: ["Services, all", Goods], vat_number: false}, account: "203"}
      - when: {total_over: "1000", total_under: "2000.50"}
        tracking: {Store: "a=b, c"}
        due_days: {day: "20", of: next_month}
        approve: false
      - {when: {sku: "GIFT-*"}, item: false, due_days: contact, hold: "ask, Ana", contact: "{company}"}
    tax:
      prices_include_tax: false
      sales_tax: {as: line, account: "825"}
      rates: {OUTPUT: "10"}
      rules:
        - {country: [FR, ES], rate: "20", tax_type: OSS20, as_charged: true}
        - {name: "Eco*, all", as: line, account: "261"}
        - {country: EU, vat_number: true, rate: "0", class: "2", state: [A, B], tax_type: ZERO}
    payment_accounts: {checkmo: "970", stripe: {AUD: "091", EUR: none}, "bank transfer": none, "*": "971"}
    total_rows: {fee: {account: "260", class: "2"}, tip: {account: "261", tax_type: ZERO}, reward: discount}
    tracking: {Store: "{store_view}", Region: "{lookup:region:state}"}
    gift_cards: {opening_balance: "12.50", unknown: expense}
    statuses: {invoice: [processing, complete], paid: ["*"], on_paid: complete}
    posting: {due_days: {days: "14", from: end_of_month}, send_to_contact: true, summary_after: "04:30"}
"""


HAS = {"statuses": [["processing", "Processing"], ["complete", "Complete"]]}


def store_of(text: str) -> Store:
    import_configuration(text, lookup={}.get)
    return Store.objects.get()


def wrong(html: str) -> list[str]:
    """What the page says is wrong."""
    return re.findall(
        r'(?s)class="(?:field-error|errorlist|notice error)[^>]*>(.*?)</(?:ul|p|div)>', html
    )


def address(slug: str) -> str:
    return f"/mapping/au/{slug}/"


@pytest.fixture
def rich(db: None) -> Store:
    return store_of(STORE + MORE)


@pytest.mark.parametrize("slug", [one.slug for one in SUBJECTS])
def test_a_page_that_is_saved_as_it_is_shown_changes_nothing(
    page: Client, rich: Store, slug: str
) -> None:
    rich.facts = {"statuses": [["processing", "Processing"]], "return_actions": [["1", "Refund"]]}
    rich.save(update_fields=["facts"])
    form = form_with(page.get(address(slug)).text, "seen")
    answer = page.post(address(slug), form)
    assert answer.status_code == 302, wrong(answer.text)
    assert draft(rich).changes == ()


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda one: one.slug)
def test_what_one_store_has_can_be_typed_into_another(
    page: Client, rich: Store, subject: Any
) -> None:
    rich.facts = HAS
    rich.save(update_fields=["facts"])
    wanted = draft(rich).value(subject.section)
    typed = form_with(page.get(address(subject.slug)).text, "seen")
    import_configuration(STORE, lookup={}.get)
    assert draft(rich).value(subject.section) != wanted or subject.section in ("contacts", "items")
    seen = form_with(page.get(address(subject.slug)).text, "seen")["seen"]
    if "tax-rates-TOTAL_FORMS" in typed:
        typed.setdefault("tax-rates-TOTAL_FORMS", ["0"])
    typed |= {"seen": seen}

    answer = page.post(address(subject.slug), typed)
    assert answer.status_code == 302, wrong(answer.text)
    assert draft(rich).value(subject.section) == wanted


def test_every_setting_of_the_rules_stands_on_its_page(page: Client, rich: Store) -> None:
    """What `depths` has of a subject's section is what the page edits."""
    shown: set[str] = set()
    for subject in SUBJECTS:
        html = page.get(address(subject.slug)).text
        shown |= {
            ".".join(path)
            for path, levels in paths.depths().items()
            if path[0] == subject.section
            and (
                f'name="{".".join(path)}' in html or f'name="{"-".join(path)}-TOTAL_FORMS"' in html
            )
        }
    sections = {one.section for one in SUBJECTS}
    every = {".".join(path) for path in paths.depths() if path[0] in sections}
    assert every == shown


@given(st.lists(st.text(min_size=1).filter(lambda t: t == t.strip()), min_size=2))
def test_lists_are_typed_as_they_are_said(texts: list[str]) -> None:
    assert listed(said(texts)) == texts


@given(st.text())
def test_any_text_is_some_list(text: str) -> None:
    once = listed(text)
    assert listed(said(once)) == once
