"""What a person does to orders: sync them now, leave them out, or open them again.

Who did it is written in the transaction of what was done: there is never one without the other.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from connector.lib import clock, doorbell
from connector.lib.database.deadlocks import in_one_go
from sync.models import OrderAction, Posting, ShopWrite, TrackedOrder
from sync.outbox import sync_states
from sync.outbox.shop_writes import try_again
from xero.documents.kinds import Kind
from xero.documents.statuses import APPROVED
from xero.models import Lane

_Excluded = TrackedOrder.Excluded
_INCLUDED: dict[str, Any] = {
    "excluded_at": None, "excluded_by": None, "excluded_as": "", "excluded_why": "",
    "excluded_link": "", "undo_at": None, "undo_by": None,
}  # fmt: skip


def sync_now(orders: QuerySet[TrackedOrder], user: Any) -> int:
    """Have orders built and sent before everything else, also excluded ones; how many."""
    return _include(orders, user, OrderAction.What.SYNC)


def try_one(orders: QuerySet[TrackedOrder], user: Any) -> int:
    """Have orders of stores that are switched off posted as drafts, and nothing else of them; how
    many. Those of a store that is on are left as they are: it posts them itself."""
    return _include(
        orders.filter(store__enabled=False), user, OrderAction.What.TRY, tried_at=clock.now()
    )


def reopen(orders: QuerySet[TrackedOrder], user: Any, why: str) -> int:
    """Take back that orders were left out or handled by hand, by whom and why; how many.

    They are built and sent as if they had never been left out.
    """
    return _include(orders.filter(excluded_at__isnull=False), user, OrderAction.What.REOPEN, why)


@in_one_go
def post_difference(orders: QuerySet[TrackedOrder], user: Any) -> int:
    """Have what people wrote over documents of these orders in Xero stand there, and the
    difference between that and the order posted beside it; how many orders. Those of which
    nothing was written over are left as they are."""
    edited = Posting.objects.edited()
    wanted = edited.filter(order__in=orders.order_by().values("pk"))
    rows = list(wanted.order_by("pk").select_for_update().values_list("pk", "order"))
    Posting.objects.filter(pk__in=[pk for pk, _ in rows]).update(
        answer=Posting.Answer.DIFFERENCE, changed_at=clock.now()
    )
    chosen = TrackedOrder.objects.filter(pk__in={order for _, order in rows})
    return _include(chosen, user, OrderAction.What.DIFFERENCE)


@in_one_go
def _include(
    orders: QuerySet[TrackedOrder], user: Any, what: OrderAction.What, why: str = "",
    **changes: Any,
) -> int:  # fmt: skip
    chosen, ids = _lock(orders)
    count = chosen.update(
        build_at=clock.now(), lane=Lane.CLICK, label=TrackedOrder.Label.WORKING,
        state=TrackedOrder.State.NEW, **_INCLUDED, **changes,
    )  # fmt: skip
    _record(ids, user, what, why)
    _wake(chosen, ids)
    return count


@in_one_go
def approve(orders: QuerySet[TrackedOrder], user: Any) -> int:
    """Have what is posted as a draft approved in Xero, or posted as approved; how many orders.

    What waits for the approval, such as payments, follows. Orders that have nothing to approve
    are left as they are.
    """
    chosen, ids = _lock(approvable(orders))
    count = chosen.update(
        approved_by=user, approved_at=clock.now(), build_at=clock.now(), lane=Lane.CLICK,
        label=TrackedOrder.Label.WORKING,
    )  # fmt: skip
    _record(ids, user, OrderAction.What.APPROVE)
    _wake(chosen, ids)
    return count


def approvable(orders: QuerySet[TrackedOrder]) -> QuerySet[TrackedOrder]:
    """Those with a draft of their own in Xero, and those on their way there."""
    own = Posting.objects.filter(order=OuterRef("pk")).order_by()
    sold = own.filter(kind=Kind.INVOICE, verb="PUT", xero_status__in=APPROVED)
    coming = Q(label__in=(TrackedOrder.Label.WORKING, TrackedOrder.Label.CHECKING))
    return orders.filter(Exists(own.drafts()) | (coming & ~Exists(sold)), excluded_at__isnull=True)


def exclude(orders: QuerySet[TrackedOrder], user: Any, why: str) -> int:
    """Mark orders as not to be synced, by whom and why; how many. Those that are marked so already
    keep who did it first, and why."""
    orders = _not_yet(orders, _Excluded.DO_NOT_SYNC)
    return _exclude(orders, user, OrderAction.What.EXCLUDE, _Excluded.DO_NOT_SYNC, why)


def handle_by_hand(orders: QuerySet[TrackedOrder], user: Any, why: str, link: str = "") -> int:
    """Mark orders as taken care of in Xero by a person; they count as accounted for. How many.

    Nothing more of them is sent, in any state; what is posted already stays. Those that are marked
    so already keep who did it first, and why.
    """
    what, orders = OrderAction.What.HANDLE, _not_yet(orders, _Excluded.HANDLED_BY_HAND)
    return _exclude(orders, user, what, _Excluded.HANDLED_BY_HAND, why, excluded_link=link)


def _not_yet(orders: QuerySet[TrackedOrder], how: TrackedOrder.Excluded) -> QuerySet[TrackedOrder]:
    """Those that nobody has marked so yet: a form that is sent twice marks once."""
    return orders.exclude(excluded_at__isnull=False, excluded_as=how)


def undo(orders: QuerySet[TrackedOrder], user: Any, why: str) -> int:
    """Ask for the documents of orders to be taken back, and leave the orders out; how many.

    One that is being undone already is left as it is.
    """
    wanted = orders.filter(undo_at__isnull=True)
    changes = {"undo_at": clock.now(), "undo_by": user, "lane": Lane.CLICK}
    return _exclude(wanted, user, OrderAction.What.UNDO, _Excluded.UNDONE, why, **changes)


@in_one_go
def tell_shop_again(orders: QuerySet[TrackedOrder], user: Any) -> int:
    """Write to the shop what it refused, or what was given up, of these orders; how many writes.

    Nothing of it concerns Xero.
    """
    stuck = ShopWrite.objects.stuck().filter(order__in=orders)
    ids = sorted(set(filter(None, stuck.values_list("order", flat=True))))
    count = try_again(stuck)
    _record(ids, user, OrderAction.What.WRITE)
    return count


@in_one_go
def _exclude(
    orders: QuerySet[TrackedOrder], user: Any, what: OrderAction.What, code: str, why: str,
    **changes: Any,
) -> int:  # fmt: skip
    marks = _INCLUDED | {
        "excluded_at": clock.now(), "excluded_by": user, "excluded_as": code, "excluded_why": why,
    }  # fmt: skip
    link = changes.get("excluded_link")
    chosen, ids = _lock(orders)
    count = chosen.update(
        state=TrackedOrder.State.EXCLUDED, label=TrackedOrder.Label.SKIPPED,
        build_at=clock.now(), **(marks | changes),
    )  # fmt: skip
    _record(ids, user, what, f"{why} {link}" if link else why)
    _wake(chosen, ids)
    return count


def _lock(orders: QuerySet[TrackedOrder]) -> tuple[QuerySet[TrackedOrder], list[int]]:
    """The orders, and their keys, which nobody else acts on meanwhile; in order of the key."""
    rows = TrackedOrder.objects.filter(pk__in=list(orders.values_list("pk", flat=True)))
    locked = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
    # Asked again: somebody may have acted on some of them before they were locked.
    ids = sorted(set(orders.filter(pk__in=locked).values_list("pk", flat=True)))
    return TrackedOrder.objects.filter(pk__in=ids), ids


def _record(orders: list[int], user: Any, what: OrderAction.What, note: str = "") -> None:
    """Who did it, for the timeline."""
    OrderAction.objects.bulk_create(
        OrderAction(order_id=order, user=user, what=what, note=note[:500]) for order in orders
    )


def _wake(orders: QuerySet[TrackedOrder], ids: list[int]) -> None:
    """Who builds them, and who tells their shops how they stand."""
    sync_states.orders_changed(ids)
    for store in sorted(set(orders.values_list("store_id", flat=True))):
        doorbell.ring("sync.build", store)
