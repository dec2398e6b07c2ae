"""Answers that describe the shop itself: views, currencies, taxes, customers, modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.magento.numbers import number
from sandbox.magento.people import Customer
from sandbox.magento.profiles import Profile

MODULES = [
    f"Magento_{name}"
    for name in (
        "Store", "Config", "Directory", "Backend", "Catalog", "CatalogInventory", "Bundle",
        "ConfigurableProduct", "Customer", "Quote", "Sales", "SalesRule", "Shipping", "Tax",
        "Integration", "OfflinePayments", "OfflineShipping", "Paypal", "Webapi", "InventoryApi",
    )
] + ["StripeIntegration_Payments"]  # fmt: skip


# Which statuses an order may have in each state; `in_xero` is one that the merchant added.
STATUSES: Mapping[str, frozenset[str]] = {
    "new": frozenset({"pending", "in_xero"}),
    "pending_payment": frozenset({"pending_payment"}),
    "payment_review": frozenset({"payment_review", "fraud"}),
    "processing": frozenset({"processing", "in_xero"}),
    "complete": frozenset({"complete", "in_xero"}),
    "closed": frozenset({"closed"}),
    "canceled": frozenset({"canceled"}),
    "holded": frozenset({"holded"}),
}


def store_views(profile: Profile) -> list[dict[str, Any]]:
    """The default view, the admin's, and the one in the foreign currency."""
    return [
        {
            "id": key, "code": code, "name": name, "website_id": min(key, 1),
            "store_group_id": min(key, 1), "is_active": 1,
        }
        for key, code, name in (
            (1, "default", "Default Store View"),
            (0, "admin", "Admin"),
            (2, profile.foreign_view, profile.foreign_view.upper()),
        )
    ]  # fmt: skip


def store_configs(profile: Profile, url: str) -> list[dict[str, Any]]:
    """Locale, currencies, zone and addresses of the two views."""
    base = url + "/"
    urls: dict[str, str] = {}
    for prefix in ("base", "secure_base"):
        for part, path in (("", ""), ("link_", ""), ("static_", "static/"), ("media_", "media/")):
            urls[f"{prefix}_{part}url"] = base + path
    return [
        {
            "id": key, "code": code, "website_id": 1, "locale": profile.locale,
            "base_currency_code": profile.currency, "default_display_currency_code": currency,
            "timezone": profile.timezone, "weight_unit": "kgs", **urls,
        }
        for key, code, currency in (
            (1, "default", profile.currency),
            (2, profile.foreign_view, profile.foreign_currency),
        )
    ]  # fmt: skip


def websites() -> list[dict[str, Any]]:
    """The one website, and the admin's."""
    return [
        {"id": 1, "code": "base", "name": "Main Website", "default_group_id": 1},
        {"id": 0, "code": "admin", "name": "Admin", "default_group_id": 0},
    ]


def store_groups(profile: Profile) -> list[dict[str, Any]]:
    """The one store, and the admin's."""
    return [
        {
            "id": 1, "website_id": 1, "root_category_id": 2, "default_store_id": 1,
            "name": profile.shop_name, "code": "main_website_store",
        },
        {
            "id": 0, "website_id": 0, "root_category_id": 0, "default_store_id": 0,
            "name": "Default", "code": "default",
        },
    ]  # fmt: skip


def currency(profile: Profile) -> dict[str, Any]:
    """Base currency and rates."""
    return {
        "base_currency_code": profile.currency,
        "base_currency_symbol": profile.symbol,
        "default_display_currency_code": profile.currency,
        "default_display_currency_symbol": profile.symbol,
        "available_currency_codes": [profile.currency, profile.foreign_currency],
        "exchange_rates": [
            {"currency_to": profile.currency, "rate": 1},
            {"currency_to": profile.foreign_currency, "rate": number(profile.foreign_rate)},
        ],
    }


_COUNTRIES = {
    "AU": "Australia", "GB": "United Kingdom", "NZ": "New Zealand", "US": "United States",
    "DE": "Germany",
}  # fmt: skip


