"""Point each order at its latest record, and have it built: safe to repeat and in parallel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, Value, When

from connector.lib import clock
from stores.models import Store
from stores.records import Ingested
from sync.models import Backfill, TrackedOrder
from sync.outbox import sync_states
from xero.models import Lane

# So many new or changed orders in one page are no trickle of live ones.
_MANY = 50


def track(
    store: Store,
    ingested: Iterable[Ingested],
    *,
    lane: str | None = Lane.LIVE,
    settle: float = 0,
    backfill: Backfill | None = None,
    blind: bool = False,
) -> int:
    """Take over records as the orders' current ones; how many orders are new or changed.

    An older record never replaces a newer one. `lane` None: many new ones at once are a
    backfill. `settle` is how many seconds the shop must have left an order unchanged before
    it is built. `backfill` is the one that read them: new orders are its own. `blind`: not
    every change gives an order another version, so that of one version what was read last holds.
    """
    latest: dict[str, Ingested] = {}
    for one in ingested:
        known = latest.get(one.ref.id)
        if known is None or one.ref.version >= known.ref.version:
            latest[one.ref.id] = one
    orders = TrackedOrder.objects.filter(store=store, source_id__in=latest)
    existing = dict(orders.values_list("source_id", "record_id"))
    if lane is None:
        fresh = sum(existing.get(source_id) != one.row.pk for source_id, one in latest.items())
        lane = Lane.BACKFILL if fresh >= _MANY else Lane.LIVE
    new = [
        TrackedOrder(
            store=store, source_id=one.ref.id, number=one.ref.number[:100], record=one.row,
            record_version=one.ref.version[:40], lane=lane, build_at=_due(one, settle),
            backfill=backfill,
        )
        for source_id, one in sorted(latest.items())
        if source_id not in existing
    ]  # fmt: skip
    TrackedOrder.objects.bulk_create(new, ignore_conflicts=True)
    # Read again: another process may have made some of the new rows, from another record.
    # In the order of the rows' keys, as everybody changes them.
    changed = len(new)
    for source_id, record in orders.order_by("pk").values_list("source_id", "record_id"):
        if record != latest[source_id].row.pk:
            changed += _replace(store, latest[source_id], lane, settle, blind=blind)
    changed += _take_up(orders, backfill) if backfill is not None else 0
    if new:
        # Behind the orders, as a build writes them: the other way round each waits for the other.
        sync_states.orders_changed(orders.values_list("pk", flat=True))
    return changed


def _replace(store: Store, one: Ingested, lane: str, settle: float, *, blind: bool) -> int:
    """Point an order at a newer record; 0 where it stands at this one or a newer.

    A backfill never puts behind it what waits for more urgent work.
    """
    before = ~Q(record=one.row) if blind else Q(record_id__lt=one.row.pk)
    version = one.ref.version[:40]
    older = Q(record_version__lt=version) | Q(before, record_version=version)
    urgent = When(~Q(lane=Lane.BACKFILL), build_at__isnull=False, then=F("lane"))
    return TrackedOrder.objects.filter(older, store=store, source_id=one.ref.id).update(
        record=one.row,
        record_version=version,
        number=one.ref.number[:100],
        lane=Case(urgent, default=Value(lane)) if lane == Lane.BACKFILL else lane,
        build_at=_due(one, settle),
    )


def _take_up(orders: QuerySet[TrackedOrder], backfill: Backfill) -> int:
    """Orders that an earlier backfill left when it was cancelled: they are this one's now."""
    cancelled = Backfill.objects.filter(state=Backfill.State.CANCELLED)
    left = Q(state=TrackedOrder.State.SKIPPED) | Q(lane=Lane.BACKFILL, build_at__isnull=False)
    mine = orders.filter(left, backfill__in=cancelled, excluded_at__isnull=True)
    return mine.update(
        backfill=backfill, lane=Lane.BACKFILL, build_at=clock.now(),
        state=TrackedOrder.State.NEW, label=TrackedOrder.Label.WORKING,
    )  # fmt: skip


def _due(one: Ingested, settle: float) -> datetime:
    now = clock.now()
    if not settle:
        return now
    try:
        due = datetime.fromisoformat(one.ref.version) + timedelta(seconds=settle)
    except (ValueError, OverflowError):
        return now
    # A shop that is ahead by a year would have its order wait that long.
    return min(max(now, due), now + timedelta(seconds=settle)) if due.tzinfo else now
