"""Magento's products, stock and customers in canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO
from connector.lib.texts.said import figure, said
from stores.adapters.magento.records.people import read_address
from stores.canonical.customer import Address, Customer
from stores.canonical.product import Product, StockLevel
from stores.canonical.records import ParseError, ParseFacts
from stores.raw import Raw

_ENABLED = 1


def parse_product(record: Mapping[str, Any], facts: ParseFacts) -> Product:
    """A product of `GET /V1/products`. Categories are ids, the tax class its number, as text."""
    raw = Raw(record)
    custom = _custom(raw)
    status = raw.optional("status")
    return Product(
        sku=raw.required_text("sku"),
        name=raw.text("name"),
        price=raw.optional("price"),
        product_type=raw.text("type_id"),
        tax_class=custom.text("tax_class_id"),
        categories=_categories(raw, custom),
        description=custom.text("short_description") or custom.text("description"),
        cost=custom.optional("cost"),
        updated_at=_moment(raw, facts),
        enabled=status is None or status == _ENABLED,
        websites=_websites(raw.child("extension_attributes").data.get("website_ids"), facts),
    )


def parse_stock(record: Mapping[str, Any], facts: ParseFacts) -> StockLevel:
    """A stock item of `GET /V1/stockItems/:sku`, with the SKU that it was asked by and, where
    orders reserve goods, `salable_quantity`, and `sources_quantity` where that is more than the
    item has. ParseError `stock_stale` for more to sell than there is."""
    raw = Raw(record)
    on_hand = raw.number("qty")
    available = _available(raw, on_hand) if raw.has("salable_quantity") else on_hand
    everywhere = raw.optional("sources_quantity")
    most = on_hand if everywhere is None else max(on_hand, everywhere)
    if available > most:
        raise ParseError(
            "salable_quantity", raw.data["salable_quantity"],
            said(
                "Magento would sell %(available)s where %(most)s are on hand, so one of the two "
                "figures is old. Let its stock index follow: run Magento's cron, or set the "
                "indexers to Update on Save (System > Index Management). If other sources have the "
                "rest, give the integration the right to Stores > Inventory > Sources.",
                available=figure(available), most=figure(most),
            ),
            code="stock_stale",
        )  # fmt: skip
    return StockLevel(raw.required_text("sku"), on_hand, available, is_counted(record))


def sells_more_than_on_hand(record: Mapping[str, Any]) -> bool:
    """Whether the salable quantity is more than the stock item has; False if it is unreadable."""
    raw = Raw(record)
    try:
        on_hand = raw.number("qty")
        return _available(raw, on_hand) > on_hand
    except ParseError:
        return False


def may_be_counted(record: Mapping[str, Any]) -> bool:
    """Likewise while it is read: also where that cannot be told, as parsing then says why."""
    try:
        return is_counted(record)
    except ParseError:
        return True


def is_counted(record: Mapping[str, Any]) -> bool:
    """Whether the shop manages the stock of a stock item."""
    return Raw(record).flag("manage_stock") is not False


def _available(raw: Raw, on_hand: Decimal) -> Decimal:
    """On hand without what is reserved: the salable quantity, with the out-of-stock threshold
    that Magento has taken off it (negative where backorders are limited).

    Of what it does not sell Magento says 0, be it that everything is reserved or that a person
    set it out of stock; only the first is told by the numbers.
    """
    salable = raw.number("salable_quantity")
    threshold = raw.optional("min_qty") or ZERO
    if salable:
        return salable + threshold
    if raw.flag("is_in_stock") is not False:
        return min(on_hand, threshold)
    if on_hand > max(threshold, ZERO):
        raise ParseError(
            "is_in_stock", raw.data["is_in_stock"],
            said(
                "The shop has %(on_hand)s, and the product is set out of stock, so Magento does "
                "not tell how many of them are ordered. Set it in stock, or its quantity to 0.",
                on_hand=figure(on_hand),
            ),
            code="stock_switched_off",
        )  # fmt: skip
    return on_hand


def parse_customer(record: Mapping[str, Any], facts: ParseFacts) -> Customer:
    """A customer of `GET /V1/customers/search`; company and phone of the billing address."""
    raw = Raw(record)
    address = default_address(raw)
    group = raw.text("group_id")
    return Customer(
        id=raw.required_text("id"),
        email=raw.text("email"),
        first_name=raw.text("firstname"),
        last_name=raw.text("lastname"),
        company=address.company,
        phone=address.phone,
        group_id=group,
        group=facts.customer_groups.get(group, ""),
        tax_number=raw.text("taxvat") or address.tax_number,
        billing=address,
        shipping=default_address(raw, "default_shipping"),
        updated_at=_moment(raw, facts),
        websites=_websites([raw.text("website_id")], facts),
    )


def default_address(raw: Raw, kind: str = "default_billing") -> Address:
    """The address that the customer bills to, else the first one, else an empty one."""
    addresses = raw.children("addresses")
    chosen = [address for address in addresses if address.flag(kind)]
    return read_address(chosen[0] if chosen else addresses[0]) if addresses else Address()


def _custom(raw: Raw) -> Raw:
    """`custom_attributes`, a list of pairs, as one object."""
    pairs = raw.children("custom_attributes")
    values = {pair.text("attribute_code"): pair.data.get("value") for pair in pairs}
    return Raw(values, raw.at("custom_attributes"))


def _categories(raw: Raw, custom: Raw) -> tuple[str, ...]:
    links = raw.child("extension_attributes").children("category_links")
    if links:
        return tuple(link.text("category_id") for link in links)
    ids = custom.data.get("category_ids")
    return tuple(str(entry) for entry in ids) if isinstance(ids, list) else ()


def _websites(ids: object, facts: ParseFacts) -> tuple[str, ...]:
    """Ids of websites, and their names and codes after them."""
    found = [str(one) for one in ids if one] if isinstance(ids, list) else []
    names = [facts.websites.get(one, "") for one in found]
    for keys in facts.parts.values():
        names += keys.website if keys.website[:1] and keys.website[0] in found else ()
    return tuple(dict.fromkeys((*found, *filter(None, names))))


def _moment(raw: Raw, facts: ParseFacts) -> datetime | None:
    return raw.moment("updated_at", facts.shop_timezone) if raw.has("updated_at") else None
