"""The budget of requests where the add-on is installed: 20 an hour, however much the shop calls.

10,000 orders, 300 of them open within the window, 50 changes an hour, each with a call of the shop,
a look every five minutes; minute by minute, by a clock of its own.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from django.test import Client

from connector.configuration.importing import import_configuration
from connector.lib import clock
from sandbox.cscart import DemoShop
from sandbox.cscart.addon import records
from sandbox.shop.made_up.demand import Wish
from stores import registry
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from stores.signatures import signature
from sync.ingest.ingest import Delivery, keep
from sync.models import IncomingCall, SyncRun, TrackedOrder
from tests.stores.cscart.test_cscart_steady_demo import NOW, OPEN, ORDERS, WINDOW, Clock, filled
from tests.stores.cscart.test_cscart_steady_demo import time as time
from tests.sync.bell import Bell

pytestmark = [pytest.mark.django_db, pytest.mark.stories]
MINUTE, HOURS, CHANGES, LOST = timedelta(minutes=1), 3, 50, 7
FILE = """
version: 1
stores:
  - slug: cs
    platform: cscart
    url: {url}
    credentials: {{key: {key}, secret: {secret}}}
    organisation: Demo
    base_currency: AUD
    timezone: UTC
    schedule: {{orders: 5m}}
"""


@pytest.fixture
def shop(time: Clock, private_hosts: None) -> Iterator[DemoShop]:
    with filled(addon=True) as running:
        yield running


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Bell:
    return Bell(monkeypatch)


def read_before(shop: DemoShop) -> Store:
    """The store, to which all of the window was told."""
    keys = shop.keys.credentials
    import_configuration(FILE.format(url=shop.url, key=keys.key, secret=keys.secret), lookup={}.get)
    store = Store.objects.get()
    known = [
        json.loads(json.dumps(records.order(shop, shop.order(n))), parse_float=Decimal)
        for n in range(ORDERS - WINDOW + 1, ORDERS + 1)
    ]
    with transaction.atomic():
        keep(store, registry.reader("cscart"), Delivery(Stream.ORDERS, known))  # type: ignore[arg-type]
    Cursor.objects.create(
        store=store, stream="orders", position=NOW, rechecked_at=NOW, last_run_at=NOW,
        next_run_at=NOW + 5 * MINUTE,
    )  # fmt: skip
    return store


def seen(shop: DemoShop, number: int) -> bool:
    row = TrackedOrder.objects.select_related("record").filter(source_id=str(number)).first()
    kept, there = row.record.record if row else {}, shop.order(number)
    return all(kept.get(key) == there[key] for key in ("status", "total", "notes"))


def change(shop: DemoShop, dice: random.Random, at: datetime, busy: set[int]) -> int:
    """A new order, a status, a lowered total, or what no row of a list shows."""
    what = dice.randrange(4)
    if what == 0:
        shop.place(Wish(status="O"), at=at, until=at)
        return shop.last_id
    open_ones = sorted(n for n, one in shop.every.items() if one["status"] in "PO")
    number = dice.choice([n for n in open_ones if n not in busy and n <= ORDERS])
    if what == 1:
        shop.set_status(number, "C" if shop.order(number)["status"] == "P" else "P")
    elif what == 2:
        shop.lower(number, Decimal("0.50"))
    else:
        shop.update_order(number, notes=f"changed at {at}")
    return number


class Said:
    """The shop's calls: signed as the add-on signs them, and delivered, or lost."""

    def __init__(self, shop: DemoShop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.changes: list[tuple[str, int]] = []
        self.secret = shop.hooks.credentials.hook_secret
        monkeypatch.setattr(shop.hooks, "tell", lambda *change: self.changes.append(change))

    def deliver(self, *, lost: bool) -> None:
        if not self.changes:
            return
        told: dict[str, Any] = {"call": f"{len(self.changes)} {clock.timestamp()}"}
        for stream, number in self.changes:
            told.setdefault(stream, []).append(number)
        self.changes.clear()
        if lost:
            return
        body, stamp = json.dumps(told).encode(), str(int(clock.timestamp()))
        headers = {"X-Timestamp": stamp, "X-Signature": signature(self.secret, stamp, body)}
        answer = Client().post("/hooks/cs/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 200


def answer(bell: Bell, store: Store) -> None:
    """What workers read of the shop for the rings there are, and for what a sweep finds."""
    bell.rings += [("sync.hooks", (store.pk,)), ("sync.pull", (store.pk, "orders"))]
    while bell.rings:
        name, arguments = bell.rings.pop(0)
        if name in ("sync.hooks", "sync.pull"):
            current_app.tasks[name](*arguments)


def test_an_hour_takes_20_requests_and_every_change_is_seen_soon(
    time: Clock, shop: DemoShop, monkeypatch: pytest.MonkeyPatch, bell: Bell
) -> None:
    current_app.loader.import_default_modules()
    said, dice = Said(shop, monkeypatch), random.Random(7)
    store = read_before(shop)
    waiting: dict[int, datetime] = {}
    took: list[timedelta] = []
    requests: list[int] = []

    def minute(changes: int) -> None:
        for _ in range(changes):
            waiting[change(shop, dice, clock.now(), set(waiting))] = clock.now()
            said.deliver(lost=dice.randrange(LOST) == 0)
        answer(bell, store)
        for number, at in list(waiting.items()):
            if seen(shop, number):
                took.append(clock.now() - at)
                del waiting[number]
        time.at += MINUTE

    for _ in range(HOURS):
        before = len(shop.requests)
        moments = sorted(dice.randrange(60) for _ in range(CHANGES))
        for at in range(60):
            minute(moments.count(at))
        requests.append(len(shop.requests) - before)
    for _ in range(6):
        minute(0)

    assert max(requests) <= 20, requests
    assert min(requests) >= 12, requests
    assert (waiting, len(took)) == ({}, HOURS * CHANGES)
    assert max(took) <= 5 * MINUTE, took
    assert sum(took, timedelta(0)) / len(took) <= 2 * MINUTE
    assert not SyncRun.objects.exclude(error="").exists()
    assert not IncomingCall.objects.exclude(state="done").exists()
    open_now = sum(one["status"] in "PO" for one in shop.every.values())
    assert open_now >= OPEN * 2 // 3


def test_a_change_past_cs_cart_is_found_within_a_day_a_share_at_a_time(
    time: Clock, shop: DemoShop, bell: Bell
) -> None:
    """The add-on hears nothing of what another program writes into the database."""
    current_app.loader.import_default_modules()
    store = read_before(shop)
    ages = (0, 1, 7, 15, 22, 29)
    numbers = [
        next(n for n in range(ORDERS, 0, -1)
             if NOW.timestamp() - int(shop.order(n)["timestamp"]) > days * 86_400)
        for days in ages
    ]  # fmt: skip
    for number in numbers:
        shop.every[number]["notes"] = "by another program"
    requests: list[int] = []

    for _ in range(25):
        before = len(shop.requests)
        for _ in range(60):
            answer(bell, store)
            time.at += MINUTE
        requests.append(len(shop.requests) - before)

    assert [seen(shop, number) for number in numbers] == [True] * len(ages)
    assert max(requests) <= 16, requests
