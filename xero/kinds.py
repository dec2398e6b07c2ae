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
