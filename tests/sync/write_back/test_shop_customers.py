"""With `streams.customers: both` a correction in Xero reaches the shop once, and ends there."""

from __future__ import annotations

from typing import Any

import pytest

from stores.canonical.records import Stream
from sync.flow import steps
from sync.ingest.pull import pull
from sync.models import Posting, ShopContact, ShopWrite
from sync.outbox.shop_writes import try_again
from tests.sync.world import World
from tests.sync.write_back.test_write_back import written

NEW_PHONE = {"Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "0411 222 333"}]}
NEW_PLACE = {
    "Addresses": [
        {
            "AddressType": "POBOX", "AddressLine1": "9 Low Rd", "AddressLine2": "Shed",
            "AddressLine3": "Rear", "City": "Melbourne", "Region": "Victoria",
            "PostalCode": "3000", "Country": "Australia",
        }
    ]
}  # fmt: skip


@pytest.fixture
def both(world: World) -> World:
    world.change_store(streams={"customers": "both"})
    return world


def registered(world: World) -> dict[str, Any]:
    """An order of a customer with an account, whose record says what the order does."""
    number = next(n for n in range(1, 40) if _plain(world, n))
    order = world.place(customer=number)
    pull(world.store, Stream.CUSTOMERS)
    world.sync()
    world.time.forward(hours=1)
    steps.watch(world.organisation)
    return order


def _plain(world: World, number: int) -> bool:
    person = world.shop.demand.person(number)
    return person.registered and not person.company and not person.foreign


def account(world: World, order: dict[str, Any]) -> dict[str, Any]:
    from sandbox.magento.rest import accounts

    return accounts.record(world.shop, order["customer_id"])


def edited_in_xero(world: World, order: dict[str, Any], **details: Any) -> None:
    """A person changes the contact, and the hourly look sees it."""
    posting = world.posting(order).parent
    assert posting is not None
    world.xero.person("edit_contact", contact=posting.xero_id, details=details)
    world.time.forward(hours=1)
    steps.watch(world.organisation)


def everything_again(world: World) -> None:
    """What either side says now reaches the other, if it is news."""
    for _ in range(2):
        world.time.forward(days=1)
        pull(world.store, Stream.CUSTOMERS)
        world.sync()
        steps.watch(world.organisation)
        world.write_back()


def test_a_correction_in_xero_reaches_the_shop_once_and_comes_back_as_no_change(
    both: World,
) -> None:
    world = both
    order = registered(world)
    before = account(world, order)
    assert not ShopWrite.objects.exists()
    edited_in_xero(world, order, **NEW_PHONE, **NEW_PLACE, TaxNumber="51 824 753 556")
    calls = world.calls()
    world.write_back()
    assert world.calls() == calls, "Xero is not asked for it"
    after = account(world, order)
    (address,) = after["addresses"]
    assert (address["telephone"], after["taxvat"]) == ("0411 222 333", "51 824 753 556")
    assert address["street"] == ["9 Low Rd", "Shed, Rear"]
    assert (address["city"], address["country_id"]) == ("Melbourne", "AU")
    assert address["region"]["region_id"] == 574
    for name in ("email", "firstname", "lastname", "group_id", "website_id"):
        assert after[name] == before[name]
    assert written(world) == 1
    writes = world.writes()
    everything_again(world)
    assert (world.writes(), written(world)) == (writes, 1)
    assert ShopWrite.objects.get().state == "done"


def test_a_change_in_the_shop_goes_to_xero_and_does_not_come_back(both: World) -> None:
    world = both
    order = registered(world)
    (address,) = account(world, order)["addresses"]
    moved = address | {"telephone": "0499 999 999"}
    world.shop.change_customer(order["customer_id"], addresses=[moved])
    world.time.forward(days=1)
    pull(world.store, Stream.CUSTOMERS)
    world.work()
    assert Posting.objects.get(purpose="update").state == "posted"
    everything_again(world)
    assert written(world) == 0
    assert not ShopWrite.objects.exists()


def test_the_newer_word_of_the_shop_stands(both: World) -> None:
    world = both
    order = registered(world)
    edited_in_xero(world, order, **NEW_PHONE)
    (address,) = account(world, order)["addresses"]
    own = address | {"telephone": "0499 999 999"}
    world.shop.change_customer(order["customer_id"], addresses=[own])
    world.write_back()
    assert written(world) == 0
    row = ShopWrite.objects.get()
    assert (row.state, row.reasons[0]["code"]) == ("dropped", "shop_left_alone")
    everything_again(world)
    assert account(world, order)["addresses"][0]["telephone"] == "0499 999 999"
    (contact,) = world.contacts()
    assert contact["Phones"][0]["PhoneNumber"] == "0499 999 999"


def test_a_lost_answer_is_looked_up_and_a_refusal_waits(both: World) -> None:
    world = both
    order = registered(world)
    edited_in_xero(world, order, **NEW_PHONE)
    world.shop.fail("cut", match="/customers/", after=2)
    world.write_back()
    assert ShopWrite.objects.get().state == "unknown"
    assert account(world, order)["addresses"][0]["telephone"] == "0411 222 333"
    world.time.forward(seconds=91)
    world.write_back()
    assert ShopWrite.objects.get().state == "done"
    assert written(world) == 1
    nowhere = dict(NEW_PLACE["Addresses"][0], Country="Atlantis")
    edited_in_xero(world, order, Addresses=[nowhere])
    world.write_back()
    row = ShopWrite.objects.latest("pk")
    assert (row.state, row.reasons[0]["code"]) == ("held", "shop_refused")
    assert "The shop knows no country Atlantis." in row.reasons[0]["message"]
    # A later correction goes; the older one does not go over it when it is tried again.
    edited_in_xero(world, order, **NEW_PLACE)
    world.write_back()
    assert try_again(ShopWrite.objects.filter(pk=row.pk)) == 1
    world.write_back()
    row.refresh_from_db()
    assert row.state == "dropped"
    assert account(world, order)["addresses"][0]["city"] == "Melbourne"
    assert written(world) == 2


def test_what_a_killed_worker_missed_is_found_with_the_next_reading_of_customers(
    both: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = both
    order = registered(world)
    with monkeypatch.context() as patched:
        patched.setattr("sync.contacts.to_shop.find", lambda organisation, since: 0)
        edited_in_xero(world, order, **NEW_PHONE)
    assert not ShopWrite.objects.exists()
    pull(world.store, Stream.CUSTOMERS)
    world.write_back()
    assert account(world, order)["addresses"][0]["telephone"] == "0411 222 333"


@pytest.mark.parametrize("customers", [True, False])
def test_otherwise_nothing_goes_back(world: World, customers: bool) -> None:
    order = registered(world)
    world.change_store(streams={"customers": customers})
    edited_in_xero(world, order, **NEW_PHONE)
    world.write_back()
    assert written(world) == 0
    assert not ShopWrite.objects.exists()
    # Nor later, once it is switched on: only what changes from then on counts.
    world.change_store(streams={"customers": "both"})
    everything_again(world)
    assert written(world) == 0
    assert ShopContact.objects.exclude(there=None).exists()
