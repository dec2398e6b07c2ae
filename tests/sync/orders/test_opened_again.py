"""A sale that was credited as a whole and is opened again is a new one: dated by the lock, held by
it, approved by itself. What stands of the issue before it is no part of that. A mug with its
postage is 34.90 (tax 3.17)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.orders.test_cancelled_rest import net, quiet
from tests.sync.orders.test_money_of_edits import undated
from tests.sync.orders.test_refunds_and_cancellations import later, learn
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import invoice, stands
from tests.sync.world import World

S1 = "S1-000000001"
ISSUED = f"{S1}-A"

pytestmark = pytest.mark.stories


def credited(world: World, **posting: str) -> Any:
    """An order of the tenth that was cancelled by a credit note on the next day."""
    world.save_rules(posting={"cancel": "credit_note", **posting})
    order = world.place(status="pending")
    world.sync()
    if posting.get("status") == "DRAFT":
        world.xero.person("approve", invoice=S1)
        learn(world)
        world.rebuild(order)
        world.work()
    later(world)
    world.shop.update_order(order["entity_id"], state="canceled", status="canceled")
    world.sync()
    assert net(world) == ("0.00", "0.00")
    return order


def opened_again(world: World, order: Any) -> None:
    later(world)
    world.shop.update_order(order["entity_id"], state="new", status="pending")


def locked(world: World) -> None:
    world.xero.person("lock", period="2027-03-10")
    learn(world)


def test_on_a_locked_day_it_is_held_before_xero_is_asked(world: World) -> None:
    order = credited(world)
    locked(world)
    opened_again(world, order)
    writes = world.writes()
    world.sync()
    assert (world.row(order).label, world.codes(order)) == ("held", ["period_locked"])
    assert world.writes() == writes
    world.xero.person("lock", period=None)
    learn(world)
    world.rebuild(order)
    world.work()
    assert net(world) == ("34.90", "3.17")
    quiet(world)


def test_or_it_is_dated_on_the_next_open_day_and_says_so(world: World) -> None:
    order = credited(world, locked_period="next_open_day")
    locked(world)
    opened_again(world, order)
    world.sync()
    assert f"invoice {ISSUED} AUTHORISED 2027-03-11 34.90 tax 3.17 due 34.90" in stands(world)
    told = [one["Description"] for one in invoice(world, ISSUED)["LineItems"]]
    assert told[0] == "Stoneware mug (order of 2027-03-10)"
    quiet(world)


def test_cancelled_once_more_while_it_is_held_nothing_is_held(world: World) -> None:
    order = credited(world)
    locked(world)
    opened_again(world, order)
    world.sync()
    later(world)
    world.shop.update_order(order["entity_id"], state="canceled", status="canceled")
    world.sync()
    assert world.row(order).label != "held"
    assert net(world) == ("0.00", "0.00")
    quiet(world)


def test_as_a_draft_its_money_waits_for_its_own_approval(world: World) -> None:
    order = credited(world, status="DRAFT")
    opened_again(world, order)
    world.shop.pay(order["entity_id"])
    world.sync()
    assert f"invoice {ISSUED} DRAFT 34.90 tax 3.17 due 34.90" in undated(world)
    assert not [one for one in stands(world) if one.startswith("payment")]
    assert "payment_waits_for_approval" in world.codes(order)
    world.xero.person("approve", invoice=ISSUED)
    learn(world)
    world.rebuild(order)
    world.work()
    assert f"invoice {ISSUED} PAID 34.90 tax 3.17 due 0.00" in undated(world)
    quiet(world)
