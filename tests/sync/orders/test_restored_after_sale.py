"""A backup is put back that knows a sale, and not what was posted after it: that is told by its
number, also where the shop has taken back meanwhile what it was posted for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from connector.lib import clock
from sync.dispatch import freshness
from sync.flow import steps
from sync.models import Backfill, Posting, TrackedOrder
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.orders.test_restored import _net, cancels, edits, nobody_is_asked, three
from tests.sync.standing import again, stands
from tests.sync.world import World, at_rest, forgotten, money

Doc = dict[str, Any]


def by_credit_note(world: World) -> list[Doc]:
    """Orders that nobody paid, posted; a cancellation is a credit note."""
    world.save_rules(posting={"cancel": "credit_note"})
    orders = three(world, status="pending")
    world.sync()
    return orders


def opens(world: World, orders: list[Doc]) -> None:
    world.time.forward(minutes=1)
    for order in orders:
        world.shop.update_order(order["entity_id"], state="new", status="pending")


def follows(world: World, orders: list[Doc]) -> None:
    """The books are the shop's, and every document in Xero is known here."""
    world.sync()
    at_rest()
    nobody_is_asked(world, *orders)
    for order in orders:
        assert _net(world, world.number(order))[0] == money(order["grand_total"])
    call_command("reconcile", "--store", "au")
    again(world)


@pytest.mark.parametrize("days", [0, 1], ids=["at once", "a day later"])
def test_a_forgotten_cancellation_is_ours(world: World, days: int) -> None:
    orders = by_credit_note(world)
    with forgotten(world):
        cancels(world, orders)
        world.sync()
        before = stands(world)
    world.time.forward(days=days, minutes=7)
    steps.keep_tokens_alive()
    world.sync()
    at_rest()
    assert stands(world) == before
    notes = Posting.objects.filter(purpose="cancel-credit")
    assert [(note.state, bool(note.xero_id)) for note in notes] == [("posted", True)] * 3
    opens(world, orders)
    follows(world, orders)


@pytest.mark.parametrize("days", [0, 1], ids=["at once", "a day later"])
def test_a_forgotten_cancellation_that_the_shop_took_back_is_ours(world: World, days: int) -> None:
    orders = by_credit_note(world)
    with forgotten(world):
        cancels(world, orders)
        world.sync()
    world.time.forward(days=days, minutes=7)
    steps.keep_tokens_alive()
    opens(world, orders)
    follows(world, orders)


@pytest.mark.parametrize("days", [0, 1], ids=["at once", "a day later"])
def test_a_forgotten_supplement_of_what_the_shop_lowered_again_is_ours(
    world: World, days: int
) -> None:
    """A bank's account takes overpayments."""
    world.save_rules(payment_accounts={"checkmo": "090"})
    orders = three(world)
    world.sync()
    with forgotten(world):
        edits(world, orders)
        world.sync()
        assert f"{world.number(orders[0])}-E1" in world.invoices()
    world.time.forward(days=days, minutes=7)
    steps.keep_tokens_alive()
    for order in orders:
        world.shop.edit(order["entity_id"], [("MUG-STN", 1)])
    world.sync()
    at_rest()
    for order in orders:
        assert _net(world, world.number(order))[0] == money(order["grand_total"])
    known = Posting.objects.filter(purpose="edit", state="posted")
    assert sorted(known.values_list("kind", flat=True)) == ["credit_note"] * 3 + ["invoice"] * 3
    call_command("reconcile", "--store", "au")
    again(world)


def test_a_document_of_such_a_number_with_another_reference_is_nobodys(world: World) -> None:
    (order, *_) = by_credit_note(world)
    number = f"{world.number(order)}-E1"
    world.xero.person("create_invoice", number=number, reference="ours")
    world.shop.edit(order["entity_id"], [("MUG-STN", 2)])
    world.sync()
    assert not Posting.objects.filter(key=number).exists()


@pytest.mark.parametrize("known", [True, False], ids=["known", "not read yet"])
def test_an_order_does_not_wait_because_of_the_forgotten_invoice_of_another(
    world: World, known: bool
) -> None:
    """One buyer, one day, one total; the second is built first, in a backfill."""
    world.sync()
    first, second = world.place(customer=1), world.place(customer=1)
    world.pull()
    backfill = Backfill.objects.create(store=world.store, since="2027-03-01", until="2027-03-20")
    with forgotten(world):
        world.work()
        before = stands(world)
    world.time.forward(minutes=7)
    freshness.prepare(world.organisation)
    TrackedOrder.objects.update(backfill=backfill)
    other = TrackedOrder.objects.filter(source_id=str(first["entity_id"]))
    soon = clock.now() + timedelta(hours=1)
    other.update(build_at=soon, number=first["increment_id"] if known else "unknown")
    world.build()
    assert world.codes(second) == ([] if known else ["already_in_xero"])
    other.update(build_at=clock.now(), number=first["increment_id"])
    world.work()
    at_rest()
    assert stands(world) == before
    nobody_is_asked(world, first, second)
    again(world)
