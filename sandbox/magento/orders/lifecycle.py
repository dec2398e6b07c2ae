"""What can happen to an order: paid, sent, held, canceled. Orders are changed in place.

Each verb raises `NotPossible` with Magento's own words when the state does not allow it.
What was invoiced of an order shows in its totals.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.magento.notation import amount, number
from sandbox.shop.refusals import NotPossible

Order = dict[str, Any]

_INVOICED = {
    "discount_amount": "discount_invoiced",
    "discount_tax_compensation_amount": "discount_tax_compensation_invoiced",
    "shipping_amount": "shipping_invoiced",
    "subtotal": "subtotal_invoiced",
    "tax_amount": "tax_invoiced",
    "grand_total": "total_invoiced",
}
_CANCELED = {
    "discount_amount": ("discount_invoiced", "discount_canceled"),
    "shipping_amount": ("shipping_invoiced", "shipping_canceled"),
    "subtotal": ("subtotal_invoiced", "subtotal_canceled"),
    "tax_amount": ("tax_invoiced", "tax_canceled"),
    "grand_total": ("total_paid", "total_canceled"),
}


def touch(order: Order, at: str) -> None:
    """Set `updated_at`, which never goes back."""
    order["updated_at"] = max(at, order["updated_at"])


def history(order: Order, comment: str, at: str, *, entity: str = "order", **extra: Any) -> None:
    """Add a status history, newest first, without touching `updated_at`."""
    histories = order["status_histories"]
    row = {
        "comment": comment,
        "created_at": at,
        "entity_id": order["entity_id"] * 100 + len(histories),
        "entity_name": entity,
        "is_customer_notified": 0,
        "is_visible_on_front": 0,
        "parent_id": order["entity_id"],
        "status": order["status"],
    }
    histories.insert(0, row | extra)


def is_paid(order: Order) -> bool:
    """Whether the order has an invoice."""
    return "total_invoiced" in order


def to_invoice(item: dict[str, Any]) -> int:
    """How many of a row are neither invoiced nor cancelled."""
    return max(int(item["qty_ordered"] - item["qty_invoiced"] - item["qty_canceled"]), 0)


def _to_ship(item: dict[str, Any]) -> int:
    gone = max(item["qty_shipped"], item["qty_refunded"])
    return max(int(item["qty_ordered"] - gone - item["qty_canceled"]), 0)


def pay(order: Order, at: str, *, transaction_id: str | None = None) -> None:
    """Invoice and capture everything; virtual orders are complete with that."""
    if order["state"] in ("canceled", "holded", "closed") or is_paid(order):
        raise NotPossible("The order does not allow an invoice to be created.")
    for prefix in ("base_", ""):
        for source, target in _INVOICED.items():
            order[prefix + target] = order[prefix + source]
        order[prefix + "total_paid"] = order[prefix + "grand_total"]
        order[prefix + "total_due"] = 0
    order["base_total_invoiced_cost"] = 0
    for item in order["items"]:
        invoice_item(order, item, at)
    _capture(order, transaction_id, at)
    total = order["extension_attributes"]["shipping_assignments"][0]["shipping"]["total"]
    for prefix in ("base_", ""):
        total[prefix + "shipping_invoiced"] = order[prefix + "shipping_invoiced"]
    order["state"] = order["status"] = "complete" if order["is_virtual"] else "processing"
    touch(order, at)


def invoice_item(order: Order, item: dict[str, Any], at: str) -> None:
    """Put the whole row on the order's invoice."""
    item["qty_invoiced"] = item["qty_ordered"]
    item["updated_at"] = at
    parts = [row for row in order["items"] if row.get("parent_item_id") == item["item_id"]]
    if parts and item["product_type"] == "bundle" and any(part["row_total"] for part in parts):
        return  # a dynamic bundle is invoiced by its parts
    for prefix in ("base_", ""):
        item[prefix + "row_invoiced"] = number(row_before_discount(item, prefix))
        item[prefix + "discount_invoiced"] = item[prefix + "discount_amount"]
        item[prefix + "tax_invoiced"] = item[prefix + "tax_amount"]
        compensation = item.get(prefix + "discount_tax_compensation_amount", 0)
        item[prefix + "discount_tax_compensation_invoiced"] = compensation
    if "price_incl_tax" in item:
        item["weee_tax_applied"] = "[]"


