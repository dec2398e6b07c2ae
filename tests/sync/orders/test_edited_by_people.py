"""What a person says of an invoice that was changed in Xero.

It stays, and the difference between it and the order is posted beside it, or is not.

A mug is 24.95 (tax 2.27), postage 9.95 (tax 0.90): an order of one mug is 34.90 (3.17), of two
59.85 (5.44).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.dispatch import freshness
from sync.models import OrderAction, Posting, TrackedOrder
from sync.orders import actions
from tests.sync.orders.test_people_pay import S1, cancel, unpaid
from tests.sync.orders.test_people_pay import time as time
from tests.sync.standing import again, stands
from tests.sync.world import World, at_rest, money

Doc = dict[str, Any]
TWO = [("MUG-STN", 2)]
THEIRS = {"Description": "By hand", "Quantity": 1, "UnitAmount": 40, "AccountCode": "200"}
AS_EDITED = f"invoice {S1} AUTHORISED 2027-03-10 44.00 tax 4.00 due 44.00"


def edits(world: World, **line: Any) -> None:
    """A person writes one line of 40.00 and its tax over the lines of the invoice."""
    world.time.forward(minutes=1)
    world.xero.person("edit_invoice", invoice=S1, changes={"LineItems": [THEIRS | line]})
    world.time.forward(minutes=1)


def changes(world: World, order: Doc, items: list[tuple[str, int]]) -> None:
    world.time.forward(minutes=1)
    world.shop.edit(order["entity_id"], items)
    world.sync()


def asked(world: World, items: list[tuple[str, int]] | None = TWO, **line: Any) -> Doc:
    """An order whose invoice a person edited, and that waits for a person's word; with `items` the
    shop has changed it too."""
    order = unpaid(world)
    edits(world, **line)
    if items is None:
        world.time.forward(hours=2)
        freshness.watch(world.organisation)
    else:
        changes(world, order, items)
    world.sync()
    assert world.row(order).label == "held"
    return order


def difference(world: World) -> int:
    count = actions.post_difference(TrackedOrder.objects.all(), None)
    world.work()
    at_rest()
    return count


def test_the_difference_is_posted_beside_what_a_person_wrote(world: World) -> None:
    order = asked(world)
    assert difference(world) == 1
    assert stands(world) == [
        AS_EDITED, f"invoice {S1}-E1 AUTHORISED 2027-03-10 15.85 tax 1.44 due 15.85",
    ]  # fmt: skip
    assert (world.row(order).label, world.row(order).reasons) == ("posted", [])
    assert OrderAction.objects.get().what == "difference"
    again(world)


@pytest.mark.stories
def test_what_a_person_wrote_too_much_is_credited(world: World) -> None:
    order = asked(world, None)
    assert difference(world) == 1
    assert stands(world) == sorted([
        f"invoice {S1} AUTHORISED 2027-03-10 44.00 tax 4.00 due 34.90",
        f"credit note {S1}-E1 PAID 2027-03-10 9.10 tax 0.83 left 0.00",
        f"allocation {S1}-E1 to {S1} 2027-03-10 9.10",
    ])  # fmt: skip
    assert world.row(order).label == "posted"
    again(world)


def test_to_keep_what_a_person_wrote_posts_what_the_shop_changed_alone(world: World) -> None:
    order = asked(world)
    actions.sync_now(TrackedOrder.objects.all(), None)
    world.work()
    assert stands(world) == [
        AS_EDITED, f"invoice {S1}-E1 AUTHORISED 2027-03-10 24.95 tax 2.27 due 24.95",
    ]  # fmt: skip
    assert world.row(order).label == "posted"
    again(world)


@pytest.mark.stories
@pytest.mark.parametrize("answer", [actions.sync_now, actions.post_difference])
def test_what_the_shop_changes_later_goes_beside_it_too(world: World, answer: Any) -> None:
    order = asked(world, None)
    answer(TrackedOrder.objects.all(), None)
    world.work()
    changes(world, order, TWO)
    at_rest()
    invoices = world.invoices()
    assert money(invoices[S1]["Total"]) == Decimal("44.00"), "it was written over"
    assert invoices[f"{S1}-E{1 if answer is actions.sync_now else 2}"]["Status"] == "AUTHORISED"
    again(world)


@pytest.mark.stories
def test_a_cancelled_order_leaves_nothing_of_what_a_person_wrote(world: World) -> None:
    order = asked(world)
    difference(world)
    cancel(world, order)
    at_rest()
    due = [invoice["AmountDue"] for invoice in world.invoices().values()]
    assert due == [0, 0]
    assert world.row(order).label == "posted"
    again(world)


@pytest.mark.stories
def test_a_payment_pays_all_of_it(world: World) -> None:
    order = asked(world)
    difference(world)
    world.time.forward(minutes=1)
    world.shop.pay(order["entity_id"])
    world.sync()
    at_rest()
    assert [invoice["Status"] for invoice in world.invoices().values()] == ["PAID", "PAID"]
    assert sum(one["Amount"] for one in world.payments()) == Decimal("59.85")
    again(world)


@pytest.mark.stories
def test_while_xero_is_away_the_answer_is_kept(world: World) -> None:
    order = asked(world)
    world.xero.faults(
        {"kind": "error_before", "match": {"method": "GET", "path": "/Invoices", "count": 0}}
    )
    actions.post_difference(TrackedOrder.objects.all(), None)
    world.build()
    assert world.row(order).label == "held"
    assert stands(world) == [AS_EDITED]
    world.xero.faults()
    world.time.forward(hours=1)
    world.sync()
    at_rest()
    assert len(stands(world)) == 2
    assert world.row(order).label == "posted"
    again(world)


@pytest.mark.stories
def test_what_cannot_be_taken_for_lines_of_ours_is_said_and_nothing_is_posted(
    world: World,
) -> None:
    order = asked(world, DiscountRate=10)
    standing = stands(world)
    difference(world)
    assert stands(world) == standing
    assert world.row(order).label == "held"
    assert any("discount" in reason["message"] for reason in world.posting(order).reasons)
    again(world)
    # The other answer is still open.
    actions.sync_now(TrackedOrder.objects.all(), None)
    world.work()
    assert world.row(order).label == "posted"


@pytest.mark.stories
def test_another_change_of_a_person_is_another_question(world: World) -> None:
    order = asked(world)
    difference(world)
    edits(world, UnitAmount=50)
    world.time.forward(hours=2)
    freshness.watch(world.organisation)
    world.sync()
    assert (world.row(order).label, world.posting(order).answer) == ("held", "")
    difference(world)
    assert world.row(order).label == "posted"
    assert stands(world) == sorted([
        f"invoice {S1} AUTHORISED 2027-03-10 55.00 tax 5.00 due 44.00",
        f"invoice {S1}-E1 AUTHORISED 2027-03-10 15.85 tax 1.44 due 15.85",
        f"credit note {S1}-E2 PAID 2027-03-10 11.00 tax 1.00 left 0.00",
        f"allocation {S1}-E2 to {S1} 2027-03-10 11.00",
    ])  # fmt: skip
    again(world)


@pytest.mark.stories
def test_of_what_was_voided_there_is_no_difference(world: World) -> None:
    order = unpaid(world)
    world.xero.person("void", invoice=S1)
    changes(world, order, TWO)
    assert difference(world) == 0
    assert world.row(order).label == "held"
    assert not OrderAction.objects.exists()
    again(world)


@pytest.mark.stories
def test_an_order_that_nobody_changed_in_xero_is_left_as_it_is(world: World) -> None:
    unpaid(world)
    assert difference(world) == 0
    assert not Posting.objects.exclude(answer="").exists()
