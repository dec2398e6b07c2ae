"""Several workers at once, with connections of their own; and how many queries a build costs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from connector.lib import clock
from stores.models import Cursor, SourceRecord
from sync.backfill import actions as backfill
from sync.backfill import read as backfill_reading
from sync.dispatch import freshness, send
from sync.flow import steps
from sync.ingest.coverage import Window
from sync.models import Backfill, Dispatch, Posting, TrackedOrder
from sync.orders import build_due
from sync.rebuild import rebuild
from tests.sync.world import World, books, in_xero, ledger_agrees


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run jobs in threads that begin together; what they returned, errors raised."""
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[place] = job()
        except Exception as error:  # noqa: BLE001 - raised by the test's own thread
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


@pytest.fixture
def world(real_world: World) -> World:
    return real_world


def test_an_order_read_three_times_at_once_is_one_order(world: World) -> None:
    order = world.place()
    since = Window(since=clock.now() - timedelta(days=1))
    store = world.store
    at_once(
        lambda: world.pull(store),
        lambda: world.pull(store, window=since),
        lambda: world.pull(store, window=since),
    )
    assert (TrackedOrder.objects.count(), SourceRecord.objects.count()) == (1, 1)
    world.rebuild(order)
    at_once(world.build, world.build, world.build)
    assert Posting.objects.count() == 3
    world.work()
    books(world)


@pytest.mark.stories
def test_an_order_of_a_backfill_a_poll_and_a_second_backfill_reader_is_posted_once(
    world: World,
) -> None:
    then = clock.now() - timedelta(days=3)
    orders = [world.place(customer=n + 1, created_at=then) for n in range(4)]
    today = clock.today(world.store.profile.timezone)
    row = backfill.plan(world.fresh(world.store), today - timedelta(days=9), today)
    backfill.start(row)

    def past() -> None:
        backfill_reading.work(Backfill.objects.select_related("store__organisation").get())

    at_once(past, past, lambda: world.pull(world.store))
    at_once(world.build, world.build)
    world.work()
    past()

    assert TrackedOrder.objects.count() == 4
    row.refresh_from_db()
    assert (row.state, row.found) == ("done", 4)
    in_xero(world, *orders)
    assert len(world.invoices()) == 4
    books(world)


def test_only_one_of_two_readers_reads(world: World) -> None:
    world.place()
    world.shop.fail("slow", match="/orders", seconds=0.3)
    results = at_once(*[lambda: world.pull(world.store)] * 3)
    assert sum(run is not None for run in results) == 1
    assert Cursor.objects.get().claimed_by == ""


def test_builders_and_senders_at_once_post_everything_once(world: World) -> None:
    orders = [world.place(customer=n % 7 + 1) for n in range(40)]
    world.pull()
    freshness.prepare(world.organisation)

    def build() -> int:
        return sum(build_due.enqueue_due(world.fresh(world.store), limit=5) for _ in range(6))

    def sending() -> send.Idle:
        return [send.drain(world.organisation) for _ in range(3)][-1]

    at_once(build, build, build, sending, sending)
    world.work()
    in_xero(world, *orders)
    assert len(world.payments()) == 40
    ledger_agrees(world)
    books(world)


def test_a_sender_that_outlives_its_lease_settles_nothing_twice(world: World) -> None:
    """The slow sender's answer comes after another worker has looked the request up."""
    order = world.place()
    world.pull()
    world.build()
    hang = {"kind": "hang", "params": {"seconds": 1.0, "commit": True}}
    world.xero.faults({**hang, "match": {"method": "PUT", "path": "/Contacts$"}})

    def other() -> None:
        while not Dispatch.objects.filter(state="sending").exists():
            threading.Event().wait(0.02)
        threading.Event().wait(0.3)
        world.time.offset += 400
        for _ in range(4):
            send.drain(world.organisation)
            world.time.offset += 60

    at_once(lambda: send.drain(world.organisation), other)
    world.work()
    in_xero(world, order)
    assert len(world.contacts()) == 1
    books(world)


def test_a_build_and_a_settlement_of_one_order_at_once_leave_it_posted(world: World) -> None:
    orders = [world.place(customer=n) for n in range(1, 21)]
    world.pull()
    world.build()

    def rebuild() -> None:
        for _ in range(6):
            TrackedOrder.objects.update(build_at=clock.now())
            steps.build_store(world.fresh(world.store))

    at_once(lambda: send.drain(world.organisation), rebuild)
    TrackedOrder.objects.update(claimed_until=None, claimed_by="")
    world.work()
    in_xero(world, *orders)
    books(world)


# --- queries ------------------------------------------------------------------------------------


def queries_of(job: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        job()
    return len(captured)


def test_a_build_costs_the_same_queries_for_100_orders_as_for_10(world: World) -> None:
    costs = []
    for count in (10, 100):
        for n in range(count):
            world.place(customer=n % 50 + 1)
        world.time.forward(minutes=30)
        world.pull()
        freshness.prepare(world.organisation)
        store = world.fresh(world.store)
        costs.append(queries_of(lambda store=store: build_due.enqueue_due(store)))
    # SQLite takes so many values a statement: a few more inserts, and nothing for each order.
    assert costs[1] <= costs[0] + 10
    assert costs[1] < 55


def test_a_rebuild_of_what_waits_unchanged_writes_no_posting(world: World) -> None:
    for n in range(30):
        world.place(customer=n + 1)
    world.pull()
    world.build()
    changed = dict(Posting.objects.values_list("pk", "changed_at"))
    TrackedOrder.objects.update(build_at=clock.now())
    store = world.fresh(world.store)
    assert queries_of(lambda: build_due.enqueue_due(store)) < 60
    assert dict(Posting.objects.values_list("pk", "changed_at")) == changed


def test_reading_a_known_page_again_costs_the_same_for_any_number_of_orders(
    world: World,
) -> None:
    for n in range(90):
        world.place(customer=n % 50 + 1)
    world.pull()
    rows = list(SourceRecord.objects.all())
    assert len(rows) == 90
    assert queries_of(world.pull) < 40


def test_track_counts_new_and_changed_orders_only(world: World) -> None:
    order = world.place()
    world.pull()
    assert world.pull().changed == 0
    world.time.forward(1)
    world.shop.update_order(order["entity_id"], customer_note="hello")
    assert world.pull().changed == 1
    assert rebuild([world.row(order).pk]) == 1


# --- lanes --------------------------------------------------------------------------------------


def test_a_live_order_overtakes_a_backfill(world: World) -> None:
    now = clock.now()
    for n in range(230):
        world.place(customer=n % 50 + 1, created_at=now - timedelta(minutes=900 - n))
    world.pull()
    world.build()
    assert set(TrackedOrder.objects.values_list("postings__lane", flat=True)) <= {
        "backfill",
        "live",
    }
    Posting.objects.update(lane="backfill")
    world.time.forward(minutes=10)
    live = world.place(customer=51)
    world.pull()
    world.build()
    sent: list[str] = []
    while world.row(live).label != "posted":
        idle = send._step(world.organisation, "test")
        assert idle is None, idle
        sent.append(str(Dispatch.objects.latest("pk").kind))
    assert sent == ["contact", "invoice", "payment"]


def test_a_clicked_order_overtakes_live_ones(world: World) -> None:
    orders = [world.place(customer=n) for n in range(1, 60)]
    world.pull()
    world.build()
    world.rebuild(orders[-1])
    world.build()
    for _ in range(3):
        send._step(world.organisation, "test")
    assert world.row(orders[-1]).label == "posted"
    world.work()
    books(world)
