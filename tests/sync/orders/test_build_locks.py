"""Orders that are built are locked in the order of their keys, as everybody else writes them."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from sync.claims import Claim
from sync.dispatch import freshness, settle
from sync.dispatch.gather import gather
from sync.models import Dispatch, Posting, TrackedOrder
from sync.orders.work import OrderWork, keep_claim
from tests.sync.world import World
from xero.api.gateway import Reply
from xero.documents.kinds import Kind

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


def _settles(dispatch: Dispatch, token: str, reply: Reply) -> None:
    settle.settle(dispatch, token, reply)
    connections.close_all()


def test_an_answer_that_waits_for_an_order_holds_none_of_its_documents(real_world: World) -> None:
    """A build has its orders before it writes their documents: so has who settles."""
    order = real_world.place(customer=1)
    real_world.pull()
    freshness.prepare(real_world.organisation)
    real_world.build()
    formed = gather(real_world.organisation)
    assert formed is not None
    assert formed.kind == Kind.CONTACT
    assert formed.claim("ours", timedelta(minutes=5))
    body = {"Contacts": [{"ContactID": "c-1", "Name": "A", "StatusAttributeString": "OK"}]}
    reply = Reply(200, body, {}, "", 1)
    thread = threading.Thread(target=_settles, args=(formed, "ours", reply))
    with transaction.atomic():
        TrackedOrder.objects.select_for_update().get(pk=real_world.row(order).pk)
        thread.start()
        deadline = time.monotonic() + 20
        while not _waits_for_a_lock():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        rows = Posting.objects.select_for_update(skip_locked=True, of=("self",))
        ours = Posting.objects.filter(organisation=real_world.organisation)
        assert rows.filter(pk__in=ours.values("pk")).count() == ours.count()
    thread.join(20)
    formed.refresh_from_db()
    assert formed.state == Dispatch.State.DONE
