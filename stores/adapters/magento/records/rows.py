"""Amounts beside the lines that a Magento order's grand total may contain.

Adobe Commerce's own (gift cards, store credit, reward points, gift wrapping) have a known
sign. Anything else, such as a payment surcharge of an extension, shows only as a number in
`extension_attributes` (or beside the order's fields) and as a difference in the grand total:
it becomes a candidate, and the mapping says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from connector.lib import money
from connector.lib.money import ZERO
from stores.canonical.order import TotalRow
from stores.raw import Raw

TENDERS = {
    "gift_cards_amount": "Gift card",
    "customer_balance_amount": "Store credit",
    "reward_currency_amount": "Reward points",
}
WRAPPING = {
    "gw_price": ("Gift wrapping", "gw_tax_amount"),
    "gw_items_price": ("Gift wrapping of items", "gw_items_tax_amount"),
    "gw_card_price": ("Printed card", "gw_card_tax_amount"),
}
# Numbers that are no amount of their own: base currency, identifiers, parts of other figures.
_NO_ROW = re.compile(
    r"""(base|store|gw)_.*|.*_base_.*|tax_amount
    |.*_(id|ids|count|qty|quantity|number|points|balance|rate|percent|weight|increment|flag)
    |.*_(invoiced|refunded|canceled|incl_tax|tax|tax_amount)""",
    re.VERBOSE,
)
# The other numbers of Magento\Sales\Api\Data\OrderInterface and its own extensions.
_OWN = {
    *TENDERS,
    "adjustment_negative",
    "adjustment_positive",
    "can_ship_partially",
    "can_ship_partially_item",
    "customer_gender",
    "customer_is_guest",
    "customer_note_notify",
    "discount_amount",
    "discount_tax_compensation_amount",
    "email_sent",
    "forced_shipment_with_invoice",
    "grand_total",
    "is_virtual",
    "notification_sent",
    "payment_auth_expiration",
    "payment_authorization_amount",
    "paypal_ipn_customer_notified",
    "send_email",
    "send_notification",
    "shipping_amount",
    "shipping_discount_amount",
    "shipping_discount_tax_compensation_amount",
    "subtotal",
    "total_due",
    "total_paid",
    "total_qty_ordered",
    "weight",
}
_WRITTEN = re.compile(r"-?\d+\.\d+")


def commerce_rows(order: Raw) -> tuple[TotalRow, ...]:
    """What Adobe Commerce takes off or adds, signed as it enters the grand total."""
    rows = []
    for code, title in TENDERS.items():
        source = holder(order, code)
        if amount := source.amount(code):
            rows.append(TotalRow(code, title, -abs(amount), source.at(code)))
    for code, (title, tax_code) in WRAPPING.items():
        source = holder(order, code)
        amount, tax = source.amount(code), source.amount(tax_code)
        if amount or tax:
            rows.append(TotalRow(code, title, amount, source.at(code), tax=tax))
    return tuple(rows)


def candidate_rows(order: Raw) -> tuple[TotalRow, ...]:
    """Numbers that may be part of the grand total; `counted` is False for all of them."""
    extra = order.child("extension_attributes")
    return tuple(_candidates(extra)) + tuple(_candidates(order))


def _candidates(source: Raw) -> Iterable[TotalRow]:
    for code in source.data:
        amount = _number(source, code)
        if amount and code not in _OWN and not _NO_ROW.fullmatch(code):
            title = code.replace("_", " ").capitalize()
            tax = _tax_of(source, code)
            yield TotalRow(code, title, amount, source.at(code), tax=tax, counted=False)


def _tax_of(source: Raw, code: str) -> Decimal:
    """The tax that goes with an amount by its name: `surcharge_amount`, `surcharge_tax`."""
    stem = code.removesuffix("_amount")
    for name in (f"{stem}_tax_amount", f"{stem}_tax"):
        if (tax := _number(source, name)) is not None:
            return tax
    return ZERO


def _number(source: Raw, code: str) -> Decimal | None:
    """The value as an amount, if it is written as one; a code such as "0042" is none."""
    value = source.data.get(code)
    if isinstance(value, bool) or (isinstance(value, str) and not _WRITTEN.fullmatch(value)):
        return None
    try:
        return money.parse_decimal(value)
    except ValueError:
        return None


def holder(order: Raw, code: str) -> Raw:
    """Where an amount stands: among the extension attributes, or beside the order's fields."""
    extra = order.child("extension_attributes")
    return order if order.has(code) and not extra.has(code) else extra
