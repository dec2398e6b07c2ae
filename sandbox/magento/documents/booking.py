"""What a credit memo takes from an order's items, and how it is carried into the order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.lib.money import round_to
from sandbox.magento.notation import amount, number
from sandbox.magento.orders import tenders
from sandbox.magento.orders.lifecycle import Order, history, to_invoice, touch

Memo = dict[str, Any]


def item_share(item: Mapping[str, Any], total: str, done: str, quantity: int) -> Decimal:
    """The part of an item's invoiced amount that `quantity` pieces have; the last gets the rest."""
    left = amount(item, total) - amount(item, done)
    available = item["qty_invoiced"] - item["qty_refunded"]
    return left if quantity == available else round_to(left / available * quantity)


def row_share(item: Mapping[str, Any], prefix: str, quantity: int) -> Decimal:
    """The row total before discount of `quantity` pieces."""
    return item_share(item, prefix + "row_invoiced", prefix + "amount_refunded", quantity)


def item_side(item: Mapping[str, Any], prefix: str, quantity: int) -> dict[str, Decimal]:
    """What `quantity` pieces of an item add to a memo in one currency."""

    def share(name: str) -> Decimal:
        done = f"{prefix}{name}_refunded"
        return item_share(item, f"{prefix}{name}_invoiced", done, quantity)

    incl = amount(item, prefix + "row_total_incl_tax") + amount(item, prefix + "discount_amount")
    if not amount(item, prefix + "discount_amount"):
        gross = round_to(incl * quantity / item["qty_ordered"])
    else:
        gross = amount(item, prefix + "price_incl_tax") * quantity
    return {
        "subtotal": row_share(item, prefix, quantity),
        "subtotal_incl_tax": gross,
        "tax": share("tax"),
        "discount": share("discount"),
        "dtc": share("discount_tax_compensation"),
    }


def book(order: Order, memo: Memo, quantities: dict[int, int], at: str) -> None:
    """Carry the memo into the order's totals, items, payment, state and history."""
    for prefix in ("base_", ""):
        for source, target in (
            ("adjustment_negative", "adjustment_negative"),
            ("adjustment_positive", "adjustment_positive"),
            ("discount_amount", "discount_refunded"),
            ("discount_tax_compensation_amount", "discount_tax_compensation_refunded"),
            ("shipping_amount", "shipping_refunded"),
            ("shipping_tax_amount", "shipping_tax_refunded"),
            ("subtotal", "subtotal_refunded"),
            ("tax_amount", "tax_refunded"),
        ):
            _add(order, prefix + target, amount(memo, prefix + source))
        grand = amount(memo, prefix + "grand_total")
        online = "last_trans_id" in order["payment"]
        kind = "online" if online else "offline"
        _add(order, f"{prefix}total_{kind}_refunded", grand)
        _add(order, prefix + "total_refunded", round_to(grand))
        _add(order["payment"], prefix + "amount_refunded", round_to(grand) if prefix else grand)
        shipping = amount(memo, prefix + "shipping_amount")
        _add(order["payment"], prefix + "shipping_refunded", shipping)
    tenders.book(order, memo)
    totals = order["extension_attributes"]["shipping_assignments"][0]["shipping"]["total"]
    names = ("shipping_refunded", "shipping_tax_refunded")
    totals.update({p + name: order[p + name] for p in ("base_", "") for name in names})
    for item in order["items"]:
        quantity = quantities.get(item["item_id"], 0)
        if quantity:
            _book_item(item, quantity, at)
    _close(order)
    money = f"{order['base_currency_code']} {memo['base_grand_total']:.2f}"
    how = "online" if online else "offline"
    history(order, f"We refunded {money} {how}.", at, entity="creditmemo")
    touch(order, at)


def _add(row: dict[str, Any], name: str, value: Decimal) -> None:
    row[name] = number(amount(row, name) + value)


def _book_item(item: dict[str, Any], quantity: int, at: str) -> None:
    for prefix in ("base_", ""):
        if item[prefix + "row_invoiced"]:
            side = item_side(item, prefix, quantity)
            _add(item, prefix + "amount_refunded", side["subtotal"])
            _add(item, prefix + "tax_refunded", side["tax"])
            _add(item, prefix + "discount_refunded", side["discount"])
            _add(item, prefix + "discount_tax_compensation_refunded", side["dtc"])
    item["qty_refunded"] += quantity
    item["updated_at"] = at


def _close(order: Order) -> None:
    """Closed once all money is back, and all else; complete when no item is left to send. An
    order of which something is still to be invoiced stays as it is."""
    if any(to_invoice(item) for item in order["items"]):
        return
    money = amount(order, "base_total_refunded") >= amount(order, "base_total_paid")
    if money and tenders.all_back(order):
        order["state"] = order["status"] = "closed"
    elif all(_gone(item) for item in order["items"] if "parent_item_id" not in item):
        order["state"] = order["status"] = "complete"


def _gone(item: Mapping[str, Any]) -> bool:
    gone = item["qty_refunded"] + item["qty_shipped"] + item["qty_canceled"]
    return gone >= item["qty_ordered"]
