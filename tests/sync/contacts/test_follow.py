"""A contact follows the shop: the newest word counts, a person's contact is only filled."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command

from connector.lib import clock
from stores.canonical.records import Stream
from sync.ingest.pull import pull
from sync.models import Posting, ShopContact
from tests.sync.world import World, books

POST = {"method": "POST", "path": "/Contacts$"}


def buys(
    world: World, *, phone: str = "0400 000 000", street: str = "1 High St", email: str =
    "ann@example.com", days_ago: float = 0,
) -> dict[str, Any]:  # fmt: skip
    """Ann Lee, customer 7, buys with these details."""
    order = world.place(created_at=clock.now() - timedelta(days=days_ago))
    assigned = order["extension_attributes"]["shipping_assignments"][0]["shipping"]
    for address in (order["billing_address"], assigned["address"]):
        address.update(
            telephone=phone,
            street=[street],
            city="Sydney",
            postcode="2000",
            country_id="AU",
            region="New South Wales",
        )
        address.pop("company", None)
    world.bought_by(order, "Ann Lee", email, customer=7)
    return order


def ann(world: World) -> dict[str, Any]:
    """What Xero says of Ann, or of whoever stands for her."""
    found = next(one for one in world.contacts() if one["Name"] == "Ann Lee")
    phones = {one["PhoneType"]: one.get("PhoneNumber") for one in found["Phones"]}
    streets = {one["AddressType"]: one.get("AddressLine1") for one in found["Addresses"]}
    return {
        "email": found.get("EmailAddress"), "phone": phones["DEFAULT"],
        "streets": {streets["POBOX"], streets["STREET"]},
    }  # fmt: skip


HOME = {"email": "ann@example.com", "phone": "0400 000 000", "streets": {"1 High St"}}
MOVED = {"email": "lee@example.com", "phone": "0411 222 333", "streets": {"9 Low Rd"}}


def moves(world: World, **options: Any) -> dict[str, Any]:
    return buys(world, phone="0411 222 333", street="9 Low Rd", email="lee@example.com", **options)


def test_a_contact_of_ours_follows_the_newest_order_and_no_older_one(world: World) -> None:
    buys(world, days_ago=3)
    world.sync()
    assert ann(world) == HOME

    buys(world, days_ago=2)
    world.sync()
    assert world.calls()["POST Contacts"] == 0  # nothing has changed

    moves(world, days_ago=1)
    world.sync()
    assert ann(world) == MOVED
    assert world.calls()["POST Contacts"] == 1

    buys(world, days_ago=2)  # read late, bought early
    world.sync()
    assert ann(world) == MOVED
    assert world.calls()["POST Contacts"] == 1
    sent = Posting.objects.get(purpose="update").payload
    assert '"Name"' not in sent
    assert "ContactPersons" not in sent
    books(world)


def test_a_backfill_in_any_order_ends_with_the_newest_word_and_no_call_for_it(
    world: World,
) -> None:
    moves(world, days_ago=1)
    buys(world, days_ago=5)
    buys(world, days_ago=3, street="5 Mid St")
    world.sync()
    assert ann(world) == MOVED
    assert world.calls()["PUT Contacts"] == 1
    assert world.calls()["POST Contacts"] == 0
    books(world)


def test_of_a_contact_that_a_person_made_only_empty_fields_are_filled(world: World) -> None:
    contact = {
        "Name": "Ann Lee", "EmailAddress": "ANN@example.com", "FirstName": "A.",
        "ContactPersons": [{"FirstName": "Bo", "EmailAddress": "bo@example.com"}],
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "9999", "PhoneAreaCode": "02"}],
    }  # fmt: skip
    world.xero.person("create_contact", contact=contact)
    buys(world)
    world.sync()
    filled = {"email": "ANN@example.com", "phone": "9999", "streets": {"1 High St"}}
    assert ann(world) == filled
    assert world.calls()["PUT Contacts"] == 0
    moves(world)
    world.sync()
    assert ann(world) == filled
    assert world.calls()["POST Contacts"] == 1
    assert world.contacts()[0].get("LastName") is None
    assert len(world.contacts()[0]["ContactPersons"]) == 1
    books(world)


def test_what_a_person_corrects_in_xero_stands_until_the_shop_says_something_new(
    world: World,
) -> None:
    buys(world)
    world.sync()
    world.xero.person("rename_contact", contact="Ann Lee", name="A. Lee Pty Ltd")
    world.time.forward(hours=1)
    buys(world)
    world.sync()
    assert world.calls()["POST Contacts"] == 0
    moves(world)
    world.sync()
    (contact,) = world.contacts()
    assert (contact["Name"], contact["EmailAddress"]) == ("A. Lee Pty Ltd", "lee@example.com")
    books(world)


def test_where_customer_data_is_switched_off_contacts_are_made_and_left_alone(
    world: World,
) -> None:
    world.change_store(streams={"customers": False})
    buys(world)
    world.sync()
    moves(world)
    world.sync()
    assert ann(world) == HOME
    assert world.calls()["POST Contacts"] == 0
    assert not ShopContact.objects.exists()
    books(world)


def account(world: World, number: int, name: str, email: str, phone: str, **fields: Any) -> None:
    """What the shop's record of a customer says from now on."""
    first, _, last = name.partition(" ")
    address = {
        "firstname": first, "lastname": last, "telephone": phone, "street": ["9 Low Rd"],
        "city": "Sydney", "postcode": "2000", "country_id": "AU", "default_billing": True,
        "default_shipping": True, "region": {"region": "New South Wales", "region_code": "NSW"},
    }  # fmt: skip
    record = {"firstname": first, "lastname": last, "email": email, "addresses": [address]}
    world.shop.change_customer(number, **record, taxvat="51 824 753 556", **fields)


