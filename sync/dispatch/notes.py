"""Write into Xero's history why a document deviates: re-dated, rounded, adopted, voided; and
with posting.history_notes: all what each document is of.

Each note costs a call, so that they go out last, from what a backfill may use of the day's
calls. A note may be lost, but is never written twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import structlog
from django.db.models import QuerySet

from accounts_mapping.models import snapshot
from connector.lib import clock
from connector.lib.errors import ConnectorError
from stores.models import Store
from sync.models import HistoryNote, Posting
from xero.api.faults import Throttled
from xero.api.gateway import Gateway, render
from xero.documents.kinds import SPECS
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
ADOPTED = "Found in Xero after the answer to its posting was lost, and taken over as it is."
# So many at a time: what is more urgent may have come up meanwhile.
_AT_ONCE = 5


def write_down(notes: Iterable[tuple[Posting, str]]) -> None:
    """Keep notes to be sent; those without a text, of kinds without a history, or of stores that
    want none, are not kept."""
    made = [(posting, text) for posting, text in notes if text and SPECS[posting.kind].history]
    silent = _silent({posting.store_id for posting, _ in made})
    HistoryNote.objects.bulk_create(
        HistoryNote(posting=posting, text=text[:2500])
        for posting, text in made
        if posting.store_id not in silent
    )


def _silent(stores: set[int]) -> set[int]:
    """Those of these stores whose rules want no notes."""
    rows = Store.objects.filter(pk__in=stores) if stores else ()
    return {row.pk for row in rows if snapshot(row).rules.posting.history_notes == "off"}


def waiting() -> QuerySet[HistoryNote]:
    """Notes that were not sent yet, on documents that are in Xero."""
    return HistoryNote.objects.filter(sent_at__isnull=True, posting__xero_id__gt="")


def send(organisation: Organisation) -> bool:
    """Send a few notes, if Xero takes calls that nobody waits for; whether more can follow at
    once."""
    mine = waiting().filter(posting__organisation=organisation)
    sent = 0
    for note in mine.select_related("posting").order_by("pk")[:_AT_ONCE]:
        free = HistoryNote.objects.filter(pk=note.pk, sent_at__isnull=True)
        if not free.update(sent_at=clock.now()):
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
    return sent == _AT_ONCE


def _send(organisation: Organisation, note: HistoryNote) -> None:
    body = render({"HistoryRecords": [{"Details": note.text}]})
    kind = SPECS[note.posting.kind].history
    gateway = Gateway(organisation, Lane.BACKFILL)
    gateway.write(kind, "PUT", body, uuid.uuid4().hex, note.posting.xero_id)
