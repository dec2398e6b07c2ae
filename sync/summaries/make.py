"""Make the summaries of days that are over: their documents in the outbox, and who is in them.

One transaction makes one day's documents and takes over its parts by a conditional update, so
that of two workers one makes them. What comes in later goes on a supplementary document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounting.books import Books
from accounting.contacts.matching import ContactAnswer, find_contact
from accounting.contacts.persons import shared_person
from accounting.history import Slot
from accounting.plan.origins import origin_of_day
from accounting.reasons import Hold, Reason
from accounting.sale.built import READY, Built
from accounting.summary.documents import (
    Settlement,
    Summary,
    by_place,
    packs,
    settlements,
    summarised,
)
from accounting.summary.parts import Part
from accounts_mapping.models import snapshot
from connector.lib import clock
from connector.lib.money import to_units
from stores.models import Cursor, Store
from sync.contacts.directory import load_contacts
from sync.contacts.postings import ContactPostings
from sync.models import Backfill, Posting, PostingSource, SummaryPart, TrackedOrder
from sync.models.outbox import SUMMARY
from sync.outbox.entries import withdrawn
from sync.outbox.fill import fill
from sync.outbox.labels import relabel, relabel_behind
from sync.summaries.parts import part_of
from xero.documents.documents import CreditNote, Invoice
from xero.documents.kinds import Kind
from xero.documents.statuses import APPROVED
from xero.models import MirrorDocument, Organisation

log = structlog.get_logger(__name__)
_State = Posting.State
_PURPOSES = {Kind.INVOICE: ("invoice", "payment"), Kind.CREDIT_NOTE: ("credit_note", "refund")}


def give_up_waiting(store: Store) -> int:
    """Have orders built anew that wait for a summary while their store posts none; how many."""
    waiting = SummaryPart.objects.waiting().filter(store=store)
    if not waiting.exists() or snapshot(store).rules.posting.mode == "daily_summary":
        return 0
    orders = TrackedOrder.objects.filter(pk__in=waiting.values("order"), build_at__isnull=True)
    return orders.update(build_at=clock.now())


def is_due(store: Store) -> bool:
    """Whether a summary of the store, or the money of an approved one, may be made now."""
    due = SummaryPart.objects.filter(store=store).due(clock.now())
    return due.exists() or _unsettled(store).exists()


def summarise(store: Store) -> int:
    """Make what is due; how many documents were made.

    While orders of the store are still being read or built, it waits for them.
    """
    organisation = store.organisation
    if organisation is None or not is_due(store) or _more_is_coming(store):
        return 0
    rules, facts = snapshot(store), organisation.facts()
    if not facts.connected or rules.rules.posting.mode != "daily_summary":
        return 0
    books = Books(rules, facts, today=clock.today(rules.store.timezone))
    rows = SummaryPart.objects.filter(store=store).due(clock.now()).select_related("order")
    parts = {row.pk: part_of(row) for row in rows}
    keys = {(part.order_id, part.slot): pk for pk, part in parts.items()}
    orders = {row.order.source_id: row.order for row in rows}
    made = 0
    for place, some in by_place(parts.values()):
        day = _Day(books, store, organisation, place, keys, orders)
        made += day.make(some)
    return made + _settle_approved(store, organisation)


def _more_is_coming(store: Store) -> bool:
    """Whether orders are being read or built, or are about to be."""
    now = clock.now()
    if Cursor.objects.filter(store=store, pulling_until__gt=now).exists():
        return True
    if Backfill.objects.filter(store=store, lease_until__gt=now).exists():
        return True
    orders = TrackedOrder.objects.filter(store=store).let_go()
    return orders.filter(build_at__lte=now).exists() or (
        orders.filter(building_until__gt=now).exists()
    )


@dataclass(slots=True)
class _Day:
    """The documents of one day, currency and contact."""

    books: Books
    store: Store
    organisation: Organisation
    place: tuple[date, str, str]
    keys: dict[tuple[str, Slot], int]
    orders: dict[str, TrackedOrder]
    made: list[Posting] = field(default_factory=list)

    def make(self, parts: Sequence[Part]) -> int:
        """In one transaction; nothing if another worker was there first."""
        try:
            with transaction.atomic():
                contact, answer = self._contact(parts)
                for kind in _PURPOSES:
                    for pack in packs(self.books, (p for p in parts if p.kind is kind)):
                        if not self._document(kind, pack, contact, answer):
                            raise _TakenOver
        except (_TakenOver, IntegrityError):
            log.info("summarise.taken_over", store_id=self.store.pk, day=str(self.place[0]))
            return 0
        return len(self.made)

    def _contact(self, parts: Sequence[Part]) -> tuple[Posting, ContactAnswer]:
        person = shared_person(self.place[2])
        contacts = load_contacts(self.organisation, self.store.pk, [person])
        policy = self.books.snapshot.rules.contacts.archived
        answer = find_contact(person, contacts, archived=policy)
        built = Built(READY, contact=answer)
        postings = ContactPostings(self.store, self.organisation, contacts)
        parents = postings.write([(self.orders[parts[0].order_id], built)])
        return parents[person.key[:300]], answer

    def _document(
        self, kind: Kind, pack: tuple[Part, ...], contact: Posting, answer: ContactAnswer
    ) -> bool:
        """One document with its money; False if one of its parts is in another already."""
        rows = Outbox(self.store, self.organisation, f"{self.place[0]:%Y%m%d}-{self.place[1]}")
        place = rows.next_place(_PURPOSES[kind][0])
        reason = None
        try:
            summary = summarised(self.books, pack, answer.id, place, answer.terms)
        except Hold as hold:
            # Xero takes no stated tax, and what it computes itself is more than rounding.
            reason = hold.reason
            summary = summarised(
                self.books,
                [replace(part, overrides=True) for part in pack],
                answer.id,
                place,
                answer.terms,
            )
        numbers = list(dict.fromkeys(part.order_number for part in pack))
        origin = origin_of_day(self.books, numbers)
        posting = rows.document(summary, place, contact, reason, origin)
        ids = [self.keys[part.order_id, part.slot] for part in pack]
        due = SummaryPart.objects.waiting().filter(pk__in=ids)
        approved = summary.document.status in APPROVED
        if due.update(posting=posting, settled=approved) != len(ids):
            return False
        by_order: dict[int, Decimal] = defaultdict(Decimal)
        for part in pack:
            by_order[self.orders[part.order_id].pk] += part.totals.total
        _link(posting, by_order)
        rows.money(summary.money, posting, {key: one.pk for key, one in self.orders.items()})
        self.made.append(posting)
        relabel(by_order)
        return True


class _TakenOver(Exception):
    """Another worker, or a change of an order, was first."""


def _link(posting: Posting, amounts: dict[int, Decimal]) -> None:
    PostingSource.objects.bulk_create(
        PostingSource(posting=posting, order_id=order, amount_units=to_units(amount))
        for order, amount in amounts.items()
    )


@dataclass(slots=True)
class Outbox:
    """The postings of one day and currency: new, or ones that were withdrawn before."""

    store: Store
    organisation: Organisation
    source: str
    _have: dict[tuple[str, int], Posting] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ours = Posting.objects.filter(
            organisation=self.organisation, store=self.store, source_kind=SUMMARY,
            source_id=self.source,
        )  # fmt: skip
        self._have = {(posting.purpose, posting.revision): posting for posting in ours}

    def next_place(self, purpose: str) -> int:
        """The first place where no document stands or stood in Xero."""
        place = 1
        while (one := self._have.get((purpose, place))) is not None and not withdrawn(one):
            place += 1
        return place

    def document(
        self, summary: Summary, place: int, contact: Posting, reason: Reason | None, origin: str
    ) -> Posting:
        document = summary.document
        posting = self._at(_PURPOSES[document.kind][0], place)
        fill(posting, document, contact)
        notes = dict.fromkeys(part.note for part in summary.parts if part.note)
        posting.note = " ".join(filter(None, (origin, *notes)))[:1000]
        posting.look_up = posting.look_up or self._in_xero(document)
        if reason is not None:
            posting.state, posting.reasons = _State.HELD, [reason.as_json()]
        return self._save(posting)

    def money(
        self, settling: Iterable[Settlement], parent: Posting, orders: dict[str, int]
    ) -> list[Posting]:
        """Payments, or refunds, of a document that is approved."""
        found = []
        purpose = _PURPOSES[Kind(parent.kind)][1]
        for index, one in enumerate(settling, start=1):
            posting = self._at(f"{purpose}-{index}", parent.revision)
            fill(posting, one.document, parent)
            found.append(self._save(posting))
            amounts: dict[int, Decimal] = defaultdict(Decimal)
            for part, amount in one.shares:
                amounts[orders[part.order_id]] += amount
            _link(posting, amounts)
        return found

    def _in_xero(self, document: Invoice | CreditNote) -> bool:
        """Whether Xero has the number already: ours, of a database that was lost, or not."""
        return MirrorDocument.objects.filter(
            organisation=self.organisation, kind=document.kind, number=document.number
        ).exists()

    def _at(self, purpose: str, place: int) -> Posting:
        posting = self._have.get((purpose, place))
        if posting is None:
            return Posting(
                organisation=self.organisation, store=self.store, source_kind=SUMMARY,
                source_id=self.source, purpose=purpose, revision=place,
            )  # fmt: skip
        posting.state, posting.reasons = _State.PENDING, []
        posting.not_before = posting.created_at = posting.changed_at = clock.now()
        posting.dispatch = None
        return posting

    def _save(self, posting: Posting) -> Posting:
        """Insert it, or bring a withdrawn one back if nobody else has."""
        if posting.pk is None:
            posting.save(force_insert=True)
        else:
            mine = Posting.objects.filter(pk=posting.pk, xero_id="", state=_State.VOIDED)
            names = [f.attname for f in Posting._meta.concrete_fields if f.attname != "id"]
            if not mine.update(**{name: getattr(posting, name) for name in names}):
                raise _TakenOver
        return posting


# --- drafts that were approved -----------------------------------------------------------------


def _unsettled(store: Store) -> QuerySet[SummaryPart]:
    """Parts of summaries that were posted as drafts, and are approved now."""
    return SummaryPart.objects.filter(
        store=store, settled=False, posting__state=_State.POSTED, posting__conflict=False,
        posting__xero_status__in=APPROVED,
    )  # fmt: skip


def _settle_approved(store: Store, organisation: Organisation) -> int:
    """The money of drafts that a person approved in Xero."""
    rows = list(_unsettled(store).select_related("order", "posting").order_by("pk"))
    by_posting: dict[int, list[SummaryPart]] = defaultdict(list)
    for row in rows:
        assert row.posting_id is not None
        by_posting[row.posting_id].append(row)
    return sum(_settle(store, organisation, some) for some in by_posting.values())


def _settle(store: Store, organisation: Organisation, rows: Sequence[SummaryPart]) -> int:
    posting = rows[0].posting
    assert posting is not None
    outbox = Outbox(store, organisation, posting.source_id)
    parts = sorted((part_of(row) for row in rows), key=lambda part: part.rank)
    orders = {row.order.source_id: row.order_id for row in rows}
    try:
        with transaction.atomic():
            mine = SummaryPart.objects.filter(pk__in=[row.pk for row in rows], settled=False)
            if mine.update(settled=True) != len(rows):
                raise _TakenOver
            settling = settlements(Kind(posting.kind), posting.key, parts)
            made = outbox.money(settling, posting, orders)
            relabel_behind(made)
    except (_TakenOver, IntegrityError):
        return 0
    return len(made)
