"""Contacts, items, accounts and tracking in the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal as D

import pytest

from sandbox.xero import StandIn
from sandbox.xero.testing import Client, invoice, line, messages, parsed
from sandbox.xero.wire import Doc

ARCHIVED = (
    "The contact with the specified contact details has been archived. The contact must be "
    "un-archived before creating new invoices or credit notes."
)


@pytest.fixture
def xero() -> Iterator[StandIn]:
    with StandIn(limits={"per_minute": 0, "per_day": 0}) as stand_in:
        yield stand_in


@pytest.fixture
def au(xero: StandIn) -> Client:
    return Client(xero)


def ann(au: Client, **changes: object) -> Doc:
    element = {"Name": "Ann", "ContactNumber": "S1:7", "EmailAddress": "ann@example.test"}
    return au.put("Contacts", {**element, **changes})[0]


def test_names_and_numbers_are_unique_on_put(au: Client) -> None:
    ann(au)
    assert messages(ann(au, ContactNumber="S1:8", Name="ANN")) == [
        "The contact name ANN is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    ]
    assert messages(ann(au, Name="Ann Other")) == [
        "Another contact has this contact number. Please enter a different contact number."
    ]
    assert len(au.get("Contacts")) == 1


def test_post_finds_by_id_number_and_name(au: Client) -> None:
    key = ann(au)["ContactID"]
    for element in (
        {"ContactID": key, "FirstName": "A"},
        {"ContactNumber": "S1:7", "Name": "Ann B"},
        {"Name": "ann b", "LastName": "B"},
    ):
        assert au.post("Contacts", element)[0]["ContactID"] == key
    (new,) = au.post("Contacts", {"Name": "Someone else"})
    assert new["ContactID"] != key


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Name": "A <b>"}, "The contact name cannot contain the characters < or >"),
        ({"Name": "A  B"}, "The contact name cannot have leading, trailing or repeated spaces"),
        ({"Name": ""}, "The contact name must be specified"),
        ({"EmailAddress": "ann@"}, "Email address must be valid."),
        ({"EmailAddress": "änn@example.test"}, "Email address must be valid."),
        ({"Name": "n" * 256}, "The length of the Name field must not be more than 255 characters"),
        (
            {"Phones": [{"PhoneNumber": "1" * 51}]},
            "The length of the PhoneNumber field must not be more than 50 characters",
        ),
        (
            {"Addresses": [{"PostalCode": "1" * 51}]},
            "The length of the PostalCode field must not be more than 50 characters",
        ),
    ],
)
def test_a_bad_contact_is_refused(au: Client, changes: Doc, text: str) -> None:
    refused = ann(au, **changes)
    assert refused["HasValidationErrors"] is True
    assert messages(refused) == [text]
    assert au.get("Contacts") == []


def test_an_invoice_to_an_archived_contact_is_refused(au: Client, xero: StandIn) -> None:
    key = ann(au)["ContactID"]
    xero.person("archive_contact", contact="Ann")
    (refused,) = au.put("Invoices", invoice("A-1", Contact={"ContactID": key}))
    assert messages(refused) == [ARCHIVED]
    (restored,) = au.post("Contacts", {"ContactID": key, "ContactStatus": "ACTIVE"})
    assert restored["ContactStatus"] == "ACTIVE"
    assert au.invoice("A-1", Contact={"ContactID": key})["Status"] == "AUTHORISED"


def test_a_merged_contact_says_where_it_went(au: Client, xero: StandIn) -> None:
    gone = ann(au)
    au.invoice("M-1", Contact={"ContactID": gone["ContactID"]})
    (into,) = au.put("Contacts", {"Name": "Ann Big"})
    xero.person("merge_contacts", contact="Ann", into="Ann Big")
    (found,) = au.get(f"Contacts/{gone['ContactID']}")
    assert (found["ContactStatus"], found["MergedToContactID"]) == ("ARCHIVED", into["ContactID"])
    assert au.get("Invoices/M-1")[0]["Contact"]["ContactID"] == into["ContactID"]


def test_a_contact_inside_a_document_changes_the_contact(au: Client) -> None:
    key = ann(au, ContactPersons=[{"FirstName": "Pa", "EmailAddress": "pa@example.test"}])[
        "ContactID"
    ]
    au.invoice("C-1", Contact={"ContactID": key})
    assert len(au.get(f"Contacts/{key}")[0]["ContactPersons"]) == 1
    au.invoice("C-2", Contact={"ContactID": key, "FirstName": "Changed"})
    (found,) = au.get(f"Contacts/{key}")
    assert (found["FirstName"], found["ContactPersons"]) == ("Changed", [])


def test_a_bare_name_attaches_or_creates(au: Client) -> None:
    key = ann(au)["ContactID"]
    assert au.invoice("N-1", Contact={"Name": "ann"})["Contact"]["ContactID"] == key
    made = au.invoice("N-2", Contact={"Name": "New Person"})["Contact"]
    assert made["Name"] == "New Person"
    assert made["ContactID"] != key


def test_a_bad_email_in_a_document_fails_it_under_its_contact(au: Client) -> None:
    (refused,) = au.put("Invoices", invoice("E-1", Contact={"Name": "E", "EmailAddress": "no"}))
    assert refused["ValidationErrors"] == []
    assert refused["Contact"]["ValidationErrors"] == [{"Message": "Email address must be valid."}]
    assert au.get("Contacts") == []


def test_an_unknown_contact_id_is_no_contact(au: Client) -> None:
    contact = {"ContactID": "00000000-0000-0000-0000-000000000001", "Name": "Ann"}
    (refused,) = au.put("Invoices", invoice("E-1", Contact=contact))
    assert messages(refused) == ["A Contact must be specified for this type of transaction"]


def test_phones_and_addresses_are_replaced_by_type(au: Client) -> None:
    key = ann(au, Phones=[{"PhoneType": "MOBILE", "PhoneNumber": "0400"}])["ContactID"]
    au.post("Contacts", {"ContactID": key, "Phones": [{"PhoneNumber": "02"}]})
    phones = {
        one["PhoneType"]: one.get("PhoneNumber") for one in au.get(f"Contacts/{key}")[0]["Phones"]
    }
    assert (phones["MOBILE"], phones["DEFAULT"]) == ("0400", "02")


def test_item_codes_are_unique_and_short(au: Client) -> None:
    item = {"Code": "SKU-1", "Name": "Thing", "SalesDetails": {"UnitPrice": D("9.9999")}}
    (made,) = au.put("Items", item)
    assert made["SalesDetails"]["UnitPrice"] == D("9.9999")
    assert messages(au.put("Items", item)[0]) == [
        "Price List Item with Code 'SKU-1' already exists"
    ]
    (changed,) = au.post("Items", {"Code": "SKU-1", "Name": "Thing 2"})
    assert (changed["ItemID"], changed["Name"]) == (made["ItemID"], "Thing 2")
    long = {"Code": "c" * 31, "Name": "n" * 51}
    assert len(messages(au.put("Items", long)[0])) == 2


def test_an_item_supplies_what_the_line_leaves_out(au: Client) -> None:
    details = {"UnitPrice": 5, "AccountCode": "202", "TaxType": "EXEMPTOUTPUT"}
    au.put("Items", {"Code": "S", "Name": "Ship", "Description": "Box", "SalesDetails": details})
    (found,) = au.invoice("I-1", LineItems=[{"ItemCode": "S", "Quantity": 2}])["LineItems"]
    assert (found["Description"], found["AccountCode"], found["TaxType"]) == (
        "Box",
        "202",
        "EXEMPTOUTPUT",
    )
    assert found["LineAmount"] == D("10.00")


@pytest.fixture
def stocked(au: Client) -> Client:
    au.put(
        "Items",
        {
            "Code": "T",
            "Name": "Tracked",
            "InventoryAssetAccountCode": "630",
            "PurchaseDetails": {"COGSAccountCode": "310", "UnitPrice": 4},
            "SalesDetails": {"UnitPrice": 10, "AccountCode": "200"},
        },
    )
    up = {"Description": "In", "ItemCode": "T", "Quantity": 3, "UnitAmount": 4}
    down = {"Description": "Adjustment", "Quantity": 1, "UnitAmount": -12, "AccountCode": "310"}
    au.invoice("ADJ", Type="ACCPAY", LineAmountTypes="NoTax", LineItems=[up, down])
    return au


def test_selling_more_than_is_on_hand_needs_backorders(stocked: Client) -> None:
    sale = invoice("S-1", LineItems=[{"ItemCode": "T", "Description": "T", "Quantity": 4}])
    assert "not enough of item T" in messages(stocked.put("Invoices", sale)[0])[0]
    assert stocked.get("Items/T")[0]["QuantityOnHand"] == D("3.0000")
    (sold,) = stocked.put("Invoices", sale, allowBackorders="True")
    assert stocked.get("Items/T")[0]["QuantityOnHand"] == D("-1.0000")
    stocked.post(f"Invoices/{sold['InvoiceID']}", {"Status": "VOIDED"})
    assert stocked.get("Items/T")[0]["QuantityOnHand"] == D("3.0000")


def test_a_tracked_item_needs_its_accounts(au: Client) -> None:
    item = {"Code": "T", "InventoryAssetAccountCode": "300", "PurchaseDetails": {"UnitPrice": 1}}
    assert messages(au.put("Items", item)[0]) == [
        "InventoryAssetAccountCode must be an account of type INVENTORY",
        "COGSAccountCode is required for a tracked inventory item",
    ]


def test_accounts_are_created_one_at_a_time(au: Client) -> None:
    account = {"Code": "208", "Name": "Web Sales", "Type": "REVENUE", "TaxType": "OUTPUT"}
    (made,) = parsed(au.send("PUT", "Accounts", account))["Accounts"]
    assert (made["Class"], made["Status"]) == ("REVENUE", "ACTIVE")
    assert au.send("PUT", "Accounts", account).status_code == 400
    assert au.send("PUT", "Accounts", {"Accounts": [account, account]}).status_code == 400


def test_tracking_options_can_be_added_and_categories_are_two(au: Client) -> None:
    region = au.get("TrackingCategories")[0]
    path = f"TrackingCategories/{region['TrackingCategoryID']}/Options"
    assert au.send("PUT", path, {"Name": "West"}).status_code == 200
    assert au.send("PUT", path, {"Name": "West"}).status_code == 400
    lines = [line(Tracking=[{"Name": "Region", "Option": "West"}])]
    assert au.invoice("T-1", LineItems=lines)["LineItems"][0]["Tracking"][0]["Option"] == "West"
    assert au.send("PUT", "TrackingCategories", {"Name": "Third"}).status_code == 400


def test_the_british_company_has_its_own_taxes(xero: StandIn) -> None:
    uk = Client(xero, "Demo Company (UK)")
    found = uk.invoice("GB-1", LineAmountTypes="Inclusive", LineItems=[line("120")])
    assert (found["CurrencyCode"], found["TotalTax"]) == ("GBP", D("20.00"))
    oss = uk.invoice("GB-2", LineItems=[line(TaxType="TAX001")])
    assert oss["TotalTax"] == D("19.00")
    assert messages(uk.put("Invoices", invoice("GB-3", LineItems=[line(TaxType="OUTPUT")]))[0])
