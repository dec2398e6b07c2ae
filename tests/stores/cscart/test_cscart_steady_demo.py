"""The budget of requests in steady state, over HTTP against the demo shop, by a clock of its own.

10,000 orders, 300 of them open within the window, 48 changes an hour, a look every five minutes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from connector.configuration.importing import import_configuration
from connector.lib import clock
from sandbox.cscart import DemoShop
from sandbox.cscart.api import records
from sandbox.cscart.shop import API_KEY, EMAIL
from sandbox.shop.made_up.demand import Plan, Wish
from stores import registry
from stores.adapters.cscart.records import forms
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync.ingest.ingest import Delivery, keep
from sync.ingest.pull import pull
from sync.models import TrackedOrder
from tests.stores.cscart.cscart_records import Json

pytestmark = [pytest.mark.django_db, pytest.mark.stories]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
ORDERS, WINDOW, OPEN = 10_000, 1_700, 300
FILE = """
version: 1
stores:
  - slug: cs
    platform: cscart
    url: {url}
    credentials: {{email: {email}, api_key: {key}}}
    organisation: Demo
    base_currency: AUD
    timezone: UTC
"""


class Clock:
    def __init__(self) -> None:
        self.at = NOW


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(clock, "timestamp", lambda: moved.at.timestamp())
    return moved


@pytest.fixture
def shop(time: Clock, private_hosts: None) -> Iterator[DemoShop]:
    with filled() as running:
        yield running


@contextmanager
def filled(**options: Any) -> Iterator[DemoShop]:
    """The orders of the window are made one by one, the others are one of them again."""
    with DemoShop(epoch=NOW, plan=Plan(paid_only=True), **options) as running:
        running.last_id = ORDERS - WINDOW
        for number in range(WINDOW):
            at = NOW - timedelta(days=60) * (WINDOW - number) / WINDOW
            running.place(Wish(status="P"), at=at, until=at)
        first = running.orders[0]
        for number in range(1, ORDERS - WINDOW + 1):
            at = NOW - timedelta(days=61 + 300 * (ORDERS - number) / ORDERS)
            stamp = str(int(at.timestamp()))
            running.every[number] = first | {
                "order_id": str(number), "timestamp": stamp, "updated_at": stamp, "status": "C",
            }  # fmt: skip
        for order in sorted(running.orders, key=running.id_of)[:-OPEN]:
            order["status"] = "C"
        yield running


def record(shop: DemoShop, number: int) -> Json:
    """What the adapter makes of an order and its row."""
    order = shop.order(number)
    whole = json.loads(json.dumps(records.detail(order, shop.version)), parse_float=Decimal)
    return forms.with_row(Stream.ORDERS, whole, records.row(order))


def read_before(shop: DemoShop) -> Store:
    """The store, to which all of the window was told."""
    text = FILE.format(url=shop.url, email=EMAIL, key=API_KEY)
    import_configuration(text, lookup={}.get)
    store = Store.objects.get()
    known = [record(shop, number) for number in range(ORDERS - WINDOW + 1, ORDERS + 1)]
    with transaction.atomic():
        keep(store, registry.reader("cscart"), Delivery(Stream.ORDERS, known))  # type: ignore[arg-type]
    Cursor.objects.create(
        store=store, stream="orders", position=NOW, mark=str(ORDERS), rechecked_at=NOW
    )
    return store


def seen(shop: DemoShop, number: int) -> bool:
    row = TrackedOrder.objects.select_related("record").get(source_id=str(number))
    kept, there = row.record.record, shop.order(number)
    return all(kept[key] == there[key] for key in ("status", "total", "notes"))


def changed(shop: DemoShop, dice: random.Random, busy: set[int]) -> tuple[list[int], int]:
    """One new order, two whose row shows what happened, one that hides it."""
    shop.place(Wish(status="O"), at=clock.now(), until=clock.now())
    open_ones = [n for n, one in shop.every.items() if one["status"] in "PO" and n not in busy]
    first, second, hidden = dice.sample([n for n in open_ones if n <= ORDERS], 3)
    shop.set_status(first, "C")
    shop.lower(second, Decimal("0.50"))
    shop.update_order(hidden, notes=f"changed at {clock.now()}")
    return [first, second], hidden


def test_an_hour_takes_few_requests_and_every_change_is_seen(time: Clock, shop: DemoShop) -> None:
    store, dice = read_before(shop), random.Random(7)
    shown: dict[int, datetime] = {}
    hidden: dict[int, datetime] = {}
    slowest = {"shown": timedelta(0), "hidden": timedelta(0)}
    requests: list[int] = []

    def look() -> None:
        time.at += FIVE
        run = pull(store, Stream.ORDERS)
        assert run is not None
        assert run.error == ""
        for name, waiting in (("shown", shown), ("hidden", hidden)):
            for number, at in list(waiting.items()):
                if seen(shop, number):
                    slowest[name] = max(slowest[name], time.at - at)
                    del waiting[number]

    for _ in range(2):
        before = len(shop.requests)
        for _ in range(12):
            told, quiet = changed(shop, dice, {*shown, *hidden})
            shown |= dict.fromkeys(told, time.at)
            hidden[quiet] = time.at
            look()
        requests.append(len(shop.requests) - before)
    for _ in range(36):
        if shown or hidden:
            look()

    assert max(requests) <= 250, requests
    assert (shown, hidden) == ({}, {})
    assert slowest["shown"] <= 2 * FIVE
    assert slowest["hidden"] <= timedelta(hours=3)
    assert TrackedOrder.objects.filter(source_id=str(ORDERS + 24)).exists()
