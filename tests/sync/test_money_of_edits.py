"""Money that was posted stays where it is, whatever the order becomes, and is posted once.

Accounts of type BANK take overpayments, so each order here is paid into one. A mug is 24.95 (tax
2.27), postage 9.95 (tax 0.90).
"""

from __future__ import annotations

from typing import Any

from tests.sync.standing import again, stands
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
