"""Credit memos, with Magento's arithmetic and its known oddities.

A memo's items show rows before the discount. Where a discount was shared with shipping
and shipping is not refunded, Magento takes the shipping's tax for a negative refund of
shipping: the memo's discount and total then have four decimals and do not match its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO, round_to
from sandbox.magento.documents.booking import Memo, book, item_side
from sandbox.magento.notation import amount, number
from sandbox.magento.orders import tenders
from sandbox.magento.orders.lifecycle import Order, is_paid
from sandbox.shop.refusals import NotPossible


@dataclass(frozen=True, slots=True)
class Refund:
    """What to give back. `items` maps item ids to quantities; None means all that is left.

    `shipping` and the adjustments are in the base currency, as Magento's API takes them.
    `shipping` None means all that is left when `items` is None as well, else nothing; it is
    without tax.
    """

    items: Mapping[int, int] | None = None
    shipping: Decimal | None = None
    adjustment_positive: Decimal = ZERO
    adjustment_negative: Decimal = ZERO
    stored: Decimal = ZERO  # put on the store credit in place of a card or money


def credit_memo(order: Order, refund: Refund, *, memo_id: int, at: str) -> Memo:
    """Make the memo and book it on the order. `NotPossible` when nothing is left to refund."""
    if not is_paid(order) or order["state"] in ("closed", "canceled", "holded"):
        raise NotPossible("The order does not allow a creditmemo to be created.")
    quantities = _quantities(order, refund)
    shipping = _shipping_wish(order, refund)
    sides = {prefix: _side(order, prefix, quantities, shipping, refund) for prefix in ("base_", "")}
    grand = sides["base_"]["grand_total"]
    if grand < 0 or not (grand or refund.adjustment_negative):
        raise NotPossible("The credit memo's total must be positive.")
    back = tenders.give_back(order, sides, stored=refund.stored)
    left = amount(order, "base_total_paid") - amount(order, "base_total_refunded")
    if round_to(sides["base_"]["grand_total"]) > left:
        raise NotPossible(f"The most money available to refund is {left}.")
    memo = _header(order, memo_id, at)
    for prefix, side in sides.items():
        memo |= {prefix + name: number(value) for name, value in side.items()}
    memo["items"] = _memo_items(order, quantities, memo_id)
    memo["comments"] = []
    if back:
        memo["extension_attributes"] = back
    book(order, memo, quantities, at)
    return memo


def _quantities(order: Order, refund: Refund) -> dict[int, int]:
    """Item ids and quantities, children of configurables and bundles included."""
    items = {item["item_id"]: item for item in order["items"]}
    left = {key: item["qty_invoiced"] - item["qty_refunded"] for key, item in items.items()}
    if refund.items is None:
        return {key: quantity for key, quantity in left.items() if quantity}
    wanted: dict[int, int] = {}
    for key, quantity in refund.items.items():
        if key not in items or quantity > left[key] or quantity < 0:
            raise NotPossible(f"Item {key} cannot be refunded {quantity} times.")
        wanted[key] = quantity
        for child in order["items"]:
            if child.get("parent_item_id") == key:
                each = child["qty_ordered"] // items[key]["qty_ordered"]
                wanted[child["item_id"]] = quantity * each
    return {key: quantity for key, quantity in wanted.items() if quantity}


def _shipping_wish(order: Order, refund: Refund) -> Decimal:
    left = amount(order, "base_shipping_invoiced") - amount(order, "base_shipping_refunded")
    wish = refund.shipping
    if wish is None:
        return left if refund.items is None else ZERO
    if wish > left or wish < 0:
        raise NotPossible(f"Maximum shipping amount allowed to refund is: {left}")
    return wish


def _side(
    order: Order, prefix: str, quantities: dict[int, int], base_shipping: Decimal, refund: Refund
) -> dict[str, Decimal]:
    """The memo's totals in one currency."""
    totals = dict.fromkeys(("subtotal", "subtotal_incl_tax", "tax", "discount", "dtc"), ZERO)
    for item in order["items"]:
        quantity = quantities.get(item["item_id"], 0)
        if quantity and item[prefix + "row_invoiced"]:
            for name, value in item_side(item, prefix, quantity).items():
                totals[name] += value
    shipping = _shipping_side(order, prefix, base_shipping)
    discount = totals["discount"] + _shipping_discount(order, prefix, base_shipping)
    rate = Decimal(1) if prefix else amount(order, "base_to_order_rate")
    plus = round_to(refund.adjustment_positive * rate)
    minus = round_to(refund.adjustment_negative * rate)
    tax = totals["tax"] + shipping["tax"]
    compensation = totals["dtc"] + shipping["compensation"]
    grand = totals["subtotal"] + shipping["net"] + tax - discount + compensation + plus - minus
    return {
        "adjustment": plus - minus,
        "adjustment_negative": minus,
        "adjustment_positive": plus,
        "discount_amount": -discount,
        "discount_tax_compensation_amount": compensation,
        "grand_total": grand,
        "shipping_amount": shipping["net"],
        "shipping_incl_tax": shipping["gross"],
        "shipping_tax_amount": shipping["tax"],
        "subtotal": totals["subtotal"],
        "subtotal_incl_tax": totals["subtotal_incl_tax"],
        "tax_amount": tax,
    }


