"""The local copy of contacts and numbers: pages, overlap, our own writes, look-ups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.lib import clock
from connector.lib.errors import Temporary
from connector.lib.money import from_units
from sandbox.xero import StandIn
from xero.api.gateway import Gateway, Reply
from xero.mirror import refresh as mirror
from xero.mirror.elements import doubt_items, remember_contacts, remember_documents
from xero.mirror.known import (
    find_contacts,
    find_documents,
    find_items,
    has_read,
    is_complete,
    is_fresh,
)
from xero.mirror.refresh import Kind
from xero.models import Lane, MirrorContact, MirrorCursor, MirrorDocument, Organisation
from xero.models.mirror import OVERLAP

INVOICE = MirrorDocument.Kind.INVOICE
Pages = Callable[..., None]


def people(xero: StandIn, *names: str) -> list[str]:
    made = [xero.person("create_contact", contact={"Name": name}) for name in names]
    return [contact["ContactID"] for contact in made]


def asked(xero: StandIn) -> int:
    count = int(xero.tenant_stats()["total"])
    xero.reset("stats")
    return count


@pytest.fixture
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "PAGE_SIZE", 2)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The parameters of every read."""
    seen: list[dict[str, Any]] = []
    read = Gateway.read

    def note(self: Gateway, kind: str, **params: Any) -> Reply:
        seen.append({"kind": kind, **params})
        return read(self, kind, **params)

    monkeypatch.setattr(Gateway, "read", note)
    return seen


def test_all_contacts_are_read_page_by_page_in_an_order_that_does_not_move(
    organisation: Organisation,
    xero: StandIn,
    pages_of_two: None,
    reads: list[dict[str, Any]],
) -> None:
    people(xero, "Ann", "Bob", "Cleo", "Dan", "Eve")

    assert mirror.refresh(organisation, Kind.CONTACTS)

    assert set(MirrorContact.objects.values_list("name", flat=True)) == {
        "Ann",
        "Bob",
        "Cleo",
        "Dan",
        "Eve",
    }
    assert reads == [
        {
            "kind": "contacts",
            "page": page,
            "page_size": 2,
            "include_archived": True,
            "order": "ContactID ASC",
        }
        for page in (1, 2, 3)
    ]


def test_afterwards_only_changes_are_read_with_an_overlap_of_five_minutes(
    organisation: Organisation, xero: StandIn, reads: list[dict[str, Any]]
) -> None:
    people(xero, "Ann")
    mirror.refresh(organisation, Kind.CONTACTS)
    position = MirrorCursor.objects.get().position
    assert position is not None
    people(xero, "Bob")
    xero.person("rename_contact", contact="Ann", name="Anna")

    assert mirror.refresh(organisation, Kind.CONTACTS)

    assert reads[1]["if_modified_since"] == (position - timedelta(minutes=5)).replace(microsecond=0)
    assert len(reads) == 2
    assert set(MirrorContact.objects.values_list("name", flat=True)) == {"Anna", "Bob"}
    now = MirrorCursor.objects.get()
    assert now.position is not None
    assert now.position > position
    assert now.claimed_until is None


def test_a_reading_that_broke_off_goes_on_with_the_page_after_the_last_one_kept(
    organisation: Organisation,
    xero: StandIn,
    pages_of_two: None,
    reads: list[dict[str, Any]],
) -> None:
    people(xero, "Ann", "Bob", "Cleo", "Dan", "Eve")
    xero.faults({"kind": "error_before", "match": {"path": "Contacts", "nth": 2}})
    with pytest.raises(Temporary):
        mirror.refresh(organisation, Kind.CONTACTS)
    broken = MirrorCursor.objects.get()
    assert (broken.position, broken.next_page, broken.claimed_until) == (None, 2, None)
    assert MirrorContact.objects.count() == 2
    began = broken.run_started_at

    assert mirror.refresh(organisation, Kind.CONTACTS)

    assert [read["page"] for read in reads] == [1, 2, 2, 3]
    assert MirrorContact.objects.count() == 5
    assert MirrorCursor.objects.get().position == began, "what changed meanwhile is read next"


