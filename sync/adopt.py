"""An invoice that somebody else posted becomes an order's: its posting, as if it were ours.

What follows, such as payments and refunds, is planned from it. It is never changed or voided:
its lines are not known, and it is not ours.
"""

from __future__ import annotations

from dataclasses import replace

from connector.lib import clock
from sync.breakdown import breakdown_of, date_of
from sync.fill import expected_of, rates_of
from sync.models import Posting
from xero.documents import Invoice
from xero.models import MirrorDocument
from xero.payloads import stored

# What a linked posting has beyond one that waits to be sent.
LINKED = (
    "xero_id", "xero_status", "xero_total_units", "xero_tax_units", "amount_due_units",
    "xero_updated_at", "adopted", "linked", "posted_at",
)  # fmt: skip


def adopt(posting: Posting, invoice: Invoice, document: MirrorDocument) -> None:
    """Fill a posting that is not sent with what Xero has, in place of what would be posted."""
    theirs = replace(
        invoice, number=document.number or invoice.number, contact=document.contact_id,
        date=document.date or invoice.date, reference=document.reference,
    )  # fmt: skip
    posting.kind, posting.verb, posting.key = theirs.kind, "PUT", theirs.number
    posting.payload, posting.rates = stored(theirs.payload()), rates_of(theirs)
    posting.expected = expected_of(theirs)
    posting.breakdown, posting.document_date = breakdown_of(theirs), date_of(theirs)
    posting.parent = posting.target = None
    posting.state, posting.reasons = Posting.State.POSTED, []
    posting.look_up, posting.attempts, posting.not_before = False, 0, clock.now()
    posting.xero_id, posting.xero_status = document.xero_id, document.status
    posting.xero_total_units, posting.xero_tax_units = document.total, document.tax
    posting.amount_due_units, posting.xero_updated_at = document.amount_due, document.updated_utc
    posting.adopted = posting.linked = True
    posting.posted_at = posting.changed_at = clock.now()
