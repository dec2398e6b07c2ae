"""One thing that a shop charged, and the line of exactly its amount. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from unicodedata import category

from accounts_mapping.rules.resolve import Resolution
from connector.lib.money import ZERO, plain, round_to, trim
from xero.documents.lines import DocumentLine

DESCRIPTION_LIMIT = 4000
Tracking = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Charge:
    """One thing that the shop charged, resolved, in the basis of the document.

    `full` is the amount before discounts and `charged` after them (both with tax if the
    document is Inclusive); `tax` is what the shop charged on `charged`. `rate` is the
    effective percentage of `tax_type`, `shop_rate` the shop's; they differ only with
    `as_charged`, which posts the shop's tax whatever it is. `goods` is whether it was sold, not
    charged beside what was, `counted` whether the line's quantity moves the stock of its item.
    `id` tells equal charges apart, `sources` are those of its line. `untaxed_discount`: what was
    taken off left the tax as it was, and is of `discount_type`, where the rules have one for it.
    """

    description: str
    quantity: Decimal
    full: Decimal
    charged: Decimal
    tax: Decimal
    account: str
    tax_type: str
    rate: Decimal
    unit: Decimal | None = None
    item_code: str = ""
    tracking: Tracking = ()
    account_is_id: bool = False
    as_charged: bool = False
    shop_rate: Decimal = ZERO
    goods: bool = False
    id: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    counted: bool = False
    untaxed_discount: bool = False
    discount_type: Resolution | None = None


def cut(text: str) -> str:
    """A description as Xero takes it: not empty, at most 4,000 long, without characters that
    no text may hold (control characters, halves of surrogate pairs)."""
    if not text.isprintable():
        text = "".join(c for c in text if c in "\t\n" or category(c) not in ("Cc", "Cs"))
    text = text.strip() or "-"
    return text if len(text) <= DESCRIPTION_LIMIT else text[: DESCRIPTION_LIMIT - 1] + "…"


def priced(charge: Charge, amount: Decimal, tax: Decimal | None = None) -> DocumentLine:
    """A line of exactly `amount`, that states `tax` where that is given.

    Quantity and unit price are kept where they give that amount with at most 4 decimals;
    otherwise the line has quantity 1 and the quantity stands in the description. Where the
    quantity moves stock, a price that Xero rounds to the amount will do, else the line goes
    without its item.
    """
    quantity = trim_quantity(charge.quantity)
    description, item_code = charge.description, charge.item_code
    unit = amount if quantity == 1 else None
    if unit is None and quantity and round_to(quantity, 4) == quantity:
        unit = _unit_price(charge.unit, quantity, amount)
        if unit is None and charge.counted:
            unit = _near_price(quantity, amount)
    if unit is None:
        description = f"{plain(quantity)} × {description}"
        quantity, unit = Decimal(1), amount
        item_code = "" if charge.counted else item_code
    return DocumentLine(
        cut(description), quantity, unit, charge.account, charge.tax_type, charge.rate, tax,
        item_code=item_code, tracking=charge.tracking, account_is_id=charge.account_is_id,
        sources=charge.sources,
    )  # fmt: skip


def trim_quantity(quantity: Decimal) -> Decimal:
    """Without trailing zeros: 3.0000 → 3."""
    whole = quantity.to_integral_value()
    return whole if quantity == whole else quantity.normalize()


def _unit_price(stated: Decimal | None, quantity: Decimal, amount: Decimal) -> Decimal | None:
    """The shop's price of one piece if it gives the amount, else the exact quotient, else None.

    A stated price that Xero's 4 decimals cannot hold is not replaced by another one.
    """
    if stated is not None:
        if round_to(stated, 4) != stated:
            return None
        if round_to(stated * quantity) == amount:
            return trim(stated)
    exact = amount / quantity
    return trim(exact) if round_to(exact, 4) * quantity == amount else None


def _near_price(quantity: Decimal, amount: Decimal) -> Decimal | None:
    """A unit price of 4 decimals whose line comes to the amount once it is rounded to cents."""
    near = round_to(amount / quantity, 4)
    return trim(near) if round_to(near * quantity) == amount else None
