"""Magento's REST routes, and the sandbox's own: from a request to an `Answer`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sandbox.magento import accounts, notes, reference, rights, search
from sandbox.magento.lifecycle import NotPossible
from sandbox.magento.messages import Answer, Missing, Request, columns_of, known, listing, refusal
from sandbox.magento.oauth import Call, Refused
from sandbox.magento.rights import Right

if TYPE_CHECKING:
    from sandbox.magento.shop import DemoShop

NO_CUSTOMER = "No such entity with customerId."
NO_PRODUCT = "The product that was requested doesn't exist. Verify the product and try again."

# Columns that are null, and so absent from JSON, until something happens to the order.
_ORDER_COLUMNS = frozenset({
    "applied_rule_ids", "coupon_code", "customer_id", "customer_note", "discount_description",
    "ext_order_id", "ext_customer_id", "hold_before_state", "hold_before_status",
    "original_increment_id", "relation_child_id", "relation_parent_id", "shipping_description",
    "total_canceled", "total_invoiced", "total_offline_refunded", "total_online_refunded",
    "total_paid", "total_refunded", "x_forwarded_for", "email_sent", "shipping_method",
    "customer_taxvat", "base_total_refunded", "base_total_paid", "base_total_invoiced",
})  # fmt: skip
_DOCUMENT_COLUMNS = frozenset({
    "order_id", "created_at", "updated_at", "increment_id", "state", "store_id", "grand_total",
    "invoice_id", "transaction_id", "txn_id", "txn_type",
})  # fmt: skip
_LOGGED = "Internal Error. Details are available in Magento log file. Report ID: webapi-"


Handler = Callable[["DemoShop", Request, re.Match[str]], Any]
_ROUTES: list[tuple[str, re.Pattern[str], Right, Handler]] = []


def route(method: str, pattern: str, right: Right) -> Callable[[Handler], Handler]:
    """Register a handler for a path below `/rest/<store>/V1/`."""

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, re.compile(pattern), right, handler))
        return handler

    return register


def answer(shop: DemoShop, request: Request) -> Answer:
    """Magento's answer to a REST request, errors included."""
    match = re.fullmatch(r"/rest/(?:([a-z_]+)/)?V1/(.+)", request.path)
    codes = ("all", "default", "admin", shop.profile.foreign_view)
    if match and match[1] and match[1] not in codes:
        text = "The store that was requested wasn't found. Verify the store and try again."
        return Answer({"message": text}, 404)
    try:
        found = _find(request.method, match[2]) if match else None
        if found is None or (found[1] == rights.SALES_STOCK and not shop.stock.multi_source):
            return Answer({"message": "Request does not match any route."}, 404)
        path, resource, handler = found
        _authorize(shop, request, resource)
        with shop.lock:
            return Answer(handler(shop, request, path))
    except Refused as refused:
        return refusal(refused)
    except search.CriteriaMissing:
        parameters = {"fieldName": "searchCriteria"}
        return Answer({"message": '"%fieldName" is required', "parameters": parameters}, 400)
    except search.UnknownField:
        return Answer({"message": _LOGGED + secrets.token_hex(7)[:13]}, 500)
    except NotPossible as error:
        return Answer({"message": str(error)}, 400)
    except Missing as error:
        return Answer({"message": str(error)}, 404)


def _find(method: str, path: str) -> tuple[re.Match[str], str, Handler] | None:
    for verb, pattern, right, handler in _ROUTES:
        match = pattern.fullmatch(path.rstrip("/"))
        if match and verb == method:
            return match, rights.needed(right, match), handler
    return None


def _authorize(shop: DemoShop, request: Request, resource: str) -> None:
    url = request.base_url + request.path
    shop.gate.check(Call(request.method, url, request.query, request.authorization), resource)
    if resource in shop.denied:
        text = "The consumer isn't authorized to access %resources."
        raise Refused(401, text, {"resources": resource})


def _next_page(shop: DemoShop, request: Request, name: str) -> None:
    criteria = search.parse(request.query)
    if shop.between_pages is not None and (criteria.page or 1) > 1:
        shop.between_pages(name, criteria.page or 1)


