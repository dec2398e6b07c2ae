"""Gather postings into a request: at most 50 of one kind and verb, or 3 MB, frozen and keyed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Case, IntegerField, Value, When

from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.database.bulk import update_each
from connector.lib.texts.said import said
from stores.models import Cursor
from sync.dispatch import doubt
from sync.models import Backfill, Dispatch, Posting, TrackedOrder
from sync.outbox.labels import relabel_behind
from xero.api import budget
from xero.api.gateway import render
from xero.documents.kinds import SPECS, Kind
from xero.documents.payloads import loaded
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
BATCH = 50
BATCH_BYTES = 3_000_000
# How long a backfill's documents may gather for a full request while more are being built.
GATHER = timedelta(minutes=30)
# What a document may refer to: its invoice's contact is the furthest.
_ABOVE = ("parent__parent__parent", "target")
LANE_ORDER = Case(
    *(When(lane=lane, then=Value(place)) for place, lane in enumerate(Lane.values)),
    output_field=IntegerField(),
)


def gather(organisation: Organisation) -> Dispatch | None:
    """The next request to send, formed and stored; None if nothing is worth one now.

    Live orders and clicks go before a backfill, contacts before invoices, invoices before
    payments. A kind that fills a request goes first, whatever its place: it holds up nobody.
    """
    pending = Posting.objects.filter(organisation=organisation, state=Posting.State.PENDING)
    waiting = pending.order_by().values_list("kind", "lane").distinct()
    lanes = {kind: {lane for other, lane in waiting if other == kind} for kind, _ in waiting}
    urgent = {kind: found for kind, found in lanes.items() if found != {Lane.BACKFILL}}
    if urgent and (formed := _gather(organisation, urgent, urgent=True)):
        return formed
    return _gather(organisation, lanes, urgent=False)


def _gather(
    organisation: Organisation, lanes: Mapping[str, Set[str]], *, urgent: bool
) -> Dispatch | None:
    """Of the kinds in `lanes`. `urgent`: only requests that a live order or a person waits
    for; a backfill fills them."""
    now = clock.now()
    partial: list[Posting] | None = None
    for kind in (kind for kind in Kind if kind in lanes):
        rows = _candidates(organisation, kind, lanes[kind], now)
        if not rows or (urgent and rows[0].lane == Lane.BACKFILL):
            continue
        if len(rows) == BATCH or rows[0].look_up:
            return _freeze(organisation, kind, rows)
        if partial is None and _may_go(organisation, rows, now):
            partial = rows
    return _freeze(organisation, Kind(partial[0].kind), partial) if partial else None


def gathering(organisation: Organisation) -> bool:
    """Whether documents are ready to go and wait only to fill a request."""
    return Posting.objects.sendable(organisation, clock.now()).exists()


def _candidates(
    organisation: Organisation, kind: Kind, lanes: Set[str], now: datetime
) -> list[Posting]:
    """Up to a request's worth that go together: one verb, all to look up or none.

    What was refused with a whole request before goes alone, so that it harms no other.
    """
    rows: list[Posting] = []
    sendable = Posting.objects.sendable(organisation, now, kind)
    for lane in (lane for lane in Lane.values if lane in lanes):
        # Lane by lane in the order of the index: to sort them all, a long backlog would be
        # read through for every request.
        if len(rows) < BATCH:
            found = sendable.filter(lane=lane).select_related(*_ABOVE).order_by("pk")
            rows += found[: BATCH - len(rows)]
    if not rows:
        return []
    first = rows[0]
    if first.attempts and not first.look_up:
        return rows[:1]
    together = [
        row
        for row in rows
        if (row.verb, row.look_up, bool(row.attempts)) == (first.verb, first.look_up, False)
        and (not SPECS[first.kind].address or row.parent_id == first.parent_id)
    ]
    return together or rows[:1]


def _may_go(organisation: Organisation, rows: Sequence[Posting], now: datetime) -> bool:
    """Live documents go at once, unless the day's calls run short; a backfill's wait for
    company while more is on its way."""
    oldest = min(row.created_at for row in rows)
    if any(row.lane == Lane.CLICK or row.attempts for row in rows):
        return True
    if any(row.lane == Lane.LIVE for row in rows):
        return oldest <= now - budget.pace(organisation)
    if oldest < now - GATHER:
        return True
    stores = organisation.stores.filter(enabled=True)
    reading = Cursor.objects.claimed(now).filter(store__in=stores).exists()
    reading = reading or Backfill.objects.claimed(now).filter(store__in=stores).exists()
    orders = TrackedOrder.objects.let_go()
    building = orders.filter(store__in=stores, build_at__lte=now).exists()
    return not (reading or building)


def element(posting: Posting) -> dict[str, Any]:
    """The payload as Xero takes it, with ids in place of the references to other documents."""
    body = loaded(posting.payload, lambda ref: _xero_id(posting, ref))
    if in_address := SPECS[posting.kind].address:
        del body[in_address]
    return body


def _xero_id(posting: Posting, ref: str) -> str:
    """The id behind a reference: of the nearest document above the posting of that kind."""
    kind = ref.partition(":")[0]
    target = posting.target
    named = target is not None and target.kind == kind == Kind.INVOICE
    above = target if named else posting.parent
    while above is not None and above.kind != kind:
        above = above.parent
    if above is None or not above.xero_id:
        raise ValueError(f"{posting} refers to {ref}, which is not in Xero")
    return above.xero_id


_SAID = ("payload", "verb", "parent_id", "target_id")
_CLAIMED = ["state", "changed_at", "dispatch", "position", "look_up"]


def _freeze(organisation: Organisation, kind: Kind, rows: Sequence[Posting]) -> Dispatch | None:
    """Store the request and claim its postings in one transaction; None if one was taken, or
    planned anew since it was read.

    Postings to look up become a request that is looked up before anything of it is sent, and
    so do those that may be in Xero without being known here: without the others.
    """
    pairs = _fitting(rows)
    if unsure := doubt.in_doubt(organisation, kind, pairs):
        pairs = [(row, one) for row, one in pairs if row.pk in unsure]
    if not pairs:
        return None
    envelope = SPECS[kind].resource.envelope
    chosen, body = [row for row, _ in pairs], render({envelope: [one for _, one in pairs]})
    for row in chosen:
        row.look_up = row.look_up or row.pk in unsure
    now = clock.now()
    state = Dispatch.State.UNKNOWN if chosen[0].look_up else Dispatch.State.OPEN
    with transaction.atomic():
        dispatch = Dispatch.objects.create(
            organisation=organisation, kind=kind, verb=chosen[0].verb, body=body,
            parent_id=_address(chosen[0]),
            idempotency_key=uuid.uuid4().hex, state=state, lane=chosen[0].lane, not_before=now,
        )  # fmt: skip
        for place, row in enumerate(chosen):
            row.state, row.changed_at = Posting.State.SENDING, now
            row.dispatch, row.position = dispatch, place
        claimed = update_each(chosen, _CLAIMED, states=(Posting.State.PENDING,))
        if claimed != len(chosen) or not _as_read(chosen):
            transaction.set_rollback(True)
            return None
    return dispatch


def _as_read(claimed: Sequence[Posting]) -> bool:
    """Whether these, which nobody else changes any more, still say what the request says."""
    rows = Posting.objects.filter(pk__in=[row.pk for row in claimed])
    there = {pk: said for pk, *said in rows.values_list("pk", *_SAID)}
    return all(there[row.pk] == [getattr(row, name) for name in _SAID] for row in claimed)


def _address(row: Posting) -> str:
    """The document that the address of the request names: an allocation's credit note."""
    if not SPECS[row.kind].address or row.parent is None:
        return ""
    return row.parent.xero_id


def _unwritable(row: Posting, error: ValueError) -> None:
    """A document that no request can hold, such as one over 10^10: it blocks no others."""
    log.error("outbox.unwritable", posting_id=row.pk, error=str(error))
    reason = Reason(
        "unforeseen", said("It cannot be sent to Xero: %(error)s", error=str(error)[:450])
    )
    Posting.objects.filter(pk=row.pk).move(
        to=Posting.State.DEAD, frm=(Posting.State.PENDING,), reasons=[reason.kept()]
    )
    relabel_behind([row])


def _fitting(rows: Sequence[Posting]) -> list[tuple[Posting, dict[str, Any]]]:
    """As many as fit into a request, each with its element as it goes over the wire."""
    chosen: list[tuple[Posting, dict[str, Any]]] = []
    size = 0
    for row in rows:
        try:
            one = element(row)
            size += len(render(one)) + 2
        except ValueError as error:
            _unwritable(row, error)
            continue
        if chosen and size > BATCH_BYTES:
            break
        chosen.append((row, one))
    return chosen
