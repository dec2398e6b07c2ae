"""Money that may be in Xero already, though this database does not know of it.

Xero keeps no key of payments, refunds, allocations and bank transactions, and a database that
was restored from a backup has forgotten what was sent since. Xero's lists, which each process
reads before it sends anything, give it away: a document of which less is left than what was put
against it from here explains, and money received of the same contact, day and amount that no
posting claims. Such is looked up once before it is sent. In the ordinary run nothing is in doubt,
and nothing is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from connector.lib.money import to_units
from sync.models import Posting
from xero.documents.kinds import MONEY, WITH_BALANCE, Kind
from xero.models import MirrorBankTransaction, MirrorDocument, Organisation

Element = dict[str, Any]


def in_doubt(
    organisation: Organisation, kind: Kind, pairs: Sequence[tuple[Posting, Element]]
) -> set[int]:
    """Which of these that are about to be sent may be there already: primary keys.

    Two or three statements for a request; what was looked up already is not doubted again.
    """
    fresh = [(row, sent) for row, sent in pairs if not row.look_up and row.looked_at is None]
    if not fresh:
        return set()
    if kind == Kind.BANK_TRANSACTION:
        return _received(organisation, fresh)
    return _on_documents(organisation, [row for row, _ in fresh]) if kind in MONEY else set()


def forget_look_ups(organisation: Organisation) -> None:
    """A new process may work on an old copy: what was looked up then may have been sent since."""
    waiting = Posting.objects.filter(organisation=organisation, state=Posting.State.PENDING)
    waiting.filter(looked_at__isnull=False).update(looked_at=None)


def _on_documents(organisation: Organisation, rows: Sequence[Posting]) -> set[int]:
    """Payments of invoices, and what uses up credit notes, where Xero has less left of them."""
    documents = {row.parent_id: row.parent for row in rows if row.parent is not None}
    left = _explained(list(documents))
    ids = [document.xero_id for document in documents.values()]
    listed = MirrorDocument.objects.filter(organisation=organisation, xero_id__in=ids)
    known = {one.xero_id: one for one in listed.filter(kind__in=WITH_BALANCE)}
    less = set()
    for pk, document in documents.items():
        one = known.get(document.xero_id)
        if one is None or (pk is not None and one.amount_due < one.total - left[pk]):
            less.add(pk)
    return {row.pk for row in rows if row.parent_id in less}


def _explained(documents: Sequence[int | None]) -> dict[int, int]:
    """What was put against each document from here and is known to be in Xero."""
    put: dict[int, int] = defaultdict(int)
    posted = Posting.objects.filter(state=Posting.State.POSTED, kind__in=MONEY)
    rows = posted.filter(Q(parent__in=documents) | Q(target__in=documents))
    for parent, target, amount in rows.values_list("parent", "target", "xero_total_units"):
        for document in filter(None, (parent, target)):
            put[document] += amount or 0
    return put


def _received(organisation: Organisation, pairs: Sequence[tuple[Posting, Element]]) -> set[int]:
    """Money received where Xero lists some of that contact that no posting claims: of that day
    and amount, or with that reference."""
    days = {date.fromisoformat(sent["Date"]) for _, sent in pairs}
    references = {sent["Reference"] for _, sent in pairs if sent.get("Reference")}
    rows = MirrorBankTransaction.objects.filter(organisation=organisation)
    rows = rows.filter(Q(date__in=days) | Q(reference__in=references))
    listed = list(rows.exclude(status="DELETED"))
    claimed = set(
        Posting.objects.filter(
            organisation=organisation, kind=Kind.BANK_TRANSACTION,
            xero_id__in=[one.bank_transaction_id for one in listed],
        ).values_list("xero_id", flat=True)
    )  # fmt: skip
    free = [one for one in listed if one.bank_transaction_id not in claimed]
    return {row.pk for row, sent in pairs if any(_alike(row, sent, one) for one in free)}


def _alike(row: Posting, sent: Element, one: MirrorBankTransaction) -> bool:
    if one.type != sent["Type"]:
        return False
    if one.reference and one.reference == sent.get("Reference"):
        return True  # whosever it is now: contacts are merged
    total = to_units(Decimal((row.expected or {}).get("Total", 0)))
    there = (one.contact_id, one.date, one.total)
    return there == (sent["Contact"]["ContactID"], date.fromisoformat(sent["Date"]), total)