@route("GET", r"orders", rights.ORDERS)
def _orders(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    _next_page(shop, request, "orders")
    sample = shop.generator.place(1, shop.epoch)
    columns = columns_of(sample, *_ORDER_COLUMNS)
    return listing(request, shop.orders, columns=columns)


@route("GET", r"orders/(\d+)", rights.ORDERS)
def _order(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    order = _order_of(shop, path)
    wanted = dict(request.query).get("fields")
    return search.trim(order, search.parse_fields(wanted)) if wanted else order


def _order_of(shop: DemoShop, path: re.Match[str]) -> Any:
    try:
        return shop.order(int(path[1]))
    except KeyError:
        raise Missing from None


@route("GET", r"orders/(\d+)/comments", rights.ORDERS)
def _comments(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    rows = _order_of(shop, path)["status_histories"]
    one = {"field": "parent_id", "value": path[1], "condition_type": "eq"}
    criteria = {"filter_groups": [{"filters": [one]}]}
    return {"items": rows, "search_criteria": criteria, "total_count": len(rows)}


@route("POST", r"orders/(\d+)/comments", rights.COMMENT)
def _comment(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    return notes.comment(shop, _order_of(shop, path), request.body)


@route("POST", r"orders", rights.CREATE)
def _save_order(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    return notes.save(shop, request.body)


@route("POST", r"orders/(\d+)/(cancel|hold|unhold)", rights.ACTS)
def _act(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    _order_of(shop, path)
    verb = {"cancel": shop.cancel, "hold": shop.hold, "unhold": shop.unhold}[path[2]]
    try:
        verb(int(path[1]))
    except NotPossible:
        if path[2] == "cancel":
            return False  # the others complain
        raise
    return True


@route("GET", r"(invoices|creditmemos|shipments|transactions)", rights.DOCUMENTS)
def _documents(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    name = path[1]
    _next_page(shop, request, name)
    key = "transaction_id" if name == "transactions" else "entity_id"
    rows = getattr(shop, name)
    columns = known(rows, key, *_DOCUMENT_COLUMNS)
    return listing(request, rows, columns=columns, key=key)


@route("GET", r"(invoice|creditmemo|shipment)s?/(\d+)", rights.DOCUMENTS)
def _document(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    for row in getattr(shop, path[1] + "s"):
        if row["entity_id"] == int(path[2]):
            return row
    raise Missing


@route("GET", r"products", rights.CATALOG)
def _products(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    _next_page(shop, request, "products")
    rows = shop.stock.products()
    # Products are filtered by the database's name of the key, entity_id.
    found = [row | {"entity_id": row["id"]} for row in rows]
    answer = listing(request, found, columns=known(found))
    for row in answer.get("items") or []:
        row.pop("entity_id", None)
    return answer


@route("GET", r"categories/list", rights.CATEGORIES)
def _category_list(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    # As with products, filters and sorts call the key entity_id.
    found = [row | {"entity_id": row["id"]} for row in shop.stock.categories]
    answer = listing(request, found, columns=known(found), key="id")
    for row in answer.get("items") or []:
        row.pop("entity_id", None)
    return answer


@route("GET", r"categories", rights.CATEGORIES)
def _category_tree(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    return reference.tree(shop.stock.categories, dict(request.query).get("rootCategoryId", "2"))


@route("GET", r"products/([^/]+)", rights.CATALOG)
def _product(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    try:
        return shop.stock.product(unquote(path[1]), single=True)
    except KeyError:
        raise Missing(NO_PRODUCT) from None


@route("GET", r"stockItems/([^/]+)", rights.STOCK)
def _stock_item(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    try:
        return shop.stock.stock_item(unquote(path[1]))
    except KeyError:
        raise Missing(NO_PRODUCT) from None


@route("GET", r"inventory/get-product-salable-quantity/([^/]+)/(\d+)", rights.SALES_STOCK)
def _salable(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
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


@route("GET", r"inventory/source-items", rights.SOURCES)
def _source_items(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    rows = shop.stock.source_items()
    return listing(request, rows, columns=known(rows), key="sku")


@route("GET", r"inventory/stock-resolver/website/([^/]+)", rights.SALES_STOCK)
def _stock_of_website(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    if path[1] not in [row["code"] for row in reference.websites() if row["id"]]:
        raise Missing("No linked stock found")
    channel = {"type": "website", "code": path[1]}
    extension = {"sales_channels": [channel]}
    return {"stock_id": 1, "name": "Default Stock", "extension_attributes": extension}


@route("PUT", r"products/([^/]+)/stockItems/(\d+)", rights.STOCK)
def _set_stock(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
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


@route("GET", r"customers/search", rights.PEOPLE)
def _customers(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    _next_page(shop, request, "customers")
    # As with products, filters and sorts call the key entity_id.
    found = [row | {"entity_id": row["id"]} for row in accounts.records(shop)]
    columns = known(found, "id", "entity_id", "email", "created_at", "updated_at")
    answer = listing(request, found, columns=columns, key="id")
    for row in answer.get("items") or []:
        row.pop("entity_id", None)
    return answer


@route("GET", r"customers/(\d+)", rights.PEOPLE)
def _customer(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    try:
        return accounts.record(shop, int(path[1]))
    except KeyError:
        raise Missing(NO_CUSTOMER) from None


@route("PUT", r"customers/(\d+)", rights.PEOPLE)
def _set_customer(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    sent = request.body.get("customer") if isinstance(request.body, dict) else None
    if not isinstance(sent, dict):
        raise Refused(400, '"%fieldName" is required', {"fieldName": "customer"})
    try:
        return accounts.replace(shop, int(path[1]), sent)
    except KeyError:
        raise Missing(NO_CUSTOMER) from None


@route("GET", r"directory/countries", rights.STORE)
def _countries(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    return reference.countries(shop.profile)


@route("GET", r"(customerGroups)/search", rights.GROUPS)
@route("GET", r"(taxClasses|taxRates|taxRules)/search", rights.TAX)
def _searches(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    rows, key = {
        "customerGroups": (reference.customer_groups(), "id"),
        "taxClasses": (reference.tax_classes(shop.profile), "class_id"),
        "taxRates": (reference.tax_rates(shop.profile), "id"),
        "taxRules": (reference.tax_rules(), "id"),
    }[path[1]]
    return listing(request, rows, columns=known(rows), key=key)


@route("GET", r"store/(storeViews|storeConfigs|websites|storeGroups)", rights.STORE)
def _store(shop: DemoShop, request: Request, path: re.Match[str]) -> Any:
    if path[1] == "storeViews":
        return reference.store_views(shop.profile)
    if path[1] == "storeConfigs":
        return reference.store_configs(shop.profile, request.base_url)
    return reference.websites() if path[1] == "websites" else reference.store_groups(shop.profile)


@route("GET", r"directory/currency", rights.STORE)
def _currency(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    return reference.currency(shop.profile)


@route("GET", r"modules", rights.STORE)
def _modules(shop: DemoShop, request: Request, _: re.Match[str]) -> Any:
    return list(reference.MODULES)
