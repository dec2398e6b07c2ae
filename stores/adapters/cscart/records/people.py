"""Who bought and where it goes: customers and addresses of CS-Cart, in orders and alone."""

from __future__ import annotations

from stores.adapters.cscart.records.texts import id_of, text_of
from stores.canonical.customer import Address, Customer
from stores.canonical.records import ParseFacts
from stores.raw import Raw

BILLING, SHIPPING = "b_", "s_"
_PLACE = ("address", "address_2", "city", "county", "state", "country", "zipcode")
_NAME = ("firstname", "lastname", "phone")


def read_address(raw: Raw, prefix: str) -> Address | None:
    """The address whose fields have this prefix; None where nothing of it is filled in."""
    if not any(text_of(raw, f"{prefix}{key}") for key in (*_PLACE, *_NAME)):
        return None
    lines = (text_of(raw, f"{prefix}{key}") for key in ("address", "address_2"))
    state = text_of(raw, f"{prefix}state")
    return Address(
        first_name=text_of(raw, f"{prefix}firstname"),
        last_name=text_of(raw, f"{prefix}lastname"),
        company=text_of(raw, "company"),
        lines=tuple(line for line in lines if line),
        city=text_of(raw, f"{prefix}city"),
        region=text_of(raw, f"{prefix}state_descr") or state,
        region_code=state,
        postcode=text_of(raw, f"{prefix}zipcode"),
        country=text_of(raw, f"{prefix}country").upper(),
        phone=text_of(raw, f"{prefix}phone") or text_of(raw, "phone"),
    )


def read_customer(order: Raw, facts: ParseFacts) -> Customer:
    """The buyer of an order. Names fall back to the billing address, then to the delivery's."""
    address = read_address(order, BILLING) or read_address(order, SHIPPING) or Address()
    first, last = text_of(order, "firstname"), text_of(order, "lastname")
    named = bool(first or last)
    return Customer(
        id=id_of(order, "user_id"),
        email=text_of(order, "email"),
        first_name=first if named else address.first_name,
        last_name=last if named else address.last_name,
        company=text_of(order, "company"),
        phone=text_of(order, "phone") or address.phone,
    )
