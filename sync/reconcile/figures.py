"""Work out what the shop says of orders that were built before these columns existed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from accounting.books import Books
from accounting.reconcile.expected import figures_of
from accounts_mapping.models import snapshot
from connector.lib.database.bulk import update_each
from connector.lib.errors import ConnectorError
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseError, Stream
from stores.models import Store
from sync.models import TrackedOrder
from sync.orders.gift_cards import load_cards
from sync.orders.postings import OrderPostings
from sync.orders.saving import FIGURES, put_figures
from sync.parsing import parse_facts, parsed
from xero.documents.facts import NOT_CONNECTED

log = structlog.get_logger(__name__)
_CHUNK = 200


def work_out_figures(store: Store, progress: Callable[[], None]) -> int:
    """Fill the columns of orders that lack them, each once; how many. What cannot be read keeps
    the totals that it has. `progress` is called after every few hundred."""
    lacking = TrackedOrder.objects.filter(store=store, invoiced_units=None)
    lacking = lacking.exclude(state=TrackedOrder.State.NEW)
    last = filled = 0
    while rows := list(
        lacking.filter(pk__gt=last).select_related("record").order_by("pk")[:_CHUNK]
    ):
        last = rows[-1].pk
        filled += _fill(store, rows)
        progress()
    return filled


def _fill(store: Store, rows: list[TrackedOrder]) -> int:
    organisation = store.organisation
    books = Books(snapshot(store), organisation.facts() if organisation else NOT_CONNECTED)
    reader, facts = registry.reader(store.platform), parse_facts(store)
    stands_in = _stands_in(store, rows)
    read: list[tuple[TrackedOrder, Order]] = []
    for row in rows:
        try:
            order = parsed(reader, Stream.ORDERS, row.record, facts)
        except (ParseError, ConnectorError) as error:
            log.info("figures.not_read", order_id=row.pk, error=type(error).__name__)
            continue
        if isinstance(order, Order):
            read.append((row, order))
    cards = load_cards(store, [order for _, order in read])
    for row, order in read:
        known = replace(books, cards=cards.facts(order))
        put_figures(row, figures_of(known, order, stands_in=stands_in.get(row.pk, "")))
    return update_each([row for row, _ in read], FIGURES)


def _stands_in(store: Store, rows: list[TrackedOrder]) -> dict[int, str]:
    """The currency in which each order's sale is in Xero, "" before that."""
    if store.organisation is None:
        return {}
    postings = OrderPostings(store, store.organisation)
    postings.load(row.pk for row in rows)
    return {row.pk: postings.history(row).sold_in for row in rows}
