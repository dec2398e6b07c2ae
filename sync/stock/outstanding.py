"""What the shops sold and Xero does not know of yet: it has left the one and not the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef

from connector.lib.money import ZERO
from stores import registry
from stores.canonical.order import LineKind, Order
from stores.canonical.records import ParseError, Stream
from stores.models import Store
from sync.items.known import Goods, load_items
from sync.models import Posting, TrackedOrder, TrackedProduct
from sync.outbox.entries import OPEN
from sync.parsing import parse_facts, parsed
from xero.documents.kinds import Kind
from xero.models import Organisation

# Orders that are not posted, and may be yet.
_MAY_COME = ("status_not_selected", "not_paid_yet")
_CLOCKS_DIFFER = timedelta(minutes=1)
_CHUNK = 500
Sold = tuple[int, Goods]  # by which store, by its key, and what


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Quantities of what was sold; `moving` is what orders sold that are being sent, or that
    changed in the shop while it was read: nobody can say where those goods are just now."""

    quantities: Mapping[Sold, Decimal]
    moving: frozenset[Sold]


@dataclass(frozen=True, slots=True)
class Leaving:
    """Quantities that are still to leave Xero, by ItemID. Of the items of `unsettled` something
    moved while both sides were read."""

    quantities: Mapping[str, Decimal]
    unsettled: frozenset[str]


def outstanding(organisation: Organisation, since: datetime) -> Outstanding:
    """Of all stores of the organisation. `since`: when the reading of stock began."""
    quantities: dict[Sold, Decimal] = defaultdict(lambda: ZERO)
    moving: set[Sold] = set()
    for store in organisation.stores.all():
        for sending, order in _orders(store):
            on_its_way = sending or order.updated_at >= since - _CLOCKS_DIFFER
            for line in order.lines:
                if line.kind is LineKind.GOODS and (line.sku or line.product_id):
                    sold = store.pk, Goods(line.sku, line.product_id)
                    quantities[sold] += line.quantity
                    moving |= {sold} if on_its_way else set()
    return Outstanding(dict(quantities), frozenset(moving))


def leaving(organisation: Organisation, before: Outstanding, after: Outstanding) -> Leaving:
    """What is still to leave each item, as `after` says, and where that is not what `before`
    said."""
    items = _items(organisation, before.quantities.keys() | after.quantities.keys())
    totals: list[dict[str, Decimal]] = []
    for seen in (before, after):
        by_item: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for sold, quantity in seen.quantities.items():
            if sold in items:
                by_item[items[sold]] += quantity
        totals.append(by_item)
    earlier, now = totals
    moving = {items[sold] for sold in before.moving | after.moving if sold in items}
    changed = {one for one in earlier.keys() | now.keys() if earlier.get(one) != now.get(one)}
    return Leaving(dict(now), frozenset(moving | changed))


def unclear_skus(store: Store, skus: Collection[str], seen: Iterable[Outstanding]) -> set[str]:
    """Which of these SKUs, each of several products, were sold without saying of which."""
    sold = {goods for one in seen for pk, goods in one.quantities if pk == store.pk}
    doubtful = [goods for goods in sold if goods.sku in skus]
    ids = {goods.product_id for goods in doubtful if goods.product_id}
    ours = TrackedProduct.objects.filter(store=store, source_id__in=ids)
    known = set(ours.values_list("source_id", flat=True))
    return {goods.sku for goods in doubtful if goods.product_id not in known}


def _items(organisation: Organisation, sold: Collection[Sold]) -> dict[Sold, str]:
    """The item that an invoice takes each of these from, by ItemID."""
    found: dict[Sold, str] = {}
    for store in organisation.stores.all():
        goods = [one for pk, one in sold if pk == store.pk]
        for start in range(0, len(goods), _CHUNK):
            items = load_items(store, goods[start : start + _CHUNK])
            found |= {(store.pk, one): item.item_id for one, item in items.items()}
    return found


def _orders(store: Store) -> list[tuple[bool, Order]]:
    """Orders that may have an invoice coming and none in Xero, as far as they can be read;
    whether it is being sent."""
    invoices = Posting.objects.filter(order=OuterRef("pk"), kind=Kind.INVOICE)
    unfinished = (Posting.State.SENDING, Posting.State.RETRY, Posting.State.UNKNOWN)
    rows = TrackedOrder.objects.filter(
        ~Exists(invoices.exclude(state__in=(*OPEN, *unfinished, Posting.State.VOIDED))),
        store=store,
    )
    on_its_way = rows.filter(Exists(invoices.filter(state__in=unfinished)))
    sending = set(on_its_way.values_list("pk", flat=True))
    reader, facts = registry.reader(store.platform), parse_facts(store)
    found: list[tuple[bool, Order]] = []
    for row in rows.select_related("record").iterator(chunk_size=500):
        if row.state == TrackedOrder.State.EXCLUDED:
            continue
        codes = {reason["code"] for reason in row.reasons}
        if row.state == TrackedOrder.State.SKIPPED and not codes.intersection(_MAY_COME):
            continue
        try:
            order = parsed(reader, Stream.ORDERS, row.record, facts)
        except ParseError:
            continue
        assert isinstance(order, Order)
        found.append((row.pk in sending, order))
    return found
