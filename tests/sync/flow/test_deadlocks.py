"""Two processes that write the same rows in opposite order: neither fails."""

from __future__ import annotations

import json
import multiprocessing
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.db.models import QuerySet

from connector.lib import clock, exact_json
from connector.lib.database.claims import ClaimQuerySet
from connector.lib.database.deadlocks import tried_twice
from stores.canonical.product import StockTarget
from stores.canonical.records import Stream
from stores.connect import connect
from stores.models import SourceRecord, Store
from sync.ingest.ingest import Delivery, keep
from sync.models import MasterLevel, TrackedOrder
from sync.rebuild import rebuild_held
from sync.stock.levels import Level
from sync.stock.take import take_stock
from tests.sync.world import World
from tests.web.factories import OrderFactory, StoreFactory

_PROCESSES, _TIMES = 2, 15


@pytest.fixture
def world(real_world: World) -> World:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: there is nothing to wait for crosswise")
    return real_world


def in_processes(*jobs: Callable[[], Any]) -> None:
    """Run jobs in processes of their own, all at once; each ends well."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> None:
        barrier.wait(60)
        job()

    started = [fork.Process(target=run, args=(job,)) for job in jobs]
    for one in started:
        one.start()
    for one in started:
        one.join(240)
    assert [one.exitcode for one in started] == [0] * len(jobs)


def test_two_processes_keep_the_same_orders_in_opposite_order(world: World) -> None:
    adapter = connect(world.store)
    placed = [world.place(customer=n % 9 + 1) for n in range(60)]
    first = exact_json.loads(json.dumps(placed))

    def job(backwards: bool) -> Callable[[], None]:
        def work() -> None:
            for turn in range(_TIMES):
                stamp = f"2027-01-{turn + 1:02} 00:00:00"
                records = [dict(order) | {"updated_at": stamp} for order in first]
                delivery = Delivery(Stream.ORDERS, records[::-1] if backwards else records)
                keep(world.store, adapter, delivery)

        return work

    in_processes(job(False), job(True))

    assert TrackedOrder.objects.count() == len(first)
    assert SourceRecord.objects.count() == len(first) * _TIMES
    newest = f"2027-01-{_TIMES:02}"
    assert all(row.record_version.startswith(newest) for row in TrackedOrder.objects.all())


def test_processes_that_name_the_same_products_in_any_order_are_all_heard(world: World) -> None:
    world.change_store(streams={"stock": "master"})
    skus = [f"S{n * 7919 % 1500:04}" for n in range(1500)]
    store = Store.objects.get(pk=world.store.pk)

    def job(order: list[str]) -> Callable[[], None]:
        def work() -> None:
            for turn in range(4):
                levels = [Level(StockTarget(sku), Decimal(turn)) for sku in order]
                take_stock(store, levels, clock.now())

        return work

    half = [*skus[700:], *skus[:200]]
    in_processes(job(skus), job(skus[::-1]), job(sorted(skus)), job(half), job(half[::-1]))

    assert MasterLevel.objects.filter(store=store).count() == 1500


def test_work_that_the_database_gave_up_is_tried_once_more(world: World) -> None:
    """Two rows, taken crosswise on purpose."""
    for number in "12":
        MasterLevel.objects.create(
            store=world.store, sku=number, wanted_units=0, said_at=clock.now(), version="x"
        )
    fork = multiprocessing.get_context("fork")
    met = fork.Barrier(2)

    def job(order: str) -> Callable[[], None]:
        tries: list[int] = []

        def crosswise() -> None:
            tries.append(1)
            for place, sku in enumerate(order):
                MasterLevel.objects.filter(sku=sku).update(version=order)
                if place == 0 and len(tries) == 1:
                    met.wait(60)

        return lambda: tried_twice(crosswise)

    in_processes(job("12"), job("21"))


def test_other_errors_of_the_database_are_raised_at_once(db: None) -> None:
    tries = []

    def broken() -> None:
        tries.append(1)
        raise OperationalError("disk full")

    with pytest.raises(OperationalError):
        tried_twice(broken)
    assert tries == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("state", "tries"), [("40P01", 2), ("40001", 2), ("23505", 1)])
def test_a_claim_that_is_given_up_for_another_is_made_once_more(
    state: str, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def claim(rows: object, token: str, *_: object, **__: object) -> int:
        made.append(token)
        if len(made) == 1:
            cause = Exception()
            cause.sqlstate = state  # type: ignore[attr-defined]
            raise OperationalError from cause
        return 1

    store = StoreFactory()
    OrderFactory(store=store, build_at=clock.now() - timedelta(minutes=1))
    monkeypatch.setattr(ClaimQuerySet, "claim", claim)
    due = TrackedOrder.objects.filter(store=store)

    def take() -> None:
        due.take("t", timedelta(minutes=1), most=5)

    if tries == 1:
        with pytest.raises(OperationalError):
            take()
    else:
        take()
    assert made == ["t"] * tries
    # Within a transaction its end is the end of all.
    made.clear()
    with pytest.raises(OperationalError), transaction.atomic():
        take()
    assert made == ["t"]


@pytest.mark.django_db(transaction=True)
def test_having_orders_built_again_that_is_given_up_is_done_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Found under faults: it met a worker that took the same orders in the order of their keys."""
    store, tries, real = StoreFactory(), [], QuerySet.update

    def given_up(rows: QuerySet[TrackedOrder], **changes: object) -> int:
        tries.append(1)
        if len(tries) == 1:
            cause = Exception()
            cause.sqlstate = "40P01"  # type: ignore[attr-defined]
            raise OperationalError from cause
        return real(rows, **changes)

    OrderFactory(store=store, label="held", state="held", build_at=None)
    monkeypatch.setattr(QuerySet, "update", given_up)
    assert rebuild_held(store) == 1
    assert len(tries) == 2


def test_orders_are_had_built_again_by_the_verb_that_tries_once_more() -> None:
    """An update of many orders that stands alone locks them as they lie."""
    sources = (Path(settings.BASE_DIR) / "sync").rglob("*.py")
    found = [
        f"{path.name}: {line.strip()}"
        for path in sources
        if "migrations" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\.update\(build_at=clock\.now|\.update\(build_at=now", line)
    ]
    assert found == []
