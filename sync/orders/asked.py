"""What somebody asked of orders in the shop, done here as if they had clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stores.adapter import Ask, Wish
from sync.models import TrackedOrder
from sync.orders import actions


def act(store_id: int, asks: Sequence[Ask]) -> list[dict[str, Any]]:
    """Do what was asked; of each wish, for how many orders, and which are not known here. Within
    a transaction of the caller's."""
    return [_act(store_id, ask) for ask in asks]


def _act(store_id: int, ask: Ask) -> dict[str, Any]:
    orders = TrackedOrder.objects.filter(store=store_id, source_id__in=ask.ids)
    known = set(orders.values_list("source_id", flat=True))
    why = f"{ask.person}, in the shop: {ask.reason}"[:500]
    if ask.wish is Wish.SYNC:
        count = actions.sync_now(orders, None)
    elif ask.wish is Wish.LEAVE_OUT:
        count = actions.exclude(orders.filter(excluded_at__isnull=True), None, why)
    else:
        count = actions.reopen(orders, None, why)
    unknown = [one for one in ask.ids if one not in known]
    return {"wish": ask.wish.value, "orders": count, "unknown": unknown}
