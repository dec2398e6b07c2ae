"""How the shop is set up: its views, currencies, countries, groups, taxes and modules."""

from __future__ import annotations

import re
from typing import Any

from sandbox.magento.rest import reference, rights
from sandbox.magento.rest.messages import Request, known, listing
from sandbox.magento.rest.table import Routes
from sandbox.magento.shop import MagentoShop

routes = Routes()


@routes("GET", r"directory/countries", rights.STORE)
def _countries(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    return reference.countries(shop.profile)


@routes("GET", r"(customerGroups)/search", rights.GROUPS)
@routes("GET", r"(taxClasses|taxRates|taxRules)/search", rights.TAX)
def _searches(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    rows, key = {
        "customerGroups": (reference.customer_groups(), "id"),
        "taxClasses": (reference.tax_classes(shop.profile), "class_id"),
        "taxRates": (reference.tax_rates(shop.profile), "id"),
        "taxRules": (reference.tax_rules(), "id"),
    }[path[1]]
    return listing(request, rows, columns=known(rows), key=key)


@routes("GET", r"store/(storeViews|storeConfigs|websites|storeGroups)", rights.STORE)
def _store(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    if path[1] == "storeViews":
        return reference.store_views(shop.profile)
    if path[1] == "storeConfigs":
        return reference.store_configs(shop.profile, request.base_url)
    return reference.websites() if path[1] == "websites" else reference.store_groups(shop.profile)


@routes("GET", r"directory/currency", rights.STORE)
def _currency(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    return reference.currency(shop.profile)


@routes("GET", r"modules", rights.STORE)
def _modules(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    return list(reference.MODULES)
