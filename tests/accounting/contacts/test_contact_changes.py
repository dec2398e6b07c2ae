"""What of a contact follows the shop: only what the shop changed, and nothing is emptied."""

from __future__ import annotations

from typing import Any

import pytest

from accounting.contacts.following import changes
from xero.documents.contact_details import details_of, fields_of, over

HOME = {"AddressLine1": "1 High St", "City": "Sydney", "PostalCode": "2000", "Country": "AU"}
FLAT = {"AddressLine1": "Flat 2", "AddressLine2": "9 Low Rd", "City": "Perth", "Country": "AU"}
ANN: dict[str, Any] = {
    "FirstName": "Ann", "LastName": "Lee", "EmailAddress": "ann@example.com",
    "Phone": {"PhoneNumber": "0400 000 000"}, "POBOX": HOME,
}  # fmt: skip


def sent(said: dict[str, Any], before: Any = None, there: Any = None, **options: Any) -> Any:
    return changes(said, before, there, **{"fill_only": False} | options)


def test_the_details_of_an_answer_are_read_and_written_back() -> None:
    contact = {
        "ContactID": "id", "Name": "Ann", "EmailAddress": "ann@example.com", "TaxNumber": None,
        "Phones": [
            {"PhoneType": "FAX", "PhoneNumber": "1"},
            {"PhoneType": "DEFAULT", "PhoneNumber": "99", "PhoneAreaCode": "02"},
        ],
        "Addresses": [{"AddressType": "STREET"}, {"AddressType": "POBOX", "City": "Perth"}],
    }  # fmt: skip
    details = details_of(contact)
    assert details == {
        "EmailAddress": "ann@example.com",
        "Phone": {"PhoneNumber": "99", "PhoneAreaCode": "02"},
        "POBOX": {"City": "Perth"},
    }
    assert details_of(fields_of(details)) == details


def test_of_a_payload_over_another_each_address_is_replaced_by_its_type() -> None:
    earlier = {"ContactID": "id", "Addresses": [{"AddressType": "POBOX"} | HOME]}
    later = {"TaxNumber": "1", "Addresses": [{"AddressType": "STREET"} | FLAT]}
    assert over(earlier, later) == {
        "ContactID": "id", "TaxNumber": "1",
        "Addresses": [{"AddressType": "POBOX"} | HOME, {"AddressType": "STREET"} | FLAT],
    }  # fmt: skip
    assert over({"ContactID": "id"}, {"TaxNumber": "1"}) == {"ContactID": "id", "TaxNumber": "1"}


def test_a_customer_who_is_in_xero_as_in_the_shop_costs_nothing() -> None:
    assert sent(ANN, None, ANN) == {}


def test_what_the_shop_changed_follows() -> None:
    said = ANN | {"EmailAddress": "lee@example.com", "Phone": {"PhoneNumber": "0411"}}
    assert sent(said, ANN, ANN) == {
        "EmailAddress": "lee@example.com",
        "Phone": {"PhoneNumber": "0411"},
    }


def test_what_a_person_corrected_in_xero_stands_until_the_shop_says_something_new() -> None:
    corrected = ANN | {"EmailAddress": "accounts@example.com"}
    assert sent(ANN, ANN, corrected) == {}
    said = ANN | {"EmailAddress": "lee@example.com"}
    assert sent(said, ANN, corrected) == {"EmailAddress": "lee@example.com"}


def test_what_the_shop_leaves_out_is_not_emptied() -> None:
    assert sent({"EmailAddress": "ann@example.com"}, ANN, ANN) == {}


def test_of_a_persons_contact_only_what_is_empty_is_filled() -> None:
    there = {"EmailAddress": "other@example.com", "POBOX": {"City": "Perth"}}
    assert sent(ANN, None, there, fill_only=True) == {
        "FirstName": "Ann", "LastName": "Lee", "Phone": {"PhoneNumber": "0400 000 000"},
    }  # fmt: skip


@pytest.mark.parametrize("there", [{"FirstName": "Anna"}, {"LastName": "Li"}])
def test_nobody_gets_half_a_name(there: dict[str, Any]) -> None:
    assert sent({"FirstName": "Ann", "LastName": "Lee"}, None, there) == {}
    assert sent({"FirstName": "Ann", "LastName": "Lee"}, {"FirstName": "A"}, there) == {}


@pytest.mark.parametrize(
    "there",
    [
        {"PhoneNumber": "+61 2 9999-1111"},
        {"PhoneNumber": "99991111", "PhoneAreaCode": "2", "PhoneCountryCode": "61"},
        {"PhoneNumber": "9999 1111", "PhoneAreaCode": "+612"},
    ],
)
def test_a_number_written_in_another_way_is_the_same_number(there: dict[str, str]) -> None:
    assert sent({"Phone": {"PhoneNumber": "+61 (2) 9999 1111"}}, None, {"Phone": there}) == {}


def test_a_new_number_takes_the_old_area_code_away() -> None:
    there = {"Phone": {"PhoneNumber": "1", "PhoneAreaCode": "02"}}
    assert sent({"Phone": {"PhoneNumber": "0400"}}, None, there) == {
        "Phone": {"PhoneNumber": "0400", "PhoneAreaCode": ""}
    }


def test_the_case_of_an_e_mail_and_spaces_in_an_address_are_no_change() -> None:
    there = {"EmailAddress": "ANN@Example.com", "POBOX": HOME | {"City": "sydney "}}
    assert sent({"EmailAddress": "ann@example.com", "POBOX": HOME}, None, there) == {}


def test_a_new_address_replaces_the_whole_old_one_but_for_whom_it_is_to() -> None:
    there = {"POBOX": FLAT | {"AttentionTo": "Accounts"}}
    assert sent({"POBOX": HOME}, None, there) == {
        "POBOX": HOME | {"AddressLine2": "", "AttentionTo": "Accounts"}
    }


def test_a_download_with_a_country_only_is_no_new_address() -> None:
    assert sent({"POBOX": {"Country": "NZ"}}, ANN, ANN) == {}
    assert sent({"POBOX": {"Country": "NZ"}}, None, {}) == {"POBOX": {"Country": "NZ"}}


def test_before_the_contact_is_in_xero_what_changed_since_follows() -> None:
    said = ANN | {"TaxNumber": "51 824 753 556"}
    assert sent(said, ANN, None) == {"TaxNumber": "51 824 753 556"}
