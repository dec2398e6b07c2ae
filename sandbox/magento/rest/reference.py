"""Answers that describe the shop itself: views, currencies, taxes, groups, modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.magento.addresses import region_id
from sandbox.magento.notation import number
from sandbox.shop.made_up.profiles import Profile

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
        regions = {region_id(of, one): one for of, one in places if of == code and one.region}
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
