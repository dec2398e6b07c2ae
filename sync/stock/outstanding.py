"""What the shops sold and Xero does not know of yet: it has left the one and not the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef

from connector.lib.money import ZERO
from stores import registry
from stores.canonical.order import LineKind, Order
from stores.canonical.records import ParseError, Stream
from stores.models import Store
from sync.models import Posting, TrackedOrder
from sync.outbox.entries import OPEN
from sync.parsing import parse_facts, parsed
from xero.documents.kinds import Kind
from xero.models import Organisation

# Orders that are not posted, and may be yet.
_MAY_COME = ("status_not_selected", "not_paid_yet")
_CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Quantities by SKU; `moving` are SKUs of orders that are being sent, or that changed in
    the shop while it was read: nobody can say where those goods are just now."""

    quantities: Mapping[str, Decimal]
    moving: frozenset[str]

    def settled(self, later: Outstanding, sku: str) -> bool:
        """Whether nothing of a SKU moved from here to `later`."""
        still = self.quantities.get(sku, ZERO) == later.quantities.get(sku, ZERO)
        return still and sku not in self.moving | later.moving


def outstanding(organisation: Organisation, since: datetime) -> Outstanding:
    """Of all stores of the organisation. `since`: when the reading of stock began."""
    quantities: dict[str, Decimal] = defaultdict(lambda: ZERO)
    moving: set[str] = set()
    for store in organisation.stores.all():
        for sending, order in _orders(store):
            on_its_way = sending or order.updated_at >= since - _CLOCKS_DIFFER
            for line in order.lines:
                if line.kind is LineKind.GOODS and line.sku:
                    quantities[line.sku] += line.quantity
                    moving |= {line.sku} if on_its_way else set()
    return Outstanding(dict(quantities), frozenset(moving))


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
