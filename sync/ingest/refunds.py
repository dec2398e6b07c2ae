"""Refunds as a stream of their own: a safety net for those that an order's record lacks.

Documents are built from the order with everything that belongs to it. A refund that came
without its order having been read again has the order fetched anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from stores import registry
from stores.adapter import StoreAdapter
from stores.canonical.order import Order
from stores.canonical.records import ParseError, Stream
from stores.canonical.refund import Refund
from stores.models import Store
from sync.models import TrackedOrder
from sync.parsing import parse_facts, parsed, parsed_raw

log = structlog.get_logger(__name__)


def orders_behind(
    store: Store, adapter: StoreAdapter, records: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Orders as the shop has them now, whose record does not know one of these refunds.

    An order that was never read is left to its own stream. Raises the shop's errors.
    """
    known = _refunds_by_order(store, _refunds(store, records))
    behind = [one for one, (refunds, of_order) in known.items() if not refunds <= of_order]
    return adapter.fetch_many(Stream.ORDERS, behind) if behind else []


def _refunds(store: Store, records: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The refunds' ids by their orders' ids. One that cannot be read is logged: its order's
    own record says what is wrong with it."""
    reader, facts = registry.reader(store.platform), parse_facts(store)
    found: dict[str, set[str]] = {}
    for record in records:
        try:
            refund = parsed_raw(reader, Stream.REFUNDS, record, facts)
        except ParseError as error:
            log.warning("refunds.unreadable", store_id=store.pk, field=error.field)
            continue
        assert isinstance(refund, Refund)
        found.setdefault(refund.order_id, set()).add(refund.id)
    return found


def _refunds_by_order(
    store: Store, refunds: Mapping[str, set[str]]
) -> dict[str, tuple[set[str], set[str]]]:
    """For each order that is read: the refunds of the stream, and those that its record has."""
    reader, facts = registry.reader(store.platform), parse_facts(store)
    rows = TrackedOrder.objects.filter(store=store, source_id__in=refunds)
    found = {}
    for row in rows.select_related("record"):
        try:
            order = parsed(reader, Stream.ORDERS, row.record, facts)
        except ParseError:
            continue  # held already, with the field
        assert isinstance(order, Order)
        found[row.source_id] = (refunds[row.source_id], {one.id for one in order.refunds})
    return found
