"""What a document puts on which account with which tax type, in integers: pure.

Kept beside a posting, so that a hundred thousand of them are summed without reading payloads.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from connector.lib.money import ZERO, round_to, to_units
from xero.documents.documents import BankTransaction, CreditNote, Document, Invoice, InvoiceUpdate
from xero.documents.lines import DocumentLine, TaxMode
from xero.documents.settling import Allocation, Payment, Refund


def breakdown_of(document: Document) -> list[list[Any]] | None:
    """`[[account, tax type, net, tax], …]` of an invoice, credit note or bank transaction, one
    entry for each pair; `[[account, amount]]` of a payment or refund; None for the rest.

    Amounts are in ten-thousandths, in the document's currency and with its signs.
    """
    match document:
        case InvoiceUpdate():
            return summed(document.invoice.lines, document.invoice.mode)
        case Invoice() | CreditNote() | BankTransaction():
            return summed(document.lines, document.mode)
        case Payment() | Refund():
            return [[document.account, to_units(document.amount)]]
    return None


def date_of(document: Document) -> date | None:
    """The date that a document bears; None where it has none."""
    match document:
        case InvoiceUpdate():
            return document.invoice.date
        case Invoice() | CreditNote() | Payment() | Refund() | BankTransaction() | Allocation():
            return document.date
    return None


def summed(lines: tuple[DocumentLine, ...], mode: TaxMode) -> list[list[Any]]:
    """The sums of some lines, as `breakdown_of` has them."""
    sums: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        tax = round_to(line.tax(mode))
        net = line.amount - (tax if mode is TaxMode.INCLUSIVE else ZERO)
        pair = sums.setdefault((line.account, line.tax_type), [0, 0])
        pair[0] += to_units(net)
        pair[1] += to_units(tax)
    return [[account, tax_type, *amounts] for (account, tax_type), amounts in sums.items()]
