"""Kinds of Xero's documents, and how one refers to another before its id is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of documents, in the order in which an organisation receives them."""

    CONTACT = "contact"
    ITEM = "item"
    STOCK_INCREASE = "stock_increase"
    STOCK_DECREASE = "stock_decrease"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    BANK_TRANSACTION = "bank_transaction"
    ALLOCATION = "allocation"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the id of a document that another posting creates."""

    kind: Kind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


Id = str | Ref


PLURAL = {
    Kind.CONTACT: "contacts",
    Kind.ITEM: "items",
    Kind.STOCK_INCREASE: "invoices",
    Kind.STOCK_DECREASE: "credit_notes",
    Kind.INVOICE: "invoices",
    Kind.CREDIT_NOTE: "credit_notes",
    Kind.PAYMENT: "payments",
    Kind.BANK_TRANSACTION: "bank_transactions",
    Kind.ALLOCATION: "allocations",
    Kind.REFUND: "refunds",
}


ENVELOPE = {
    Kind.CONTACT: "Contacts",
    Kind.ITEM: "Items",
    Kind.STOCK_INCREASE: "Invoices",
    Kind.STOCK_DECREASE: "CreditNotes",
    Kind.INVOICE: "Invoices",
    Kind.CREDIT_NOTE: "CreditNotes",
    Kind.PAYMENT: "Payments",
    Kind.BANK_TRANSACTION: "BankTransactions",
    Kind.ALLOCATION: "Allocations",
    Kind.REFUND: "Payments",
}
