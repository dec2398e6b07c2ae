"""Customers in canonical form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    region_code: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    tax_number: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """`id` is empty for a guest. `tax_number` is one that the shop accepted for the order.

    Addresses and `updated_at` are those of a customer's own record, None in an order; so is
    `websites`, the id and, as far as it is known, the name of the website that it belongs to.
    """

    id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    group_id: str = ""
    group: str = ""
    tax_number: str = ""
    billing: Address | None = None
    shipping: Address | None = None
    updated_at: datetime | None = None
    websites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerChanges:
    """What is to be written to a customer's own record; None: it stays as it is.

    Phone, company and address are those of the address that the customer bills to. Of
    `address` lines, city, region, postcode and country count; region and country may be names.
    """

    phone: str | None = None
    company: str | None = None
    tax_number: str | None = None
    address: Address | None = None