def test_two_processes_do_not_read_the_same_pages(
    organisation: Organisation, xero: StandIn
) -> None:
    MirrorCursor.objects.create(
        organisation=organisation,
        kind=Kind.CONTACTS,
        claimed_until=clock.now() + timedelta(seconds=60),
    )
    assert not mirror.refresh(organisation, Kind.CONTACTS)
    assert asked(xero) == 0

    MirrorCursor.objects.update(claimed_until=clock.now())
    assert mirror.refresh(organisation, Kind.CONTACTS)


def test_a_reader_that_lost_its_claim_stores_nothing(
    organisation: Organisation, xero: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(xero, "Ann")
    read = Gateway.read

    def overtaken(self: Gateway, kind: str, **params: Any) -> Reply:
        later = clock.now() + timedelta(seconds=500)
        MirrorCursor.objects.update(claimed_until=later, claimed_by="another")
        return read(self, kind, **params)

    monkeypatch.setattr(Gateway, "read", overtaken)

    assert not mirror.refresh(organisation, Kind.CONTACTS)
    assert MirrorContact.objects.count() == 0
    assert MirrorCursor.objects.get().position is None


def test_the_mirror_is_complete_when_all_its_lists_are(
    organisation: Organisation, xero: StandIn
) -> None:
    for kind in Kind:
        assert not is_complete(organisation)
        mirror.refresh(organisation, kind)
        assert is_fresh(organisation, kind, max_age=timedelta(minutes=1))
        assert not is_fresh(organisation, kind, max_age=timedelta(0))
    assert is_complete(organisation)
    assert asked(xero) == len(Kind) == 6


def test_invoices_of_every_status_are_known_by_number(
    organisation: Organisation, xero: StandIn
) -> None:
    people(xero, "Ann")
    for number in ("S1", "S2"):
        xero.person("create_invoice", number=number, contact="Ann", total="110.00")
    xero.person("void", invoice="S2")

    mirror.refresh(organisation, Kind.INVOICES)

    first, second = find_documents(organisation, INVOICE, ["S1", "S2", "S3", ""])
    assert (first.number, first.status, second.status) == ("S1", "AUTHORISED", "VOIDED")
    assert from_units(first.total) == Decimal("110.00")
    assert from_units(first.amount_due) == Decimal("110.00")
    assert first.currency == "AUD"
    assert first.contact_id == xero.ledger()["Contacts"][0]["ContactID"]


def test_look_ups_ignore_case_and_spaces_and_find_archived_ones(
    organisation: Organisation, xero: StandIn
) -> None:
    contact = {"Name": "Ann Lee", "EmailAddress": "Ann@Example.com", "ContactNumber": "S1:7"}
    xero.person("create_contact", contact=contact)
    xero.person("archive_contact", contact="Ann Lee")
    mirror.refresh(organisation, Kind.CONTACTS)

    for keys in (
        {"emails": [" ann@example.COM "]},
        {"names": ["ann  LEE"]},
        {"contact_numbers": ["S1:7"]},
    ):
        (found,) = find_contacts(organisation, **keys)
        assert (found.name, found.status) == ("Ann Lee", "ARCHIVED")
        assert found.email == "Ann@Example.com"
    assert find_contacts(organisation, emails=[""], names=["  "]) == []


def test_a_merged_contact_brings_the_one_it_was_merged_into(
    organisation: Organisation, xero: StandIn
) -> None:
    old, new = people(xero, "Ann", "Ann Lee")
    xero.person("merge_contacts", contact=old, into=new)
    mirror.refresh(organisation, Kind.CONTACTS)

    found = {c.contact_id: c for c in find_contacts(organisation, contact_ids=[old])}

    assert set(found) == {old, new}
    assert found[old].merged_to == new


def test_our_own_writes_are_known_at_once(organisation: Organisation, xero: StandIn) -> None:
    element = {"ContactID": "c1", "Name": "Ann", "ContactStatus": "ACTIVE"}
    remember_contacts(organisation, [element])
    invoice = {"InvoiceID": "i1", "InvoiceNumber": "S1", "Status": "PAID", "Total": Decimal("9.5")}
    remember_documents(organisation, INVOICE, [invoice])

    assert find_contacts(organisation, names=["ann"])[0].contact_id == "c1"
    (known,) = find_documents(organisation, INVOICE, ["S1"])
    assert (known.xero_id, known.total) == ("i1", 95_000)
    assert asked(xero) == 0


def test_an_older_answer_does_not_replace_a_newer_one(organisation: Organisation) -> None:
    def contact(name: str, at: int) -> dict[str, str]:
        return {"ContactID": "c1", "Name": name, "UpdatedDateUTC": f"/Date({at}000+0000)/"}

    remember_contacts(organisation, [contact("newer", 2000)])
    remember_contacts(organisation, [contact("older", 1000)])
    assert MirrorContact.objects.get().name == "newer"

    remember_contacts(organisation, [contact("newest", 3000), contact("older", 1000)])
    assert MirrorContact.objects.get().name == "newest"
    assert MirrorContact.objects.get().updated_utc == datetime.fromisoformat(
        "1970-01-01T00:50:00+00:00"
    )


def test_a_known_customer_and_a_known_number_cost_no_call(
    organisation: Organisation, xero: StandIn
) -> None:
    people(xero, "Ann")
    for kind in Kind:
        mirror.refresh(organisation, kind, lane=Lane.BACKFILL)
    asked(xero)

    find_contacts(organisation, names=["Ann"])
    find_documents(organisation, INVOICE, ["S1"])

    assert asked(xero) == 0


def test_items_are_read_in_one_call_and_then_only_what_changed(
    organisation: Organisation, xero: StandIn, reads: list[dict[str, Any]]
) -> None:
    sales = {"UnitPrice": "19.9500", "AccountCode": "200"}
    xero.person("create_item", item={"Code": "MUG", "Name": "Mug", "SalesDetails": sales})
    xero.person("create_item", item={"Code": "TEE", "Name": "Tee"})

    assert mirror.refresh(organisation, Kind.ITEMS)
    position = MirrorCursor.objects.get().position
    assert mirror.refresh(organisation, Kind.ITEMS)

    since = (position - OVERLAP).replace(microsecond=0)
    assert reads == [{"kind": "items"}, {"kind": "items", "if_modified_since": since}]
    mug, tee = find_items(organisation, codes=["mug", "Tee"])
    assert (mug.code, mug.tracked, mug.on_hand, mug.tracked_since) == ("MUG", False, None, None)
    assert mug.details["SalesDetails"] == {"UnitPrice": Decimal("19.95"), "AccountCode": "200"}
    assert find_items(organisation, item_ids=[tee.item_id, ""]) == [tee]
    assert find_items(organisation, codes=["MU"]) == []


def test_a_deleted_item_is_forgotten_once_all_are_read_anew(
    organisation: Organisation, xero: StandIn
) -> None:
    for code in ("MUG", "TEE"):
        xero.person("create_item", item={"Code": code})
    mirror.refresh(organisation, Kind.ITEMS)
    xero.person("delete_item", item="MUG")

    mirror.refresh(organisation, Kind.ITEMS)
    assert len(find_items(organisation, codes=["MUG", "TEE"])) == 2, "nobody tells"

    doubt_items(organisation)
    assert not has_read(organisation, Kind.ITEMS)
    mirror.refresh(organisation, Kind.ITEMS)
    assert [item.code for item in find_items(organisation, codes=["MUG", "TEE"])] == ["TEE"]
    assert has_read(organisation, Kind.ITEMS)

    xero.person("delete_item", item="TEE")
    mirror.refresh(organisation, Kind.ITEMS, whole=True)
    assert find_items(organisation, codes=["TEE"]) == []


def test_when_tracking_began_is_said_only_where_it_is_certain(
    organisation: Organisation, xero: StandIn
) -> None:
    tracked = {
        "InventoryAssetAccountCode": "630", "PurchaseDetails": {"COGSAccountCode": "310"},
    }  # fmt: skip
    xero.person("create_item", item={"Code": "OLD", **tracked})
    xero.person("create_item", item={"Code": "TURNED"})
    mirror.refresh(organisation, Kind.ITEMS)
    first = MirrorCursor.objects.get().position
    xero.person("create_item", item={"Code": "NEW", **tracked})
    xero.person("edit_item", item="TURNED", changes=tracked)

    mirror.refresh(organisation, Kind.ITEMS)

    def since() -> dict[str, datetime | None]:
        found = find_items(organisation, codes=["OLD", "NEW", "TURNED"])
        return {item.code: item.tracked_since for item in found}

    assert since() == {"OLD": None, "NEW": first, "TURNED": first}
    mirror.refresh(organisation, Kind.ITEMS, whole=True)
    assert since() == {"OLD": None, "NEW": first, "TURNED": first}
