"""Orders that are built are locked in the order of their keys, as everybody else writes them."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, connections, transaction

from sync.models import TrackedOrder
from sync.orders.work import Claim, OrderWork, keep_claim
from tests.sync.world import World

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


def _extend(works: list[OrderWork]) -> None:
    claim = Claim("ours", works[0].row.created_at)
    with transaction.atomic():
        keep_claim(claim, works)
    connections.close_all()


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # kept for a whole transaction
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_a_build_that_waits_for_an_order_holds_none_behind_it(real_world: World) -> None:
    for number in (1, 2):
        real_world.place(customer=number)
    real_world.pull()
    # The first one lies behind the second, as rows that were written lately do.
    first, second = TrackedOrder.objects.order_by("pk")
    TrackedOrder.objects.filter(pk=second.pk).update(claimed_by="ours")
    TrackedOrder.objects.filter(pk=first.pk).update(claimed_by="ours")
    works = [OrderWork(row) for row in (first, second)]
    thread = threading.Thread(target=_extend, args=(works,))
    with transaction.atomic():
        TrackedOrder.objects.select_for_update().get(pk=first.pk)
        thread.start()
        deadline = time.monotonic() + 20
        while not _waits_for_a_lock():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        rows = TrackedOrder.objects.select_for_update(skip_locked=True)
        assert [row.pk for row in rows.filter(pk=second.pk)] == [second.pk]
    thread.join(20)
