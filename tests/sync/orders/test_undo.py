"""Undo: what was posted of an order is taken back, once, by what became of it in Xero."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from sync.models import TrackedOrder
from sync.orders import actions
from tests.sync.orders.test_refunds_and_cancellations import (
    MUG,
    S1,
    label,
    later,
    paid,
    refund,
    unpaid,
)
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import again, stands
from tests.sync.world import World


def undo(world: World) -> None:
    later(world)
    ana = get_user_model().objects.create_user("ana")
    assert actions.undo(TrackedOrder.objects.all(), ana, "a test") == 1
    world.work()


def test_an_open_invoice_is_voided(world: World) -> None:
    order = unpaid(world)
    undo(world)
    assert stands(world) == [f"invoice {S1} VOIDED 2027-03-10 34.90 tax 3.17 due 0.00"]
    assert label(world, order) == "skipped"
    again(world)


def test_a_draft_is_deleted(world: World) -> None:
    world.save_rules(posting={"status": "DRAFT"})
    unpaid(world)
    undo(world)
    assert stands(world) == [f"invoice {S1} DELETED 2027-03-10 34.90 tax 3.17 due 0.00"]
    again(world)


def test_a_paid_sale_with_a_refund_is_credited_and_paid_back_for_the_rest(world: World) -> None:
    order = paid(world)
    refund(world, order, items=MUG)
    world.sync()
    undo(world)
    found = stands(world)
    assert f"credit note {S1}-C PAID 2027-03-12 51.40 tax 3.17 left 0.00" in found
    assert f"refund {S1}-C 970 2027-03-12 51.40" in found
    again(world)


def test_what_was_undone_is_posted_anew_when_a_person_asks(world: World) -> None:
    order: dict[str, Any] = unpaid(world)
    undo(world)
    actions.sync_now(TrackedOrder.objects.all(), None)
    world.work()
    assert stands(world) == [
        f"invoice {S1} VOIDED 2027-03-10 34.90 tax 3.17 due 0.00",
        f"invoice {S1}-A AUTHORISED 2027-03-10 34.90 tax 3.17 due 34.90",
    ]
    assert label(world, order) == "posted"
    again(world)
