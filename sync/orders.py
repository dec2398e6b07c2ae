"""What a person does to orders: sync them now, or leave them out."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from connector.lib import clock, doorbell
from sync.models import OrderAction, TrackedOrder
from xero.models import Lane


def sync_now(orders: QuerySet[TrackedOrder], user: Any) -> int:
    """Have orders built and sent before everything else, also excluded ones; how many."""
    ids = list(orders.values_list("pk", flat=True))
    chosen = TrackedOrder.objects.filter(pk__in=ids)
    count = chosen.update(
        build_at=clock.now(), lane=Lane.CLICK, label=TrackedOrder.Label.WORKING,
        state=TrackedOrder.State.NEW, excluded_at=None, excluded_by=None, excluded_why="",
    )  # fmt: skip
    _record(ids, user, OrderAction.What.SYNC)
    _ring(chosen)
    return count


def approve(orders: QuerySet[TrackedOrder], user: Any) -> int:
    """Have what is posted as a draft approved in Xero, or posted as approved; how many.

    What waits for the approval, such as payments, follows.
    """
    ids = list(orders.filter(excluded_at__isnull=True).values_list("pk", flat=True))
    chosen = TrackedOrder.objects.filter(pk__in=ids)
    count = chosen.update(
        approved_by=user, approved_at=clock.now(), build_at=clock.now(), lane=Lane.CLICK,
        label=TrackedOrder.Label.WORKING,
    )  # fmt: skip
    _record(ids, user, OrderAction.What.APPROVE)
    _ring(chosen)
    return count


def exclude(orders: QuerySet[TrackedOrder], user: Any, why: str) -> int:
    """Mark orders as not to be synced, by whom and why; how many."""
    ids = list(orders.values_list("pk", flat=True))
    chosen = TrackedOrder.objects.filter(pk__in=ids)
    count = chosen.update(
        state=TrackedOrder.State.EXCLUDED, label=TrackedOrder.Label.SKIPPED,
        excluded_by=user, excluded_why=why, excluded_at=clock.now(), build_at=clock.now(),
    )  # fmt: skip
    _record(ids, user, OrderAction.What.EXCLUDE, why)
    _ring(chosen)
    return count


def _record(orders: list[int], user: Any, what: OrderAction.What, note: str = "") -> None:
    """Who did it, for the timeline."""
    OrderAction.objects.bulk_create(
        OrderAction(order_id=order, user=user, what=what, note=note[:500]) for order in orders
    )


def _ring(orders: QuerySet[TrackedOrder]) -> None:
    for store in sorted(set(orders.values_list("store_id", flat=True))):
        doorbell.ring("sync.build", store)
