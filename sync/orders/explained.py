"""Conflicts that are none: Xero has of a document just what the shop says.

A database that was restored from a backup takes its own later edits and cancellations for a
person's. Once the shop has been read again, what it says explains them, whoever made them: there
is nothing to overwrite, and the document is taken over as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from django.db import transaction

from accounting.sale.built import Built
from accounting.sale.numbers import issue_number
from connector.lib import clock
from connector.lib.money import to_units
from sync.models import Posting, TrackedOrder
from sync.outbox import adopt, shop_writes
from sync.outbox.labels import plan_again
from xero.documents.kinds import Kind
from xero.documents.statuses import GONE
from xero.models import MirrorDocument

log = structlog.get_logger(__name__)


def take_over(works: Iterable[tuple[TrackedOrder, Built, bool]]) -> int:
    """Take over the invoices of these orders that are in conflict, and in Xero as the shop has
    them now; how many. With each order goes what was built of it, and whether it is taken back.
    """
    by_order = {row.pk: (built, reversing) for row, built, reversing in works}
    rows = Posting.objects.filter(
        order__in=by_order, kind=Kind.INVOICE, verb="PUT", source_kind="order", purpose="invoice",
        state=Posting.State.POSTED, conflict=True, linked=False,
    ).at_rest()  # fmt: skip
    taken = 0
    for posting in rows.order_by("pk"):
        document = _documents(posting).filter(xero_id=posting.xero_id).first()
        assert posting.order_id is not None
        if document is not None and document.updated_utc is not None:
            taken += _taken(posting, document, *by_order[posting.order_id])
    return taken


def _documents(posting: Posting) -> Any:
    return MirrorDocument.objects.filter(
        organisation=posting.organisation_id, kind=MirrorDocument.Kind.INVOICE
    )


def _taken(posting: Posting, document: MirrorDocument, built: Built, reversing: bool) -> bool:
    if document.status in GONE:
        gone = reversing or _issued_again(posting)
        return gone and _save(posting, {"state": Posting.State.VOIDED}, document)
    if reversing or built.invoice is None or not _says(built, document):
        return False
    if posting.order is not None and _changed_beside(posting):
        return False
    known = posting.xero_updated_at
    adopt.as_it_is(posting, built.invoice, document)
    changes = {name: getattr(posting, name) for name in adopt.CONTENT}
    posting.xero_updated_at = known
    return _save(posting, changes, document)


def _says(built: Built, document: MirrorDocument) -> bool:
    """Whether the shop says of the sale what stands in Xero, to the cent."""
    totals = built.invoice.expected() if built.invoice is not None else None
    return (
        totals is not None
        and built.invoice is not None
        and (to_units(totals.total), to_units(totals.total_tax), built.invoice.currency)
        == (document.total, document.tax, document.currency)
    )


def _changed_beside(posting: Posting) -> bool:
    """Whether changes of the order stand on documents of their own: its total is not the
    invoice's then."""
    edits = Posting.objects.filter(order=posting.order_id, purpose="edit", xero_id__gt="")
    return edits.exclude(state=Posting.State.VOIDED).exists()


def _issued_again(posting: Posting) -> bool:
    """Whether the sale stands in Xero under its next number: it was taken back from here."""
    suffix = issue_number("", posting.revision)
    number = issue_number(posting.key.removesuffix(suffix), posting.revision + 1)
    return bool(_documents(posting).filter(number=number).exclude(status__in=GONE).exists())


def _save(posting: Posting, changes: dict[str, Any], document: MirrorDocument) -> bool:
    changes = {
        "conflict": False, "reasons": [], "changed_at": clock.now(),
        "xero_status": document.status, "xero_updated_at": document.updated_utc, **changes,
    }  # fmt: skip
    mine = Posting.objects.filter(
        pk=posting.pk, state=Posting.State.POSTED, conflict=True,
        xero_updated_at=posting.xero_updated_at,
    )  # fmt: skip
    with transaction.atomic():
        saved = bool(mine.update(**changes))
        if saved:
            shop_writes.statuses([posting.pk])
            plan_again([posting])
    if saved:
        log.info("conflicts.explained", posting_id=posting.pk, status=document.status)
    return saved
