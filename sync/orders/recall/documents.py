"""Our own documents that stand in Xero, and that this database has forgotten.

A backup that is put back knows nothing of what was posted since. Where the shop says of an order
what it said then, the documents are found by their numbers and adopted (`lookup`). Where it has
changed or cancelled the order meanwhile, no document that is wanted now is the one that stands.
What bears the number, the reference, the contact, the currency and the day that the order's own
would bear, and was written since the store is connected, is ours all the same: it is read whole
and taken over as it stands, before anything is planned upon it. So is what followed a sale, on
whatever day, whether or not the shop still wants it (`after_sale`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from django.db import transaction

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.contacts.matching import is_to
from accounting.contacts.persons import Person, person_of
from accounting.eligibility import Treatment, treatment_of
from accounting.history import Slot
from accounting.plan.plan import Plan
from accounting.sale.build import as_sold
from accounting.sale.built import SKIPPED, Built
from connector.lib.errors import ConnectorError
from connector.lib.money import to_units
from stores.canonical.order import Order
from stores.models import Store
from sync import away
from sync.dispatch import forgotten, notes
from sync.models import Posting, TrackedOrder
from sync.orders.ledger import Ledger
from sync.orders.recall.after_sale import EVENTS, after_sale
from sync.outbox import adopt
from sync.outbox.entries import is_open
from xero.api.as_it_stands import as_it_stands
from xero.api.gateway import Gateway
from xero.api.whole import read_whole
from xero.documents.documents import CreditNote, Invoice
from xero.documents.facts import ContactFacts
from xero.documents.statuses import GONE
from xero.mirror.known import find_contacts
from xero.models import Lane, MirrorDocument

log = structlog.get_logger(__name__)
_NOTE = "Posted from here, forgotten with a backup that was put back, and taken over as it stands."


@dataclass(frozen=True, slots=True)
class Sought:
    """An order as it is built and planned by what is known of it."""

    row: TrackedOrder
    order: Order
    built: Built
    plan: Plan


@dataclass(frozen=True, slots=True)
class Recalled:
    """How many documents were taken over; of which orders (primary keys) some could not be read,
    and under which order's number stands what was never posted from here."""

    taken: int = 0
    unread: frozenset[int] = frozenset()
    strange: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Forgotten:
    """A place of an order, what would be posted there (`wanted`: it is to be), and what stands in
    Xero instead."""

    row: TrackedOrder
    slot: Slot
    meant: Invoice | CreditNote
    document: MirrorDocument
    wanted: bool


def recall(
    store: Store, books: Books, orders: Sequence[Sought], contacts: Contacts, ledger: Ledger
) -> Recalled:
    """Take over what was forgotten of these orders.

    One statement for a chunk, and calls only where something was. While Xero does not answer,
    nothing is taken over: the orders are to be built again later.
    """
    assert store.organisation is not None
    lost = list(_find(store, books, orders, contacts, ledger))
    if not lost:
        return Recalled()
    unread = frozenset(one.row.pk for one in lost)
    if away.until(store.organisation) is not None:
        return Recalled(unread=unread)
    try:
        wanted = [(one.document.kind, one.document.xero_id) for one in lost]
        read = read_whole(Gateway(store.organisation, Lane.LIVE), wanted)
    except ConnectorError as error:
        away.notice(store.organisation, error)
        log.info("recall.not_read", organisation_id=store.organisation.pk, error=str(error))
        return Recalled(unread=unread)
    taken, strange = 0, {}
    for one in lost:
        element = read.get(one.document.xero_id, {})
        content = as_it_stands(one.meant, element, books.organisation)
        if content is not None:
            taken += _take(one, content, ledger)
        elif one.wanted and element:
            strange[one.row.pk] = one.document.number
    return Recalled(taken, strange=strange)


