"""Who bought, and where it goes: customer, addresses and tax numbers of an OpenCart order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stores.adapters.opencart.records.countries import country_code
from stores.adapters.opencart.records.texts import json_object
from stores.canonical.customer import Address, Customer
from stores.canonical.records import ParseFacts
from stores.raw import Raw

# A custom field that asks for a tax number, by its name.
_TAX_NUMBER = re.compile(
    r"\b(vat|tva|btw|iva|nif|cif|ust[ .-]?id\w*|gst|abn|tax|moms|mva|dph|pvm|ndš?|alv)\b",
    re.IGNORECASE,
)
# A VAT number by its form: it begins with its country.
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z+*]{7,13}")
# Codes of VAT numbers that are not those of the country.
_OTHER_CODES = {"EL": "GR", "XI": "GB"}

_COLUMNS = ("payment_custom_field", "custom_field", "shipping_custom_field")


def read_address(order: Raw, kind: str) -> Address:
    """The `payment` or `shipping` address of an order."""
    return Address(
        first_name=order.text(f"{kind}_firstname"),
        last_name=order.text(f"{kind}_lastname"),
        company=order.text(f"{kind}_company"),
        lines=tuple(line for n in (1, 2) if (line := order.text(f"{kind}_address_{n}").strip())),
        city=order.text(f"{kind}_city"),
        region=order.text(f"{kind}_zone"),
        region_code=order.text(f"{kind}_zone_code"),
        postcode=order.text(f"{kind}_postcode"),
        country=order.text(f"{kind}_iso_code_2") or country_code(order.text(f"{kind}_country")),
        phone=order.text("telephone") if kind == "payment" else "",
    )


def shipping_address(order: Raw) -> Address | None:
    """Where it was delivered; None where nothing was."""
    address = read_address(order, "shipping")
    return address if address.country or address.lines or address.city else None


def read_customer(record: Raw, order: Raw, facts: ParseFacts) -> Customer:
    """The buyer. An order keeps what a guest entered as it keeps what a customer did."""
    number, group = order.text("customer_id"), order.text("customer_group_id")
    own = order.text("firstname") or order.text("lastname")
    kind = "" if own else "payment_"
    countries = {read_address(order, one).country for one in ("payment", "shipping")}
    return Customer(
        id="" if number == "0" else number,
        email=order.text("email").strip(),
        first_name=order.text(f"{kind}firstname"),
        last_name=order.text(f"{kind}lastname"),
        company=order.text("payment_company"),
        phone=order.text("telephone"),
        group_id=group,
        group=record.text("x_customer_group") or facts.customer_groups.get(group, ""),
        tax_number=tax_number(record, _COLUMNS, countries),
    )


def tax_number(record: Raw, columns: tuple[str, ...], countries: set[str]) -> str:
    """The number in a custom field that asks for one; else one that has a VAT number's form and
    is of one of the countries. OpenCart has no field of its own for it."""
    for field in record.children("x_custom_fields"):
        if field.text("value").strip() and _TAX_NUMBER.search(field.text("name")):
            return field.text("value").strip()
    inner = record.child("order") if record.has("order") else record
    for value in _custom_values(inner, columns):
        number = re.sub(r"[\s.\-]", "", value).upper()
        country = _OTHER_CODES.get(number[:2], number[:2])
        if _VAT.fullmatch(number) and country in countries and sum(map(str.isdigit, number)) >= 5:
            return number
    return ""


def _custom_values(raw: Raw, columns: tuple[str, ...]) -> Iterator[str]:
    for key in columns:
        for value in json_object(raw, key).data.values():
            if isinstance(value, str):
                yield value
