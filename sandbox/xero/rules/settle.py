"""What is due, paid and credited, and when that turns a document into PAID and back.

A target is a document that money can be put against: an invoice, a credit note, an overpayment
or a prepayment. `_payments` and `_allocations` on a document list ids.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.xero.books.organisation import Organisation
from sandbox.xero.rules.arithmetic import ZERO
from sandbox.xero.wire import Doc

# kind of target: (name in a payment or allocation, id field, field of what is left)
TARGETS = {
    "Invoices": ("Invoice", "InvoiceID", "AmountDue"),
    "CreditNotes": ("CreditNote", "CreditNoteID", "RemainingCredit"),
    "Overpayments": ("Overpayment", "OverpaymentID", "RemainingCredit"),
    "Prepayments": ("Prepayment", "PrepaymentID", "RemainingCredit"),
}


def start(doc: Doc, kind: str) -> None:
    """Give a new document, or one with a new total, its amounts."""
    doc.setdefault("_payments", [])
    doc.setdefault("_allocations", [])
    if kind == "Invoices":
        doc.setdefault("AmountPaid", ZERO)
        doc.setdefault("AmountCredited", ZERO)
        doc["AmountDue"] = doc["Total"] - doc["AmountPaid"] - doc["AmountCredited"]
    else:
        doc["RemainingCredit"] = doc["Total"] - doc.setdefault("AppliedAmount", ZERO)
    _flip(doc, kind)


def _flip(doc: Doc, kind: str) -> None:
    left = doc[TARGETS[kind][2]]
    if doc["Status"] == "AUTHORISED" and left == ZERO:
        doc["Status"] = "PAID"
        doc["FullyPaidOnDate"] = doc["Date"]
    elif doc["Status"] == "PAID" and left != ZERO:
        doc["Status"] = "AUTHORISED"
        doc.pop("FullyPaidOnDate", None)


def left(doc: Doc, kind: str) -> Decimal:
    """What can still be put against the document."""
    amount: Decimal = doc[TARGETS[kind][2]]
    return amount


def touched(doc: Doc) -> bool:
    """Whether money or a credit stands against the document."""
    return bool(doc.get("_payments") or doc.get("_allocations"))


def pay(org: Organisation, kind: str, doc: Doc, payment: Doc, sign: int = 1) -> None:
    """Put a payment against the document, or (sign -1) take it away again."""
    _list(doc["_payments"], payment["PaymentID"], sign)
    name = "AmountPaid" if kind == "Invoices" else "AppliedAmount"
    _move(org, kind, doc, name, payment["Amount"] * sign, payment["Date"])


def credit(org: Organisation, kind: str, doc: Doc, allocation: Doc, sign: int = 1) -> None:
    """Put an allocation against either side of it, or take it away again."""
    _list(doc["_allocations"], allocation["AllocationID"], sign)
    name = "AmountCredited" if kind == "Invoices" else "AppliedAmount"
    _move(org, kind, doc, name, allocation["Amount"] * sign, allocation["Date"])


def _list(ids: list[str], key: str, sign: int) -> None:
    if sign > 0:
        ids.append(key)
    else:
        ids.remove(key)


def _move(org: Organisation, kind: str, doc: Doc, name: str, amount: Decimal, on: object) -> None:
    doc[name] += amount
    doc[TARGETS[kind][2]] -= amount
    _flip(doc, kind)
    if doc["Status"] == "PAID":
        doc["FullyPaidOnDate"] = on
    org.save(kind, doc)
