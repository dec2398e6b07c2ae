"""The steps of the tasks and of the `sync` command: prepare, build, send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from connector.lib import clock, doorbell
from connector.lib.errors import ConnectorError
from stores.canonical.records import Stream
from stores.models import Store
from sync import away
from sync.dispatch import freshness, notes
from sync.dispatch.send import drain
from sync.ingest.pull import pull
from sync.items.build_due import enqueue_items
from sync.models import (
    Backfill,
    SyncRun,
    TrackedOrder,
    TrackedProduct,
)
from sync.models.backfill import BackfillQuerySet
from sync.orders import alone
from sync.orders.build_due import enqueue_due
from sync.organisations import link_organisations
from sync.rebuild import rebuild_held, rebuild_stuck
from sync.stock.level import level
from sync.summaries.make import give_up_waiting, is_due, summarise
from sync.write_back.write import write_back
from xero import reference
from xero.api import budget
from xero.login import tokens
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
# A wait as long as this is a ring; a longer one is left to the sweep.
_RING_WITHIN = timedelta(seconds=90)
# After so many seconds the next few notes go out, behind what came up meanwhile.
_NEXT_NOTES = 1.0
_WATCH_EVERY = timedelta(seconds=30)


def read_stream(store: Store, stream: Stream, **options: Any) -> SyncRun | None:
    """Read a stream of a shop; see `pull`. Stock, which has no past, is brought together."""
    if stream is Stream.STOCK:
        return pull(store, stream, read=level, **options | {"window": None})
    return pull(store, stream, **options)


def build_store(store: Store) -> int:
    """Build all due products and orders of a store, then make the summaries of days that are
    over; how many were built.

    Waits for Xero where it must be asked first.
    """
    organisation = store.organisation
    if organisation is None:
        return 0
    if not store.enabled:
        return _build_alone(store, organisation)
    give_up_waiting(store)
    orders = TrackedOrder.objects.filter(store=store).due(clock.now())
    products = TrackedProduct.objects.filter(store=store).due(clock.now())
    due = orders.exists() or (store.profile.streams.products and products.exists())
    if not due and not is_due(store):
        return 0
    clicked = orders.filter(lane=Lane.CLICK).exists()
    if not _prepared(organisation, Lane.CLICK if clicked else Lane.LIVE):
        return 0
    built = 0
    while count := enqueue_items(store):
        built += count
    while count := enqueue_due(store):
        built += count
    if summarise(store):
        doorbell.ring("sync.dispatch", organisation.pk)
    return built


def _build_alone(store: Store, organisation: Organisation) -> int:
    """Build what was asked for alone, or undone, of a store that is switched off, and nothing
    beside it."""
    if not alone.next_of(store).due(clock.now()).exists():
        return 0
    if not _prepared(organisation, Lane.CLICK):
        return 0
    built = 0
    while count := enqueue_due(store):
        built += count
    return built


def _prepared(organisation: Organisation, lane: Lane) -> bool:
    """Whether the organisation may be built for. Known lists serve on while Xero is away."""
    if lane == Lane.CLICK or away.until(organisation) is None:
        _asked(organisation, partial(freshness.prepare, organisation, lane=lane), "prepare.waits")
    organisation.refresh_from_db()
    return organisation.reference_refreshed_at is not None


def _asked(organisation: Organisation, question: Callable[[], None], event: str) -> None:
    """Ask Xero; where it does not answer it is left alone for a while."""
    try:
        question()
    except ConnectorError as error:
        away.notice(organisation, error)
        log.info(event, organisation_id=organisation.pk, error=str(error))


def send_to(organisation: Organisation) -> float | None:
    """Send what is due; seconds until it is worth a ring to come back, None if it is not."""
    idle = drain(organisation)
    rebuild_due(organisation)
    ring_backfills(Backfill.objects.filter(store__organisation=organisation))
    if not idle.why and not idle.busy and notes.send(organisation):
        return _NEXT_NOTES
    if idle.until is None or idle.until - clock.now() > _RING_WITHIN:
        return None
    return max(0.5, (idle.until - clock.now()).total_seconds())


def write_to(store: Store) -> None:
    """Tell a shop what it is owed; where that is much, the rest after others had their turn."""
    if write_back(store):
        doorbell.ring("sync.write_back", store.pk)


def rebuild_due(organisation: Organisation) -> None:
    """Ring for orders and products that an answer of Xero asked to be built anew."""
    now = clock.now()
    stores = organisation.stores.filter(enabled=True)
    orders = TrackedOrder.objects.let_go().filter(store__in=stores, build_at__lte=now)
    due = set(orders.values_list("store", flat=True).distinct())
    products = TrackedProduct.objects.due(now).filter(store__in=stores)
    due |= set(products.values_list("store", flat=True).distinct())
    for store in sorted(due):
        doorbell.ring("sync.build", store)


def ring_backfills(rows: BackfillQuerySet) -> None:
    """Ring for those that may go on: there may be room to read, or all may be in Xero."""
    for pk in rows.due(clock.now()).values_list("pk", flat=True):
        doorbell.ring("sync.backfill", pk)


def refresh(organisation: Organisation) -> None:
    """Read accounts, tax rates and the rest now; a failure is the page's to show."""
    try:
        reference.refresh(organisation, lane=Lane.CLICK)
    except ConnectorError as error:
        log.warning("reference.failed", organisation_id=organisation.pk, error=str(error))
    link_organisations()
    for store in organisation.stores.filter(enabled=True):
        rebuild_held(store)
        rebuild_stuck(store)
        doorbell.ring("sync.build", store.pk)


def watch(organisation: Organisation) -> None:
    """See what people did in Xero to what we posted; a failure is tried again by the sweep.

    However many events ask for it, at most once in 30 seconds, and less often where the day's
    calls are scarce.
    """
    if not organisation.take_watch(max(_WATCH_EVERY, budget.pace(organisation))):
        return
    if away.until(organisation) is None:
        _asked(organisation, partial(freshness.watch, organisation), "watch.waits")
    rebuild_due(organisation)


def keep_tokens_alive() -> int:
    return tokens.keep_alive()
