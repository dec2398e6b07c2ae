"""Documents under the numbers of our orders that appear in Xero's lists and no posting claims.

A database that was put back may have built their orders before it could ask Xero: what was to be
posted again is held by its number then, and what was cancelled is left as it stands. Their orders
are built once more, by what is known now (`recall`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet

from connector.lib import clock
from connector.lib.database.chunks import by_key
from stores.models import Store
from sync.models import Posting, Proposal, TrackedOrder
from sync.models.posting import PostingQuerySet
from xero.documents.statuses import GONE
from xero.models import MirrorDocument, Organisation

log = structlog.get_logger(__name__)
_CHUNK = 500


def find(organisation: Organisation, since: datetime | None) -> int:
    """Have the orders built of which documents appeared since `since`; how many. A fixed number
    of statements, and some more for each 500 documents that are not ours as far as is known."""
    rows = MirrorDocument.objects.filter(~Exists(_claims()), organisation=organisation)
    rows = rows.exclude(status__in=GONE)
    if since is not None:
        rows = rows.filter(updated_utc__gte=since)
    stores = list(organisation.stores.all())
    return sum(_build(stores, chunk) for chunk in by_key(rows, _CHUNK))


def build_again(refused: Sequence[Posting]) -> None:
    """Have the orders built again of which a document was refused because its number is taken:
    by a document that appeared while it was on its way, that no posting claims, and that is the
    order's own but for its amounts.

    Such a document is taken over when the order is built (`recall`), or its order is held there:
    it is not sent again, so that this cannot go round in a circle.
    """
    taken = {(row.kind, row.key): row for row in refused if row.order_id is not None}
    if not taken:
        return
    rows = MirrorDocument.objects.filter(
        organisation=refused[0].organisation, kind__in={kind for kind, _ in taken},
        number__in={number for _, number in taken},
    ).exclude(status__in=GONE)  # fmt: skip
    posted = Posting.objects.filter(
        organisation=OuterRef("organisation"), xero_id=OuterRef("xero_id")
    )
    alike: set[int] = {
        order
        for one in rows.filter(~Exists(posted))
        if (row := taken.get((one.kind, one.number))) and _is_alike(one, row)
        if (order := row.order_id) is not None
    }
    if found := TrackedOrder.objects.filter(pk__in=alike).write(build_at=clock.now()):
        log.info("forgotten.refused", orders=found)


def buyers_known(organisation: Organisation, contacts: Iterable[str] | QuerySet[Any]) -> int:
    """Have the orders built that wait for a person because of an invoice to one of these
    contacts; how many. While the contact was not known, the invoice was nobody's: it may be the
    order's own, which the database has forgotten."""
    return _asked(organisation, contact_id__in=contacts)


def invoices_known(organisation: Organisation, invoices: Iterable[str]) -> int:
    """Have the orders built that wait for a person because of one of these invoices, by Xero's
    ids; how many. It was nobody's as far as was known, and is now that of one order."""
    return _asked(organisation, xero_id__in=invoices)


def _asked(organisation: Organisation, **which: Any) -> int:
    asked = Proposal.objects.open().filter(organisation=organisation, **which)
    orders = TrackedOrder.objects.filter(pk__in=asked.values("order"))
    return orders.write(build_at=clock.now())


def _is_alike(one: MirrorDocument, row: Posting) -> bool:
    """As `recall` finds it: written since the store is connected, of the same contact, reference,
    currency and day."""
    sent = json.loads(row.payload)
    since_connected = one.updated_utc is not None and one.updated_utc >= row.store.created_at
    return since_connected and (
        one.contact_id, one.reference, one.currency, one.date
    ) == (
        sent["Contact"].get("ContactID"), sent.get("Reference", ""), sent["CurrencyCode"],
        row.document_date,
    )  # fmt: skip


def _claims() -> PostingQuerySet:
    """Postings that the document is of, or may turn out to be."""
    same = Q(xero_id=OuterRef("xero_id")) | Q(
        state__in=Posting.ON_ITS_WAY, kind=OuterRef("kind"), key=OuterRef("number")
    )
    return Posting.objects.filter(same, organisation=OuterRef("organisation"))


def named_after(
    organisation: Organisation, documents: Sequence[MirrorDocument]
) -> dict[str, set[int]]:
    """The orders, by primary key, whose own numbers these documents bear, by Xero's ids. Some
    statements for each store; an order that was not read yet is not known."""
    found: dict[str, set[int]] = defaultdict(set)
    for store in organisation.stores.all() if documents else ():
        prefix, names = store.number_prefix, defaultdict(set)
        for one in documents:
            if one.number.startswith(prefix):
                for name in _names(one.number[len(prefix) :]):
                    names[name].add(one.xero_id)
        called = Q(number__in=names) | Q(document_number__in=names)
        orders = TrackedOrder.objects.filter(called, store=store)
        for pk, number, own in orders.values_list("pk", "number", "document_number"):
            for xero_id in names.get(number, set()) | names.get(own, set()):
                found[xero_id].add(pk)
    return found


def _build(stores: Sequence[Store], documents: Sequence[MirrorDocument]) -> int:
    now, found = clock.now(), 0
    for store in stores:
        begun = [one for one in documents if one.number.startswith(store.number_prefix)]
        names = {name for one in begun for name in _names(one.number[len(store.number_prefix) :])}
        names |= {one.reference for one in begun if one.reference}
        orders = TrackedOrder.objects.filter(
            Q(number__in=names) | Q(document_number__in=names), store=store
        )
        found += orders.exclude(state=TrackedOrder.State.NEW).write(build_at=now)
    if found:
        log.info("forgotten.found", orders=found)
    return found


def _names(number: str) -> Iterable[str]:
    """What the order may be called by: `7-R1-A` is of 7, or of `7-R1`."""
    parts = number.split("-")
    return ("-".join(parts[:count]) for count in range(1, len(parts) + 1))
