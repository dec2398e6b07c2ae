"""Past orders: read once whatever happens, posted behind everything else, paused, cancelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connector.lib import clock
from stores.adapters.magento.adapter import MagentoAdapter
from stores.adapters.magento.reading import pages as reading
from stores.canonical.records import Page
from sync.backfill import actions as backfill
from sync.backfill import read as backfill_reading
from sync.dispatch import gather, send
from sync.flow.sweep import sweep
from sync.models import Backfill, Posting, TrackedOrder
from tests.sync.bell import Bell
from tests.sync.world import World, at_rest, books, in_xero

State = Backfill.State


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 3)


def today(world: World) -> date:
    return clock.today(world.store.profile.timezone)


def sold(world: World, count: int, *, days: int = 20) -> list[dict[str, Any]]:
    """Orders of the past, some of them in the same second."""
    moment = clock.now() - timedelta(days=days)
    return [
        world.place(customer=n % 40 + 1, created_at=moment + timedelta(seconds=n // 2))
        for n in range(count)
    ]


def planned(world: World, days: int = 30) -> Backfill:
    row = backfill.plan(world.fresh(world.store), today(world) - timedelta(days), today(world))
    backfill_reading.work(row)
    return row


def begun(world: World, days: int = 30) -> Backfill:
    row = planned(world, days)
    assert backfill.start(row)
    return row


def go_on(row: Backfill) -> Backfill:
    row = Backfill.objects.select_related("store__organisation__token_set").get(pk=row.pk)
    backfill_reading.work(row)
    return row


def finish(world: World, row: Backfill) -> Backfill:
    """Read, build and send until it ends."""
    for _ in range(20):
        row = go_on(row)
        if not row.is_unfinished:
            return row
        world.work()
    raise AssertionError(f"it never ends: {row.state}")


def test_the_forecast_asks_the_shop_once_and_posts_nothing(world: World) -> None:
    sold(world, 7)
    world.place(created_at=clock.now() - timedelta(days=40))
    before = len(world.shop.requests)

    row = planned(world)

    assert (row.state, row.expected, len(world.shop.requests) - before) == (State.PLANNED, 7, 1)
    assert row.forecast.startswith("7 orders in the shop. About 7 calls and ")
    assert row.forecast.endswith("1,000 calls are left today.")
    assert (TrackedOrder.objects.count(), world.writes()) == (0, 0)


def test_a_backfill_posts_the_orders_of_its_days_and_no_others(world: World) -> None:
    orders = sold(world, 8)
    older = world.place(created_at=clock.now() - timedelta(days=40))
    row = finish(world, begun(world))

    assert row.state == State.DONE
    assert (row.expected, row.found, row.posted, row.held, row.skipped) == (8, 8, 8, 0, 0)
    in_xero(world, *orders)
    assert not TrackedOrder.objects.filter(source_id=str(older["entity_id"])).exists()
    assert row.read_at is not None
    assert row.ended_at is not None
    assert row.counts().done == 8


def test_days_are_those_of_the_books(world: World) -> None:
    """The books are in Sydney, ten or eleven hours ahead of the shop's UTC."""
    last = today(world) - timedelta(days=5)
    start = f"{last - timedelta(days=1)}T12:59:59+00:00"
    before = world.place(customer=1, created_at=datetime.fromisoformat(start))
    first = datetime.fromisoformat(start) + timedelta(seconds=1)
    inside = [
        world.place(customer=2, created_at=first),
        world.place(customer=3, created_at=first + timedelta(hours=23, minutes=59, seconds=59)),
    ]
    after = world.place(customer=4, created_at=first + timedelta(days=1))
    row = backfill.plan(world.fresh(world.store), last, last)
    backfill_reading.work(row)
    backfill.start(row)
    row = finish(world, row)

    assert row.found == 2
    in_xero(world, *inside)
    assert world.number(before) not in world.invoices()
    assert world.number(after) not in world.invoices()


@pytest.mark.stories
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_reader_killed_between_page_and_place_leaves_nothing_and_misses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, bell: Bell, page: int
) -> None:
    orders = sold(world, 8)
    row = begun(world)
    stored, pages = backfill_reading._stored, Counter[str]()

    def dies(*args: Any) -> bool:
        pages["read"] += 1
        if pages["read"] == page:
            raise Killed
        return stored(*args)

    with monkeypatch.context() as patch:
        patch.setattr(backfill_reading, "_stored", dies)
        patch.setattr(Backfill, "release", lambda *_: None)
        with pytest.raises(Killed):
            go_on(row)
    row.refresh_from_db()
    assert (row.state, row.found) == (State.READING, 3 * (page - 1))
    assert TrackedOrder.objects.count() == row.found
    bell.lose()
    sweep()
    assert ("sync.backfill", (row.pk,)) not in bell.rings, "its reader may still live"
    world.time.forward(minutes=6)
    bell.lose()
    sweep()
    assert ("sync.backfill", (row.pk,)) in bell.rings

    row = finish(world, row)

    assert (row.state, row.found, row.posted) == (State.DONE, 8, 8)
    in_xero(world, *orders)
    assert len(world.invoices()) == 8


