"""A shop that answers badly: the error is clear, nothing is lost, the cursor never skips."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import formatdate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from connector.lib import clock
from stores.models import Cursor, SourceRecord
from sync.models import SyncRun, TrackedOrder
from tests.sync.world import World, books


def cursor(world: World) -> Cursor:
    return Cursor.objects.get(store=world.store)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "html"}, "not_json"),
        ({"kind": "error", "status": 500}, "temporary"),
        ({"kind": "error", "status": 401}, None),
        ({"kind": "bad_gateway"}, "temporary"),
        ({"kind": "endless"}, "too_large"),
        ({"kind": "truncated"}, "not_json"),
        ({"kind": "cut"}, "temporary"),
        ({"kind": "throttled", "retry_after": 300}, "temporary"),
        ({"kind": "redirect", "location": "http://169.254.169.254/latest/"}, None),
    ],
)
def test_a_bad_answer_is_told_and_nothing_is_lost(
    world: World, fault: dict[str, Any], code: str | None
) -> None:
    orders = [world.place(customer=n) for n in (1, 2)]
    world.shop.fail(**fault, match="/orders", times=None)
    run = world.pull()
    assert run is not None
    stands = cursor(world)
    assert (stands.position, stands.claimed_until) == (None, None)
    assert TrackedOrder.objects.count() == 0
    assert run.error
    assert run.ended_at is not None
    assert stands.last_error == run.error
    assert code in (None, stands.last_error_code)
    assert stands.failures == 1
    assert stands.next_run_at is not None
    assert clock.now() < stands.next_run_at <= clock.now() + timedelta(hours=1)
    world.shop.faults.clear()
    world.sync()
    assert len(world.invoices()) == len(orders)
    stands = cursor(world)
    assert (stands.last_error, stands.failures) == ("", 0)
    books(world)


def test_a_failure_in_the_middle_keeps_what_was_read_and_goes_on_from_there(
    world: World,
) -> None:
    now = clock.now()
    for n in range(250):
        world.place(customer=n % 50 + 1, created_at=now - timedelta(minutes=500 - n))

    def break_down(run: SyncRun) -> None:
        if run.records == 200:
            world.shop.fail("error", match="/orders", times=None)

    run = world.pull(progress=break_down)
    assert run.error
    assert run.records == TrackedOrder.objects.count() == 200
    stands = cursor(world)
    assert stands.position is not None
    newest = max(o.record_version for o in TrackedOrder.objects.all())
    assert stands.position.strftime("%Y-%m-%d %H:%M:%S") <= newest
    world.shop.faults.clear()
    world.pull()
    assert TrackedOrder.objects.count() == 250


def many(world: World, count: int) -> None:
    """More orders than a page holds, of different minutes."""
    now = clock.now()
    for n in range(count):
        world.place(customer=n % 50 + 1, created_at=now - timedelta(minutes=500 - n))


def test_orders_that_change_between_pages_are_all_read(world: World) -> None:
    many(world, 220)
    oldest = iter(world.shop.orders[:5])

    def change(run: SyncRun) -> None:
        if order := next(oldest, None):
            world.shop.update_order(order["entity_id"])
            world.shop.add_orders(1)

    world.pull(progress=change)
    world.pull()
    assert TrackedOrder.objects.count() == len(world.shop.orders) > 220
    for order in world.shop.orders:
        version = world.row(order).record_version
        assert version.replace("T", " ").removesuffix("+00:00") == order["updated_at"]


def test_lists_without_items_lose_nothing(world: World) -> None:
    world.place()
    world.shop.fail("items_null", match="/orders", times=None)
    assert "says that it has 1 orders, and gives none of them" in world.pull().error
    assert (TrackedOrder.objects.count(), cursor(world).position) == (0, None)
    world.shop.faults.clear()
    world.sync()
    books(world)


@pytest.mark.stories
def test_an_invoice_that_left_its_order_untouched_is_seen_and_paid_once(world: World) -> None:
    order = world.place(status="pending")
    world.place(customer=2)
    world.sync()
    assert len(world.payments()) == 1
    untouched = order["updated_at"]
    world.time.forward(hours=3)
    world.shop.pay(order["entity_id"])
    world.shop.update_order(order["entity_id"], updated_at=untouched)
    world.sync()
    assert world.row(order).record_version.startswith(untouched.replace(" ", "T"))
    assert len(world.payments()) == 2
    books(world)


@pytest.mark.stories
@pytest.mark.parametrize("minutes", [5, -5])
def test_a_shop_at_the_edge_of_the_day_whose_clock_is_off_loses_nothing(
    world: World, minutes: int
) -> None:
    """UTC-11: what Magento writes is UTC, and the books' day is the one in `timezone`."""
    world.change_store(timezone="Pacific/Pago_Pago")
    world.shop.clock_skew = timedelta(minutes=minutes)
    for customer in range(1, 5):
        world.place(customer=customer)
        world.sync()
        world.time.forward(minutes=3)
        earlier = world.shop.orders[0]
        world.shop.update_order(earlier["entity_id"])
    world.sync()
    for order in world.shop.orders:
        row = world.row(order)
        assert row.record_version.replace("T", " ").removesuffix("+00:00") == order["updated_at"]
        placed = datetime.fromisoformat(f"{order['created_at']}+00:00")
        local = placed.astimezone(ZoneInfo("Pacific/Pago_Pago")).date()
        assert world.posting(order).payload.count(f'"Date":"{local.isoformat()}"') == 1
    books(world)


