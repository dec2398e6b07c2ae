"""Count what orders show and a mapping must know, order by order, as their records change.

Each order keeps what it counts for. Where its record is a newer one, that is taken off and the new
is put on, in one transaction with the order's own row: whoever changes that row first is the only
one who counts. So the counts are exact, however often and by however many it is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db.models import F

from accounting.eligibility import of_other_part
from accounts_mapping.models import SeenFact, snapshot
from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.seen.facts import Fact, Showed, facts_of
from connector.lib.database.deadlocks import tried_twice
from connector.lib.money import round_to, to_units
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseError, Stream
from stores.models import Store
from sync.models import TrackedOrder, TrackedProduct
from sync.parsing import parse_facts, parsed, with_products

log = structlog.get_logger(__name__)
CHUNK = 200


def see(store: Store, *, limit: int = CHUNK) -> int:
    """Count up to `limit` orders of a store that were not looked at as they are now; how many."""
    unseen = TrackedOrder.objects.unseen().filter(store=store)
    rows = list(unseen.select_related("record").order_by("pk")[:limit])
    if not rows:
        return 0
    orders = _parsed(store, rows)
    rules = snapshot(store)
    shown = {row.pk: _shown(rules, orders.get(row.pk)) for row in rows}
    facts = _known(store, {fact.text: fact for some in shown.values() for fact in some})

    def count() -> None:
        changes = _Changes()
        for row in rows:
            placed_at = orders[row.pk].placed_at if row.pk in orders else None
            counted = [(facts[fact.text], _units(fact)) for fact in shown[row.pk]]
            _count(changes, row, counted, placed_at)
        changes.write()

    tried_twice(count)
    return len(rows)


def see_all(store: Store) -> None:
    """Count all that is not counted yet."""
    while see(store):
        pass


def see_again(store: Store) -> None:
    """Have all orders of the store looked at anew: which of them are read from now on is another
    question than before."""
    TrackedOrder.objects.filter(store=store).exclude(seen_record=0).update(seen_record=0)


@dataclass
class _Changes:
    """What is added to each fact: orders, money; and the latest order that shows it."""

    orders: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    units: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    samples: dict[int, tuple[datetime, str]] = field(default_factory=dict)
    left: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def write(self) -> None:
        """In the order of the rows' keys, so that two processes wait one way only."""
        for pk in sorted({*self.orders, *self.units}):
            row = SeenFact.objects.filter(pk=pk)
            row.update(orders=F("orders") + self.orders[pk], units=F("units") + self.units[pk])
            if self.left[pk]:
                row.filter(sample__in=self.left[pk]).update(sample="")
            if pk in self.samples:
                moment, number = self.samples[pk]
                row.exclude(last_at__gt=moment).update(last_at=moment, sample=number)
                row.filter(sample="").update(sample=number)


def _count(
    changes: _Changes, row: TrackedOrder, counted: Sequence[tuple[int, int]],
    placed_at: datetime | None,
) -> None:  # fmt: skip
    """Take off what the order counted for, and put on what it counts for now. Nothing, if another
    process has just done so, or its record is another one by now."""
    mine = TrackedOrder.objects.filter(
        pk=row.pk, record_id=row.record_id, seen_record=row.seen_record
    )
    if not mine.update(seen=[list(one) for one in counted], seen_record=row.record_id):
        return
    now = {pk for pk, _ in counted}
    for pk, units in row.seen:
        changes.orders[pk] -= 1
        changes.units[pk] -= units
        if pk not in now:
            changes.left[pk].add(row.number[:100])
    for pk, units in counted:
        changes.orders[pk] += 1
        changes.units[pk] += units
        if placed_at is not None:
            latest = changes.samples.get(pk)
            if latest is None or latest[0] <= placed_at:
                changes.samples[pk] = (placed_at, row.number[:100])


def _known(store: Store, wanted: dict[str, Fact]) -> dict[str, int]:
    """The rows of these facts by their text, made where they are new."""
    SeenFact.objects.bulk_create(
        [
            SeenFact(
                store=store, showed=fact.showed, text=text, key=list(fact.key), title=fact.title
            )
            for text, fact in sorted(wanted.items())
        ],
        ignore_conflicts=True,
    )
    rows = SeenFact.objects.filter(store=store, text__in=list(wanted))
    return dict(rows.values_list("text", "pk"))


def _parsed(store: Store, rows: Iterable[TrackedOrder]) -> dict[int, Order]:
    """The orders that can be read. With the tax classes of their products, as far as known: an
    order is not looked at again for a product that is read later."""
    reader, facts = registry.reader(store.platform), parse_facts(store)
    found: dict[int, Order] = {}
    rows = list(rows)
    for _ in range(2 if TrackedProduct.objects.filter(store=store).exists() else 1):
        for row in rows:
            try:
                order = parsed(reader, Stream.ORDERS, row.record, facts)
            except ParseError:
                continue  # the order itself is held, with the field
            assert isinstance(order, Order)
            found[row.pk] = order
        skus = {line.sku for order in found.values() for line in order.lines}
        facts = with_products(store, facts, skus) if not facts.products else facts
    return found


def _shown(rules: MappingSnapshot, order: Order | None) -> tuple[Fact, ...]:
    """What counts of an order; of one of a part of the shop that is not read, that part only."""
    if order is None:
        return ()
    facts = facts_of(order)
    if of_other_part(rules, order) is None:
        return facts
    return tuple(fact for fact in facts if fact.showed is Showed.STORE_VIEW)


def _units(fact: Fact) -> int:
    return to_units(round_to(fact.amount, 4))