def _shipping_side(order: Order, prefix: str, base_shipping: Decimal) -> dict[str, Decimal]:
    whole = amount(order, "base_shipping_amount")
    part = base_shipping / whole if whole else ZERO
    names = {
        "net": "shipping_amount",
        "gross": "shipping_incl_tax",
        "tax": "shipping_tax_amount",
        "compensation": "shipping_discount_tax_compensation_amount",
    }
    side = {}
    for key, name in names.items():
        # The base column's name is cut off in Magento's own table.
        cut = prefix and key == "compensation"
        column = "base_shipping_discount_tax_compensation_amnt" if cut else prefix + name
        side[key] = round_to(amount(order, column) * part)
    return side


def _shipping_discount(order: Order, prefix: str, base_shipping: Decimal) -> Decimal:
    """The shipping's share of the discount; below zero through Magento's mistake."""
    whole = amount(order, "base_shipping_amount")
    if not whole:
        return ZERO
    taken = base_shipping
    if not taken:
        left = amount(order, "base_shipping_tax_amount")
        taken = -left + amount(order, "base_shipping_tax_refunded")
    base = taken * amount(order, "base_shipping_discount_amount") / whole
    if prefix:
        return round_to(base, 4)
    return round_to(amount(order, "shipping_amount") * base / whole, 4)


def _header(order: Order, memo_id: int, at: str) -> Memo:
    memo = {
        name: order[name]
        for name in (
            "base_currency_code", "base_to_global_rate", "base_to_order_rate",
            "billing_address_id", "global_currency_code", "order_currency_code",
            "store_currency_code", "store_id", "store_to_base_rate", "store_to_order_rate",
        )
    }  # fmt: skip
    memo |= {
        "created_at": at, "entity_id": memo_id, "order_id": order["entity_id"], "state": 2,
        "increment_id": f"{'2' if order['store_id'] == 2 else ''}{memo_id:09d}", "updated_at": at,
    }  # fmt: skip
    if not order["is_virtual"]:
        memo["shipping_address_id"] = order["billing_address_id"] - 1
    if "discount_description" in order:
        memo["discount_description"] = order["discount_description"]
    return memo


def _memo_items(order: Order, quantities: dict[int, int], memo_id: int) -> list[Memo]:
    rows: list[Memo] = []
    for item in order["items"]:
        quantity = quantities.get(item["item_id"])
        if quantity:
            rows.append(_memo_item(item, quantity, memo_id * 100 + len(rows), memo_id))
    return rows


def _memo_item(item: Mapping[str, Any], quantity: int, row_id: int, memo_id: int) -> Memo:
    row: Memo = {
        "base_cost": None, "base_price": item["base_price"], "entity_id": row_id,
        "name": item["name"], "order_item_id": item["item_id"], "parent_id": memo_id,
        "price": item["price"], "product_id": item["product_id"], "qty": quantity,
        "sku": item["sku"],
    }  # fmt: skip
    if not item["row_invoiced"]:
        return row  # a child without money
    row |= {
        "base_weee_tax_row_disposition": 0, "weee_tax_applied": "[]",
        "weee_tax_applied_row_amount": 0, "weee_tax_row_disposition": 0,
    }  # fmt: skip
    for prefix in ("base_", ""):
        side = item_side(item, prefix, quantity)
        row |= {
            prefix + "discount_tax_compensation_amount": number(side["dtc"]),
            prefix + "price_incl_tax": item[prefix + "price_incl_tax"],
            prefix + "row_total": number(side["subtotal"]),
            prefix + "row_total_incl_tax": number(side["subtotal_incl_tax"]),
            prefix + "tax_amount": number(side["tax"]),
        }
        if side["discount"]:
            row[prefix + "discount_amount"] = number(side["discount"])
    return row


def item_ids(order: Order, items: Mapping[int | str, int]) -> dict[int, int]:
    """Item ids for item ids or skus; a sku means the row that carries it without a parent."""
    tops = [item for item in order["items"] if "parent_item_id" not in item]
    parts = [item for item in order["items"] if "parent_item_id" in item]
    by_sku = {item["sku"]: item["item_id"] for item in reversed([*tops, *parts])}
    found = {}
    for key, quantity in items.items():
        if isinstance(key, str) and key not in by_sku:
            raise NotPossible(f"{key} is not part of the order.")
        found[by_sku[key] if isinstance(key, str) else key] = quantity
    return found
