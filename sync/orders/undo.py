"""Choose orders to undo, plan it from what is known of Xero now, and mark them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from accounting.undo import OrderDocuments, PostedDocument, UndoPlan, plan_undo
from connector.lib import clock
from connector.lib.money import ZERO, from_units
from stores.models import Store
from sync.models import Posting, SummaryPart, SyncRun, TrackedOrder
from sync.orders import actions
from sync.summaries.contents import can_be_taken_apart, part_of
from xero.documents.kinds import MASTER_DATA, SALES, Kind
from xero.mirror import known as mirror_known
from xero.mirror import refresh as mirror
from xero.models import MirrorDocument

MOST = 500
Orders = QuerySet[TrackedOrder]


def of_day(store: Store, day: date) -> Orders:
    """The orders whose invoice bears this date, or that are in the summary of this day."""
    dated = Posting.objects.filter(
        store=store, document_date=day, kind__in=SALES, order__isnull=False
    )
    parts = SummaryPart.objects.filter(store=store, day=day, kind=Kind.INVOICE)
    mine = Q(pk__in=dated.values("order_id")) | Q(pk__in=parts.values("order_id"))
    return _posted(store).filter(mine)


def of_run(run: SyncRun) -> Orders:
    """The orders that a run read from the shop, or read anew, and of which something is posted."""
    until = run.ended_at or clock.now()
    return _posted(run.store).filter(record__received_at__range=(run.started_at, until))


def of_numbers(store: Store, numbers: Sequence[str]) -> Orders:
    return TrackedOrder.objects.filter(store=store, number__in=numbers)


def _posted(store: Store) -> Orders:
    posted = Posting.objects.filter(store=store, order__isnull=False).exclude(
        state=Posting.State.VOIDED
    )
    parts = SummaryPart.objects.filter(store=store)
    mine = Q(pk__in=posted.values("order_id")) | Q(pk__in=parts.values("order_id"))
    return TrackedOrder.objects.filter(mine, store=store)


def plan(orders: Orders) -> UndoPlan:
    """What undoing these orders would do, store by store; nothing is changed."""
    plans = [_plan(store, orders.filter(store=store)) for store in _stores(orders)]
    return UndoPlan(
        tuple(step for one in plans for step in one.steps),
        tuple(reason for one in plans for reason in one.cannot),
        tuple(note for one in plans for note in one.notes),
    )


def undo(orders: Orders, user: Any, why: str) -> int:
    """Mark those of which something can be taken back; how many."""
    return actions.undo(TrackedOrder.objects.filter(pk__in=plan(orders).orders), user, why)


def _stores(orders: Orders) -> list[Store]:
    ids = orders.order_by().values("store")
    return list(Store.objects.select_related("organisation").filter(pk__in=ids))


def _plan(store: Store, orders: Orders) -> UndoPlan:
    organisation = store.organisation
    zone = ZoneInfo(str(store.settings.get("timezone") or "UTC"))
    rows = list(orders.order_by("pk").values_list("pk", "number", "currency", "books_currency"))
    documents = _documents(store, [row[0] for row in rows])
    return plan_undo(
        (
            OrderDocuments(pk, number, converted or currency, documents[pk])
            for pk, number, currency, converted in rows
        ),
        today=clock.now().astimezone(zone).date(),
        lock_date=organisation.facts().lock_date if organisation else None,
    )


def _documents(store: Store, orders: Sequence[int]) -> dict[int, list[PostedDocument]]:
    """The postings of orders and their parts of summaries, with what the mirror knows of them."""
    postings = Posting.objects.filter(order_id__in=orders).exclude(
        Q(kind__in=MASTER_DATA) | Q(state=Posting.State.VOIDED)
    )
    rows = list(postings.order_by("pk").defer("payload"))
    parts = SummaryPart.objects.filter(order_id__in=orders).select_related("order", "posting")
    shares = list(parts.order_by("pk"))
    known = _mirrored(store, [*rows, *(one.posting for one in shares if one.posting is not None)])
    found: dict[int, list[PostedDocument]] = defaultdict(list)
    for row in rows:
        assert row.order_id is not None
        found[row.order_id].append(_document(row, known.get(row.xero_id)))
    for share in shares:
        found[share.order_id].append(_share(share, known))
    return found


def _share(row: SummaryPart, known: dict[str, MirrorDocument]) -> PostedDocument:
    """An order's part of a summary, as far as that is made."""
    part, posting = part_of(row), row.posting
    if posting is None or can_be_taken_apart(posting):
        return PostedDocument(row.kind, part.key, Posting.State.PENDING)
    made = _document(posting, known.get(posting.xero_id))
    # One that is not in Xero yet cannot be kept from it by one of its orders.
    state = made.state if made.state != Posting.State.PENDING else Posting.State.SENDING
    money = sum((one.amount for one in part.money), ZERO)
    return replace(
        made, key=part.key, state=state, part_of=posting.key, share=row.total,
        due=row.total - money,
    )  # fmt: skip


def _mirrored(store: Store, rows: Sequence[Posting]) -> dict[str, MirrorDocument]:
    """What Xero listed of these documents, where the list was read after the last of them."""
    organisation = store.organisation
    if organisation is None:
        return {}
    read_at = mirror_known.read_at(organisation, mirror.Kind.INVOICES)
    posted = [row.posted_at for row in rows if row.posted_at is not None]
    if read_at is None or (posted and read_at <= max(posted)):
        return {}
    ids = {row.xero_id for row in rows} - {""}
    listed = MirrorDocument.objects.filter(organisation=organisation, xero_id__in=ids)
    return {row.xero_id: row for row in listed}


def _document(row: Posting, known: MirrorDocument | None) -> PostedDocument:
    posted = from_units(row.xero_total_units or 0)
    total, due, status = posted, from_units(row.amount_due_units or 0), row.xero_status
    if known is not None:
        total, due, status = from_units(known.total), from_units(known.amount_due), known.status
    return PostedDocument(
        row.kind, row.key, row.state, row.xero_id, status, total, posted, due,
        known.date if known is not None and known.date else row.document_date,
    )  # fmt: skip