def row_before_discount(item: dict[str, Any], prefix: str) -> Decimal:
    """The row without tax and discount. `row_total` does not tell: it stops at zero."""
    gross = amount(item, prefix + "row_total_incl_tax") + amount(item, prefix + "discount_amount")
    compensation = amount(item, prefix + "discount_tax_compensation_amount")
    return gross - amount(item, prefix + "tax_amount") - compensation


def _capture(order: Order, transaction_id: str | None, at: str) -> None:
    payment = order["payment"]
    for prefix in ("base_", ""):
        payment[prefix + "amount_paid"] = order[prefix + "grand_total"]
        payment[prefix + "shipping_captured"] = order[prefix + "shipping_amount"]
    if transaction_id is None:
        return
    method = payment["method"]
    name = f"pi_{transaction_id}" if method == "stripe_payments" else transaction_id[:17].upper()
    payment["last_trans_id"] = name
    # Gateways leave bare values behind, without their names.
    payment["additional_information"] = [*payment["additional_information"][:1], name]
    info = order["extension_attributes"]["payment_additional_info"]
    info.append({"key": "transaction_id", "value": name})
    amount = f"{order['base_grand_total']:.2f}"
    comment = f'Captured amount of {amount} online. Transaction ID: "{name}"'
    history(order, comment, at, entity="invoice", status="processing")


def ship(order: Order, at: str) -> None:
    """Send everything: the order is complete once it is paid."""
    if order["is_virtual"] or order["state"] in ("canceled", "holded", "closed", "complete"):
        raise NotPossible("The order does not allow a shipment to be created.")
    for item in order["items"]:
        if "parent_item_id" not in item:
            item["qty_shipped"] = item["qty_ordered"] - item["qty_refunded"]
        item["updated_at"] = at
    if is_paid(order):
        order["state"] = order["status"] = "complete"
    touch(order, at)


def cancel(order: Order, at: str) -> None:
    """Cancel what has no invoice: the order, or the rest of it (Order::registerCancellation).

    The order goes on where something is left to refund, and is canceled otherwise.
    """
    rest = any(to_invoice(item) for item in order["items"])
    if not rest or order["state"] in ("canceled", "closed", "complete", "holded"):
        raise NotPossible("The order cannot be canceled.")
    state = "canceled"
    for item in order["items"]:
        gone = min(to_invoice(item), _to_ship(item))
        if state != "processing" and item["qty_invoiced"] > item["qty_refunded"]:
            state = "processing" if _to_ship(item) > gone else "complete"
        item["qty_canceled"] = gone
        item["updated_at"] = at
    for prefix in ("base_", ""):
        for source, (done, target) in _CANCELED.items():
            left = abs(amount(order, prefix + source)) - abs(amount(order, prefix + done))
            order[prefix + target] = number(left)
    order["state"] = order["status"] = state
    touch(order, at)


def reopen(order: Order, at: str) -> None:
    """Take a cancellation back, as extensions do: nothing of the order is canceled any more."""
    if order["state"] != "canceled":
        raise NotPossible("The order is not canceled.")
    for item in order["items"]:
        item["qty_canceled"] = 0
    for prefix in ("base_", ""):
        for _, target in _CANCELED.values():
            order.pop(prefix + target, None)
    order["state"], order["status"] = "new", "pending"
    touch(order, at)


def hold(order: Order, at: str) -> None:
    """Put the order on hold, remembering where it was."""
    if order["state"] in ("canceled", "closed", "complete", "holded", "payment_review"):
        raise NotPossible("A hold action is not available.")
    order["hold_before_state"], order["hold_before_status"] = order["state"], order["status"]
    order["state"] = order["status"] = "holded"
    touch(order, at)


def unhold(order: Order, at: str) -> None:
    """Give the order back its state from before the hold."""
    if order["state"] != "holded":
        raise NotPossible("You cannot remove the hold.")
    order["state"] = order.pop("hold_before_state")
    order["status"] = order.pop("hold_before_status")
    touch(order, at)
