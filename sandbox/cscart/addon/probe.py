"""What the shop says of itself: `probe`."""

from __future__ import annotations

from typing import Any

from sandbox.cscart.goods.taxes import COURIER, PAYMENTS, POST
from sandbox.cscart.orders import statuses
from sandbox.cscart.shop import CSCartShop
from sandbox.cscart.versions import MULTIVENDOR, SUBTOTAL, UNIT_PRICE

# The rate area of the country at home; abroad nothing is taxed.
HOME = "2"


def told(shop: CSCartShop, url: str) -> dict[str, Any]:
    """The whole answer; `url` is the address under which the shop was asked."""
    profile = shop.profile
    companies = [
        {"company_id": str(place), "company": name}
        for place, name in enumerate(shop.companies(), start=1)
    ]
    storefronts = companies if shop.edition != MULTIVENDOR else companies[:1]
    return {
        "addon": "1.0.0", "protocol": 1, "cscart": shop.version.number,
        "edition": shop.edition.upper(), "php": "8.2.7", "name": profile.shop_name, "url": url,
        "now": int(shop.seconds()), "timezone": profile.timezone,
        "base_currency": profile.currency,
        "tax_calculation": UNIT_PRICE if shop.writer.by_unit else SUBTOTAL,
        **_lists(shop),
        "usergroups": [{"usergroup_id": "4", "usergroup": "Wholesale"}], "companies": companies,
        "storefronts": [
            {"storefront_id": one["company_id"], "name": one["company"], "url": url}
            for one in storefronts
        ],
        "return_actions": [{"id": "1", "name": "Refund"}, {"id": "2", "name": "Replacement"}],
        "counts": {
            "orders": len(shop.orders), "products": len(shop.catalogue.products),
            "customers": len(shop.customers),
        },
        "last_order_id": max(shop.every, default=0), "paired": shop.hooks.pairing,
    }  # fmt: skip


def _lists(shop: CSCartShop) -> dict[str, Any]:
    profile = shop.profile
    return {
        "currencies": [
            {"currency_code": profile.currency, "coefficient": "1.00000", "decimals": "2",
             "is_primary": "Y"},
            {"currency_code": profile.foreign_currency, "decimals": "2", "is_primary": "N",
             "coefficient": str(profile.foreign_rate)},
        ],
        "statuses": [
            {key: one[key] for key in ("status", "description", "params")}
            for one in statuses.described()
        ],
        "payments": [
            {"payment_id": one.id, "payment": one.name, "status": "A"} for one in PAYMENTS
        ],
        "taxes": [
            {"tax_id": one.id, "tax": one.name, "status": "A",
             "price_includes_tax": "Y" if one.included else "N"}
            for one in shop.taxes.by_id.values()
        ],
        "tax_rates": [
            {"tax_id": one.id, "tax": one.name, "rate_value": f"{one.rate:.3f}",
             "rate_type": "F" if one.fixed else "P", "destination_id": HOME}
            for one in shop.taxes.by_id.values()
        ],
        "destinations": [{"destination_id": HOME, "country": profile.country, "state": ""}],
        "shippings": [
            {"shipping_id": ident, "shipping": name, "status": "A"}
            for ident, name in (COURIER, POST)
        ],
    }  # fmt: skip
