"""Peak memory of the connector as orders pile up: ten times the orders, about the same peak."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from stores.models import Store
from sync.dispatch import send
from sync.models import Posting, TrackedOrder
from sync.orders.build_due import enqueue_due
from tests.bench import world
from tests.bench.report import Row
from tests.bench.scenarios import Options
from xero.models import Organisation

# At either mark, so that the run stays short: how long orders are built, and how many requests
# of up to 50 documents are sent.
_BUILD_SECONDS = 180
_REQUESTS = 30
_MODELS = 50


class _Enough(Exception):
    """So many requests were sent."""


def measure(options: Options) -> list[Row]:
    """One process goes on from few orders to ten times as many; its peak at either mark."""
    few = options.pick(10_000, 400)
    (organisation,) = world.connect(options.xero, 1)
    store = world.add_store(organisation, 1)
    source = _variations()
    peaks, rows = [], []
    for count in (few, 9 * few):
        started = time.monotonic()
        _work(organisation, store, islice(source, count))
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        seconds = time.monotonic() - started
        rows.append(Row(
            f"peak at {(few if len(peaks) == 1 else 10 * few):,} orders", peaks[-1], "MB",
            note=f"{count:,} more ingested, {_REQUESTS} requests sent, in {seconds:.0f} s",
        ))  # fmt: skip
    backlog = Posting.objects.waiting().count()
    built = TrackedOrder.objects.filter(build_at__isnull=True).count()
    grown = Row("the second by the first", peaks[1] / peaks[0], "×", 1.3, at_most=True,
                note=f"{built:,} built, {backlog:,} documents wait")  # fmt: skip
    return [*rows, grown]


def _work(organisation: Organisation, store: Store, records: Iterator[dict[str, Any]]) -> None:
    """Ingest all, build what there is time for, and send a part: the rest waits, as after a
    long outage."""
    world.keep(store, records)
    until = time.monotonic() + _BUILD_SECONDS
    while time.monotonic() < until and enqueue_due(store):
        continue
    sent = iter(range(_REQUESTS))

    def count() -> None:
        if next(sent, None) is None:
            raise _Enough

    try:
        send.drain(organisation, progress=count)
    except _Enough:
        return


def _variations() -> Iterator[dict[str, Any]]:
    """A few orders over and over, each time with other numbers and another customer."""
    models = list(world.orders(_MODELS, customers=_MODELS))
    for number, model in enumerate(cycle(models), start=1):
        person: dict[str, Any] = {"customer_email": f"buyer{number}@example.com"}
        if model.get("customer_id"):
            person["customer_id"] = number
        yield (
            model
            | person
            | {
                "entity_id": number,
                "increment_id": f"{number:09d}",
            }
        )
