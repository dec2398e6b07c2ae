"""Xero's arithmetic, as its page "Rounding in Xero" gives it. Pure.

Each line is rounded to cents, its tax is rounded to cents, and totals are sums of rounded
figures. A half cent goes away from zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = Decimal(100)

EXCLUSIVE = "Exclusive"
INCLUSIVE = "Inclusive"
NO_TAX = "NoTax"


def half_up(value: Decimal, places: int = 2) -> Decimal:
    """`value` with so many decimals; a half is rounded away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def line_amount(
    quantity: Decimal,
    unit_amount: Decimal,
    *,
    discount_rate: Decimal = ZERO,
    discount_amount: Decimal = ZERO,
) -> Decimal:
    """Quantity × unit amount after the line's discount (percent, or an amount), in cents."""
    gross = quantity * unit_amount
    if discount_rate:
        gross *= (HUNDRED - discount_rate) / HUNDRED
    return half_up(gross - discount_amount)


def line_tax(amount: Decimal, rate: Decimal, basis: str) -> Decimal:
    """The tax on, or inside, a line's amount; `rate` is a percentage."""
    if basis == NO_TAX or not rate:
        return ZERO
    if basis == INCLUSIVE:
        return half_up(amount * rate / (HUNDRED + rate))
    return half_up(amount * rate / HUNDRED)


@dataclass(frozen=True, slots=True)
class Totals:
    """A document's sums: without tax, the tax, with tax."""

    sub_total: Decimal
    total_tax: Decimal
    total: Decimal


def totals(lines: Iterable[tuple[Decimal, Decimal]], basis: str) -> Totals:
    """The sums of a document from its lines' (amount, tax)."""
    amount = tax = ZERO
    for line, line_tax_amount in lines:
        amount += line
        tax += line_tax_amount
    if basis == INCLUSIVE:
        return Totals(amount - tax, tax, amount)
    return Totals(amount, tax, amount + tax)
