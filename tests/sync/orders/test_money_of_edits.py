"""Money that was posted stays where it is, whatever the order becomes, and is posted once.

Accounts of type BANK take overpayments, so each order here is paid into one. A mug is 24.95 (tax
2.27), postage 9.95 (tax 0.90).
"""

from __future__ import annotations

import contextlib
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command

from tests.sync.orders.test_refunds_and_cancellations import learn
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import again, invoice, stands
from tests.sync.world import World

S1 = "S1-000000001"
ONE, TWO = [("MUG-STN", 1)], [("MUG-STN", 2)]


def by_card(world: World, items: list[tuple[str, int]], received: str) -> dict[str, Any]:
    """An order of which so much was received, posted."""
    order = world.place(items=items, payment_method="stripe_payments")
    world.part_paid(order, received)
    world.sync()
    return order


def edit(world: World, order: dict[str, Any], items: list[tuple[str, int]]) -> list[str]:
    world.time.forward(minutes=1)
    world.shop.edit(order["entity_id"], items)
    world.sync()
    again(world)
    return undated(world)


def undated(world: World) -> list[str]:
    """The ledger without days and references."""
    lines = []
    for line in stands(world):
        words = [word for word in line.split() if word.count("-") != 2 or word.startswith("S1")]
        lines.append(" ".join(word for word in words if not word.startswith(("pi_", "20"))))
    return lines


def differs(world: World) -> list[tuple[str, ...]]:
    """What `reconcile` tells: order, field, store, xero, cause, side."""
    out = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("reconcile", "--json", "--store", "au", stdout=out)
    names = ("order", "field", "store", "xero", "cause", "side")
    return [tuple(d[name] for name in names) for d in json.loads(out.getvalue())["differences"]]


def codes(world: World, order: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in world.row(order).reasons]


def test_what_an_order_was_lowered_by_is_credit_and_no_overpayment_as_well(world: World) -> None:
    order = by_card(world, TWO, "59.85")
    assert edit(world, order, ONE) == [
        f"credit note {S1}-E1 AUTHORISED 24.95 tax 2.27 left 24.95",
        f"invoice {S1} PAID 59.85 tax 5.44 due 0.00",
        f"payment {S1} 090 59.85",
    ]
    assert codes(world, order) == ["credit_left_open"]


def test_an_overpayment_pays_no_invoice_a_second_time_once_the_order_is_raised(
    world: World,
) -> None:
    order = by_card(world, ONE, "59.85")
    assert edit(world, order, TWO) == [
        f"invoice {S1} PAID 34.90 tax 3.17 due 0.00",
        f"invoice {S1}-E1 AUTHORISED 24.95 tax 2.27 due 24.95",
        f"payment {S1} 090 34.90",
        "receive-overpayment 24.95",
    ]
    assert codes(world, order) == ["overpaid"]


def test_an_overpayment_that_grows_is_posted_for_what_came_since(world: World) -> None:
    order = by_card(world, ONE, "40.00")
    world.time.forward(minutes=1)
    world.part_paid(order, "42.50")
    world.sync()
    assert undated(world) == [
        f"invoice {S1} PAID 34.90 tax 3.17 due 0.00",
        f"payment {S1} 090 34.90",
        "receive-overpayment 5.10",
        "receive-overpayment 2.50",
    ]
    again(world)


def test_money_that_came_before_the_order_was_lowered_further_stays_a_payment(
    world: World,
) -> None:
    """Half was received and posted; then the order is worth less than that half."""
    order = by_card(world, [("MUG-STN", 3)], "50.00")
    assert edit(world, order, ONE) == [
        f"allocation {S1}-E1 to {S1} 34.80",
        f"credit note {S1}-E1 AUTHORISED 49.90 tax 4.54 left 15.10",
        f"invoice {S1} PAID 84.80 tax 7.71 due 0.00",
        f"payment {S1} 090 50.00",
    ]