@pytest.mark.stories
def test_reading_waits_while_enough_waits_to_be_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_reading, "MOST_WAITING", 5)
    monkeypatch.setattr(backfill_reading, "_GO_ON_AT", 3)
    orders = sold(world, 12)
    row = go_on(begun(world))
    assert (row.state, row.found, row.claimed_until) == (State.READING, 6, None)
    row = go_on(row)
    assert row.found == 6, "nothing was sent yet"
    world.work()
    row = go_on(row)
    assert row.found == 12
    row = finish(world, row)
    assert row.state == State.DONE
    in_xero(world, *orders)


@pytest.mark.stories
def test_paused_nothing_of_it_leaves_and_resumed_all_of_it_does(world: World) -> None:
    orders = sold(world, 6)
    row = go_on(begun(world))
    world.build()
    later = sold(world, 2, days=10)
    assert backfill.pause(row)
    assert not backfill.pause(row), "a second click does nothing"

    world.work()

    assert (world.writes(), world.invoices()) == (0, {})
    assert set(Posting.objects.values_list("state", flat=True)) == {"pending"}
    row = go_on(row)
    assert (row.state, row.found) == (State.PAUSED, 6)
    assert Posting.objects.waiting().count() == 0
    # What a person asks for, or the shop changes, is no longer the backfill's.
    world.rebuild(orders[0])
    world.shop.update_order(orders[1]["entity_id"], customer_note="changed")
    world.pull()
    world.work()
    in_xero(world, *orders[:2], *later)
    assert len(world.invoices()) == 4

    assert backfill.resume(row)
    row = finish(world, row)
    assert row.state == State.DONE
    in_xero(world, *orders, *later)
    books(world)


def test_a_pause_while_a_page_is_read_stores_nothing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = sold(world, 6)
    row = begun(world)
    pages = MagentoAdapter.pages

    def paused_meanwhile(*args: Any) -> Iterator[Page]:
        for place, page in enumerate(pages(*args)):
            if place == 1:
                backfill.pause(Backfill.objects.get(pk=row.pk))
            yield page

    with monkeypatch.context() as patch:
        patch.setattr(MagentoAdapter, "pages", paused_meanwhile)
        row = go_on(row)
    assert (row.state, row.found, TrackedOrder.objects.count()) == (State.PAUSED, 3, 3)
    backfill.resume(row)
    row = finish(world, row)
    assert (row.found, row.posted) == (6, 6)
    in_xero(world, *orders)


@pytest.mark.stories
def test_cancelled_what_is_in_xero_stays_and_the_rest_is_withdrawn(world: World) -> None:
    orders = sold(world, 6)
    row = go_on(begun(world))
    world.build()
    # the invoice of one is in Xero, its payment is not
    Posting.objects.exclude(order=world.row(orders[0])).filter(kind="invoice").update(
        not_before=clock.now() + timedelta(hours=1)
    )
    while Posting.objects.filter(kind="invoice", state="posted").count() == 0:
        dispatch = gather.gather(world.organisation)
        assert dispatch is not None
        send._send(dispatch, "test")
    contacts = len(world.contacts())

    assert backfill.cancel(row)
    assert not backfill.cancel(row)
    world.time.forward(hours=2)
    world.work()
    row = go_on(row)

    assert list(world.invoices()) == [world.number(orders[0])]
    in_xero(world, orders[0])
    assert len(world.contacts()) == contacts, "nobody is left in Xero without an invoice"
    for order in orders[1:]:
        assert world.codes(order)[0] == "backfill_cancelled"
        assert world.row(order).label == "skipped"
    assert (row.state, row.posted, row.skipped) == (State.CANCELLED, 1, 5)
    at_rest()
    # A person takes one of them up, another backfill the rest.
    world.rebuild(orders[1])
    world.work()
    in_xero(world, *orders[:2])
    again = finish(world, begun(world))
    assert (again.state, again.found, again.posted, again.counts().known) == ("done", 6, 4, 2)
    books(world)


