"""A draft written down as `GET /V1/orders/:id` shows it.

Field names and the meaning of amounts follow Magento 2.4.7: an order's rows show
`row_total` and `row_total_incl_tax` after the discount, `subtotal` is before it, and a
field without a value is absent. Amounts become JSON numbers here and nowhere before.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO
from sandbox.magento.addresses import group_id, order_address
from sandbox.magento.notation import both, number
from sandbox.magento.orders.arithmetic import Amounts
from sandbox.magento.orders.draft import NOTHING, OWN, SUM, Draft, Row
from sandbox.magento.orders.taxes import itemized, tax_attributes
from sandbox.shop.made_up.profiles import BUNDLE, VIRTUAL

METHODS = {
    "checkmo": "Check / Money order",
    "banktransfer": "Bank Transfer Payment",
    "stripe_payments": "Credit Card (Stripe)",
    "paypal_express": "PayPal Express Checkout",
    "free": "No Payment Information Required",
}
SHIPPING = {
    "flatrate_flatrate": "Flat Rate - Fixed",
    "freeshipping_freeshipping": "Free Shipping - Free",
}


def order_json(draft: Draft) -> dict[str, Any]:
    """The order as it was placed: new, nothing invoiced."""
    items = item_rows(draft)
    totals = _totals(draft)
    extension = _extension(draft, items, totals)
    body = _header(draft, items) | totals
    body["items"] = items
    body["billing_address"] = order_address(
        draft.customer, kind="billing", entity_id=draft.number * 2, order_id=draft.number
    )
    body["payment"] = _payment(draft, body)
    body["status_histories"] = []
    body["extension_attributes"] = extension
    return body


def _header(draft: Draft, items: list[dict[str, Any]]) -> dict[str, Any]:
    who, profile = draft.customer, draft.profile
    abroad = draft.currency != profile.currency
    view = profile.foreign_view.upper() if abroad else "Default Store View"
    tops = [row for row in draft.rows if row.parent is None]
    header: dict[str, Any] = {
        "base_currency_code": profile.currency,
        "base_to_global_rate": 1,
        "base_to_order_rate": number(draft.currency_rate),
        "billing_address_id": draft.number * 2,
        "created_at": draft.created_at,
        "customer_email": who.email,
        "customer_firstname": who.firstname,
        "customer_group_id": 0 if draft.guest else group_id(who),
        "customer_is_guest": int(draft.guest),
        "customer_lastname": who.lastname,
        "customer_note_notify": 1,
        "entity_id": draft.number,
        "global_currency_code": profile.currency,
        "increment_id": f"2{draft.number:09d}" if abroad else f"{draft.number:09d}",
        "is_virtual": int(draft.is_virtual),
        "order_currency_code": draft.currency,
        "protect_code": draft.protect_code,
        "quote_id": draft.number,
        "remote_ip": "203.0.113.7",
        "state": "new",
        "status": "pending",
        "store_currency_code": profile.currency,
        "store_id": 2 if abroad else 1,
        "store_name": f"Main Website\n{profile.shop_name}\n{view}",
        "store_to_base_rate": 0,
        "store_to_order_rate": 0,
        "total_item_count": sum(not row.parts for row in draft.rows),
        "total_qty_ordered": sum(row.quantity for row in tops),
        "updated_at": draft.created_at,
        "weight": number(sum((row.product.weight * row.quantity for row in tops), ZERO)),
    }
    if not draft.guest:
        header["customer_id"] = who.number
    return header | _optional(draft)


def _optional(draft: Draft) -> dict[str, Any]:
    header: dict[str, Any] = {}
    if draft.shipping_method:
        header["shipping_description"] = SHIPPING[draft.shipping_method]
    if draft.coupon is not None:
        header |= {
            "applied_rule_ids": str(draft.coupon.rule_id),
            "coupon_code": draft.coupon.code,
            "discount_description": draft.coupon.code,
        }
    return header


def _sums(rows: Iterable[Amounts], tops: Iterable[Amounts], postage: Amounts) -> dict[str, Decimal]:
    """The order's totals in one currency: money of the paying rows, subtotal of the top rows."""
    rows, tops = list(rows), list(tops)
    tax = sum((row.tax for row in rows), postage.tax)
    discount = -sum((row.discount for row in rows), postage.discount)
    compensation = sum((row.compensation for row in rows), ZERO)
    subtotal = sum((row.row_total for row in tops), ZERO)
    grand = subtotal + postage.row_total + tax + discount + compensation + postage.compensation
    return {
        "discount_amount": discount,
        "discount_tax_compensation_amount": compensation,
        "grand_total": grand,
        "shipping_amount": postage.row_total,
        "shipping_discount_amount": postage.discount,
        "shipping_discount_tax_compensation_amount": postage.compensation,
        "shipping_incl_tax": postage.row_total_incl_tax,
        "shipping_tax_amount": postage.tax,
        "subtotal": subtotal,
        "subtotal_incl_tax": sum((row.row_total_incl_tax for row in tops), ZERO),
        "tax_amount": tax,
        "total_due": grand,
    }


def _totals(draft: Draft) -> dict[str, Any]:
    paying = [row for row in draft.rows if row.role == OWN]
    tops = [row for row in draft.rows if row.parent is None]
    base = _sums([r.base for r in paying], [r.base for r in tops], draft.shipping_base)
    order = _sums([r.order for r in paying], [r.order for r in tops], draft.shipping_order)
    totals: dict[str, Any] = {}
    for name in base:
        totals |= both(name, base[name], order[name])
    # The column is named so: its full name was too long for the database.
    totals["base_shipping_discount_tax_compensation_amnt"] = totals.pop(
        "base_shipping_discount_tax_compensation_amount"
    )
    return totals


