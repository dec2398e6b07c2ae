"""Drafts: approved in bulk by a person here, or by a person in Xero; what waited follows."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from sync.flow import steps
from sync.models import TrackedOrder
from sync.orders import actions
from tests.sync.orders.test_refunds_and_cancellations import MUG, ONE_MUG_SOLD, S1, later, refund
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import again, stands
from tests.sync.world import World

DRAFT = [f"invoice {S1} DRAFT 2027-03-10 34.90 tax 3.17 due 34.90"]


def drafted(world: World) -> dict[str, object]:
    world.save_rules(posting={"status": "DRAFT"})
    order = world.place()
    world.sync()
    assert stands(world) == DRAFT
    assert world.codes(order) == ["payment_waits_for_approval"]
    return order


def approve(world: World) -> None:
    ana = get_user_model().objects.create_user("ana")
    assert actions.approve(TrackedOrder.objects.all(), ana) == 1
    world.work()


def test_a_draft_approved_here_is_approved_there_and_paid_once(world: World) -> None:
    order = drafted(world)
    approve(world)
    assert stands(world) == ONE_MUG_SOLD
    assert (world.row(order).label, world.codes(order)) == ("posted", [])
    assert world.calls()["POST Invoices"] == 1
    again(world)


def test_an_order_approved_before_it_is_posted_is_posted_approved(world: World) -> None:
    world.save_rules(posting={"status": "DRAFT"})
    world.place()
    world.pull()
    approve(world)
    assert stands(world) == ONE_MUG_SOLD
    assert world.calls()["POST Invoices"] == 0
    again(world)


def test_a_draft_approved_in_xero_gets_its_payment_by_itself(world: World) -> None:
    drafted(world)
    later(world, hours=2)
    world.xero.person("approve", invoice=S1)
    later(world, hours=2)
    steps.watch(world.organisation)
    world.work()
    assert stands(world) == ONE_MUG_SOLD
    again(world)


def test_the_refund_of_a_draft_waits_with_it_and_follows_it(world: World) -> None:
    order = drafted(world)
    refund(world, order, items=MUG)
    world.sync()
    assert [line.split()[0] for line in stands(world)] == ["credit", "invoice"]
    approve(world)
    assert stands(world) == sorted([
        *ONE_MUG_SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)
