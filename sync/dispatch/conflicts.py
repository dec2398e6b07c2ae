"""What people did in Xero to documents that we posted: seen, shown, never overwritten.

The mirror tells that a document changed. One whose totals are others, or that was voided, is
a conflict: nothing of its order is sent until a person decides. A draft that was approved is
none: what waited for that goes out. What people paid, credited or allocated is none either: what
is left of the document is taken over, and its order planned from that. While the fate of a
change of ours is not known, what Xero shows of the document is left to the look-up of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q

from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.database.chunks import by_key
from connector.lib.money import from_units
from connector.lib.texts.said import said
from sync.models import Posting
from sync.models.posting import PostingQuerySet
from sync.outbox import shop_writes
from sync.outbox.labels import plan_again
from xero.documents.kinds import MONEY, WITH_BALANCE
from xero.documents.statuses import APPROVED, GONE
from xero.mirror.known import read_at
from xero.models import MirrorDocument, Organisation
from xero.models.cursor import LIST_OF

log = structlog.get_logger(__name__)
_CHUNK = 500
# Refused, or not told: what was sent may be there, and is looked up before it is sent again.
_IN_DOUBT = Q(state=Posting.State.PENDING, look_up=True, dispatch__isnull=False)


def find(organisation: Organisation, since: datetime | None) -> int:
    """Compare documents that changed in Xero since `since` with what we posted; how many of
    ours are otherwise than we know. A fixed number of statements for each 500."""
    rows = MirrorDocument.objects.filter(organisation=organisation)
    if since is not None:
        rows = rows.filter(updated_utc__gte=since)
    return sum(_compare(organisation, chunk) for chunk in by_key(rows, _CHUNK))


def _compare(organisation: Organisation, rows: Sequence[MirrorDocument]) -> int:
    by_id = {row.xero_id: row for row in rows}
    ours = list(_posted(organisation).filter(xero_id__in=by_id).at_rest())
    moving = _moving(organisation, ours)
    changed = 0
    for posting in ours:
        changed += observe(posting, by_id[posting.xero_id], moving=posting.pk in moving)
    return changed


def _moving(organisation: Organisation, documents: Sequence[Posting]) -> AbstractSet[int]:
    """Those on which money or credit of ours is on its way, or came to stand after the list was
    read: what is left of them by that list is not what is left now."""
    found: set[int] = set()
    for kind, listed in LIST_OF.items():
        ids = [posting.pk for posting in documents if posting.kind == kind]
        read = read_at(organisation, listed)
        recent = Q(state__in=Posting.ON_ITS_WAY) | _IN_DOUBT
        recent |= Q(posted_at__isnull=False) if read is None else Q(posted_at__gte=read)
        money = Posting.objects.filter(recent, kind__in=MONEY) if ids else Posting.objects.none()
        touched = money.filter(Q(parent__in=ids) | Q(target__in=ids))
        found |= {pk for pair in touched.values_list("parent", "target") for pk in pair if pk}
    return found


def _posted(organisation: Organisation) -> PostingQuerySet:
    return Posting.objects.filter(
        organisation=organisation, state=Posting.State.POSTED, verb="PUT",
        kind__in=WITH_BALANCE, conflict=False,
    )  # fmt: skip


def observe(posting: Posting, row: MirrorDocument, *, moving: bool = False) -> bool:
    """Take over what Xero says of one of our documents now; whether that is news. Where money of
    ours is `moving`, all but what is left of it."""
    if posting.xero_updated_at and row.updated_utc and row.updated_utc <= posting.xero_updated_at:
        return False
    if row.status in GONE:
        text = said(
            "%(key)s was voided in Xero by a person. Nothing more of it is sent. Sync the order "
            "again to post it anew, or mark it as handled by hand.",
            key=posting.key,
        )
        if row.status == "DELETED":
            text = said(
                "%(key)s was deleted in Xero by a person. Nothing more of it is sent. Sync the "
                "order again to post it anew, or mark it as handled by hand.",
                key=posting.key,
            )
        return _conflict(posting, row, Reason("voided_in_xero", text))
    if posting.xero_total_units is not None and row.total != posting.xero_total_units:
        text = said(
            "%(key)s was changed in Xero by a person: posted with %(posted)s, it is "
            "%(total)s now. Keep it as it is there, or post the difference beside it, on the "
            "order's page; or correct it in Xero.",
            key=posting.key,
            posted=from_units(posting.xero_total_units),
            total=from_units(row.total),
        )
        return _conflict(posting, row, Reason("changed_in_xero", text))
    left = posting.amount_due_units if moving else row.amount_due
    if (row.status, left) == (posting.xero_status, posting.amount_due_units):
        return False
    known = Posting.objects.filter(
        pk=posting.pk, xero_status=posting.xero_status, amount_due_units=posting.amount_due_units
    )
    with transaction.atomic():
        if not known.update(xero_status=row.status, amount_due_units=left):
            return False
        shop_writes.statuses([posting.pk], at=row.updated_utc)
        _news(posting, row, settled=left != posting.amount_due_units)
    return True


def _news(posting: Posting, row: MirrorDocument, *, settled: bool) -> None:
    """What follows from what is known now: asked for with it, as nobody notices it twice."""
    approved = row.status in APPROVED and posting.xero_status not in APPROVED
    if settled or approved:
        # That moved the document's date, and no edit did.
        Posting.objects.filter(pk=posting.pk).update(xero_updated_at=row.updated_utc)
    if settled:
        log.info("conflicts.settled", posting_id=posting.pk)
    if approved:
        log.info("conflicts.approved", posting_id=posting.pk)
    if approved or (settled and not posting.is_summary):
        plan_again([posting])


def _conflict(posting: Posting, row: MirrorDocument, reason: Reason) -> bool:
    # As it was when it was compared: an answer of ours that came meanwhile says it better.
    compared = Posting.objects.filter(
        pk=posting.pk, state=Posting.State.POSTED, conflict=False,
        xero_updated_at=posting.xero_updated_at,
    ).at_rest()  # fmt: skip
    with transaction.atomic():
        marked = compared.update(
            conflict=True, answer="", reasons=[reason.kept()], xero_status=row.status,
            changed_at=clock.now(),
        )  # fmt: skip
        if marked:
            plan_again([posting])
    if marked:
        log.warning("conflicts.found", posting_id=posting.pk, code=reason.code)
    return bool(marked)


def accept(order_ids: Sequence[int]) -> None:
    """A person asks for these orders again, knowing what was changed in Xero: a voided
    document may be posted anew, a changed one stands as it is there. One of which the difference
    is wanted is left to `sync.orders.edited`."""
    ours = Q(order_id__in=order_ids) | Q(sources__order_id__in=order_ids)
    asked = Posting.objects.filter(ours, conflict=True)
    for posting in asked.exclude(answer=Posting.Answer.DIFFERENCE).distinct():
        row = MirrorDocument.objects.filter(
            organisation=posting.organisation_id, kind=posting.kind, xero_id=posting.xero_id
        ).first()
        changes = {"conflict": False, "reasons": [], "changed_at": clock.now()}
        if row is None or row.status in GONE:
            changes["state"] = Posting.State.VOIDED
        else:
            changes |= {
                "xero_total_units": row.total, "xero_updated_at": row.updated_utc,
                "xero_status": row.status, "amount_due_units": row.amount_due,
                "answer": Posting.Answer.KEEP,
            }  # fmt: skip
        with transaction.atomic():
            Posting.objects.filter(pk=posting.pk, conflict=True).update(**changes)
            shop_writes.statuses([posting.pk], at=row.updated_utc if row is not None else None)
            if posting.is_summary:
                plan_again([posting])  # the other orders that it stands for
