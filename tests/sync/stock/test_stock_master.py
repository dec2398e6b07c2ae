"""Stock from an outside system reaches the shop: each product once, the newest word last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.lib import clock
from stores.canonical.product import StockTarget
from sync.flow.sweep import sweep
from sync.models import MasterLevel
from sync.stock import push as push_stock
from sync.stock.levels import Level
from sync.stock.take import take_stock
from tests.sync.bell import Bell
from tests.sync.world import World

pytestmark = pytest.mark.stories


@pytest.fixture
def mastered(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("connector.lib.doorbell.ring", lambda *_, **__: None)
    world.change_store(streams={"stock": "master"})
    return world


def say(world: World, **levels: str) -> int:
    said = [
        Level(StockTarget(sku.replace("_", "-")), Decimal(text)) for sku, text in levels.items()
    ]
    return take_stock(world.fresh(world.store), said, clock.now())


def push(world: World) -> int:
    return push_stock.push_stock(world.fresh(world.store))


def shop_has(world: World, sku: str) -> float:
    return world.shop.stock.quantities[sku]


def row(sku: str) -> MasterLevel:
    return MasterLevel.objects.get(sku=sku)


def test_levels_are_written_once_until_they_are_said_again(mastered: World) -> None:
    assert say(mastered, MUG_STN="12", TOWEL_SET="0.5") == 2
    assert push(mastered) == 2
    assert (shop_has(mastered, "MUG-STN"), shop_has(mastered, "TOWEL-SET")) == (12, 0.5)
    writes = [call for call in mastered.shop.requests if call.startswith("PUT")]
    assert push(mastered) == 0
    assert [call for call in mastered.shop.requests if call.startswith("PUT")] == writes
    assert len(writes) == 2


def test_a_product_that_the_shop_lacks_is_held_and_stops_no_other(mastered: World) -> None:
    say(mastered, NONE="1", MUG_STN="3")
    assert push(mastered) == 1
    assert shop_has(mastered, "MUG-STN") == 3
    assert (row("NONE").state, row("NONE").reasons[0]["code"]) == ("held", "stock_sku_unknown")
    # Said again, perhaps after the product was added, it is tried again.
    mastered.shop.change_product("NONE")
    mastered.time.forward(seconds=2)
    say(mastered, NONE="4")
    assert push(mastered) == 1
    assert shop_has(mastered, "NONE") == 4


@pytest.mark.parametrize("wait", [300, None])
def test_a_shop_that_asks_to_wait_is_left_alone(mastered: World, wait: int | None) -> None:
    say(mastered, MUG_STN="3", TOWEL_SET="4")
    mastered.shop.fail("throttled", match="/stockItems", times=1, retry_after=wait)
    assert push(mastered) == 0
    asked = len(mastered.shop.requests)
    mastered.time.forward(seconds=2)
    say(mastered, MUG_STN="5")  # no word of the master's makes us ask sooner
    assert push(mastered) == 0
    assert len(mastered.shop.requests) == asked
    mastered.time.forward(seconds=wait or 60)
    assert push(mastered) == 2
    assert (shop_has(mastered, "MUG-STN"), shop_has(mastered, "TOWEL-SET")) == (5, 4)


def test_a_write_whose_answer_is_lost_is_made_again_with_the_newest_word(mastered: World) -> None:
    say(mastered, MUG_STN="3")
    mastered.shop.fail("cut", match="/products/", times=1)
    assert push(mastered) == 0
    assert row("MUG-STN").state == "pending"
    say(mastered, MUG_STN="8")
    mastered.time.forward(minutes=1)
    assert push(mastered) == 1
    assert shop_has(mastered, "MUG-STN") == 8


def test_what_is_said_while_it_is_written_is_written_after_it(
    mastered: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(mastered, MUG_STN="3")
    real: Callable[..., None] = push_stock.connect(mastered.store).__class__.set_stock
    once = iter([True])

    def slow(adapter: object, target: StockTarget, quantity: Decimal) -> None:
        real(adapter, target, quantity)
        if next(once, False):
            mastered.time.forward(seconds=5)
            say(mastered, MUG_STN="9")
            assert push(mastered) == 0  # another worker: the product is taken

    monkeypatch.setattr("stores.adapters.magento.adapter.MagentoAdapter.set_stock", slow)
    assert push(mastered) == 0
    assert row("MUG-STN").state == "pending"
    assert push(mastered) == 1
    assert (shop_has(mastered, "MUG-STN"), row("MUG-STN").state) == (9, "written")


def test_a_worker_that_was_killed_leaves_its_products_to_the_sweep(
    mastered: World, bell: Bell
) -> None:
    say(mastered, MUG_STN="3")
    now = clock.now()
    MasterLevel.objects.update(claimed_until=now + timedelta(minutes=9), claimed_by="killed")
    assert push(mastered) == 0
    mastered.time.forward(minutes=10)
    assert MasterLevel.objects.due(clock.now()).count() == 1
    assert push(mastered) == 1


def test_a_missing_right_holds_all_of_them_with_the_right_named(mastered: World) -> None:
    say(mastered, MUG_STN="3", TOWEL_SET="4")
    mastered.shop.denied.add("Magento_Catalog::catalog_inventory")
    assert push(mastered) == 0
    told = row("TOWEL-SET").reasons[0]
    assert told["code"] == "stock_waits"
    assert "Magento_Catalog::catalog_inventory" in told["message"]
    mastered.shop.denied.clear()
    mastered.time.forward(minutes=20)
    assert push(mastered) == 2


def test_the_sweep_rings_for_what_is_due(world: World, bell: Bell) -> None:
    world.change_store(streams={"stock": "master"})
    say(world, MUG_STN="3")
    bell.lose()
    sweep()
    assert ("sync.push_stock", (world.store.pk,)) in bell.rings


def test_a_store_that_is_switched_off_keeps_its_levels(mastered: World) -> None:
    say(mastered, MUG_STN="3")
    mastered.change_store(enabled=False)
    assert push(mastered) == 0
    assert row("MUG-STN").state == "pending"
    mastered.change_store(enabled=True, streams={"stock": "master"})
    assert push(mastered) == 1


def test_levels_of_one_sku_go_to_what_their_ids_say_each_by_itself(
    mastered: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[StockTarget, Decimal]] = []
    monkeypatch.setattr(
        "stores.adapters.magento.adapter.MagentoAdapter.set_stock",
        lambda self, target, quantity: written.append((target, quantity)),
    )
    store = mastered.fresh(mastered.store)
    north, south = StockTarget("MUG", "7", "", "north"), StockTarget("MUG", "7", "", "south")
    nameless = StockTarget("", "8")
    first = [Level(north, Decimal(3)), Level(south, Decimal(4)), Level(nameless, Decimal(5))]

    assert take_stock(store, first, clock.now()) == 3
    assert push(mastered) == 3
    assert take_stock(store, [Level(south, Decimal(9))], clock.now()) == 1
    assert push(mastered) == 1

    assert sorted(written[:3], key=str) == sorted(
        [(one.target, one.quantity) for one in first], key=str
    )
    assert written[3:] == [(south, Decimal(9))]
    assert MasterLevel.objects.count() == 3
