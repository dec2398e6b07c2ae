"""How often a CS-Cart shop is asked once all its orders were read, and how soon changes are seen.

10,000 orders, 300 of them open within the window, 50 changes an hour, a look every five minutes:
250 requests an hour at most. What a row of the list shows is seen within two looks, anything else
of an open order within three hours.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from django.db import transaction

from connector.configuration.importing import import_configuration
from connector.lib import clock
from stores.adapters.cscart.adapter import CSCartAdapter
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync.ingest.ingest import Delivery, keep
from sync.ingest.pull import pull
from sync.models import TrackedOrder
from tests.stores.cscart.cscart_records import Json, order
from tests.stores.cscart.fake_shop import KEYS, LISTS, URL, FakeShop

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
YEAR, OPEN, ORDERS = 365 * 86400, 300, 10_000
FILE = f"""
version: 1
stores:
  - slug: cs
    platform: cscart
    url: {URL}
    credentials: {{email: {KEYS["email"]}, api_key: {KEYS["api_key"]}}}
    organisation: Demo
    base_currency: GBP
    timezone: UTC
"""


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = NOW
        monkeypatch.setattr(clock, "timestamp", lambda: self.at.timestamp())


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    fake = FakeShop(lists=LISTS)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        fake.install(mock)
        yield fake


def made(number: int, at: datetime, status: str) -> Json:
    """An order of a version that does not date changes."""
    stamp = str(int(at.timestamp()))
    return order(order_id=str(number), timestamp=stamp, updated_at=None, status=status)


def fill(shop: FakeShop) -> Store:
    """A year of orders, the newest 300 of the window open, all of the window read before."""
    for number in range(1, ORDERS + 1):
        at = NOW - timedelta(seconds=YEAR * (ORDERS - number) / ORDERS)
        status = "P" if number > ORDERS - OPEN else "C"
        shop.orders[str(number)] = made(number, at, status)
    import_configuration(FILE, lookup={}.get)
    store = Store.objects.get()
    reader: Any = CSCartAdapter.__new__(CSCartAdapter)
    recent = [one for one in shop.orders.values() if int(one["order_id"]) > ORDERS - 1700]
    with transaction.atomic():
        keep(store, reader, Delivery(Stream.ORDERS, recent))
    Cursor.objects.create(
        store=store, stream="orders", position=NOW, mark=str(ORDERS), rechecked_at=NOW
    )
    return store


def seen(shop: FakeShop, number: str) -> bool:
    """Whether what is stored of an order is as the shop has it."""
    row = TrackedOrder.objects.select_related("record").get(source_id=number)
    kept, there = row.record.record, shop.orders[number]
    return all(kept[key] == there[key] for key in ("status", "total", "notes"))


class Waiting:
    """Changes in the shop that are not seen yet, and how long each took."""

    def __init__(self, shop: FakeShop) -> None:
        self.shop = shop
        self.rows: dict[str, datetime] = {}
        self.hidden: dict[str, datetime] = {}
        self.slowest = {"rows": timedelta(0), "hidden": timedelta(0)}

    def look(self, now: datetime) -> None:
        for name in ("rows", "hidden"):
            waiting: dict[str, datetime] = getattr(self, name)
            for number, at in list(waiting.items()):
                if seen(self.shop, number):
                    self.slowest[name] = max(self.slowest[name], now - at)
                    del waiting[number]


def change(shop: FakeShop, waiting: Waiting, at: datetime, dice: random.Random) -> int:
    """Some of an hour's 50 changes: new orders, orders whose row shows it, others that hide it."""
    newest = max(map(int, shop.orders))
    shop.orders[str(newest + 1)] = made(newest + 1, at, "O")
    opened = [one for one in shop.orders.values() if one["status"] in "PO" and one["notes"] == ""]
    free = [one for one in opened if one["order_id"] not in waiting.hidden]
    for one in dice.sample(free, 2):
        one |= {"status": "C" if one["status"] == "P" else "P"}
        waiting.rows[one["order_id"]] = at
    hidden = dice.choice([one for one in free if one["order_id"] not in waiting.rows])
    hidden["notes"] = f"changed at {at}"
    waiting.hidden[hidden["order_id"]] = at
    return 4


