"""Calls of a shop whose list of changes tells all that they name: the list is read for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from connector.configuration.importing import import_configuration
from connector.lib import clock
from stores.adapters.cscart.profile import WITH_ADDON
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from stores.php.signing import hook_secret
from stores.profile import Coverage
from stores.signatures import signature
from sync.ingest import calls
from sync.ingest.coverage import again, recheck_due
from sync.ingest.pull import pull
from sync.models import IncomingCall, TrackedOrder
from tests.stores.cscart.addon_shop import URL, AddonPackage, as_listed
from tests.stores.cscart.cscart_records import order
from tests.stores.php.package import KEY, SECRET
from tests.sync.bell import Bell

pytestmark = pytest.mark.django_db
GAP = WITH_ADDON[Stream.ORDERS].gathers
FILE = f"""
version: 1
stores:
  - slug: cs
    platform: cscart
    url: {URL}
    credentials: {{key: "{KEY}", secret: "{SECRET}"}}
    organisation: Demo
    base_currency: GBP
    timezone: UTC
    schedule: {{orders: 1d}}
"""


@pytest.fixture
def shop() -> Iterator[AddonPackage]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        package = AddonPackage(now=int(clock.timestamp()))
        package.serve(mocked)
        yield package


@pytest.fixture
def store(shop: AddonPackage, bell: Bell) -> Store:
    """One that has read its shop, long ago."""
    import_configuration(FILE, lookup={}.get)
    store = Store.objects.get()
    now = clock.now()
    Cursor.objects.create(
        store=store, stream="orders", position=now, rechecked_at=now,
        last_run_at=now - GAP * 2, next_run_at=now + timedelta(days=1),
    )  # fmt: skip
    bell.lose()
    return store


def put(shop: AddonPackage, number: int) -> None:
    at = str(int(clock.timestamp()))
    shop.orders[str(number)] = as_listed(order(order_id=str(number), timestamp=at), int(at))


def send(body: dict[str, Any]) -> None:
    raw, stamp = json.dumps(body).encode(), str(int(clock.timestamp()))
    headers = {"X-Timestamp": stamp, "X-Signature": signature(hook_secret(SECRET), stamp, raw)}
    answer = Client().post("/hooks/cs/", raw, content_type="application/json", headers=headers)
    assert answer.status_code == 200


def asked(shop: AddonPackage) -> list[str]:
    """How its orders were asked for since it was last looked at."""
    found = ["ids" if "ids" in how else how["by"] for name, how in shop.calls if name == "orders"]
    shop.calls.clear()
    return found


def tracked() -> set[str]:
    return set(TrackedOrder.objects.values_list("source_id", flat=True))


def test_a_hint_to_a_quiet_shop_is_read_at_once_and_what_follows_in_one_look(
    store: Store, shop: AddonPackage, bell: Bell
) -> None:
    put(shop, 1)
    send({"orders": [1], "call": "a"})
    bell.answer()

    assert (tracked(), asked(shop)) == ({"1"}, ["changed"])

    for number in range(2, 30):
        put(shop, number)
        send({"orders": [number], "call": str(number)})
        calls.work_off(store)

    assert asked(shop) == []
    assert set(IncomingCall.objects.values_list("state", flat=True)) == {"done"}
    cursor = Cursor.objects.get()
    assert cursor.next_run_at == cursor.last_run_at + GAP
    pull(store, Stream.ORDERS)
    assert (len(tracked()), asked(shop)) == (29, ["changed"])


def test_what_staff_ask_for_is_fetched_at_once_all_the_same(
    store: Store, shop: AddonPackage, bell: Bell
) -> None:
    put(shop, 1)
    put(shop, 2)
    Cursor.objects.update(last_run_at=clock.now())
    send({"orders": [2], "call": "a"})
    send({"ask": "sync", "kind": "order", "ids": [1], "person": "Ann", "reason": "", "call": "b"})
    calls.work_off(store)

    assert (tracked(), asked(shop)) == ({"1"}, ["ids"])


def test_a_hint_that_comes_while_the_list_is_read_has_it_read_once_more(
    store: Store, shop: AddonPackage, bell: Bell
) -> None:
    def hint(package: AddonPackage) -> None:
        package.between = lambda package: None
        put(shop, 2)
        send({"orders": [2], "call": "a"})
        calls.work_off(store)

    put(shop, 1)
    shop.between = hint
    pull(store, Stream.ORDERS)

    cursor = Cursor.objects.get()
    assert (tracked(), cursor.claimed_by) == ({"1"}, "")
    assert clock.now() < cursor.next_run_at <= clock.now() + GAP
    pull(store, Stream.ORDERS)
    assert tracked() == {"1", "2"}
    assert Cursor.objects.get().next_run_at > clock.now() + GAP


def test_where_the_list_could_not_be_read_the_records_are_fetched_by_themselves(
    store: Store, shop: AddonPackage, bell: Bell
) -> None:
    due = clock.now() + timedelta(hours=1)
    Cursor.objects.update(failures=3, next_run_at=due)
    put(shop, 1)
    send({"orders": [1], "call": "a"})
    bell.answer()

    assert (tracked(), asked(shop)) == ({"1"}, ["ids"])
    assert Cursor.objects.get().next_run_at == due


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHARED = Coverage(blind_to=("some",), recheck=30 * DAY, shares=24)


@given(
    age=st.timedeltas(timedelta(0), 28 * DAY),
    waits=st.lists(st.timedeltas(HOUR, 9 * HOUR), min_size=30, max_size=30),
)
def test_whatever_is_read_again_in_shares_has_its_turn_within_a_day(
    age: timedelta, waits: list[timedelta]
) -> None:
    start = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
    now, cursor, seen = start, Cursor(rechecked_at=start), False
    for wait in waits:
        now += wait
        assert recheck_due(cursor, SHARED, now)
        for part in again(cursor, SHARED, now):
            assert part.start is not None
            seen |= part.start <= start - age and (part.until is None or start - age <= part.until)
        cursor.rechecked_at = now
        if now - start >= DAY + HOUR:
            break
    assert seen