def test_a_date_far_ahead_in_one_order_hides_no_later_one(world: World) -> None:
    order = world.place()
    world.shop.update_order(order["entity_id"], updated_at="2099-01-01 00:00:00")
    world.sync()
    position = cursor(world).position
    assert position is not None
    assert position <= clock.now()
    later = world.place(customer=2)
    world.sync()
    assert world.row(later).label == "posted"
    books(world)


@pytest.mark.parametrize("wait", [None, 600, "in 10 minutes"])
def test_a_shop_that_asks_to_wait_is_left_alone_for_so_long(
    world: World, wait: int | str | None
) -> None:
    world.place()
    after = formatdate(clock.timestamp() + 600, usegmt=True) if isinstance(wait, str) else wait
    world.shop.fail("throttled", match="/orders", times=1, retry_after=after)
    world.pull()
    stands = cursor(world)
    assert stands.next_run_at is not None
    seconds = (stands.next_run_at - clock.now()).total_seconds()
    assert (595 if wait else 55) <= seconds <= (600 if wait else 60)
    world.sync()
    books(world)


CHANGED: list[dict[str, Any]] = [
    {"grand_total": {"value": "12.00", "currency": "AUD"}},
    {"billing_address": [{"firstname": "Ann"}]},
    {"created_at": None},
    {"increment_id": ["1"]},
    {"status": {"code": "processing"}},
    {"payment": "checkmo"},
    {"extension_attributes": "none"},
]


@pytest.mark.parametrize("change", CHANGED, ids=lambda change: next(iter(change)))
def test_an_order_of_another_shape_is_held_and_stops_no_other(
    world: World, change: dict[str, Any]
) -> None:
    orders = [world.place(customer=n) for n in (1, 2, 3)]
    world.shop.update_order(orders[1]["entity_id"], **change)
    world.sync()
    bad = world.row(orders[1])
    (field,) = change
    assert (bad.state, bad.reasons[0]["field"].split(".")[1].split("[")[0]) == ("held", field)
    assert [world.row(orders[n]).label for n in (0, 2)] == ["posted", "posted"]
    assert cursor(world).last_error == ""
    assert len(world.invoices()) == 2


def test_a_shop_on_a_private_address_is_not_called(world: World, settings: Settings) -> None:
    world.place()
    settings.ALLOW_PRIVATE_HOSTS = False
    run = world.pull()
    assert cursor(world).last_error_code == "private_address"
    assert "ALLOW_PRIVATE_HOSTS" in run.error or "private" in run.error
    assert not world.shop.requests


def test_credentials_that_are_incomplete_are_said_before_any_call(world: World) -> None:
    world.place()
    world.store.credentials = {"consumer_key": "x"}
    world.store.save()
    run = world.pull()
    assert cursor(world).last_error_code == "credentials_missing"
    assert "store's page" in run.error
    assert not world.shop.requests


def test_an_error_in_our_own_reading_is_kept_and_the_schedule_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.place()

    def buggy(*_: object, **__: object) -> int:
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr("sync.ingest.ingest.track", buggy)
        run = world.pull()
    assert "ZeroDivisionError: a bug" in run.error
    stands = cursor(world)
    assert (stands.last_error_code, stands.position) == ("unforeseen", None)
    assert SyncRun.objects.get(pk=run.pk).ended_at is not None
    assert SourceRecord.objects.count() == 0
    world.sync()
    books(world)


def test_a_part_chosen_by_a_person_leaves_the_cursor_alone(world: World) -> None:
    from sync.ingest.coverage import Window

    world.place()
    world.sync()
    before = Cursor.objects.values().get()
    world.place(customer=2)
    world.shop.fail("error", match="/orders", times=1)
    window = Window(since=clock.now() - timedelta(days=1))
    assert world.pull(window=window).error
    assert world.pull(window=window).error == ""
    assert TrackedOrder.objects.count() == 2
    assert Cursor.objects.values().get() == before


def test_a_reader_whose_turn_has_passed_to_another_stops(world: World) -> None:
    now = clock.now()
    for n in range(150):
        world.place(customer=n % 50 + 1, created_at=now - timedelta(minutes=500 - n))

    def taken_over(resource: str, page: int) -> None:
        Cursor.objects.update(claimed_by="another")

    seen: list[int] = []

    def progress(run: SyncRun) -> None:
        if not seen:
            taken_over("orders", 1)
        seen.append(run.records)

    run = world.pull(progress=progress)
    assert "taken over" in run.error
    assert run.records == TrackedOrder.objects.count() == 100
    assert Cursor.objects.get().claimed_by == "another"
