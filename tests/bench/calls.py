"""Thousands of paid orders of one shop and one organisation, as `sync --wait` does it."""

from __future__ import annotations

import time

from stores.canonical.records import Stream
from stores.models import Store
from sync.flow.session import Session
from tests.bench import processes, world
from tests.bench.report import Row
from tests.bench.scenarios import Options

_TOKEN = "demotoken00000000000000000000token"
# Accounts, tax rates, contacts and numbers are read before the first order: the rest of the
# 600 calls for 10,000 orders is for the orders.
_FIXED, _PER_ORDER = 12, 588 / 10_000


def measure(options: Options) -> list[Row]:
    """Pull, build and send in this process; the shop and the stand-in are others."""
    count = options.pick(10_000, 1_000)
    people = count * 8 // 10
    with processes.running(
        "sandbox.magento", "--orders", str(count), "--customers", str(people), "--paid-only",
        "--foreign", "0", "--no-refunds",
    ) as shop:  # fmt: skip
        url = processes.address(shop)
        (organisation,) = world.connect(options.xero, 1, daily=1000)
        store = world.add_store(organisation, 1, url, _TOKEN)
        pulled, worked = _sync(store)
    (tenant,) = world.statistics(options.xero)
    reading = sum(calls for name, calls in tenant["by_call"].items() if name.startswith("GET "))
    posted = world.posted_orders()
    return [
        Row(f"calls for {count:,} orders of {people:,} customers", tenant["total"], "",
            _FIXED + count * _PER_ORDER, at_most=True,
            note=f"{posted:,} posted; {reading} calls were reads"),
        Row("calls for an order", tenant["total"] / count, ""),
        Row("most calls in a minute", tenant["max_in_60s"], "", 60, at_most=True),
        Row("read from the shop and stored", count / pulled, "/s", note="with the shop's own time"),
        Row("built and posted", posted / worked, "/s", note="one process, one call at a time"),
        Row("shop to Xero", posted / (pulled + worked), "/s"),
    ]  # fmt: skip


def _sync(store: Store) -> tuple[float, float]:
    """Seconds of reading and of the rest."""
    session = Session(store, bar=False)
    started = time.monotonic()
    if error := session.pull(Stream.ORDERS, None):
        raise RuntimeError(error)
    read = time.monotonic()
    session.work()
    return read - started, time.monotonic() - read
