"""Xero's documents before they are sent: frozen dataclasses, their payloads and totals.

A payload is a plain dict as Xero's Accounting API takes it, with Decimal numbers, dates as
YYYY-MM-DD, and `Ref` where an id is not known yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal
from typing import Any

from xero.documents.base import DocumentBase, key_of
from xero.documents.kinds import SPECS, Id, Kind
from xero.documents.lines import DocumentLine, TaxMode, Totals, line_totals
from xero.documents.master_data import Contact, Item
from xero.documents.settling import Allocation, CreditNoteRefund, InvoicePayment


@dataclass(frozen=True, slots=True)
class Invoice(DocumentBase):
    """A sales invoice (ACCREC). `sources` as of a line."""

    number: str
    contact: Id
    date: Day
    due_date: Day
    mode: TaxMode
    currency: str
    status: str
    reference: str
    lines: tuple[DocumentLine, ...]
    currency_rate: Decimal | None = None
    url: str = ""
    branding_theme_id: str = ""
    sent_to_contact: bool = False
    sources: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)

    kind = Kind.INVOICE

    @property
    def natural_key(self) -> str:
        return self.number

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Type": "ACCREC",
            "InvoiceNumber": self.number,
            "Contact": {"ContactID": self.contact},
            "Date": self.date.isoformat(),
            "DueDate": self.due_date.isoformat(),
            "LineAmountTypes": self.mode.value,
            "CurrencyCode": self.currency,
            "Status": self.status,
            "LineItems": [line.payload() for line in self.lines],
        }
        optional = {
            "Reference": self.reference,
            "CurrencyRate": self.currency_rate,
            "Url": self.url,
            "BrandingThemeID": self.branding_theme_id,
            "SentToContact": self.sent_to_contact or None,
        }
        return body | {key: value for key, value in optional.items() if value}

    def expected(self) -> Totals | None:
        return line_totals(self.lines, self.mode)

    def charged(self) -> tuple[tuple[DocumentLine, ...], TaxMode]:
        return self.lines, self.mode

    def dated(self) -> Day:
        return self.date


@dataclass(frozen=True, slots=True)
class CreditNote(DocumentBase):
    """A credit to a customer (ACCRECCREDIT): lines are positive, and take no line discount."""

    number: str
    contact: Id
    date: Day
    mode: TaxMode
    currency: str
    status: str
    reference: str
    lines: tuple[DocumentLine, ...]
    currency_rate: Decimal | None = None
    branding_theme_id: str = ""

    kind = Kind.CREDIT_NOTE

    @property
    def natural_key(self) -> str:
        return self.number

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Type": "ACCRECCREDIT",
            "CreditNoteNumber": self.number,
            "Contact": {"ContactID": self.contact},
            "Date": self.date.isoformat(),
            "LineAmountTypes": self.mode.value,
            "CurrencyCode": self.currency,
            "Status": self.status,
            "LineItems": [line.payload() for line in self.lines],
        }
        optional = {
            "Reference": self.reference,
            "CurrencyRate": self.currency_rate,
            "BrandingThemeID": self.branding_theme_id,
        }
        return body | {key: value for key, value in optional.items() if value}

    def expected(self) -> Totals | None:
        return line_totals(self.lines, self.mode)

    def charged(self) -> tuple[tuple[DocumentLine, ...], TaxMode]:
        return self.lines, self.mode

    def dated(self) -> Day:
        return self.date


@dataclass(frozen=True, slots=True)
class BankTransaction(DocumentBase):
    """Money in or out of a bank account without an invoice.

    `type` is RECEIVE, SPEND or RECEIVE-OVERPAYMENT (Xero developer documentation, Bank
    Transactions); the last has one line on the organisation's DEBTORS account, without tax.
    Its account must be of type BANK.
    """

    type: str
    contact: Id
    account: str
    date: Day
    mode: TaxMode
    currency: str
    reference: str
    lines: tuple[DocumentLine, ...]
    account_is_id: bool = False
    currency_rate: Decimal | None = None

    kind = Kind.BANK_TRANSACTION

    @property
    def natural_key(self) -> str:
        return self.reference

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Type": self.type,
            "Contact": {"ContactID": self.contact},
            "BankAccount": {"AccountID" if self.account_is_id else "Code": self.account},
            "Date": self.date.isoformat(),
            "LineAmountTypes": self.mode.value,
            "CurrencyCode": self.currency,
            "Reference": self.reference,
            "LineItems": [line.payload() for line in self.lines],
        }
        if self.currency_rate is not None:
            body["CurrencyRate"] = self.currency_rate
        return body

    def expected(self) -> Totals | None:
        return line_totals(self.lines, self.mode)

    def charged(self) -> tuple[tuple[DocumentLine, ...], TaxMode]:
        return self.lines, self.mode

    def dated(self) -> Day:
        return self.date


@dataclass(frozen=True, slots=True)
class StockAdjustment(DocumentBase):
    """A bill, or a supplier's credit, of 0.00 that moves tracked stock and its value.

    Tracked stock changes by transactions only (Xero developer documentation, Tracked inventory
    in Xero): lines of items on their inventory accounts, and a line without an item that takes
    their sum back on an adjustment account.
    """

    number: str
    increase: bool
    contact: Id
    date: Day
    currency: str
    lines: tuple[DocumentLine, ...]

    @property
    def kind(self) -> Kind:
        return Kind.STOCK_INCREASE if self.increase else Kind.STOCK_DECREASE

    @property
    def natural_key(self) -> str:
        return self.number

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Type": "ACCPAY" if self.increase else "ACCPAYCREDIT",
            "InvoiceNumber" if self.increase else "CreditNoteNumber": self.number,
            "Contact": {"ContactID": self.contact},
            "Date": self.date.isoformat(),
            "LineAmountTypes": TaxMode.NO_TAX.value,
            "CurrencyCode": self.currency,
            "Status": "AUTHORISED",
            "LineItems": [line.payload() for line in self.lines],
        }
        return body | ({"DueDate": self.date.isoformat()} if self.increase else {})

    def expected(self) -> Totals | None:
        return line_totals(self.lines, TaxMode.NO_TAX)


@dataclass(frozen=True, slots=True)
class DocumentStatusChange(DocumentBase):
    """A new status for an invoice or credit note that is in Xero: VOIDED, DELETED, AUTHORISED.

    Sent by POST with the id. Without lines, so that Xero leaves those alone.
    """

    of: Kind
    document: Id
    status: str

    verb = "POST"

    @property
    def kind(self) -> Kind:
        return self.of

    @property
    def natural_key(self) -> str:
        return key_of(self.document)

    def payload(self) -> dict[str, Any]:
        return {SPECS[self.of].resource.id_field: self.document, "Status": self.status}


@dataclass(frozen=True, slots=True)
class InvoiceUpdate(DocumentBase):
    """New content for an invoice that is in Xero: all of it, by POST with its id.

    Lines without a LineItemID replace the ones it has (Xero developer documentation, Invoices).
    """

    document: Id
    invoice: Invoice

    kind = Kind.INVOICE
    verb = "POST"

    @property
    def natural_key(self) -> str:
        return self.invoice.number

    def payload(self) -> dict[str, Any]:
        return {"InvoiceID": self.document} | self.invoice.payload()

    def expected(self) -> Totals | None:
        return self.invoice.expected()

    def charged(self) -> tuple[tuple[DocumentLine, ...], TaxMode]:
        return self.invoice.charged()

    def dated(self) -> Day:
        return self.invoice.date


Document = (
    Contact
    | Item
    | Invoice
    | InvoiceUpdate
    | DocumentStatusChange
    | CreditNote
    | InvoicePayment
    | BankTransaction
    | Allocation
    | CreditNoteRefund
    | StockAdjustment
)
