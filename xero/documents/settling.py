"""What settles documents in Xero: payments, refunds and allocations, as `xero.documents.documents`
are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal
from typing import Any

from connector.lib.money import trim
from xero.documents.kinds import Id, Kind
from xero.documents.lines import Totals


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received for an invoice. `account` is a code, or an AccountID.

    `tender` is the tender's place in the order (from 1), `method` the shop's name of how it
    was paid; Xero sees neither.
    """

    invoice: Id
    account: str
    date: Day
    amount: Decimal
    reference: str
    account_is_id: bool = False
    currency_rate: Decimal | None = None
    tender: int = 1
    method: str = ""

    kind = Kind.PAYMENT

    def payload(self) -> dict[str, Any]:
        return {"Invoice": {"InvoiceID": self.invoice}} | _moved(self)

    def expected(self) -> Totals | None:
        return None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back for a credit note: a payment on it from the clearing account."""

    credit_note: Id
    account: str
    date: Day
    amount: Decimal
    reference: str
    account_is_id: bool = False
    currency_rate: Decimal | None = None

    kind = Kind.REFUND

    def payload(self) -> dict[str, Any]:
        return {"CreditNote": {"CreditNoteID": self.credit_note}} | _moved(self)

    def expected(self) -> Totals | None:
        return None


@dataclass(frozen=True, slots=True)
class Allocation:
    """Credit put against what is due on an invoice of the same contact and currency."""

    credit_note: Id
    invoice: Id
    amount: Decimal
    date: Day

    kind = Kind.ALLOCATION

    def payload(self) -> dict[str, Any]:
        """Xero names the credit note in the address; it is taken out before this is sent."""
        return {
            "CreditNote": {"CreditNoteID": self.credit_note},
            "Invoice": {"InvoiceID": self.invoice},
            "Amount": trim(self.amount),
            "Date": self.date.isoformat(),
        }

    def expected(self) -> Totals | None:
        return None


def _moved(money: Payment | Refund) -> dict[str, Any]:
    """What payments and refunds say alike, after the document that they are on."""
    body: dict[str, Any] = {
        "Account": {"AccountID" if money.account_is_id else "Code": money.account},
        "Date": money.date.isoformat(),
        "Amount": trim(money.amount),
        "Reference": money.reference,
    }
    if money.currency_rate is not None:
        body["CurrencyRate"] = money.currency_rate
    return body
