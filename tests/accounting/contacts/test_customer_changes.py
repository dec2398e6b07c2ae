"""What a person changed in Xero goes to the shop's customer; the shop's newer word stands."""

from __future__ import annotations

from typing import Any

import pytest

from accounting.contacts.to_shop import changed_in_xero, compare, shop_details
from stores.canonical.customer import Address, Customer, CustomerChanges

HOME = {"AddressLine1": "1 High St", "City": "Sydney", "PostalCode": "2000", "Country": "AU"}
SAID: dict[str, Any] = {
    "EmailAddress": "ann@example.com", "Phone": {"PhoneNumber": "0400 000 000"}, "POBOX": HOME,
}  # fmt: skip
SHOP = Customer(
    id="7", email="ann@example.com", phone="0400 000 000",
    billing=Address(lines=("1 High St",), city="Sydney", postcode="2000", country="AU"),
)  # fmt: skip
TRADE = Customer(
    id="7", billing=Address(company="Lee Pty", lines=("1 High St",), city="Sydney", country="AU")
)
NEW_PHONE = {"Phone": {"PhoneNumber": "411", "PhoneCountryCode": "61"}}


def changed(there: dict[str, Any], seen: dict[str, Any], fields: tuple[str, ...] = ()) -> Any:
    return changed_in_xero({**SAID, **there}, {**SAID, **seen}, SAID, fields)


def test_only_what_changed_since_the_last_look_and_differs_from_the_shop_counts() -> None:
    assert changed({}, {}) == {}
    assert changed(NEW_PHONE, {}) == NEW_PHONE
    # It has always been so in Xero.
    assert changed(NEW_PHONE, NEW_PHONE) == {}
    # It became what the shop says: our own update.
    assert changed({}, NEW_PHONE) == {}
    # The same number, written in another way, is no change.
    assert changed({"Phone": {"PhoneNumber": "0400-000-000"}}, {}) == {}
    # What Xero has no longer is not emptied in the shop.
    assert changed_in_xero({}, SAID, SAID, ()) == {}


def test_names_and_the_e_mail_do_not_go_back() -> None:
    there = {"FirstName": "Bo", "LastName": "Roe", "EmailAddress": "bo@example.com"}
    assert changed(there, {}) == {}


def test_only_the_fields_that_are_chosen_go_back() -> None:
    there = NEW_PHONE | {"TaxNumber": "51 824 753 556", "POBOX": HOME | {"City": "Perth"}}
    assert set(changed(there, {})) == {"Phone", "TaxNumber", "POBOX"}
    assert set(changed(there, {}, ("phone",))) == {"Phone"}
    assert set(changed(there, {}, ("tax_number", "company"))) == {"TaxNumber", "POBOX"}


def lacking(wanted: dict[str, Any], shop: Customer = SHOP, **said: Any) -> Any:
    return compare(wanted, SAID | said, shop, ())


def test_what_the_shop_lacks_is_written() -> None:
    moved = HOME | {"AddressLine1": "9 Low Rd", "AddressLine2": "Flat 2", "Country": "Australia"}
    found = lacking(NEW_PHONE | {"TaxNumber": "51", "POBOX": moved})
    assert found.changes == CustomerChanges(
        phone="61 411", tax_number="51",
        address=Address(
            lines=("9 Low Rd", "Flat 2"), city="Sydney", postcode="2000", country="Australia"
        ),
    )  # fmt: skip
    assert found.kept == ()


def test_what_stands_there_already_is_not_written() -> None:
    found = lacking({"Phone": {"PhoneNumber": "0400 000000"}, "POBOX": HOME})
    assert (found.changes, found.kept) == (None, ())


def test_a_word_of_the_shop_that_we_have_not_heard_yet_stands() -> None:
    other = Customer(phone="0499", billing=SHOP.billing)
    found = lacking(NEW_PHONE | {"TaxNumber": "51"}, other)
    assert found.changes == CustomerChanges(tax_number="51")
    assert found.kept == ("phone",)


@pytest.mark.parametrize(
    ("lines", "company", "street"),
    [
        (("Lee Pty", "9 Low Rd"), None, ("9 Low Rd",)),
        (("Lee & Sons", "1 High St"), "Lee & Sons", ("1 High St",)),
        (("1 High St", "Rear"), None, ("1 High St", "Rear")),
    ],
)
def test_a_company_stands_above_the_street(
    lines: tuple[str, ...], company: str | None, street: tuple[str, ...]
) -> None:
    said = shop_details(TRADE, ())
    wanted = {f"AddressLine{n}": line for n, line in enumerate(lines, 1)} | {"City": "Perth"}
    found = compare({"POBOX": wanted}, said, TRADE, ())
    assert found.changes == CustomerChanges(
        company=company, address=Address(lines=street, city="Perth")
    )


def test_an_address_whose_lines_cannot_be_told_apart_is_left_alone() -> None:
    wanted = HOME | {"AddressLine1": "Lee & Sons", "AddressLine2": "9 Low Rd"}
    found = compare({"POBOX": wanted}, shop_details(TRADE, ()), TRADE, ())
    assert (found.changes, found.kept) == (None, ("address",))
