"""The kinds of resource: their ids, how they are found, written and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.xero.api import views
from sandbox.xero.documents import (
    bank,
    contacts,
    credit_notes,
    invoices,
    items,
    payments,
    reference,
)
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc

Write = Callable[[Call, Doc], Doc]
Change = Callable[[Call, Doc, Doc], Doc]


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource. What is None is not offered: the answer is 405."""

    name: str
    id_field: str
    view: views.View
    create: Write | None = None
    upsert: Write | None = None
    update: Change | None = None
    number_field: str | None = None
    error_flag: str = "HasValidationErrors"
    paged: bool = False
    lines: bool = False
    statuses: bool = True


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "Invoices",
            "InvoiceID",
            views.invoice,
            invoices.create,
            invoices.upsert,
            invoices.update,
            number_field="InvoiceNumber",
            error_flag="HasErrors",
            paged=True,
            lines=True,
        ),
        Kind(
            "CreditNotes",
            "CreditNoteID",
            views.credit,
            credit_notes.create,
            credit_notes.upsert,
            credit_notes.update,
            number_field="CreditNoteNumber",
            error_flag="HasErrors",
            paged=True,
            lines=True,
        ),
        Kind(
            "Contacts",
            "ContactID",
            views.contact,
            contacts.create,
            contacts.upsert,
            contacts.update,
            number_field="ContactNumber",
            paged=True,
        ),
        Kind(
            "Payments",
            "PaymentID",
            views.payment,
            payments.create,
            payments.create,
            payments.delete,
            paged=True,
        ),
        Kind(
            "BankTransactions",
            "BankTransactionID",
            views.bank_transaction,
            bank.create,
            bank.upsert,
            bank.update,
            error_flag="HasErrors",
            paged=True,
            lines=True,
        ),
        Kind("Overpayments", "OverpaymentID", views.credit, paged=True, lines=True),
        Kind("Prepayments", "PrepaymentID", views.credit, paged=True, lines=True),
        Kind(
            "Items",
            "ItemID",
            views.item,
            items.create,
            items.upsert,
            items.update,
            number_field="Code",
        ),
        Kind(
            "Accounts",
            "AccountID",
            views.plain,
            reference.create_account,
            None,
            reference.update_account,
        ),
        Kind("TaxRates", "_id", views.plain),
        Kind("Currencies", "_id", views.plain, reference.create_currency),
        Kind(
            "TrackingCategories",
            "TrackingCategoryID",
            views.plain,
            reference.create_category,
        ),
        Kind("BrandingThemes", "BrandingThemeID", views.plain),
    )
}
