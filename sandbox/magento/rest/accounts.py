"""Customers' accounts: everybody who has bought with one, and what was changed of it since."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sandbox.magento.addresses import group_id, region_id
from sandbox.magento.rest import reference
from sandbox.magento.shop import MagentoShop
from sandbox.shop.made_up.people import Customer
from sandbox.shop.refusals import NotPossible

Record = dict[str, Any]
_NEEDED = ("email", "firstname", "lastname")


def records(shop: MagentoShop) -> list[Record]:
    """All accounts, in the shape of `/V1/customers/search`."""
    opened: dict[int, str] = {}
    for order in shop.orders:
        if order.get("customer_id"):
            opened.setdefault(order["customer_id"], order["created_at"])
    rows = [_account(shop.demand.person(number), at) for number, at in opened.items()]
    return [row | shop.changed_customers.get(row["id"], {}) for row in rows]


def record(shop: MagentoShop, number: int) -> Record:
    """One account, as a copy. KeyError for an unknown one."""
    for row in records(shop):
        if row["id"] == number:
            return copy.deepcopy(row)
    raise KeyError(number)


def replace(shop: MagentoShop, number: int, sent: Record) -> Record:
    """Put a whole account in place of the old one, as Magento does it: what is left out is
    gone. `NotPossible` where something is missing. KeyError for an unknown one."""
    old = record(shop, number)
    for name in _NEEDED:
        if not sent.get(name):
            raise NotPossible(f'"{name}" is required. Enter and try again.')
    countries = {row["id"]: row for row in reference.countries(shop.profile)}
    for address in sent.get("addresses", ()):
        _check(address, countries)
    kept = {name: old[name] for name in ("id", "created_at", "created_in", "store_id")}
    gone = dict.fromkeys(old.keys() - sent.keys() - kept.keys())
    shop.change_customer(number, **(gone | {"addresses": []} | sent | kept | {
        "updated_at": shop.stamp(),
    }))  # fmt: skip
    return record(shop, number)


def _check(address: Record, countries: dict[str, Record]) -> None:
    """What Magento wants of an address."""
    for name in ("firstname", "lastname", "street", "city", "telephone", "country_id"):
        if not address.get(name):
            raise NotPossible(f'"{name}" is required. Enter and try again.')
    if len(address["street"]) > 2:
        raise NotPossible('"Street Address" cannot contain more than 2 lines.')
    country = countries.get(address["country_id"])
    if country is None:
        given = address["country_id"]
        raise NotPossible(f'Invalid value of "{given}" provided for the countryId field.')
    regions = {int(row["id"]) for row in country.get("available_regions", ())}
    region = (address.get("region") or {}).get("region_id") or 0
    if regions and region not in regions:
        raise NotPossible(f'Invalid value of "{region}" provided for the regionId field.')


def _account(person: Customer, at: str) -> Record:
    """The account of a registered customer, opened at that moment."""
    region = region_id(person.country, person.place)
    address: Record = {
        "id": person.number, "customer_id": person.number, "country_id": person.country,
        "region_id": region, "street": list(person.street),
        "telephone": person.telephone, "postcode": person.place.postcode,
        "city": person.place.city, "firstname": person.firstname, "lastname": person.lastname,
        "region": {
            "region_code": person.place.region_code, "region": person.place.region,
            "region_id": region,
        },
        "default_shipping": True, "default_billing": True,
    }  # fmt: skip
    extra: Mapping[str, str] = {"company": person.company, "vat_id": person.vat_id}
    address |= {name: value for name, value in extra.items() if value}
    return {
        "id": person.number, "group_id": group_id(person), "default_billing": str(person.number),
        "default_shipping": str(person.number), "created_at": at, "updated_at": at,
        "created_in": "Default Store View", "email": person.email,
        "firstname": person.firstname, "lastname": person.lastname, "store_id": 1,
        "website_id": 1, "addresses": [address], "disable_auto_group_change": 0,
        "extension_attributes": {"is_subscribed": False},
    }  # fmt: skip
