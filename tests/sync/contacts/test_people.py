"""Customers: the same person once, two persons apart, whatever a person did in Xero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.magento import DemoShop
from sync.contacts import duplicates
from sync.models import ContactDecision
from tests.sync.world import World, books
from xero.models import MirrorContact


def buyers(world: World) -> list[str]:
    """Names of the contacts that invoices in Xero stand under, sorted."""
    names = {one["ContactID"]: one["Name"] for one in world.contacts()}
    return sorted(names[one["Contact"]["ContactID"]] for one in world.invoices().values())


def test_a_customer_who_also_buys_as_a_guest_is_one_contact(world: World) -> None:
    one, two = world.place(), world.place()
    world.bought_by(one, "Ann Lee", "ann@example.com", customer=7)
    world.bought_by(two, "Ann Lee", "Ann@Example.com ")
    world.sync()
    assert buyers(world) == ["Ann Lee", "Ann Lee"]
    assert len(world.contacts()) == 1
    books(world)


@pytest.mark.parametrize("guests", [True, False])
def test_two_persons_of_one_name_are_two_contacts(world: World, guests: bool) -> None:
    one, two = world.place(), world.place()
    world.bought_by(one, "John Smith", "john@example.com", None if guests else 1)
    world.bought_by(two, "John Smith", "smith@example.org", None if guests else 2)
    world.sync()
    assert buyers(world) == ["John Smith", "John Smith (smith@example.org)"]
    books(world)


@pytest.mark.parametrize("lost", [False, True])
def test_a_name_that_xero_finds_taken_is_told_apart(world: World, lost: bool) -> None:
    """Somebody made the contact while ours was on its way; the second answer may be lost too."""
    order = world.place()
    world.bought_by(order, "John Smith", "john@example.com")
    world.pull()
    world.build()
    contact = {"Name": "John Smith", "EmailAddress": "other@example.org"}
    world.xero.person("create_contact", contact=contact)
    if lost:
        world.xero.faults(
            {"kind": "lose_answer", "match": {"method": "PUT", "path": "/Contacts$", "nth": 2}}
        )
    world.work()
    assert buyers(world) == ["John Smith (john@example.com)"]
    assert len(world.contacts()) == 2
    books(world)


def test_the_same_customer_in_two_stores_at_once_is_one_contact(
    world: World, open_shop: Callable[..., DemoShop]
) -> None:
    second = open_shop()
    world.add_store(second, "nz", "S2-")
    one, other = world.place(), world.place(shop=second)
    world.bought_by(one, "Ann Lee", "ann@example.com", customer=7)
    world.bought_by(other, "Ann Lee", "ann@example.com", customer=3, shop=second)
    world.pull()
    world.pull(world.stores[1])
    world.work()
    assert len(world.contacts()) == 1
    books(world)


def known_customer(world: World) -> dict[str, Any]:
    """Ann Lee, whose first order is in Xero."""
    order = world.place()
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.sync()
    return order


def another(world: World) -> dict[str, Any]:
    """Ann Lee buys again."""
    order = world.place(items=[("TEA-POT", 1)])
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    return order


def test_a_contact_that_a_person_renamed_is_still_the_customer(world: World) -> None:
    known_customer(world)
    world.xero.person("rename_contact", contact="Ann Lee", name="A. Lee Pty Ltd")
    world.time.forward(hours=1)
    another(world)
    world.sync()
    assert buyers(world) == ["A. Lee Pty Ltd", "A. Lee Pty Ltd"]
    books(world)


@pytest.mark.parametrize("noticed", [True, False])
def test_an_archived_contact_is_restored_every_time(world: World, noticed: bool) -> None:
    known_customer(world)
    for _ in range(2):
        world.xero.person("archive_contact", contact="Ann Lee")
        if noticed:
            world.time.forward(hours=1)
        order = another(world)
        world.sync()
        assert world.row(order).label == "posted"
    assert len(world.contacts()) == 1
    books(world)


def test_a_contact_that_must_be_forgotten_is_never_used_again(world: World) -> None:
    known_customer(world)
    MirrorContact.objects.update(status="GDPRREQUEST")
    another(world)
    world.sync()
    assert buyers(world) == ["Ann Lee", "Ann Lee (ann@example.com)"]


def test_beside_an_archived_contact_another_is_made_where_the_setting_says_so(
    world: World,
) -> None:
    world.save_rules(contacts={"archived": "suffix"})
    known_customer(world)
    world.xero.person("archive_contact", contact="Ann Lee")
    world.time.forward(hours=1)
    order = another(world)
    world.sync()
    assert world.row(order).label == "posted"
    third = another(world)
    world.time.forward(hours=1)
    world.sync()
    assert world.row(third).label == "posted"
    assert len(world.contacts()) == 2
    books(world)


@pytest.mark.parametrize("noticed", [True, False])
def test_a_merged_contact_is_followed(world: World, noticed: bool) -> None:
    known_customer(world)
    world.xero.person("create_contact", contact={"Name": "Lee Holdings"})
    world.xero.person("merge_contacts", contact="Ann Lee", into="Lee Holdings")
    if noticed:
        world.time.forward(hours=1)
    order = another(world)
    world.sync()
    assert world.row(order).label == "posted"
    assert buyers(world) == ["Lee Holdings", "Lee Holdings"]
    books(world)


def test_the_contact_that_a_person_chose_of_two_takes_the_orders_of_both(world: World) -> None:
    known_customer(world)
    contact = {"Name": "Lee Household", "EmailAddress": "ann@example.com"}
    chosen = world.xero.person("create_contact", contact=contact)["ContactID"]
    world.time.forward(hours=1)
    as_guest = world.place()
    world.bought_by(as_guest, "Ann L.", "ann@example.com")
    world.sync()
    assert [one["message"] for one in world.row(as_guest).warnings] == [
        "2 contacts in Xero have the e-mail ann@example.com; the one linked to this shop, "
        "Ann Lee, is used."
    ]
    (made,) = {one["ContactID"] for one in world.contacts()} - {chosen}
    duplicates.same_person(world.organisation, keep=chosen, instead_of=made, user=None)
    customer, guest = another(world), world.place()
    world.bought_by(guest, "Ann Lee", "ann@example.com")
    world.sync()
    assert buyers(world) == ["Ann Lee", "Ann Lee", "Lee Household", "Lee Household"]
    assert world.row(customer).warnings == world.row(guest).warnings == []
    decision = ContactDecision.objects.get()
    assert duplicates.take_back(decision.pk, None)
    world.time.forward(minutes=1)
    another(world)
    world.sync()
    assert buyers(world).count("Ann Lee") == 3
    books(world)


def test_a_contact_of_xero_with_the_same_email_is_used_and_no_second_one_is_made(
    world: World,
) -> None:
    contact = {"Name": "Ann from before", "EmailAddress": "ANN@example.com"}
    world.xero.person("create_contact", contact=contact)
    known_customer(world)
    assert buyers(world) == ["Ann from before"]
    assert world.calls()["PUT Contacts"] == 0
    books(world)


def test_orders_without_name_or_email_go_to_the_guest_contact(world: World) -> None:
    for _ in range(2):
        order = world.place()
        world.bought_by(order, "", "")
    world.sync()
    assert buyers(world) == ["Web sales", "Web sales"]
    books(world)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("<script>alert(1)</script> Lee", "scriptalert(1)/script Lee"),
        ("  Ann \t  Lee ", "Ann Lee"),
        ("Zoë 🎉 Lee", "Zoë 🎉 Lee"),
        ("שרה כהן", "שרה כהן"),
        ("An\u0000n\u202e Lee", "Ann Lee"),
    ],
)
def test_names_of_all_kinds_are_cleaned_and_posted(world: World, name: str, clean: str) -> None:
    order = world.place()
    world.bought_by(order, name, "ann@example.com", customer=7)
    world.sync()
    assert buyers(world) == [clean]
    books(world)
