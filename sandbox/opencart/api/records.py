"""Orders, customers, products and stock as the extension tells them, beside what is stored."""

from __future__ import annotations

import json
from typing import Any

from sandbox.opencart.goods.catalogue import Stocked
from sandbox.opencart.goods.places import iso_code, zone_code
from sandbox.opencart.orders import header, statuses
from sandbox.opencart.orders.statuses import Tables
from sandbox.opencart.placing import changed_at
from sandbox.opencart.shop import OpenCartShop

GROUP = "Default"
_TAX_NUMBERS = {"au": "ABN", "uk": "VAT number"}
Row = dict[str, Any]


def field_name(shop: OpenCartShop) -> str:
    """What the shop calls the field that buyers put their tax number into."""
    return _TAX_NUMBERS[shop.profile.code]


def order(shop: OpenCartShop, tables: Tables, deleted_at: str = "") -> Row:
    """A whole order; `deleted_at` is when it was deleted."""
    stored = tables["order"]
    head = dict(stored)
    for side in ("payment", "shipping"):
        head[f"{side}_iso_code_2"] = iso_code(stored[f"{side}_country_id"])
        head[f"{side}_zone_code"] = zone_code(stored[f"{side}_zone_id"])
    head["language_code"] = "en-gb"
    head["x_status_name"] = statuses.name_of(stored["order_status_id"])
    number = int(stored["order_id"])
    told = {
        "order": head,
        "order_product": [_line(shop, row) for row in tables["order_product"]],
        **{
            name: tables[name]
            for name in ("order_option", "order_total", "order_history", "order_voucher", "return")
        },
        "x_vouchers_redeemed": list(shop.purse.redeemed_by(number)),
        "x_customer_group": GROUP,
        "x_custom_fields": _fields(shop, stored["payment_custom_field"]),
        "x_changed": deleted_at or changed_at(tables),
    }  # fmt: skip
    return told | ({"x_deleted": deleted_at} if deleted_at else {})


def _line(shop: OpenCartShop, row: Row) -> Row:
    product = shop.catalogue.products.get(int(row["product_id"]))
    if product is None:
        gone: Row = {"sku": "", "upc": "", "ean": "", "tax_class_id": None, "x_categories": []}
        return row | gone | {"sales_account": "", "purchase_account": ""}
    codes = {name: product.row[name] for name in ("sku", "upc", "ean", "tax_class_id")}
    return row | codes | {"x_categories": product.categories} | _accounts(product)


def _accounts(product: Stocked) -> Row:
    return {"sales_account": product.accounts[0], "purchase_account": product.accounts[1]}


def _fields(shop: OpenCartShop, text: str) -> list[Row]:
    values = json.loads(text)
    if not isinstance(values, dict):
        return []
    name = field_name(shop)
    return [{"name": name, "value": said, "location": "address"} for said in values.values()]


def product(stocked: Stocked) -> Row:
    options = [
        {"name": "Size", "value": size, "quantity": str(count), "subtract": "1",
         "price": "0.0000", "price_prefix": "+"}
        for size, count in stocked.options.items()
    ]  # fmt: skip
    return stocked.row | {
        "name": stocked.name, "description": stocked.description,
        "x_categories": stocked.categories, "options": options, **_accounts(stocked),
        "x_changed": product_changed(stocked),
    }  # fmt: skip


def product_changed(stocked: Stocked) -> str:
    return str(max(stocked.row["date_added"], stocked.row["date_modified"]))


def stock(stocked: Stocked) -> Row:
    row = stocked.row
    return {
        "product_id": row["product_id"], "model": row["model"], "sku": row["sku"],
        "quantity": row["quantity"], "subtract": row["subtract"],
        "has_options": bool(stocked.options),
    }  # fmt: skip


def customer(shop: OpenCartShop, number: int) -> Row:
    """An account, with the one address that its owner has."""
    who, since = shop.demand.person(number), shop.customers[number]
    told: Row = {
        "customer_id": str(number), "customer_group_id": "1", "store_id": "0",
        "language_id": "1", "firstname": who.firstname, "lastname": who.lastname,
        "email": who.email, "telephone": who.telephone, "custom_field": "[]",
        "newsletter": "0", "status": "1", "date_added": since,
    }  # fmt: skip
    told |= shop.changed_customers.get(number, {})
    prefix = len("payment_")
    columns = header.address("payment", who, shop.version)
    address = {name[prefix:]: text for name, text in columns.items()}
    address |= {
        "address_id": str(number), "customer_id": str(number),
        "iso_code_2": iso_code(address["country_id"]), "zone_code": zone_code(address["zone_id"]),
    }  # fmt: skip
    address.pop("address_format")
    return told | {"x_group": GROUP, "addresses": [address], "x_changed": since}