@pytest.mark.stories
def test_the_requests_of_an_hour_are_bounded_and_changes_are_seen(
    time: Clock, shop: FakeShop
) -> None:
    store, waiting, dice = fill(shop), Waiting(shop), random.Random(7)
    requests = []
    for _ in range(3):
        before = len(shop.calls)
        changes = 0
        for _ in range(12):
            changes += change(shop, waiting, time.at, dice)
            time.at += FIVE
            run = pull(store, Stream.ORDERS)
            assert run is not None
            assert run.error == ""
            waiting.look(time.at)
        assert 45 <= changes <= 55
        requests.append(len(shop.calls) - before)
    for _ in range(36):
        if not (waiting.rows or waiting.hidden):
            break
        time.at += FIVE
        pull(store, Stream.ORDERS)
        waiting.look(time.at)

    assert max(requests) <= 250, requests
    assert (waiting.rows, waiting.hidden) == ({}, {})
    assert waiting.slowest["rows"] <= 2 * FIVE
    assert waiting.slowest["hidden"] <= timedelta(hours=3)
    new = [number for number in shop.orders if int(number) > ORDERS]
    assert TrackedOrder.objects.filter(source_id__in=new).count() == len(new) == 36


def test_a_shop_that_asks_to_wait_is_asked_again_later_and_nothing_is_lost(
    time: Clock, shop: FakeShop
) -> None:
    store = fill(shop)
    shop.orders["9999"]["status"] = "C"
    shop.instead = lambda method, path: (429, {"Retry-After": "900"}, "{}")

    time.at += FIVE
    run = pull(store, Stream.ORDERS)

    assert run is not None
    assert "less often" in run.error
    cursor = Cursor.objects.get(stream="orders")
    assert cursor.next_run_at == time.at + timedelta(seconds=900)
    assert (cursor.mark, cursor.failures) == (str(ORDERS), 1)

    shop.instead = lambda method, path: None
    time.at += timedelta(seconds=900)
    pull(store, Stream.ORDERS)
    assert seen(shop, "9999")
    assert Cursor.objects.get(stream="orders").failures == 0


def test_after_a_day_of_silence_every_open_order_is_read_once(time: Clock, shop: FakeShop) -> None:
    store = fill(shop)
    shop.orders["9990"]["notes"] = "changed"

    time.at += timedelta(days=1)
    before = len(shop.calls)
    pull(store, Stream.ORDERS)

    details = [path for _, path in shop.calls[before:] if "/" in path]
    assert len(details) == len(set(details)) == OPEN
    assert seen(shop, "9990")


def test_a_change_that_is_taken_back_is_seen_and_then_left_alone(
    time: Clock, shop: FakeShop
) -> None:
    store = fill(shop)
    for status in ("C", "P"):
        shop.orders["9000"]["status"] = status
        time.at += FIVE
        pull(store, Stream.ORDERS)
        assert TrackedOrder.objects.get(source_id="9000").record.record["status"] == status
    before = len(shop.calls)
    time.at += timedelta(seconds=250)
    pull(store, Stream.ORDERS)

    assert ("GET", "orders/9000") not in shop.calls[before:]


def test_an_order_that_the_list_had_left_out_is_found_though_later_ones_were_read(
    time: Clock, shop: FakeShop
) -> None:
    store = fill(shop)
    TrackedOrder.objects.filter(source_id="9500").delete()
    shop.orders["9500"]["status"] = "O"

    time.at += FIVE
    pull(store, Stream.ORDERS)

    assert TrackedOrder.objects.filter(source_id="9500").exists()
