"""What a contact says of a person, in one flat form for payloads and answers alike: pure.

Details are `{"EmailAddress": "…", "Phone": {"PhoneNumber": "…"}, "POBOX": {"City": "…"}}`: texts
by their name in Xero, the default phone, addresses by their type, and the persons beside the first.
What is empty is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Details = Mapping[str, Any]

TEXTS: Final = ("FirstName", "LastName", "EmailAddress", "TaxNumber", "AccountNumber")
PHONE: Final = "Phone"
ADDRESSES: Final = ("POBOX", "STREET")
PERSONS: Final = "ContactPersons"
MOST_PERSONS: Final = 5  # of which Xero takes no more
_PHONE_PARTS = ("PhoneNumber", "PhoneAreaCode", "PhoneCountryCode")
_ADDRESS_PARTS = (
    "AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "City", "Region",
    "PostalCode", "Country", "AttentionTo",
)  # fmt: skip


def clean_name(name: str) -> str:
    """As Xero wants it: no < >, no control characters, single spaces, at most 255."""
    if not name:
        return ""
    if not name.isprintable() or "<" in name or ">" in name:
        name = "".join(c for c in name if c not in "<>" and (c.isprintable() or c.isspace()))
    return " ".join(name.split())[:255].strip()


def details_of(contact: Mapping[str, Any]) -> dict[str, Any]:
    """The details in a contact as Xero takes and answers it."""
    found: dict[str, Any] = {name: contact[name] for name in TEXTS if contact.get(name)}
    for phone in contact.get("Phones") or ():
        if phone.get("PhoneType") == "DEFAULT" and phone.get("PhoneNumber"):
            found[PHONE] = _parts(phone, _PHONE_PARTS)
    for address in contact.get("Addresses") or ():
        parts = _parts(address, _ADDRESS_PARTS)
        if address.get("AddressType") in ADDRESSES and parts:
            found[address["AddressType"]] = parts
    persons = [_person(one) for one in contact.get(PERSONS) or ()]
    if any(persons):
        found[PERSONS] = [one for one in persons if one]
    return found


def fields_of(details: Details) -> dict[str, Any]:
    """The properties of a contact's payload that say these details."""
    fields: dict[str, Any] = {name: details[name] for name in TEXTS if name in details}
    addresses = [{"AddressType": kind} | details[kind] for kind in ADDRESSES if kind in details]
    if addresses:
        fields["Addresses"] = addresses
    if PHONE in details:
        fields["Phones"] = [{"PhoneType": "DEFAULT"} | details[PHONE]]
    if PERSONS in details:
        fields[PERSONS] = details[PERSONS]
    return fields


def over(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """A payload with another one's properties over its own; addresses are told by their type."""
    kinds = {one["AddressType"]: one for one in earlier.get("Addresses", ())}
    kinds |= {one["AddressType"]: one for one in later.get("Addresses", ())}
    whole = {**earlier, **later}
    return whole | {"Addresses": list(kinds.values())} if kinds else whole


def _person(one: Mapping[str, Any]) -> dict[str, Any]:
    """A person with what must be said again, because whoever is not listed is removed."""
    known: dict[str, Any] = {**_parts(one, ("FirstName", "LastName", "EmailAddress"))}
    return known | ({"IncludeInEmails": True} if known and one.get("IncludeInEmails") else {})


def _parts(whole: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(whole[name]) for name in names if whole.get(name)}
