"""What is known of products' stock: both sides as they were seen, and as they were left."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.money import round_to
from connector.lib.texts.said import said
from stores.canonical.product import StockLevel, StockTarget
from stores.models import Store
from sync.models import StockState, TrackedProduct
from xero.documents.facts import ItemFacts

_FIELDS = ("sku", "product_id", "shop_units", "xero_units", "reasons", "changed_at")


@dataclass(frozen=True, slots=True)
class StockSeen:
    """What the shop has to sell of a product, what Xero has, what was sold that is still to leave
    Xero with its invoice, and what the shop has on hand beside what it has to sell. `target` is
    where the shop has it."""

    state: StockState
    item: ItemFacts
    target: StockTarget
    in_shop: Decimal
    in_xero: Decimal
    sold: Decimal
    reserved: Decimal

    @classmethod
    def of(
        cls, state: StockState, item: ItemFacts, level: StockLevel, in_xero: Decimal, sold: Decimal
    ) -> StockSeen:
        reserved = round_to(level.on_hand - level.available, 4)
        # By the ids that it was read by; its SKU is the one that it is known by here.
        target = StockTarget(
            state.sku, level.product_id or state.product_id, level.variant_id, level.location_id
        )
        return cls(state, item, target, round_to(level.available, 4), in_xero, sold, reserved)


class States:
    """The rows of a store's products, kept or new.

    A product has the row of its SKU, whatever id it had before, unless the SKU is one of those
    that are told `apart` by ids. Rows that are nobody's after that end.
    """

    def __init__(self, store: Store, apart: Collection[str]) -> None:
        self._store = store
        self._apart = frozenset(apart)
        self._rows: dict[tuple[str, str], StockState] = {}
        over = []
        for row in StockState.objects.filter(store=store).order_by("pk"):
            nobodys = row.sku in self._apart and not row.product_id
            if nobodys or self._rows.setdefault(self._key(row.sku, row.product_id), row) is not row:
                over.append(row.pk)
        StockState.objects.filter(pk__in=over).delete()

    def of(self, sku: str, product_id: str = "") -> StockState:
        """The row of one product."""
        row = self._rows.setdefault(
            self._key(sku, product_id), StockState(store=self._store, sku=sku)
        )
        row.product_id = product_id
        return row

    def _key(self, sku: str, product_id: str) -> tuple[str, str]:
        return (sku, product_id) if not sku or sku in self._apart else (sku, "")


def keep_states(states: Iterable[StockState]) -> None:
    """Save what is now known of products' stock."""
    for state in states:
        state.changed_at = clock.now()
        said = {name: getattr(state, name) for name in _FIELDS}
        if state.pk is not None:
            StockState.objects.filter(pk=state.pk).update(**said)
            continue
        # A process that had the stream before may have made the row meanwhile.
        row, _ = StockState.objects.update_or_create(
            store_id=state.store_id, sku=state.sku, product_id=state.product_id, defaults=said
        )
        state.pk = row.pk


def doubled_skus(store: Store) -> set[str]:
    """SKUs that several products of the shop have, each with an item of its own."""
    linked = TrackedProduct.objects.filter(store=store).exclude(code="").order_by()
    several = linked.values("sku").annotate(products=Count("pk")).filter(products__gt=1)
    return set(several.exclude(sku="").values_list("sku", flat=True))


def leave_doubled(state: StockState) -> None:
    """Say that nobody can tell whose stock it is."""
    text = said(
        "Several products of the shop have the SKU %(sku)s, and the shop or an order that is not "
        "in Xero yet does not say which of them is meant: their stock cannot be told apart. Give "
        "each of them a SKU of its own.",
        sku=state.sku,
    )
    state.reasons = [Reason("stock_sku_doubled", text, "sku").kept()]
