"""The stores' pages: what is read, what came in, and what a person can do about it."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connector.configuration.exporting import exported
from connector.lib import clock
from connector.lib.errors import Misconfigured, Temporary
from connector.lib.outgoing.patience import PATIENCE, left
from connector.pages.stores import actions
from connector.pages.stores.detail import wanted_words
from stores.canonical.records import ShopTax, StoreFacts
from stores.models import Cursor, Store
from stores.schedules import next_runs
from sync.models import IncomingCall
from tests.web.factories import (
    CursorFactory,
    OrderFactory,
    OrganisationFactory,
    StoreFactory,
    XeroAppFactory,
)

Rung = list[tuple[Any, ...]]
ADDRESS = "/stores/au/"


def test_without_a_store_the_list_says_how_to_get_one(page: Client) -> None:
    text = page.get("/stores/").text
    assert "No store is set up yet." in text
    assert "Set up a shop" in text


def test_the_list_says_of_each_store_whether_it_is_well(page: Client, store: Store) -> None:
    assert "1 store. 1 not read yet." in page.get("/stores/").text
    CursorFactory(store=store)
    assert "1 store. Every one is read and posted." in page.get("/stores/").text
    OrderFactory(store=store, label="held", state="held")
    StoreFactory(
        slug="off", name="Quiet shop", enabled=False, facts={"probed_at": clock.now().isoformat()}
    )
    broken = StoreFactory(slug="broken", name="Broken shop", platform="bazaar")
    CursorFactory(store=broken, last_error="shop.example.com refuses the connection.")
    IncomingCall.objects.create(store=broken, digest="1", state="failed", error="No.")

    text = page.get("/stores/").text

    assert "3 stores. 1 needs you. 1 switched off." in text
    assert "3 minutes ago" in text
    assert '<a href="/orders/?store=au&amp;state=attention">1 order</a>' in text
    assert "shop.example.com refuses the connection." in text
    assert "1 incoming call given up." in text
    assert "bazaar (not read yet)" in text


def test_a_store_that_was_only_added_says_that_nobody_has_looked_at_it(page: Client) -> None:
    store = StoreFactory(slug="au", enabled=False)
    assert "1 store. 1 not read yet." in page.get("/stores/").text
    for address in ("/", ADDRESS):
        assert "Nobody has looked at this shop yet" in page.get(address).text

    store.facts = {"probed_at": clock.now().isoformat()}
    store.save()
    assert "1 store. 1 switched off." in page.get("/stores/").text
    for address in ("/", ADDRESS):
        assert "Nobody has looked" not in page.get(address).text


def test_a_store_says_how_much_of_it_is_not_mapped_and_leads_there(
    page: Client, store: Store
) -> None:
    store.facts = {"payment_methods": [["stripe", "Card"]]}
    store.save()
    text = page.get(ADDRESS).text
    assert 'href="/mapping/au/inbox/"' in text
    assert "not mapped" in text
    assert 'href="/mapping/au/inbox/"' in page.get("/").text


def test_the_number_of_queries_is_constant(page: Client, django_assert_num_queries: Any) -> None:
    CursorFactory(store=StoreFactory(slug="au"))
    with django_assert_num_queries(9) as captured:
        page.get("/stores/")
    for n in range(4):
        CursorFactory(store=StoreFactory(slug=f"more-{n}"))
        OrderFactory(label="held", store=Store.objects.get(slug=f"more-{n}"))
    with django_assert_num_queries(len(captured)):
        page.get("/stores/")


def test_a_store_shows_its_streams_with_schedule_next_and_error(page: Client, store: Store) -> None:
    soon = clock.now() + timedelta(minutes=4, seconds=30)
    CursorFactory(store=store, stream="orders", next_run_at=soon, last_records=1)
    CursorFactory(store=store, stream="refunds", last_error="The right is missing. Grant it.")

    text = page.get(ADDRESS).text

    assert "every 5 minutes" in text
    assert "3 minutes ago, 1 record" in text
    assert "in 4 minutes" in text
    assert "The right is missing. Grant it." in text
    assert text.count("Not synced, by the store’s settings") == 2
    assert 'action="/stores/au/read/orders/"' in text
    assert 'action="/stores/au/read/stock/"' not in text


def test_a_schedule_by_the_clock_shows_its_next_runs_in_the_zone_of_the_books(
    page: Client, store: Store
) -> None:
    store.settings |= {"schedule": {"orders": "daily 03:30", "refunds": "30 3 * * 1-5"}}
    store.save()
    runs = next_runs("daily 03:30", store.profile.timezone, 3)

    text = page.get(ADDRESS).text

    assert "daily at 03:30" in text
    assert "30 3 * * 1-5" in text
    for run in runs:
        assert f'<time datetime="{run.isoformat(timespec="seconds")}"' in text
    assert store.profile.timezone in text
    assert page.get(f"{ADDRESS}edit/").text.count(", 03:30") == 6


def test_incoming_calls_are_shown_with_what_became_of_them(
    page: Client, store: Store, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://books.example.com"
    text = page.get(ADDRESS).text
    assert '<code id="hook-address">https://books.example.com/hooks/au/</code>' in text
    assert "Every call is refused until" in text
    assert "No call has come in yet." in text

    store.webhook_secret = "never-shown"
    store.save()
    again = clock.now() + timedelta(minutes=2, seconds=30)
    for n, row in enumerate((
        {"wanted": [["orders", "12"]], "state": "done", "note": "Not found in the shop: 12."},
        {"wanted": [["orders", "13"]], "attempts": 2, "error": "It is down.", "not_before": again},
        {"wanted": [["refunds", "7"]], "state": "failed", "attempts": 12, "error": "Refused."},
    )):  # fmt: skip
        IncomingCall.objects.create(store=store, digest=str(n), **row)
    text = page.get(ADDRESS).text

    assert "Secret set" in text
    assert "X-Signature" in text
    assert "never-shown" not in text
    assert "Not found in the shop: 12." in text
    assert "It is down. Tried 2 times, again in 2 minutes." in text
    assert "Refused. Given up after 12 tries" in text


def test_what_a_call_names_is_told_in_few_words() -> None:
    many = [["orders", str(n)] for n in range(1, 10)]
    assert wanted_words(many) == "orders 1, 2, 3, 4, 5, 6 and 3 more"
    assert wanted_words([["orders", "1"], ["products", "MUG"]]) == "orders 1; products MUG"
    assert wanted_words([]) == "nothing"


def test_switching_off_keeps_the_queue_and_says_so_and_the_export_agrees(
    page: Client, store: Store, rung: Rung
) -> None:
    XeroAppFactory()
    text = page.post(f"{ADDRESS}switch/", {"on": "0"}, follow=True).text

    assert "AU shop is switched off." in text
    assert "are kept" in text
    assert (Store.objects.get().enabled, Store.objects.get().profile.enabled) == (False, False)
    assert "enabled: false" in exported()
    assert rung == []

    text = page.post(f"{ADDRESS}switch/", {"on": "1"}, follow=True).text
    assert "AU shop is switched on." in text
    assert "enabled: true" in exported()
    assert rung == [("sync.tick",)]
    assert "switched on already" in page.post(f"{ADDRESS}switch/", {"on": "1"}, follow=True).text


def test_read_now_makes_one_stream_due(page: Client, store: Store, rung: Rung) -> None:
    later = clock.now() + timedelta(minutes=5)
    CursorFactory(store=store, stream="orders", next_run_at=later)

    assert "orders of AU shop are read now" in page.post(f"{ADDRESS}read/orders/", follow=True).text

    assert Cursor.objects.get().is_due()
    assert rung == [("sync.pull", store.pk, "orders")]
    assert page.post(f"{ADDRESS}read/stock/").status_code == 404
    assert page.post(f"{ADDRESS}read/nonsense/").status_code == 404
    store.switch(on=False)
    assert "switch it on to read" in page.post(f"{ADDRESS}read/orders/", follow=True).text
    assert len(rung) == 1


def test_the_connection_test_answers_plainly_and_remembers_the_shop(
    page: Client, store: Store, rung: Rung, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = StoreFacts(
        name="Wattle & Stone", version="2.4.7", currency="AUD", timezone="Australia/Sydney",
        customer_groups=(("1", "Wholesale"),), shipping_methods=(("flat", "Flat rate"),),
        currencies=("AUD", "NZD"), tax_rates=(ShopTax("GST", "10", "AU"),),
        warnings=("It may not read products.",),
    )  # fmt: skip
    found: Any = facts

    class Shop:
        def probe(self) -> StoreFacts:
            if isinstance(found, Exception):
                raise found
            return found

    monkeypatch.setattr("sync.ingest.probe.connect", lambda store, **_: Shop())
    OrderFactory(store=store, label="held", state="held")

    text = page.post(f"{ADDRESS}test/", follow=True).text
    assert "The connection works: Wattle &amp; Stone, version 2.4.7." in text
    assert "It may not read products." in text
    assert Store.objects.get().facts["customer_groups"] == [["1", "Wholesale"]]
    assert rung == [("sync.build", store.pk)]

    found = Misconfigured("It forbids the call.", code="forbidden", hint="Ask the host.")
    text = page.post(f"{ADDRESS}test/", follow=True).text
    assert "The connection does not work: It forbids the call. Ask the host." in text


def test_the_trigger_address_is_made_shown_and_made_anew(
    page: Client, store: Store, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://books.example.com"
    assert "curl" not in page.get(ADDRESS).text

    text = page.post(f"{ADDRESS}trigger/", follow=True).text
    first = Store.objects.get().trigger_token
    assert f"curl -fsS https://books.example.com/hooks/au/run/{first}/" in text

    text = page.post(f"{ADDRESS}trigger/", follow=True).text
    assert first not in text
    assert "the old one does not work any more" in text


def test_what_must_be_asked_for_by_post_is(page: Client, store: Store) -> None:
    for verb in ("switch", "test", "trigger", "read/orders"):
        assert page.get(f"{ADDRESS}{verb}/").status_code == 405
    assert page.get("/stores/nobody/").status_code == 404


def test_a_store_without_an_organisation_says_whom_it_waits_for(page: Client) -> None:
    OrganisationFactory(name="Other")
    StoreFactory(slug="au", organisation=None, organisation_name="Not yet")
    assert "Waits until “Not yet” is connected to Xero." in page.get(ADDRESS).text


def test_a_token_that_travels_unencrypted_is_said_on_the_stores_page(
    page: Client, store: Store
) -> None:
    assert "Not encrypted" not in page.get("/stores/au/").text
    store.settings |= {"url": "http://shop.example.com"}
    store.save()
    assert "Not encrypted" in page.get("/stores/au/").text


def test_what_a_page_asks_of_a_shop_has_one_end(
    monkeypatch: pytest.MonkeyPatch, page: Client, store: Store
) -> None:
    told: list[float] = []

    def slow(_: Store) -> None:
        told.append(left())
        raise Temporary("shop.example.com did not answer in time.")

    monkeypatch.setattr(actions, "probe", slow)
    answer = page.post(f"/stores/{store.slug}/test/", follow=True)
    assert 0 < told[0] <= PATIENCE
    assert "did not answer in time" in answer.text
    assert left() == math.inf
