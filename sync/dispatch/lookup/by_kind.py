"""What is done for each kind of document, a row for each.

Which names and facts a kind has is `xero.documents.kinds`; here is what reads and writes: how one
is found whose fate nobody knows, and how one that was written comes into the mirror.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from connector.lib import clock
from sync.dispatch.lookup import changes as lookup_changes
from sync.dispatch.lookup import contacts as lookup_contacts
from sync.dispatch.lookup import documents as lookup_documents
from sync.dispatch.lookup import items as lookup_items
from sync.dispatch.lookup import money as lookup_money
from sync.dispatch.lookup import stock as lookup_stock
from sync.dispatch.lookup.bank import bank_transactions
from sync.dispatch.lookup.verdicts import Findings, Pairs
from sync.models import Dispatch
from xero.api.gateway import Gateway
from xero.api.replies import ElementResult
from xero.documents.kinds import Kind
from xero.mirror.elements import (
    doubt_items,
    remember_bank_transactions,
    remember_contacts,
    remember_documents,
    remember_items,
    remember_payments,
)
from xero.models import MirrorDocument, Organisation

Finder = Callable[[Dispatch, Gateway, Pairs], Findings]
Elements = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Handling:
    """`find` says what became of documents of which nobody knows whether Xero has them;
    `find_change` of changes, where those are found otherwise. `remember` takes elements as Xero
    answered them."""

    find: Finder
    remember: Callable[[Organisation, Elements], None]
    find_change: Finder | None = None


def _remember_items(organisation: Organisation, found: Elements) -> None:
    remember_items(organisation, found, tracked_since=clock.now())


def _doubt_items(organisation: Organisation, _: Elements) -> None:
    """What it moved is counted anew before it is relied upon."""
    doubt_items(organisation)


def _remember_documents(
    kind: MirrorDocument.Kind, organisation: Organisation, found: Elements
) -> None:
    remember_documents(organisation, kind, found)


def _nothing(_: Organisation, __: Elements) -> None:
    """What it leaves of its documents is read with those."""


_STOCK = Handling(lookup_stock.adjustments, _doubt_items)
HANDLING: Final[Mapping[str, Handling]] = {
    Kind.CONTACT: Handling(lookup_contacts.find, remember_contacts),
    Kind.ITEM: Handling(lookup_items.items, _remember_items),
    Kind.STOCK_INCREASE: _STOCK,
    Kind.STOCK_DECREASE: _STOCK,
    Kind.INVOICE: Handling(
        lookup_documents.invoices,
        partial(_remember_documents, MirrorDocument.Kind.INVOICE),
        find_change=lookup_changes.find,
    ),
    Kind.CREDIT_NOTE: Handling(
        lookup_documents.credit_notes,
        partial(_remember_documents, MirrorDocument.Kind.CREDIT_NOTE),
        find_change=lookup_changes.find,
    ),
    Kind.PAYMENT: Handling(lookup_money.payments, remember_payments),
    Kind.BANK_TRANSACTION: Handling(bank_transactions, remember_bank_transactions),
    Kind.ALLOCATION: Handling(lookup_money.allocations, _nothing),
    Kind.REFUND: Handling(lookup_money.refunds, remember_payments),
}


def finder(dispatch: Dispatch) -> Finder:
    """What finds the documents of a request, or the changes that it was to make."""
    handling = HANDLING[dispatch.kind]
    if dispatch.verb == "POST" and handling.find_change is not None:
        return handling.find_change
    return handling.find


def remember(dispatch: Dispatch, answers: Sequence[ElementResult]) -> None:
    """Put what was just written into the mirror, so that it costs no call to know it."""
    raw = [answer.raw for answer in answers if answer.ok and answer.raw is not None]
    HANDLING[dispatch.kind].remember(dispatch.organisation, raw)