def item_rows(draft: Draft) -> list[dict[str, Any]]:
    """The order's items; a child holds its parent's row as `parent_item`."""
    items: list[dict[str, Any]] = []
    for position, row in enumerate(draft.rows):
        item = _item(draft, row, draft.item_id + position)
        if row.parent is not None:
            item["parent_item_id"] = draft.item_id + row.parent
            item["parent_item"] = items[row.parent]
        items.append(item)
    return items


def _item(draft: Draft, row: Row, item_id: int) -> dict[str, Any]:
    product = row.product
    item: dict[str, Any] = {
        "amount_refunded": 0, "base_amount_refunded": 0, "base_discount_invoiced": 0,
        "base_row_invoiced": 0, "base_tax_invoiced": 0, "created_at": draft.created_at,
        "discount_invoiced": 0, "discount_percent": _percent(draft, row), "free_shipping": 0,
        "is_qty_decimal": 0, "is_virtual": int(product.kind == VIRTUAL), "item_id": item_id,
        "name": product.name, "no_discount": 0, "order_id": draft.number,
        "product_id": product.product_id, "product_type": product.kind, "qty_canceled": 0,
        "qty_invoiced": 0, "qty_ordered": row.quantity, "qty_refunded": 0, "qty_shipped": 0,
        "quote_item_id": item_id, "row_invoiced": 0,
        "row_weight": number(product.weight * row.quantity) if row.parent is None else 0,
        "sku": row.sku or product.sku, "store_id": 1 if draft.currency_rate == 1 else 2,
        "tax_invoiced": 0, "updated_at": draft.created_at,
    }  # fmt: skip
    if product.weight:
        item["weight"] = number(product.weight)
    if draft.coupon is not None and row.parent is None:
        item["applied_rule_ids"] = str(draft.coupon.rule_id)
    item |= _item_money(draft, row)
    option = _option(draft, row)
    if option:
        item["product_option"] = {"extension_attributes": option}
    item["extension_attributes"] = {"itemized_taxes": itemized(draft, row, item_id)}
    return item


def _percent(draft: Draft, row: Row) -> int | float:
    if draft.coupon is None or row.role != OWN:
        return 0
    return number(draft.coupon.percent)


def _item_money(draft: Draft, row: Row) -> dict[str, Any]:
    money: dict[str, Any] = {}
    for prefix, side, rate in (("base_", row.base, 1), ("", row.order, draft.currency_rate)):
        # A tax-inclusive row is reduced by the coupon's gross amount, as Magento does it.
        net = max(side.row_total - side.discount, ZERO)
        gross = max(side.row_total - side.discount + side.tax + side.compensation, ZERO)
        amounts = {
            "discount_amount": side.discount, "price": side.price, "tax_amount": side.tax,
            "row_total": net, "row_total_incl_tax": gross,
        }  # fmt: skip
        if row.role != NOTHING:
            amounts["price_incl_tax"] = side.price_incl_tax
            price = row.base.price_incl_tax if row.role == SUM else row.product.price
            amounts["original_price"] = (price * rate).quantize(Decimal("0.0001"))
        elif not prefix:
            amounts["original_price"] = ZERO
        if row.role == OWN:
            amounts["discount_tax_compensation_amount"] = side.compensation
        for name, amount in amounts.items():
            money[prefix + name] = number(amount)
    if row.role != SUM:
        taxed = row.role == OWN and row.product.taxed
        money["tax_percent"] = number(draft.rate) if taxed else 0
    return money


def _option(draft: Draft, row: Row) -> dict[str, Any]:
    if row.sku:
        value = row.product.variants.index(row.sku) + 4
        options = [{"option_id": "137", "option_value": value}]
        return {"configurable_item_options": options}
    if row.product.kind == BUNDLE:
        bundle = [
            {"option_id": at, "option_qty": quantity, "option_selections": [at]}
            for at, (_, quantity) in enumerate(row.product.parts, 1)
        ]
        return {"bundle_options": bundle}
    return {}


def _payment(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    method = draft.payment_method
    payment: dict[str, Any] = {
        "account_status": None,
        "additional_information": [METHODS[method]],
        "amount_ordered": body["grand_total"],
        "base_amount_ordered": body["base_grand_total"],
        "base_shipping_amount": body["base_shipping_amount"],
        "cc_last4": None,
        "entity_id": draft.number,
        "method": method,
        "parent_id": draft.number,
        "shipping_amount": body["shipping_amount"],
    }
    if method == "stripe_payments":
        payment["cc_last4"] = f"{int(draft.protect_code[:6], 16) % 10000:04d}"
        payment["cc_type"] = "visa"
    return payment


def _extension(draft: Draft, items: list[dict[str, Any]], totals: dict[str, Any]) -> dict[str, Any]:
    shipping: dict[str, Any] = {
        "total": {name: value for name, value in totals.items() if "shipping" in name}
    }
    if draft.shipping_method:
        entity = draft.number * 2 - 1
        shipping = {
            "address": order_address(
                draft.customer, kind="shipping", entity_id=entity, order_id=draft.number
            ),
            "method": draft.shipping_method,
        } | shipping
    info = [{"key": "method_title", "value": METHODS[draft.payment_method]}]
    return {
        "shipping_assignments": [{"shipping": shipping, "items": items}],
        "payment_additional_info": info,
        "converting_from_quote": False,
    } | tax_attributes(draft, totals)
