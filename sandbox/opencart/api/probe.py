"""What the shop says of itself: `probe`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.opencart.api.records import GROUP, field_name
from sandbox.opencart.goods.taxes import STANDARD_CLASS
from sandbox.opencart.orders import header, returns, statuses
from sandbox.opencart.orders.arithmetic import SORT_ORDERS
from sandbox.opencart.shop import OpenCartShop


def told(shop: OpenCartShop, url: str) -> dict[str, Any]:
    """The whole answer; `url` is the address under which the shop was asked."""
    profile, now = shop.profile, shop.now()
    offset = now.astimezone(ZoneInfo(profile.timezone)).utcoffset() or timedelta(0)
    return {
        "extension": "1.0.0", "protocol": 1, "opencart": shop.version.number, "php": "8.2.7",
        "name": profile.shop_name, "url": url, "now": shop.text_of(now),
        "utc_offset": int(offset.total_seconds()), "timezone": profile.timezone,
        "base_currency": profile.currency, "prices_include_tax": shop.plan.inclusive,
        "stores": [{"store_id": "0", "name": profile.shop_name, "url": f"{url}/"}],
        "languages": [{"language_id": "1", "code": "en-gb", "name": "English"}],
        "processing_statuses": ["5", "1", "2", "12", "3"], "complete_statuses": ["5", "3"],
        "fraud_status": "8" if shop.version.four else "",
        **_lists(shop), **_methods(shop), **shop.taxes.told(),
        "counts": {
            "orders": len(shop.orders), "products": len(shop.catalogue.products),
            "customers": len(shop.customers),
        },
        "last_event": shop.events.last, "paired": shop.hooks.pairing,
    }  # fmt: skip


def _lists(shop: OpenCartShop) -> dict[str, Any]:
    actions = dict(enumerate(shop.version.return_actions, 1))
    field = {
        "custom_field_id": str(header.TAX_NUMBER_FIELD), "name": field_name(shop),
        "location": "address", "type": "text",
    }  # fmt: skip
    return {
        "order_statuses": _named("order_status_id", statuses.NAMES),
        "return_actions": _named("return_action_id", actions),
        "return_statuses": _named("return_status_id", returns.STATUSES),
        "customer_groups": _named("customer_group_id", {1: GROUP}),
        "custom_fields": [field],
        "currencies": [one.told() for one in shop.currencies.all],
    }


def _methods(shop: OpenCartShop) -> dict[str, Any]:
    rows = [code for code in SORT_ORDERS if code != "voucher" or shop.version.vouchers]
    fees = ("shipping.flat", "total.handling", "total.low_order_fee")
    return {
        "payment_methods": [
            {"code": code, "title": title, "status": "1"} for code, title in header.TITLES.items()
        ],
        "shipping_methods": [
            {"code": code, "title": title, "status": "1"}
            for code, title in (header.FLAT, header.FREE)
        ],
        "totals": [
            {"code": code, "sort_order": str(SORT_ORDERS[code]), "status": "1"}
            for code in sorted(rows)
        ],
        "classes": dict.fromkeys(fees, str(STANDARD_CLASS)),
    }


def _named(key: str, names: dict[int, str]) -> list[dict[str, str]]:
    return [{key: str(number), "name": name} for number, name in names.items()]
