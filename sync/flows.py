"""The steps of the tasks and of the `sync` command: prepare, build, send; and the sweep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.db.models import Q

from connector.lib import clock, doorbell
from connector.lib.errors import ConnectorError
from stores.canonical import Stream
from stores.models import Cursor, Store
from sync import (
    away,
    dispatch,
    enqueue,
    hooks,
    notes,
    prepare,
    rewind,
    stock,
    summarise,
    track_products,
)
from sync.enqueue_items import enqueue_items
from sync.linking import link_organisations
from sync.models import (
    Backfill,
    Dispatch,
    MasterLevel,
    Posting,
    ReconcileRun,
    ShopWrite,
    SyncRun,
    TrackedOrder,
    TrackedProduct,
)
from sync.models.backfill import BackfillQuerySet
from sync.pull import pull, pulled
from sync.track import rebuild_held, rebuild_outdated
from sync.track_products import rebuild_stuck
from sync.write_back import write_back
from xero import budget, mirror, reference, tokens
from xero.models import Lane, MirrorCursor, Organisation

log = structlog.get_logger(__name__)
# A wait as long as this is a ring; a longer one is left to the sweep.
_RING_WITHIN = timedelta(seconds=90)
# How old what is known of documents in Xero may become while nothing is sent.
_WATCH = timedelta(hours=1)
# After so many seconds the next few notes go out, behind what came up meanwhile.
_NEXT_NOTES = 1.0
_WATCH_EVERY = timedelta(seconds=30)


def read_stream(store: Store, stream: Stream, **options: Any) -> SyncRun | None:
    """Read a stream of a shop; see `pull`. Stock, which has no past, is brought together."""
    if stream is Stream.STOCK:
        return pull(store, stream, read=stock.level, **options | {"window": None})
    return pull(store, stream, **options)


def build_store(store: Store) -> int:
    """Build all due products and orders of a store, then make the summaries of days that are
    over; how many were built.

    Waits for Xero where it must be asked first.
    """
    organisation = store.organisation
    if organisation is None or not store.enabled:
        return 0
    summarise.give_up_waiting(store)
    orders = TrackedOrder.objects.filter(store=store).due(clock.now())
    products = TrackedProduct.objects.filter(store=store).due(clock.now())
    due = orders.exists() or (store.profile.streams.products and products.exists())
    if not due and not summarise.is_due(store):
        return 0
    clicked = orders.filter(lane=Lane.CLICK).exists()
    if not _prepared(organisation, Lane.CLICK if clicked else Lane.LIVE):
        return 0
    built = 0
    while count := enqueue_items(store):
        built += count
    while count := enqueue.enqueue_due(store):
        built += count
    if summarise.summarise(store):
        doorbell.ring("sync.dispatch", organisation.pk)
    return built


def _prepared(organisation: Organisation, lane: Lane) -> bool:
    """Whether the organisation may be built for. Known lists serve on while Xero is away."""
    if lane == Lane.CLICK or away.until(organisation) is None:
        _asked(organisation, partial(prepare.prepare, organisation, lane=lane), "prepare.waits")
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
    idle = dispatch.drain(organisation)
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
    for pk in rows.to_work_on(clock.now()).values_list("pk", flat=True):
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
        _asked(organisation, partial(prepare.watch, organisation), "watch.waits")
    rebuild_due(organisation)


def keep_tokens_alive() -> int:
    return tokens.keep_alive()


def sweep() -> None:
    """Ring for everything that is due by column."""
    rewind.notice()
    link_organisations()
    _pull_due()
    for store_id in hooks.stores_with_due_calls():
        doorbell.ring("sync.hooks", store_id)
    hooks.purge()
    for store in Store.objects.filter(enabled=True):
        rebuild_outdated(store)
        track_products.rebuild_outdated(store)
    now = clock.now()
    due = TrackedOrder.objects.due(now).filter(store__enabled=True)
    products = TrackedProduct.objects.due(now).filter(store__enabled=True)
    stores = set(due.values_list("store", flat=True).distinct())
    stores |= set(products.values_list("store", flat=True).distinct())
    for store in Store.objects.filter(enabled=True, organisation__isnull=False):
        if summarise.is_due(store) or summarise.give_up_waiting(store):
            stores.add(store.pk)
    for store_id in sorted(stores):
        doorbell.ring("sync.build", store_id)
    waiting = Posting.objects.filter(state=Posting.State.PENDING, not_before__lte=now)
    unfinished = Dispatch.objects.exclude(state=Dispatch.State.DONE)
    lost = Q(state=Dispatch.State.SENDING, claimed_until__lt=now)
    ready = ~Q(state=Dispatch.State.SENDING) & Q(not_before__lte=now)
    ids = set(waiting.values_list("organisation", flat=True).distinct())
    ids |= set(unfinished.filter(lost | ready).values_list("organisation", flat=True).distinct())
    ids |= set(notes.waiting().values_list("posting__organisation", flat=True).distinct())
    for organisation_id in ids:
        doorbell.ring("sync.dispatch", organisation_id)
    posted = Posting.objects.order_by().values("organisation").distinct()
    told = set(MirrorCursor.objects.told().values_list("organisation", flat=True))
    for organisation in Organisation.objects.filter(connected=True, pk__in=posted):
        old = not mirror.is_fresh(organisation, mirror.Kind.INVOICES, max_age=_WATCH)
        if old or organisation.pk in told:
            doorbell.ring("xero.watch", organisation.pk)
    stale = Organisation.objects.filter(connected=True).reference_due(
        now, older_than=reference.MAX_AGE
    )
    for organisation_id in stale.values_list("pk", flat=True):
        doorbell.ring("xero.refresh_reference", organisation_id)
    owed = ShopWrite.objects.due(now).order_by().values_list("store", flat=True).distinct()
    for store_id in sorted(owed):
        doorbell.ring("sync.write_back", store_id)
    levels = MasterLevel.objects.due(now).filter(store__enabled=True)
    for store_id in levels.order_by().values_list("store", flat=True).distinct():
        doorbell.ring("sync.push_stock", store_id)
    for run_id in ReconcileRun.objects.lost(now).values_list("pk", flat=True):
        doorbell.ring("sync.reconcile", run_id)
    ring_backfills(Backfill.objects.all())
    doorbell.ring("xero.keep_alive")


def _is_ready(store: Store, stream: Stream) -> bool:
    """Whether a stream can be read now: customers only while Xero can be asked about them."""
    if stream is not Stream.CUSTOMERS:
        return True
    organisation = store.organisation
    return organisation is not None and not organisation.unavailable_reason()


def _pull_due() -> None:
    """Ring for streams whose time has come; a store's first read is due at once."""
    for store in Store.objects.filter(enabled=True).select_related("organisation__token_set"):
        for stream in filter(partial(_is_ready, store), pulled(store)):
            if Cursor.of(store, stream).is_due():
                doorbell.ring("sync.pull", store.pk, stream)