def _find(
    store: Store, books: Books, orders: Sequence[Sought], contacts: Contacts, ledger: Ledger
) -> Iterator[_Forgotten]:
    assert store.organisation is not None
    meant = {
        (str(document.kind), document.number): (one, slot, document, wanted)
        for one in orders
        for slot, document, wanted in _meant(books, one, contacts, ledger)
    }
    if not meant:
        return
    rows = MirrorDocument.objects.filter(
        organisation=store.organisation, kind__in={kind for kind, _ in meant},
        number__in={number for _, number in meant}, updated_utc__gte=store.created_at,
    ).exclude(status__in=GONE)  # fmt: skip
    found = list(rows)
    if not found:
        return
    ids = [one.xero_id for one in found]
    claimed = Posting.objects.filter(organisation=store.organisation, xero_id__in=ids)
    taken = set(claimed.values_list("xero_id", flat=True))
    buyers = {
        facts.contact_id: facts
        for facts in find_contacts(
            store.organisation, contact_ids={one.contact_id for one in found}
        )
    }
    for one in found:
        place = meant.get((one.kind, one.number))
        if place is None or one.xero_id in taken:
            continue
        sought, slot, document, wanted = place
        person = person_of(books.snapshot, sought.order)
        any_day = slot.purpose in EVENTS
        if not _is_ours(one, document, person, buyers.get(one.contact_id), any_day=any_day):
            continue
        # What is wanted just as it stands is adopted where it is looked up.
        if not (wanted and _is_the_same(one, document)):
            yield _Forgotten(sought.row, slot, document, one, wanted)


def _meant(
    books: Books, one: Sought, contacts: Contacts, ledger: Ledger
) -> Iterator[tuple[Slot, Invoice | CreditNote, bool]]:
    """What may have followed a sale, the invoices and credit notes that are to be posted (True),
    and the invoice of an order that the shop has cancelled or put aside, and of which nothing is
    known: it may have been posted before that. Of two with one number the last counts."""
    history, mapped = ledger.history(one.row), one.built.mapped
    if mapped is not None:
        for slot, document in after_sale(one.order, history, mapped.reference.value):
            posting = ledger.posting_at(one.row, slot)
            if posting is None or _is_waiting(posting) or _is_withdrawn(posting):
                yield slot, document, False
    for planned in one.plan.documents:
        posting = ledger.posting_at(one.row, planned.slot)
        if isinstance(planned.document, Invoice | CreditNote) and (
            posting is None or _is_waiting(posting)
        ):
            yield planned.slot, planned.document, True
    if one.built.status == SKIPPED and history.is_new and one.row.excluded_at is None:
        posted = treatment_of(books.snapshot.rules.statuses, one.order) is Treatment.POST
        sale = None if posted else as_sold(books, one.order, contacts)
        if sale is not None:
            yield Slot("order", one.order.id, "invoice"), sale, False


def _is_waiting(posting: Posting) -> bool:
    """Whether nothing of it is on its way: neither a request that was formed of it, nor one of
    which it is not known what became. What was refused or held has come back from its request."""
    asked = posting.state == Posting.State.PENDING and posting.dispatch_id is not None
    return is_open(posting) and not asked


def _is_withdrawn(posting: Posting) -> bool:
    return posting.state == Posting.State.VOIDED and not posting.xero_id


def _is_ours(
    there: MirrorDocument, meant: Invoice | CreditNote, person: Person, buyer: ContactFacts | None,
    *, any_day: bool,
) -> bool:  # fmt: skip
    """Whether it is the order's document, whatever its lines: meant for `person`, and `buyer` is
    whom it is to."""
    named = (there.reference, there.currency) == (meant.reference, meant.currency)
    named = named and (any_day or there.date == meant.date)
    same = there.contact_id == meant.contact
    return named and (same or (buyer is not None and is_to(meant.contact, person, buyer)))


def _is_the_same(there: MirrorDocument, meant: Invoice | CreditNote) -> bool:
    totals = meant.expected()
    same_day = there.date == meant.date
    return totals is not None and same_day and there.total == to_units(totals.total)


def _take(one: _Forgotten, content: Invoice | CreditNote, ledger: Ledger) -> bool:
    posting = ledger.posting_at(one.row, one.slot)
    posting = posting or ledger.new_posting(one.row, one.slot)
    adopt.recalled(posting, content, one.document)
    with transaction.atomic():
        if not adopt.keep(posting):
            return False
        notes.write_down([(posting, _NOTE)])
        forgotten.invoices_known(posting.organisation, [posting.xero_id])
    log.info("recall.taken_over", posting_id=posting.pk, number=posting.key)
    return True
