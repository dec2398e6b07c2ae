"""Who ordered and where it goes, in the fields of an order and of a user."""

from __future__ import annotations

from html import escape
from typing import Any

from sandbox.shop.made_up.people import Customer

_COUNTRIES = {"AU": "Australia", "GB": "United Kingdom", "NZ": "New Zealand",
              "US": "United States"}  # fmt: skip


def addresses(person: Customer) -> dict[str, Any]:
    """Billing and delivery, which are the same."""
    found: dict[str, Any] = {}
    for kind in ("b", "s"):
        place = {
            "firstname": person.firstname, "lastname": person.lastname,
            "address": person.street[0], "address_2": "".join(person.street[1:]),
            "city": person.place.city, "county": "", "state": person.place.region_code,
            "country": person.country, "zipcode": person.place.postcode,
            "phone": person.telephone,
        }  # fmt: skip
        found |= {f"{kind}_{key}": escape(value, quote=False) for key, value in place.items()}
    return found


def described(person: Customer) -> dict[str, Any]:
    """What countries and states are called."""
    country, state = _COUNTRIES[person.country], person.place.region
    return {
        "b_country_descr": country, "s_country_descr": country,
        "b_state_descr": state, "s_state_descr": state,
    }  # fmt: skip


def named(person: Customer) -> dict[str, Any]:
    """Names as the shop keeps them: escaped for HTML."""
    return {
        "firstname": escape(person.firstname, quote=False),
        "lastname": escape(person.lastname, quote=False),
        "company": escape(person.company), "email": person.email, "phone": person.telephone,
        "fax": "", "url": "",
    }  # fmt: skip


def row(person: Customer, since: str) -> dict[str, Any]:
    """A row of the list of users."""
    return {
        "user_id": str(person.number), "user_login": person.email, "is_root": "N",
        "timestamp": since, "user_type": "C", "status": "A",
        "firstname": escape(person.firstname, quote=False),
        "lastname": escape(person.lastname, quote=False), "email": person.email,
        "company": escape(person.company), "company_id": "1", "company_name": "",
    }  # fmt: skip


def detail(person: Customer, since: str) -> dict[str, Any]:
    """A user with the addresses of the main profile, and what no reader needs to keep."""
    return {
        **row(person, since), **addresses(person), **described(person), "phone": person.telephone,
        "fax": "", "url": "", "tax_exempt": "N", "lang_code": "en", "birthday": "",
        "password": "$2y$10$demo.demo.demo", "salt": "demo", "api_key": "", "usergroups": [],
    }  # fmt: skip


ADMINISTRATOR: dict[str, Any] = {
    "user_id": "100001", "user_login": "admin", "is_root": "Y", "timestamp": "1112556008",
    "user_type": "A", "status": "A", "firstname": "John", "lastname": "Doe",
    "email": "admin@example.com", "company": "Your company", "company_id": "0",
    "company_name": None,
}  # fmt: skip
