"""CS-Cart's products, stock and customers in canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stores.adapters.cscart.records import people
from stores.adapters.cscart.records.forms import COMBINATION, LISTED_AT
from stores.adapters.cscart.records.texts import id_of, text_of
from stores.canonical.customer import Address, Customer
from stores.canonical.product import Product, StockLevel
from stores.canonical.records import ParseFacts
from stores.raw import Raw

DOWNLOADED = "downloadable"
_DISABLED, _UNCOUNTED = "D", "D"


def parse_product(record: Mapping[str, Any], facts: ParseFacts) -> Product:
    """A product, which need not have a code; each variation is one of its own. Categories are ids,
    and so are the taxes that stand for its class."""
    raw = Raw(record)
    raw.required_text("product_id")
    company = id_of(raw, "company_id")
    return Product(
        sku=text_of(raw, "product_code"),
        name=text_of(raw, "product"),
        price=raw.optional("price" if raw.has("price") else "base_price"),
        product_type=DOWNLOADED if raw.flag("is_edp") else "",
        tax_class=",".join(_ids(raw.data.get("tax_ids"))),
        categories=tuple(_ids(raw.data.get("category_ids") or raw.data.get("main_category"))),
        description=text_of(raw, "short_description") or text_of(raw, "full_description"),
        updated_at=_moment(raw, "updated_timestamp"),
        enabled=raw.text("status") != _DISABLED,
        websites=tuple(filter(None, (company, facts.websites.get(company, "")))),
    )


def parse_stock(record: Mapping[str, Any], facts: ParseFacts) -> StockLevel:
    """What the shop has of a product, or of a combination of its options. An order takes goods
    out at once, so that all of it is left to sell."""
    raw = Raw(record)
    amount = raw.number("amount")
    sku = text_of(raw, "product_code")
    return StockLevel(
        sku, amount, amount, counted=raw.text("tracking") != _UNCOUNTED,
        product_id=id_of(raw, "product_id"), variant_id=id_of(raw, COMBINATION),
    )  # fmt: skip


def parse_customer(record: Mapping[str, Any], facts: ParseFacts) -> Customer:
    """A user who is a customer, with the addresses of the main profile. When it changed only the
    add-on knows."""
    raw = Raw(record)
    billing = people.read_address(raw, people.BILLING)
    shipping = people.read_address(raw, people.SHIPPING)
    main = billing or shipping or Address()
    group, company = _group(raw), id_of(raw, "company_id")
    return Customer(
        id=raw.required_text("user_id"),
        email=text_of(raw, "email"),
        first_name=text_of(raw, "firstname") or main.first_name,
        last_name=text_of(raw, "lastname") or main.last_name,
        company=text_of(raw, "company"),
        phone=text_of(raw, "phone") or main.phone,
        group_id=group,
        group=facts.customer_groups.get(group, ""),
        billing=main,
        shipping=shipping,
        updated_at=_moment(raw, "updated_at") or _moment(raw, LISTED_AT),
        websites=tuple(filter(None, (company, facts.websites.get(company, "")))),
    )


def _group(raw: Raw) -> str:
    """The first user group that the customer is an active member of."""
    groups = raw.data.get("usergroups")
    named = groups if isinstance(groups, dict) else {}
    listed = [("", entry) for entry in groups] if isinstance(groups, list) else []
    for key, entry in (*named.items(), *listed):
        if isinstance(entry, dict) and entry.get("status") == "A":
            return str(entry.get("usergroup_id") or key)
    return ""


def _ids(value: object) -> list[str]:
    """Ids in one of the forms that the shop writes them: "6,7", ["6"], {"6": "6"}, 224."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return [str(one) for one in value if one]
    return [one.strip() for one in str(value or "").split(",") if one.strip()]


def _moment(raw: Raw, key: str) -> datetime | None:
    return raw.unix_moment(key) if id_of(raw, key) else None
