"""What the shop says of the orders that are built, and of products that they lack."""

from __future__ import annotations

from dataclasses import replace

from accounting.books import Books
from accounting.eligibility import skipped, unreadable_elsewhere
from accounting.reasons import gone, unanswered, unreadable
from accounting.sale.built import HELD, SKIPPED
from accounts_mapping.rules.resolve import about_products
from accounts_mapping.rules.unread import PassedBy, passed_by
from connector.lib import clock
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts, Stream
from stores.models import Store
from sync.environment import environment_hold
from sync.ingest.missing_products import learn_products
from sync.orders.postings import excluded
from sync.orders.work import OrderWork
from sync.parsing import parse_facts, parsed, with_products


def read(store: Store, books: Books, works: list[OrderWork]) -> None:
    """Parse what the shop said. Where a rule is about products, once more with their facts."""
    facts = parse_facts(store)
    _parse(store, books, facts, works)
    if about_products(books.snapshot.rules):
        skus = {line.sku for work in works if work.order for line in work.order.lines}
        facts = with_products(store, facts, skus)
        _parse(store, books, facts, works)
        _learn(store, books, facts, works)
    for work in works:
        if work.order is None:
            continue
        if work.row.excluded_at is not None:
            work.hold(excluded(work.row), SKIPPED)
        elif hold := environment_hold(store, books):
            work.hold(hold)


def _learn(store: Store, books: Books, facts: ParseFacts, works: list[OrderWork]) -> None:
    """Ask the shop for products that a rule must know of; hold what stays uncertain."""
    waiting = [work for work in works if _lacks(books, work).skus]
    if not waiting:
        return
    skus = {sku for work in waiting for sku in _lacks(books, work).skus}
    learnt = learn_products(store, facts, skus)
    _parse(store, books, learnt.facts, waiting)
    for work in waiting:
        left = _lacks(books, work)
        if left.skus and learnt.error:
            work.hold(unanswered(left, learnt.error))
            work.again_at = clock.now() + learnt.wait
        elif left.taxed:
            work.hold(gone(left))


def _lacks(books: Books, work: OrderWork) -> PassedBy:
    """Products that must be known to post the order, and are not."""
    if work.order is None or work.decided or work.row.excluded_at is not None:
        return PassedBy()
    if skipped(books.snapshot, work.order) is not None:
        return PassedBy()
    return passed_by(books.snapshot, books.organisation, work.order)


def _parse(store: Store, books: Books, facts: ParseFacts, works: list[OrderWork]) -> None:
    reader = registry.reader(store.platform)
    for work in works:
        if work.decided:
            continue
        try:
            order = parsed(reader, Stream.ORDERS, work.row.record, facts)
        except ParseError as error:
            where = reader.whereabouts(work.row.record.record, facts)
            elsewhere = unreadable_elsewhere(books.snapshot, where)
            work.hold(elsewhere or unreadable(error), SKIPPED if elsewhere else HELD)
            continue
        assert isinstance(order, Order)
        work.order = order


def without_overrides(books: Books) -> Books:
    """The same books for an order whose TaxAmount Xero refused: rounding lines instead."""
    rules = books.snapshot.rules
    posting = rules.posting.model_copy(update={"rounding": "rounding_line"})
    rules = rules.model_copy(update={"posting": posting})
    return replace(books, snapshot=replace(books.snapshot, rules=rules))
