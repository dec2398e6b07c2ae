"""Orders, what is written to them, and their documents."""

from __future__ import annotations

import re
from typing import Any

from sandbox.magento.rest import notes, rights, search
from sandbox.magento.rest.messages import Missing, Request, columns_of, known, listing
from sandbox.magento.rest.table import Routes, next_page
from sandbox.magento.shop import MagentoShop
from sandbox.shop.refusals import NotPossible

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

routes = Routes()


@routes("GET", r"orders", rights.ORDERS)
def _orders(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    next_page(shop, request, "orders")
    sample = shop.generator.place(1, shop.epoch)
    columns = columns_of(sample, *_ORDER_COLUMNS)
    return listing(request, shop.orders, columns=columns)


@routes("GET", r"orders/(\d+)", rights.ORDERS)
def _order(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    order = _order_of(shop, path)
    wanted = dict(request.query).get("fields")
    return search.trim(order, search.parse_fields(wanted)) if wanted else order


def _order_of(shop: MagentoShop, path: re.Match[str]) -> Any:
    try:
        return shop.order(int(path[1]))
    except KeyError:
        raise Missing from None


@routes("GET", r"orders/(\d+)/comments", rights.ORDERS)
def _comments(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    rows = _order_of(shop, path)["status_histories"]
    one = {"field": "parent_id", "value": path[1], "condition_type": "eq"}
    criteria = {"filter_groups": [{"filters": [one]}]}
    return {"items": rows, "search_criteria": criteria, "total_count": len(rows)}


@routes("POST", r"orders/(\d+)/comments", rights.COMMENT)
def _comment(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    return notes.comment(shop, _order_of(shop, path), request.body)


@routes("POST", r"orders", rights.CREATE)
def _save_order(shop: MagentoShop, request: Request, _: re.Match[str]) -> Any:
    return notes.save(shop, request.body)


@routes("POST", r"orders/(\d+)/(cancel|hold|unhold)", rights.ACTS)
def _act(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    _order_of(shop, path)
    verb = {"cancel": shop.cancel, "hold": shop.hold, "unhold": shop.unhold}[path[2]]
    try:
        verb(int(path[1]))
    except NotPossible:
        if path[2] == "cancel":
            return False  # the others complain
        raise
    return True


@routes("GET", r"(invoices|creditmemos|shipments|transactions)", rights.DOCUMENTS)
def _documents(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    name = path[1]
    next_page(shop, request, name)
    key = "transaction_id" if name == "transactions" else "entity_id"
    rows = getattr(shop, name)
    columns = known(rows, key, *_DOCUMENT_COLUMNS)
    return listing(request, rows, columns=columns, key=key)


@routes("GET", r"(invoice|creditmemo|shipment)s?/(\d+)", rights.DOCUMENTS)
def _document(shop: MagentoShop, request: Request, path: re.Match[str]) -> Any:
    for row in getattr(shop, path[1] + "s"):
        if row["entity_id"] == int(path[2]):
            return row
    raise Missing
