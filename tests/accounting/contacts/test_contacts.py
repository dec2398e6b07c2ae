"""Who an order belongs to: strategies, the order of matching, names that are free."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.contacts.matching import ContactAnswer, find_contact
from accounting.contacts.persons import clean_email, person_of, prefix
from stores.canonical.customer import Address, Customer
from stores.canonical.order import Order
from tests.accounting.orders import HOME, build, codes, order, snapshot
from xero.documents.contact_details import clean_name
from xero.documents.facts import ContactFacts
from xero.documents.kinds import Kind, Ref

JANE = Customer(id="7", email="jane@example.com", first_name="Jane", last_name="Doe")
GUEST = Customer(email="jane@example.com", first_name="Jane", last_name="Doe")


def facts(contact_id: str, name: str = "Other", email: str = "", number: str = "",
          status: str = "ACTIVE", **changes: Any) -> ContactFacts:  # fmt: skip
    return ContactFacts(contact_id, name, email, number, status, **changes)


def directory(*known: ContactFacts, **links: ContactFacts) -> Contacts:
    contacts = Contacts()
    for one in known:
        contacts.add(one)
    for key, one in links.items():
        contacts.add(one, link=key.replace("_", ":"))
    return contacts


def answer(
    customer: Customer, known: Contacts | None = None, *, billing: Address = HOME, **rules: Any
) -> ContactAnswer:
    mapping = snapshot({"contacts": rules})
    person = person_of(mapping, order(customer=customer, billing=billing))
    archived = mapping.rules.contacts.archived
    return find_contact(person, known or Contacts(), archived=archived)


# --- names and addresses --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("  Jane   Doe ", "Jane Doe"),
        ("<script>alert(1)</script>", "scriptalert(1)/script"),
        ("Jane\u00a0\tDoe\n", "Jane Doe"),
        ("Zoë 🎁", "Zoë 🎁"),
        ("محمد علي", "محمد علي"),
        ("\u202eeoD\u200f", "eoD"),
        ("a\x00b", "ab"),
        ("x" * 300, "x" * 255),
        (" < > ", ""),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@pytest.mark.parametrize(
    ("email", "clean"),
    [
        (" Jane@Example.com ", "Jane@Example.com"),
        ("o'hara+x@mail.example.co.uk", "o'hara+x@mail.example.co.uk"),
        ("jane@example", ""),
        ("jane@@example.com", ""),
        ("jane doe@example.com", ""),
        ("jürgen@example.com", ""),
        ("jane@exämple.com", ""),
        ("", ""),
        ("x" * 250 + "@example.com", ""),
    ],
)
def test_only_an_e_mail_that_xero_takes_is_kept(email: str, clean: str) -> None:
    assert clean_email(email) == clean


@pytest.mark.parametrize(
    ("given", "short"), [("S1-", "S1"), ("AU", "AU"), ("SHOP_#", "SHOP"), ("A-B-", "A-B")]
)
def test_the_prefix_loses_its_punctuation(given: str, short: str) -> None:
    assert prefix(snapshot(number_prefix=given)) == short


# --- new contacts ---------------------------------------------------------------------------


def test_a_customer_gets_a_contact_with_a_number() -> None:
    made = answer(JANE)
    assert made.id == Ref(Kind.CONTACT, "S1:7")
    assert made.contact is not None
    assert made.contact.payload() == {
        "Name": "Jane Doe",
        "ContactNumber": "S1:7",
        "FirstName": "Jane",
        "LastName": "Doe",
        "EmailAddress": "jane@example.com",
        "Addresses": [
            {
                "AddressType": kind,
                "AddressLine1": "1 High St",
                "City": "Sydney",
                "Region": "New South Wales",
                "PostalCode": "2000",
                "Country": "AU",
            }
            for kind in ("POBOX", "STREET")
        ],
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "0400 000 000"}],
    }


def test_a_guest_gets_a_contact_by_e_mail() -> None:
    made = answer(GUEST)
    assert made.id == Ref(Kind.CONTACT, "Jane Doe")
    assert made.contact is not None
    assert made.contact.contact_number == ""


@pytest.mark.parametrize(
    ("customer", "rules", "name"),
    [
        (Customer(first_name="Jane", last_name="Doe"), {}, "Web sales"),
        (Customer(email="nonsense", first_name="Jane"), {}, "Web sales"),
        (Customer(), {"guest": "Guests {country}"}, "Guests AU"),
        (GUEST, {"guests": "one_contact"}, "Web sales"),
        (JANE, {"guests": "one_contact"}, "Jane Doe"),
        (JANE, {"strategy": "single", "guest": "Shop"}, "Shop"),
        (JANE, {"name": "{last_name}, {first_name}"}, "Doe, Jane"),
        (JANE, {"unique": "name"}, "Jane Doe"),
        (Customer(id="7", first_name="Jane"), {}, "Jane"),
        (Customer(id="7", email="j@example.com"), {"name": "{company}"}, "j@example.com"),
        (Customer(id="7"), {"name": "{company}"}, "Customer 7"),
        (Customer(id="7", first_name="Jane"), {"unique": "name"}, "Jane"),
    ],
)
def test_whom_an_order_belongs_to(customer: Customer, rules: dict[str, Any], name: str) -> None:
    bare = Address(country="AU")
    made = answer(customer, billing=bare, **rules)
    assert made.contact is not None
    assert made.contact.name == name


def test_a_company_is_one_contact_for_all_its_people() -> None:
    works = Address(country="AU", company=" ACME  Ltd ")
    first = answer(JANE, billing=works, strategy="per_company")
    assert first.contact is not None
    assert (first.contact.name, first.person.key) == ("ACME Ltd", "company:acme ltd")
    known = directory(facts("id-1", "Acme Ltd", "boss@example.com"))
    other = Customer(id="8", email="bob@example.com")
    assert answer(other, known, billing=works, strategy="per_company").id == "id-1"
    assert answer(JANE, known, strategy="per_company").contact is not None


def test_a_rules_contact_goes_first_and_an_empty_one_does_not_count() -> None:
    rules = {"rules": [
        {"when": {"country": "AU"}, "contact": "{po_number}"},
        {"when": {"country": "AU"}, "contact": "Wholesale desk"},
    ]}  # fmt: skip
    assert person_of(snapshot(rules), order(customer=JANE)).name == "Wholesale desk"
    assert person_of(snapshot(rules), order(customer=JANE, po_number="P1")).name == "P1"


def test_only_the_fields_that_the_store_sends() -> None:
    mapping = snapshot(fields={"customers": ["email"]})
    person = person_of(mapping, order(customer=JANE))
    assert person.fields == (("EmailAddress", "jane@example.com"),)


_KEYS = {
    "name": {"FirstName", "LastName"},
    "email": {"EmailAddress"},
    "phone": {"Phones"},
    "address": {"Addresses"},
    "company": set(),  # a line of the address
    "tax_number": {"TaxNumber"},
}


@pytest.mark.parametrize("left_out", _KEYS)
def test_each_field_of_customers_governs_what_is_sent_of_it(left_out: str) -> None:
    customer = replace(JANE, tax_number="DE1", phone="020 7946", company="ACME")
    sold = order(customer=customer, billing=Address(country="AU", company="ACME", city="Perth"))
    everything = dict(person_of(snapshot(), sold).fields)
    chosen = [name for name in _KEYS if name != left_out]
    fields = dict(person_of(snapshot(fields={"customers": chosen}), sold).fields)
    assert everything.keys() == set().union(*_KEYS.values())
    assert everything.keys() - fields.keys() == _KEYS[left_out]
    assert ("ACME" in str(fields)) == (left_out not in ("company", "address"))


def test_a_fifth_address_line_is_kept_in_the_fourth() -> None:
    long = Address(country="AU", company="ACME", lines=("a", "b", "c", "d"))
    fields = dict(person_of(snapshot(), order(customer=JANE, billing=long)).fields)
    assert fields["Addresses"][0]["AddressLine1"] == "ACME"
    assert fields["Addresses"][0]["AddressLine4"] == "c, d"


def test_the_buyers_tax_number_is_sent() -> None:
    buyer = Customer(id="7", email="j@example.com", tax_number="DE123")
    assert dict(person_of(snapshot(), order(customer=buyer)).fields)["TaxNumber"] == "DE123"


# --- matching -------------------------------------------------------------------------------


def test_the_stored_link_comes_first() -> None:
    known = directory(
        facts("by-number", number="S1:7"), facts("by-mail", email="jane@example.com"),
        customer_7=facts("linked", "Renamed by a person"),
    )  # fmt: skip
    made = answer(JANE, known)
    assert (made.id, made.contact) == ("linked", None)


def test_then_the_contact_number() -> None:
    known = directory(
        facts("by-mail", email="jane@example.com"), facts("by-number", number="S1:7")
    )  # fmt: skip
    assert answer(JANE, known).id == "by-number"


def test_then_the_e_mail_whatever_its_case() -> None:
    known = directory(facts("by-name", "Jane Doe"), facts("by-mail", email=" JANE@example.COM"))
    assert answer(JANE, known).id == "by-mail"


def test_then_the_name_where_the_e_mail_does_not_contradict() -> None:
    assert answer(JANE, directory(facts("by-name", "jane  DOE"))).id == "by-name"
    made = answer(JANE, directory(facts("other", "Jane Doe", "other@example.com")))
    assert made.contact is not None
    assert made.contact.name == "Jane Doe (jane@example.com)"
    numbered = answer(JANE, directory(facts("other", "Jane Doe", number="S1:8")))
    assert numbered.contact is not None


def test_without_an_e_mail_nothing_is_matched_by_name() -> None:
    known = directory(facts("by-name", "Jane Doe"))
    made = answer(Customer(id="7", first_name="Jane", last_name="Doe"), known)
    assert made.contact is not None
    assert made.contact.name == "Jane Doe (7)"
    guest = answer(Customer(first_name="Jane", last_name="Doe"), known)
    assert guest.contact is not None
    assert guest.contact.name == "Web sales"


@pytest.mark.parametrize(
    ("unique", "found"), [("email", "by-mail"), ("customer_id", None), ("name", "by-name")]
)
def test_what_tells_customers_apart(unique: str, found: str | None) -> None:
    known = directory(
        facts("by-mail", "Someone", "jane@example.com"), facts("by-name", "Jane Doe", "x@y.com")
    )
    made = answer(JANE, known, unique=unique)
    if found:
        assert made.id == found
    else:
        assert made.contact is not None
        assert made.contact.name == "Jane Doe (jane@example.com)"


def test_a_guest_is_known_by_e_mail_where_customers_are_by_id() -> None:
    known = directory(facts("by-mail", "Someone", "jane@example.com"))
    assert answer(GUEST, known, unique="customer_id").id == "by-mail"


def test_of_several_with_one_e_mail_the_active_one_changed_longest_ago_is_used() -> None:
    def at(year: int) -> dict[str, Any]:
        return {"email": "jane@example.com", "updated_at": datetime(year, 1, 1, tzinfo=UTC)}

    known = directory(
        facts("", "Being made", "jane@example.com"), facts("new", "New", **at(2025)),
        facts("old", "Old", **at(2020)), facts("gone", "Gone", status="ARCHIVED", **at(2010)),
    )  # fmt: skip
    made = answer(JANE, known)
    assert made.id == "old"
    assert made.warnings == (
        "3 contacts in Xero have the e-mail jane@example.com; the one changed longest ago, Old, "
        "is used.",
    )


def test_of_several_with_one_e_mail_the_one_that_is_linked_goes_before_the_older(
) -> None:  # fmt: skip
    def at(year: int) -> dict[str, Any]:
        return {"email": "jane@example.com", "updated_at": datetime(year, 1, 1, tzinfo=UTC)}

    known = directory(facts("old", "Old", **at(2020)), facts("ours", "Ours", **at(2025)))
    known.add_link("ours", made=False)
    made = answer(GUEST, known)
    assert (made.id, made.made) == ("ours", False)
    assert made.warnings == (
        "2 contacts in Xero have the e-mail jane@example.com; the one linked to this shop, Ours, "
        "is used.",
    )


@pytest.mark.parametrize(
    "found_by",
    [{"number": "S1:7"}, {"email": "jane@example.com"}, {"name": "Jane Doe"}],
    ids=["number", "e-mail", "name"],
)
def test_a_merged_contact_stands_for_the_one_it_was_merged_into(found_by: dict[str, str]) -> None:
    gone = facts("gone", **{"status": "ARCHIVED", "merged_to": "middle"} | found_by)
    middle = facts("middle", "Middle", status="ARCHIVED", merged_to="last")
    made = answer(JANE, directory(gone, middle, facts("last", "Jane Holdings")))
    assert (made.id, made.contact) == ("last", None)


def test_a_link_to_a_merged_contact_is_followed_also_where_only_its_id_is_known() -> None:
    gone = facts("gone", "Jane", status="ARCHIVED", merged_to="last")
    made = answer(JANE, directory(gone, customer_7=gone))
    assert (made.id, made.contact) == ("last", None)
    assert made.found is not None
    assert made.found.details is None


def test_what_two_contacts_say_of_each_other_ends() -> None:
    one = facts("one", "Jane", number="S1:7", merged_to="two")
    assert answer(JANE, directory(one, facts("two", merged_to="one"))).id in ("one", "two")


def test_a_contact_merged_into_one_that_must_be_forgotten_is_not_used() -> None:
    gone = facts("gone", number="S1:7", status="ARCHIVED", merged_to="last")
    made = answer(JANE, directory(gone, facts("last", status="GDPRREQUEST")))
    assert made.contact is not None
    assert (made.contact.name, made.contact.contact_number) == ("Jane Doe", "")


def test_only_where_somebody_else_has_its_name_a_restored_contact_is_renamed() -> None:
    known = directory(
        facts("old", "Jane Doe", number="S1:7", status="ARCHIVED"), facts("new", "jane doe")
    )
    made = answer(JANE, known)
    assert made.contact is not None
    assert made.contact.payload() == {
        "ContactID": "old", "Name": "Jane Doe (jane@example.com)", "ContactStatus": "ACTIVE",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("known", "made"),
    [
        (directory(facts("id", email="jane@example.com")), False),
        (directory(facts("id", number="S1:7")), True),
        (Contacts(), True),
    ],
)
def test_a_contact_is_ours_where_it_bears_our_number_or_is_new(known: Contacts, made: bool) -> None:
    assert answer(JANE, known).made is made


def test_a_number_that_xero_would_cut_keeps_two_customers_apart() -> None:
    numbers = set()
    for ending in "12":
        one = answer(Customer(id="x" * 60 + ending, email="j@example.com"))
        assert one.contact is not None
        numbers.add(one.contact.contact_number)
    assert [len(number) for number in numbers] == [50, 50]
    assert len(numbers) == 2


def test_a_third_person_with_the_same_name_and_e_mail_is_numbered() -> None:
    known = directory(
        facts("a", "Jane Doe", "a@example.com"),
        facts("b", "Jane Doe (jane@example.com)", "b@example.com"),
    )
    made = answer(JANE, known)
    assert made.contact is not None
    assert made.contact.name == "Jane Doe (jane@example.com) 2"


def test_an_archived_contact_is_restored() -> None:
    made = answer(JANE, directory(facts("old", "Jane D", number="S1:7", status="ARCHIVED")))
    assert made.id == "old"
    assert made.contact is not None
    assert made.contact.payload() == {"ContactID": "old", "ContactStatus": "ACTIVE"}


def test_or_another_is_made_beside_it_under_a_free_name_and_without_its_number() -> None:
    known = directory(facts("old", "Jane Doe", number="S1:7", status="ARCHIVED"))
    made = answer(JANE, known, archived="suffix")
    assert made.contact is not None
    assert made.contact.name == "Jane Doe (jane@example.com)"
    assert made.contact.contact_number == ""
    assert made.id == Ref(Kind.CONTACT, "Jane Doe (jane@example.com)")


def test_a_contact_that_must_be_forgotten_is_not_used() -> None:
    gone = facts("gone", "Jane Doe", "jane@example.com", "S1:7", status="GDPRREQUEST")
    made = answer(JANE, directory(gone, customer_7=gone))
    assert made.contact is not None
    assert made.contact.name == "Jane Doe (jane@example.com)"


def test_the_guest_contact_is_found_by_name_alone() -> None:
    assert answer(Customer(), directory(facts("g", "Web Sales", "x@y.com"))).id == "g"


def test_a_contact_that_is_about_to_be_created_is_referred_to() -> None:
    contacts = Contacts()
    first = answer(GUEST, contacts)
    assert first.contact is not None
    contacts.add_new(first.contact)
    again = answer(JANE, contacts)
    assert (again.id, again.contact) == (Ref(Kind.CONTACT, "Jane Doe"), None)


# --- in an order ----------------------------------------------------------------------------


def bought_by(customer: Customer) -> Order:
    return order(customer=customer)


def test_an_invalid_e_mail_is_dropped_with_a_remark() -> None:
    built = build(bought_by(Customer(id="7", email="jane@", first_name="Jane")))
    assert (built.status, codes(built)) == ("ready", ["email_dropped"])
    assert built.contact is not None
    assert built.contact.contact is not None
    assert "EmailAddress" not in built.contact.contact.payload()


def test_an_invoice_names_its_contact_by_id_only() -> None:
    built = build(bought_by(JANE))
    assert built.invoice is not None
    assert built.invoice.payload()["Contact"] == {"ContactID": Ref(Kind.CONTACT, "S1:7")}
