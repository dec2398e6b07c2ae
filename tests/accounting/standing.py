"""What a plan's documents are to the planner once they stand in Xero."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from accounting.history import Entry, History
from accounting.plan.plan import Plan
from xero.documents.documents import BankTransaction, CreditNote, Invoice
from xero.documents.settling import Allocation, CreditNoteRefund, InvoicePayment


def posted(plan: Plan, **changes: Any) -> History:
    """All documents of a plan as they stand in Xero."""
    entries = []
    for wanted in plan.documents:
        document = wanted.document
        entry = Entry(wanted.slot, document.kind, "", frozen=True, posted=True, status="AUTHORISED")
        totals = document.expected()
        if isinstance(document, Invoice | CreditNote | BankTransaction):
            assert totals is not None
            entry = replace(
                entry, key=_key(document), total=totals.total, tax=totals.total_tax,
                currency=document.currency, dated=document.date, lines=document.lines,
                mode=document.mode, contact=document.contact,
            )  # fmt: skip
            if isinstance(document, BankTransaction):
                entry = replace(entry, account=document.account)
        elif isinstance(document, Allocation):
            assert not isinstance(document.credit_note, str)
            assert not isinstance(document.invoice, str)
            entry = replace(
                entry, total=document.amount, settles=document.credit_note.key,
                against=document.invoice.key,
            )  # fmt: skip
        elif isinstance(document, InvoicePayment | CreditNoteRefund):
            settles = (
                document.invoice if isinstance(document, InvoicePayment) else document.credit_note
            )
            assert not isinstance(settles, str)
            entry = replace(
                entry, total=document.amount, settles=settles.key, account=document.account,
                dated=document.date,
            )  # fmt: skip
        entries.append(replace(entry, **changes))
    return History(tuple(entries))


def _key(document: Invoice | CreditNote | BankTransaction) -> str:
    return document.reference if isinstance(document, BankTransaction) else document.number
