"""OpenCart's customers, products and stock in canonical form: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connector.lib.texts.said import said
from stores.adapters.opencart.records.countries import country_code
from stores.adapters.opencart.records.lines import category_names
from stores.adapters.opencart.records.parse import zone_of
from stores.adapters.opencart.records.people import tax_number
from stores.adapters.opencart.records.texts import decoded
from stores.canonical.customer import Address, Customer
from stores.canonical.product import Product, StockLevel
from stores.canonical.records import ParseFacts
from stores.raw import Raw

# A product with options: what is left of each of them nobody outside the shop is told.
WITH_OPTIONS = "with_options"


def parse_customer(record: Mapping[str, Any], facts: ParseFacts) -> Customer:
    """A customer of the extension's `customers`; company and phone as their address has them."""
    raw = Raw(decoded(record))
    number = raw.required_text("customer_id")
    addresses = raw.children("addresses")
    default = raw.text("address_id")
    chosen = [one for one in addresses if one.text("address_id") == default or _is_default(one)]
    address = _address(chosen[0] if chosen else addresses[0], raw) if addresses else Address()
    group = raw.text("customer_group_id")
    store = raw.text("store_id")
    return Customer(
        id=number,
        email=raw.text("email").strip(),
        first_name=raw.text("firstname"),
        last_name=raw.text("lastname"),
        company=address.company,
        phone=raw.text("telephone"),
        group_id=group,
        group=raw.text("x_group") or facts.customer_groups.get(group, ""),
        tax_number=tax_number(raw, ("custom_field",), {address.country}),
        billing=address,
        shipping=address,
        updated_at=_moment(raw, record, facts),
        websites=tuple(filter(None, (store, facts.websites.get(store, "")))),
    )


def _is_default(address: Raw) -> bool:
    return address.text("default") == "1"


def _address(raw: Raw, customer: Raw) -> Address:
    return Address(
        first_name=raw.text("firstname"),
        last_name=raw.text("lastname"),
        company=raw.text("company"),
        lines=tuple(line for n in (1, 2) if (line := raw.text(f"address_{n}").strip())),
        city=raw.text("city"),
        region=raw.text("zone"),
        region_code=raw.text("zone_code"),
        postcode=raw.text("postcode"),
        country=raw.text("iso_code_2") or country_code(raw.text("country")),
        phone=customer.text("telephone"),
    )


def sku_of(raw: Raw) -> str:
    """What a product is known by: its SKU, which many shops leave empty, else its model."""
    return raw.text("sku").strip() or raw.text("model").strip()


def parse_product(record: Mapping[str, Any], facts: ParseFacts) -> Product:
    """A product of the extension's `products`. Its price is without tax."""
    raw = Raw(decoded(record))
    raw.required_text("product_id")
    sku = sku_of(raw)
    if not sku:
        raise raw.refusal("model", said("a product needs a SKU or a model"), "missing")
    tax_class = raw.text("tax_class_id")
    return Product(
        sku=sku,
        name=raw.text("name"),
        price=raw.optional("price"),
        product_type=WITH_OPTIONS if raw.children("options") else "simple",
        tax_class="" if tax_class == "0" else tax_class,
        categories=tuple(category_names(raw)),
        description=raw.text("description"),
        updated_at=_moment(raw, record, facts),
        enabled=raw.flag("status") is not False,
        sales_account=raw.text("sales_account"),
        purchase_account=raw.text("purchase_account"),
    )


def parse_stock(record: Mapping[str, Any], facts: ParseFacts) -> StockLevel:
    """A row of the extension's `stock`. OpenCart takes goods off its stock with the order."""
    raw = Raw(record)
    product_id = raw.required_text("product_id")
    sku = sku_of(raw)
    if not sku:
        raise raw.refusal("model", said("a product needs a SKU or a model"), "missing")
    quantity = raw.number("quantity")
    counted = raw.flag("subtract") is not False and raw.flag("has_options") is not True
    return StockLevel(sku, quantity, quantity, counted, product_id)


def _moment(raw: Raw, record: Mapping[str, Any], facts: ParseFacts) -> datetime | None:
    key = next((key for key in ("x_changed", "date_modified", "date_added") if raw.has(key)), None)
    return raw.moment(key, zone_of(record, facts)) if key else None
