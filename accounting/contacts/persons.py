"""Whom an order belongs to, before anything is looked up: names, addresses, keys. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from accounts_mapping.rules.mapped_order import Naming, naming_of
from accounts_mapping.rules.resolve import MappingSnapshot
from stores.canonical.customer import Address, Customer
from stores.canonical.order import Order
from xero.documents.contact_details import clean_name

# How the keys of persons begin who have an account in the shop.
CUSTOMER = "customer:"
_NUMBER_LIMIT = 50
_TRAILING = re.compile(r"[^A-Za-z0-9]+$")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an order is posted to.

    `key` is stable for the same person of the same store; `fallback` is the name where
    another person has `name`; `unique` says what tells persons apart (contacts.unique), and a
    `shared` contact, such as the guest contact, is known by its name alone. `said_at` is when
    the shop was told what `fields` say.
    """

    key: str
    name: str
    fallback: str
    contact_number: str = ""
    email: str = ""
    unique: str = "email"
    shared: bool = False
    fields: tuple[tuple[str, Any], ...] = ()
    said_at: datetime | None = None


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
    return _TRAILING.sub("", snapshot.store.number_prefix)


def person_of(snapshot: MappingSnapshot, order: Order, naming: Naming | None = None) -> Person:
    """Which contact the order belongs to, by strategy and rule, before any look-up. `naming` is
    what the rules call it, where that was asked before."""
    naming = naming or naming_of(snapshot, order)
    rules = snapshot.rules.contacts
    if naming.rule is not None:
        return shared_person(naming.rule.value)
    if rules.strategy == "single":
        return shared_person(naming.guest)
    company = clean_name(order.customer.company or order.billing.company)
    if rules.strategy == "per_company" and company:
        return _company(snapshot, order, company)
    email = clean_email(order.customer.email)
    name = clean_name(naming.name)
    if order.customer.id and (rules.unique != "name" or not email):
        return _customer(snapshot, order, email, name)
    if not email or (not order.customer.id and rules.guests == "one_contact"):
        return shared_person(naming.guest)
    return _by_email(snapshot, order, email, name)


def buyer(snapshot: MappingSnapshot, customer: Customer) -> Person:
    """Who a customer's own record speaks of: as in an order that they place at this moment.

    A tax number is left out: only an order says that the shop accepted one.
    """
    at = datetime.min.replace(tzinfo=UTC)  # nobody asks when
    order = Order(
        id="", number="", status="", currency="", base_currency="", total=Decimal(0),
        tax=Decimal(0), placed_at=at, updated_at=at, lines=(),
        customer=replace(customer, tax_number=""),
        billing=customer.billing or Address(), shipping=customer.shipping,
    )  # fmt: skip
    return replace(person_of(snapshot, order), said_at=customer.updated_at)


def shared_person(name: str) -> Person:
    """A contact for many buyers, known by its name alone."""
    name = clean_name(name) or "Web sales"
    return Person(f"shared:{name_key(name)}", name, name, shared=True)


def customer_key(customer_id: str) -> str:
    """The key of a person who has an account in the shop."""
    return f"{CUSTOMER}{customer_id}"


def customer_number(snapshot: MappingSnapshot, customer_id: str) -> str:
    """The ContactNumber `S1:7`; one that Xero would not take keeps a mark of its own."""
    number = f"{prefix(snapshot)}:{customer_id}"
    if len(number) <= _NUMBER_LIMIT:
        return number
    return f"{number[: _NUMBER_LIMIT - 9]}~{sha256(number.encode()).hexdigest()[:8]}"


def _customer(snapshot: MappingSnapshot, order: Order, email: str, name: str) -> Person:
    number = customer_number(snapshot, order.customer.id)
    name = name or email or f"Customer {order.customer.id}"
    suffix = email or order.customer.id
    return Person(
        customer_key(order.customer.id),
        name,
        f"{name[:200]} ({suffix})"[:255],
        contact_number=number,
        email=email,
        unique=snapshot.rules.contacts.unique,
        fields=(*_fields(snapshot, order, email), *_account_number(snapshot, order)),
        said_at=order.placed_at,
    )


def _account_number(snapshot: MappingSnapshot, order: Order) -> tuple[tuple[str, Any], ...]:
    """The shop's own number of the customer, where contacts are to bear it."""
    if not snapshot.rules.contacts.account_number:
        return ()
    return (("AccountNumber", order.customer.id[:_NUMBER_LIMIT]),)


def _by_email(snapshot: MappingSnapshot, order: Order, email: str, name: str) -> Person:
    name = name or email
    return Person(
        f"email:{email_key(email)}",
        name,
        f"{name[:200]} ({email})"[:255],
        email=email,
        # Nothing but the e-mail tells one guest from another, unless names do.
        unique="name" if snapshot.rules.contacts.unique == "name" else "email",
        fields=_fields(snapshot, order, email),
        said_at=order.placed_at,
    )


def _company(snapshot: MappingSnapshot, order: Order, company: str) -> Person:
    email = clean_email(order.customer.email)
    return Person(
        f"company:{name_key(company)}",
        company,
        company,
        shared=True,
        fields=_fields(snapshot, order, email),
        said_at=order.placed_at,
    )


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
    billing = address_body(order.billing, with_company=with_company)
    shipping = billing
    if order.shipping != order.billing:
        there = order.shipping
        shipping = address_body(there, with_company=with_company) if there else {}
    kinds = (("POBOX", billing), ("STREET", shipping))
    return [{"AddressType": kind} | body for kind, body in kinds if body]


def address_body(address: Address, *, with_company: bool) -> dict[str, str]:
    """An address as Xero takes it, without its type; empty where it says nothing."""
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
    return {key: value for key, value in body.items() if value}
