"""Xero's answer about a credit note, an allocation, a refund or a change is lost: one of each.

Two orders each time, so that a batch is told apart; after it the books are as they would have
been, and running everything again writes nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from sync.models import Attempt, Posting
from tests.sync.orders.test_refunds_and_cancellations import MUG, later, refund
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import again, ledger, stands
from tests.sync.world import World, at_rest


def refunded_twice(world: World) -> None:
    orders = [world.place(customer=n) for n in (1, 2)]
    world.sync()
    for order in orders:
        refund(world, order, items=MUG)


def credited_unpaid(world: World) -> None:
    """Unpaid, and cancelled in a later month: credited and allocated."""
    orders = [world.place(customer=n, status="pending") for n in (1, 2)]
    world.sync()
    later(world, days=30)
    for order in orders:
        world.shop.update_order(order["entity_id"], state="canceled", status="canceled")


def cancelled(world: World) -> None:
    orders = [world.place(customer=n, status="pending") for n in (1, 2)]
    world.sync()
    later(world)
    for order in orders:
        world.shop.update_order(order["entity_id"], state="canceled", status="canceled")


def edited(world: World) -> None:
    orders = [world.place(customer=n, status="pending") for n in (1, 2)]
    world.sync()
    later(world)
    for order in orders:
        world.shop.edit(order["entity_id"], [("MUG-STN", 2)])


CASES = [
    (refunded_twice, "PUT", "/CreditNotes$", "credit_note"),
    (refunded_twice, "PUT", "/Payments$", "refund"),
    (credited_unpaid, "PUT", "/Allocations$", "allocation"),
    (cancelled, "POST", "/Invoices$", "invoice"),
    (edited, "POST", "/Invoices$", "invoice"),
]


@pytest.mark.parametrize(("story", "method", "path", "kind"), CASES)
def test_a_lost_answer_credits_and_pays_back_once(
    world: World, story: Any, method: str, path: str, kind: str
) -> None:
    story(world)
    match = {"method": method, "path": path}
    world.xero.faults({"kind": "lose_answer", "match": match})
    world.sync()
    assert Attempt.objects.filter(outcome="OutcomeUnknown").count() == 1
    verb = Posting.objects.filter(kind=kind, verb=method, adopted=True)
    assert verb.count() == (1 if kind == "allocation" else 2)
    at_rest()
    found = ledger(world)
    standing = {len(found["CreditNotes"]), len(found["Invoices"])}
    assert standing <= {0, 2}
    again(world)


@pytest.mark.parametrize(("story", "method", "path", "kind"), CASES[:3])
def test_a_batch_saved_in_part_is_completed(
    world: World, story: Any, method: str, path: str, kind: str
) -> None:
    story(world)
    match = {"method": method, "path": path}
    fault = {"kind": "error_after_partial", "match": match, "params": {"saved": 1}}
    world.xero.faults(fault)
    world.sync()
    at_rest()
    before = stands(world)
    assert sum(line.startswith("credit note") for line in before) == 2
    assert all("left 0.00" in line for line in before if line.startswith("credit note"))
    again(world)
