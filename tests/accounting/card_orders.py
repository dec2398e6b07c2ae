"""Orders of Adobe Commerce that gift cards, store credit and points paid for, and their memos.

Written as its REST API shows them, from its rules and not with the parser: what the shop issued
itself comes off the total of an order, and off that of a memo until it has given all of it back,
the cards first. Amounts are in cents here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
CODES = ("gift_cards_amount", "customer_balance_amount", "reward_currency_amount")
_ADDRESS = {
    "firstname": "Jane", "lastname": "Doe", "street": ["1 High St"], "city": "Sydney",
    "postcode": "2000", "country_id": "AU", "email": "jane@example.com",
}  # fmt: skip


def shown(cents: int) -> float | int:
    """An amount as JSON has it."""
    return cents // 100 if cents % 100 == 0 else cents / 100


def tax_in(gross: int, rate: int) -> int:
    """The tax inside an amount, half up."""
    return int((Decimal(gross) * rate / (100 + rate)).quantize(Decimal(1), "ROUND_HALF_UP"))


@dataclass
class CardOrder:
    """One order: pieces of one article of `price` cents each, with tax. `tenders` are cents by
    code; the rest is money. `memos` are what was given back, one after the other."""

    pieces: int
    price: int
    tenders: Mapping[str, int]
    rate: int = 20
    method: str = "stripe"
    extra: Json = field(default_factory=dict)
    memos: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = self.pieces
        self.total = self.pieces * self.price
        self.tax = tax_in(self.total, self.rate)
        self.tax_left = self.tax
        self.back = dict.fromkeys(CODES, 0)
        self.money = self.total - sum(self.tenders.values())
        self.money_back = self.fees = self.fee_tax = 0

    def refund(
        self, pieces: int, *, fee: int = 0, stored: int | None = None, name: str = ""
    ) -> Json:
        """A memo of so many pieces; the last takes what is left of the tax. `stored`: so much was
        put on the store credit in all, which the memo states as `name`."""
        share = self.tax_left if pieces == self.left else round(self.tax * pieces / self.pieces)
        self.left -= pieces
        self.tax_left -= share
        self.fees += fee
        self.fee_tax += share if fee == pieces * self.price else tax_in(fee, self.rate)
        gross = pieces * self.price
        rest, parts = gross - fee, {}
        for code in CODES:
            parts[code] = min(self.tenders.get(code, 0) - self.back[code], rest)
            self.back[code] += parts[code]
            rest -= parts[code]
        self.money_back += rest
        memo = self._memo(pieces, gross, share, fee, rest)
        for code, amount in parts.items():
            if amount:
                memo["extension_attributes"] |= {code: shown(amount), f"base_{code}": shown(amount)}
        if stored is not None:
            memo["extension_attributes"][name or "customer_bal_total_refunded"] = shown(stored)
        self.memos.append(memo)
        return memo

    def _memo(self, pieces: int, gross: int, tax: int, fee: int, rest: int) -> Json:
        number = len(self.memos) + 1
        return {
            "entity_id": number, "increment_id": f"{number:09d}", "order_id": 7, "state": 2,
            "created_at": f"2026-03-{4 + number:02d} 10:00:00",
            "updated_at": f"2026-03-{4 + number:02d} 10:00:00",
            "order_currency_code": "AUD", "base_currency_code": "AUD",
            "subtotal": shown(gross - tax), "tax_amount": shown(tax),
            "grand_total": shown(rest), "base_grand_total": shown(rest),
            "adjustment_negative": shown(fee), "adjustment_positive": 0,
            "items": [{
                "order_item_id": 1, "sku": "SHIRT", "name": "Shirt", "qty": pieces,
                "row_total": shown(gross - tax), "tax_amount": shown(tax),
            }],
            "extension_attributes": {},
        }  # fmt: skip

    def record(self) -> Json:
        """The order with its memos, as it is read."""
        return {"order": self._order(), "creditmemos": self.memos}

    def _order(self) -> Json:
        paid = {code: shown(amount) for code, amount in self.tenders.items() if amount}
        paid |= {f"base_{code}": amount for code, amount in paid.items()}
        return {
            "entity_id": 7, "increment_id": "1001", "state": self._state(),
            "status": self._state(), "created_at": "2026-03-02 12:00:00",
            "updated_at": "2026-03-02 12:30:00", "order_currency_code": "AUD",
            "base_currency_code": "AUD", "base_to_order_rate": 1,
            "grand_total": shown(self.money), "base_grand_total": shown(self.money),
            "subtotal": shown(self.total - self.tax), "tax_amount": shown(self.tax),
            "shipping_amount": 0, "is_virtual": 1, "total_paid": shown(self.money), "total_due": 0,
            "total_refunded": shown(self.money_back), "customer_email": "jane@example.com",
            "customer_firstname": "Jane", "customer_lastname": "Doe", "customer_is_guest": 1,
            "billing_address": _ADDRESS, "payment": {"method": self.method},
            "extension_attributes": paid | self.extra,
            "items": [{
                "item_id": 1, "sku": "SHIRT", "name": "Shirt", "product_type": "simple",
                "qty_ordered": self.pieces,
                "price": shown(round((self.total - self.tax) / self.pieces)),
                "price_incl_tax": shown(self.price), "row_total": shown(self.total - self.tax),
                "row_total_incl_tax": shown(self.total), "tax_amount": shown(self.tax),
                "tax_percent": self.rate, "discount_amount": 0,
            }],
        }  # fmt: skip

    def _state(self) -> str:
        return "closed" if self.memos and not self.left else "processing"


def worked(tenders: Sequence[tuple[str, int]] = (("gift_cards_amount", 5000),)) -> CardOrder:
    """86.00 (14.33) in two pieces: 50.00 by card and 36.00 by gateway, unless told otherwise."""
    return CardOrder(2, 4300, dict(tenders))
