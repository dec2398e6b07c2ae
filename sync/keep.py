"""Keep what a shop said, whichever way it came in: a page of a stream, or what a call names.

delivery = complete(store, adapter, stream, records)    # may ask the shop
with transaction.atomic():
    changed = keep(store, adapter, delivery)            # asks nobody
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts_mapping.models import snapshot
from connector.lib.schema import seconds
from stores.adapters.base import StoreAdapter
from stores.canonical import Stream
from stores.ingest import ingest
from stores.models import Store
from sync import customers
from sync.models import Backfill
from sync.refund_records import orders_behind
from sync.track import track
from sync.track_products import track_products
from xero.models import Lane


@dataclass(frozen=True, slots=True)
class Delivery:
    """Records of a stream; `orders` are those behind refunds that no order's record knows."""

    stream: Stream
    records: Sequence[dict[str, Any]]
    orders: Sequence[dict[str, Any]] = ()


def ready(store: Store, stream: Stream) -> None:
    """What must be known before records of a stream are kept. Raises the gateway's errors."""
    if stream is Stream.CUSTOMERS:
        customers.ready(store)


def complete(
    store: Store, adapter: StoreAdapter, stream: Stream, records: Sequence[dict[str, Any]]
) -> Delivery:
    """Records with what else must be read of the shop for them. Raises the shop's errors."""
    orders = orders_behind(store, adapter, records) if stream is Stream.REFUNDS else []
    return Delivery(stream, records, orders)


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
    """
    rows = ingest(store, adapter, delivery.stream, delivery.records)
    if delivery.stream is Stream.CUSTOMERS:
        return customers.take_over(store, rows, export=export)
    if delivery.stream is Stream.PRODUCTS:
        return track_products(store, rows)
    if delivery.stream is Stream.REFUNDS:
        rows = ingest(store, adapter, Stream.ORDERS, delivery.orders)
    settle = seconds(snapshot(store).rules.posting.settle_delay)
    return track(store, rows, lane=lane, settle=settle, backfill=backfill)
