"""What somebody asks in a shop of its products and customers: done, and told them."""

from __future__ import annotations

import pytest

from connector.lib import clock
from stores.adapter import Ask, Wish
from stores.canonical.records import Stream
from stores.models import Cursor
from sync.flow import asked
from sync.ingest.pull import pull
from sync.models import LeftOutCustomer, TrackedProduct
from tests.sync.world import World

LEAVE_OUT, TAKE_IN, SYNC = Wish.LEAVE_OUT, Wish.TAKE_IN, Wish.SYNC


def ask(world: World, wish: Wish, stream: Stream, *ids: str) -> list[str]:
    """What is told of each of them."""
    wanted = Ask(wish, ids, "Mia", "a sample", stream)
    done = asked.act(world.store.pk, [wanted])
    assert [(one.stream, one.id) for one in done] == [(stream, one) for one in ids]
    return [one.did for one in done]


def again(world: World, stream: Stream) -> None:
    """Read a stream anew."""
    Cursor.objects.filter(stream=stream).update(next_run_at=clock.now())
    pull(world.store, stream)
    world.work()


@pytest.fixture
def selling(world: World) -> World:
    world.change_store(streams={"products": True})
    return world


def mug(world: World) -> TrackedProduct:
    return TrackedProduct.objects.get(store=world.store, sku="MUG-STN")


def test_a_product_that_is_left_out_gets_no_item_until_it_is_taken_in(selling: World) -> None:
    world = selling
    pull(world.store, Stream.PRODUCTS)
    key = mug(world).source_id
    assert "left out from now on" in ask(world, LEAVE_OUT, Stream.PRODUCTS, key)[0]
    world.work()
    row = mug(world)
    assert (row.state, row.reasons[0]["code"]) == ("skipped", "do_not_sync")
    assert row.why == "Mia, in the shop: a sample"
    assert "MUG-STN" not in world.items()
    assert len(world.items()) > 3, "of the others"
    assert ask(world, LEAVE_OUT, Stream.PRODUCTS, key) == ["It was left out before."]
    assert "take it in again" in ask(world, SYNC, Stream.PRODUCTS, key)[0]
    world.work()
    assert "MUG-STN" not in world.items()

    assert "is taken in again" in ask(world, TAKE_IN, Stream.PRODUCTS, key)[0]
    world.work()
    assert "MUG-STN" in world.items()
    assert ask(world, TAKE_IN, Stream.PRODUCTS, key) == ["It was not left out."]


def test_an_item_of_a_product_that_is_left_out_stays_as_it_is(selling: World) -> None:
    world = selling
    pull(world.store, Stream.PRODUCTS)
    world.work()
    ask(world, LEAVE_OUT, Stream.PRODUCTS, mug(world).source_id)
    world.shop.change_product("MUG-STN", name="Renamed")
    again(world, Stream.PRODUCTS)
    assert world.items()["MUG-STN"]["Name"] != "Renamed"
    ask(world, TAKE_IN, Stream.PRODUCTS, mug(world).source_id)
    world.work()
    assert world.items()["MUG-STN"]["Name"] == "Renamed"


def test_a_product_that_is_asked_for_is_built_before_everything_else(selling: World) -> None:
    world = selling
    pull(world.store, Stream.PRODUCTS)
    world.work()
    assert mug(world).build_at is None
    said = ask(world, SYNC, Stream.PRODUCTS, mug(world).source_id, "no-such")
    assert said[0].startswith("It is read again")
    assert said[1].startswith("It is new here")
    assert (mug(world).lane, mug(world).build_at is not None) == ("click", True)


def test_a_contact_of_a_customer_who_is_left_out_follows_nobody(world: World) -> None:
    customer = "7"
    world.bought_by(world.place(), "Mia Hart", "mia@example.com", 7)
    world.sync()
    before = phone(world, customer)
    assert before != "0400 000 099"

    assert ask(world, LEAVE_OUT, Stream.CUSTOMERS, customer) == [
        "The contact in Xero stays as it is from now on, whatever changes here."
    ]
    assert LeftOutCustomer.objects.get().why == "Mia, in the shop: a sample"
    moved(world)
    assert phone(world, customer) == before
    assert len(world.invoices()) == 2, "orders still go to it"

    assert "follows it from now on" in ask(world, TAKE_IN, Stream.CUSTOMERS, customer)[0]
    assert not LeftOutCustomer.objects.exists()
    moved(world)
    assert phone(world, customer) == "0400 000 099"


def moved(world: World) -> None:
    """The customer orders again, from another telephone."""
    new = world.place()
    new["billing_address"]["telephone"] = "0400 000 099"
    world.bought_by(new, "Mia Hart", "mia@example.com", 7)
    world.time.forward(hours=1)
    world.sync()


def phone(world: World, customer: str) -> str:
    """Of the customer's contact in Xero."""
    found = [one for one in world.contacts() if one.get("ContactNumber") == f"S1:{customer}"]
    (contact,) = found
    return next((one["PhoneNumber"] for one in contact["Phones"] if one["PhoneNumber"]), "")
