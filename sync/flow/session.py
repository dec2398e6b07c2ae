"""One `sync` from beginning to end in this process, and what it came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, QuerySet, Sum
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from connector.lib import clock, doorbell
from stores.canonical.records import Stream
from stores.models import Store
from sync.backfill import read as backfill_reading
from sync.dispatch import send as dispatch
from sync.flow import steps
from sync.ingest.coverage import Window
from sync.ingest.pull import LEASE
from sync.models import (
    Backfill,
    Posting,
    ShopWrite,
    StockState,
    SummaryPart,
    SyncRun,
    TrackedOrder,
    TrackedProduct,
)
from sync.write_back import write as write_back
from xero.models import DayCount

# Work that is due within this time is waited for.
PATIENCE = timedelta(seconds=120)


@dataclass(slots=True)
class RunResult:
    """Documents posted and refused by this run, orders and products that need a person, what
    still waits.

    `summarised_later` are orders that wait for the clock alone: for the summary of their day.
    """

    posted: int = 0
    held: int = 0
    dead: int = 0
    waiting: int = 0
    calls: int = 0
    summarised_later: int = 0
    why_waiting: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {
            "posted": self.posted, "held": self.held, "dead": self.dead,
            "waiting": self.waiting, "calls": self.calls,
        }  # fmt: skip


class Session:
    """Pulls, builds and sends for one store, with a progress bar on standard error."""

    def __init__(self, store: Store, *, bar: bool = True) -> None:
        self._store = store
        self._started = clock.now()
        self._calls_before = self._calls()
        self._why: list[str] = []
        self._busy = False
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(),
            TimeRemainingColumn(), console=console, disable=not (bar and console.is_terminal),
        )  # fmt: skip

    def pull(self, stream: Stream, window: Window | None) -> str:
        """Read the shop; the error if that failed, else ""."""
        with self._progress as progress:
            task = progress.add_task("reading", total=None)

            def show(run: SyncRun) -> None:
                progress.update(task, completed=run.records, total=run.total or run.records)

            patience = clock.now() + LEASE
            while True:
                run = steps.read_stream(
                    self._store, stream, window=window, trigger="command", progress=show
                )
                if run is not None or clock.now() > patience:
                    break
                clock.sleep(2)  # a reader that was killed holds its right for some minutes
        if run is None:
            return "Another process is reading this store; try again when it has finished."
        return run.error

    def ring(self) -> None:
        """Leave the rest to the workers."""
        doorbell.ring("sync.build", self._store.pk)

    def work(self) -> None:
        """Build and send until nothing is due within the time that is waited for."""
        with self._progress as progress:
            building = progress.add_task("building", total=self._due())
            sending = progress.add_task("sending", total=None)
            self._until_idle(
                lambda built: progress.update(building, advance=built),
                lambda: self._show(progress, sending),
            )

    def backfill(self, row: Backfill) -> Backfill:
        """Read, build and send until a backfill ends, or nothing more can be done for it now."""
        with self._progress as progress:
            task = progress.add_task("orders", total=row.expected)

            def show(*_: Any) -> None:
                counts = row.counts()
                progress.update(
                    task, completed=counts.done, total=max(row.expected or 0, counts.found)
                )

            while row.is_moving:
                before = (row.position, row.state, self._finished())
                backfill_reading.work(row, progress=show)
                self._until_idle(show, show)
                row.refresh_from_db()
                if (row.position, row.state, self._finished()) == before:
                    break
            show()
        return row

    def _until_idle(self, built: Callable[[int], None], sent: Callable[[], None]) -> None:
        done, moved_at = -1, clock.now()
        while True:
            count = steps.build_store(self._store)
            built(count)
            until = self._send(sent)
            sent()
            while write_back.write_back(self._store):
                pass
            if count or self._busy or self._finished() != done:
                done, moved_at = self._finished(), clock.now()
            due = (until, self._next_build(), write_back.next_due(self._store))
            next_at = min(filter(None, due), default=None)
            if next_at is None or max(next_at, clock.now()) - moved_at > PATIENCE:
                return
            clock.sleep(max(0.05, (next_at - clock.now()).total_seconds()))

    def _finished(self) -> int:
        """How many documents have come to an end: where that stands still, nothing moves."""
        rows = Posting.objects.filter(organisation=self._store.organisation_id)
        told = ShopWrite.objects.filter(store=self._store).exclude(state__in=ShopWrite.WAITING)
        return rows.exclude(state__in=Posting.UNFINISHED).count() + told.count()

    def _send(self, progress: Any) -> datetime | None:
        """Send; the moment at which something else may go out."""
        organisation = self._store.organisation
        if organisation is None:
            self._why = [f"{self._store.organisation_name} is not connected to Xero."]
            return None
        idle = dispatch.drain(organisation, progress=progress)
        self._busy = idle.busy
        self._why = [idle.why] if idle.why and not idle.busy else []
        if idle.busy:
            return clock.now() + timedelta(seconds=1)
        return idle.until

    def _next_build(self) -> datetime | None:
        """When an order or a product is to be built next, if it can be built for at all."""
        organisation = self._store.organisation
        if organisation is None or organisation.unavailable_reason():
            return None
        found = [rows.aggregate(at=Min("build_at"))["at"] for rows in self._to_build()]
        at: datetime | None = min((moment for moment in found if moment), default=None)
        return at and max(at, clock.now() + timedelta(seconds=5))

    def _show(self, progress: Progress, task: Any) -> None:
        rows = Posting.objects.filter(store=self._store, created_at__gte=self._started)
        done = rows.filter(state=Posting.State.POSTED).count()
        progress.update(task, completed=done, total=rows.count())

    def _due(self) -> int:
        return sum(rows.count() for rows in self._to_build())

    def _to_build(self) -> list[QuerySet[Any]]:
        """Orders that are to be built, and products if the store sends any."""
        due = {"store": self._store, "build_at__isnull": False}
        orders: list[QuerySet[Any]] = [TrackedOrder.objects.let_go().filter(**due)]
        if not self._store.profile.streams.products:
            return orders
        return [*orders, TrackedProduct.objects.wanted().filter(**due)]

    def _calls(self) -> int:
        """Calls to the organisation so far, over all days that are still counted."""
        days = DayCount.objects.filter(organisation=self._store.organisation_id)
        return int(days.aggregate(calls=Sum("calls"))["calls"] or 0)

    def held_products(self, most: int = 20) -> list[str]:
        """`MUG: price is missing.`, one line for each product that waits for a person."""
        rows = TrackedProduct.objects.filter(store=self._store).stuck().select_related("posting")
        lines = [f"{row.sku}: {row.why}" for row in rows.order_by("sku")[:most]]
        stock = StockState.objects.filter(store=self._store).exclude(reasons=[]).order_by("sku")
        return lines + [
            f"{one.sku or one.product_id}: {one.reasons[0]['message']}" for one in stock[:most]
        ]

    def result(self) -> RunResult:
        """What this run came to."""
        labels = TrackedOrder.Label
        postings = Posting.objects.filter(store=self._store)
        orders = TrackedOrder.objects.filter(store=self._store)
        parts = SummaryPart.objects.waiting().filter(store=self._store)
        # What waits for a person's approval is held by it, as far as this run can tell.
        waits_for_somebody = (labels.HELD, labels.DIFFERS, labels.DRAFT)
        held = orders.filter(label__in=waits_for_somebody).count()
        held += TrackedProduct.objects.filter(store=self._store, state="held").count()
        held += StockState.objects.filter(store=self._store).exclude(reasons=[]).count()
        # A link to a contact that Xero had before is no document.
        sent = postings.exclude(kind="contact", adopted=True, dispatch__isnull=True)
        unfinished = postings.waiting().exclude(parent__state__in=("held", "dead"))
        # What is held and asked about again later by itself counts as held.
        later = {"state": "held", "build_at__gt": clock.now()}
        waiting = unfinished.count()
        waiting += sum(rows.exclude(**later).count() for rows in self._to_build())
        return RunResult(
            posted=sent.filter(state="posted", posted_at__gte=self._started).count(),
            held=held,
            dead=postings.filter(state="dead", changed_at__gte=self._started).count(),
            waiting=waiting,
            calls=self._calls() - self._calls_before,
            summarised_later=parts.values("order").distinct().count(),
            why_waiting=self._why if waiting else [],
        )
