"""Who an order belongs to in Xero: pure matching and the contact's payload.

Order of matching: the link that we stored, ContactNumber, e-mail, then the name, and that only
where an e-mail is known and does not contradict. Without e-mail and customer id the guest
contact is used. Inside documents only the ContactID is ever sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from accounts_mapping.resolve import MappingSnapshot, order_rules
from accounts_mapping.texts import render
from stores.canonical import Address, Order
from xero.documents import Contact, Id, Kind, Ref
from xero.facts import ContactFacts

# One that is about to be created was changed after all others.
_NOT_YET = datetime.max.replace(tzinfo=UTC)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Directory(Protocol):
    """Where contacts are looked up: the mirror, or what a preview has made so far.

    `linked` is by our own key of the person; the others return all candidates. A contact
    that is not in Xero yet, but will be, has an empty `contact_id`.
    """

    def linked(self, key: str) -> ContactFacts | None: ...
    def by_number(self, number: str) -> list[ContactFacts]: ...
    def by_email(self, email: str) -> list[ContactFacts]: ...
    def by_name(self, name: str) -> list[ContactFacts]: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an order is posted to.

    `key` is stable for the same person of the same store; `fallback` is the name where
    another person has `name`; `unique` says what tells persons apart (contacts.unique), and a
    `shared` contact, such as the guest contact, is known by its name alone.
    """

    key: str
    name: str
    fallback: str
    contact_number: str = ""
    email: str = ""
    unique: str = "email"
    shared: bool = False
    fields: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """`id` is what documents say; `contact` is what must be created or restored before."""

    person: Person
    id: Id
    contact: Contact | None = None
    warnings: tuple[str, ...] = ()


def clean_name(name: str) -> str:
    """As Xero wants it: no < >, no control characters, single spaces, at most 255."""
    if not name.isprintable() or "<" in name or ">" in name:
        name = "".join(c for c in name if c not in "<>" and (c.isprintable() or c.isspace()))
    return " ".join(name.split())[:255].strip()


def clean_email(email: str) -> str:
    """Trimmed; "" where Xero would refuse it (it takes ASCII addresses only)."""
    text = email.strip()
    return text if len(text) <= 255 and _EMAIL.fullmatch(text) else ""


def email_key(email: str) -> str:
    return email.strip().casefold()


def name_key(name: str) -> str:
    return clean_name(name).casefold()


def prefix(snapshot: MappingSnapshot) -> str:
    """number_prefix without trailing punctuation: `S1-` → `S1`."""
    return re.sub(r"[^A-Za-z0-9]+$", "", snapshot.store.number_prefix)


def person_of(snapshot: MappingSnapshot, order: Order) -> Person:
    """Which contact the order belongs to, by strategy and rule, before any look-up."""
    rules = snapshot.rules.contacts
    for _, rule in order_rules(snapshot, order):
        if rule.contact and (name := clean_name(render(rule.contact, snapshot, order))):
            return shared_person(name)
    if rules.strategy == "single":
        return shared_person(render(rules.guest, snapshot, order))
    company = clean_name(order.customer.company or order.billing.company)
    if rules.strategy == "per_company" and company:
        return _company(snapshot, order, company)
    email = clean_email(order.customer.email)
    if order.customer.id and (rules.unique != "name" or not email):
        return _customer(snapshot, order, email)
    if not email or (not order.customer.id and rules.guests == "one_contact"):
        return shared_person(render(rules.guest, snapshot, order))
    return _by_email(snapshot, order, email)


def shared_person(name: str) -> Person:
    """A contact for many buyers, known by its name alone."""
    name = clean_name(name) or "Web sales"
    return Person(f"shared:{name_key(name)}", name, name, shared=True)


def _customer(snapshot: MappingSnapshot, order: Order, email: str) -> Person:
    number = f"{prefix(snapshot)}:{order.customer.id}"[:50]
    name = _display_name(snapshot, order) or email or f"Customer {order.customer.id}"
    suffix = email or order.customer.id
    return Person(
        f"customer:{order.customer.id}",
        name,
        f"{name[:200]} ({suffix})"[:255],
        contact_number=number,
        email=email,
        unique=snapshot.rules.contacts.unique,
        fields=_fields(snapshot, order, email),
    )


def _by_email(snapshot: MappingSnapshot, order: Order, email: str) -> Person:
    name = _display_name(snapshot, order) or email
    return Person(
        f"email:{email_key(email)}",
        name,
        f"{name[:200]} ({email})"[:255],
        email=email,
        # Nothing but the e-mail tells one guest from another, unless names do.
        unique="name" if snapshot.rules.contacts.unique == "name" else "email",
        fields=_fields(snapshot, order, email),
    )


def _company(snapshot: MappingSnapshot, order: Order, company: str) -> Person:
    email = clean_email(order.customer.email)
    fields = _fields(snapshot, order, email)
    return Person(f"company:{name_key(company)}", company, company, shared=True, fields=fields)


def _display_name(snapshot: MappingSnapshot, order: Order) -> str:
    return clean_name(render(snapshot.rules.contacts.name, snapshot, order))


