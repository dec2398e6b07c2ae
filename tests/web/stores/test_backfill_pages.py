"""The pages of past orders: what they cost, how far they are, and what is in Xero already."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from connector.lib import clock
from stores.models import Store
from sync.models import Backfill, OrderAction, Proposal, TrackedOrder
from tests.web.factories import OrderFactory
from xero.models import MirrorContact

ADDRESS = "/stores/au/backfill/"
ALREADY = "/orders/already-in-xero/"
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
Rung = list[tuple[Any, ...]]


def made(store: Store, state: str = "planned", **values: Any) -> Backfill:
    values = {
        "since": FIRST, "until": LAST, "counted_at": clock.now(), "expected": 2340,
        "forecast": "2,340 orders in the shop. About 150 calls and 4 minutes.",
        "forecast_seconds": 240, **values,
    }  # fmt: skip
    return Backfill.objects.create(store=store, state=state, **values)


def test_days_are_asked_for_and_wrong_ones_are_told_beside_the_field(
    page: Client, store: Store, rung: Rung
) -> None:
    text = page.get(ADDRESS).text
    assert "Ask what it costs" in text
    assert "hx-get" not in text
    wrong = page.post(ADDRESS, {"since": "2026-10-31", "until": "2026-10-01"}).text
    assert "The last day lies before the first." in wrong
    assert "Type a day such as" in page.post(ADDRESS, {"since": "soon", "until": ""}).text
    assert (Backfill.objects.count(), rung) == (0, [])

    page.post(ADDRESS, {"since": "2026-10-01", "until": "2026-10-31"})

    row = Backfill.objects.get()
    assert (row.since, row.until, row.state, row.started_by.username) == (
        FIRST, LAST, "planned", "ana",
    )  # fmt: skip
    assert rung == [("sync.backfill", row.pk)]
    asked = page.get(ADDRESS).text
    assert "The shop is being asked" in asked
    assert 'hx-trigger="every 3s"' in asked
    assert "to Xero</button>" not in asked


def test_the_forecast_is_shown_before_anything_starts_and_one_click_starts_it(
    page: Client, store: Store, rung: Rung
) -> None:
    row = made(store)
    text = page.get(ADDRESS).text
    assert "2,340 orders in the shop. About 150 calls and 4 minutes." in text
    assert "Post 2,340 orders to Xero</button>" in text
    act = f"/stores/backfills/{row.pk}/"
    assert page.get(act).status_code == 405
    page.post(act, {"act": "start"})
    row.refresh_from_db()
    assert (row.state, rung) == ("reading", [("sync.backfill", row.pk)])
    assert "It has moved on meanwhile" in page.post(act, {"act": "start"}, follow=True).text
    assert "It has moved on meanwhile" in page.post(act, {"act": "nonsense"}, follow=True).text


def test_its_progress_has_counts_time_left_and_the_buttons_that_fit(
    page: Client, store: Store, rung: Rung
) -> None:
    begun = clock.now() - timedelta(seconds=100)
    row = made(store, "reading", expected=4, found=3, started_at=begun)
    for number, label in enumerate(("posted", "held", "working"), start=1):
        OrderFactory(store=store, source_id=str(number), label=label, backfill=row)
    text = page.get(ADDRESS).text
    assert "1 order of 1 October 2026 to 31 October 2026 is in Xero, 1 needs you." in text
    assert "About 2 minutes left." in text
    assert 'max="4" value="2"' in text
    assert 'hx-trigger="every 3s"' in text
    act = f"/stores/backfills/{row.pk}/"
    assert "Paused:" in page.post(act, {"act": "pause"}, follow=True).text
    text = page.get(ADDRESS).text
    assert "Resume the backfill" in text
    assert "hx-trigger" not in text
    page.post(act, {"act": "resume"})
    assert Backfill.objects.get().state == "reading"
    page.post(act, {"act": "cancel"})
    assert Backfill.objects.get().state == "cancelled"
    waiting = TrackedOrder.objects.get(label="working")
    assert waiting.build_at is None, "it is not of the backfill's lane"


def test_what_failed_says_why_and_earlier_ones_are_listed(page: Client, store: Store) -> None:
    made(store, "done", found=7, posted=6, held=1, ended_at=clock.now())
    made(store, "failed", error="The key was refused. Enter a new one.", started_at=clock.now())
    text = page.get(ADDRESS).text
    assert "Broken off: The key was refused. Enter a new one." in text
    assert "Resume the backfill" in text
    assert "Earlier ones" in text
    assert '<td class="num" data-label="In Xero">6</td>' in text


def proposal(store: Store, number: int, certainty: str = "same", **values: Any) -> Proposal:
    order = OrderFactory(store=store, source_id=str(number), label="held", state="held")
    values = {
        "xero_id": f"x-{number}", "number": order.number, "currency": "AUD", "date": FIRST,
        "total_units": 1_100_000, "contact_id": "c-1", **values,
    }  # fmt: skip
    return Proposal.objects.create(
        order=order, organisation=store.organisation, certainty=certainty, **values
    )


@pytest.mark.parametrize(
    ("decision", "kept", "what"), [("link", "linked", "link"), ("post", "post", "post")]
)
def test_an_invoice_is_linked_or_the_order_posted_anyway(
    page: Client, store: Store, rung: Rung, decision: str, kept: str, what: str
) -> None:
    MirrorContact.objects.create(
        organisation=store.organisation, contact_id="c-1", name="Old & Co", status="ACTIVE"
    )
    row = proposal(store, 1)
    text = page.get(ALREADY).text
    assert "1 invoice in Xero may be an order of yours that waits." in text
    assert "Same number, total and currency." in text
    assert "Old &amp; Co" in text
    assert "110.00" in text
    assert "Already in Xero: 1 to decide" in page.get("/orders/").text
    assert "Say whether it is" in page.get(f"/orders/{row.order_id}/").text

    page.post(f"{ALREADY}{row.pk}/", {"decision": decision})

    row.refresh_from_db()
    assert (row.decision, row.decided_by.username) == (kept, "ana")
    assert OrderAction.objects.get().what == what
    order = TrackedOrder.objects.get()
    assert (order.lane, order.label, order.build_at is not None) == ("click", "working", True)
    assert rung == [("sync.build", store.pk)]
    again = page.post(f"{ALREADY}{row.pk}/", {"decision": "post"}, follow=True)
    assert "was decided on before" in again.text
    assert "Nothing to decide" in again.text
    row.refresh_from_db()
    assert row.decision == kept


def test_all_alike_are_linked_at_once_and_what_may_be_is_left(
    page: Client, store: Store, rung: Rung
) -> None:
    same = [proposal(store, number) for number in (1, 2)]
    may_be = proposal(store, 3, "alike")
    assert "Link all 2 with same number and total" in page.get(ALREADY).text
    text = page.post(f"{ALREADY}link-alike/", follow=True).text
    assert "2 orders linked to what is in Xero." in text
    assert "May be: same customer, total and date" in text
    decided = dict(Proposal.objects.values_list("pk", "decision"))
    assert decided == {same[0].pk: "linked", same[1].pk: "linked", may_be.pk: ""}


def test_the_list_is_read_in_pages(page: Client, store: Store, monkeypatch: Any) -> None:
    monkeypatch.setattr("connector.pages.orders.already._ROWS", 2)
    rows = [proposal(store, number) for number in range(1, 4)]
    first = page.get(ALREADY).text
    assert f"after={rows[1].pk}" in first
    second = page.get(f"{ALREADY}?after={rows[1].pk}").text
    assert rows[2].order.number in second
    assert rows[0].order.number not in second
