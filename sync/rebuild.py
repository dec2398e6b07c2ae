"""Have orders and products built anew."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from accounts_mapping.models import MappingVersion
from connector.lib import clock
from connector.lib.database.claims import taken
from stores.models import Store
from sync.models import TrackedOrder, TrackedProduct
from xero.models import Lane


def rebuild_stuck(store: Store) -> int:
    """As `rebuild_held`, of products whose items wait for a person."""
    stuck = TrackedProduct.objects.filter(store=store).stuck().values("pk")
    waiting = Q(pk__in=stuck, build_at__isnull=True)
    now = clock.now()
    rows = TrackedProduct.objects.filter(waiting | taken(now), store=store)
    return rows.write(build_at=now)


def export_now(products: Iterable[int]) -> int:
    """Have products' items built and sent before everything else, as a person asked; how many."""
    chosen = TrackedProduct.objects.filter(pk__in=list(products))
    return chosen.write(build_at=clock.now(), lane=Lane.CLICK)


def rebuild_held(store: Store) -> int:
    """Have what waits for a person built anew, after rules or accounts changed; how many.

    Nothing is sent that would not be sent anyway: what is still not clear is held again. What is
    being built just now may be held by what was known before, and so is built once more.
    """
    held = Q(label=TrackedOrder.Label.HELD, build_at__isnull=True)
    now = clock.now()
    rows = TrackedOrder.objects.filter(held | taken(now), store=store)
    return rows.write(build_at=now)


def rebuild_outdated(store: Store) -> int:
    """As `rebuild_held`, of orders that were held under rules no longer in force."""
    version = MappingVersion.objects.current(store)
    if version is None:
        return 0
    held = TrackedOrder.objects.filter(
        store=store, label=TrackedOrder.Label.HELD, mapping_version__lt=version.number
    )
    return held.filter(build_at__isnull=True).write(build_at=clock.now())


def rebuild(orders: Iterable[int], *, lane: str = Lane.CLICK) -> int:
    """Have orders built anew now, whatever their state; how many."""
    return TrackedOrder.objects.filter(pk__in=list(orders)).write(build_at=clock.now(), lane=lane)
