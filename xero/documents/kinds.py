"""Kinds of Xero's documents, a row for each that says what it is; and how one document refers
to another before its id is known.

What differs only in a name or a fact stands in `SPECS` and nowhere else. What a document says
of itself are methods of its dataclass; what reads and writes is `sync`'s, keyed by kind there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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


class Measure(StrEnum):
    """What documents are counted as where shop, ledger and Xero are compared."""

    SALE = "sale"
    CREDIT = "credit"
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Resource:
    """Where Xero keeps things of one sort. `name` is what this program calls it, `envelope` the
    list that holds them in a request and in its answer; `keys` are unique in Xero, the best one
    first."""

    name: str
    envelope: str
    id_field: str
    keys: tuple[str, ...] = ()


CONTACTS: Final = Resource("contacts", "Contacts", "ContactID", ("ContactNumber", "Name"))
ITEMS: Final = Resource("items", "Items", "ItemID", ("Code",))
INVOICES: Final = Resource("invoices", "Invoices", "InvoiceID", ("InvoiceNumber",))
CREDIT_NOTES: Final = Resource("credit_notes", "CreditNotes", "CreditNoteID", ("CreditNoteNumber",))
PAYMENTS: Final = Resource("payments", "Payments", "PaymentID")
# Payments too, on credit notes: apart, so that the calls made for them can be told apart.
REFUNDS: Final = Resource("refunds", "Payments", "PaymentID")
BANK_TRANSACTIONS: Final = Resource("bank_transactions", "BankTransactions", "BankTransactionID")
ALLOCATIONS: Final = Resource("allocations", "Allocations", "AllocationID")


@dataclass(frozen=True, slots=True)
class KindSpec:
    """What is so of every document of a kind.

    name         what people call it
    resource     where it is written
    is_document  False: documents name it, it is none itself
    measure      what it is counted as; None: it is in no figure of a reconciliation
    has_balance  money and credit are put against it: Xero says what is left, and so does the
                 mirror's row of it
    on           the kind of document that it is put on, which its parent is
    address      the property of its payload that stands in the request's address instead
    repeatable   Xero keeps no key of it, and takes the same twice
    mirror       the mirror's list that has it
    history      the resource of notes in its history
    page         its page in Xero, `{}` for its id
    """

    kind: Kind
    name: str
    resource: Resource
    is_document: bool = True
    measure: Measure | None = None
    has_balance: bool = False
    on: Kind | None = None
    address: str = ""
    repeatable: bool = False
    mirror: str = ""
    history: str = ""
    page: str = ""


_ROWS: Final = (
    KindSpec(
        Kind.CONTACT, "Contact", CONTACTS,
        is_document=False, mirror="contacts", page="/Contacts/View/{}",
    ),
    KindSpec(Kind.ITEM, "Item", ITEMS, is_document=False, mirror="items"),
    # A bill's number may be given twice, as a supplier's credit's may.
    KindSpec(Kind.STOCK_INCREASE, "Stock increase", INVOICES, repeatable=True),
    KindSpec(Kind.STOCK_DECREASE, "Stock decrease", CREDIT_NOTES, repeatable=True),
    KindSpec(
        Kind.INVOICE, "Invoice", INVOICES,
        measure=Measure.SALE, has_balance=True, mirror="invoices", history="invoice_history",
        page="/AccountsReceivable/View.aspx?InvoiceID={}",
    ),
    KindSpec(
        Kind.CREDIT_NOTE, "Credit note", CREDIT_NOTES,
        measure=Measure.CREDIT, has_balance=True, mirror="credit_notes",
        history="credit_note_history",
        # Xero documents the payables form, this is its counterpart.
        page="/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={}",
    ),
    KindSpec(
        Kind.PAYMENT, "Payment", PAYMENTS,
        measure=Measure.PAYMENT, on=Kind.INVOICE, repeatable=True, mirror="payments",
    ),
    KindSpec(
        Kind.BANK_TRANSACTION, "Bank transaction", BANK_TRANSACTIONS,
        measure=Measure.SALE, repeatable=True, mirror="bank_transactions",
        history="bank_transaction_history",
    ),
    KindSpec(
        Kind.ALLOCATION, "Allocation", ALLOCATIONS,
        on=Kind.CREDIT_NOTE, address="CreditNote", repeatable=True,
    ),
    KindSpec(
        Kind.REFUND, "Refund", REFUNDS,
        measure=Measure.REFUND, on=Kind.CREDIT_NOTE, repeatable=True, mirror="payments",
    ),
)  # fmt: skip
# By kind, and by the text of it that the database keeps.
SPECS: Final[Mapping[str, KindSpec]] = {row.kind: row for row in _ROWS}


def _which(so: Callable[[KindSpec], bool]) -> tuple[Kind, ...]:
    return tuple(row.kind for row in _ROWS if so(row))


def counted_as(measure: str) -> tuple[Kind, ...]:
    """The kinds that are in a figure of a reconciliation."""
    return _which(lambda row: row.measure == measure)


# What documents name.
MASTER_DATA: Final = _which(lambda row: not row.is_document)
# What may stand for a sale, and what takes one back; both are to a customer.
SALES: Final = counted_as(Measure.SALE)
CREDITS: Final = counted_as(Measure.CREDIT)
TO_CUSTOMERS: Final = (*SALES, *CREDITS)
WITH_BALANCE: Final = _which(lambda row: row.has_balance)
# What is put against other documents; credit is put last.
MONEY: Final = _which(lambda row: row.on is not None)
OF_CREDIT: Final = _which(lambda row: row.on is Kind.CREDIT_NOTE)
# Money that moves on an account; an allocation moves none.
MOVED: Final = (*counted_as(Measure.PAYMENT), *counted_as(Measure.REFUND))
REPEATABLE: Final = _which(lambda row: row.repeatable)


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the id of a document that another posting creates."""

    kind: Kind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


Id = str | Ref
