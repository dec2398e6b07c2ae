"""Rules tried on an order as they are typed: which rule gave what, and nothing is kept."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts_mapping.models import DraftChange
from connector.lib import clock
from connector.lib.errors import Misconfigured
from connector.pages.orders import given
from stores.models import SourceRecord, Store
from sync.ingest.ask_order import OrderAnswer
from sync.models import TrackedOrder
from sync.parsing import parse_facts
from tests.web.factories import (
    AccountFactory,
    MappingFactory,
    OrderFactory,
    OrganisationFactory,
    StoreFactory,
    magento_order,
)
from tests.web.subjects.forms import form_with
from tests.web.test_markup import check
from xero.models import TaxRate

RULES = "/mapping/au/rules/"
PREVIEW = "/stores/au/preview/"
RULE = {
    "rules-TOTAL_FORMS": "2",
    "rules-0-when_country": "NZ", "rules-0-account": "205",
    "rules-1-when_sku": "JUMPER-*", "rules-1-account": "210", "rules-1-hold": "Look at jumpers.",
}  # fmt: skip


@pytest.fixture
def shop(db: None) -> Store:
    organisation = OrganisationFactory()
    for code in ("200", "205", "210"):
        AccountFactory(organisation=organisation, code=code)
    AccountFactory(organisation=organisation, code="091", type="BANK", account_class="ASSET")
    TaxRate.objects.create(
        organisation=organisation, tax_type="OUTPUT", name="GST", effective_rate_text="10",
        status="ACTIVE", applies_to=["REVENUE"],
    )  # fmt: skip
    store: Store = StoreFactory(slug="au", organisation=organisation, enabled=False)
    MappingFactory(store=store)
    return store


def tried(page: Client, **typed: Any) -> str:
    form = form_with(page.get(RULES).text, "seen")
    answer = page.post(RULES, form | RULE | {"try": "1"} | typed)
    check(answer)
    return answer.text


def test_the_lines_of_a_chosen_order_say_which_typed_rule_gave_what(
    page: Client, shop: Store
) -> None:
    order = OrderFactory(store=shop, source_id="7", placed_at=clock.now())
    html = tried(page, **{"try-order": str(order.pk)})
    panel = html.split('id="tried"', 1)[1]
    assert "By the draft with the rules as they stand here, which are not saved" in panel
    assert '<a href="/mapping/au/rules/#rules%5B1%5D.account">' in panel
    assert "/rules/#rules%5B0%5D" not in panel
    assert "Look at jumpers." in panel
    assert "It would wait for you" in panel
    # What was typed stands in the form still, and nowhere else.
    assert 'value="JUMPER-*"' in html
    assert not DraftChange.objects.exists()
    order.refresh_from_db()
    assert (order.state, order.reasons) == ("ready", [])


def test_a_rule_that_is_wrong_is_said_at_its_field_and_nothing_is_tried(
    page: Client, shop: Store
) -> None:
    order = OrderFactory(store=shop, source_id="7", placed_at=clock.now())
    typed = {"rules-0-when_total_over": "much", "try-order": str(order.pk)}
    html = tried(page, **typed)
    assert 'id="tried"' not in html
    assert "field-error" in html


def test_without_a_choice_the_page_asks_for_one(page: Client, shop: Store) -> None:
    assert "Type the number of an order, or paste one." in tried(page)


def test_a_pasted_order_is_shown_with_both_totals_and_nothing_is_kept(
    page: Client, shop: Store
) -> None:
    text = json.dumps(magento_order("000000042"), default=str)
    html = page.post(PREVIEW, {"pasted": text}).text
    assert "Order 000000042" in html
    ours = r"Total of the sale here</dt><dd>110.00 AUD</dd>\s+<dt>Difference</dt><dd>none"
    assert re.search(ours, html)
    assert '<a href="/mapping/au/accounts/#accounts.sales">' in html
    assert not TrackedOrder.objects.exists()
    assert not SourceRecord.objects.exists()
    for wrong, said in (("{", "This is not JSON"), ("[]", "No order stands in it.")):
        assert said in page.post(PREVIEW, {"pasted": wrong}).text


def test_an_order_is_asked_of_a_shop_whose_store_is_off(
    page: Client, shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(store: Store, number: str, rules: Any = None, **limits: float) -> OrderAnswer:
        assert limits["total_timeout"] <= 20
        if number != "000000042":
            raise Misconfigured("The shop refuses the key.", code="x", hint="Enter it anew.")
        return OrderAnswer([magento_order(number)], parse_facts(store))

    monkeypatch.setattr(given, "ask_order", ask)
    html = page.post(PREVIEW, {"number": "000000042"}).text
    assert "The store is switched off. Its shop is asked all the same." in html
    assert "Total in the shop" in html
    refused = page.post(PREVIEW, {"number": "1"}).text
    assert "The shop refuses the key. Enter it anew." in refused
    assert "Order 000000042" in tried(page, **{"try-number": "000000042"})