@pytest.mark.stories
def test_a_live_order_overtakes_and_a_backfill_sends_full_requests(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "BATCH", 4)
    sold(world, 10)
    row = go_on(begun(world))
    world.build()
    live = world.place(customer=1)
    world.pull()
    world.build()
    backfill_lanes = Posting.objects.filter(lane="backfill", kind="invoice")
    while world.posting(live).state != "posted":
        dispatch = gather.gather(world.organisation)
        assert dispatch is not None
        send._send(dispatch, "test")
        if dispatch.kind == "invoice":
            break
    # It went with the first request of invoices, which the backfill filled up.
    assert world.posting(live).state == "posted"
    assert backfill_lanes.filter(state="posted").count() == 3
    row = finish(world, row)
    sizes = Counter(
        Posting.objects.filter(kind="invoice").values_list("dispatch", flat=True)
    ).values()
    assert sorted(sizes) == [3, 4, 4]
    books(world)


def test_nothing_of_before_the_cut_over_is_planned_or_posted(world: World) -> None:
    cut_over = today(world) - timedelta(days=10)
    world.change_store(cut_over=cut_over.isoformat())
    sold(world, 2)
    store = world.fresh(world.store)
    with pytest.raises(backfill.BackfillRefused, match="the cut-over date") as refused:
        backfill.plan(store, cut_over - timedelta(days=1), today(world))
    assert refused.value.field == "since"
    row = backfill.plan(store, cut_over, today(world))
    # The date moves on after it was planned: the rule holds where orders are built.
    Backfill.objects.filter(pk=row.pk).update(since=cut_over - timedelta(days=30))
    row = go_on(row)
    backfill.start(row)
    row = finish(world, row)
    assert (row.found, row.skipped, world.invoices()) == (2, 2, {})
    assert {r["code"] for o in TrackedOrder.objects.all() for r in o.reasons} == {"before_cut_over"}


@pytest.mark.parametrize(
    ("since", "until", "field", "text"),
    [(3, 5, "until", "before the first"), (3, -1, "until", "in the future")],
)
def test_days_that_make_no_sense_are_refused(
    world: World, since: int, until: int, field: str, text: str
) -> None:
    days = [today(world) - timedelta(days=n) for n in (since, until)]
    with pytest.raises(backfill.BackfillRefused, match=text) as refused:
        backfill.plan(world.fresh(world.store), *days)
    assert refused.value.field == field
    assert not Backfill.objects.exists()


def test_a_store_has_one_backfill_at_a_time(world: World) -> None:
    sold(world, 2)
    first = planned(world)
    second = planned(world, days=25)
    unfinished = Backfill.objects.unfinished()
    assert list(unfinished) == [second], "one that was only planned is planned anew"
    assert not backfill.start(first)
    assert backfill.start(second)
    with pytest.raises(backfill.BackfillRefused, match="is under way"):
        planned(world)
    assert list(unfinished.all()) == [second]


def test_a_shop_that_is_down_is_asked_again_and_one_that_refuses_waits_for_a_person(
    world: World, bell: Bell
) -> None:
    orders = sold(world, 6)
    row = begun(world)
    world.shop.fail("error", match="/orders", times=None)
    row = go_on(row)
    assert (row.state, row.attempts, row.found) == (State.READING, 1, 0)
    assert row.error
    assert row.not_before > clock.now()
    bell.lose()
    sweep()
    assert ("sync.backfill", (row.pk,)) not in bell.rings
    world.shop.faults.clear()
    world.shop.fail("error", match="/orders", times=None, status=401)
    world.time.forward(minutes=10)
    row = go_on(row)
    assert row.state == State.FAILED
    assert "credentials" in row.error.lower() or "key" in row.error.lower()
    world.shop.faults.clear()
    assert backfill.resume(row)
    row = finish(world, row)
    assert (row.state, row.posted) == (State.DONE, 6)
    in_xero(world, *orders)


def test_what_live_work_knows_already_is_left_to_it(world: World) -> None:
    orders = sold(world, 4)
    world.sync()
    writes = world.writes()
    row = finish(world, begun(world))
    assert (row.state, row.found, row.counts().known) == (State.DONE, 4, 4)
    assert world.writes() == writes
    in_xero(world, *orders)


@pytest.mark.stories
def test_the_forecast_is_near_what_a_backfill_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a factor of two, also where it knows nothing of the shop yet."""
    monkeypatch.setattr(reading, "PAGE_SIZE", 100)
    sold(world, 120)
    row = planned(world)
    before = world.calls().total()
    assert row.forecast_calls is not None
    backfill.start(row)
    row = finish(world, row)
    calls = world.calls().total() - before
    assert row.posted == 120
    assert row.forecast_calls / 2 <= calls <= row.forecast_calls * 2, (calls, row.forecast_calls)
