"""Read a stream of a shop from its cursor and keep what it says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from accounts_mapping.models import snapshot
from accounts_mapping.rules.resolve import about_products
from connector.lib import clock, doorbell
from connector.lib.errors import ConnectorError, NeedsAttention, Temporary
from stores import adapter as base
from stores import registry
from stores.abilities import coverage_of
from stores.adapter import StoreAdapter
from stores.canonical.records import By, Page, ParseError, Stream
from stores.categories import learn_categories
from stores.connect import connect
from stores.models import Cursor, Store
from stores.profile import Coverage
from stores.schedules import next_run
from sync.contacts import to_shop
from sync.ingest.coverage import Window, again, chosen, reads_all, recheck_due, since, too_late
from sync.ingest.facts import learn_facts
from sync.ingest.in_turn import Records, worth_reading
from sync.ingest.ingest import complete, keep, ready
from sync.models import SyncRun

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=5)

Reader = Callable[
    [Store, Stream, Cursor, str, Window | None, SyncRun, Callable[[SyncRun], None]], None
]


def pulled(store: Store) -> tuple[Stream, ...]:
    """The streams that are read of this store, as far as its platform has them: products also
    for rules about them."""
    streams = store.profile.streams
    wanted = {
        Stream.ORDERS: True, Stream.REFUNDS: True, Stream.CUSTOMERS: bool(streams.customers),
        Stream.PRODUCTS: streams.products or about_products(snapshot(store).rules),
        Stream.STOCK: streams.stock in ("to_store", "to_xero"),
    }  # fmt: skip
    there = registry.profile(store.platform).streams
    return tuple(stream for stream in Stream if wanted[stream] and stream in there)


def pull(
    store: Store,
    stream: Stream,
    *,
    window: Window | None = None,
    trigger: str = "schedule",
    progress: Callable[[SyncRun], None] = lambda run: None,
    read: Reader | None = None,
) -> SyncRun | None:
    """Read a stream to its end; None if another process is reading it.

    `read` does it in another way than page by page, and raises the same errors.

    A failure is kept on the cursor and the run with its hint, never raised: the schedule
    comes back to it. What was stored stays stored, and the cursor stands behind it.
    """
    cursor = Cursor.of(store, stream)
    token = uuid.uuid4().hex
    if window is None and not cursor.claim(token, LEASE):
        return None
    run = SyncRun.objects.create(store=store, stream=stream, trigger=trigger)
    started = clock.now()
    try:
        (read or _read)(store, stream, cursor, token, window, run, progress)
        if window is None:
            _done(store, stream, cursor, run, started)
    except (ConnectorError, ParseError) as error:
        run.error = _failed(cursor, error, window)
    except Exception as error:
        log.exception("pull.unforeseen", store_id=store.pk, stream=stream)
        run.error = _failed(cursor, error, window)
    finally:
        if window is None:
            cursor.release(token)
    run.ended_at = clock.now()
    run.save()
    progress(run)
    if run.changed and store.organisation_id:
        # What waited for company while the shop was being read goes now.
        doorbell.ring("sync.dispatch", store.organisation_id)
    return run


def _read(
    store: Store,
    stream: Stream,
    cursor: Cursor,
    token: str,
    window: Window | None,
    run: SyncRun,
    progress: Callable[[SyncRun], None],
) -> None:
    adapter = connect(store)
    coverage = coverage_of(adapter, stream)
    learn_facts(store, adapter)
    ready(store, stream)
    if stream is Stream.PRODUCTS:
        learn_categories(store, adapter)
    if stream is Stream.CUSTOMERS and store.organisation is not None:
        # What the look after a refresh may have missed, should its worker have been killed.
        to_shop.find(store.organisation, None)
    started = clock.now()
    moves = token if window is None else ""
    reading = _Reading(store, stream, adapter, run, progress, cursor, moves)
    if window is not None:
        reading.take(chosen(coverage, window))
        return
    run.error = too_late(cursor, coverage, started)
    reading.take(since(store, cursor, coverage, started), partial(_end_of, coverage, started))
    if recheck_due(cursor, coverage, started):
        if not reads_all(cursor):
            last = cursor.rechecked_at or started
            changed = partial(worth_reading, store, adapter, stream, coverage, last, started)
            for part in again(cursor, coverage, started):
                reading.take(part, choose=changed)
        reading.go_on(rechecked_at=started)


def _end_of(coverage: Coverage, started: datetime, page: Page) -> dict[str, Any]:
    """Where a page ends, for the cursor.

    That is never after the start: what is committed late while a long reading goes on lies within
    the overlap of the next one, and a date far ahead hides nothing.
    """
    end: dict[str, Any] = {}
    if page.position is not None:
        end["position"] = min(page.position, started)
    if page.mark and coverage.by is By.ID:
        end["mark"] = page.mark
    return end


@dataclass(frozen=True, slots=True)
class _Reading:
    """One run of reading; without a token it leaves the cursor alone."""

    store: Store
    stream: Stream
    adapter: StoreAdapter
    run: SyncRun
    progress: Callable[[SyncRun], None]
    cursor: Cursor
    token: str

    def take(
        self,
        part: base.Interval,
        end_of: Callable[[Page], dict[str, Any]] = lambda page: {},
        choose: Callable[[Records], Records] = lambda records: records,
    ) -> None:
        """Keep a part of the stream page by page, and with each what `end_of` it says. `choose`
        says which records of a page are read."""
        store, run = self.store, self.run
        for page in self.adapter.pages(self.stream, part):
            records = choose(page.records)
            delivery = complete(
                store, self.adapter, self.stream, records, refs=page.refs, alive=self.go_on
            )
            with transaction.atomic():
                changed = keep(store, self.adapter, delivery, export=run.trigger == "command")
                self.go_on(**end_of(page))
            run.records += len(records)
            run.changed += changed
            run.total = run.total if page.total is None else page.total
            run.save(update_fields=["records", "changed", "total"])
            self.progress(run)
            if changed:
                doorbell.ring("sync.build", store.pk)

    def go_on(self, **changes: Any) -> None:
        """Keep the right to the stream, and these columns with it. Raises Temporary where another
        process has the right."""
        if not self.token:
            return
        if not self.cursor.keep(self.token, LEASE, **changes):
            raise Temporary("Another process has taken over reading this stream.")


def _done(store: Store, stream: Stream, cursor: Cursor, run: SyncRun, started: datetime) -> None:
    """The stream was read to its end: when it is read next."""
    profile = store.profile
    following = next_run(getattr(profile.schedule, stream), profile.timezone)
    cursor.ended(
        started, following, last_run_at=clock.now(), last_records=run.records,
        last_error="", last_error_code="", failures=0,
    )  # fmt: skip


def _failed(cursor: Cursor, error: Exception, window: Window | None) -> str:
    """The failure in words. It is kept where the pages show it, and the schedule comes back.

    A part chosen by a person leaves the cursor alone.
    """
    known = isinstance(error, ConnectorError | ParseError)
    code = getattr(error, "code", "temporary") if known else "unforeseen"
    text = in_words(error)
    if window is not None:
        return text
    wait = min(60 * 2 ** min(cursor.failures, 6), 3600)
    if isinstance(error, Temporary) and error.retry_after is not None:
        wait = max(wait, int(error.retry_after))
    Cursor.objects.filter(pk=cursor.pk).update(
        last_error=text,
        last_error_code=code,
        last_run_at=clock.now(),
        next_run_at=clock.now() + timedelta(seconds=wait),
        failures=F("failures") + 1,
    )
    return text


def in_words(error: Exception) -> str:
    """A failure for a person, with its hint; of one that nobody foresaw, what it is."""
    if not isinstance(error, ConnectorError | ParseError):
        return f"{type(error).__name__}: {error}"
    hint = error.hint if isinstance(error, NeedsAttention) else ""
    return f"{error} {hint}".strip()
