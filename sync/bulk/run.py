"""Do to many orders what a person does to a few: a part at a time, each order once.

Which orders it is about is written down when it is asked for, by one statement, whatever becomes of
them meanwhile. An order is taken off that list in the transaction in which it is done, so that a
process that dies leaves nothing half done and nothing done twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from connector.lib import clock, doorbell
from connector.lib.database.bulk import insert_selected
from connector.lib.database.claims import FREED, TakenOver
from connector.lib.database.deadlocks import OF_NO_ROW, tried_twice
from sync.models import BulkAction, BulkOrder, PostingSource, TrackedOrder
from sync.orders import actions
from sync.summaries.approve import approve_summaries, drafts_of

log = structlog.get_logger(__name__)
_CHUNK = 200
_LEASE = timedelta(minutes=5)
_KEPT = 50
_What, _State = BulkAction.What, BulkAction.State
# The orders, who, and what was asked: to how many there was something to do.
_Act = Callable[[QuerySet[TrackedOrder], Any, BulkAction], int]


def start(
    orders: QuerySet[TrackedOrder], what: BulkAction.What, user: Any, *,
    note: str = "", link: str = "", filters: str = "",
) -> BulkAction:  # fmt: skip
    """Ask for it of all these orders. The bell rings for a worker; a page can be left at once."""
    with transaction.atomic():
        bulk = BulkAction.objects.create(
            what=what, started_by=user, note=note, link=link, filters=filters[:500]
        )
        bulk.total = insert_selected(BulkOrder, {"bulk": bulk.pk}, order=orders)
        bulk.save(update_fields=["total"])
        _forget()
        doorbell.ring("sync.bulk", bulk.pk)
    return bulk


def _forget() -> None:
    """Only the last ones are kept, of those that have ended."""
    kept = BulkAction.objects.order_by("-pk").values_list("pk", flat=True)[:_KEPT]
    ended = BulkAction.objects.exclude(state__in=(_State.QUEUED, _State.RUNNING))
    ended.exclude(pk__in=list(kept)).delete()


def stop(bulk: BulkAction) -> bool:
    """Leave the rest as it is; what was done stays. False where it has ended."""
    moving = BulkAction.objects.unfinished().filter(pk=bulk.pk)
    return bool(moving.update(state=_State.STOPPED, ended_at=clock.now(), **FREED))


def go_on(bulk: BulkAction) -> bool:
    """Go on with one that was stopped or broken off; False where it was not."""
    ended = BulkAction.objects.filter(pk=bulk.pk, state__in=(_State.STOPPED, _State.FAILED))
    with transaction.atomic():
        again = ended.update(state=_State.QUEUED, ended_at=None, error="")
        if again:
            doorbell.ring("sync.bulk", bulk.pk)
    return bool(again)


def work(bulk: BulkAction) -> None:
    """Do one that nobody is doing, to its end; nothing where somebody is."""
    worker = uuid.uuid4().hex
    rows = BulkAction.objects.filter(pk=bulk.pk)
    if not rows.unfinished().claim(worker, _LEASE, state=_State.RUNNING):
        return
    try:
        while tried_twice(partial(_part, bulk.pk, worker)):
            pass
    except TakenOver:
        log.info("bulk.taken_over", bulk_id=bulk.pk)
    except OF_NO_ROW as error:
        log.info("bulk.put_off", bulk_id=bulk.pk, error=str(error))
        rows.release(worker)  # the next sweep rings for it
    except Exception as error:
        log.exception("bulk.failed", bulk_id=bulk.pk)
        text = f"{type(error).__name__}: {error}"[:500]
        rows.release(worker, state=_State.FAILED, error=text, ended_at=clock.now())


def _part(pk: int, worker: str) -> bool:
    """Some orders in one transaction, while it is ours; whether there may be more. Raises TakenOver
    where it was stopped, or is another's."""
    bulk = BulkAction.objects.select_related("started_by").get(pk=pk)
    mine = BulkAction.objects.filter(pk=pk).unfinished()
    left = BulkOrder.objects.filter(bulk=bulk).order_by("order")
    ids = list(left.values_list("order", flat=True)[:_CHUNK])
    if not ids:
        mine.release(worker, state=_State.DONE, ended_at=clock.now())
        return False
    changed = _ACTS[_What(bulk.what)](
        TrackedOrder.objects.filter(pk__in=ids), bulk.started_by, bulk
    )
    left.filter(order__in=ids).delete()
    sums = {"done": F("done") + len(ids), "changed": F("changed") + changed}
    if not mine.keep(worker, _LEASE, **sums):
        raise TakenOver
    return True


def _approve(orders: QuerySet[TrackedOrder], user: Any, bulk: BulkAction) -> int:
    """Their own drafts, and the summaries that they are in."""
    own = set(actions.approvable(orders).values_list("pk", flat=True))
    summaries = drafts_of(orders)
    sources = PostingSource.objects.filter(posting__in=summaries, order__in=orders)
    own |= set(sources.values_list("order", flat=True))
    actions.approve(orders, user)
    approve_summaries(summaries, user)
    return len(own)


_ACTS: dict[BulkAction.What, _Act] = {
    _What.SYNC: lambda orders, user, _: actions.sync_now(orders, user),
    _What.APPROVE: _approve,
    _What.DIFFERENCE: lambda orders, user, _: actions.post_difference(orders, user),
    _What.EXCLUDE: lambda orders, user, bulk: actions.exclude(orders, user, bulk.note),
    _What.HANDLE: lambda orders, user, bulk: actions.handle_by_hand(
        orders, user, bulk.note, bulk.link
    ),
    _What.REOPEN: lambda orders, user, bulk: actions.reopen(orders, user, bulk.note),
    _What.WRITE: lambda orders, user, _: actions.tell_shop_again(orders, user),
}
