"""A company's contact: who buys for it, the shop's customer number, and where an order goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sync.world import World, at_rest

PEOPLE = ("Ann Lee", "Bob Ray", "Cy Fox", "Di Orr", "Ed Low", "Flo Kay", "Gus May")


@pytest.fixture(autouse=True)
def _by_company(world: World) -> None:
    world.save_rules(contacts={"strategy": "per_company"})


def _buys(world: World, name: str, customer: int, company: str = "Acme Pty Ltd") -> dict[str, Any]:
    order = world.place(status="pending")
    assigned = order["extension_attributes"]["shipping_assignments"][0]["shipping"]
    for address in (order["billing_address"], assigned["address"]):
        address["company"] = company
    email = f"{name.split()[0].lower()}@acme.example.com"
    world.bought_by(order, name, email, customer=customer)
    return order


def _acme(world: World) -> dict[str, Any]:
    (contact,) = [one for one in world.contacts() if one["Name"] == "Acme Pty Ltd"]
    return contact


def _persons(world: World) -> list[str]:
    return [f"{one['FirstName']} {one['LastName']}" for one in _acme(world)["ContactPersons"]]


@pytest.mark.parametrize("at_once", [True, False])
def test_who_buys_for_a_company_is_a_person_of_its_contact_at_most_five(
    world: World, at_once: bool
) -> None:
    for number, name in enumerate(PEOPLE, 1):
        _buys(world, name, number)
        if not at_once:
            world.sync()
            world.time.forward(minutes=1)
    world.sync()
    first = _acme(world)
    assert (first["FirstName"], first["EmailAddress"]) == ("Ann", "ann@acme.example.com")
    assert _persons(world) == list(PEOPLE[1:6])
    at_rest()
    writes = world.writes()
    for number, name in enumerate(PEOPLE, 1):
        _buys(world, name, number)
    world.sync()
    assert world.writes() == writes + 1  # their invoices
    assert _persons(world) == list(PEOPLE[1:6])


def test_persons_whom_a_bookkeeper_entered_stay_and_one_who_was_removed_does_not_come_back(
    world: World,
) -> None:
    _buys(world, "Ann Lee", 1)
    world.sync()
    own = {"FirstName": "Zoe", "LastName": "Accounts", "IncludeInEmails": True}
    world.xero.person("edit_contact", contact="Acme Pty Ltd", details={"ContactPersons": [own]})
    world.time.forward(hours=1)
    _buys(world, "Bob Ray", 2)
    world.sync()
    assert _persons(world) == ["Zoe Accounts", "Bob Ray"]
    assert _acme(world)["ContactPersons"][0]["IncludeInEmails"] is True
    world.xero.person("edit_contact", contact="Acme Pty Ltd", details={"ContactPersons": [own]})
    world.time.forward(hours=1)
    _buys(world, "Bob Ray", 2)
    world.sync()
    assert _persons(world) == ["Zoe Accounts"]


def test_the_address_of_this_order_stands_under_the_first_line_of_a_shared_contact(
    world: World,
) -> None:
    world.save_rules(contacts={"strategy": "per_company"}, posting={"delivery_address": "lines"})
    order = _buys(world, "Bob Ray", 2)
    there = order["extension_attributes"]["shipping_assignments"][0]["shipping"]["address"]
    there.update(street=["9 Low Rd", "Dock 2"], city="Perth", region_code="WA", postcode="6000",
                 country_id="AU")  # fmt: skip
    alone = world.place(status="pending")
    world.bought_by(alone, "Ann Lee", "ann@example.com", customer=7)
    for address in (
        alone["billing_address"],
        alone["extension_attributes"]["shipping_assignments"][0]["shipping"]["address"],
    ):
        address.pop("company", None)
    world.shop.update_order(alone["entity_id"])
    world.sync()
    invoice = world.invoices()[world.number(order)]
    lines = [line["Description"] for line in invoice["LineItems"]]
    assert lines[0].endswith(
        "\nDeliver to: Bob Ray, Acme Pty Ltd, 9 Low Rd, Dock 2, Perth WA 6000, AU"
    )
    assert "Deliver to" not in lines[1]
    other = world.invoices()[world.number(alone)]["LineItems"]
    assert not any("Deliver to" in line["Description"] for line in other)


def test_the_shops_customer_number_is_the_account_number_where_the_setting_says_so(
    world: World,
) -> None:
    world.save_rules(contacts={"account_number": True})
    order = world.place(status="pending")
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=77)
    world.sync()
    (ann,) = world.contacts()
    assert (ann["Name"], ann["AccountNumber"]) == ("Ann Lee", "77")
    world.xero.person("edit_contact", contact="Ann Lee", details={"AccountNumber": "D-1001"})
    world.time.forward(hours=1)
    order = world.place(status="pending")
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=77)
    world.sync()
    (ann,) = world.contacts()
    assert ann["AccountNumber"] == "D-1001"
    guest = world.place(status="pending")
    world.bought_by(guest, "Bob Ray", "bob@example.com")
    world.sync()
    (bob,) = [one for one in world.contacts() if one["Name"] == "Bob Ray"]
    assert not bob.get("AccountNumber")


def test_a_known_customer_gets_the_number_once_the_setting_is_made(world: World) -> None:
    world.save_rules()
    order = world.place(status="pending")
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=77)
    world.sync()
    assert not world.contacts()[0].get("AccountNumber")
    world.save_rules(contacts={"account_number": True})
    order = world.place(status="pending")
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=77)
    world.sync()
    assert world.contacts()[0]["AccountNumber"] == "77"
    at_rest()


def test_an_invoice_is_due_by_the_contacts_terms_in_xero(world: World) -> None:
    world.save_rules(posting={"due_days": "contact"})
    first = _buys(world, "Ann Lee", 1)
    world.sync()
    invoice = world.invoices()[world.number(first)]
    assert invoice["DueDate"] == invoice["Date"]
    terms = {"Sales": {"Day": 7, "Type": "DAYSAFTERBILLDATE"}}
    name = world.contacts()[0]["Name"]
    world.xero.person("edit_contact", contact=name, details={"PaymentTerms": terms})
    world.time.forward(hours=1)
    second = _buys(world, "Ann Lee", 1)
    world.sync()
    invoice = world.invoices()[world.number(second)]
    assert invoice["DueDate"] - invoice["Date"] == timedelta(days=7)
