"""Which records of a list are worth calls of their own, where rows tell a part of each.

Those that are new, those whose row is another than when they were read, and of the rest that is
not settled a share: each has its moment in a period, by its id, and is read when that passes. So
all of them are read once in it, however often the shop is asked and whenever that begins, and
nothing has to be written down for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from stores.abilities import TellsByRows
from stores.adapter import StoreAdapter
from stores.canonical.records import ParseError, Stream
from stores.models import SourceRecord, Store
from stores.profile import Coverage
from sync.models import TrackedOrder

Records = Sequence[dict[str, Any]]


def worth_reading(
    store: Store,
    adapter: StoreAdapter,
    stream: Stream,
    coverage: Coverage,
    last: datetime,
    now: datetime,
    rows: Records,
) -> Records:
    """The rows whose records are to be read, of those that a list gave. `last` is when it was
    looked through before."""
    if not isinstance(adapter, TellsByRows) or not rows:
        return rows
    ids = [_id(adapter, stream, row) for row in rows]
    known = _stored(store, stream, filter(None, ids))
    return [
        row
        for one, row in zip(ids, rows, strict=True)
        if one not in known
        or adapter.told(stream, known[one]) != adapter.told(stream, row)
        or (not adapter.settled(stream, row) and _is_due(store, one, coverage.in_turn, last, now))
    ]


def _id(adapter: StoreAdapter, stream: Stream, row: dict[str, Any]) -> str:
    """ "" for a row without an id."""
    try:
        return adapter.identify(stream, row).id
    except ParseError:
        return ""


def _stored(store: Store, stream: Stream, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By id, the record that holds; of what is not tracked, the one that was stored last."""
    wanted = set(ids)
    if stream is Stream.ORDERS:
        tracked = TrackedOrder.objects.filter(store=store, source_id__in=wanted)
        rows = [order.record for order in tracked.select_related("record")]
    else:
        of_stream = SourceRecord.objects.filter(store=store, stream=stream, source_id__in=wanted)
        rows = list(of_stream.order_by("pk"))
    return {row.source_id: row.record for row in rows}


def _is_due(store: Store, one: str, period: timedelta, last: datetime, now: datetime) -> bool:
    """Whether the moment of a record lies between two looks."""
    if not period:
        return False
    seconds = period.total_seconds()
    digest = hashlib.sha256(f"{store.pk}:{one}".encode()).digest()
    phase = int.from_bytes(digest[:4]) / 2**32 * seconds
    before, after = ((at.timestamp() - phase) // seconds for at in (last, now))
    return after > before
