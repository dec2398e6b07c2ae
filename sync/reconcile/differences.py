"""What a person does to a difference that a reconciliation found: take care of it, or reopen it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from accounting.reconcile.causes import Cause
from connector.lib import clock
from sync.models import HandledDifference, ReconcileDifference, ReconcileRun

_COUNTS = {
    ReconcileDifference.What.MISSING: "missing",
    ReconcileDifference.What.EXTRA: "extra",
    ReconcileDifference.What.DIFFERENCE: "differences",
}


def handle(found: ReconcileDifference, user: Any, note: str, link: str = "") -> bool:
    """A person took care of it in Xero: it is accounted for, in this run and in later ones,
    while both sides say what they say now. False if somebody else was quicker."""
    with transaction.atomic():
        mine = ReconcileDifference.objects.filter(pk=found.pk, explained=False)
        if not mine.update(explained=True, cause=Cause.HANDLED_BY_HAND):
            return False
        HandledDifference.objects.create(
            store_id=found.run.store_id, order=found.order, number=found.number,
            field=found.field, shop_value=found.shop_value, xero_value=found.xero_value,
            note=note, link=link, user=user,
        )  # fmt: skip
        _count(found, by=-1)
    return True


def reopen(handled: HandledDifference, user: Any) -> bool:
    """It is a difference again; the next reconciliation says of which cause. False if it was
    open already."""
    rows = HandledDifference.objects.filter(pk=handled.pk, reopened_at=None)
    return bool(rows.update(reopened_at=clock.now(), reopened_by=user))


def _count(found: ReconcileDifference, *, by: int) -> None:
    name = _COUNTS[ReconcileDifference.What(found.what)]
    ReconcileRun.objects.filter(pk=found.run_id).update(
        **{name: F(name) + by}, explained=F("explained") - by
    )
