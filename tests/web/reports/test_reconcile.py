"""The reconcile page, handling a difference by hand, and what is done to orders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from connector.lib import clock
from stores.models import Store
from sync.models import (
    HandledDifference,
    OrderAction,
    Posting,
    ReconcileDifference,
    ReconcileRun,
    TrackedOrder,
)
from sync.reconcile import run as reconcile
from tests.web.factories import OrderFactory, OrganisationFactory, PostingFactory, StoreFactory
from xero.models import MirrorCursor, MirrorDocument, Organisation

DAY = date(2026, 11, 20)
ADDRESS = "/reports/reconcile/"


@pytest.fixture
def store(db: None) -> Store:
    """A store whose organisation cannot be asked, and whose lists were read a minute ago."""
    organisation = OrganisationFactory(connected=False, reason="Disconnected in Xero.")
    for kind in MirrorCursor.Kind:
        MirrorCursor.objects.create(
            organisation=organisation, kind=kind, position=clock.now() - timedelta(minutes=1)
        )
    return StoreFactory(slug="au", organisation=organisation)


def order_in_xero(store: Store, number: int, **in_xero: Any) -> TrackedOrder:
    """An unpaid order with its invoice, and what Xero has of it now."""
    order = OrderFactory(
        store=store, source_id=str(number), outstanding_units=1_100_000, invoiced_units=1_100_000,
        invoiced_tax_units=100_000, received_units=0, refunded_tax_units=0,
    )  # fmt: skip
    invoice = PostingFactory(
        order=order, document_date=DAY, breakdown=[["200", "OUTPUT", 1_000_000, 100_000]],
        xero_status="AUTHORISED", xero_tax_units=100_000, amount_due_units=1_100_000,
        posted_at=clock.now() - timedelta(hours=1),
    )  # fmt: skip
    now = {
        "status": "AUTHORISED", "date": DAY, "total": 1_100_000, "tax": 100_000,
        "amount_due": 1_100_000,
    }  # fmt: skip
    MirrorDocument.objects.create(
        organisation=store.organisation, kind="invoice", number=invoice.key,
        xero_id=invoice.xero_id, currency="AUD", **(now | in_xero),
    )  # fmt: skip
    return order


def run(store: Store) -> ReconcileRun:
    return reconcile.reconcile(reconcile.queue(store))


def test_without_a_store_and_without_a_run_the_page_says_what_will_appear(
    page: Client, db: None
) -> None:
    assert "No store is set up yet" in page.get(ADDRESS).text
    StoreFactory(slug="au")
    text = page.get("/reports/", follow=True).text
    assert "Nothing has been compared yet" in text
    assert "Reconcile AU shop now" in text


def test_a_store_that_agrees_says_so_in_one_sentence_and_shows_its_days(
    page: Client, store: Store
) -> None:
    order = order_in_xero(store, 1)
    assert run(store).open == 0

    text = page.get(ADDRESS).text

    assert "1 order compared with Xero just now. Everything agrees." in text
    assert "Xero could not be asked" in text, "it was compared with what was known before"
    assert "20 November 2026" in text
    assert text.count(">110.00</a>") == 3
    assert "Differs" not in text
    behind = page.get(
        f"{ADDRESS}day/?store=au&day=2026-11-20&currency=AUD&measure=sale&name=OUTPUT"
    )
    assert f'<a href="/orders/{order.pk}/">000000001</a>' in behind.text
    assert behind.text.count(">110.00</td>") == 3
    other = page.get(f"{ADDRESS}day/?store=au&day=2026-11-21&currency=AUD&measure=sale&name=OUTPUT")
    assert "No order adds to this figure" in other.text
    assert page.get(f"{ADDRESS}day/?store=au&day=soon&measure=sale").status_code == 400


def test_a_difference_is_told_with_cause_side_and_what_to_do_and_can_be_handled(
    page: Client, ana: Any, store: Store
) -> None:
    order = order_in_xero(store, 1, total=1_210_000, tax=110_000, amount_due=1_210_000)
    assert run(store).differences == 1
    text = page.get(ADDRESS).text
    assert "1 order compared with Xero just now. 1 figure differs." in text
    assert "Changed in Xero by a person after it was posted." in text
    assert "Arose in Xero." in text
    assert "121.00" in text
    (row,) = ReconcileDifference.objects.all()
    handle = f"{ADDRESS}differences/{row.pk}/handle/"
    assert page.get(handle).status_code == 405
    assert "Type what was done" in page.post(handle, {"why": " "}).text
    assert HandledDifference.objects.count() == 0

    said = {"why": "Agreed with the customer", "link": "https://go.xero.com/x", "next": ADDRESS}
    response = page.post(handle, said, follow=True)

    assert "counts as accounted for" in response.text
    assert "Everything agrees." in response.text
    assert "Agreed with the customer" in response.text
    (handled,) = HandledDifference.objects.all()
    assert (handled.user, handled.order, handled.link) == (ana, order, "https://go.xero.com/x")
    again = run(store)
    assert (again.open, again.explained) == (0, 1)
    # once it is opened again, or Xero says something else, it is a difference again
    page.post(f"{ADDRESS}handled/{handled.pk}/reopen/")
    assert (run(store).open, HandledDifference.objects.get().reopened_by) == (1, ana)


def test_a_run_is_started_once_and_shows_how_far_it_is(
    page: Client, ana: Any, store: Store, rung: list[Any]
) -> None:
    for _ in range(2):
        assert page.post(f"{ADDRESS}start/", {"store": "au"})["Location"] == f"{ADDRESS}?store=au"
    (queued,) = ReconcileRun.objects.all()
    assert (queued.state, queued.started_by) == ("queued", ana)
    assert rung == [("sync.reconcile", queued.pk)] * 2
    until = clock.now() + timedelta(minutes=5)
    ReconcileRun.objects.update(state="running", claimed_until=until, total=400, done=100)

    text = page.get(ADDRESS).text

    assert "Comparing: 100 of 400 orders." in text
    assert 'max="400" value="100"' in text
    assert 'hx-trigger="every 3s"' in text
    assert "Reconcile AU shop now" not in text
    with pytest.raises(reconcile.Busy):
        reconcile.reconcile(queued)


def test_differences_and_days_come_in_pages(page: Client, store: Store) -> None:
    for n in range(1, 28):
        order_in_xero(store, n, status="VOIDED")
    run(store)
    first = page.get(ADDRESS).text
    assert first.count("Voided or deleted in Xero by a person") == 25
    last = ReconcileDifference.objects.order_by("pk")[24].pk
    second = page.get(ADDRESS, {"found": last}).text
    assert second.count("Voided or deleted in Xero by a person") == 2
    assert len(page.get(ADDRESS).content) < 50_000


# --- orders ---------------------------------------------------------------------------------


def test_an_order_is_handled_by_hand_and_opened_again_each_with_who_and_why(
    page: Client, ana: Any, store: Store, rung: list[Any]
) -> None:
    order = order_in_xero(store, 1)
    chosen = {"order": order.pk, "next": f"/orders/{order.pk}/"}
    assert "What you did in Xero." in page.post("/orders/handled-by-hand/", chosen).text
    page.post("/orders/handled-by-hand/", chosen | {"why": ""})
    order.refresh_from_db()
    assert order.excluded_at is None

    said = {"why": "Entered as INV-7", "link": "go.xero.com/x"}
    text = page.post("/orders/handled-by-hand/", chosen | said, follow=True).text

    assert "Handled in Xero by hand, says ana: Entered as INV-7." in text
    assert "Open again" in text
    order.refresh_from_db()
    assert (order.state, order.excluded_as, order.excluded_by) == (
        "excluded", "handled_by_hand", ana,
    )  # fmt: skip
    assert order.excluded_link == "https://go.xero.com/x"
    assert (run(store).by_hand, Posting.objects.get().state) == (1, "posted")

    page.post("/orders/reopen/", chosen | {"why": "It was another order"})

    order.refresh_from_db()
    assert (order.state, order.excluded_at, order.excluded_as) == ("new", None, "")
    actions = OrderAction.objects.order_by("pk").values_list("what", "note", "user")
    assert list(actions) == [
        ("handle", "Entered as INV-7 https://go.xero.com/x", ana.pk),
        ("reopen", "It was another order", ana.pk),
    ]


def test_undo_says_beforehand_what_it_does_and_what_it_cannot(
    page: Client, ana: Any, store: Store, rung: list[Any]
) -> None:
    Organisation.objects.update(period_lock_date=None)
    open_one = order_in_xero(store, 1)
    changed = order_in_xero(store, 2, total=1_210_000)
    today = clock.now().astimezone(ZoneInfo(store.profile.timezone)).date()
    Posting.objects.filter(order=open_one).update(document_date=today)
    MirrorDocument.objects.filter(total=1_100_000).update(date=today)
    chosen = {"order": [open_one.pk, changed.pk]}

    text = page.post("/orders/undo/", chosen).text

    assert f"{open_one.postings.get().key} is voided." in text
    assert "A person changed it in Xero from 110.00 to 121.00" in text
    assert not TrackedOrder.objects.exclude(undo_at=None).exists()
    page.post("/orders/undo/", chosen | {"why": "Imported by mistake"})
    undone = TrackedOrder.objects.exclude(undo_at=None).get()
    assert (undone.pk, undone.undo_by, undone.excluded_as) == (open_one.pk, ana, "undone")
    assert undone.build_at is not None
    changed.refresh_from_db()
    assert changed.excluded_at is None


def test_changes_need_a_token_and_a_post(ana: Any, store: Store) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    order = order_in_xero(store, 1)
    for address in ("handled-by-hand", "reopen", "undo"):
        sent = {"order": order.pk, "why": "x"}
        assert client.post(f"/orders/{address}/", sent).status_code == 403
        assert client.get(f"/orders/{address}/").status_code == 405
    assert client.post(f"{ADDRESS}start/", {"store": "au"}).status_code == 403
    assert not ReconcileRun.objects.exists()
    order.refresh_from_db()
    assert (order.excluded_at, order.undo_at) == (None, None)
