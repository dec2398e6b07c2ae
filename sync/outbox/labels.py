"""One word for an order: what its state and its documents amount to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from accounting.reason_kinds import INFORMATIVE
from connector.lib import clock
from sync.models import Posting, PostingSource, SummaryPart, TrackedOrder
from sync.outbox import sync_states
from xero.documents.kinds import SALES

_Label = TrackedOrder.Label
# What is read of a document to say what it comes to.
_DECIDING = ("state", "differs", "kind", "verb", "purpose", "xero_status", "xero_id")
# What stands for a sale first: others are for what changed since.
_FIRST = ("invoice", "receipt")
# The worst document decides, in this order.
_WORST = (
    (Posting.State.DEAD, _Label.DEAD),
    (Posting.State.HELD, _Label.HELD),
    (Posting.State.UNKNOWN, _Label.CHECKING),
    (Posting.State.PENDING, _Label.WORKING),
    (Posting.State.SENDING, _Label.WORKING),
    (Posting.State.RETRY, _Label.WORKING),
    (Posting.State.POSTED, _Label.POSTED),
)


def label_of(
    state: str, reasons: list[dict[str, Any]], postings: Iterable[Posting], *, waits: bool = False
) -> str:
    """The label of an order in `state` with `reasons`, whose documents are `postings`.

    `waits`: something of it waits for the summary of its day.
    """
    if state in (TrackedOrder.State.SKIPPED, TrackedOrder.State.EXCLUDED):
        return _undo_stuck(reasons, postings) or _Label.SKIPPED
    if state == TrackedOrder.State.NEW:
        return _Label.WORKING
    rows = list(postings)
    if any(posting.differs for posting in rows):
        return _Label.DIFFERS
    states = {posting.state for posting in rows}
    if Posting.State.DEAD in states:
        return _Label.DEAD
    if any(reason["code"] not in INFORMATIVE for reason in reasons):
        return _Label.HELD
    if waits and not states & {Posting.State.HELD, Posting.State.UNKNOWN}:
        return _Label.WORKING
    # Where all that there was has been taken back in Xero, everything is as it should be.
    ended = any(posting.ended for posting in rows)
    none = _Label.POSTED if ended else _Label.WORKING
    label = next((label for wanted, label in _WORST if wanted in states), none)
    if label == _Label.POSTED and any(posting.is_draft for posting in rows):
        return _Label.DRAFT
    return label


def _undo_stuck(reasons: list[dict[str, Any]], postings: Iterable[Posting]) -> str:
    """The label of an order that is to be undone, where Xero did not let that happen; "" if it
    did, or may yet."""
    if not any(reason["code"] == TrackedOrder.Excluded.UNDONE for reason in reasons):
        return ""
    states = {one.state for one in postings if one.purpose in ("cancel", "cancel-credit")}
    return next((label for wanted, label in _WORST[:2] if wanted in states), "")


def sale_of(documents: Iterable[Posting]) -> Posting | None:
    """The document of the sale: the latest that stands, else the latest that was taken back."""
    sales = [d for d in documents if d.kind in SALES and d.verb == "PUT"]
    sales = [d for d in sales if d.xero_id or d.state != Posting.State.VOIDED]
    sales.sort(key=lambda d: (d.state != Posting.State.VOIDED, d.purpose in _FIRST, d.pk or 0))
    return sales[-1] if sales else None


def relabel(orders: Iterable[int | None]) -> None:
    """Bring the labels of orders up to date after their documents changed: a few statements."""
    ids = {order for order in orders if order is not None}
    if not ids:
        return
    rows = TrackedOrder.objects.filter(pk__in=ids).only("pk", "state", "reasons", "label")
    postings = documents_by_order(ids)
    parts = SummaryPart.objects.waiting().filter(order_id__in=ids)
    waiting = set(parts.values_list("order_id", flat=True))
    changed: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        waits = row.pk in waiting
        label = label_of(row.state, row.reasons, postings[row.pk], waits=waits)
        if label != row.label:
            changed[label].append(row.pk)
    for label, pks in changed.items():
        TrackedOrder.objects.filter(pk__in=pks).update(label=label)
    sync_states.orders_changed(ids)


def documents_by_order(orders: Collection[int], *also: str) -> dict[int, list[Posting]]:
    """The documents of each order, its own and those that stand for several, with what a label
    goes by, and `also` these columns."""
    columns = (*_DECIDING, *also)
    postings: dict[int, list[Posting]] = defaultdict(list)
    found = Posting.objects.filter(order_id__in=orders)
    for posting in found.only(*columns, "order_id"):
        assert posting.order_id is not None
        postings[posting.order_id].append(posting)
    pairs = list(
        PostingSource.objects.filter(order_id__in=orders).values_list("order_id", "posting_id")
    )
    shared = Posting.objects.only(*columns).in_bulk({pk for _, pk in pairs})
    for order, pk in pairs:
        postings[order].append(shared[pk])
    return postings


def orders_behind(postings: Iterable[Posting]) -> set[int]:
    """The orders that documents are of: one, or all that a summary stands for."""
    rows = list(postings)
    shared = [posting.pk for posting in rows if posting.is_summary]
    orders = {posting.order_id for posting in rows if posting.order_id is not None}
    if shared:
        sources = PostingSource.objects.filter(posting_id__in=shared)
        orders |= set(sources.values_list("order_id", flat=True))
    return orders


def plan_again(postings: Iterable[Posting]) -> None:
    """Have the orders behind these documents built: what stands of them is another now. Within the
    transaction that makes it so, as nobody notices it a second time."""
    TrackedOrder.objects.filter(pk__in=orders_behind(postings)).write(build_at=clock.now())


def relabel_behind(postings: Iterable[Posting]) -> None:
    """Bring the labels of all orders behind these documents up to date, and tell of these, and of
    products behind them, where shops show it."""
    rows = list(postings)
    relabel(orders_behind(rows))
    sync_states.products_changed(sync_states.products_behind(rows))
