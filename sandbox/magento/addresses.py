"""People and their towns as Magento keeps them: groups, regions, addresses of orders."""

from __future__ import annotations

from typing import Any

from sandbox.shop.made_up.people import Customer
from sandbox.shop.made_up.profiles import Place

# Magento's own numbers of regions, by country and code.
_REGIONS = {
    ("AU", "ACT"): 569, ("AU", "NSW"): 570, ("AU", "NT"): 571, ("AU", "QLD"): 572,
    ("AU", "SA"): 573, ("AU", "VIC"): 574, ("AU", "TAS"): 575, ("AU", "WA"): 576,
    ("US", "NY"): 43, ("US", "OR"): 49,
}  # fmt: skip


def region_id(country: str, place: Place) -> int:
    """The number of the town's region; 0 where the country has none."""
    return _REGIONS[country, place.region_code] if place.region else 0


def group_id(person: Customer) -> int:
    """Retail, or wholesale for who has a tax number."""
    return 2 if person.vat_id else 1


def order_address(person: Customer, *, kind: str, entity_id: int, order_id: int) -> dict[str, Any]:
    """The person's address as an order carries it; `kind` is billing or shipping."""
    place = person.place
    row: dict[str, Any] = {
        "address_type": kind,
        "city": place.city,
        "country_id": person.country,
        "email": person.email,
        "entity_id": entity_id,
        "firstname": person.firstname,
        "lastname": person.lastname,
        "parent_id": order_id,
        "postcode": place.postcode,
        "street": list(person.street),
        "telephone": person.telephone,
    }
    if person.company:
        row["company"] = person.company
    if person.vat_id:
        row["vat_id"] = person.vat_id
    if person.registered:
        row["customer_address_id"] = person.number
    if place.region:
        row |= {
            "region": place.region,
            "region_code": place.region_code,
            "region_id": region_id(person.country, place),
        }
    return row
