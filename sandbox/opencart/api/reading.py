"""The calls that read: lists of orders, customers and products, stock, events."""

from __future__ import annotations

from typing import Any

from sandbox.opencart.api import paging, records
from sandbox.opencart.api.paging import Listed
from sandbox.opencart.placing import changed_at
from sandbox.opencart.shop import OpenCartShop
from sandbox.shop.signed.parameters import GREATEST_ID, MOST, Parameters

_MOST_EVENTS, _LONGEST_SKU = 500, 255
_BOTH = ("changed", "placed")
Told = dict[str, Any]


def orders(shop: OpenCartShop, asked: Parameters) -> Told:
    """A page of whole orders. Those asked for by id may be gone: then as they stood."""
    gone: list[Told] = []
    if asked.has("number"):
        ids, more = _numbered(shop, asked), False
    else:
        ids, more = paging.page(asked, _orders(shop), _BOTH)
        if asked.has("ids"):
            gone = [
                records.order(shop, tables, at)
                for number in asked.ids("ids")
                for at, tables in filter(None, [shop.deleted.get(number)])
            ]
    told = [records.order(shop, shop.every[number]) for number in ids]
    return {"orders": told + gone, "more": more, "last_id": max(shop.every, default=0)}


def count(shop: OpenCartShop, asked: Parameters) -> Told:
    return {"count": paging.count(asked, _orders(shop), _BOTH)}


def products(shop: OpenCartShop, asked: Parameters) -> Told:
    stocked = shop.catalogue.products
    listed = [
        Listed(number, str(one.row["date_added"]), records.product_changed(one))
        for number, one in stocked.items()
    ]
    ids, more = paging.page(asked, listed, _BOTH)
    return {"products": [records.product(stocked[number]) for number in ids], "more": more}


def customers(shop: OpenCartShop, asked: Parameters) -> Told:
    listed = [Listed(number, since, since) for number, since in shop.customers.items()]
    ids, more = paging.page(asked, listed, ("placed",))
    return {"customers": [records.customer(shop, number) for number in ids], "more": more}


def stock(shop: OpenCartShop, asked: Parameters) -> Told:
    limit, every = asked.limit(), shop.catalogue.products
    if asked.has("ids") or asked.has("skus"):
        ids = asked.ids("ids") if asked.has("ids") else []
        skus = asked.texts("skus", _LONGEST_SKU) if not ids else []
        asked.nothing_else()
        wanted = [one for one in every.values() if one.product_id in ids or one.sku in skus]
        return {"stock": [records.stock(one) for one in wanted], "more": False}
    after = asked.number("after", 0, GREATEST_ID, 0)
    asked.nothing_else()
    rest = [every[number] for number in sorted(every) if number > after]
    return {"stock": [records.stock(one) for one in rest[:limit]], "more": len(rest) > limit}


def events(shop: OpenCartShop, asked: Parameters) -> Told:
    after, limit = asked.number("after", 0, GREATEST_ID), asked.limit(_MOST_EVENTS)
    asked.nothing_else()
    return shop.events.after(after, limit)


def _orders(shop: OpenCartShop) -> list[Listed]:
    return [
        Listed(
            number, str(tables["order"]["date_added"]), changed_at(tables),
            hidden=tables["order"]["order_status_id"] == "0",
        )
        for number, tables in shop.every.items()
    ]  # fmt: skip


def _numbered(shop: OpenCartShop, asked: Parameters) -> list[int]:
    """Those with this order number, or with this number on their printed invoice."""
    number = asked.text("number", 64)
    asked.limit()
    asked.nothing_else()
    heads = [one["order"] for one in shop.orders]
    found = [
        int(head["order_id"]) for head in heads
        if head["order_id"] == number
        or (head["invoice_no"] != "0" and head["invoice_prefix"] + head["invoice_no"] == number)
    ]  # fmt: skip
    return found[:MOST]
