"""The rights that Magento 2.4.7 asks for, as its tab API names them."""

from __future__ import annotations

import re

ORDERS, CATALOG = "Magento_Sales::actions_view", "Magento_Catalog::products"
COMMENT, CREATE = "Magento_Sales::comment", "Magento_Sales::create"
# By what the path names.
ACTS = {verb: f"Magento_Sales::{verb}" for verb in ("cancel", "hold", "unhold")}
DOCUMENTS = {
    "invoice": "Magento_Sales::sales_invoice", "shipment": "Magento_Sales::shipment",
    "creditmemo": "Magento_Sales::sales_creditmemo",
    "transaction": "Magento_Sales::transactions_fetch",
}  # fmt: skip
STOCK, PEOPLE = "Magento_Catalog::catalog_inventory", "Magento_Customer::customer"
GROUPS = "Magento_Customer::group"
SALES_STOCK = "Magento_InventorySalesApi::stock"
SOURCES = "Magento_InventoryApi::source"
CATEGORIES = "Magento_Catalog::categories"
TAX, STORE = "Magento_Tax::manage_tax", "Magento_Backend::store"

Right = str | dict[str, str]


def needed(right: Right, path: re.Match[str]) -> str:
    """The right to a path: one for all that fit the pattern, or by what the path names."""
    if isinstance(right, str):
        return right
    return next(right[one] for part in path.groups() if (one := part.rstrip("s")) in right)