def _fields(snapshot: MappingSnapshot, order: Order, email: str) -> tuple[tuple[str, Any], ...]:
    """The contact's other properties, as far as the store's `fields` allow."""
    wanted = snapshot.store.fields.customers or (
        "name", "email", "phone", "address", "company", "tax_number",
    )  # fmt: skip
    customer, billing = order.customer, order.billing
    body: dict[str, Any] = {}
    if "name" in wanted:
        body["FirstName"] = clean_name(customer.first_name or billing.first_name)
        body["LastName"] = clean_name(customer.last_name or billing.last_name)
    if "email" in wanted:
        body["EmailAddress"] = email
    if "tax_number" in wanted:
        body["TaxNumber"] = customer.tax_number[:50]
    if "address" in wanted:
        body["Addresses"] = _addresses(order, with_company="company" in wanted)
    if "phone" in wanted and (phone := (customer.phone or billing.phone).strip()):
        body["Phones"] = [{"PhoneType": "DEFAULT", "PhoneNumber": phone[:50]}]
    return tuple((key, value) for key, value in body.items() if value)


def _addresses(order: Order, *, with_company: bool) -> list[dict[str, str]]:
    found = [("POBOX", order.billing), ("STREET", order.shipping)]
    bodies = (
        _address(kind, address, with_company=with_company) for kind, address in found if address
    )
    return [body for body in bodies if len(body) > 1]


def _address(kind: str, address: Address, *, with_company: bool) -> dict[str, str]:
    texts = [address.company, *address.lines] if with_company else [*address.lines]
    lines = [line for line in map(clean_name, texts) if line]
    lines[3:] = [", ".join(lines[3:])[:500]] if lines[3:] else []
    body = {f"AddressLine{n}": line for n, line in enumerate(lines, start=1)}
    body |= {
        "City": clean_name(address.city)[:255],
        "Region": clean_name(address.region)[:255],
        "PostalCode": clean_name(address.postcode)[:50],
        "Country": address.country[:50],
    }
    return {"AddressType": kind} | {key: value for key, value in body.items() if value}


def find_contact(person: Person, directory: Directory, *, archived: str) -> ContactAnswer:
    """The existing contact of a person, or a new one to create under a name that is free.

    `archived` is contacts.archived: `restore` uses and reactivates an archived contact,
    `suffix` makes another one beside it.
    """
    warnings: list[str] = []
    found = _match(person, directory, warnings)
    if found is not None and found.status == "ARCHIVED" and archived == "suffix":
        found = None
    if found is not None and found.status == "ARCHIVED":
        restore = Contact(
            key=person.key,
            name=found.name,
            existing_id=found.contact_id,
            fields=(("ContactStatus", "ACTIVE"),),
        )
        return ContactAnswer(person, found.contact_id, restore, tuple(warnings))
    if found is not None:
        return ContactAnswer(person, contact_id(found), None, tuple(warnings))
    name = _free_name(person, directory)
    # Numbers are unique in Xero, archived contacts included.
    number = "" if directory.by_number(person.contact_number) else person.contact_number
    contact = Contact(person.key, name, number, person.fields)
    return ContactAnswer(person, Ref(Kind.CONTACT, contact_key(contact)), contact, tuple(warnings))


def contact_id(found: ContactFacts) -> Id:
    """Its ContactID, or the reference to one that is about to be created."""
    return found.contact_id or Ref(Kind.CONTACT, found.contact_number or found.name)


def _match(person: Person, directory: Directory, warnings: list[str]) -> ContactFacts | None:
    linked = directory.linked(person.key)
    if linked is not None and _usable([linked]):
        return linked
    if person.contact_number and (found := _usable(directory.by_number(person.contact_number))):
        return found[0]
    if person.email and person.unique == "email":
        same = _usable(directory.by_email(person.email))
        active = [contact for contact in same if contact.status == "ACTIVE"]
        if len(active) > 1:
            warnings.append(
                f"{len(active)} contacts in Xero have the e-mail {person.email}; the one changed "
                f"longest ago, {active[0].name}, is used."
            )
        if same:
            return (active or same)[0]
    return _by_name(person, directory)


def _by_name(person: Person, directory: Directory) -> ContactFacts | None:
    """By name only where an e-mail is known and does not contradict, or names are unique."""
    if not (person.shared or person.email):
        return None
    for contact in _usable(directory.by_name(person.name)):
        if person.shared or person.unique == "name":
            return contact
        if person.unique == "email" and not contact.email and not contact.contact_number:
            return contact
    return None


def _usable(contacts: list[ContactFacts]) -> list[ContactFacts]:
    """Without those that Xero must not use; active ones first, then changed longest ago."""

    def age(contact: ContactFacts) -> tuple[bool, datetime]:
        return contact.status != "ACTIVE", contact.updated_at or _NOT_YET

    return sorted((c for c in contacts if c.status != "GDPRREQUEST"), key=age)


def _free_name(person: Person, directory: Directory) -> str:
    """The name, or where somebody else has it, the name with e-mail or customer number."""
    if not directory.by_name(person.name):
        return person.name
    if not directory.by_name(person.fallback):
        return person.fallback
    numbered = (f"{person.fallback[:250]} {number}" for number in range(2, 1000))
    return next(name for name in numbered if not directory.by_name(name))


def contact_key(contact: Contact) -> str:
    """What a `$ref` calls a contact: its ContactNumber, else its name."""
    return contact.contact_number or contact.name
