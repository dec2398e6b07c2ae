"""Bring the stock of a shop and of Xero together, in the direction that the store chooses.

Between the two lies what was sold and is not invoiced yet: the shop has it no longer to sell, and
Xero still has it. So the shop shall have to sell what Xero has less that. Where an order only
reserves goods, the shop has those of unshipped orders on hand beside that. Only differences are
written: what was written before is no difference when it is read again. Nothing is written of a
product that moved while it was read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from accounting.reason_kinds import REASONS
from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.errors import Misconfigured, Rejected, Temporary
from connector.lib.money import ZERO, to_units
from stores import registry
from stores.abilities import ReadsStockByIds, fetch_stock
from stores.adapter import StoreAdapter, completed
from stores.canonical.product import StockLevel, StockTarget
from stores.canonical.records import ParseError, Stream
from stores.connect import connect
from stores.models import Cursor, Store
from stores.writing import stock_of
from sync.dispatch.freshness import prepare
from sync.ingest.coverage import Window
from sync.ingest.pull import LEASE, pull
from sync.models import StockState, SyncRun, TrackedProduct
from sync.parsing import parse_facts, parsed_raw
from sync.stock.outstanding import leaving, outstanding, unclear_skus
from sync.stock.postings import post_adjustments, withdraw_unsent
from sync.stock.states import States, StockSeen, doubled_skus, keep_states, leave_doubled
from xero.documents.facts import ItemFacts
from xero.mirror import refresh as mirror
from xero.models import Organisation

log = structlog.get_logger(__name__)
# A product that the shop fails to answer is left out; so many, one after the other, are the shop.
_FAILURES = 3


@dataclass(frozen=True, slots=True)
class CountedItem:
    """One tracked item and the product that it is in the shop; without an id where no product was
    read for it, so that its code is the SKU."""

    sku: str
    product_id: str
    item: ItemFacts
    on_hand: Decimal

    @property
    def key(self) -> tuple[str, str, str]:
        """The item and what it is in the shop: a person may change either while it is read."""
        return self.item.item_id, self.sku, self.product_id


def level(
    store: Store,
    stream: Stream,
    cursor: Cursor,
    token: str,
    window: Window | None,
    run: SyncRun,
    progress: Callable[[SyncRun], None],
) -> None:
    """One run in the direction of `streams.stock`; as a reader of `pull`, with its errors."""
    organisation = store.organisation
    if organisation is None:
        raise Temporary(f"{store.organisation_name} is not connected to Xero yet.")
    prepare(organisation)
    organisation.refresh_from_db()
    shop = _Shop(store, connect(store), cursor, token, run, progress)
    if store.profile.streams.stock == "to_store":
        _to_store(store, shop, _seen(store, organisation, shop))
    elif store.profile.streams.stock == "to_xero":
        _check_rivals(organisation)
        # While it is not known what became of an adjustment no other is made.
        if withdraw_unsent(store):
            seen = _seen(store, organisation, shop)
            run.changed += post_adjustments(store, organisation, seen, still_ours=shop.extend)


def _to_store(store: Store, shop: _Shop, seen: Sequence[StockSeen]) -> None:
    """What Xero has, less what was sold and has not left it yet, is what the shop has to sell."""
    for one in seen:
        wanted = one.in_xero - one.sold
        # What is sold and still to be shipped is on hand, and not for sale.
        on_hand = max(wanted + one.reserved, ZERO)
        if on_hand != one.in_shop + one.reserved:
            try:
                stock_of(shop.adapter).set_stock(one.target, on_hand)
            except Rejected as error:
                _leave_out(one.state, error)
                keep_states([one.state])
                continue
            shop.run.changed += 1
            log.info("stock.written", store_id=store.pk, sku=one.state.sku)
        one.state.shop_units = to_units(max(wanted, ZERO))
        one.state.xero_units = to_units(one.in_xero)
        keep_states([one.state])


def _leave_out(state: StockState, error: Rejected | Temporary) -> None:
    """A refusal is about one product: it is left as it is, and says why."""
    hint = error.hint if isinstance(error, Rejected) else "It is asked again with the next run."
    state.reasons = [Reason("stock_refused", f"{error} {hint}".strip()[:500], "sku").kept()]
    log.warning("stock.left_out", store_id=state.store_id, sku=state.sku, error=str(error))


def _check_rivals(organisation: Organisation) -> None:
    """Two shops cannot both say how much Xero has."""
    enabled = organisation.stores.filter(enabled=True)
    rivals = [one.slug for one in enabled if one.profile.streams.stock == "to_xero"]
    if len(rivals) > 1:
        raise Misconfigured(
            f"The stores {', '.join(rivals)} both send their stock to {organisation}.",
            code="stock_of_two_shops",
            hint="Choose streams.stock: to_xero for one of them only.",
            field="streams.stock",
        )


def _seen(store: Store, organisation: Organisation, shop: _Shop) -> list[StockSeen]:
    """What both sides have, without products that moved meanwhile.

    The shop is read first and its orders after it: what is sold in between is then known as
    sold, and is left to the next run.
    """
    started = clock.now()
    doubled = doubled_skus(store)
    by_ids = isinstance(shop.adapter, ReadsStockByIds)
    # Who cannot be asked by ids is not asked for what has no SKU of its own.
    without = set() if by_ids else {*doubled, ""}
    states = States(store, apart=doubled if by_ids else ())
    levels: dict[tuple[str, str, str], StockLevel] = {}
    for sku in () if by_ids else sorted(doubled):
        leave_doubled(states.of(sku))
        keep_states([states.of(sku)])
    for one in _counted(store, organisation, without):
        state = states.of(one.sku, one.product_id)
        if (found := shop.read(state, StockTarget(one.sku, one.product_id))) is not None:
            levels[one.key] = found
        elif state.reasons:
            keep_states([state])
    _read_orders(store, started)
    before = outstanding(organisation, started)
    _read_items(organisation)
    after = outstanding(organisation, started)
    moved = leaving(organisation, before, after)
    unclear = unclear_skus(store, doubled, (before, after))
    seen = []
    for one in _counted(store, organisation, without):
        level, state = levels.get(one.key), states.of(one.sku, one.product_id)
        if level is None or one.item.item_id in moved.unsettled:
            continue
        if one.sku in unclear:
            leave_doubled(state)
            keep_states([state])
            continue
        sold = moved.quantities.get(one.item.item_id, ZERO)
        seen.append(StockSeen.of(state, one.item, level, one.on_hand, sold))
    return seen


@dataclass(slots=True)
class _Shop:
    """The shop's side of a run: each read extends the right to it, and shows."""

    store: Store
    adapter: StoreAdapter
    cursor: Cursor
    token: str
    run: SyncRun
    progress: Callable[[SyncRun], None]
    _failed_in_a_row: int = 0

    def extend(self) -> bool:
        """Go on holding the right to this stream; False if another process has it."""
        return self.cursor.keep(self.token, LEASE)

    def read(self, state: StockState, target: StockTarget) -> StockLevel | None:
        """How many the shop has; None where it does not count them, or where that cannot be
        told: then the state has the reason."""
        if not self.extend():
            raise Temporary("Another process has taken over the stock of this store.")
        self.run.records += 1
        self.progress(self.run)
        state.reasons = []
        try:
            found = fetch_stock(self.adapter, target)
            (record,) = completed(self.adapter, Stream.STOCK, [found]) or [found]
            reader = registry.reader(self.store.platform)
            level = parsed_raw(reader, Stream.STOCK, record, parse_facts(self.store))
        except Rejected as error:
            if error.code != "not_found":  # else it is sold elsewhere only
                _leave_out(state, error)
            return None
        except Temporary as error:
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= _FAILURES or error.retry_after is not None:
                raise
            _leave_out(state, error)
            return None
        except ParseError as error:
            code = error.code if error.code in REASONS else "bad_value"
            state.reasons = [Reason(code, error.message, error.field).kept()]
            return None
        self._failed_in_a_row = 0
        assert isinstance(level, StockLevel)
        return level if level.counted else None


