"""Approve daily summaries that are drafts: one word of a person for all orders in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from connector.lib import clock, doorbell
from sync.models import OrderAction, Posting, PostingSource, TrackedOrder
from sync.models.posting import SUMMARY
from sync.outbox.fill import fill
from sync.outbox.labels import relabel_behind
from xero.documents.documents import DocumentStatusChange
from xero.documents.kinds import Kind, Ref
from xero.models import Lane

_State = Posting.State


def drafts() -> QuerySet[Posting]:
    """Summaries that are drafts in Xero, as far as is known."""
    return Posting.objects.drafts().filter(source_kind=SUMMARY)


def drafts_of(orders: QuerySet[TrackedOrder]) -> QuerySet[Posting]:
    """Those that these orders are in."""
    sources = PostingSource.objects.filter(order__in=orders)
    return drafts().filter(pk__in=sources.values("posting"))


def approve_summaries(chosen: QuerySet[Posting], user: Any) -> list[Posting]:
    """Have drafts approved in Xero, each once; the drafts. Their payments follow.

    An approval that was refused before is tried again.
    """
    found = list(chosen.order_by("pk"))
    with transaction.atomic():
        Posting.objects.bulk_create(map(_approval, found), ignore_conflicts=True)
        approvals = Posting.objects.filter(_of(found))
        refused = (_State.HELD, _State.DEAD, _State.VOIDED)
        approvals.filter(xero_id="").move(
            to=_State.PENDING, frm=refused, reasons=[], attempts=0, look_up=True,
            not_before=clock.now(), lane=Lane.CLICK,
        )  # fmt: skip
        _link(approvals)
        _record(found, user)
        relabel_behind(approvals)
    for organisation in sorted({draft.organisation_id for draft in found}):
        doorbell.ring("sync.dispatch", organisation)
    return found


def _purpose(draft: Posting) -> str:
    return f"approve-{draft.purpose}"


def _approval(draft: Posting) -> Posting:
    posting = Posting(
        organisation_id=draft.organisation_id, store_id=draft.store_id, source_kind=SUMMARY,
        source_id=draft.source_id, purpose=_purpose(draft), revision=draft.revision,
        lane=Lane.CLICK, look_up=True,
    )  # fmt: skip
    kind = Kind(draft.kind)
    fill(posting, DocumentStatusChange(kind, Ref(kind, draft.key), "AUTHORISED"), draft)
    return posting


def _of(approved: Sequence[Posting]) -> Q:
    purposes = {_purpose(draft) for draft in approved}
    return Q(parent__in=[draft.pk for draft in approved], purpose__in=purposes)


def _link(approvals: QuerySet[Posting]) -> None:
    """An approval is the business of all orders in the summary: if it is refused, they say so.
    Nothing of it is theirs to be summed."""
    by_draft = dict(approvals.values_list("parent", "pk"))
    sources = PostingSource.objects.filter(posting__in=by_draft)
    PostingSource.objects.bulk_create(
        (
            PostingSource(posting_id=by_draft[draft], order_id=order, amount_units=0)
            for draft, order in sources.values_list("posting", "order")
        ),
        ignore_conflicts=True,
    )


def _record(approved: Sequence[Posting], user: Any) -> None:
    """Who did it, on the timeline of each order."""
    sources = PostingSource.objects.filter(posting__in=approved)
    OrderAction.objects.bulk_create(
        OrderAction(
            order_id=order, user=user, what=OrderAction.What.APPROVE, note=f"With {key}"[:500]
        )
        for order, key in sources.values_list("order", "posting__key")
    )
