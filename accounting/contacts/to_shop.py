"""What a person changed of a contact in Xero, and what of it goes to the shop's customer: pure.

Phone, address with its company, and tax number go back; names do not, and the e-mail neither:
it is what the customer logs in with. Nothing is ever emptied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounting.contacts.following import differs
from accounting.contacts.persons import address_body
from stores.canonical.customer import Address, Customer, CustomerChanges
from xero.documents.contact_details import PHONE, Details

_ADDRESS: Final = "POBOX"
_DELIVERY: Final = "STREET"
_TAX: Final = "TaxNumber"
# Details by the fields of which one must be chosen (fields.customers).
_FIELDS: Final = {PHONE: {"phone"}, _ADDRESS: {"address", "company"}, _TAX: {"tax_number"}}
_NAMES: Final = {PHONE: "phone", _ADDRESS: "address", _TAX: "tax number"}
_LINES = ("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4")


@dataclass(frozen=True, slots=True)
class CustomerComparison:
    """`changes` is what the shop's record lacks, None where it lacks nothing; `kept` names what
    is left as it is, because the shop has changed it itself, or it cannot be told apart."""

    changes: CustomerChanges | None
    kept: tuple[str, ...]


def changed_in_xero(
    there: Details, seen: Details, said: Details, fields: Sequence[str]
) -> dict[str, Any]:
    """The details that are not what Xero had before (`seen`), nor what the shop last said."""
    found = {}
    for name, needs in _FIELDS.items():
        value = there.get(name)
        if value is None or (fields and not needs & set(fields)):
            continue
        if all(name not in one or differs(name, value, one[name]) for one in (seen, said)):
            found[name] = value
    return found


def compare(
    wanted: Details, said: Details, customer: Customer, fields: Sequence[str]
) -> CustomerComparison:
    """What of `wanted` is to be written to a customer as the shop has it at this moment.

    A detail about which the shop says something else than it last said to us has been changed
    there since: the newer word is the shop's.
    """
    now = shop_details(customer, fields)
    kept = []
    lacking: dict[str, Any] = {}
    for name, value in wanted.items():
        current = now.get(name)
        if current is not None and not differs(name, current, value):
            continue
        if current is not None and (name not in said or differs(name, current, said[name])):
            kept.append(_NAMES[name])
            continue
        lacking[name] = value
    company, address = None, None
    if _ADDRESS in lacking:
        try:
            company, address = _address_changes(lacking[_ADDRESS], customer, fields)
        except _Unclear:
            kept.append(_NAMES[_ADDRESS])
    changes = CustomerChanges(_phone(lacking.get(PHONE)), company, lacking.get(_TAX), address)
    return CustomerComparison(None if changes == CustomerChanges() else changes, tuple(kept))


def shop_details(customer: Customer, fields: Sequence[str]) -> dict[str, Any]:
    """What a customer's record says, in the form of `xero.documents.contact_details`."""
    found: dict[str, Any] = {}
    if customer.phone.strip():
        found[PHONE] = {"PhoneNumber": customer.phone.strip()}
    if customer.tax_number:
        found[_TAX] = customer.tax_number
    for kind, address in ((_ADDRESS, customer.billing), (_DELIVERY, customer.shipping)):
        if body := address_body(address or Address(), with_company=_wants("company", fields)):
            found[kind] = body
    return found


def told(wanted: Iterable[str], said: Details, now: Details) -> dict[str, Any]:
    """What the shop says now of the details that we wrote, and so no longer is news of it.

    Where one address is both for bills and for parcels, the other one moved with it.
    """
    names = set(wanted)
    if said.get(_ADDRESS) == said.get(_DELIVERY) and now.get(_ADDRESS) == now.get(_DELIVERY):
        names |= {_DELIVERY} if _ADDRESS in names else set()
    return {name: now[name] for name in names if name in now}


def _wants(field: str, fields: Sequence[str]) -> bool:
    return not fields or field in fields


def _phone(value: Mapping[str, str] | None) -> str | None:
    """One number out of the parts that Xero keeps."""
    if value is None:
        return None
    parts = (value.get(f"Phone{part}", "") for part in ("CountryCode", "AreaCode", "Number"))
    return " ".join(part for part in parts if part)


class _Unclear(Exception):
    """It cannot be told which line of an address is the company and which the street."""


def _address_changes(
    value: Mapping[str, str], customer: Customer, fields: Sequence[str]
) -> tuple[str | None, Address | None]:
    """Company and address. We put a company above the street, so that is where it is read."""
    billing = customer.billing or Address()
    lines = [value[name] for name in _LINES if value.get(name)]
    company = None
    if billing.company and _wants("company", fields):
        if lines and not differs("", lines[0], billing.company):
            lines = lines[1:]
        elif lines[1:] and billing.lines and not differs("", lines[1], billing.lines[0]):
            company, lines = lines[0], lines[1:]
        elif not (lines and billing.lines and not differs("", lines[0], billing.lines[0])):
            raise _Unclear
    if not _wants("address", fields):
        return company, None
    return company, Address(
        lines=tuple(lines), city=value.get("City", ""), region=value.get("Region", ""),
        postcode=value.get("PostalCode", ""), country=value.get("Country", ""),
    )  # fmt: skip
