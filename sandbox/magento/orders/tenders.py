"""What Adobe Commerce issues itself: gift cards, store credit and points, in orders and memos.

They come off an order's total after tax. A memo gives them back first, the cards before all
else, and its own total is what is left; what went on the store credit in all, of whatever it
was paid with, is a figure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from sandbox.magento.notation import amount, number
from sandbox.magento.orders.lifecycle import Order
from sandbox.shop.refusals import NotPossible

# How a wish calls them, and what an order and its memos call them.
CODES = {
    "gift_card": "gift_cards_amount",
    "store_credit": "customer_balance_amount",
    "points": "reward_currency_amount",
}
_BACK = {
    "gift_cards_amount": "gift_cards_refunded",
    "customer_balance_amount": "customer_balance_refunded",
    "reward_currency_amount": "rwrd_crrncy_amnt_refunded",
}
_DUE = ("grand_total", "total_due")
Sides = dict[str, dict[str, Decimal]]


def redeem(order: Order, wishes: Mapping[str, Decimal]) -> None:
    """Pay for a new order with these, in the base currency, as far as anything is due."""
    extra, rate = order["extension_attributes"], amount(order, "base_to_order_rate")
    for wish, code in CODES.items():
        base, due = wishes.get(wish, ZERO), amount(order, "base_grand_total")
        if not base or not due:
            continue
        used = amount(order, "grand_total") if base >= due else round_to(base * rate)
        for prefix, part in (("base_", min(base, due)), ("", used)):
            extra[prefix + code] = number(part)
            for name in _DUE:
                order[prefix + name] = number(amount(order, prefix + name) - part)
            payment = order["payment"]
            name = f"{prefix}amount_ordered"
            payment[name] = number(amount(payment, name) - part)


def give_back(order: Order, sides: Sides, *, stored: Decimal) -> dict[str, int | float]:
    """Take off a memo's totals what goes back on these; what the memo says of it.

    `stored`: so much more, in the base currency, is put on the store credit.
    """
    extra, said = order["extension_attributes"], dict[str, int | float]()
    for code, back in _BACK.items():
        left = {p: amount(extra, p + code) - amount(extra, p + back) for p in ("base_", "")}
        due = sides["base_"]["grand_total"]
        if not left["base_"] or due <= 0:
            continue
        all_of_it = left["base_"] >= due
        for prefix, side in sides.items():
            part = side["grand_total"] if all_of_it else left[prefix]
            side["grand_total"] -= part
            said[prefix + code] = number(part)
    if stored:
        said |= _stored(order, sides, said, stored)
    return said


def _stored(
    order: Order, sides: Sides, said: Mapping[str, int | float], stored: Decimal
) -> dict[str, int | float]:
    cards = amount(said, "base_gift_cards_amount")
    if stored > cards + sides["base_"]["grand_total"]:
        raise NotPossible("You can't use more store credit than the order amount.")
    whole = stored + amount(said, "base_customer_balance_amount")
    rate = amount(order, "base_to_order_rate")
    return {
        "bs_customer_bal_total_refunded": number(whole),
        "customer_bal_total_refunded": number(round_to(whole * rate)),
    }


def book(order: Order, memo: Mapping[str, object]) -> None:
    """Carry a memo's into the order."""
    extra, said = order["extension_attributes"], memo.get("extension_attributes", {})
    assert isinstance(said, Mapping)
    names = dict(_BACK) | {"customer_bal_total_refunded": "customer_balance_total_refunded"}
    for source, target in names.items():
        for prefix in ("base_", ""):
            own = "bs_" if prefix and source.startswith("customer_bal_") else prefix
            if part := amount(said, own + source):
                extra[prefix + target] = number(amount(extra, prefix + target) + part)


def all_back(order: Order) -> bool:
    """Whether nothing of them is left to be given back."""
    extra = order["extension_attributes"]
    return all(amount(extra, code) == amount(extra, back) for code, back in _BACK.items())
