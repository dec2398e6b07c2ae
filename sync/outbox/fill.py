"""From a document to the row of the outbox that stands for it."""

from __future__ import annotations

from accounting.contacts.matching import contact_key
from connector.lib.money import plain
from sync.models import Posting
from xero.documents.breakdown import breakdown_of, date_of
from xero.documents.documents import (
    BankTransaction,
    Contact,
    CreditNote,
    Document,
    Invoice,
    InvoiceUpdate,
    Item,
    StatusChange,
    StockAdjustment,
)
from xero.documents.kinds import Ref
from xero.documents.lines import DocumentLine, TaxMode
from xero.documents.payloads import stored
from xero.documents.settling import Allocation, Payment, Refund


def fill(
    posting: Posting, document: Document, parent: Posting | None, target: Posting | None = None
) -> None:
    """Make a posting the intention of this document."""
    posting.kind, posting.verb = document.kind, verb_of(document)
    posting.key, posting.payload = document_key(document), stored(document.payload())
    posting.expected, posting.rates = expected_of(document), rates_of(document)
    posting.breakdown, posting.document_date = breakdown_of(document), date_of(document)
    posting.parent, posting.target = parent, target


def verb_of(document: Document) -> str:
    """POST changes a document that the payload names by its id; PUT creates."""
    existing = isinstance(document, Contact | Item) and bool(document.existing_id)
    return "POST" if existing or isinstance(document, InvoiceUpdate | StatusChange) else "PUT"


def document_key(document: Document) -> str:
    """The natural key by which Xero's answer, or a look-up, is matched."""
    match document:
        case Contact():
            return contact_key(document)[:300]
        case Item():
            return document.code
        case Invoice() | CreditNote() | StockAdjustment():
            return document.number
        case InvoiceUpdate():
            return document.invoice.number
        case StatusChange():
            return _ref_key(document.document)
        case Allocation():
            return _ref_key(document.credit_note)
        case Payment() | Refund() | BankTransaction():
            return document.reference


def _ref_key(one: str | Ref) -> str:
    return one.key if isinstance(one, Ref) else one


def expected_of(document: Document) -> dict[str, str] | None:
    totals = document.expected()
    if totals is None:
        return None
    return {
        "SubTotal": plain(totals.sub_total),
        "TotalTax": plain(totals.total_tax),
        "Total": plain(totals.total),
    }


def lines_of(document: Document) -> tuple[tuple[DocumentLine, ...], TaxMode]:
    match document:
        case InvoiceUpdate():
            return document.invoice.lines, document.invoice.mode
        case Invoice() | CreditNote() | BankTransaction():
            return document.lines, document.mode
    return (), TaxMode.EXCLUSIVE


def rates_of(document: Document) -> list[str] | None:
    """The tax rate of each line, as kept with the posting."""
    lines, _ = lines_of(document)
    return [str(line.rate) for line in lines] or None
