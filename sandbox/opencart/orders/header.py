"""The order's own row: who, where to, how it is sent and paid, in a version's columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sandbox.opencart.goods.currencies import Currency
from sandbox.opencart.goods.places import COUNTRIES, zone_of
from sandbox.opencart.notation import amount_text, rate_text
from sandbox.opencart.orders.checkout import Checkout
from sandbox.opencart.versions import Version
from sandbox.shop.made_up.people import Customer
from sandbox.shop.made_up.profiles import Profile

Row = dict[str, Any]
TAX_NUMBER_FIELD = 1  # the shop's own field for it
TITLES = {
    "stripe": "Credit Card / Debit Card", "paypal": "PayPal", "bank_transfer": "Bank Transfer",
    "cheque": "Cheque / Money Order", "free_checkout": "Free Checkout",
}  # fmt: skip
FLAT, FREE = ("flat", "Flat Shipping Rate"), ("free", "Free Shipping")


def head(order_id: int, taken: Checkout, *, version: Version, profile: Profile, at: str) -> Row:
    """The row without what the goods decide: `paid_by` and `sent_by` add that."""
    who = taken.customer
    row = {
        "order_id": str(order_id), "invoice_no": "0", "invoice_prefix": f"INV-{at[:4]}-00",
        "store_id": "0", "store_name": profile.shop_name, "store_url": f"https://{profile.code}.example.com/",
        "customer_id": "0" if taken.guest else str(who.number), "customer_group_id": "1",
        "firstname": who.firstname, "lastname": who.lastname, "email": who.email,
        "telephone": who.telephone, "custom_field": "[]",
        **address("payment", who, version), "payment_custom_field": _fields(who),
        **address("shipping", None, version), "shipping_custom_field": "[]",
        "comment": taken.comment, "total": "0.0000", "order_status_id": "0",
        "affiliate_id": "0", "commission": "0.0000", "marketing_id": "0", "tracking": "",
        "language_id": "1", **_currency(taken.currency),
        "ip": f"203.0.113.{int(taken.token[:2], 16)}", "forwarded_ip": "",
        "user_agent": "Mozilla/5.0", "accept_language": profile.locale.replace("_", "-"),
        "date_added": at, "date_modified": at,
    }  # fmt: skip
    if not version.four:
        return row | {"fax": ""}
    return row | {"subscription_id": "0", "transaction_id": "", "language_code": "en-gb"}


def address(side: str, who: Customer | None, version: Version) -> Row:
    """The columns of one address; empty for what is not sent."""
    if who is None:
        texts: dict[str, str] = dict.fromkeys(_ADDRESS, "")
        texts |= {"country_id": "0", "zone_id": "0"}
    else:
        country_id, country = COUNTRIES[who.country]
        zone = zone_of(who.place.city)
        texts = dict(zip(_ADDRESS, (
            who.firstname, who.lastname, who.company, who.street[0],
            who.street[1] if len(who.street) > 1 else "", who.place.city, who.place.postcode,
            country, str(country_id), zone.name, str(zone.zone_id), "",
        ), strict=True))  # fmt: skip
    if version.four:
        texts["address_id"] = "0"
    return {f"{side}_{name}": text for name, text in texts.items()}


def paid_by(code: str, version: Version) -> Row:
    """How it is paid: 4 has JSON text, with the method's own name for its one way."""
    title = TITLES.get(code, code)
    if version.json_methods:
        return {"payment_method": _json({"name": title, "code": f"{code}.{code}"})}
    return {"payment_method": title, "payment_code": code}


def sent_by(
    method: tuple[str, str] | None, cost: Decimal, tax_class: int, version: Version, symbol: str
) -> Row:
    """How it is sent, None for goods that are not."""
    if method is None:
        return {"shipping_method": ""} | ({} if version.json_methods else {"shipping_code": ""})
    code, title = method
    if not version.json_methods:
        return {"shipping_method": title, "shipping_code": f"{code}.{code}"}
    told = {
        "name": title, "code": f"{code}.{code}", "cost": amount_text(cost),
        "tax_class_id": tax_class, "text": f"{symbol}{cost:.2f}",
    }  # fmt: skip
    return {"shipping_method": _json(told)}


def _currency(currency: Currency) -> Row:
    return {
        "currency_id": str(currency.currency_id), "currency_code": currency.code,
        "currency_value": rate_text(currency.value),
    }  # fmt: skip


def _fields(who: Customer) -> str:
    return _json({str(TAX_NUMBER_FIELD): who.vat_id}) if who.vat_id else "[]"


def _json(value: Any) -> str:
    """As PHP writes it: without blanks, and other letters than ASCII escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


_ADDRESS: Sequence[str] = (
    "firstname", "lastname", "company", "address_1", "address_2", "city", "postcode", "country",
    "country_id", "zone", "zone_id", "address_format",
)  # fmt: skip
