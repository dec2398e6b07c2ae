"""Which items Xero is known to have of the SKUs that are sold: for a chunk of orders at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q

from accounting.books import Books
from accounting.items.codes import candidates, find_item
from accounting.sale.built import Built
from connector.lib.money import ZERO
from stores.canonical.order import Order
from stores.models import Store
from sync.models import Posting, TrackedOrder, TrackedProduct
from sync.outbox.entries import OPEN
from xero.documents.facts import ItemFacts
from xero.documents.kinds import Kind
from xero.mirror.known import code_key, find_items
from xero.models import Lane


@dataclass(frozen=True, slots=True)
class Goods:
    """What a line says of the product that it sold."""

    sku: str
    product_id: str = ""


def load_items(store: Store, sold: Iterable[Goods]) -> dict[Goods, ItemFacts]:
    """The item that each of these is linked to, else the one that bears its SKU as its code.

    By the shop's own id where it is given and the product was read, else by the SKU. An item that
    another SKU is linked to, or another product of the shop with this one, is not taken for it.
    """
    assert store.organisation is not None
    wanted = {one for one in sold if one.sku or one.product_id}
    skus, ids = {one.sku for one in wanted if one.sku}, {one.product_id for one in wanted}
    ours = TrackedProduct.objects.filter(store=store)
    rows = list(ours.filter(Q(sku__in=skus) | Q(source_id__in=ids)).select_related("posting"))
    products = _Products.of(rows)
    codes = {code for sku in skus for code in candidates(sku)}
    linked = TrackedProduct.objects.filter(store__organisation=store.organisation).exclude(code="")
    owners = list(linked.filter(code_key__in=codes).values_list("code_key", "sku", "store", "pk"))
    found = find_items(
        store.organisation,
        codes=codes | {row.code for row in rows if row.code},
        item_ids=[row.xero_id for row in rows if row.code],
    )
    by_id, by_key = {item.item_id: item for item in found}, by_code(found)
    items: dict[Goods, ItemFacts] = {}
    for one in wanted:
        row, doubtful = products.sold(one)
        if doubtful:
            continue
        if row is not None and row.code:
            item = by_id.get(row.xero_id) or next(iter(by_key.get(row.code_key, ())), None)
        else:
            mine = row.pk if row is not None else None
            taken = {
                key
                for key, sku, of, pk in owners
                if sku != one.sku or (mine is not None and of == store.pk and pk != mine)
            }
            item = find_item(one.sku, by_key, taken=taken) if one.sku else None
        # An item that is not for sale stands on no invoice.
        if item is not None and item.details.get("IsSold") is not False:
            items[one] = item
    return items


@dataclass(frozen=True, slots=True)
class _Products:
    """The products of a store that may have been sold."""

    by_id: dict[str, TrackedProduct]
    by_sku: dict[str, list[TrackedProduct]]

    @classmethod
    def of(cls, rows: Iterable[TrackedProduct]) -> _Products:
        by_id: dict[str, TrackedProduct] = {}
        by_sku: dict[str, list[TrackedProduct]] = defaultdict(list)
        for row in rows:
            by_id[row.source_id] = row
            if row.code:
                by_sku[row.sku].append(row)
        return cls(by_id, by_sku)

    def sold(self, one: Goods) -> tuple[TrackedProduct | None, bool]:
        """Which of them a line means, if any was read; and whether several may be meant."""
        if one.product_id and (row := self.by_id.get(one.product_id)):
            return row, False
        linked = self.by_sku.get(one.sku, [])
        return (linked[0] if linked else None), len(linked) > 1


def by_code(items: Iterable[ItemFacts]) -> dict[str, list[ItemFacts]]:
    """Items by their codes as they are compared."""
    found: dict[str, list[ItemFacts]] = defaultdict(list)
    for item in items:
        found[code_key(item.code)].append(item)
    return found


class KnownItems:
    """The items of one chunk of orders: each order takes its goods off, for those after it."""

    def __init__(
        self, items: dict[Goods, ItemFacts], in_xero: Collection[int], ids: Collection[str] = ()
    ) -> None:
        """`ids` are the shop's own, of all products that were sold."""
        self._items = items
        self._in_xero = in_xero
        self._ids = ids

    @classmethod
    def load(cls, store: Store, orders: Iterable[tuple[TrackedOrder, Order]]) -> KnownItems:
        """Four queries, however many orders. What stands in Xero took its goods already."""
        chosen = list(orders)
        sold = {
            Goods(line.sku, line.product_id) for _, order in chosen for line in order.lines
        }  # fmt: skip
        items = load_items(store, sold)
        invoices = Posting.objects.filter(
            order__in=[row.pk for row, _ in chosen], kind=Kind.INVOICE, purpose="invoice"
        ).exclude(state__in=(*OPEN, Posting.State.VOIDED))
        counted = any(item.tracked for item in items.values())
        in_xero = set(invoices.values_list("order_id", flat=True)) if counted else set()
        return cls(items, in_xero, {one.product_id for one in sold if one.product_id})

    def books(self, books: Books, row: TrackedOrder) -> Books:
        """The books for an order: with the items, and whether Xero refused its tracked ones."""
        by_sku = {one.sku: item for one, item in self._items.items() if not one.product_id}
        by_id: dict[str, ItemFacts | None] = dict.fromkeys(self._ids)
        by_id |= {one.product_id: item for one, item in self._items.items() if one.product_id}
        # A person who asks for it once more may have brought the stock up to date.
        refused = row.stock_refused and row.lane != Lane.CLICK
        made = replace(books, known_items=by_sku, items_by_id=by_id, stock_refused=refused)
        return made.uncounted() if row.pk in self._in_xero else made

    def sell(self, row: TrackedOrder, built: Built) -> None:
        """Take what the order's invoice will take off the stock in Xero."""
        if built.invoice is None or row.pk in self._in_xero:
            return
        sold: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for line in built.invoice.lines:
            if line.item_code:
                sold[line.item_code] += line.quantity
        for one, item in self._items.items():
            if item.code in sold and item.on_hand is not None:
                self._items[one] = replace(item, on_hand=item.on_hand - sold[item.code])
