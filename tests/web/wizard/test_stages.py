"""The set-up: each stage says what holds, whoever made it so, and sends nothing by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils.html import escape

from accounts_mapping.models import MappingVersion
from connector.lib import clock
from connector.pages.wizard.compare import shared_reasons, side_by_side
from stores.models import Store
from sync.models import OrderAction, Posting, TrackedOrder
from tests.web.factories import (
    PASSWORD,
    AccountFactory,
    MappingFactory,
    OrderFactory,
    OrganisationFactory,
    PostingFactory,
    StoreFactory,
    UserFactory,
)
from xero.models import TaxRate


@pytest.fixture
def shop(db: None) -> Store:
    """A shop that answered, is mapped, and is off."""
    organisation = OrganisationFactory()
    for code, kind in (("200", "REVENUE"), ("202", "REVENUE"), ("091", "BANK")):
        AccountFactory(organisation=organisation, code=code, type=kind)
    TaxRate.objects.create(
        organisation=organisation, tax_type="OUTPUT", name="GST", effective_rate_text="10",
        status="ACTIVE", applies_to=["REVENUE"],
    )  # fmt: skip
    facts = {"probed_at": clock.now().isoformat(), "name": "Main", "version": "2.4.7"}
    store = StoreFactory(slug="au", enabled=False, organisation=organisation, facts=facts)
    MappingFactory(store=store)
    return store


def test_an_empty_installation_begins_with_the_addresses_to_copy(page: Client) -> None:
    text = page.get("/set-up/", follow=True).text

    assert "http://localhost:8000/xero/callback/" in text
    assert "http://localhost:8000/xero/webhook/" in text
    assert 'value="/set-up/xero/"' in text  # the app's form comes back here
    assert "Clear the cookies and the cache" in text


def test_a_second_shop_finds_xero_connected(page: Client, shop: Store) -> None:
    shop.switch(on=True)
    StoreFactory(slug="second", enabled=False, organisation=shop.organisation)

    text = page.get("/set-up/?newest=1", follow=True).text

    assert "Done: Demo Company (AU)." in text
    assert page.get("/set-up/").text.count("/set-up/second/access/") == 1
    assert 'action="/stores/second/test/"' in text


def test_the_next_stage_is_found_again(page: Client, shop: Store) -> None:
    Store.objects.update(facts={})
    assert page.get("/set-up/")["Location"] == "/set-up/au/access/"

    Store.objects.update(facts=shop.facts)
    MappingVersion.objects.update(document={})
    assert page.get("/set-up/")["Location"] == "/set-up/au/configure/"


def test_pages_lead_back_until_the_shop_is_live(page: Client, shop: Store) -> None:
    assert "Back to the set-up" not in page.get("/stores/au/").text

    page.get("/set-up/au/access/")

    assert 'href="/set-up/au/"' in page.get("/mapping/au/proposals/").text


def test_orders_are_shown_beside_what_they_would_be(page: Client, shop: Store) -> None:
    OrderFactory(store=shop, source_id="1", number="000000001")

    text = page.get("/set-up/au/validate/").text

    assert "1 of 1 order comes to the same as in the shop." in text
    assert "110.00" in text
    assert "0.00" in text
    assert not Posting.objects.exists()


def test_a_reason_that_all_of_them_have_is_said_once(page: Client, shop: Store) -> None:
    for number in range(7):
        OrderFactory(store=shop, source_id=str(number), number=f"{number:09}")
    TaxRate.objects.all().delete()

    text = page.get("/set-up/au/validate/").text

    message = shared_reasons(side_by_side(shop))[0].why.message
    assert text.count(str(escape(message))) == 1
    assert "7 orders:" in text


def test_queries_do_not_grow_with_the_orders(
    page: Client, shop: Store, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        OrderFactory(store=shop, source_id=str(number), number=str(number))

    with django_assert_max_num_queries(45):
        page.get("/set-up/au/validate/")


def test_an_order_of_before_the_cut_over_is_compared_and_not_offered(
    page: Client, shop: Store
) -> None:
    OrderFactory(store=shop, source_id="1", number="000000001")
    Store.objects.update(settings=shop.settings | {"cut_over": "2099-01-01"})

    text = page.get("/set-up/au/validate/").text

    assert "1 of 1 order comes to the same as in the shop." in text
    assert "Placed before 1 January 2099" in text
    assert "as a draft" not in text


def test_one_order_is_posted_after_a_question(page: Client, shop: Store) -> None:
    order = OrderFactory(store=shop, source_id="1", number="000000001")
    address = "/set-up/au/validate/post/"

    asked = page.get(f"{address}?order={order.pk}").text
    assert "It is the only document that is sent" in asked
    assert not OrderAction.objects.exists()

    page.post(address, {"order": order.pk})

    order.refresh_from_db()
    assert order.tried_at is not None
    assert not Store.objects.get().enabled
    assert page.get(f"{address}?order=999").status_code == 404


def test_the_draft_is_linked(page: Client, shop: Store) -> None:
    order = OrderFactory(store=shop, source_id="1", number="000000001", tried_at=clock.now())
    PostingFactory(order=order, xero_id="abc", xero_status="DRAFT")

    text = page.get("/set-up/au/validate/").text

    assert "Open the draft in Xero" in text
    assert "Done: you are here" in text


LAUNCH = {"environment": "production", "status": "DRAFT", "cut_over": "2026-01-01"}


def test_switching_on_says_what_follows_and_publishes_it(page: Client, shop: Store) -> None:
    asked = page.get("/set-up/au/launch/confirm/", LAUNCH).text
    assert "placed on 1 January 2026 or later" in asked
    assert "Invoices wait as drafts" in asked
    assert not Store.objects.get().enabled

    response = page.post("/set-up/au/launch/confirm/", LAUNCH, follow=True)

    store = Store.objects.get()
    assert store.enabled
    assert str(store.profile.cut_over) == "2026-01-01"
    version = MappingVersion.objects.current(store)
    assert version is not None
    assert version.rules.posting.status == "DRAFT"
    assert "is live: its orders are read" in response.text
    assert "Back to the set-up" not in response.text
    # Once more, from the browser's history.
    again = page.post("/set-up/au/launch/confirm/", LAUNCH, follow=True)
    assert "switched on already" in again.text
    assert MappingVersion.objects.filter(store=store).count() == version.number


def test_a_date_that_is_none_is_told_at_its_field(page: Client, shop: Store) -> None:
    response = page.get("/set-up/au/launch/confirm/", LAUNCH | {"cut_over": "soon"})

    assert "Type a date such as 2026-01-31." in response.text
    assert not Store.objects.get().enabled


def test_a_shop_that_never_answered_is_not_switched_on(page: Client, shop: Store) -> None:
    Store.objects.update(facts={})

    page.post("/set-up/au/launch/confirm/", LAUNCH)

    assert not Store.objects.get().enabled


def test_a_sandbox_may_post_to_a_real_organisation_once_confirmed(
    page: Client, shop: Store
) -> None:
    Store.objects.update(settings=shop.settings | {"environment": "sandbox"})
    assert "nothing is posted" in page.get("/set-up/au/launch/").text
    assert "/set-up/au/environment/" in page.get("/stores/au/").text

    assert "is no demo company" in page.get("/set-up/au/environment/").text
    page.post("/set-up/au/environment/", {"may": "1"})
    assert Store.objects.get().sandbox_confirmed
    page.post("/set-up/au/environment/", {"may": "0"})
    assert not Store.objects.get().sandbox_confirmed


def test_viewers_see_and_change_nothing(client: Client, shop: Store) -> None:
    OrderFactory(store=shop, source_id="1", number="000000001")
    viewer = UserFactory(username="vic", is_superuser=False, is_staff=False)
    assert client.login(username="vic", password=PASSWORD)

    for stage in ("access", "configure", "validate", "launch"):
        text = client.get(f"/set-up/au/{stage}/").text
        assert "Set up AU shop" in text
        assert "<form" not in text.partition("<main")[2]
    assert client.post("/set-up/au/launch/confirm/", LAUNCH).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="change_store"))
    # Who may switch stores and not map them does not say how invoices are posted.
    assert client.post("/set-up/au/launch/confirm/", LAUNCH).status_code == 403
    assert not Store.objects.get().enabled
    assert TrackedOrder.objects.get().tried_at is None
