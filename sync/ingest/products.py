"""Point each product at its latest record, and have its item built: safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from accounts_mapping.models import MappingVersion
from connector.lib import clock
from stores.models import Store
from stores.records import Ingested
from sync.models import TrackedProduct
from xero.models import Lane

# So many new or changed products in one page are no trickle.
_MANY = 50


def track_products(store: Store, ingested: Iterable[Ingested], *, blind: bool = False) -> int:
    """Take over records as the products' current ones; how many are new or changed.

    An older record never replaces a newer one, and the same one builds nothing.
    `blind`: of one version what was read last holds, as `track` has it.
    """
    latest: dict[str, Ingested] = {}
    for one in ingested:
        known = latest.get(one.ref.id)
        if known is None or one.ref.version >= known.ref.version:
            latest[one.ref.id] = one
    products = TrackedProduct.objects.filter(store=store, source_id__in=latest)
    existing = dict(products.values_list("source_id", "record_id"))
    fresh = [one for key, one in latest.items() if existing.get(key) != one.row.pk]
    lane = Lane.BACKFILL if len(fresh) >= _MANY else Lane.LIVE
    TrackedProduct.objects.bulk_create(
        [
            TrackedProduct(
                store=store, source_id=one.ref.id, sku=one.ref.number[:100], record=one.row,
                record_version=one.ref.version[:40], lane=lane, build_at=clock.now(),
            )
            for one in sorted(fresh, key=lambda one: one.ref.id)
            if one.ref.id not in existing
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    # Read again: another process may have made some of the new rows, from another record.
    # In the order of the rows' keys, as everybody changes them.
    for source_id, record in products.order_by("pk").values_list("source_id", "record_id"):
        if record != latest[source_id].row.pk:
            _replace(store, latest[source_id], lane, blind=blind)
    return len(fresh)


def _replace(store: Store, one: Ingested, lane: str, *, blind: bool) -> None:
    """Point a product at a newer record, if it does not stand at a newer one still."""
    version = one.ref.version[:40]
    before = ~Q(record=one.row) if blind else Q(record_id__lt=one.row.pk)
    older = Q(record_version__lt=version) | Q(before, record_version=version)
    TrackedProduct.objects.filter(older, store=store, source_id=one.ref.id).update(
        record=one.row, record_version=version, lane=lane, build_at=clock.now()
    )


def rebuild_outdated(store: Store) -> int:
    """As `rebuild_stuck`, of products that got stuck under rules no longer in force."""
    version = MappingVersion.objects.current(store)
    if version is None:
        return 0
    stuck = TrackedProduct.objects.filter(store=store, mapping_version__lt=version.number).stuck()
    return TrackedProduct.objects.filter(pk__in=stuck.values("pk"), build_at__isnull=True).write(
        build_at=clock.now()
    )
