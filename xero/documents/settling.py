"""What settles documents in Xero: payments, refunds and allocations, as `xero.documents.documents`
are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal
from typing import Any

from connector.lib.money import trim
from xero.documents.base import DocumentBase, key_of
from xero.documents.kinds import Id, Kind


@dataclass(frozen=True, slots=True)
class InvoicePayment(DocumentBase):
    """Money received for an invoice. `account` is a code, or an AccountID.

    `tender` is the tender's place in the order (from 1), `method` the shop's name of how it
    was paid, `also` what the payment is called beside its reference; Xero sees none of them.
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
    also: tuple[str, ...] = ()

    kind = Kind.PAYMENT

    @property
    def natural_key(self) -> str:
        return self.reference

    def payload(self) -> dict[str, Any]:
        return {"Invoice": {"InvoiceID": self.invoice}} | _moved(self)

    def moved(self) -> tuple[str, Decimal]:
        return self.account, self.amount

    def dated(self) -> Day:
        return self.date


@dataclass(frozen=True, slots=True)
class CreditNoteRefund(DocumentBase):
    """Money given back for a credit note: a payment on it from the clearing account."""

    credit_note: Id
    account: str
    date: Day
    amount: Decimal
    reference: str
    account_is_id: bool = False
    currency_rate: Decimal | None = None

    kind = Kind.REFUND

    @property
    def natural_key(self) -> str:
        return self.reference

    def payload(self) -> dict[str, Any]:
        return {"CreditNote": {"CreditNoteID": self.credit_note}} | _moved(self)

    def moved(self) -> tuple[str, Decimal]:
        return self.account, self.amount

    def dated(self) -> Day:
        return self.date


@dataclass(frozen=True, slots=True)
class Allocation(DocumentBase):
    """Credit put against what is due on an invoice of the same contact and currency."""

    credit_note: Id
    invoice: Id
    amount: Decimal
    date: Day

    kind = Kind.ALLOCATION

    @property
    def natural_key(self) -> str:
        return key_of(self.credit_note)

    def payload(self) -> dict[str, Any]:
        """Xero names the credit note in the address; it is taken out before this is sent."""
        return {
            "CreditNote": {"CreditNoteID": self.credit_note},
            "Invoice": {"InvoiceID": self.invoice},
            "Amount": trim(self.amount),
            "Date": self.date.isoformat(),
        }

    def dated(self) -> Day:
        return self.date


def _moved(money: InvoicePayment | CreditNoteRefund) -> dict[str, Any]:
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