@pytest.mark.stories
def test_money_that_comes_after_a_refund_of_a_part_pays_what_is_due(world: World) -> None:
    """Of 59.85, 40.00 was paid and 24.95 given back; then the buyer pays what the shop says is
    still due."""
    order = by_card(world, TWO, "40.00")
    world.time.forward(minutes=1)
    world.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    world.shop.update_order(order["entity_id"], total_due=19.85, base_total_due=19.85)
    world.sync()
    assert differs(world) == []
    world.time.forward(minutes=1)
    world.part_paid(order, "59.85")
    world.sync()
    again(world)
    assert undated(world) == [
        f"credit note {S1}-R1 PAID 24.95 tax 2.27 left 0.00",
        f"invoice {S1} PAID 59.85 tax 5.44 due 0.00",
        f"payment {S1} 090 19.85",
        f"payment {S1} 090 40.00",
        f"refund {S1}-R1 090 24.95",
    ]
    assert codes(world, order) == []
    assert differs(world) == []


@pytest.mark.stories
@pytest.mark.parametrize("received", ["34.90", "0.00"])
def test_what_was_cancelled_of_an_order_that_goes_on_is_taken_off_its_invoice(
    world: World, received: str
) -> None:
    """Of two mugs and beans the beans (16.50) and a mug are cancelled; 34.90 is left."""
    order = by_card(world, [("MUG-STN", 2), ("BEANS-250", 1)], received)
    world.time.forward(minutes=1)
    for item in order["items"]:
        item["qty_canceled"] = 1
    gone = {"total_canceled": 41.45, "tax_canceled": 2.27, "base_total_canceled": 41.45}
    world.shop.update_order(order["entity_id"], **gone, base_tax_canceled=2.27)
    world.sync()
    again(world)
    assert differs(world) == []
    if received == "0.00":
        assert undated(world) == [f"invoice {S1} AUTHORISED 34.90 tax 3.17 due 34.90"]
        return
    assert undated(world) == [
        f"allocation {S1}-E1 to {S1} 41.45",
        f"credit note {S1}-E1 PAID 41.45 tax 2.27 left 0.00",
        f"invoice {S1} PAID 76.35 tax 5.44 due 0.00",
        f"payment {S1} 090 34.90",
    ]


# --- locked days ------------------------------------------------------------------------------


def locked_until(world: World, day: str) -> None:
    world.xero.person("lock", period=day)
    learn(world)


@pytest.mark.parametrize("status", ["AUTHORISED", "DRAFT"])
def test_an_invoice_that_was_moved_to_an_open_day_is_changed_where_it_stands(
    world: World, status: str
) -> None:
    world.save_rules(posting={"locked_period": "next_open_day", "status": status})
    world.time.forward(days=2)
    locked_until(world, "2027-03-12")
    order = world.place(
        items=ONE, status="pending", created_at=datetime(2027, 3, 11, 2, tzinfo=UTC)
    )
    world.sync()
    assert [line.split()[2:5] for line in stands(world)] == [[status, "2027-03-13", "34.90"]]
    world.time.forward(minutes=1)
    world.shop.edit(order["entity_id"], TWO)
    world.sync()
    assert [line.split()[2:5] for line in stands(world)] == [[status, "2027-03-13", "59.85"]]
    assert invoice(world, S1)["LineItems"][0]["Description"].endswith("(order of 2027-03-11)")
    again(world)


def test_a_draft_whose_day_was_locked_since_is_changed_on_the_next_open_day_or_held(
    world: World,
) -> None:
    world.save_rules(posting={"status": "DRAFT"})
    order = world.place(items=ONE, status="pending")
    world.sync()
    world.time.forward(days=2)
    locked_until(world, "2027-03-11")
    world.shop.edit(order["entity_id"], TWO)
    writes = world.writes()
    world.sync()
    assert (codes(world, order), world.row(order).label) == (["period_locked"], "held")
    assert world.writes() == writes, "Xero would refuse it"
    world.save_rules(posting={"status": "DRAFT", "locked_period": "next_open_day"})
    world.rebuild(order)
    world.work()
    update = world.row(order).postings.get(purpose="update")
    assert (update.state, str(update.document_date)) == ("held", "2027-03-12")
    assert [one["code"] for one in update.reasons] == ["period_locked"], "the draft's own day is"
    world.xero.person("lock", period=None)
    learn(world)
    world.rebuild(order)
    world.work()
    assert [line.split()[2:5] for line in stands(world)] == [["DRAFT", "2027-03-10", "59.85"]]
    again(world)
