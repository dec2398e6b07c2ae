"""What a shop's lists do not tell is found all the same: by ids, by reading again, by a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from connector.lib import clock
from stores import registry
from stores.canonical.records import Stream
from stores.models import Cursor, SourceRecord, Store
from sync.backfill import actions as backfill
from sync.backfill import read as backfill_reading
from sync.ingest.ask_order import ask_order
from sync.ingest.coverage import Window
from sync.ingest.pull import pull
from sync.models import Backfill, TrackedOrder
from tests.stores.toy import market
from tests.stores.toy.adapter import BOXES
from tests.stores.toy.market import LEDGERS
from tests.stores.toy.orders import toy_order
from tests.sync.ingest.test_toy_platform import URL, configure
from tests.sync.world import World

DAY = timedelta(days=1).total_seconds()
Box = list[dict[str, Any]]


@pytest.fixture
def box(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    settings.STORE_ADAPTERS = settings.STORE_ADAPTERS | {
        "toymarket": "tests.stores.toy.market.ToyMarket"
    }
    monkeypatch.setattr(market, "CALLS", [])
    monkeypatch.setitem(BOXES, URL, [])
    monkeypatch.setitem(LEDGERS, URL, [])
    return BOXES[URL]


@pytest.fixture
def toys(world: World, box: Box) -> World:
    Store.objects.all().delete()
    world.stores.clear()
    configure(platform="toymarket")
    world.stores.append(Store.objects.get())
    return world


def sold(number: int, *, days: int = 1, **more: Any) -> dict[str, Any]:
    return toy_order(number, at=clock.now() - timedelta(days=days), **more)


def asked() -> list[str]:
    """The orders that were completed since the last look."""
    calls = list(market.CALLS)
    market.CALLS.clear()
    return calls


def cursor(stream: str = "orders") -> Cursor:
    return Cursor.objects.get(stream=stream)


def test_orders_are_completed_and_read_on_behind_the_mark(toys: World, box: Box) -> None:
    box += [sold(1), sold(2)]
    toys.sync()
    assert asked() == ["1", "2"]
    assert (cursor().mark, sorted(toys.invoices())) == ("2", ["TOY-T1", "TOY-T2"])
    assert all("toys" in row.record for row in SourceRecord.objects.all())

    box.append(sold(3))
    toys.sync()

    assert asked() == ["3"]
    assert (cursor().mark, sorted(toys.invoices())) == ("3", ["TOY-T1", "TOY-T2", "TOY-T3"])


def test_what_the_list_does_not_show_is_found_when_the_window_is_read_again(
    toys: World, box: Box
) -> None:
    box += [sold(1, days=9), sold(2)]
    toys.sync()
    asked()
    # Of the same toys: only the calls beside the list tell that one is another.
    box[1]["toys"][0]["name"] = "Kite"

    toys.time.forward(DAY / 2)
    assert toys.pull().changed == 0
    assert asked() == []
    toys.time.forward(DAY / 2)
    assert toys.pull().changed == 1
    assert asked() == ["2"]
    newer = TrackedOrder.objects.get(source_id="2").record
    assert newer.record["toys"][0]["name"] == "Kite"
    assert toys.pull().changed == 0
    assert asked() == []


def test_a_change_that_is_taken_back_is_noticed_twice(toys: World, box: Box) -> None:
    box.append(sold(1))
    toys.sync()
    names = []
    for name in ("Kite", "Top"):
        box[0]["toys"][0]["name"] = name
        toys.time.forward(DAY)
        assert toys.pull().changed == 1
        names.append(TrackedOrder.objects.get().record.record["toys"][0]["name"])

    assert names == ["Kite", "Top"]
    assert SourceRecord.objects.count() == 2


def test_an_order_that_a_ledger_names_is_read_with_it(toys: World, box: Box) -> None:
    box.append(sold(1, days=20))
    toys.sync()
    box[0] |= {"status": "boxed", "toys": [box[0]["toys"][0] | {"name": "Kite"}]}
    LEDGERS[URL].append((clock.now().strftime("%Y-%m-%d %H:%M:%S"), "1"))
    asked()

    run = pull(toys.store, Stream.REFUNDS)

    assert (run.error, run.changed, asked()) == ("", 1, ["1"])
    assert TrackedOrder.objects.get().record.record["status"] == "boxed"
    assert cursor("refunds").position is not None


def test_an_order_that_is_deleted_while_it_is_read_is_left_out(
    toys: World, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box += [sold(1), sold(2)]
    complete = market.ToyMarket.complete

    def gone(self: Any, stream: Stream, record: dict[str, Any]) -> dict[str, Any]:
        box[:] = [one for one in box if one["id"] != "1"]
        found: dict[str, Any] = complete(self, stream, record)
        return found

    monkeypatch.setattr(market.ToyMarket, "complete", gone)
    toys.sync()

    assert sorted(toys.invoices()) == ["TOY-T2"]
    assert cursor().last_error == ""


def test_the_right_to_read_is_kept_while_orders_are_completed(
    toys: World, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box += [sold(1), sold(2)]
    complete = market.ToyMarket.complete

    def taken_over(self: Any, stream: Stream, record: dict[str, Any]) -> dict[str, Any]:
        Cursor.objects.update(claimed_by="another")
        found: dict[str, Any] = complete(self, stream, record)
        return found

    monkeypatch.setattr(market.ToyMarket, "complete", taken_over)
    run = toys.pull()

    assert "taken over" in run.error
    assert asked() == ["1"]
    assert not TrackedOrder.objects.exists()


def test_a_part_that_a_person_chose_is_read_by_when_orders_were_placed(
    toys: World, box: Box
) -> None:
    box += [sold(1, days=9), sold(2)]

    run = toys.pull(window=Window(clock.now() - timedelta(days=3), clock.now()))

    assert (run.error, run.records, asked()) == ("", 1, ["2"])
    assert (cursor().mark, cursor().position) == ("", None)


def test_past_orders_are_completed_too_and_only_as_far_as_the_shop_shows_them(
    toys: World, box: Box
) -> None:
    box += [sold(1, days=40), sold(2, days=30)]
    today = clock.today(toys.store.profile.timezone)
    with pytest.raises(backfill.BackfillRefused) as refused:
        backfill.plan(toys.store, today - timedelta(61), today)
    assert (refused.value.field, Backfill.objects.count()) == ("since", 0)
    assert "nothing older than 60 days" in str(refused.value)

    row = backfill.plan(toys.store, today - timedelta(59), today)
    backfill_reading.work(row)
    backfill.start(row)
    row.refresh_from_db()
    backfill_reading.work(row)

    assert asked() == ["1", "2"]
    assert TrackedOrder.objects.filter(backfill=row).count() == 2


def test_a_gap_beyond_what_the_shop_shows_is_said(toys: World, box: Box) -> None:
    box.append(sold(1))
    assert toys.pull().error == ""

    toys.time.forward(61 * DAY)
    run = toys.pull()

    assert run.error.startswith("What changed between ")
    assert "nothing older than 60 days" in run.error
    assert cursor().failures == 0


def test_an_order_that_is_asked_for_by_its_number_is_completed(toys: World, box: Box) -> None:
    box.append(sold(1))

    (record,) = ask_order(toys.store, "T1").records

    assert record["toys"]


def test_the_stores_page_says_what_is_not_told(toys: World) -> None:
    page = Client()
    page.force_login(get_user_model().objects.create_superuser("ana", password="x"))

    shown = page.get("/stores/toys/").text

    assert registry.profile("toymarket").covers(Stream.ORDERS).text == (
        "The shop's list does not show changes. What was placed within 7 days is read again every "
        "day. The shop shows nothing older than 60 days."
    )
    assert "does not show changes. What was placed within 7 days is read again every day." in shown


def test_a_shop_whose_list_tells_all_is_never_read_again(world: World) -> None:
    world.place()
    world.sync()
    world.time.forward(DAY)
    world.pull()

    assert (cursor().mark, cursor().rechecked_at) == ("", None)
    assert len(world.invoices()) == 1
