"""Write into Xero's history why a document deviates: re-dated, rounded, adopted, voided.

Each note costs a call, so that they go out last, from what a backfill may use of the day's
calls. A note may be lost, but is never written twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import structlog

from connector.lib import clock
from connector.lib.errors import ConnectorError
from sync.models import HistoryNote, Posting
from xero.documents import Kind
from xero.faults import Throttled
from xero.gateway import Gateway, render
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
_LISTS = {
    Kind.INVOICE: "invoice_history",
    Kind.CREDIT_NOTE: "credit_note_history",
    Kind.BANK_TRANSACTION: "bank_transaction_history",
}
ADOPTED = "Found in Xero after the answer to its posting was lost, and taken over as it is."
# So many at a time: what is more urgent may have come up meanwhile.
_AT_ONCE = 5


def write_down(notes: Iterable[tuple[Posting, str]]) -> None:
    """Keep notes to be sent; those without a text, or of kinds without a history, are none."""
    HistoryNote.objects.bulk_create(
        HistoryNote(posting=posting, text=text[:2500])
        for posting, text in notes
        if text and posting.kind in _LISTS
    )


def send(organisation: Organisation) -> int:
    """Send a few notes, if Xero takes calls that nobody waits for; how many were sent."""
    waiting = HistoryNote.objects.filter(
        sent_at__isnull=True, posting__organisation=organisation, posting__xero_id__gt=""
    )
    sent = 0
    for note in waiting.select_related("posting").order_by("pk")[:_AT_ONCE]:
        mine = HistoryNote.objects.filter(pk=note.pk, sent_at__isnull=True)
        if not mine.update(sent_at=clock.now()):
            continue
        try:
            _send(organisation, note)
        except Throttled:
            HistoryNote.objects.filter(pk=note.pk).update(sent_at=None)
            break
        except ConnectorError as error:
            log.warning("notes.not_sent", note_id=note.pk, error=str(error))
            HistoryNote.objects.filter(pk=note.pk).update(error=str(error)[:500])
            break
        sent += 1
    return sent


def _send(organisation: Organisation, note: HistoryNote) -> None:
    body = render({"HistoryRecords": [{"Details": note.text}]})
    kind = _LISTS[Kind(note.posting.kind)]
    gateway = Gateway(organisation, Lane.BACKFILL)
    gateway.write(kind, "PUT", body, uuid.uuid4().hex, note.posting.xero_id)
