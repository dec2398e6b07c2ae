"""The local copy of contacts, of invoices and credit notes without lines, of payments, of money
received without an invoice, and of items.

Read once in pages of 1,000 (items, which Xero does not page, in one), then kept fresh with
If-Modified-Since; our own writes are put in directly. So a known customer and a free number
cost no call.

Pages are ordered by id. New rows then only push others to later pages, where they are met
again; ordered by the time of change, a row that changes while it is read would pull one that
was not read yet into a page that was. A row met twice is stored twice, the newer one wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models, transaction
from django.db.models import Q

from connector.lib import clock
from connector.lib.errors import Temporary
from connector.lib.money import ZERO, plain, round_to, to_units
from xero.api.gateway import Gateway, Reply
from xero.api.replies import amount, day, elements, moment, text
from xero.documents.contact_details import details_of
from xero.documents.facts import ContactFacts, ItemFacts
from xero.documents.payloads import transform
from xero.models import (
    Lane,
    MirrorBankTransaction,
    MirrorContact,
    MirrorCursor,
    MirrorDocument,
    MirrorItem,
    MirrorPayment,
    Organisation,
)
from xero.models.mirror import OVERLAP, likeness, normal_email, normal_name
from xero.transport import call_seconds

PAGE_SIZE: Final = 1000

Kind = MirrorCursor.Kind
Element = Mapping[str, Any]

# Beside page, pageSize and If-Modified-Since. `summaryOnly` leaves out lines and payments;
# of contacts it might leave out what they were merged into, so it is not used there.
_ASKED: Final[dict[str, dict[str, Any]]] = {
    Kind.CONTACTS: {"include_archived": True, "order": "ContactID ASC"},
    Kind.INVOICES: {
        "where": 'Type=="ACCREC"',
        "summary_only": True,
        "order": "InvoiceId ASC",
    },
    Kind.CREDIT_NOTES: {"where": 'Type=="ACCRECCREDIT"', "order": "CreditNoteID ASC"},
    Kind.ITEMS: {},
    Kind.PAYMENTS: {"order": "PaymentID ASC"},
    Kind.BANK_TRANSACTIONS: {
        "where": 'Type=="RECEIVE" OR Type=="RECEIVE-OVERPAYMENT"',
        "order": "BankTransactionID ASC",
    },
}
# Of all payments those of customers; a payment that does not say what it is counts as one.
_OF_CUSTOMERS: Final = ("ACCRECPAYMENT", "ARCREDITPAYMENT", "")

_DOCUMENTS_OF: Final = {
    Kind.INVOICES: MirrorDocument.Kind.INVOICE,
    Kind.CREDIT_NOTES: MirrorDocument.Kind.CREDIT_NOTE,
}
_LIST_OF: Final = {document: listed for listed, document in _DOCUMENTS_OF.items()}


class BeingRead(Temporary):
    """Another process is reading the list; it, or its lease, comes to an end soon."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} are being read by another worker.", retry_after=5)


def refresh(
    organisation: Organisation, kind: Kind, *, lane: Lane = Lane.LIVE, whole: bool = False
) -> bool:
    """Read what changed since the last time, page by page. True when the copy is complete.

    `whole`: read everything, where a change may not have moved its UpdatedDateUTC.
    False: another process is reading it. What has been read stays if a call fails (with the
    gateway's errors), and the next refresh goes on with the page after it.
    """
    gateway = Gateway(organisation, lane)
    cursor, _ = MirrorCursor.objects.get_or_create(organisation=organisation, kind=kind)
    if not cursor.claim(_lease(), whole=whole):
        return False
    try:
        while cursor.run_started_at is not None:
            reply = _read_page(gateway, cursor)
            if not _store_page(organisation, cursor, reply):
                return False
    finally:
        cursor.let_go()
    return True


def is_fresh(organisation: Organisation, kind: Kind, *, max_age: timedelta) -> bool:
    """Whether the list was read to its end, by a run that began within `max_age`."""
    return MirrorCursor.objects.filter(
        organisation=organisation, kind=kind, position__gt=clock.now() - max_age
    ).exists()


def known_up_to(organisation: Organisation, kind: Kind) -> datetime | None:
    """The moment up to which changes of the list are known, with the overlap taken off; None
    if it was never read to its end."""
    row = MirrorCursor.objects.filter(organisation=organisation, kind=kind).first()
    if row is None or row.position is None:
        return None
    return row.run_since or row.position - OVERLAP


def has_read(organisation: Organisation, kind: Kind) -> bool:
    """Whether the list has been read to its end at least once, and nobody doubts it."""
    return MirrorCursor.objects.filter(
        organisation=organisation, kind=kind, position__isnull=False
    ).exists()


def is_complete(organisation: Organisation) -> bool:
    """Whether every list has been read to its end at least once."""
    return all(read_at(organisation, kind) for kind in Kind)


def read_at(organisation: Organisation, kind: Kind) -> datetime | None:
    """The moment up to which a list is known; None if it was never read to its end."""
    cursors = MirrorCursor.objects.filter(organisation=organisation, kind=kind)
    return cursors.values_list("position", flat=True).first()


def read_anew(organisation: Organisation, kind: Kind) -> None:
    """Have the next refresh read the whole list, unless one is under way."""
    idle = MirrorCursor.objects.filter(organisation=organisation, kind=kind)
    idle.filter(run_started_at=None).update(position=None)


