"""Gift cards of Adobe Commerce in an order: those it sold, and those that paid for it.

A sold card's codes stand in the item's options once Magento has made them
(`product_option.extension_attributes.giftcard_item_option.extension_attributes.
giftcard_created_codes` of Magento\\GiftCard\\Api\\Data\\GiftCardOptionInterface); each is worth
the item's base price. Redeemed ones stand in the order's `extension_attributes.gift_cards`
(Magento\\GiftCardAccount\\Api\\Data\\GiftCardInterface: code, amount, base_amount).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from stores.canonical.order import GiftCard, TotalRow
from stores.raw import Raw

_PRODUCT_TYPE = "giftcard"
_OPTION = ("product_option", "extension_attributes", "giftcard_item_option", "extension_attributes")


def sold_cards(order: Raw) -> tuple[GiftCard, ...]:
    """Cards by code. A card that Magento failed to make, or has not made yet, has none."""
    same = order.text("order_currency_code") == order.text("base_currency_code")
    cards: list[GiftCard] = []
    for item in order.children("items"):
        if item.text("product_type") != _PRODUCT_TYPE:
            continue
        price = item.number("price")
        base = item.optional("base_price")
        for code in _created_codes(item):
            worth = price if base is None and same else base
            cards.append(GiftCard(code, price, worth, item.path))
    return tuple(cards)


def _created_codes(item: Raw) -> list[str]:
    holder = item
    for key in _OPTION:
        value = holder.data.get(key)
        if not isinstance(value, dict):
            return []
        holder = Raw(value, holder.at(key))
    codes = holder.data.get("giftcard_created_codes")
    if not isinstance(codes, list):
        return []
    return [code.strip() for code in codes if isinstance(code, str) and code.strip()]


def redeemed_cards(order: Raw, rows: Sequence[TotalRow]) -> tuple[GiftCard, ...]:
    """Cards by code, where they are listed and sum to what was taken off the total."""
    taken = -sum((row.amount for row in rows if row.code == "gift_cards_amount"), Decimal(0))
    extra = order.child("extension_attributes")
    if not taken or not isinstance(extra.data.get("gift_cards"), list):
        return ()
    same = order.text("order_currency_code") == order.text("base_currency_code")
    cards: list[GiftCard] = []
    for entry in extra.children("gift_cards"):
        amount = entry.amount("amount")
        base = entry.optional("base_amount")
        if amount:
            worth = amount if base is None and same else base
            cards.append(GiftCard(entry.text("code").strip(), amount, worth, entry.path))
    return tuple(cards) if sum((card.amount for card in cards), Decimal(0)) == taken else ()