def countries(profile: Profile) -> list[dict[str, Any]]:
    """Some countries, with the regions that addresses of this shop may name."""
    places = [(profile.country, one) for one in profile.places]
    places += [(profile.export_country, one) for one in profile.export_places]
    rows = []
    for code, name in _COUNTRIES.items():
        regions = {one.region_id: one for of, one in places if of == code and one.region_id}
        row: dict[str, Any] = {
            "id": code, "two_letter_abbreviation": code, "full_name_locale": name,
            "full_name_english": name,
        }  # fmt: skip
        if regions:
            row["available_regions"] = [
                {"id": str(key), "code": one.region_code, "name": one.region}
                for key, one in sorted(regions.items())
            ]
        rows.append(row)
    return rows


def categories() -> list[dict[str, Any]]:
    """The catalogue's categories: kitchen things, with mugs among them; services."""
    rows = (
        (1, 0, 0, "Root Catalog"), (2, 1, 1, "Default Category"), (3, 2, 2, "Kitchen"),
        (4, 3, 3, "Mugs & Cups"), (5, 2, 2, "Services"), (6, 5, 3, "Courses"),
    )  # fmt: skip
    return [
        {"id": key, "parent_id": parent, "name": name, "is_active": True, "position": 1,
         "level": level}
        for key, parent, level, name in rows
    ]  # fmt: skip


def tree(rows: list[dict[str, Any]], root: str) -> dict[str, Any]:
    """One category with all below it. KeyError for an unknown id."""
    by_id = {row["id"]: row | {"product_count": 0, "children_data": []} for row in rows}
    for row in by_id.values():
        if row["parent_id"] in by_id:
            by_id[row["parent_id"]]["children_data"].append(row)
    return by_id[int(root)]


def tax_classes(profile: Profile) -> list[dict[str, Any]]:
    """Classes of products and of customers."""
    return [
        {"class_id": 2, "class_name": "Taxable Goods", "class_type": "PRODUCT"},
        {"class_id": 3, "class_name": "Retail Customer", "class_type": "CUSTOMER"},
        {"class_id": 4, "class_name": profile.untaxed_class, "class_type": "PRODUCT"},
    ]


def tax_rates(profile: Profile) -> list[dict[str, Any]]:
    """The standard rate; goods without tax have no rule and so no rate."""
    return [
        {
            "id": 1, "tax_country_id": profile.country, "tax_region_id": 0, "tax_postcode": "*",
            "rate": number(profile.tax_rate), "code": profile.tax_code, "titles": [],
        }
    ]  # fmt: skip


def tax_rules() -> list[dict[str, Any]]:
    """One rule: taxable goods, retail customers, the standard rate."""
    return [
        {
            "id": 1, "code": "Standard", "priority": 0, "position": 0,
            "customer_tax_class_ids": [3], "product_tax_class_ids": [2], "tax_rate_ids": [1],
            "calculate_subtotal": False,
        }
    ]  # fmt: skip


def customer_groups() -> list[dict[str, Any]]:
    """Guests, retail and trade."""
    return [
        {"id": key, "code": code, "tax_class_id": 3, "tax_class_name": "Retail Customer"}
        for key, code in ((0, "NOT LOGGED IN"), (1, "General"), (2, "Wholesale"))
    ]


def customers(people: Iterable[tuple[Customer, str]]) -> list[dict[str, Any]]:
    """Accounts of registered customers, each with the moment it was opened."""
    return [_customer(person, at) for person, at in people]


def _customer(person: Customer, at: str) -> dict[str, Any]:
    address: dict[str, Any] = {
        "id": person.number, "customer_id": person.number, "country_id": person.country,
        "region_id": person.place.region_id, "street": list(person.street),
        "telephone": person.telephone, "postcode": person.place.postcode,
        "city": person.place.city, "firstname": person.firstname, "lastname": person.lastname,
        "region": {
            "region_code": person.place.region_code, "region": person.place.region,
            "region_id": person.place.region_id,
        },
        "default_shipping": True, "default_billing": True,
    }  # fmt: skip
    extra: Mapping[str, str] = {"company": person.company, "vat_id": person.vat_id}
    address |= {name: value for name, value in extra.items() if value}
    return {
        "id": person.number, "group_id": person.group_id, "default_billing": str(person.number),
        "default_shipping": str(person.number), "created_at": at, "updated_at": at,
        "created_in": "Default Store View", "email": person.email,
        "firstname": person.firstname, "lastname": person.lastname, "store_id": 1,
        "website_id": 1, "addresses": [address], "disable_auto_group_change": 0,
        "extension_attributes": {"is_subscribed": False},
    }  # fmt: skip
