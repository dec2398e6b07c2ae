"""What a person wrote over a document of ours stands, and the order is planned from it.

A person was asked, and wants the difference between the order and what is in Xero. So the document
is read whole, and its lines are kept as if they had been posted from here: what they lack goes
beside it, and nothing of it is written over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import structlog
from django.db import transaction

from accounting.books import Books
from accounting.reasons import Reason
from connector.lib.errors import ConnectorError
from connector.lib.texts.said import said
from sync import away
from sync.models import Posting
from sync.orders import explained
from sync.orders.work import OrderWork
from sync.outbox import adopt, shop_writes
from sync.outbox.entries import entry_of
from sync.outbox.labels import plan_again
from xero.api.as_it_stands import as_it_stands
from xero.api.gateway import Gateway
from xero.api.replies import Element
from xero.api.whole import read_whole
from xero.documents.documents import CreditNote, Invoice
from xero.documents.facts import OrganisationFacts
from xero.documents.kinds import Kind
from xero.documents.payloads import loaded
from xero.documents.statuses import GONE
from xero.mirror.elements import remember_documents
from xero.models import Lane, MirrorDocument, Organisation

log = structlog.get_logger(__name__)


def answered(organisation: Organisation, books: Books, works: Sequence[OrderWork]) -> bool:
    """Whether of what people changed in Xero something is explained by what the shop says now, or
    by a person's word. Orders of which Xero could not be asked are built again once it may
    answer."""
    asked = [(w.row, w.built, w.plan.reversed) for w in works if w.plan.keep and w.built]
    if not asked:
        return False
    explains = explained.take_over(asked)
    ids = [row.pk for row, _, _ in asked]
    taken, unread = _take_over(organisation, books.organisation, ids)
    for work in works:
        if work.row.pk in unread:
            work.again_at = away.over(organisation)
    return bool(explains or taken or unread)


def _take_over(
    organisation: Organisation, facts: OrganisationFacts, orders: Iterable[int]
) -> tuple[int, frozenset[int]]:
    """Take over what people wrote over documents of these orders (primary keys), where they asked
    for the difference: how many documents, and the orders of which Xero could not be asked.

    One statement, and calls only where somebody asked.
    """
    rows = list(Posting.objects.edited().filter(
        organisation=organisation, order__in=list(orders), answer=Posting.Answer.DIFFERENCE,
    ).at_rest().order_by("pk"))  # fmt: skip
    if not rows:
        return 0, frozenset()
    unread = frozenset(row.order_id for row in rows if row.order_id is not None)
    if away.until(organisation) is not None:
        return 0, unread
    try:
        found = read_whole(
            Gateway(organisation, Lane.CLICK), [(row.kind, row.xero_id) for row in rows]
        )
    except ConnectorError as error:
        away.notice(organisation, error)
        log.info("edited.not_read", organisation_id=organisation.pk, error=str(error))
        return 0, unread
    known = _remember(organisation, rows, found)
    return sum(_taken(row, found, known, facts) for row in rows), frozenset()


def _remember(
    organisation: Organisation, rows: Sequence[Posting], found: dict[str, Element]
) -> dict[str, MirrorDocument]:
    """What was read goes into the mirror: it is newer than what is there."""
    for kind in MirrorDocument.Kind:
        read = [found[r.xero_id] for r in rows if r.kind == kind and r.xero_id in found]
        if read:
            remember_documents(organisation, kind, read)
    mirror = MirrorDocument.objects.filter(organisation=organisation, xero_id__in=found)
    return {one.xero_id: one for one in mirror}


def _taken(
    row: Posting, found: dict[str, Element], known: dict[str, MirrorDocument],
    facts: OrganisationFacts,
) -> bool:  # fmt: skip
    """Whether it was taken over, or cannot be, which its reasons say then."""
    before, there = row.xero_updated_at, found.get(row.xero_id, {})
    document, meant = known.get(row.xero_id), _meant(row)
    content = as_it_stands(meant, there, facts) if there else None
    same = there.get("CurrencyCode") == meant.currency
    if document is None or document.status in GONE or content is None or not same:
        return _save(row, {"answer": "", "reasons": [_cannot(row).kept()]}, row.xero_updated_at)
    adopt.as_it_is(row, content, document)
    return _save(row, {name: getattr(row, name) for name in adopt.CONTENT}, before)


def _meant(row: Posting) -> Invoice | CreditNote:
    """The document as it was posted; its lines are Xero's by now."""
    entry, body = entry_of(row), loaded(row.payload, str)
    assert entry.dated is not None
    common: dict[str, Any] = {
        "number": row.key, "contact": entry.contact, "date": entry.dated, "mode": entry.mode,
        "currency": entry.currency, "status": entry.status, "lines": entry.lines,
        "reference": str(body.get("Reference", "")), "currency_rate": entry.rate,
        "branding_theme_id": str(body.get("BrandingThemeID", "")),
    }  # fmt: skip
    if row.kind == Kind.CREDIT_NOTE:
        return CreditNote(**common)
    due = body.get("DueDate")
    return Invoice(
        **common, url=str(body.get("Url", "")),
        due_date=date.fromisoformat(due) if due else entry.dated,
    )  # fmt: skip


def _cannot(row: Posting) -> Reason:
    text = said(
        "%(key)s was changed in Xero by a person to what is never posted from here (a discount on "
        "a line, another currency, or lines that do not come to its total), so the difference "
        "cannot be told. Correct it in Xero, or keep it as it is there.",
        key=row.key,
    )
    return Reason("changed_in_xero", text)


def _save(row: Posting, changes: dict[str, Any], before: Any) -> bool:
    mine = Posting.objects.edited().filter(
        pk=row.pk, xero_updated_at=before, answer=Posting.Answer.DIFFERENCE
    )
    with transaction.atomic():
        saved = bool(mine.update(**changes))
        if saved:
            shop_writes.statuses([row.pk])
            plan_again([row])
    if saved:
        log.info("edited.answered", posting_id=row.pk, taken="payload" in changes)
    return saved
