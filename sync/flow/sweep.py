"""Once a minute: ring for everything that is due by column."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db.models import Q

from connector.lib import clock, doorbell
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync.dispatch import notes
from sync.flow import rewind
from sync.flow.steps import ring_backfills
from sync.ingest import calls as hooks
from sync.ingest import products as track_products
from sync.ingest.pull import pulled
from sync.models import (
    Backfill,
    Dispatch,
    MasterLevel,
    Posting,
    ReconcileRun,
    ShopWrite,
    TrackedOrder,
    TrackedProduct,
)
from sync.organisations import link_organisations
from sync.rebuild import rebuild_outdated
from sync.summaries import make as summarise
from xero import reference
from xero.mirror import refresh as mirror
from xero.mirror.known import is_fresh
from xero.models import MirrorCursor, Organisation

# How old what is known of documents in Xero may become while nothing is sent.
_WATCH = timedelta(hours=1)


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
        old = not is_fresh(organisation, mirror.Kind.INVOICES, max_age=_WATCH)
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
