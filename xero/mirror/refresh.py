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

from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from connector.lib.errors import Temporary
from xero.api.gateway import Gateway, Reply
from xero.api.replies import elements
from xero.mirror.elements import (
    DOCUMENTS_OF,
    forget_items,
    remember_bank_transactions,
    remember_contacts,
    remember_documents,
    remember_items,
    remember_payments,
)
from xero.models import (
    Lane,
    MirrorCursor,
    Organisation,
)
from xero.transport import call_seconds

PAGE_SIZE: Final = 1000

Kind = MirrorCursor.Kind

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
                forget_items(organisation, found, began)
        elif cursor.kind == Kind.PAYMENTS:
            remember_payments(organisation, found)
        elif cursor.kind == Kind.BANK_TRANSACTIONS:
            remember_bank_transactions(organisation, found)
        else:
            remember_documents(organisation, DOCUMENTS_OF[Kind(cursor.kind)], found)
    return True
