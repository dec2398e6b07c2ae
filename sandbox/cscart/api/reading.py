"""What can be read: orders, users, products and their options, and what the shop is.

Some lists come under their name with `params`, some bare. What is not known to a list is ignored,
as the shop ignores it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.cscart.api import goods, records
from sandbox.cscart.api.refusals import Refused, not_found
from sandbox.cscart.goods.taxes import PAYMENTS
from sandbox.cscart.notation import rate_text, text
from sandbox.cscart.orders import people, statuses
from sandbox.cscart.shop import CSCartShop
from sandbox.cscart.versions import MULTIVENDOR

_PAGE = 10  # «Elements per page» of the shop's settings
_SAME = ("status", "user_id", "company_id", "email", "invoice_id", "credit_memo_id")
_SORTED = {"date": "timestamp", "total": "total", "order_id": "order_id"}
Query = Mapping[str, str]
Row = dict[str, Any]


def answer(shop: CSCartShop, path: Sequence[str], query: Query) -> Any:
    """The answer to a GET of `/api/<path>`."""
    name, *rest = path
    if name == "stores" and rest[1:] == ["orders"]:
        return _paged(shop, "orders", _orders(shop, {**query, "company_id": rest[0]}), query)
    if len(rest) > 1:
        raise not_found("there is no such object")
    if rest:
        return _one(shop, name, rest[0])
    if name in _NAMED:
        return _paged(shop, name, _NAMED[name](shop, query), query)
    if name in _BARE:
        return _BARE[name](shop, query)
    raise not_found("there is no such object")


def _one(shop: CSCartShop, name: str, ident: str) -> Row:
    number = int(ident) if ident.isdecimal() else 0
    if name == "orders" and number in shop.every:
        return records.detail(shop.order(number), shop.version)
    if name == "users" and number in shop.customers:
        return people.detail(shop.demand.person(number), shop.customers[number])
    if name == "products" and number in shop.catalogue.products:
        return goods.product(shop.catalogue, shop.catalogue.products[number])
    if name == "combinations" and (found := shop.catalogue.combined(ident)):
        product = found[0].id
        (row,) = (
            one for one in shop.catalogue.combinations(product) if one["combination_hash"] == ident
        )
        return row | {"product_id": str(product)}
    raise not_found(f"the object of {name} does not exist")


def _paged(shop: CSCartShop, name: str, rows: Sequence[Row], query: Query) -> Row:
    """A page of a list: numbers as text, beside the question as the shop understood it."""
    size = int(query.get("items_per_page") or _PAGE) or _PAGE
    size = min(size, shop.largest_page or size)
    page = max(int(query.get("page") or 1), 1)
    params = {
        **query, "page": page, "items_per_page": str(size), "include_incompleted": False,
        "sort_order": query.get("sort_order", "desc"), "total_items": str(len(rows)),
    }  # fmt: skip
    return {name: rows[(page - 1) * size : page * size], "params": params}


def _orders(shop: CSCartShop, query: Query) -> list[Row]:
    found = [one for one in shop.orders if _asked(shop, one, query)]
    key = _SORTED.get(query.get("sort_by", "date"), "timestamp")
    found.sort(key=lambda one: (float(one[key]), int(one["order_id"])))
    if query.get("sort_order", "desc") != "asc":
        found.reverse()
    return [records.row(one) for one in found]


def _asked(shop: CSCartShop, order: Row, query: Query) -> bool:
    for key in _SAME:
        if key in query and str(order[key] or "") != query[key]:
            return False
    if query.get("period") == "C":
        after, before = int(query.get("time_from") or 0), int(query.get("time_to") or 2**40)
        if not after <= int(order["timestamp"]) <= before:
            return False
    if not shop.knows_changes:
        return True
    after, before = int(query.get("updated_at_from") or 0), int(query.get("updated_at_to") or 2**40)
    return after <= int(order["updated_at"]) <= before


def _users(shop: CSCartShop, query: Query) -> list[Row]:
    every = [people.row(shop.demand.person(one), at) for one, at in shop.customers.items()]
    wanted = query.get("user_type")
    return [one for one in [people.ADMINISTRATOR, *every] if wanted in (None, one["user_type"])]


def _products(shop: CSCartShop, query: Query) -> list[Row]:
    """Those whose code, or the code of one of their sizes, is like what is looked for."""
    wanted = query.get("q", "").lower()
    every = shop.catalogue.products.values()
    return [
        goods.product(shop.catalogue, one)
        for one in every
        if not wanted or any(wanted in code.lower() for code in (one.code, *one.sizes))
    ]


def _combinations(shop: CSCartShop, query: Query) -> list[Row]:
    if shop.version.variations:
        raise Refused(404, "Not Found: there is no such object")
    number = query.get("product_id", "")
    return list(shop.catalogue.combinations(int(number) if number.isdecimal() else 0))


def _stores(shop: CSCartShop, query: Query) -> list[Row]:
    if shop.edition == MULTIVENDOR:
        return []
    return _companies(shop)


def _vendors(shop: CSCartShop, query: Query) -> list[Row]:
    if shop.edition != MULTIVENDOR:
        raise not_found("there is no such object")
    return _companies(shop)


def _companies(shop: CSCartShop) -> list[Row]:
    return [_company(str(place), name) for place, name in enumerate(shop.companies(), start=1)]


def _company(ident: str, name: str) -> Row:
    return {
        "company_id": ident, "lang_code": "en", "email": "shop@example.com", "company": name,
        "timestamp": "1269610461", "status": "A", "storefront": "localhost",
        "secure_storefront": "localhost", "average_rating": None,
        "company_thread_ids": f"{ident}_0",
    }  # fmt: skip


def _groups(shop: CSCartShop, query: Query) -> list[Row]:
    return [{"usergroup_id": "4", "status": "A", "type": "C", "usergroup": "Wholesale"}]


def _payments(shop: CSCartShop, query: Query) -> list[Row]:
    return [
        {
            "payment_id": one.id, "company_id": "1", "usergroup_ids": "0", "position": "10",
            "status": "A", "template": "views/orders/components/payments/cc.tpl",
            "processor_id": "0", "processor_params": "", "a_surcharge": rate_text(one.amount),
            "p_surcharge": rate_text(one.percent), "tax_ids": "6" if one.taxed else "",
            "localization": "", "payment_category": "tab1", "payment": one.name,
            "description": "", "instructions": "", "surcharge_title": one.title,
            "lang_code": "en",
        }
        for one in PAYMENTS
    ]  # fmt: skip


def _taxes(shop: CSCartShop, query: Query) -> list[Row]:
    """Without their rates, as the shop lists them."""
    return [
        {
            "tax_id": one.id, "address_type": "S", "status": "A",
            "price_includes_tax": "Y" if one.included else "N", "display_including_tax": "N",
            "display_info": "", "regnumber": one.regnumber, "priority": str(one.priority),
            "tax": one.name,
        }
        for one in shop.taxes.by_id.values()
    ]  # fmt: skip


def _statuses(shop: CSCartShop, query: Query) -> list[Row]:
    return statuses.described() if query.get("type", "O") == "O" else []


def _shippings(shop: CSCartShop, query: Query) -> list[Row]:
    return [{"shipping_id": "1", "shipping": "Courier", "rate": text(shop.profile.flat_shipping)}]


_NAMED: dict[str, Callable[[CSCartShop, Query], list[Row]]] = {
    "orders": _orders, "users": _users, "products": _products, "stores": _stores,
    "vendors": _vendors, "usergroups": _groups, "shippings": _shippings,
}  # fmt: skip
_BARE: dict[str, Callable[[CSCartShop, Query], list[Row]]] = {
    "payments": _payments, "taxes": _taxes, "statuses": _statuses,
    "combinations": _combinations,
}  # fmt: skip
