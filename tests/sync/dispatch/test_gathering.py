"""What goes into one request, and what goes alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.lib import clock
from sync.dispatch import doubt, gather, send
from sync.models import Attempt, Dispatch, Posting
from tests.sync.world import World, books, forgotten, money


def contacts(world: World, count: int) -> list[Posting]:
    """Contacts that are ready to be sent, oldest first."""
    for n in range(1, count + 1):
        world.place(customer=n)
    world.pull()
    world.build()
    found = list(Posting.objects.filter(kind="contact").order_by("pk"))
    assert [one.state for one in found] == ["pending"] * count
    return found


def gathered(world: World) -> list[Posting]:
    formed = gather.gather(world.organisation)
    assert formed is not None
    return list(formed.postings.order_by("position"))


def test_all_that_is_alike_goes_together(world: World) -> None:
    assert contacts(world, 3) == gathered(world)


def test_what_was_refused_with_a_request_goes_alone_when_its_turn_comes(world: World) -> None:
    first, second, third = contacts(world, 3)
    Posting.objects.filter(pk=first.pk).update(attempts=1)
    assert gathered(world) == [first]
    assert gathered(world) == [second, third]


def test_what_was_refused_before_is_left_out_of_the_request_of_others(world: World) -> None:
    first, second, third = contacts(world, 3)
    Posting.objects.filter(pk=second.pk).update(attempts=1)
    assert gathered(world) == [first, third]
    assert gathered(world) == [second]


def test_one_request_has_one_verb(world: World) -> None:
    first, second, third = contacts(world, 3)
    Posting.objects.filter(pk=second.pk).update(verb="POST")
    assert gathered(world) == [first, third]
    assert gathered(world) == [second]


def test_what_is_looked_up_first_goes_with_its_like_only(world: World) -> None:
    first, second, third = contacts(world, 3)
    Posting.objects.filter(pk__in=[first.pk, third.pk]).update(look_up=True)
    assert gathered(world) == [first, third]
    assert Dispatch.objects.get().state == "unknown"
    assert gathered(world) == [second]
    assert Dispatch.objects.latest("pk").state == "open"


def test_a_request_that_was_formed_and_not_sent_as_far_as_is_known_is_looked_up_first(
    world: World,
) -> None:
    """Its worker may have sent it all the same: the database is of just before."""
    world.place()
    world.pull()
    world.build()
    while not Posting.objects.filter(kind="payment", state="pending", parent__state="posted"):
        assert send._step(world.organisation, "test") is None
    formed = gather.gather(world.organisation)
    assert formed is not None
    assert (formed.kind, formed.state) == ("payment", "open")
    with forgotten(world):
        world.work()
        assert len(world.payments()) == 1
    world.xero.faults({"kind": "forget_keys", "match": {"method": "GET", "count": 0}})
    world.time.forward(seconds=timedelta(minutes=2).total_seconds())
    assert Dispatch.objects.get(pk=formed.pk).not_before < clock.now()
    world.work()
    assert world.calls()["PUT Payments"] == 1
    assert Attempt.objects.filter(dispatch=formed, what="look-up").exists()
    books(world)


def test_what_is_planned_anew_while_its_request_is_formed_goes_with_what_is_planned(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shop changes an order between the reading of its invoice and the claim."""
    world.place(customer=1)
    world.sync()
    order = world.place(customer=1, status="pending")
    world.pull()
    world.build()
    formed = doubt.in_doubt

    def meanwhile(*args: Any) -> set[int]:
        monkeypatch.setattr(doubt, "in_doubt", formed)
        world.time.forward(minutes=1)
        world.shop.edit(order["entity_id"], [("MUG-STN", 2)])
        world.pull()
        world.build()
        return formed(*args)

    monkeypatch.setattr(doubt, "in_doubt", meanwhile)
    dispatch = gather.gather(world.organisation)
    assert dispatch is not None
    assert '"Quantity": 2.0' in dispatch.body
    world.work()
    assert {(one.state, one.differs) for one in Posting.objects.all()} == {("posted", False)}
    sold = {Decimal(str(one["Total"])) for one in world.invoices().values()}
    assert money(order["grand_total"]) in sold
