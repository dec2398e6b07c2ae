"""One word for an order: what its state and its documents amount to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sync.models import Posting, TrackedOrder
from sync.reasons import INFORMATIVE

_Label = TrackedOrder.Label
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


def label_of(state: str, reasons: list[dict[str, Any]], postings: Iterable[Posting]) -> str:
    """The label of an order in `state` with `reasons`, whose documents are `postings`."""
    if state in (TrackedOrder.State.SKIPPED, TrackedOrder.State.EXCLUDED):
        return _Label.SKIPPED
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
    return next((label for wanted, label in _WORST if wanted in states), _Label.WORKING)


def relabel(orders: Iterable[int | None]) -> None:
    """Bring the labels of orders up to date after their documents changed: a few statements."""
    ids = {order for order in orders if order is not None}
    rows = TrackedOrder.objects.filter(pk__in=ids).only("pk", "state", "reasons", "label")
    postings: dict[int, list[Posting]] = defaultdict(list)
    found = Posting.objects.filter(order_id__in=ids).only("order_id", "state", "differs", "parent")
    for posting in found:
        assert posting.order_id is not None
        postings[posting.order_id].append(posting)
    changed: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        label = label_of(row.state, row.reasons, postings[row.pk])
        if label != row.label:
            changed[label].append(row.pk)
    for label, pks in changed.items():
        TrackedOrder.objects.filter(pk__in=pks).update(label=label)
