"""From ingested records to posted invoices and payments, over many organisations, by Celery."""

from __future__ import annotations

import time
from collections.abc import Sequence

from connector.lib import clock, doorbell
from stores.models import Store
from sync.models import Posting, TrackedOrder
from tests.bench import world
from tests.bench.processes import cpu_seconds
from tests.bench.report import Row
from tests.bench.scenarios import Options

ORGANISATIONS = 20
_AIM = {"sqlite": 200, "postgresql": 300}


def measure(options: Options) -> list[Row]:
    """Orders a second until nothing is left to do, and that Xero's limits held meanwhile."""
    each = options.pick(200, 30)
    stores = _stocked(options, each)
    world.reset_statistics(options.xero)
    with world.workers(options.workers) as worker:
        ours, theirs = cpu_seconds(worker.pid), cpu_seconds(options.xero_pid)
        started = time.monotonic()
        for store in stores:
            doorbell.ring("sync.build", store.pk)
        world.wait_until_done()
        seconds = time.monotonic() - started
        ours, theirs = cpu_seconds(worker.pid) - ours, cpu_seconds(options.xero_pid) - theirs
    label = f"{options.database}, {options.workers} worker{'s' * (options.workers > 1)}"
    return [*_speed(label, options, seconds, ours, theirs), *_limits(label, options)]


def _stocked(options: Options, each: int) -> list[Store]:
    records = list(world.orders(each))
    stores = []
    for number, organisation in enumerate(world.connect(options.xero, ORGANISATIONS), start=1):
        store = world.add_store(organisation, number)
        world.keep(store, records)
        stores.append(store)
    return stores


def _speed(
    label: str, options: Options, seconds: float, ours: float, theirs: float
) -> Sequence[Row]:
    orders = world.posted_orders()
    left = TrackedOrder.objects.count() - orders
    documents = Posting.objects.filter(state=Posting.State.POSTED).count()
    count = max(1, orders)
    note = f"{orders:,} orders, {documents:,} documents, {left} not posted, in {seconds:.1f} s"
    return (
        Row(f"{label}: orders", orders / seconds, "/s", _AIM[options.database], note=note),
        Row(f"{label}: CPU of the connector", ours / count * 1000, "ms/order",
            note="all its processes; with the stand-in they share the cores"),
        Row(f"{label}: CPU of the stand-in", theirs / count * 1000, "ms/order"),
    )  # fmt: skip


def _limits(label: str, options: Options) -> Sequence[Row]:
    tenants = world.statistics(options.xero)
    refused = sum(sum(tenant["refused_429"].values()) for tenant in tenants)
    most = max(tenant["max_in_60s"] for tenant in tenants)
    together = max(tenant["max_concurrent"] for tenant in tenants)
    factor = f"a minute lasts {60 / clock.scale():g} s"
    return (
        Row(f"{label}: most calls in a minute", most, "", 60, at_most=True, note=factor),
        Row(f"{label}: most at a time", together, "", 5, at_most=True),
        Row(f"{label}: refused with 429", refused, "", 0, at_most=True),
    )
