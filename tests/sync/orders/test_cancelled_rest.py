"""Orders of which a part was invoiced, some of that refunded, and the rest cancelled; and orders
that are taken back and opened again after a refund. A mug is 24.95 (tax 2.27), beans 16.50
without tax, postage 9.95 (tax 0.90)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.models import ShopWrite, TrackedOrder
from sync.orders import actions
from tests.sync.orders.test_money_of_edits import differs, undated
from tests.sync.orders.test_refunds_and_cancellations import later, paid, refund
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.orders.test_undo import undo
from tests.sync.standing import again
from tests.sync.world import World

S1 = "S1-000000001"
MUG = {"MUG-STN": 1}


def partly_invoiced(world: World, items: list[tuple[str, int]], invoiced: dict[str, int]) -> Any:
    """An order by card of which so much, and postage, is invoiced and captured, posted."""
    order = world.place(items=items, payment_method="stripe_payments", status="pending")
    world.shop.invoice(order["entity_id"], invoiced)
    world.sync()
    return order


def cancel_rest(world: World, order: dict[str, Any]) -> None:
    later(world)
    world.shop.cancel(order["entity_id"])
    world.sync()


def quiet(world: World) -> None:
    """Running all again writes nothing, and nothing differs from the shop."""
    again(world)
    assert differs(world) == []


def net(world: World) -> tuple[str, str]:
    """What invoices less credit notes come to, and the tax in it."""
    sign = {"invoice": 1, "credit": -1}
    lines = [line.replace("credit note", "credit").split() for line in undated(world)]
    sales = [(sign[words[0]], words) for words in lines if words[0] in sign]
    totals = [sum(s * round(float(words[at]) * 100) for s, words in sales) for at in (3, 5)]
    return f"{totals[0] / 100:.2f}", f"{totals[1] / 100:.2f}"


@pytest.mark.parametrize("apart", [True, False])
def test_what_was_cancelled_and_what_was_given_back_are_two_events(
    world: World, apart: bool
) -> None:
    """Two mugs and beans are 76.35; a mug and postage are paid, the mug is given back."""
    order = partly_invoiced(world, [("MUG-STN", 2), ("BEANS-250", 1)], MUG)
    refund(world, order, items=MUG)
    if apart:
        world.sync()
    cancel_rest(world, order)
    assert order["state"] == "canceled"
    assert net(world) == ("9.95", "0.90")
    found = undated(world)
    assert f"credit note {S1}-R1 PAID 24.95 tax 2.27 left 0.00" in found
    assert f"credit note {S1}-E1 PAID 41.45 tax 2.27 left 0.00" in found
    quiet(world)


@pytest.mark.stories
def test_a_part_of_what_was_invoiced_given_back_and_the_rest_cancelled(world: World) -> None:
    order = partly_invoiced(world, [("MUG-STN", 4), ("BEANS-250", 1)], {"MUG-STN": 2})
    refund(world, order, items=MUG)
    world.sync()
    cancel_rest(world, order)
    assert order["state"] in ("processing", "complete")
    assert net(world) == ("34.90", "3.18")  # 5.45 of what was invoiced, less 2.27
    quiet(world)


@pytest.mark.stories
def test_all_that_was_invoiced_was_given_back_and_the_rest_cancelled(world: World) -> None:
    order = partly_invoiced(world, [("MUG-STN", 2)], MUG)
    refund(world, order, items=MUG, shipping="9.05")
    cancel_rest(world, order)
    assert net(world) == ("0.00", "0.00")
    quiet(world)


@pytest.mark.stories
def test_first_seen_when_the_rest_is_cancelled_the_order_is_what_was_invoiced(
    world: World,
) -> None:
    order = world.place(items=[("MUG-STN", 2)], payment_method="stripe_payments", status="pending")
    world.shop.invoice(order["entity_id"], MUG)
    refund(world, order, items=MUG)
    cancel_rest(world, order)
    assert undated(world) == [
        f"credit note {S1}-R1 PAID 24.95 tax 2.27 left 0.00",
        f"invoice {S1} PAID 34.90 tax 3.17 due 0.00",
        f"payment {S1} 090 34.90",
        f"refund {S1}-R1 090 24.95",
    ]
    quiet(world)


@pytest.mark.stories
def test_the_rest_of_an_order_that_nobody_paid_is_cancelled_as_a_whole(world: World) -> None:
    order = world.place(items=[("MUG-STN", 2)], status="pending")
    world.sync()
    cancel_rest(world, order)
    assert undated(world) == [f"invoice {S1} VOIDED 59.85 tax 5.44 due 0.00"]
    again(world)


# --- taken back, and opened again ---------------------------------------------------------------


def opened_again(world: World) -> None:
    actions.sync_now(TrackedOrder.objects.all(), None)
    world.work()


@pytest.mark.stories
def test_undone_and_opened_again_the_refund_is_credited_against_the_new_invoice(
    world: World,
) -> None:
    order = paid(world)
    refund(world, order, items=MUG)
    world.sync()
    undo(world)
    opened_again(world)
    assert net(world) == ("51.40", "3.17")
    assert f"credit note {S1}-A-R1 PAID 24.95 tax 2.27 left 0.00" in undated(world)
    assert f"invoice {S1}-A PAID 76.35 tax 5.44 due 0.00" in undated(world)
    quiet(world)
    undo_again(world)
    assert net(world) == ("0.00", "0.00")
    opened_again(world)
    assert net(world) == ("51.40", "3.17")
    quiet(world)


def undo_again(world: World) -> None:
    later(world)
    assert actions.undo(TrackedOrder.objects.all(), None, "once more") == 1
    world.work()


@pytest.mark.stories
@pytest.mark.parametrize("returned", [True, False])
def test_cancelled_and_opened_again_after_a_refund_the_sale_stands_once(
    world: World, returned: bool
) -> None:
    world.save_rules(statuses={"refunded": ["canceled"] if returned else []})
    order = paid(world)
    refund(world, order, items=MUG)
    world.sync()
    later(world)
    world.shop.update_order(order["entity_id"], state="canceled", status="canceled")
    world.sync()
    assert net(world) == ("0.00", "0.00")
    later(world)
    world.shop.update_order(order["entity_id"], state="processing", status="processing")
    world.sync()
    assert net(world) == ("51.40", "3.17")
    quiet(world)


# --- a change, and a refund ---------------------------------------------------------------------


@pytest.mark.stories
def test_a_change_that_was_credited_and_later_given_back_is_no_difference(world: World) -> None:
    order = paid(world, items=[("MUG-STN", 2)])
    later(world)
    world.shop.edit(order["entity_id"], [("MUG-STN", 1)])
    world.sync()
    later(world)
    world.shop.refund(order["entity_id"], items={}, adjustment_positive=Decimal("24.95"))
    world.sync()
    assert net(world) == ("34.90", "3.17")
    assert f"refund {S1}-E1 970 24.95" in undated(world)
    quiet(world)


@pytest.mark.stories
def test_a_refund_that_was_credited_and_then_taken_off_the_order_is_no_difference(
    world: World,
) -> None:
    order = paid(world)
    refund(world, order, items=MUG)
    world.sync()
    later(world)
    world.shop.edit(order["entity_id"], [("MUG-STN", 1), ("BEANS-250", 1)])
    world.sync()
    assert net(world) == ("51.40", "3.17")
    quiet(world)


@pytest.mark.stories
def test_lowered_after_a_refund_of_another_amount_the_order_is_credited(world: World) -> None:
    """76.35, a mug given back, then the beans (16.50) taken off."""
    order = paid(world)
    refund(world, order, items=MUG)
    world.sync()
    later(world)
    world.shop.edit(order["entity_id"], [("MUG-STN", 2)])
    world.sync()
    assert net(world) == ("34.90", "3.17")
    assert f"credit note {S1}-E1 AUTHORISED 16.50 tax 0.00 left 16.50" in undated(world)
    quiet(world)


# --- what the shop is told ----------------------------------------------------------------------


@pytest.mark.stories
def test_what_a_refund_or_a_cancellation_settled_is_not_paid(world: World) -> None:
    world.save_rules(statuses={"on_paid": "complete"})
    order = partly_invoiced(world, [("MUG-STN", 2), ("BEANS-250", 1)], MUG)
    refund(world, order, items=MUG)
    cancel_rest(world, order)
    assert not ShopWrite.objects.filter(what=ShopWrite.What.STATUS).exists()
