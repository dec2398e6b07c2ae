"""Who bought and where it goes: customer, addresses and tax numbers of a Magento order."""

from __future__ import annotations

from connector.lib.money import ZERO
from connector.lib.texts.said import said
from stores.canonical.customer import Address, Customer
from stores.canonical.records import ParseFacts
from stores.raw import Raw


def read_address(raw: Raw) -> Address:
    """An address as Magento writes it: in orders the region is text, in customers an object."""
    region = raw.data.get("region")
    inner = raw.child("region") if isinstance(region, dict) else raw
    return Address(
        first_name=raw.text("firstname"),
        last_name=raw.text("lastname"),
        company=raw.text("company"),
        lines=_street(raw),
        city=raw.text("city"),
        region=inner.text("region"),
        region_code=inner.text("region_code"),
        postcode=raw.text("postcode"),
        country=raw.text("country_id"),
        phone=raw.text("telephone"),
        tax_number=raw.text("vat_id"),
    )


def shipping_part(order: Raw) -> Raw:
    """The `shipping` of the order's first assignment; an empty object for a virtual order.

    Magento makes one order per address, so that there is at most one assignment.
    """
    assignments = order.child("extension_attributes").children("shipping_assignments")
    return assignments[0].child("shipping") if assignments else Raw({}, order.path)


def read_shipping_address(order: Raw) -> Address | None:
    """Where the order was delivered; None if it was not."""
    address = shipping_part(order).child("address")
    return read_address(address) if address.data else None


def read_customer(order: Raw, facts: ParseFacts) -> Customer:
    """The buyer. Names fall back to the billing address, which guests always fill in."""
    billing = order.child("billing_address")
    guest = order.flag("customer_is_guest") is True
    own_name = order.text("customer_firstname") or order.text("customer_lastname")
    group = order.text("customer_group_id")
    return Customer(
        id="" if guest else _id(order.text("customer_id")),
        email=order.text("customer_email") or billing.text("email"),
        first_name=order.text("customer_firstname") if own_name else billing.text("firstname"),
        last_name=order.text("customer_lastname") if own_name else billing.text("lastname"),
        company=billing.text("company"),
        phone=billing.text("telephone"),
        group_id=group,
        group=facts.customer_groups.get(group, ""),
        tax_number=accepted_tax_number(order),
    )


def accepted_tax_number(order: Raw) -> str:
    """The buyer's tax number if the shop accepted it for this order, else "".

    Magento records its check of a number as `vat_is_valid` of the address that it checked.
    Without any such record the shop does not check numbers; then only what it did speaks: a
    number on an order without tax counts as accepted, one on a taxed order does not.
    """
    addresses = (order.child("billing_address"), shipping_part(order).child("address"))
    checked = [address for address in addresses if address.flag("vat_is_valid") is not None]
    if checked:
        valid = [one.text("vat_id") for one in checked if one.flag("vat_is_valid")]
        return next(filter(None, valid), order.text("customer_taxvat") if valid else "")
    if order.number("tax_amount") != ZERO:
        return ""
    numbers = [order.text("customer_taxvat"), *(address.text("vat_id") for address in addresses)]
    return next(filter(None, numbers), "")


def _street(raw: Raw) -> tuple[str, ...]:
    value = raw.data.get("street")
    if value is None:
        return ()
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str | None) for line in lines):
        raise raw.refusal("street", said("neither text nor a list of lines"), "bad_text")
    return tuple(line for line in lines if line and line.strip())


def _id(text: str) -> str:
    return "" if text == "0" else text
