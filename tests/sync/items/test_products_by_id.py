"""Products that the shop knows by ids: two of one SKU are two, and one without any is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from stores import registry
from stores.adapters.magento.adapter import MagentoAdapter
from stores.canonical.order import Order
from stores.canonical.product import Product, StockTarget
from stores.canonical.records import RecordRef, Stream
from sync.ingest.pull import pull
from sync.items.known import Goods, load_items
from sync.models import StockState, TrackedProduct
from sync.stock.level import level
from tests.sync.stock.test_stock import TRACKED
from tests.sync.world import World, books

# What the shop of these tests calls them, by what they are called there otherwise.
SKUS = {"KNIFE-20": "MUG-STN", "GRIND-HND": ""}


def sku_of(sku: str) -> str:
    return SKUS.get(sku, sku)


class ByIds(MagentoAdapter):
    """The lines of its orders name products by id, and its SKUs tell nothing for certain."""

    @staticmethod
    def identify(stream: Stream, record: Any) -> RecordRef:
        found = MagentoAdapter.identify(stream, record)
        if stream is not Stream.PRODUCTS:
            return found
        return replace(found, id=str(record["id"]), number=sku_of(found.number))

    @staticmethod
    def parse(stream: Stream, record: Any, facts: Any) -> Any:
        found = MagentoAdapter.parse(stream, record, facts)
        if isinstance(found, Product):
            return replace(found, sku=sku_of(found.sku))
        if isinstance(found, Order):
            sold = record.get("order", record)["items"]
            ids = {str(one["item_id"]): str(one["product_id"]) for one in sold}
            lines = (
                replace(line, sku=sku_of(line.sku), product_id=ids.get(line.id, ""))
                for line in found.lines
            )
            return replace(found, lines=tuple(lines))
        return found


@pytest.fixture
def by_ids(world: World, settings: Settings) -> Iterator[World]:
    settings.STORE_ADAPTERS = {"magento": f"{__name__}.ByIds"}
    registry._load.cache_clear()
    world.change_store(streams={"products": True})
    world.pull_products()
    world.work()
    yield world
    registry._load.cache_clear()


def items_of(world: World, order: dict[str, Any]) -> list[str]:
    lines = world.invoices()[world.number(order)]["LineItems"]
    return [line["ItemCode"] for line in lines if line.get("ItemCode")]


def row(world: World, sku: str) -> TrackedProduct:
    """A product by what it is called otherwise."""
    product = world.shop.stock.product(sku, single=True)
    return TrackedProduct.objects.get(source_id=str(product["id"]))


def test_two_products_of_one_sku_are_two_items_and_lines_name_their_own(by_ids: World) -> None:
    world = by_ids
    mug, knife = row(world, "MUG-STN"), row(world, "KNIFE-20")
    assert (mug.sku, knife.sku) == ("MUG-STN", "MUG-STN")
    assert mug.state == knife.state == "ready"
    assert len({mug.code, knife.code}) == 2
    assert "MUG-STN" in {mug.code, knife.code}
    both = world.place(items=[("MUG-STN", 1), ("KNIFE-20", 2)])
    world.sync()
    assert items_of(world, both) == [mug.code, knife.code]
    books(world)


def test_a_product_without_a_sku_has_an_item_by_its_id(by_ids: World) -> None:
    world = by_ids
    scale = row(world, "GRIND-HND")
    assert (scale.state, scale.code) == ("ready", scale.source_id)
    order = world.place(items=[("GRIND-HND", 1)])
    world.sync()
    assert items_of(world, order) == [scale.source_id]


def test_what_a_sku_alone_does_not_tell_is_not_guessed(by_ids: World) -> None:
    world = by_ids
    mug, knife = row(world, "MUG-STN"), row(world, "KNIFE-20")
    asked = [
        Goods("MUG-STN"), Goods("MUG-STN", mug.source_id), Goods("MUG-STN", knife.source_id),
        Goods("TEA-100"),
    ]  # fmt: skip
    found = load_items(world.fresh(world.store), asked)
    assert Goods("MUG-STN") not in found
    assert found[asked[1]].code == mug.code
    assert found[asked[2]].code == knife.code


def test_a_product_that_has_no_item_does_not_get_that_of_its_sku(by_ids: World) -> None:
    world = by_ids
    mug, knife = row(world, "MUG-STN"), row(world, "KNIFE-20")
    plain = mug if mug.code == "MUG-STN" else knife
    other = knife if plain is mug else mug
    TrackedProduct.objects.filter(pk=other.pk).update(code="", code_key="", posting=None)
    found = load_items(world.fresh(world.store), [Goods("MUG-STN", other.source_id)])
    assert "MUG-STN" not in {item.code for item in found.values()}


def test_the_stock_of_two_products_of_one_sku_is_left_as_it_is(by_ids: World) -> None:
    world = by_ids
    world.change_store(streams={"products": True, "stock": "to_store"})
    pull(world.fresh(world.store), Stream.STOCK, read=level)
    state = StockState.objects.get(sku="MUG-STN")
    assert [reason["code"] for reason in state.reasons] == ["stock_sku_doubled"]
    assert state.xero_units is None


class StockByIds(ByIds):
    """It is asked for stock by the id of a product, and told of it by that alone."""

    def fetch_stock(self, target: StockTarget) -> Any:
        return self.fetch(RecordRef(Stream.STOCK, self._sku(target)))

    def set_stock(self, target: StockTarget, quantity: Decimal) -> None:
        super().set_stock(StockTarget(self._sku(target)), quantity)

    def _sku(self, target: StockTarget) -> str:
        if not target.product_id:
            return target.sku
        found = TrackedProduct.objects.get(source_id=target.product_id)
        return str(found.record.record["sku"])


class Silent(StockByIds):
    """The lines of its orders do not say which product it was."""

    @staticmethod
    def parse(stream: Stream, record: Any, facts: Any) -> Any:
        found = StockByIds.parse(stream, record, facts)
        if not isinstance(found, Order):
            return found
        return replace(found, lines=tuple(replace(line, product_id="") for line in found.lines))


@pytest.fixture
def by_ids_too(by_ids: World, settings: Settings) -> World:
    """Both products of one SKU are counted in Xero: ten of each, of the mug and of the knife."""
    settings.STORE_ADAPTERS = {"magento": f"{__name__}.StockByIds"}
    registry._load.cache_clear()
    world = by_ids
    world.change_store(streams={"products": True, "stock": "to_store"})
    for sku in ("MUG-STN", "KNIFE-20"):
        code = row(world, sku).code
        world.xero.person("edit_item", item=code, changes=TRACKED)
        world.xero.person("receive_stock", item=code, quantity=10, cost=4)
    run(world)  # what is counted in Xero is known after it was read
    return world


def run(world: World) -> None:
    world.time.forward(minutes=5)
    assert pull(world.fresh(world.store), Stream.STOCK, read=level).error == ""


def in_shop(world: World) -> list[float]:
    stock = world.shop.stock
    return [stock.quantities[sku] - stock.reserved(sku) for sku in ("MUG-STN", "KNIFE-20")]


def test_where_a_shop_is_asked_by_ids_each_has_its_own_stock(by_ids_too: World) -> None:
    world = by_ids_too
    # A row of before the ids, of a SKU that two products have, is neither's.
    StockState.objects.create(store=world.store, sku="MUG-STN", reasons=[{"code": "x"}])
    # Sold and not posted: it has left the shop, and Xero has it still.
    world.save_rules(accounts={"sales": "999"})
    world.place(items=[("KNIFE-20", 3)])
    world.sync()

    run(world)

    assert in_shop(world) == [10, 7]
    mug, knife = row(world, "MUG-STN"), row(world, "KNIFE-20")
    rows = {one.product_id: one for one in StockState.objects.filter(sku="MUG-STN")}
    assert rows.keys() == {mug.source_id, knife.source_id}
    assert [one.reasons for one in rows.values()] == [[], []]


def test_what_an_order_sold_of_one_sku_without_saying_which_leaves_both_alone(
    by_ids_too: World, settings: Settings
) -> None:
    world = by_ids_too
    settings.STORE_ADAPTERS = {"magento": f"{__name__}.Silent"}
    registry._load.cache_clear()
    world.save_rules(accounts={"sales": "999"})
    world.place(items=[("KNIFE-20", 3)])
    before = in_shop(world)
    world.sync()

    run(world)

    assert in_shop(world) == before
    reasons = [one.reasons for one in StockState.objects.filter(sku="MUG-STN")]
    assert [[reason["code"] for reason in one] for one in reasons] == [["stock_sku_doubled"]] * 2
