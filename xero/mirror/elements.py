"""Xero's elements as rows of the local copy: the newest stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction

from connector.lib import clock
from connector.lib.money import ZERO, plain, round_to, to_units
from xero.api.replies import amount, day, moment, text
from xero.documents.contact_details import details_of
from xero.documents.kinds import SPECS
from xero.documents.payloads import transform
from xero.mirror.known import code_key
from xero.models import (
    MirrorBankTransaction,
    MirrorContact,
    MirrorCursor,
    MirrorDocument,
    MirrorItem,
    MirrorPayment,
    Organisation,
)
from xero.models.cursor import LIST_OF
from xero.models.mirror import likeness, normal_email, normal_name

_BATCH: Final = 1000


Kind = MirrorCursor.Kind


Element = Mapping[str, Any]


# Of all payments those of customers; a payment that does not say what it is counts as one.
OF_CUSTOMERS: Final = ("ACCRECPAYMENT", "ARCREDITPAYMENT", "")


DOCUMENTS_OF: Final = {listed: document for document, listed in LIST_OF.items()}


def remember_contacts(organisation: Organisation, found: Iterable[Element]) -> None:
    """Put contacts as Xero answered them (ours, or read on an event) into the mirror."""
    with transaction.atomic():
        _lock(organisation, Kind.CONTACTS)
        _keep(organisation, MirrorContact, [_contact(e) for e in found], ["contact_id"])


def remember_documents(
    organisation: Organisation, kind: MirrorDocument.Kind, found: Iterable[Element]
) -> None:
    """Likewise invoices or credit notes."""
    with transaction.atomic():
        _lock(organisation, LIST_OF[kind])
        rows = [_document(kind, e) for e in found]
        _keep(organisation, MirrorDocument, rows, ["kind", "xero_id"])


def remember_items(
    organisation: Organisation, found: Iterable[Element], *, tracked_since: datetime | None
) -> None:
    """Likewise items. Of one that was not known as tracked, tracking began at or after
    `tracked_since`."""
    rows = [_item(e) for e in found]
    with transaction.atomic():
        _lock(organisation, Kind.ITEMS)
        for start in range(0, len(rows), _BATCH):
            _keep_items(organisation, rows[start : start + _BATCH], tracked_since)


def _keep_items(
    organisation: Organisation, rows: list[dict[str, Any]], tracked_since: datetime | None
) -> None:
    known = organisation.items.filter(item_id__in=[row["item_id"] for row in rows])
    began = {row.item_id: row.tracked_since if row.is_tracked else tracked_since for row in known}
    for row in rows:
        since = began.get(row["item_id"], tracked_since)
        row["tracked_since"] = since if row["is_tracked"] else None
    _keep(organisation, MirrorItem, rows, ["item_id"])


def doubt_items(organisation: Organisation) -> None:
    """Some item is not as it is remembered: all are read anew before they are relied upon."""
    cursors = MirrorCursor.objects.filter(organisation=organisation, kind=Kind.ITEMS)
    cursors.update(position=None)


def forget_items(organisation: Organisation, found: Iterable[Element], began: datetime) -> None:
    """Items that a whole list lacks are gone, but for those written since it was asked for."""
    there = {element["ItemID"] for element in found}
    older = organisation.items.filter(seen_at__lt=began)
    gone = [pk for pk, item_id in older.values_list("pk", "item_id") if item_id not in there]
    for start in range(0, len(gone), _BATCH):
        older.filter(pk__in=gone[start : start + _BATCH]).delete()


def remember_payments(organisation: Organisation, found: Iterable[Element]) -> None:
    """Likewise payments on invoices and on credit notes."""
    of_customers = [e for e in found if text(e.get("PaymentType")) in OF_CUSTOMERS]
    with transaction.atomic():
        _lock(organisation, Kind.PAYMENTS)
        rows = [row for row in map(_payment, of_customers) if row["document_id"]]
        _keep(organisation, MirrorPayment, rows, ["payment_id"])


def remember_bank_transactions(organisation: Organisation, found: Iterable[Element]) -> None:
    """Likewise money received without an invoice, or beyond one."""
    with transaction.atomic():
        _lock(organisation, Kind.BANK_TRANSACTIONS)
        rows = [_bank_transaction(e) for e in found]
        _keep(organisation, MirrorBankTransaction, rows, ["bank_transaction_id"])


def _lock(organisation: Organisation, kind: str) -> None:
    """Until the commit nobody else stores rows of this list: the newer one is to win."""
    cursors = MirrorCursor.objects.select_for_update().filter(organisation=organisation, kind=kind)
    list(cursors.values_list("pk"))


def _keep(
    organisation: Organisation,
    model: type[models.Model],
    rows: list[dict[str, Any]],
    key: list[str],
) -> None:
    """Insert or update; a row that is known in a newer state is left alone."""
    newest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        identity = tuple(row[name] for name in key)
        if identity not in newest or _not_older(row, newest[identity]["updated_utc"]):
            newest[identity] = row
    last = key[-1]
    stored = model._default_manager.filter(
        organisation=organisation,
        **{f"{last}__in": [row[last] for row in newest.values()]},
    ).values_list(*key, "updated_utc")
    known = {tuple(identity): updated for *identity, updated in stored}
    fresh = [row for identity, row in newest.items() if _not_older(row, known.get(identity))]
    columns = [f.name for f in model._meta.fields if f.name not in ("id", "organisation", *key)]
    if fresh:
        model._default_manager.bulk_create(
            [
                model(organisation=organisation, **row)
                for row in sorted(fresh, key=lambda row: [str(row[name]) for name in key])
            ],
            update_conflicts=True,
            unique_fields=["organisation", *key],
            update_fields=columns,
        )


def _not_older(row: Mapping[str, Any], known: datetime | None) -> bool:
    updated = row["updated_utc"]
    return known is None or updated is None or updated >= known


def _contact(element: Element) -> dict[str, Any]:
    name, email = text(element.get("Name")), text(element.get("EmailAddress"))
    return {
        "contact_id": element["ContactID"],
        "name": name,
        "name_key": normal_name(name),
        "email": email,
        "email_key": normal_email(email),
        "contact_number": text(element.get("ContactNumber")),
        "account_number": text(element.get("AccountNumber")),
        "status": text(element.get("ContactStatus")),
        "merged_to": text(element.get("MergedToContactID")),
        "likeness": likeness(name),
        "details": details_of(element) if "Addresses" in element else None,
        "terms": _sales_terms(element),
        "updated_utc": moment(element.get("UpdatedDateUTC")),
    }


def _sales_terms(element: Element) -> dict[str, Any]:
    """`{"day": 20, "type": "OFFOLLOWINGMONTH"}`, empty where the contact has none."""
    terms = (element.get("PaymentTerms") or {}).get("Sales") or {}
    number, kind = amount(terms.get("Day")), text(terms.get("Type"))
    return {"day": int(number), "type": kind} if number is not None and kind else {}


_DETAILS: Final = (
    "Name", "Description", "PurchaseDescription", "InventoryAssetAccountCode", "IsSold",
    "IsPurchased", "SalesDetails", "PurchaseDetails",
)  # fmt: skip


def _item(element: Element) -> dict[str, Any]:
    code = text(element.get("Code"))
    details = {key: element[key] for key in _DETAILS if element.get(key) not in (None, "")}
    quantity, pool = amount(element.get("QuantityOnHand")), amount(element.get("TotalCostPool"))
    return {
        "item_id": element["ItemID"],
        "code": code,
        "code_key": code_key(code),
        "name": text(element.get("Name"))[:200],
        "is_tracked": element.get("IsTrackedAsInventory") is True,
        "quantity_units": None if quantity is None else to_units(round_to(quantity, 4)),
        "cost_pool_units": None if pool is None else to_units(round_to(pool, 4)),
        "details": transform(details, number=plain, ref=str),
        "updated_utc": moment(element.get("UpdatedDateUTC")),
        "seen_at": clock.now(),
    }


def _document(kind: MirrorDocument.Kind, element: Element) -> dict[str, Any]:
    resource, invoice = SPECS[kind].resource, kind == MirrorDocument.Kind.INVOICE
    due = element.get("AmountDue" if invoice else "RemainingCredit")
    return {
        "kind": kind,
        "xero_id": element[resource.id_field],
        "number": text(element.get(resource.keys[0])),
        "status": text(element.get("Status")),
        "currency": text(element.get("CurrencyCode")),
        "date": day(element.get("Date")),
        "total": to_units(amount(element.get("Total")) or ZERO),
        "tax": to_units(amount(element.get("TotalTax")) or ZERO),
        "amount_due": to_units(amount(due) or ZERO),
        "credited": to_units(amount(element.get("AmountCredited")) or ZERO) if invoice else None,
        "contact_id": text((element.get("Contact") or {}).get("ContactID")),
        "reference": text(element.get("Reference")),
        "updated_utc": moment(element.get("UpdatedDateUTC")),
    }


def _payment(element: Element) -> dict[str, Any]:
    invoice, note = element.get("Invoice") or {}, element.get("CreditNote") or {}
    account = element.get("Account") or {}
    return {
        "payment_id": element["PaymentID"],
        "document_id": text(invoice.get("InvoiceID") or note.get("CreditNoteID")),
        "status": text(element.get("Status")),
        "date": day(element.get("Date")),
        "amount": to_units(amount(element.get("Amount")) or ZERO),
        "account_id": text(account.get("AccountID")),
        "account_code": text(account.get("Code")),
        "reference": text(element.get("Reference")),
        "is_reconciled": element.get("IsReconciled") is True,
        "updated_utc": moment(element.get("UpdatedDateUTC")),
    }


def _bank_transaction(element: Element) -> dict[str, Any]:
    return {
        "bank_transaction_id": element["BankTransactionID"],
        "type": text(element.get("Type")),
        "status": text(element.get("Status")),
        "contact_id": text((element.get("Contact") or {}).get("ContactID")),
        "date": day(element.get("Date")),
        "total": to_units(amount(element.get("Total")) or ZERO),
        "reference": text(element.get("Reference")),
        "updated_utc": moment(element.get("UpdatedDateUTC")),
    }
