"""Customers and their accounts."""

from __future__ import annotations

import re
from typing import Any

from sandbox.magento.oauth import Refused
from sandbox.magento.rest import accounts, rights
from sandbox.magento.rest.messages import Missing, Request, known, listing
from sandbox.magento.rest.table import Routes, next_page
from sandbox.magento.shop import MagentoShop

NO_CUSTOMER = "No such entity with customerId."

routes = Routes()


@routes("GET", r"customers/search", rights.PEOPLE)
def _customers(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    next_page(shop, request, "customers")
    # As with products, filters and sorts call the key entity_id.
    found = [row | {"entity_id": row["id"]} for row in accounts.records(shop)]
    columns = known(found, "id", "entity_id", "email", "created_at", "updated_at")
    answer = listing(request, found, columns=columns, key="id")
    for row in answer.get("items") or []:
        row.pop("entity_id", None)
    return answer


@routes("GET", r"customers/(\d+)", rights.PEOPLE)
def _customer(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    try:
        return accounts.record(shop, int(path[1]))
    except KeyError:
        raise Missing(NO_CUSTOMER) from None


@routes("PUT", r"customers/(\d+)", rights.PEOPLE)
def _set_customer(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    sent = request.body.get("customer") if isinstance(request.body, dict) else None
    if not isinstance(sent, dict):
        raise Refused(400, '"%fieldName" is required', {"fieldName": "customer"})
    try:
        return accounts.replace(shop, int(path[1]), sent)
    except KeyError:
        raise Missing(NO_CUSTOMER) from None
