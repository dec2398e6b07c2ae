"""Xero's documents before they are sent: frozen dataclasses, their payloads and totals.

A payload is a plain dict as Xero's Accounting API takes it, with Decimal numbers, dates as
YYYY-MM-DD, and `Ref` where an id is not known yet. Totals follow Xero's arithmetic: each line
is rounded to cents, tax is computed per line, and the document's tax is the sum (Xero
developer documentation, Rounding in Xero).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connector.lib.money import ZERO, plain, round_to, trim


class Kind(StrEnum):
    """Kinds of documents, in the order in which an organisation receives them."""

    CONTACT = "contact"
    ITEM = "item"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    BANK_TRANSACTION = "bank_transaction"
    ALLOCATION = "allocation"
    REFUND = "refund"


class TaxMode(StrEnum):
    """Xero's LineAmountTypes."""

    EXCLUSIVE = "Exclusive"
    INCLUSIVE = "Inclusive"
    NO_TAX = "NoTax"


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the id of a document that another posting creates."""

    kind: Kind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


Id = str | Ref


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
    """One line. `rate` is the tax type's effective percentage; `tax_amount` overrides it."""

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

    @property
    def amount(self) -> Decimal:
        return round_to(self.quantity * self.unit_amount)

    def tax(self, mode: TaxMode) -> Decimal:
        if self.tax_amount is not None:
            return self.tax_amount
        return line_tax(self.amount, self.rate, mode)

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Description": self.description,
            "Quantity": self.quantity,
            "UnitAmount": trim(self.unit_amount),
            "AccountID" if self.account_is_id else "AccountCode": self.account,
            "TaxType": self.tax_type,
        }
        if self.tax_amount is not None:
            body["TaxAmount"] = trim(self.tax_amount)
        if self.item_code:
            body["ItemCode"] = self.item_code
        if self.tracking:
            body["Tracking"] = [{"Name": name, "Option": option} for name, option in self.tracking]
        return body


def line_totals(lines: tuple[DocumentLine, ...], mode: TaxMode) -> Totals:
    """What Xero will answer for these lines."""
    amounts = sum((line.amount for line in lines), ZERO)
    tax = sum((line.tax(mode) for line in lines), ZERO)
    if mode is TaxMode.INCLUSIVE:
        return Totals(round_to(amounts - tax), round_to(tax), round_to(amounts))
    return Totals(round_to(amounts), round_to(tax), round_to(amounts + tax))


@dataclass(frozen=True, slots=True)
class Contact:
    """`existing_id` set: an update of that contact; empty: a new one."""

    key: str
    name: str
    contact_number: str = ""
    fields: tuple[tuple[str, Any], ...] = ()
    existing_id: str = ""

    kind = Kind.CONTACT

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ContactID": self.existing_id} if self.existing_id else {}
        body["Name"] = self.name
        if self.contact_number:
            body["ContactNumber"] = self.contact_number
        return body | dict(self.fields)

    def expected(self) -> Totals | None:
        return None


@dataclass(frozen=True, slots=True)
class Invoice:
    """A sales invoice (ACCREC)."""

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

    kind = Kind.INVOICE

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


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received for an invoice. `account` is a code, or an AccountID."""

    invoice: Id
    account: str
    date: Day
    amount: Decimal
    reference: str
    account_is_id: bool = False
    currency_rate: Decimal | None = None

    kind = Kind.PAYMENT

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Invoice": {"InvoiceID": self.invoice},
            "Account": {"AccountID" if self.account_is_id else "Code": self.account},
            "Date": self.date.isoformat(),
            "Amount": trim(self.amount),
            "Reference": self.reference,
        }
        if self.currency_rate is not None:
            body["CurrencyRate"] = self.currency_rate
        return body

    def expected(self) -> Totals | None:
        return None


Document = Contact | Invoice | Payment


def transform(value: Any, *, number: Callable[[Decimal], Any], ref: Callable[[Ref], Any]) -> Any:
    """A copy of a payload with every Decimal and every Ref replaced."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Ref):
        return ref(value)
    if isinstance(value, dict):
        return {key: transform(item, number=number, ref=ref) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [transform(item, number=number, ref=ref) for item in value]
    return value


def shown(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload for a person or a preview: numbers as plain text, `{"$ref": …}` for ids."""
    result: dict[str, Any] = transform(payload, number=plain, ref=lambda ref: {"$ref": str(ref)})
    return result


def stored(payload: dict[str, Any]) -> str:
    """The payload as text for the outbox: exact numbers as `{"$n": "12.50"}`, ids as refs."""
    marked = transform(
        payload, number=lambda n: {"$n": plain(n)}, ref=lambda ref: {"$ref": str(ref)}
    )
    return json.dumps(marked, ensure_ascii=False, separators=(",", ":"))


def loaded(text: str, ids: Callable[[str], str]) -> dict[str, Any]:
    """The payload of `stored`, with Decimals again and each ref replaced by `ids(ref)`."""

    def unmark(value: dict[str, Any]) -> Any:
        if len(value) == 1:
            if "$n" in value:
                return Decimal(value["$n"])
            if "$ref" in value:
                return ids(value["$ref"])
        return value

    result: dict[str, Any] = json.loads(text, object_hook=unmark)
    return result
