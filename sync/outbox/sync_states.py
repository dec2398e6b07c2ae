"""How orders and products stand in Xero, owed to shops that show it: one row for each of them, and
for each customer whom somebody there left out or took in again.

What may have changed how one stands marks its row, in the transaction that changes it. What there
is to say is looked up when it is said, so that of all that happened since only the last counts, and
nothing is sent that the shop was told already. Nothing is owed to shops that cannot show it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from connector.lib import clock, doorbell
from stores import registry
from stores.canonical.records import Stream
from stores.models import Store
from stores.profile import Written
from sync.models import Posting, ShopWrite, TrackedOrder, TrackedProduct

# What becomes of an order within so long is told once.
GATHER = timedelta(seconds=5)
# The shop's own id, and of an order our key.
_Object = tuple[str, int | None]


def orders_changed(orders: Iterable[int | None]) -> None:
    """Owe it of these orders. Nothing is asked where no platform shows it."""
    ids = {pk for pk in orders if pk is not None}
    if ids and (showing := registry.writers(Written.SYNC_STATES)):
        rows = TrackedOrder.objects.filter(pk__in=ids, store__platform__in=showing)
        found: dict[int, list[_Object]] = defaultdict(list)
        for pk, store, source_id in rows.values_list("pk", "store_id", "source_id"):
            found[store].append((source_id, pk))
        _owe(Stream.ORDERS, found)


def products_changed(products: Iterable[tuple[int, str]]) -> None:
    """Likewise of products, each by its store and the shop's own id; of those alone that the
    store exports."""
    by_store: dict[int, set[str]] = defaultdict(set)
    for store, source_id in products:
        by_store[store].add(source_id)
    if by_store and (showing := registry.writers(Written.SYNC_STATES)):
        which = Q()
        for store, ids in by_store.items():
            which |= Q(store=store, source_id__in=ids)
        rows = TrackedProduct.objects.wanted().filter(which, store__platform__in=showing)
        found: dict[int, list[_Object]] = defaultdict(list)
        for store, source_id in rows.values_list("store_id", "source_id"):
            found[store].append((source_id, None))
        _owe(Stream.PRODUCTS, found)


def customers_changed(store: Store, ids: Iterable[str]) -> None:
    """Likewise of customers of whom somebody in the shop said whether they are left out."""
    if store.platform in registry.writers(Written.SYNC_STATES):
        _owe(Stream.CUSTOMERS, {store.pk: [(one, None) for one in dict.fromkeys(ids)]})


def products_behind(postings: Iterable[Posting]) -> set[tuple[int, str]]:
    """The products whose items these are, by store and the shop's own id."""
    return {(one.store_id, one.source_id) for one in postings if one.source_kind == "product"}


def forget(store: Store, stream: Stream, ids: Collection[str]) -> None:
    """Owe it of these, also where the shop was told: somebody there sees something else."""
    rows = ShopWrite.objects.filter(
        store=store, what=ShopWrite.What.SYNC_STATE, key=stream, target__in=ids
    )
    if store.platform in registry.writers(Written.SYNC_STATES):
        _owe(stream, {store.pk: list(rows.values_list("target", "order_id"))})
        rows.update(payload={})


def _owe(stream: Stream, found: dict[int, list[_Object]]) -> None:
    """Mark the rows of these objects. One that is being written stays its writer's, and is due
    again after that; one that waits keeps its time.

    Until the transaction ends nobody takes them: whoever does sees what it changed.
    """
    soon = clock.now() + GATHER
    for store, objects in sorted(found.items()):
        with transaction.atomic():
            _mark(store, stream, objects, soon)
        doorbell.ring("sync.write_back", store, countdown=GATHER.total_seconds())


def _mark(store: int, stream: Stream, objects: list[_Object], soon: datetime) -> None:
    new = (
        ShopWrite(
            store_id=store, order_id=order, what=ShopWrite.What.SYNC_STATE, key=stream,
            target=source_id, not_before=soon,
        )
        for source_id, order in sorted(objects)
    )  # fmt: skip
    ShopWrite.objects.bulk_create(new, ignore_conflicts=True, batch_size=1000)
    rows = ShopWrite.objects.filter(
        store=store, what=ShopWrite.What.SYNC_STATE, key=stream,
        target__in=[source_id for source_id, _ in objects],
    )  # fmt: skip
    # In the order of their keys, as writers change them.
    locked = list(rows.order_by("pk").select_for_update().values_list("pk", "state"))
    told = [pk for pk, state in locked if state not in ShopWrite.WAITING]
    ShopWrite.objects.filter(pk__in=told).update(
        state=ShopWrite.State.PENDING, not_before=soon, attempts=0, reasons=[]
    )