def test_a_changed_customer_record_changes_the_contact_and_makes_none(world: World) -> None:
    buys(world)
    stranger = world.place(status="pending", created_at=clock.now() - timedelta(days=900))
    world.change_store(cut_over="2026-01-01")
    world.bought_by(stranger, "Bo Roe", "bo@example.com", customer=8)
    world.sync()
    world.time.forward(minutes=1)
    account(world, 7, "Ann Lee", "lee@example.com", "0411 222 333")
    account(world, 8, "Bo Roe", "bo@example.com", "0499")

    run = pull(world.store, Stream.CUSTOMERS)
    world.work()

    assert run.error == ""
    assert (run.records, run.changed) == (2, 1)
    assert ann(world) == MOVED
    (contact,) = world.contacts()
    assert not contact.get("TaxNumber")  # no order says that the shop accepted it
    assert (world.calls()["PUT Contacts"], world.calls()["POST Contacts"]) == (1, 1)
    buys(world, days_ago=1)  # bought before the record changed
    pull(world.store, Stream.CUSTOMERS)
    world.sync()
    assert ann(world) == MOVED
    assert world.calls()["POST Contacts"] == 1

    summary = run_sync(world, "customers")  # a person asks for it: an export
    assert (summary["posted"], summary["waiting"]) == (1, 0)
    assert sorted(one["Name"] for one in world.contacts()) == ["Ann Lee", "Bo Roe"]
    assert run_sync(world, "customers")["posted"] == 0
    books(world, skipped=[stranger])


def run_sync(world: World, stream: str) -> dict[str, Any]:
    """What `sync --wait --json` answers."""
    out = StringIO()
    call_command("sync", store=world.store.slug, stream=stream, wait=True, json=True, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_an_answer_lost_during_an_update_is_found_and_not_sent_again(world: World) -> None:
    buys(world)
    world.sync()
    moves(world)
    world.xero.faults({"kind": "lose_answer", "match": POST})
    world.sync()
    assert ann(world) == MOVED
    assert world.calls()["POST Contacts"] == 1
    assert Posting.objects.get(purpose="update").adopted
    books(world)


def test_an_update_that_was_not_carried_out_goes_out_and_the_next_one_waits_for_it(
    world: World,
) -> None:
    buys(world)
    world.sync()
    moves(world)
    world.xero.faults({"kind": "error_before", "match": POST, "params": {"status": 500}})
    world.pull()
    world.build()
    world.send()
    assert Posting.objects.get(purpose="update").state == "unknown"
    buys(world, phone="0499")
    world.pull()
    world.build()
    world.send()
    first, second = Posting.objects.filter(purpose="update").order_by("revision")
    assert (first.state, second.state, second.parent_id) == ("unknown", "pending", first.pk)
    buys(world, phone="0400 000 000")  # as Xero has it, until the first update is carried out
    world.pull()
    world.build()
    world.send()
    second.refresh_from_db()
    assert (second.state, second.parent_id) == ("pending", first.pk)
    world.work()
    assert ann(world) == HOME
    assert world.calls()["POST Contacts"] == 3
    books(world)


def test_an_address_that_only_xero_finds_invalid_is_dropped_once(world: World) -> None:
    buys(world)
    world.sync()
    for _ in range(2):
        buys(world, phone="0411", email="ann..lee@example.com")
        world.sync()
    assert ann(world) == HOME | {"phone": "0411"}
    assert world.calls()["POST Contacts"] == 2  # refused, and without the address
    books(world)


def test_a_contact_put_away_is_restored_by_the_next_order_and_then_changed(world: World) -> None:
    buys(world)
    world.sync()
    world.xero.person("archive_contact", contact="Ann Lee")
    moves(world)
    world.sync()
    assert ann(world) == MOVED
    assert world.contacts()[0]["ContactStatus"] == "ACTIVE"
    books(world)


def test_the_contact_that_another_was_merged_into_is_linked_and_only_filled(world: World) -> None:
    buys(world)
    world.sync()
    contact = {"Name": "Lee Holdings", "EmailAddress": "office@example.com"}
    into = world.xero.person("create_contact", contact=contact)
    world.xero.person("merge_contacts", contact="Ann Lee", into="Lee Holdings")
    world.time.forward(hours=1)
    moves(world)
    world.sync()
    links = Posting.objects.filter(source_kind="contact", purpose="contact").order_by("revision")
    assert [link.xero_id == into["ContactID"] for link in links] == [False, True]
    standing = next(one for one in world.contacts() if one["Name"] == "Lee Holdings")
    assert standing["EmailAddress"] == "office@example.com"
    assert standing["Phones"][0]["PhoneNumber"] == "0411 222 333"
    books(world)
