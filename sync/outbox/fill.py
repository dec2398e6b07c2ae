"""From a document to the row of the outbox that stands for it."""

from __future__ import annotations

from connector.lib.money import plain
from sync.models import Posting
from xero.documents.breakdown import breakdown_of
from xero.documents.documents import Document
from xero.documents.payloads import stored
from xero.documents.settling import InvoicePayment


def fill(
    posting: Posting, document: Document, parent: Posting | None, target: Posting | None = None
) -> None:
    """Make a posting the intention of this document."""
    posting.kind, posting.verb = document.kind, document.verb
    posting.key, posting.payload = document_key(document), stored(document.payload())
    posting.expected, posting.rates = expected_of(document), rates_of(document)
    posting.breakdown, posting.document_date = breakdown_of(document), document.dated()
    posting.parent, posting.target = parent, target
    posting.also_called = list(document.also) if isinstance(document, InvoicePayment) else []


def document_key(document: Document) -> str:
    """Its natural key, as long as the outbox keeps it."""
    return document.natural_key[:300]


def expected_of(document: Document) -> dict[str, str] | None:
    totals = document.expected()
    if totals is None:
        return None
    return {
        "SubTotal": plain(totals.sub_total),
        "TotalTax": plain(totals.total_tax),
        "Total": plain(totals.total),
    }


def rates_of(document: Document) -> list[str] | None:
    """The tax rate of each line, as kept with the posting."""
    lines, _ = document.charged() or ((), None)
    return [str(line.rate) for line in lines] or None
