"""Products, categories and stock."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from sandbox.magento.catalogue import categories
from sandbox.magento.oauth import Refused
from sandbox.magento.rest import reference, rights
from sandbox.magento.rest.messages import Missing, Request, known, listing
from sandbox.magento.rest.table import Routes, next_page
from sandbox.magento.shop import MagentoShop
from sandbox.shop.refusals import NotPossible

NO_PRODUCT = "The product that was requested doesn't exist. Verify the product and try again."

routes = Routes()


@routes("GET", r"products", rights.CATALOG)
def _products(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    next_page(shop, request, "products")
    rows = shop.stock.products()
    # Products are filtered by the database's name of the key, entity_id.
    found = [row | {"entity_id": row["id"]} for row in rows]
    answer = listing(request, found, columns=known(found))
    for row in answer.get("items") or []:
        row.pop("entity_id", None)
    return answer


@routes("GET", r"categories/list", rights.CATEGORIES)
def _category_list(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    # As with products, filters and sorts call the key entity_id.
    found = [row | {"entity_id": row["id"]} for row in shop.stock.categories]
    answer = listing(request, found, columns=known(found), key="id")
    for row in answer.get("items") or []:
        row.pop("entity_id", None)
    return answer


@routes("GET", r"categories", rights.CATEGORIES)
def _category_tree(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    return categories.tree(shop.stock.categories, dict(request.query).get("rootCategoryId", "2"))


@routes("GET", r"products/([^/]+)", rights.CATALOG)
def _product(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    try:
        return shop.stock.product(unquote(path[1]), single=True)
    except KeyError:
        raise Missing(NO_PRODUCT) from None


@routes("GET", r"stockItems/([^/]+)", rights.STOCK)
def _stock_item(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    try:
        return shop.stock.stock_item(unquote(path[1]))
    except KeyError:
        raise Missing(NO_PRODUCT) from None


@routes("GET", r"inventory/get-product-salable-quantity/([^/]+)/(\d+)", rights.SALES_STOCK)
def _salable(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    sku = unquote(path[1])
    try:
        if shop.stock.is_composite(sku):
            raise NotPossible(
                "Can't check requested quantity for products without Source Items support."
            )
        return shop.stock.salable(sku)
    except KeyError:
        # Not 404: Magento 2.4.7 looks up the type of the product before it asks whether it is.
        raise Refused(500, "Internal Error. Details are available in Magento log file.") from None


@routes("GET", r"inventory/source-items", rights.SOURCES)
def _source_items(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    rows = shop.stock.source_items()
    return listing(request, rows, columns=known(rows), key="sku")


@routes("GET", r"inventory/stock-resolver/website/([^/]+)", rights.SALES_STOCK)
def _stock_of_website(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    if path[1] not in [row["code"] for row in reference.websites() if row["id"]]:
        raise Missing("No linked stock found")
    channel = {"type": "website", "code": path[1]}
    extension = {"sales_channels": [channel]}
    return {"stock_id": 1, "name": "Default Stock", "extension_attributes": extension}


@routes("PUT", r"products/([^/]+)/stockItems/(\d+)", rights.STOCK)
def _set_stock(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    row = request.body.get("stockItem") if isinstance(request.body, dict) else None
    quantity = row.get("qty") if isinstance(row, dict) else None
    if isinstance(quantity, bool) or not isinstance(quantity, int | float):
        raise Refused(400, '"%fieldName" is required', {"fieldName": "stockItem"})
    sku = unquote(path[1])
    if text := shop.refused_stock.get(sku):
        raise Refused(400, text)
    try:
        return shop.set_stock(sku, quantity)
    except KeyError:
        raise Missing(NO_PRODUCT) from None
