"""What waits for a person, by its cause, with what can be done to all of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connector.lib import clock
from stores.models import Store
from sync.bulk import run
from sync.models import BulkAction, OrderAction, ShopWrite, TrackedOrder
from tests.web.factories import (
    OrderFactory,
    PostingFactory,
    ShopWriteFactory,
    StoreFactory,
    UserFactory,
    reason,
)

Label = TrackedOrder.Label


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr("connector.lib.doorbell.ring", lambda *args, **_: found.append(args))
    return found


def held(store: Store, count: int, code: str = "payment_method_unmapped", **fields: Any) -> None:
    for _ in range(count):
        given = {"label": "held", "state": "held", "reasons": [reason(code)], **fields}
        OrderFactory(store=store, build_at=None, **given)


def text_of(page: Client, address: str) -> str:
    return " ".join(page.get(address).text.split())


def test_nothing_waits(page: Client, store: Store) -> None:
    text = text_of(page, "/attention/")
    assert "Nothing needs you." in text
    assert 'class="count"' not in text


def test_each_cause_says_what_it_comes_to_and_leads_to_its_mend(page: Client, store: Store) -> None:
    held(store, 3, total_units=1_000_000, currency="AUD")
    held(store, 1, total_units=50_000, currency="NZD")
    text = text_of(page, "/attention/")
    assert "4 orders need you." in text
    assert "300.00" in text
    assert "5.00" in text
    assert "Retry 4 orders alike" in text
    assert "/orders/all/sync/?state=attention&amp;reason=payment_method_unmapped" in text
    assert "/mapping/au/payments/" in text
    assert '<span class="count">4</span>' in text


def test_a_change_in_xero_has_both_answers(page: Client, store: Store) -> None:
    held(store, 1, "changed_in_xero")
    text = text_of(page, "/attention/")
    assert "Post the difference" in text
    assert "Keep what Xero has" in text


def test_drafts_are_approved_and_shops_told_again(page: Client, store: Store) -> None:
    held(store, 2, "", label="draft", state="ready", reasons=[])
    order = OrderFactory(store=store, label="posted")
    ShopWriteFactory(
        store=store, order=order, state=ShopWrite.State.FAILED, reasons=[reason("unforeseen")]
    )
    text = text_of(page, "/attention/")
    assert "Approve 2 orders" in text
    assert "Tell the shop again" in text
    assert "Retry 1 order alike" not in text


def test_it_costs_the_same_for_any_number(page: Client, store: Store) -> None:
    held(store, 2)
    with CaptureQueriesContext(connection) as few:
        page.get("/attention/")
    held(store, 30)
    with CaptureQueriesContext(connection) as many:
        page.get("/attention/")
    assert len(many) == len(few)


def test_all_that_fit_are_asked_about_and_done_once(
    page: Client, store: Store, rung: list[Any]
) -> None:
    held(store, 3)
    held(store, 2, "tax_unmapped")
    text = text_of(page, "/orders/all/?reason=tax_unmapped")
    assert "2 orders. Nothing is done before you are asked once more." in text
    address = "/orders/all/sync/?reason=tax_unmapped"
    assert "Sync 2 orders to Xero" in page.get(address).text
    assert not BulkAction.objects.exists()
    answer = page.post(address)
    bulk = BulkAction.objects.get()
    assert (answer["Location"], bulk.total) == (f"/orders/bulk/{bulk.pk}/", 2)
    assert ("sync.bulk", bulk.pk) in rung
    assert "0 of 2 orders done. You can leave this page; it goes on." in text_of(
        page, answer["Location"]
    )
    assert "is on its way" in page.get("/orders/all/").text
    run.work(bulk)
    text = text_of(page, answer["Location"])
    assert "2 of 2 orders done." in text
    assert "Stop it" not in text
    assert OrderAction.objects.count() == 2


def test_what_needs_a_note_asks_for_it(page: Client, store: Store) -> None:
    held(store, 1)
    address = "/orders/all/handle/?state=held"
    assert "Type what was done" in page.post(address, {"why": ""}).text
    assert not BulkAction.objects.exists()
    link = "https://go.xero.com/x"
    page.post(address, {"why": "A journal", "link": link})
    bulk = BulkAction.objects.get()
    assert (bulk.note, bulk.link, bulk.filters) == ("A journal", link, "state=held")
    run.work(bulk)
    assert TrackedOrder.objects.get().excluded_link == link


def test_it_is_stopped_and_gone_on_with(page: Client, store: Store) -> None:
    held(store, 1)
    page.post("/orders/all/sync/")
    address = f"/orders/bulk/{BulkAction.objects.get().pk}/"
    assert "What was done stays" in page.post(f"{address}act/", {"act": "stop"}, follow=True).text
    assert "ended already" in page.post(f"{address}act/", {"act": "stop"}, follow=True).text
    assert "Go on with the rest" in page.get(address).text
    page.post(f"{address}act/", {"act": "go-on"})
    assert BulkAction.objects.get().is_moving
    BulkAction.objects.update(done=1, started_at=clock.now() - timedelta(seconds=30), total=2)
    assert "It will be done in" in page.get(address).text


@pytest.mark.parametrize(
    "address", ["/orders/all/undo/", "/orders/all/sync/?since=yesterday", "/orders/bulk/9/"]
)
def test_what_does_not_exist_is_not_found(page: Client, store: Store, address: str) -> None:
    assert page.get(address).status_code == 404
    assert page.post(address).status_code in (404, 405)


def test_who_may_only_look_sees_and_does_nothing(store: Store) -> None:
    held(store, 1)
    viewer = Client()
    viewer.force_login(UserFactory(is_superuser=False))
    text = text_of(viewer, "/attention/")
    assert "1 order needs you." in text
    assert "Retry" not in text
    assert "Sync 1 order" not in text_of(viewer, "/orders/all/")
    assert viewer.get("/orders/all/sync/").status_code == 403
    assert viewer.post("/orders/all/sync/").status_code == 403
    assert not BulkAction.objects.exists()


def test_a_document_that_waits_counts_for_its_order(page: Client, store: Store) -> None:
    order = OrderFactory(store=store, label="dead", state="ready", reasons=[])
    PostingFactory(order=order, state="dead", reasons=[reason("validation")])
    assert "1 order needs you." in text_of(page, "/attention/")


def test_an_archived_stores_orders_are_left_out_but_of_what_only_ends_something(
    page: Client, store: Store
) -> None:
    held(store, 2)
    other = StoreFactory(slug="old", name="Old", settings={**store.settings, "archived": True})
    held(other, 3)
    assert "Old" in page.post("/orders/all/sync/", follow=True).text
    page.post("/orders/all/handle/", {"why": "closed"})
    assert list(BulkAction.objects.order_by("pk").values_list("total", flat=True)) == [2, 5]
    answer = page.post("/orders/all/sync/?store=old", follow=True)
    assert "archived" in answer.text
    assert BulkAction.objects.count() == 2
