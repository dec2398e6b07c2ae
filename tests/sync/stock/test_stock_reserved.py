"""Stock of shops where an order only reserves, and of those where it takes off at once: an order
changes nothing falsely, in either direction, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from sandbox.magento import DemoShop
from sandbox.shop.faults import Fault
from stores.canonical.records import Stream
from stores.connect import connect as connect_shop
from stores.models import Cursor
from sync.flow import steps
from sync.models import Posting, StockState, TrackedOrder
from tests.sync.stock.test_stock import TRACKED, level, puts
from tests.sync.world import World

MUG = "MUG-STN"


def begin(world: World, direction: str, quantity: int = 30) -> World:
    """So many mugs on both sides, and nothing ordered."""
    world.xero.person("create_item", item={"Code": MUG, "Name": MUG, **TRACKED})
    world.xero.person("receive_stock", item=MUG, quantity=quantity, cost=4)
    world.save_rules(accounts={"stock_adjustment": "429"})
    world.change_store(streams={"stock": direction})
    world.shop.stock.set(MUG, quantity)
    return world


@pytest.fixture(params=["to_store", "to_xero"])
def mugs(request: pytest.FixtureRequest, world: World) -> World:
    return begin(world, request.param)


@pytest.fixture(params=["to_store", "to_xero"])
def classic(
    request: pytest.FixtureRequest, world: World, open_shop: Callable[..., DemoShop]
) -> World:
    old = world.stores.pop()
    old.enabled = False
    old.save()
    world.add_store(open_shop(multi_source=False), slug="classic", prefix="C-")
    return begin(world, request.param)


def stands(world: World) -> tuple[float, float, Decimal]:
    """On hand and to sell in the shop, and in Xero."""
    on_hand = world.shop.stock.quantities[MUG]
    to_sell = on_hand - world.shop.stock.reserved(MUG)
    return on_hand, to_sell, world.items()[MUG]["QuantityOnHand"]


def settle(world: World) -> None:
    """Orders, then stock, as the schedule would; the stock must find nothing to do."""
    world.time.forward(minutes=5)
    world.sync()
    world.time.forward(minutes=5)
    writes = world.writes()
    assert level(world) == 0
    world.work()
    assert (world.writes(), puts(world)) == (writes, 0)
    assert not Posting.objects.filter(source_kind="stock").exists()


def test_an_order_counts_once_from_being_placed_to_being_shipped(mugs: World) -> None:
    order = mugs.place(items=[(MUG, 4)])
    settle(mugs)
    assert stands(mugs) == (30, 26, 26)
    mugs.shop.stock.deduct(order["entity_id"], {MUG: 1})  # one parcel of several
    mugs.shop.update_order(order["entity_id"])
    settle(mugs)
    assert stands(mugs) == (29, 26, 26)
    mugs.shop.ship(order["entity_id"])
    settle(mugs)
    assert stands(mugs) == (26, 26, 26)


@pytest.mark.stories
def test_a_canceled_order_is_back_on_both_sides(mugs: World) -> None:
    order = mugs.place(items=[(MUG, 4)], status="pending")
    settle(mugs)
    assert stands(mugs) == (30, 26, 26)
    mugs.shop.cancel(order["entity_id"])
    settle(mugs)
    assert stands(mugs) == (30, 30, 30)


@pytest.mark.stories
def test_a_threshold_below_which_the_shop_does_not_sell_is_no_order(mugs: World) -> None:
    mugs.shop.stock.set_item(MUG, min_qty=5)
    mugs.place(items=[(MUG, 25)])
    settle(mugs)
    assert stands(mugs) == (30, 5, 5)


@pytest.mark.stories
def test_more_ordered_than_there_is_does_not_fill_the_shelf(mugs: World) -> None:
    """The order is held, so nothing of it has left Xero; nor has anything left the shelf."""
    mugs.save_rules(items={"oversell": "hold"}, accounts={"stock_adjustment": "429"})
    mugs.shop.stock.set_item(MUG, backorders=1)
    order = mugs.place(items=[(MUG, 33)])
    settle(mugs)
    assert mugs.row(order).label == "held"
    assert stands(mugs) == (30, -3, 30)


@pytest.mark.stories
def test_a_classic_shop_lowers_what_is_on_hand_at_the_order(classic: World) -> None:
    assert connect_shop(classic.store).probe().reserves_stock is False
    order = classic.place(items=[(MUG, 4)])
    settle(classic)
    assert stands(classic) == (26, 26, 26)
    classic.shop.ship(order["entity_id"])
    settle(classic)
    assert stands(classic) == (26, 26, 26)
    asked = [one for one in classic.shop.requests if "stock-resolver" in one]
    assert len(asked) == 3, "once by the test of the connection, and once a run"


@pytest.mark.stories
def test_what_comes_to_xero_is_for_sale_beside_what_is_still_to_be_shipped(world: World) -> None:
    begin(world, "to_store")
    world.place(items=[(MUG, 4)])
    world.sync()
    world.xero.person("receive_stock", item=MUG, quantity=10, cost=4)
    world.time.forward(minutes=5)
    assert level(world) == 1
    assert stands(world) == (40, 36, 36)
    assert (StockState.objects.get(sku=MUG).shop_units, puts(world)) == (360_000, 1)
    assert level(world) == 0


@pytest.mark.stories
def test_what_is_found_in_the_shop_is_adjusted_without_what_is_ordered(world: World) -> None:
    begin(world, "to_xero")
    world.place(items=[(MUG, 4)])
    world.sync()
    world.shop.stock.set(MUG, 33)
    world.time.forward(minutes=5)
    assert level(world) == 1
    world.work()
    assert stands(world) == (33, 29, 29)
    assert level(world) == 0


def test_without_the_right_to_salable_quantities_stock_stops_and_says_so(mugs: World) -> None:
    """Counting on as before would count every unshipped order twice."""
    mugs.place(items=[(MUG, 4)])
    mugs.sync()
    mugs.shop.denied.add("Magento_InventorySalesApi::stock")
    mugs.time.forward(minutes=5)
    run = steps.read_stream(mugs.fresh(mugs.store), Stream.STOCK)
    assert run is not None
    assert "Magento_InventorySalesApi::stock" in run.error
    assert Cursor.of(mugs.store, Stream.STOCK).last_error_code in (
        "missing_right",
        "bearer_refused",
    )
    assert (puts(mugs), stands(mugs)) == (0, (30, 26, 26))
    assert not Posting.objects.filter(source_kind="stock").exists()
    facts = connect_shop(mugs.store).probe()
    assert facts.reserves_stock
    assert "count twice" in " ".join(facts.warnings)


def test_a_product_that_is_switched_off_is_left_alone_with_the_reason(mugs: World) -> None:
    mugs.shop.stock.set(MUG, 33)
    mugs.shop.stock.set_item(MUG, is_in_stock=False)
    assert level(mugs) == 0
    (reason,) = StockState.objects.get(sku=MUG).reasons
    assert reason["code"] == "stock_switched_off"
    assert puts(mugs) == 0


def test_an_index_that_lags_behind_writes_nothing_and_says_so(mugs: World) -> None:
    """The shop would sell 30 of a product that it has no more: nobody knows which is true."""
    mugs.shop.stock.stop_index()
    mugs.shop.stock.set(MUG, 0)
    mugs.shop.stock.set_item(MUG, is_in_stock=True)
    assert level(mugs) == 0
    (reason,) = StockState.objects.get(sku=MUG).reasons
    assert reason["code"] == "stock_stale"
    assert puts(mugs) == 0
    assert stands(mugs) == (0, 0, 30)
    assert not Posting.objects.filter(source_kind="stock").exists()


@pytest.mark.stories
def test_what_other_sources_have_is_no_lag(world: World) -> None:
    begin(world, "to_store")
    world.shop.stock.elsewhere[MUG] = 10
    world.shop.stock.set(MUG, 20)
    assert level(world) == 0
    assert (StockState.objects.get(sku=MUG).reasons, puts(world)) == ([], 0)


def test_one_product_that_the_shop_fails_to_answer_does_not_stop_the_others(world: World) -> None:
    begin(world, "to_store")
    world.xero.person("create_item", item={"Code": "TEA-POT", "Name": "TEA-POT", **TRACKED})
    world.xero.person("receive_stock", item="TEA-POT", quantity=7, cost=4)
    world.shop.stock.set("TEA-POT", 9)
    path = f"get-product-salable-quantity/{MUG}/"
    world.shop.faults.add(Fault("error", match=path, times=None))

    assert level(world) == 1
    assert world.shop.stock.quantities["TEA-POT"] == 7
    (reason,) = StockState.objects.get(sku=MUG).reasons
    assert "HTTP 500" in reason["message"]
    assert StockState.objects.get(sku="TEA-POT").reasons == []
    assert world.shop.stock.quantities[MUG] == 30


def test_a_shop_that_fails_every_product_is_away(mugs: World) -> None:
    for code in ("TEA-POT", "HONEY-500", "BEANS-250"):
        mugs.xero.person("create_item", item={"Code": code, "Name": code, **TRACKED})
    mugs.shop.faults.add(Fault("error", match="get-product-salable-quantity", times=None))

    run = steps.read_stream(mugs.fresh(mugs.store), Stream.STOCK)

    assert run is not None
    assert "HTTP 500" in run.error
    assert puts(mugs) == 0


def test_facts_that_were_learned_serve_while_the_shop_cannot_be_asked_again(world: World) -> None:
    world.change_store(only={"websites": ["base"]})
    world.place()
    world.sync()
    assert TrackedOrder.objects.get().label == "posted"
    world.time.forward(days=2)
    world.shop.faults.add(Fault("error", match="store/storeViews", times=None))
    later = world.place()
    world.sync()
    assert world.row(later).label == "posted"
