"""Which items Xero is known to have of the SKUs that are sold: for a chunk of orders at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal

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


def load_items(store: Store, skus: Iterable[str]) -> dict[str, ItemFacts]:
    """By SKU, the item that it is linked to, else the one that bears it as its code.

    An item that another SKU is linked to is not taken for this one.
    """
    assert store.organisation is not None
    wanted = {sku for sku in skus if sku}
    linked = TrackedProduct.objects.filter(store__organisation=store.organisation).exclude(code="")
    links = {
        row.sku: row for row in linked.filter(store=store, sku__in=wanted).select_related("posting")
    }
    codes = {code for sku in wanted for code in candidates(sku)}
    owners = list(linked.filter(code_key__in=codes).values_list("code_key", "sku"))
    found = find_items(
        store.organisation,
        codes=codes | {row.code for row in links.values()},
        item_ids=[row.xero_id for row in links.values()],
    )
    by_id = {item.item_id: item for item in found}
    by_key = by_code(found)
    items: dict[str, ItemFacts] = {}
    for sku in wanted:
        if link := links.get(sku):
            item = by_id.get(link.xero_id) or next(iter(by_key.get(link.code_key, ())), None)
        else:
            taken = {key for key, owner in owners if owner != sku}
            item = find_item(sku, by_key, taken=taken)
        # An item that is not for sale stands on no invoice.
        if item is not None and item.details.get("IsSold") is not False:
            items[sku] = item
    return items


def by_code(items: Iterable[ItemFacts]) -> dict[str, list[ItemFacts]]:
    """Items by their codes as they are compared."""
    found: dict[str, list[ItemFacts]] = defaultdict(list)
    for item in items:
        found[code_key(item.code)].append(item)
    return found


class KnownItems:
    """The items of one chunk of orders: each order takes its goods off, for those after it."""

    def __init__(self, items: dict[str, ItemFacts], in_xero: Collection[int]) -> None:
        self._items = items
        self._in_xero = in_xero

    @classmethod
    def load(cls, store: Store, orders: Iterable[tuple[TrackedOrder, Order]]) -> KnownItems:
        """Three queries, however many orders. What stands in Xero took its goods already."""
        chosen = list(orders)
        items = load_items(store, {line.sku for _, order in chosen for line in order.lines})
        invoices = Posting.objects.filter(
            order__in=[row.pk for row, _ in chosen], kind=Kind.INVOICE, purpose="invoice"
        ).exclude(state__in=(*OPEN, Posting.State.VOIDED))
        counted = any(item.tracked for item in items.values())
        in_xero = set(invoices.values_list("order_id", flat=True)) if counted else set()
        return cls(items, in_xero)

    def books(self, books: Books, row: TrackedOrder) -> Books:
        """The books for an order: with the items, and whether Xero refused its tracked ones."""
        items = self._items
        if row.pk in self._in_xero:
            items = {
                sku: replace(item, on_hand=None, tracked_since=None) for sku, item in items.items()
            }
        # A person who asks for it once more may have brought the stock up to date.
        refused = row.stock_refused and row.lane != Lane.CLICK
        return replace(books, known_items=items, stock_refused=refused)

    def sell(self, row: TrackedOrder, built: Built) -> None:
        """Take what the order's invoice will take off the stock in Xero."""
        if built.invoice is None or row.pk in self._in_xero:
            return
        sold: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for line in built.invoice.lines:
            if line.item_code:
                sold[line.item_code] += line.quantity
        for sku, item in self._items.items():
            if item.code in sold and item.on_hand is not None:
                self._items[sku] = replace(item, on_hand=item.on_hand - sold[item.code])
