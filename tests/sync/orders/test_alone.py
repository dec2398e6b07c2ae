"""What is asked for of single orders while their store is off: one is posted as a draft, once, and
those that are undone leave Xero; nothing beside them is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connector.lib import clock
from sync.flow import sweep
from sync.models import OrderAction, Posting, TrackedOrder
from sync.orders.actions import try_one
from sync.orders.build_due import _books
from sync.orders.undo import undo
from sync.orders.work import OrderWork
from sync.trials.latest import read_latest
from tests.sync.world import World


def off(world: World, *, orders: int = 4) -> None:
    """A store that is switched off, whose last orders were read."""
    world.store.switch(on=False)
    world.shop.add_orders(orders)
    read_latest(world.fresh(world.store))


def one(number: int = 0) -> TrackedOrder:
    return TrackedOrder.objects.order_by("placed_at", "pk")[number]


def test_reading_the_last_orders_sends_nothing(world: World) -> None:
    off(world)

    world.build()
    world.send()

    assert TrackedOrder.objects.count() == 4
    assert not Posting.objects.exists()
    assert list(sweep._alone(clock.now())) == []


def test_one_order_is_posted_as_a_draft_and_nothing_beside_it(world: World) -> None:
    off(world)
    chosen = one()

    assert try_one(TrackedOrder.objects.filter(pk=chosen.pk), None) == 1
    assert list(sweep._alone(clock.now())) == [(world.store.pk,)]
    world.build()
    world.send()

    (invoice,) = world.invoices().values()
    assert invoice["Status"] == "DRAFT"
    assert invoice["InvoiceNumber"].endswith(chosen.number)
    assert {row.kind for row in Posting.objects.all()} == {"contact", "invoice"}
    assert OrderAction.objects.get().what == "try"
    # Nothing follows it, whatever is asked for, until the store is on.
    try_one(TrackedOrder.objects.filter(pk=chosen.pk), None)
    world.build()
    world.send()
    assert len(world.invoices()) == 1
    assert list(sweep._alone(clock.now())) == []


def test_its_request_is_given_up_by_no_switch(world: World) -> None:
    off(world, orders=1)
    try_one(TrackedOrder.objects.all(), None)
    world.build()

    assert not Posting.objects.switched_off().exists()
    TrackedOrder.objects.update(tried_at=None)
    assert Posting.objects.switched_off().count() == Posting.objects.count() == 2
    world.send()
    assert world.invoices() == {}


def test_switched_on_the_others_follow_and_the_draft_stays_one(world: World) -> None:
    off(world)
    chosen = one()
    try_one(TrackedOrder.objects.filter(pk=chosen.pk), None)
    world.build()
    world.send()

    world.store.switch(on=True)
    world.sync()

    found = {invoice["InvoiceNumber"]: invoice["Status"] for invoice in world.invoices().values()}
    assert len(found) == 4
    draft = next(number for number, status in found.items() if status == "DRAFT")
    assert draft.endswith(chosen.number)
    assert list(found.values()).count("DRAFT") == 1


def test_of_a_store_that_is_on_no_order_is_tried(world: World) -> None:
    world.shop.add_orders(1)
    world.pull()

    assert try_one(TrackedOrder.objects.all(), None) == 0
    assert not OrderAction.objects.exists()


def work(world: World) -> None:
    """As a worker that is rung for after every answer."""
    while world.build() or Posting.objects.sendable(world.organisation, clock.now()).exists():
        world.send()


def undone(world: World, *orders: dict[str, Any]) -> None:
    rows = TrackedOrder.objects.filter(pk__in=[world.row(order).pk for order in orders])
    assert undo(rows, None, "The shop has closed.") == len(orders)
    assert list(sweep._alone(clock.now())) == [(world.store.pk,)]


def test_the_draft_of_a_store_that_is_off_is_taken_back(world: World) -> None:
    off(world)
    tried = TrackedOrder.objects.filter(pk=one().pk)
    try_one(tried, None)
    world.build()
    world.send()

    assert undo(tried, None, "It was a trial.") == 1
    work(world)

    assert world.invoices() == {}
    assert tried.get().excluded_as == "undone"
    assert list(sweep._alone(clock.now())) == []
    assert not Posting.objects.waiting().exists()


def test_orders_of_an_archived_store_leave_xero_and_nothing_else_moves(world: World) -> None:
    paid, unpaid, kept = world.place(), world.place(status="pending"), world.place()
    world.sync()
    waiting = world.place()
    world.pull()
    world.store.put_away(away=True)
    before = world.calls()

    undone(world, paid, unpaid)
    work(world)

    assert set(world.invoices()) == {world.number(paid), world.number(kept)}
    (note,) = world.xero.ledger(world.organisation.tenant_id)["CreditNotes"]
    assert (note["Status"], note["Total"]) == ("PAID", Decimal(str(paid["grand_total"])))
    assert world.row(paid).label == world.row(unpaid).label == "skipped"
    assert not world.row(waiting).postings.exists()
    assert world.calls()["PUT Invoices"] == before["PUT Invoices"]
    assert list(sweep._alone(clock.now())) == []


def test_what_an_undone_order_was_to_send_is_not_sent_before_it_is_built(world: World) -> None:
    order = world.place()
    world.pull()
    world.build()
    world.store.put_away(away=True)

    assert undo(TrackedOrder.objects.all(), None, "The shop has closed.") == 1
    world.send()
    assert world.invoices() == {}
    work(world)
    assert world.invoices() == {}
    assert world.row(order).label == "skipped"
    assert not Posting.objects.waiting().exclude(kind="contact").exists()
    assert world.contacts() == []


def test_an_order_that_is_undone_meanwhile_makes_no_others_more_than_drafts(world: World) -> None:
    """It was chosen to be looked at with another, and undone before they were built."""
    off(world, orders=2)
    works = [OrderWork(one(0)), OrderWork(one(1))]
    works[0].row.undo_at = clock.now()
    store = World.fresh(world.store)
    facts = world.organisation.facts()
    assert _books(store, facts, works).snapshot.rules.posting.status == "DRAFT"
    assert _books(store, facts, works[:1]).snapshot.rules.posting.status == "AUTHORISED"
