"""The calls that read: whole orders, customers, products, stock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.cscart.addon import paging, records
from sandbox.cscart.addon.paging import Listed
from sandbox.cscart.orders import statuses
from sandbox.cscart.shop import CSCartShop
from sandbox.shop.signed.parameters import GREATEST_ID, Parameters

_LONGEST_SKU = 255
Told = dict[str, Any]


def orders(shop: CSCartShop, asked: Parameters) -> Told:
    """A page of whole orders. Those asked for by id may be gone: then as they stood. Made by the
    shop's own function or of its tables, an order is the same."""
    if asked.has("as"):
        asked.choice("as", ("shop",))
    wanted = asked.ids("ids") if asked.has("ids") else []
    ids, more = paging.page(asked, _orders(shop))
    told = [records.order(shop, shop.order(number)) for number in ids]
    gone = [shop.deleted[number] for number in wanted if number in shop.deleted]
    told += [records.order(shop, order, at) for at, order in gone]
    return {
        "orders": told, "more": more, "last_id": max(shop.every, default=0),
        "now": int(shop.seconds()),
    }  # fmt: skip


def count(shop: CSCartShop, asked: Parameters) -> Told:
    return {"count": paging.count(asked, _orders(shop))}


def customers(shop: CSCartShop, asked: Parameters) -> Told:
    listed = [Listed(number, int(at), int(at)) for number, at in shop.customers.items()]
    ids, more = paging.page(asked, listed)
    told = [records.customer(shop, number) for number in ids]
    return {"customers": told, "more": more, "now": int(shop.seconds())}


def products(shop: CSCartShop, asked: Parameters) -> Told:
    every = shop.catalogue.products
    listed = [Listed(number, 1328558400, int(one.changed)) for number, one in every.items()]
    ids, more = paging.page(asked, listed)
    told = [records.product(shop, every[number]) for number in ids]
    return {"products": told, "more": more, "now": int(shop.seconds())}


def stock(shop: CSCartShop, asked: Parameters) -> Told:
    limit = asked.limit()
    if asked.has("skus"):
        skus = {one.strip() for one in asked.texts("skus", _LONGEST_SKU)}
        asked.nothing_else()
        rows = [row for row in _stock(shop, 0) if row["product_code"].strip() in skus]
        return {"stock": rows, "more": False, "last": 0}
    after = asked.number("after", 0, GREATEST_ID, 0)
    asked.nothing_else()
    rest = sorted(number for number in shop.catalogue.products if number > after)
    last = rest[:limit][-1] if rest else after
    found = [row for row in _stock(shop, after) if int(row["product_id"]) <= last]
    return {"stock": found, "more": len(rest) > limit, "last": last}


def _stock(shop: CSCartShop, after: int) -> Iterator[Told]:
    """What there is of each product behind an id, or of its combinations."""
    for number, one in sorted(shop.catalogue.products.items()):
        if number <= after:
            continue
        if not one.sizes:
            yield records.stock(one)
        for row in shop.catalogue.combinations(number):
            yield {
                "product_id": str(number), "product_code": row["product_code"],
                "amount": str(row["amount"]), "tracking": "O",
                "combination_hash": row["combination_hash"],
            }  # fmt: skip


def _orders(shop: CSCartShop) -> list[Listed]:
    return [
        Listed(
            number, int(one["timestamp"]), int(one["updated_at"]),
            hidden=one["status"] == statuses.UNFINISHED,
        )
        for number, one in shop.every.items()
    ]  # fmt: skip
