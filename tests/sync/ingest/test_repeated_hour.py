"""Orders of an hour that a shop's clock shows twice, at the end of summer time, are all found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.lib import clock
from stores.canonical.records import Stream
from stores.models import Cursor
from sync.ingest import coverage
from sync.models import TrackedOrder
from tests.sync.world import World


def numbers() -> set[str]:
    return set(TrackedOrder.objects.values_list("number", flat=True))


def placed(world: World, customer: int) -> Any:
    return world.place(customer=customer)["increment_id"]


def test_an_order_of_the_second_time_round_is_found_within_the_hour(world: World) -> None:
    world.time.forward(hours=3)
    wanted = {placed(world, 1)}
    world.pull()
    world.shop.clock_skew = timedelta(hours=-1)
    wanted.add(placed(world, 2))

    for _ in range(13):
        world.time.forward(minutes=5)
        world.pull()
        wanted.add(placed(world, 3))
    for _ in range(12):
        world.time.forward(minutes=5)
        world.pull()

    assert numbers() == wanted


@pytest.mark.parametrize(
    ("position", "overlap"),
    [
        # New York, 2026-11-01: 01:00 to 02:00 is shown twice.
        (datetime(2026, 11, 1, 1, 59, tzinfo=UTC), 65),
        (datetime(2026, 11, 1, 1, 6, tzinfo=UTC), 65),
        (datetime(2026, 11, 1, 1, 4, tzinfo=UTC), 5),
        (datetime(2026, 11, 1, 2, 6, tzinfo=UTC), 5),
        # 2026-03-08: 02:00 to 03:00 is not shown at all.
        (datetime(2026, 3, 8, 2, 30, tzinfo=UTC), 5),
        (datetime(2026, 7, 1, tzinfo=UTC), 5),
    ],
)
def test_a_position_in_such_an_hour_is_read_from_before_it(
    world: World, position: datetime, overlap: int
) -> None:
    world.change_store(shop_timezone="America/New_York")
    cursor = Cursor.of(world.store, Stream.ORDERS)
    cursor.position, cursor.last_run_at = position, clock.now()
    assert coverage.overlap(world.store, cursor) == timedelta(minutes=overlap)
