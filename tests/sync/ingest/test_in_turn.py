"""Which records of a list are read again: by what their rows tell, and the rest in turn."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from stores.abilities import TellsByRows
from stores.canonical.records import By, Stream
from stores.models import Store
from stores.profile import Coverage
from sync.ingest.in_turn import worth_reading
from sync.ingest.ingest import Delivery, keep
from tests.stores.toy.adapter import BOXES, ToyAdapter
from tests.stores.toy.market import ToyMarket
from tests.stores.toy.orders import toy_order
from tests.web.factories import StoreFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERIOD = timedelta(hours=2)
COVERAGE = Coverage(By.ID, blind_to=("changes",), recheck=timedelta(days=9), in_turn=PERIOD)
URL = "https://rows.example.com"


class RowMarket(ToyMarket):
    """A toy market that tells by a row whether an order is another."""

    def told(self, stream: Stream, record: Any) -> str:
        return f"{record['status']} {record['total']}"

    def settled(self, stream: Stream, record: Any) -> bool:
        return bool(record["status"] == "boxed")


@pytest.fixture
def market() -> RowMarket:
    BOXES[URL] = []
    return RowMarket(None, None, url=URL)


@pytest.fixture
def store(market: RowMarket) -> Store:
    """A shop of 40 orders that were read, of which ten are settled."""
    store = StoreFactory(slug="rows")
    BOXES[URL] += [toy_order(n, status="boxed" if n > 30 else "played") for n in range(1, 41)]
    with transaction.atomic():
        keep(store, market, Delivery(Stream.ORDERS, BOXES[URL]))
    return store


def read_again(store: Store, market: Any, last: datetime, now: datetime) -> list[str]:
    rows = [{k: v for k, v in one.items() if k != "toys"} for one in BOXES[URL]]
    found = worth_reading(store, market, Stream.ORDERS, COVERAGE, last, now, rows)
    return [one["id"] for one in found]


def test_a_market_of_rows_is_one() -> None:
    assert issubclass(RowMarket, TellsByRows)
    assert not issubclass(ToyMarket, TellsByRows)


def test_what_is_new_or_another_by_its_row_is_read(store: Store, market: RowMarket) -> None:
    assert read_again(store, market, NOW, NOW) == []

    BOXES[URL][35]["status"] = "played"
    BOXES[URL][3]["total"] = "23.00"
    BOXES[URL].append(toy_order(41))

    assert read_again(store, market, NOW, NOW) == ["4", "36", "41"]


def test_each_open_order_has_its_turn_once_in_a_period_however_often_one_looks(
    store: Store, market: RowMarket
) -> None:
    dice, at, seen = random.Random(3), NOW, Counter[str]()
    while at < NOW + PERIOD:
        then = min(at + timedelta(minutes=dice.choice([1, 5, 5, 31])), NOW + PERIOD)
        seen.update(read_again(store, market, at, then))
        at = then

    assert seen == {str(number): 1 for number in range(1, 31)}


def test_after_a_silence_all_open_orders_are_read_once(store: Store, market: RowMarket) -> None:
    assert len(read_again(store, market, NOW, NOW + timedelta(days=3))) == 30


def test_rows_without_an_id_are_read_and_held_by_the_reading(
    store: Store, market: RowMarket
) -> None:
    rows = [{"status": "played", "total": "1.00"}]
    assert list(worth_reading(store, market, Stream.ORDERS, COVERAGE, NOW, NOW, rows)) == rows


def test_of_a_shop_whose_rows_tell_all_every_row_is_kept(store: Store) -> None:
    toys = ToyAdapter(None, None, url=URL)
    rows = BOXES[URL]
    assert list(worth_reading(store, toys, Stream.ORDERS, COVERAGE, NOW, NOW, rows)) == rows
