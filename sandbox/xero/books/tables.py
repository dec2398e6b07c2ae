"""Which kinds of documents an organisation keeps, and by which keys each is found."""

from __future__ import annotations

from sandbox.xero.books.collection import Collection, fold
from sandbox.xero.wire import Doc


def _contact_of(doc: Doc) -> str | None:
    return (doc.get("Contact") or {}).get("ContactID")


def _live_sales_number(doc: Doc) -> str | None:
    """Numbers of sales invoices are unique; a deleted draft gives its number back."""
    if doc["Type"] != "ACCREC" or doc["Status"] == "DELETED":
        return None
    return doc.get("InvoiceNumber")


def _invoice_number(doc: Doc) -> str | None:
    return doc.get("InvoiceNumber")


def tables() -> dict[str, Collection]:
    """An empty collection for each kind, with the keys by which it is found."""
    return {
        "Accounts": Collection("AccountID", {"number": lambda d: d.get("Code")}),
        "TaxRates": Collection("_id"),
        "Currencies": Collection("_id"),
        "TrackingCategories": Collection("TrackingCategoryID"),
        "BrandingThemes": Collection("BrandingThemeID"),
        "Contacts": Collection(
            "ContactID",
            {
                "number": lambda d: d.get("ContactNumber"),
                "name": lambda d: fold(d.get("Name")),
                "email": lambda d: fold(d.get("EmailAddress")),
            },
        ),
        "Items": Collection("ItemID", {"number": lambda d: d.get("Code")}),
        "Invoices": Collection(
            "InvoiceID",
            {
                "live": _live_sales_number,
                "number": _invoice_number,
                "contact": _contact_of,
                "reference": lambda d: d.get("Reference"),
            },
        ),
        "CreditNotes": Collection(
            "CreditNoteID",
            {"number": lambda d: d.get("CreditNoteNumber"), "contact": _contact_of},
        ),
        "Payments": Collection("PaymentID", {"target": lambda d: d.get("_target")}),
        "BankTransactions": Collection("BankTransactionID", {"contact": _contact_of}),
        "Overpayments": Collection("OverpaymentID", {"contact": _contact_of}),
        "Prepayments": Collection("PrepaymentID", {"contact": _contact_of}),
        "Allocations": Collection("AllocationID"),
        "History": Collection("_id"),
    }