def find_contacts(
    organisation: Organisation,
    *,
    contact_ids: Iterable[str] = (),
    contact_numbers: Iterable[str] = (),
    emails: Iterable[str] = (),
    names: Iterable[str] = (),
) -> list[ContactFacts]:
    """Contacts that agree with any key, archived ones too, and those they were merged into."""
    rows = organisation.contacts.matching(
        contact_ids=contact_ids, contact_numbers=contact_numbers, emails=emails, names=names
    )
    found = {row.contact_id: row.facts() for row in rows}
    while missing := {c.merged_to for c in found.values() if c.merged_to} - found.keys():
        targets = {
            r.contact_id: r.facts() for r in organisation.contacts.matching(contact_ids=missing)
        }
        if not targets:
            break
        found |= targets
    return sorted(found.values(), key=lambda contact: contact.contact_id)


def find_documents(
    organisation: Organisation, kind: MirrorDocument.Kind, numbers: Iterable[str]
) -> list[MirrorDocument]:
    """Invoices or credit notes that bear one of the numbers, voided and deleted ones too."""
    rows = organisation.documents.filter(kind=kind, number__in=set(filter(None, numbers)))
    return list(rows.order_by("number", "xero_id"))


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
        _lock(organisation, _LIST_OF[kind])
        rows = [_document(kind, e) for e in found]
        _keep(organisation, MirrorDocument, rows, ["kind", "xero_id"])


def find_items(
    organisation: Organisation, *, codes: Iterable[str] = (), item_ids: Iterable[str] = ()
) -> list[ItemFacts]:
    """Items with one of the codes, in whatever case, or one of the ids, by code."""
    keys = {code_key(code) for code in codes}
    wanted = Q(code_key__in=keys) | Q(item_id__in=set(filter(None, item_ids)))
    return [row.facts() for row in organisation.items.filter(wanted).order_by("code", "item_id")]


def remember_items(
    organisation: Organisation, found: Iterable[Element], *, tracked_since: datetime | None
) -> None:
    """Likewise items. Of one that was not known as tracked, tracking began at or after
    `tracked_since`."""
    rows = [_item(e) for e in found]
    with transaction.atomic():
        _lock(organisation, Kind.ITEMS)
        for start in range(0, len(rows), PAGE_SIZE):
            _keep_items(organisation, rows[start : start + PAGE_SIZE], tracked_since)


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


def _forget_items(organisation: Organisation, found: Iterable[Element], began: datetime) -> None:
    """Items that a whole list lacks are gone, but for those written since it was asked for."""
    there = {element["ItemID"] for element in found}
    older = organisation.items.filter(seen_at__lt=began)
    gone = [pk for pk, item_id in older.values_list("pk", "item_id") if item_id not in there]
    for start in range(0, len(gone), PAGE_SIZE):
        older.filter(pk__in=gone[start : start + PAGE_SIZE]).delete()


def code_key(code: str) -> str:
    """An item's code as it is compared: trimmed and case folded."""
    return code.strip().casefold()


def remember_payments(organisation: Organisation, found: Iterable[Element]) -> None:
    """Likewise payments on invoices and on credit notes."""
    of_customers = [e for e in found if text(e.get("PaymentType")) in _OF_CUSTOMERS]
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


def _lease() -> timedelta:
    """Long enough for one page: a slot, a call to its deadline, and the store."""
    return timedelta(seconds=2 * call_seconds())


def _read_page(gateway: Gateway, cursor: MirrorCursor) -> Reply:
    asked = dict(_ASKED[cursor.kind])
    if cursor.run_since is not None:
        asked["if_modified_since"] = cursor.run_since.replace(microsecond=0)
    if cursor.kind == Kind.ITEMS:
        return gateway.read(cursor.kind, **asked)
    return gateway.read(cursor.kind, page=cursor.next_page, page_size=PAGE_SIZE, **asked)


def _store_page(organisation: Organisation, cursor: MirrorCursor, reply: Reply) -> bool:
    """Rows and progress in one transaction; False if the claim was lost meanwhile."""
    found = elements(cursor.kind, reply.json)
    pages = (reply.json.get("pagination") or {}).get("pageCount")
    done = not found or (pages is not None and cursor.next_page >= pages)
    done = done or cursor.kind == Kind.ITEMS
    before, began, whole = cursor.position, cursor.run_started_at, cursor.run_since is None
    with transaction.atomic():
        if not cursor.advance(_lease(), done=done):
            return False
        if cursor.kind == Kind.CONTACTS:
            remember_contacts(organisation, found)
        elif cursor.kind == Kind.ITEMS:
            assert began is not None
            remember_items(organisation, found, tracked_since=before)
            if whole:
                _forget_items(organisation, found, began)
        elif cursor.kind == Kind.PAYMENTS:
            remember_payments(organisation, found)
        elif cursor.kind == Kind.BANK_TRANSACTIONS:
            remember_bank_transactions(organisation, found)
        else:
            remember_documents(organisation, _DOCUMENTS_OF[Kind(cursor.kind)], found)
    return True


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
    invoice = kind == MirrorDocument.Kind.INVOICE
    due = element.get("AmountDue" if invoice else "RemainingCredit")
    return {
        "kind": kind,
        "xero_id": element["InvoiceID" if invoice else "CreditNoteID"],
        "number": text(element.get("InvoiceNumber" if invoice else "CreditNoteNumber")),
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
