"""Lines of documents and what Xero will answer for them: its arithmetic, without the network.

Each line is rounded to cents, tax is computed per line, and the document's tax is the sum
(Xero developer documentation, Rounding in Xero).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connector.lib.money import ZERO, round_to, trim


class TaxMode(StrEnum):
    """Xero's LineAmountTypes."""

    EXCLUSIVE = "Exclusive"
    INCLUSIVE = "Inclusive"
    NO_TAX = "NoTax"


@dataclass(frozen=True, slots=True)
class Totals:
    sub_total: Decimal
    total_tax: Decimal
    total: Decimal


def line_tax(amount: Decimal, rate: Decimal, mode: TaxMode) -> Decimal:
    """Xero's own tax on a line amount; `rate` is percent."""
    if mode is TaxMode.NO_TAX or not rate:
        return ZERO
    if mode is TaxMode.INCLUSIVE:
        return round_to(amount * rate / (100 + rate))
    return round_to(amount * rate / 100)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line. `rate` is the tax type's effective percentage; `tax_amount` overrides it.
    `tax_type` is empty only where the document is without tax. `sources` says for fields of the
    payload which configuration key gave them, for a person.
    """

    description: str
    quantity: Decimal
    unit_amount: Decimal
    account: str
    tax_type: str
    rate: Decimal = ZERO
    tax_amount: Decimal | None = None
    item_code: str = ""
    tracking: tuple[tuple[str, str], ...] = ()
    account_is_id: bool = False
    sources: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)

    @property
    def amount(self) -> Decimal:
        return round_to(self.quantity * self.unit_amount)

    def tax(self, mode: TaxMode) -> Decimal:
        return self.tax_on(self.amount, mode)

    def tax_on(self, amount: Decimal, mode: TaxMode) -> Decimal:
        """The tax, where the line's amount is known already."""
        if self.tax_amount is not None:
            return self.tax_amount
        return line_tax(amount, self.rate, mode)

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Description": self.description,
            "Quantity": self.quantity,
            "UnitAmount": trim(self.unit_amount),
            "AccountID" if self.account_is_id else "AccountCode": self.account,
        }
        if self.tax_type:
            body["TaxType"] = self.tax_type
        if self.tax_amount is not None:
            body["TaxAmount"] = trim(self.tax_amount)
        if self.item_code:
            body["ItemCode"] = self.item_code
        if self.tracking:
            body["Tracking"] = [{"Name": name, "Option": option} for name, option in self.tracking]
        return body


def line_totals(lines: tuple[DocumentLine, ...], mode: TaxMode) -> Totals:
    """What Xero will answer for these lines."""
    amounts = tax = ZERO
    for line in lines:
        amount = line.amount
        amounts += amount
        tax += line.tax_on(amount, mode)
    if mode is TaxMode.INCLUSIVE:
        return Totals(round_to(amounts - tax), round_to(tax), round_to(amounts))
    return Totals(round_to(amounts), round_to(tax), round_to(amounts + tax))
