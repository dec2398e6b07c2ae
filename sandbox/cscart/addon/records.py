"""Records as the add-on gives them: those of the REST API, with what that lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.cscart.api import goods
from sandbox.cscart.api.records import detail, quantity
from sandbox.cscart.goods.catalogue import Stocked
from sandbox.cscart.notation import keyed
from sandbox.cscart.orders import people, statuses
from sandbox.cscart.shop import CSCartShop

# Nothing of these leaves the shop.
_SECRET = ("validation_code", "last_passwords", "password", "salt", "api_key")


def order(shop: CSCartShop, stored: Mapping[str, Any], deleted: str = "") -> dict[str, Any]:
    """An order, and what came back of it; one that is gone says since when."""
    found = {k: v for k, v in detail(stored, shop.version).items() if k not in _SECRET}
    method = {k: v for k, v in found["payment_method"].items() if k != "processor_params"}
    documents = {"I": stored["invoice_id"], "C": stored["credit_memo_id"]}
    status = statuses.EVERY.get(stored["status"])
    found |= {
        "payment_method": method, "invoice_id": stored["invoice_id"],
        "credit_memo_id": stored["credit_memo_id"],
        "doc_ids": keyed({key: value for key, value in documents.items() if value}),
        "returns": keyed({one["return_id"]: one for one in stored["returns"]}), "shipments": [],
        "x_base_currency": shop.profile.currency, "x_company": shop.companies()[
            int(stored["company_id"]) - 1] if stored["company_id"] != "0" else "",
        "x_status_name": status.name if status else "", "x_changed": int(stored["updated_at"]),
    }  # fmt: skip
    return found | ({"x_deleted": int(deleted), "x_changed": int(deleted)} if deleted else {})


def customer(shop: CSCartShop, number: int) -> dict[str, Any]:
    since = shop.customers[number]
    found = people.detail(shop.demand.person(number), since)
    kept = {key: value for key, value in found.items() if key not in _SECRET}
    return kept | {"fields": [], "x_changed": int(since)}


def product(shop: CSCartShop, one: Stocked) -> dict[str, Any]:
    return goods.product(shop.catalogue, one) | {
        "tax_ids": list(one.taxes), "short_description": "", "full_description": "",
        "x_changed": int(one.changed),
    }  # fmt: skip


def stock(one: Stocked) -> dict[str, Any]:
    return {
        "product_id": str(one.id), "product_code": one.code, "amount": quantity(one.amount),
        "tracking": "B" if one.ships else "D",
    }  # fmt: skip
