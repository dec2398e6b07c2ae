"""One order asked of its shop by the number that customers see, for a look: nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts_mapping.models import snapshot
from accounts_mapping.rules.resolve import about_products
from accounts_mapping.rules.schema import StoreRules
from connector.lib.errors import Rejected
from stores.adapter import StoreAdapter, completed
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts, Stream
from stores.connect import connect
from stores.models import Store
from sync.ingest.facts import learn_facts
from sync.ingest.missing_products import look_up_products
from sync.parsing import parse_facts, parsed_raw, with_products


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What the shop answered, and what a parser needs beside it."""

    records: Sequence[dict[str, Any]]
    facts: ParseFacts


def ask_order(
    store: Store, number: str, rules: StoreRules | None = None, **limits: float
) -> OrderAnswer:
    """The orders of this number, else the one with this id, whether the store is switched on or
    off. Raises the shop's errors; Rejected `not_found` where it has none. `rules` are those that
    it is looked at by, where they are not those in force; `limits` are those of `connect`."""
    adapter = connect(store, **limits)
    learn_facts(store, adapter)
    found = adapter.numbered(number) or adapter.fetch_many(Stream.ORDERS, [number])
    records = completed(adapter, Stream.ORDERS, found)
    if not records:
        raise Rejected(
            f"{store.name} has no order {number}.",
            code="not_found",
            hint="Give the number that the customer sees, as the shop writes it.",
        )
    return OrderAnswer(records, _facts(store, adapter, records, rules or snapshot(store).rules))


def _facts(
    store: Store, adapter: StoreAdapter, records: Sequence[dict[str, Any]], rules: StoreRules
) -> ParseFacts:
    """What the shop's probe told, and where rules ask about them, of the products sold."""
    facts = parse_facts(store)
    if not about_products(rules):
        return facts
    skus: set[str] = set()
    for record in records:
        try:
            order = parsed_raw(adapter, Stream.ORDERS, record, facts)
        except ParseError:
            continue  # the preview says what is wrong with it
        assert isinstance(order, Order)
        skus |= {line.sku for line in order.lines}
    known = with_products(store, facts, skus)
    if lacking := skus - known.products.keys():
        known = look_up_products(store, adapter, known, lacking)
    return known
