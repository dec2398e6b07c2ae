"""What Xero has becomes the content of a posting, in place of what was meant.

An invoice that somebody else posted becomes an order's: what follows, such as payments and
refunds, is planned from it. It is never changed or voided: its lines are not known, and it is not
ours. Our own that this database forgot, or knows in an older state, stays ours.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from connector.lib import clock
from connector.lib.money import plain, to_units
from sync.models import Posting
from sync.outbox.entries import OPEN
from sync.outbox.fill import expected_of, rates_of
from sync.outbox.labels import plan_again
from xero.documents.breakdown import breakdown_of
from xero.documents.documents import CreditNote, Invoice
from xero.documents.kinds import Kind
from xero.documents.payloads import loaded, stored
from xero.models import MirrorDocument

# Money of which a part may stand in Xero: of a bank transaction only what was paid too much.
_PAID = (Kind.PAYMENT, Kind.REFUND, Kind.BANK_TRANSACTION)

# What a linked posting has beyond one that waits to be sent.
LINKED = (
    "xero_id", "xero_status", "xero_total_units", "xero_tax_units", "amount_due_units",
    "xero_updated_at", "adopted", "linked", "posted_at",
)  # fmt: skip


def adopt(posting: Posting, invoice: Invoice, document: MirrorDocument) -> None:
    """Fill a posting that is not sent with what Xero has, in place of what would be posted."""
    recalled(posting, invoice, document)
    posting.linked = True


# What `recalled` changes of a posting that was kept before, beside its state and when it changed.
RECALLED = (
    "kind", "verb", "key", "payload", "rates", "expected", "breakdown", "document_date", "parent",
    "target", "reasons", "look_up", "attempts", "not_before", "xero_id",
    "xero_status", "xero_total_units", "xero_tax_units", "amount_due_units", "xero_updated_at",
    "adopted", "posted_at",
)  # fmt: skip


def recalled(posting: Posting, content: Invoice | CreditNote, document: MirrorDocument) -> None:
    """Our own document that this database forgot: `content` is what Xero has of it."""
    posting.kind, posting.verb = content.kind, "PUT"
    _take_content(posting, content, document)
    posting.parent = posting.target = None
    posting.state, posting.reasons = Posting.State.POSTED, []
    posting.look_up, posting.attempts, posting.not_before = False, 0, clock.now()
    posting.xero_id, posting.adopted = document.xero_id, True
    posting.posted_at = posting.changed_at = clock.now()


def keep(posting: Posting) -> bool:
    """Write one that was taken over; False where another process was quicker, or it has left.

    Its order is to be built again: a worker that holds it may have read what was before.
    """
    try:
        with transaction.atomic():
            plan_again([posting])
            if posting._state.adding:
                posting.save()
                return True
            mine = Posting.objects.filter(pk=posting.pk, xero_id="")
            changes = {name: getattr(posting, name) for name in RECALLED}
            return bool(mine.move(to=posting.state, frm=(*OPEN, Posting.State.VOIDED), **changes))
    except IntegrityError:
        return False


# What `as_it_is` changes.
CONTENT = (
    "key", "payload", "rates", "expected", "breakdown", "document_date", "xero_status",
    "xero_total_units", "xero_tax_units", "amount_due_units", "xero_updated_at", "conflict",
    "reasons", "changed_at",
)  # fmt: skip


def as_it_is(posting: Posting, content: Invoice | CreditNote, document: MirrorDocument) -> None:
    """Our own document, as it stands in Xero now: `content` has the totals that it has there."""
    _take_content(posting, content, document)
    posting.conflict, posting.reasons, posting.changed_at = False, [], clock.now()


def _take_content(
    posting: Posting, invoice: Invoice | CreditNote, document: MirrorDocument
) -> None:
    theirs = replace(
        invoice, number=document.number or invoice.number, contact=document.contact_id,
        date=document.date or invoice.date, reference=document.reference,
    )  # fmt: skip
    posting.key, posting.payload, posting.rates = (
        theirs.number, stored(theirs.payload()), rates_of(theirs),
    )  # fmt: skip
    posting.expected = expected_of(theirs)
    posting.breakdown, posting.document_date = breakdown_of(theirs), theirs.dated()
    posting.xero_status = document.status
    posting.xero_total_units, posting.xero_tax_units = document.total, document.tax
    posting.amount_due_units, posting.xero_updated_at = document.amount_due, document.updated_utc


def take_amount(posting: Posting, amount: Decimal | None) -> None:
    """Money that stands in Xero under the same reference, but with another amount than was
    meant: that is what it is, and what it lacks is planned anew."""
    if amount is None or posting.kind not in _PAID or amount == _meant(posting):
        return
    body: dict[str, Any] = json.loads(posting.payload)
    held = body["LineItems"][0] if posting.kind == Kind.BANK_TRANSACTION else body
    held["UnitAmount" if held is not body else "Amount"] = {"$n": plain(amount)}
    posting.payload = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if posting.expected is not None:
        posting.expected |= {"SubTotal": plain(amount), "Total": plain(amount)}
    sums = [to_units(amount), 0] if held is not body else [to_units(amount)]
    posting.breakdown = posting.breakdown and [[*posting.breakdown[0][: -len(sums)], *sums]]
    Posting.objects.filter(pk=posting.pk, state__in=Posting.ON_ITS_WAY).update(
        payload=posting.payload, expected=posting.expected, breakdown=posting.breakdown
    )
    plan_again([posting])


def _meant(posting: Posting) -> Decimal:
    """The amount of a payment or refund, or the total of a bank transaction."""
    if posting.expected is not None:
        return Decimal(posting.expected["Total"])
    return Decimal(loaded(posting.payload, str)["Amount"])
