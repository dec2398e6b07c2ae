"""Customers' accounts: everybody who has bought with one, and what was changed of it since."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from sandbox.magento import reference
from sandbox.magento.lifecycle import NotPossible

if TYPE_CHECKING:
    from sandbox.magento.shop import DemoShop

Record = dict[str, Any]
_NEEDED = ("email", "firstname", "lastname")


def records(shop: DemoShop) -> list[Record]:
    """All accounts, in the shape of `/V1/customers/search`."""
    opened: dict[int, str] = {}
    for order in shop.orders:
        if order.get("customer_id"):
            opened.setdefault(order["customer_id"], order["created_at"])
    rows = reference.customers((shop.generator.person(n), at) for n, at in opened.items())
    return [row | shop.changed_customers.get(row["id"], {}) for row in rows]


def record(shop: DemoShop, number: int) -> Record:
    """One account, as a copy. KeyError for an unknown one."""
    for row in records(shop):
        if row["id"] == number:
            return copy.deepcopy(row)
    raise KeyError(number)


def replace(shop: DemoShop, number: int, sent: Record) -> Record:
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