def _read_orders(store: Store, started: datetime) -> None:
    """What was sold up to now must be known. Raises Temporary where it cannot be read."""
    run = pull(store, Stream.ORDERS, trigger="stock")
    read_at = Cursor.of(store, Stream.ORDERS).last_run_at
    if (run is None or run.error) and (read_at is None or read_at < started):
        said = run.error if run else "Another process is reading the shop's orders."
        raise Temporary(said, retry_after=60)


def _read_items(organisation: Organisation) -> None:
    """All items anew: stock that moved may not have moved an item's UpdatedDateUTC."""
    if not mirror.refresh(organisation, mirror.Kind.ITEMS, whole=True):
        raise Temporary("Xero's items are being read by another worker.", retry_after=5)


def _counted(
    store: Store, organisation: Organisation, without: Collection[str]
) -> list[CountedItem]:
    """Tracked items with what they are in the shop: by link, else the code is the SKU, as far as
    no other product is linked to it. `without` SKUs that are left alone."""
    linked = TrackedProduct.objects.filter(store__organisation=organisation).exclude(code="")
    ours = linked.filter(store=store).values_list(
        "sku", "source_id", "item_id", "posting__xero_id", "code_key"
    )
    by_id = {key: (sku, source) for sku, source, *ids, _ in ours for key in ids if key}
    by_key = {key: (sku, source) for sku, source, _, _, key in ours}
    taken = {(key, sku) for key, sku in linked.values_list("code_key", "sku")}
    others = {key for key, sku in taken}
    found = []
    for row in organisation.items.filter(is_tracked=True, quantity_units__isnull=False):
        item = row.facts()
        sku, source = by_id.get(item.item_id) or by_key.get(row.code_key) or ("", "")
        if not source and (row.code_key not in others or (row.code_key, item.code) in taken):
            sku = item.code
        if (sku or source) and sku not in without and item.on_hand is not None:
            found.append(CountedItem(sku, source, item, item.on_hand))
    return sorted(found, key=lambda one: (one.sku, one.product_id))
