"""Build the items of products that are due and put them into the outbox.

As orders are enqueued: under a claim on each row, reading and building outside any
transaction, one short transaction for a chunk that writes nothing if the claim was lost.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
from django.db import transaction

from accounting.books import Books
from accounting.items.build import HELD, SKIPPED, BuiltItem, build_item
from accounting.items.codes import candidates, find_item, item_code
from accounting.reasons import Reason, unreadable
from accounts_mapping.models import snapshot
from connector.lib import clock, doorbell
from connector.lib.database.bulk import update_each
from connector.lib.database.deadlocks import OF_NO_ROW
from connector.lib.exact_json import printable
from connector.lib.texts.said import said
from stores import registry
from stores.canonical.product import Product
from stores.canonical.records import ParseError, Stream
from stores.categories import with_names
from stores.models import Store
from sync.claims import LEASE, Claim
from sync.environment import environment_hold
from sync.items.known import by_code
from sync.items.postings import ItemPostings
from sync.models import TrackedProduct
from sync.models.product import TrackedProductQuerySet
from sync.outbox import sync_states
from sync.parsing import parse_facts, parsed
from xero.documents.facts import ItemFacts
from xero.mirror import refresh as mirror
from xero.mirror.known import code_key, find_items, has_read
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
CHUNK = 100
# What a build goes by of a product's row.
_GOES_BY = ("record_id", "lane", "posting_id", "code", "item_id", "excluded_at", "excluded_why")
_BUILT_FIELDS = [
    "name", "state", "reasons", "code", "code_key", "item_id", "posting", "lane",
    "mapping_version",
]  # fmt: skip


@dataclass(slots=True)
class ProductWork:
    """One claimed product on its way: its row, what the shop said, what became of it."""

    row: TrackedProduct
    product: Product | None = None
    built: BuiltItem | None = None

    def hold(self, code: str, message: str, at: str = "") -> None:
        self.built = BuiltItem(HELD, (Reason(code, printable(message)[:500], at),))


def enqueue_items(store: Store, *, limit: int = CHUNK) -> int:
    """Build the items of up to `limit` due products of a store; how many were built.

    0 while it is not known which accounts and items Xero has: the products wait.
    """
    organisation = store.organisation
    if organisation is None or not store.enabled or not store.profile.streams.products:
        return 0
    facts = organisation.facts()
    if not facts.connected or not has_read(organisation, mirror.Kind.ITEMS):
        return 0
    claim = Claim(uuid.uuid4().hex, clock.now(), _GOES_BY)
    works = [ProductWork(row) for row in _take(store, claim, limit)]
    if not works:
        return 0
    books = Books(snapshot(store), facts)
    _read(store, books, works)
    try:
        _build_and_write(store, organisation, books, works, claim)
    except OF_NO_ROW as error:
        claim.put_back(_rows_of(works), error)
        return 0
    except Exception:
        # An error that nobody foresaw, in one of them: alone, the others get through.
        log.exception("enqueue_items.chunk_failed", store_id=store.pk)
        for work in works:
            _alone(store, organisation, books, work, claim)
    doorbell.ring("sync.dispatch", organisation.pk)
    return len(works)


def _take(store: Store, claim: Claim, limit: int) -> list[TrackedProduct]:
    """Claim due products; the conditional update decides who has them."""
    rows = TrackedProduct.objects.filter(store=store).order_by("build_at", "pk")
    taken = rows.take(claim.token, LEASE, most=limit, at=claim.at)
    found = list(taken.select_related("record", "posting"))
    claim.took(found)
    return found


def _rows_of(works: list[ProductWork]) -> TrackedProductQuerySet:
    return TrackedProduct.objects.filter(pk__in=[work.row.pk for work in works])


def _read(store: Store, books: Books, works: list[ProductWork]) -> None:
    reader, facts = registry.reader(store.platform), parse_facts(store)
    hold = environment_hold(store, books)
    for work in works:
        if work.row.excluded_at is not None:
            work.built = BuiltItem(SKIPPED, (Reason("do_not_sync", work.row.excluded_why),))
            continue
        try:
            product = parsed(reader, Stream.PRODUCTS, work.row.record, facts)
        except ParseError as error:
            reason = unreadable(error, "product")
            work.hold(reason.code, reason.message, reason.field)
            continue
        assert isinstance(product, Product)
        work.product = product
        work.row.name = printable(product.name)[:300]
        if hold is not None:
            work.built = BuiltItem(HELD, (hold,))
    read = [work for work in works if work.product is not None]
    named = with_names(store, [work.product for work in read if work.product is not None])
    for work, product in zip(read, named, strict=True):
        work.product = product


def _build_and_write(
    store: Store, organisation: Organisation, books: Books, works: list[ProductWork], claim: Claim
) -> None:
    links = _Links.load(organisation, [work for work in works if work.product is not None])
    for work in works:
        if work.product is not None and work.built is None:
            work.built = _build(books, work.row, work.product, links)
    with transaction.atomic():
        kept = claim.keep(_rows_of(works))
        works = [work for work in works if work.row.pk in kept]
        built = [(work.row, work.built) for work in works if work.built is not None]
        for row, one in built:
            row.state = one.status
            reasons = (reason.of_records(books.snapshot.platform) for reason in one.reasons)
            row.reasons = [reason.kept() for reason in reasons]
            row.mapping_version, row.lane, row.build_at = books.snapshot.version, Lane.LIVE, None
        ItemPostings(store, organisation).write(built)
        _save([row for row, _ in built], claim)


def _save(rows: list[TrackedProduct], claim: Claim) -> None:
    """What became of the products. One that was asked for again meanwhile stays due."""
    update_each(rows, _BUILT_FIELDS)
    again = {row.pk: row.build_at for row in rows if row.build_at is not None}
    claim.answer(TrackedProduct.objects.filter(pk__in=[row.pk for row in rows]), again)
    sync_states.products_changed((row.store_id, row.source_id) for row in rows)


def _build(books: Books, row: TrackedProduct, product: Product, links: _Links) -> BuiltItem:
    existing = links.item_of(row)
    if existing is None and row.xero_id and row.lane != Lane.CLICK:
        text = said(
            "Its item %(code)s is no longer in Xero. It is not made again by itself: restore it "
            "there, or export the product again.",
            code=row.code,
        )
        return BuiltItem(HELD, (Reason("item_gone", text),))
    code = existing.code if existing else links.new_code(row)
    built = build_item(books, product, code=code, existing=existing)
    if existing is not None:
        row.code, row.item_id = existing.code, existing.item_id
    elif built.item is not None:
        row.code, row.item_id = built.item.code, ""
    row.code_key = code_key(row.code)
    return built


def _alone(
    store: Store, organisation: Organisation, books: Books, work: ProductWork, claim: Claim
) -> None:
    """One product by itself; where that fails it is held, with the error."""
    try:
        _build_and_write(store, organisation, books, [_again(work)], claim)
    except OF_NO_ROW as error:
        claim.put_back(_rows_of([work]), error)
    except Exception as error:
        log.exception("enqueue_items.failed", product_id=work.row.pk)
        failed = ProductWork(_fresh(work.row))
        failed.hold("unforeseen", f"{type(error).__name__}: {error}")
        _build_and_write(store, organisation, books, [failed], claim)


def _again(work: ProductWork) -> ProductWork:
    return ProductWork(_fresh(work.row), work.product, None if work.product else work.built)


def _fresh(row: TrackedProduct) -> TrackedProduct:
    return TrackedProduct.objects.select_related("record", "posting").get(pk=row.pk)


@dataclass(slots=True)
class _Links:
    """Which items a chunk's products have, or may have, and which codes are others': of another
    SKU, or of another product of the same shop with this one."""

    _by_id: dict[str, ItemFacts] = field(default_factory=dict)
    _by_key: dict[str, list[ItemFacts]] = field(default_factory=dict)
    _owners: dict[str, set[_Owner]] = field(default_factory=dict)
    _skus: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, organisation: Organisation, works: list[ProductWork]) -> _Links:
        """Three queries, however many products."""
        rows = [work.row for work in works]
        codes = {code for row in rows for code in (*candidates(row.sku), row.code_key) if code}
        found = find_items(organisation, codes=codes, item_ids=[row.xero_id for row in rows])
        links = cls({item.item_id: item for item in found}, by_code(found))
        ours = TrackedProduct.objects.filter(store__organisation=organisation)
        owned = ours.filter(code_key__in=codes)
        for key, *owner in owned.values_list("code_key", "sku", "store_id", "source_id"):
            links._owners.setdefault(key, set()).add(_Owner._make(owner))
        same = ours.filter(sku__in=[item.code for item in found])
        links._skus = set(same.values_list("sku", flat=True))
        return links

    def item_of(self, row: TrackedProduct) -> ItemFacts | None:
        """The item that the product is linked to, else the one that bears its SKU."""
        if found := self._by_id.get(row.xero_id):
            return found
        if row.code:
            return next(iter(self._by_key.get(row.code_key, ())), None)
        found = find_item(row.sku, self._by_key, taken=self._taken(row), any_case=True)
        if found is not None and found.code != row.sku and found.code in self._skus:
            return None  # it is the item of the product with that very SKU
        if found is not None:
            self._own(found.code, row)
        return found

    def new_code(self, row: TrackedProduct) -> str:
        """The code that its item has or will have: of no other product, and of no other item."""
        if row.code:
            return row.code
        code = item_code(row.sku, self._taken(row) | self._by_key.keys())
        self._own(code, row)
        return code

    def _taken(self, row: TrackedProduct) -> set[str]:
        mine = _owner(row)
        return {
            key
            for key, owners in self._owners.items()
            if any(owner.excludes(mine) for owner in owners)
        }

    def _own(self, code: str, row: TrackedProduct) -> None:
        self._owners.setdefault(code_key(code), set()).add(_owner(row))


class _Owner(NamedTuple):
    """A product that has a code."""

    sku: str
    store: int
    source_id: str

    def excludes(self, other: _Owner) -> bool:
        """Whether the other is not the same thing: two shops sell one under the same SKU, and one
        shop two."""
        if self.sku != other.sku:
            return True
        return self.store == other.store and self.source_id != other.source_id


def _owner(row: TrackedProduct) -> _Owner:
    return _Owner(row.sku, row.store_id, row.source_id)
