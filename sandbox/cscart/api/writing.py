"""What can be written: an order's status, and how many there are of a product.

Any other key of an order would have CS-Cart reckon it anew; this shop refuses it, so that a test
sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.cscart.api.refusals import Refused, not_found
from sandbox.cscart.orders import statuses
from sandbox.cscart.shop import CSCartShop

_ORDER = {"status", "notify_user", "notify_department", "notify_vendor"}


def put(shop: CSCartShop, path: Sequence[str], body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a PUT of `/api/<path>`: the id of what was changed."""
    name, ident, *more = [*path, ""]
    if name == "orders" and more == [""]:
        return _order(shop, ident, body)
    if name == "products" and more == [""]:
        return _product(shop, ident, body)
    if name == "combinations" and more == [""]:
        return _combination(shop, ident, body)
    raise Refused(405, "Method Not Allowed: PUT is not taken here")


def _order(shop: CSCartShop, ident: str, body: Mapping[str, Any]) -> dict[str, Any]:
    number = int(ident) if ident.isdecimal() else 0
    if number not in shop.every:
        raise not_found("the order does not exist")
    if other := body.keys() - _ORDER:
        raise Refused(400, f"Bad Request: {', '.join(sorted(other))} would change the order")
    if body.get("status") not in statuses.EVERY:
        raise Refused(400, "Bad Request: there is no such status")
    shop.set_status(number, str(body["status"]))
    return {"order_id": ident}


def _product(shop: CSCartShop, ident: str, body: Mapping[str, Any]) -> dict[str, Any]:
    product = shop.catalogue.products.get(int(ident) if ident.isdecimal() else 0)
    if product is None:
        raise not_found("the product does not exist")
    product.amount = _amount(body)
    return {"product_id": ident}


def _combination(shop: CSCartShop, ident: str, body: Mapping[str, Any]) -> dict[str, Any]:
    found = shop.catalogue.combined(ident)
    if found is None:
        raise not_found("the combination does not exist")
    product, code = found
    product.sizes[code] = int(_amount(body))
    return {"combination_hash": ident}


def _amount(body: Mapping[str, Any]) -> Decimal:
    if body.keys() != {"amount"}:
        raise Refused(400, "Bad Request: only the amount is written here")
    try:
        return Decimal(str(body["amount"]))
    except InvalidOperation:
        raise Refused(400, "Bad Request: amount is no number") from None
