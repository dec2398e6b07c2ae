"""Gift cards over many orders: what is known of them when a chunk is built, and what it did.

Entries are written in the transaction that writes the orders' documents, under their claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from accounting.gift_cards import CardBook, CardMove, CardUse
from accounting.sale.built import Built
from connector.lib import clock
from connector.lib.money import ZERO, from_units, round_to, to_units
from stores.canonical.order import Order
from stores.models import Store
from sync.models import GiftCardEntry, TrackedOrder

_CODE_LIMIT = 255
_Entry = tuple[int, str, str]


def load_cards(store: Store, orders: Iterable[Order]) -> CardBook:
    """What is known of these orders' cards, and of the opening balance: one query."""
    wanted = list(orders)
    codes = {card.code[:_CODE_LIMIT] for order in wanted for card in order.cards_redeemed}
    entries = GiftCardEntry.objects.filter(
        Q(code__in=codes - {""})
        | Q(order__source_id__in=[order.id for order in wanted])
        | Q(use__in=(CardUse.OPENING, CardUse.RESTORED)),
        store=store,
    )
    book = CardBook()
    for source, code, use, units in entries.values_list("order__source_id", "code", "use", "units"):
        book.add(source, CardMove(code, CardUse(use), from_units(units)))
    return book


def over_opening(
    store: Store, built: Sequence[tuple[TrackedOrder, Built]], opening: Decimal
) -> set[int]:
    """Orders that another process left too little of the opening balance for, to be built again.

    Locks the store's row where the balance is used, so that of two transactions the later one
    sees what the earlier one used.
    """
    uses = [(row.pk, _opening(one)) for row, one in built if _opening(one)]
    if not uses:
        return set()
    Store.objects.select_for_update().get(pk=store.pk)
    entries = GiftCardEntry.objects.filter(store=store)
    others = entries.filter(use=CardUse.OPENING).exclude(order_id__in=[order for order, _ in uses])
    left = opening - _sum_of(others) + _sum_of(entries.filter(use=CardUse.RESTORED))
    over = set()
    for order, amount in uses:
        if amount > left:
            over.add(order)
        else:
            left -= amount
    return over


def _sum_of(entries: QuerySet[GiftCardEntry]) -> Decimal:
    return from_units(entries.aggregate(units=Sum("units"))["units"] or 0)


def _opening(built: Built) -> Decimal:
    return sum((move.amount for move in built.cards if move.use is CardUse.OPENING), ZERO)


def write_cards(store: Store, built: Sequence[tuple[TrackedOrder, Built]]) -> None:
    """Bring the entries of these orders in line with their builds: a fixed number of statements.

    An order that is not posted keeps what it did before. Orders that wait for a card whose sale
    is known now, or that was filled again, are built again.
    """
    told = [(row, one) for row, one in built if one.status == "ready" or one.cards]
    have = {
        (entry.order_id, entry.code, entry.use): entry
        for entry in GiftCardEntry.objects.filter(order__in=[row.pk for row, _ in told])
    }
    wanted: dict[_Entry, int] = {
        (row.pk, move.code[:_CODE_LIMIT], move.use.value): to_units(round_to(move.amount, 4))
        for row, one in told
        for move in one.cards
    }
    stale = [e.pk for key, e in have.items() if wanted.get(key) != e.units]
    if stale:
        GiftCardEntry.objects.filter(pk__in=stale).delete()
    new = [
        GiftCardEntry(store=store, order_id=order, code=code, use=use, units=units)
        for (order, code, use), units in wanted.items()
        if (order, code, use) not in have or have[order, code, use].units != units
    ]
    if not new:
        return
    GiftCardEntry.objects.bulk_create(new)
    filled = (CardUse.SOLD, CardUse.RETURNED)
    sold = {entry.code for entry in new if entry.use in filled}
    waiting = GiftCardEntry.objects.filter(store=store, use=CardUse.WAITING, code__in=sold)
    TrackedOrder.objects.filter(pk__in=waiting.values("order")).write(build_at=clock.now())
