"""Lines of tracked goods: what Xero has in stock decides, whoever finds it out first."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.lib import clock
from sync.models import TrackedOrder
from tests.sync.world import World, at_rest, books

TRACKED = {
    "Code": "MUG-STN",
    "Name": "Mug",
    "SalesDetails": {"UnitPrice": 20, "AccountCode": "200"},
    "PurchaseDetails": {"COGSAccountCode": "310"},
    "InventoryAssetAccountCode": "630",
}


@pytest.fixture
def counted(world: World) -> World:
    """Xero counts the mugs, and has five."""
    world.xero.person("create_item", item=TRACKED)
    world.xero.person("receive_stock", item="MUG-STN", quantity=5, cost=4)
    return world


def mugs(world: World, number: int, **wish: Any) -> dict[str, Any]:
    return world.place(items=[("MUG-STN", number)], **wish)


def named(world: World, *orders: dict[str, Any]) -> list[str | None]:
    """The item codes of the orders' first lines in Xero."""
    lines = [world.invoices()[world.number(order)]["LineItems"][0] for order in orders]
    return [line.get("ItemCode") for line in lines]


def left(world: World) -> Decimal:
    quantity: Decimal = world.items()["MUG-STN"]["QuantityOnHand"]
    return quantity


def test_more_than_there_is_goes_without_the_item_and_says_so(counted: World) -> None:
    orders = [mugs(counted, 3, customer=1), mugs(counted, 3, customer=2), mugs(counted, 2)]
    counted.sync()
    assert named(counted, *orders) == ["MUG-STN", None, "MUG-STN"]
    assert left(counted) == 0
    row = counted.row(orders[1])
    assert (row.label, [r["code"] for r in row.reasons]) == ("posted", ["sold_untracked"])
    assert "3 sold, and Xero has 2 of MUG-STN in stock" in row.reasons[0]["message"]
    # Foreseen: nothing was refused. Built again with nothing left, what is posted stays so.
    assert counted.calls()["PUT Invoices"] == 1
    books(counted)
    assert [counted.row(order).state for order in orders] == ["ready"] * 3


def test_or_the_order_is_held_until_there_is_enough(counted: World) -> None:
    counted.save_rules(items={"oversell": "hold"})
    order, other = mugs(counted, 6, customer=1), mugs(counted, 5, customer=2)
    counted.sync()
    assert counted.codes(order) == ["oversold"]
    assert counted.row(order).reasons[0]["field"] == "items.oversell"
    assert list(counted.invoices()) == [counted.number(other)]
    counted.xero.person("receive_stock", item="MUG-STN", quantity=6)
    counted.time.forward(minutes=31)
    counted.rebuild(order, other)
    counted.work()
    assert named(counted, order) == ["MUG-STN"]
    assert left(counted) == 0
    assert counted.row(other).label == "posted"


def test_what_xero_refuses_for_want_of_stock_is_built_anew(counted: World) -> None:
    mugs(counted, 1, customer=1)
    counted.sync()
    # Somebody else sells what is left, and we have not read of it.
    line = {"Description": "Mug", "ItemCode": "MUG-STN", "Quantity": 4, "UnitAmount": 20}
    counted.xero.person("create_invoice", number="INV-1", lines=[line | {"AccountCode": "200"}])
    order = mugs(counted, 2, customer=2)
    counted.sync()
    assert named(counted, order) == [None]
    assert counted.calls()["PUT Invoices"] == 3
    assert not TrackedOrder.objects.filter(stock_refused=True).exists(), "known stock explains it"
    assert counted.row(order).label == "posted"
    at_rest()


def test_what_is_refused_whatever_the_stock_goes_without_the_item(
    counted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.xero.rules import stock

    text = "There are not enough of item MUG-STN on hand on that day"
    real = stock.check
    monkeypatch.setattr(stock, "check", lambda call, old, new: [text] if names(new) else [])
    order = mugs(counted, 2)
    counted.sync()
    assert named(counted, order) == [None]
    assert counted.row(order).stock_refused
    assert counted.codes(order) == ["sold_untracked"]
    assert left(counted) == 5
    monkeypatch.setattr(stock, "check", real)
    books(counted)


def names(document: dict[str, Any]) -> bool:
    return any(line.get("ItemCode") for line in document["LineItems"])


def test_what_was_sold_before_tracking_began_goes_without_the_item(world: World) -> None:
    mugs(world, 1, customer=1)
    world.sync()
    world.time.forward(days=3)
    world.xero.person("create_item", item=TRACKED)
    world.xero.person("receive_stock", item="MUG-STN", quantity=5)
    before = mugs(world, 1, customer=2, created_at=clock.now() - timedelta(days=5))
    world.shop.update_order(before["entity_id"])
    today = mugs(world, 1, customer=3)
    world.sync()
    assert named(world, before, today) == [None, "MUG-STN"]
    assert "before Xero tracked the stock" in world.row(before).reasons[0]["message"]
    assert left(world) == 4


def test_a_draft_moves_no_stock_and_keeps_its_item(counted: World) -> None:
    counted.save_rules(posting={"status": "DRAFT"})
    order = mugs(counted, 6)
    counted.sync()
    assert named(counted, order) == ["MUG-STN"]
    assert left(counted) == 5
