"""The last few orders of a shop, read for a look before its store is switched on.

They are kept as every order is, so that what they show is known to the mapping, and nothing of
them is sent while the store is off. The cursor of the stream is left alone.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from connector.lib import clock
from stores import adapter as base
from stores.adapter import StoreAdapter
from stores.canonical.records import By, Stream
from stores.connect import connect
from stores.models import Store
from sync import seen
from sync.ingest.facts import learn_facts
from sync.ingest.ingest import complete, keep
from xero.models import Lane

MOST: Final = 20
# How far back is looked, until there are enough.
_SPANS: Final = (
    timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=4),
    timedelta(days=14), timedelta(days=60), timedelta(days=365), None,
)  # fmt: skip
# A person waits for the answer: a call that takes longer than this is one.
_READ_SECONDS, _CALL_SECONDS = 10, 15


def read_latest(store: Store, most: int = MOST) -> int:
    """Read and keep the orders that were placed last; how many. Raises the shop's errors."""
    adapter = connect(store, read_timeout=_READ_SECONDS, total_timeout=_CALL_SECONDS)
    learn_facts(store, adapter)
    rows = _latest(adapter, most, clock.now())
    delivery = complete(store, adapter, Stream.ORDERS, rows)
    with transaction.atomic():
        keep(store, adapter, delivery, lane=Lane.LIVE)
    seen.see_all(store)
    return len(delivery.records)


def _latest(adapter: StoreAdapter, most: int, now: datetime) -> list[dict[str, Any]]:
    """The end of the list, of the shortest of the spans that holds enough."""
    found: deque[dict[str, Any]] = deque(maxlen=most)
    for span in _SPANS:
        since = base.Interval(None if span is None else now - span, timedelta(0), by=By.PLACED)
        count = adapter.count(Stream.ORDERS, since)
        if count is not None and count < most and span is not None:
            continue
        found.clear()
        for page in adapter.pages(Stream.ORDERS, since):
            found.extend(page.records)
        if len(found) == most:
            break
    return list(found)
