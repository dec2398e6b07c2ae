"""Wait until every order is read, built and in Xero, and show how far it is."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import close_old_connections
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from connector.demo import place
from connector.demo.remotes import Shop
from connector.lib import doorbell
from connector.processes.family import Family
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync.models import Posting, TrackedOrder

_STEP_SECONDS = 0.25
# Longer than any wait that is foreseen: a minute's limit of calls, or a sweep.
_STALLED_SECONDS = 180.0
_Label = TrackedOrder.Label


@dataclass(slots=True)
class Times:
    """Seconds from the command to the first invoice in Xero, and to the last document."""

    first_invoice: float | None = None
    all_done: float = 0.0


def ring(stores: list[Store]) -> None:
    """Have the workers read the shops now; beat would do so at its next tick."""
    for store in stores:
        doorbell.ring("sync.pull", store.pk, Stream.ORDERS.value)


def watch(family: Family, work: list[tuple[Shop, Store]]) -> Times:
    """Show a bar for each shop until nothing is left to do, or nothing moves any more.

    ChildEnded if a child ends.
    """
    times = Times()
    before, moved_at = -1, time.monotonic()
    progress = Progress(
        TextColumn("{task.description:>16}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("orders"), TimeElapsedColumn(), console=Console(stderr=True),
    )  # fmt: skip
    with progress:
        bars = {
            shop.slug: progress.add_task(store.name, total=shop.orders)
            for shop, store in work if shop.orders
        }  # fmt: skip
        while True:
            family.check()
            close_old_connections()
            _show(progress, bars, work)
            if before != (before := _done(work)):
                moved_at = time.monotonic()
            if times.first_invoice is None and _first_invoice():
                times.first_invoice = place.seconds_since_start()
            stalled = time.monotonic() - moved_at > _STALLED_SECONDS
            if stalled or all(_finished(shop, store) for shop, store in work):
                times.all_done = place.seconds_since_start()
                return times
            time.sleep(_STEP_SECONDS)


def _show(progress: Progress, bars: dict[str, TaskID], work: list[tuple[Shop, Store]]) -> None:
    for shop, store in work:
        if shop.slug in bars:
            progress.update(bars[shop.slug], completed=_settled(store))


def _done(work: list[tuple[Shop, Store]]) -> int:
    """A figure that changes as long as the work goes on."""
    posted = Posting.objects.filter(state=Posting.State.POSTED).count()
    return posted + sum(_settled(store) for _, store in work)


def _settled(store: Store) -> int:
    """Orders of which nothing is left to do for the product."""
    orders = TrackedOrder.objects.filter(store=store, build_at__isnull=True)
    return orders.exclude(label__in=(_Label.WORKING, _Label.CHECKING)).count()


def _finished(shop: Shop, store: Store) -> bool:
    """Read to the end, every order settled, no document on its way."""
    read = Cursor.objects.filter(store=store, stream=Stream.ORDERS, last_run_at__isnull=False)
    if not read.exists() or _settled(store) < shop.orders:
        return False
    return not Posting.objects.filter(store=store, state__in=Posting.UNFINISHED).exclude(
        parent__state__in=(Posting.State.HELD, Posting.State.DEAD)
    ).exists()  # fmt: skip


def _first_invoice() -> bool:
    return Posting.objects.filter(kind="invoice", state=Posting.State.POSTED).exists()
