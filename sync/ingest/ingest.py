"""Keep what a shop said, whichever way it came in: a page of a stream, or what a call names.

delivery = complete(store, adapter, stream, records)    # may ask the shop
with transaction.atomic():
    changed = keep(store, adapter, delivery)            # asks nobody
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from accounts_mapping.models import snapshot
from connector.lib.database.deadlocks import tried_twice
from connector.lib.errors import ConnectorError
from connector.lib.schema import seconds
from stores import registry
from stores.adapter import StoreAdapter, completed
from stores.canonical.records import RecordRef, Stream
from stores.models import Store
from stores.records import Ingested, ingest, ingest_name
from sync.ingest import customers
from sync.ingest.orders import track
from sync.ingest.products import track_products
from sync.ingest.refunds import orders_behind
from sync.models import Backfill
from xero.models import Lane

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Records of a stream; `beside` are those of others that go with them: the orders behind
    refunds that no order's record knows, and what a page names without its record."""

    stream: Stream
    records: Sequence[dict[str, Any]]
    beside: Sequence[tuple[Stream, Sequence[dict[str, Any]]]] = ()


def ready(store: Store, stream: Stream) -> None:
    """What must be known before records of a stream are kept. Raises the gateway's errors."""
    if stream is Stream.CUSTOMERS:
        customers.ready(store)


def complete(
    store: Store,
    adapter: StoreAdapter,
    stream: Stream,
    records: Iterable[dict[str, Any]],
    *,
    refs: Iterable[RecordRef] = (),
    alive: Callable[[], None] = lambda: None,
) -> Delivery:
    """Records with what else must be read of the shop for them. Raises the shop's errors.

    `refs` are what a page names; those of streams that the platform lacks are left out. `alive`
    is called in between where that takes many calls.
    """
    whole = completed(adapter, stream, records, alive)
    orders = orders_behind(store, adapter, whole) if stream is Stream.REFUNDS else []
    named: dict[Stream, dict[str, None]] = {}
    for ref in refs:
        if ref.stream in adapter.profile.streams:
            named.setdefault(ref.stream, {})[ref.id] = None
    beside = [(Stream.ORDERS, completed(adapter, Stream.ORDERS, orders, alive))]
    for one, ids in named.items():
        alive()
        found = adapter.fetch_many(one, list(ids))
        beside.append((one, completed(adapter, one, found, alive)))
    return Delivery(stream, whole, beside)


def keep(
    store: Store,
    adapter: StoreAdapter,
    delivery: Delivery,
    *,
    lane: Lane | None = None,
    export: bool = False,
    backfill: Backfill | None = None,
) -> int:
    """Store the records and have what is new or changed built; how many that is.

    Within a transaction of the caller's. `lane` None: many new orders at once are a backfill.
    `export`: customers who have not bought get a contact as well. `backfill`: the one that
    read these orders.

    A record that cannot be kept costs itself only: each of the others is, and of this one its
    name, so that it is held by it.
    """
    follow = partial(_follow, store, lane=lane, export=export, backfill=backfill)
    parts = ((delivery.stream, delivery.records), *delivery.beside)
    return sum(_keep(store, adapter, stream, records, follow) for stream, records in parts)


_Follow = Callable[[Stream, Sequence[Ingested]], int]
# What is wrong with the database, the shop or Xero is wrong with no record of theirs.
_OF_NO_RECORD = (ConnectorError, OperationalError, InterfaceError)


def _keep(
    store: Store,
    adapter: StoreAdapter,
    stream: Stream,
    records: Sequence[dict[str, Any]],
    follow: _Follow,
) -> int:
    """All at once, and one by one where that fails."""

    def take(some: Sequence[dict[str, Any]]) -> int:
        return follow(stream, ingest(store, adapter, stream, some))

    def name(record: dict[str, Any], error: Exception) -> int:
        return follow(stream, ingest_name(store, adapter, stream, record, error))

    if not records:
        return 0
    try:
        return tried_twice(partial(take, records))
    except _OF_NO_RECORD:
        raise
    except Exception:
        log.exception("keep.one_by_one", store_id=store.pk, stream=stream)
    changed = 0
    for record in records:
        try:
            changed += tried_twice(partial(take, [record]))
        except _OF_NO_RECORD:
            raise
        except Exception as error:
            log.exception("keep.name_only", store_id=store.pk, stream=stream)
            changed += tried_twice(partial(name, record, error))
    return changed


def _follow(
    store: Store,
    stream: Stream,
    rows: Sequence[Ingested],
    *,
    lane: Lane | None,
    export: bool,
    backfill: Backfill | None,
) -> int:
    """Have what is new or changed built; how many that is."""
    if stream is Stream.CUSTOMERS:
        return customers.take_over(store, rows, export=export)
    blind = bool(registry.profile(store.platform).covers(stream).blind_to)
    if stream is Stream.PRODUCTS:
        return track_products(store, rows, blind=blind)
    if stream is Stream.REFUNDS:
        return 0  # the orders behind them follow
    settle = seconds(snapshot(store).rules.posting.settle_delay)
    return track(store, rows, lane=lane, settle=settle, backfill=backfill, blind=blind)
