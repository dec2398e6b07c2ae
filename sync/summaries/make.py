"""Make the summaries of days that are over: their documents in the outbox, and who is in them.

One transaction makes one day's documents and takes over its parts by a conditional update, so
that of two workers one makes them. What comes in later goes on a supplementary document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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
from accounting.reasons import Hold
from accounting.sale.built import READY, Built
from accounting.summary.documents import (
    PURPOSES,
    by_place,
    packs,
    settlements,
    summarised,
)
from accounting.summary.parts import Part
from accounts_mapping.models import snapshot
from connector.lib import clock
from connector.lib.database.claims import TakenOver
from stores.models import Cursor, Store
from sync.contacts.directory import load_contacts
from sync.contacts.postings import ContactPostings
from sync.models import Backfill, Posting, SummaryPart, TrackedOrder
from sync.outbox.labels import relabel, relabel_behind
from sync.summaries.contents import part_of
from sync.summaries.outbox import Outbox, link
from xero.documents.kinds import Kind
from xero.documents.statuses import APPROVED
from xero.models import Organisation

log = structlog.get_logger(__name__)
_State = Posting.State


def give_up_waiting(store: Store) -> int:
    """Have orders built anew that wait for a summary while their store posts none; how many."""
    waiting = SummaryPart.objects.waiting().filter(store=store)
    if not waiting.exists() or snapshot(store).rules.posting.mode == "daily_summary":
        return 0
    orders = TrackedOrder.objects.filter(pk__in=waiting.values("order"), build_at__isnull=True)
    return orders.write(build_at=clock.now())


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
    if Cursor.objects.claimed(now).filter(store=store).exists():
        return True
    if Backfill.objects.claimed(now).filter(store=store).exists():
        return True
    orders = TrackedOrder.objects.filter(store=store).let_go()
    return orders.filter(build_at__lte=now).exists() or orders.claimed(now).exists()


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
                for kind in PURPOSES:
                    for pack in packs(self.books, (p for p in parts if p.kind is kind)):
                        if not self._document(kind, pack, contact, answer):
                            raise TakenOver
        except (TakenOver, IntegrityError):
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
        place = rows.next_place(PURPOSES[kind][0])
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
        link(posting, by_order)
        rows.money(summary.money, posting, {key: one.pk for key, one in self.orders.items()})
        self.made.append(posting)
        relabel(by_order)
        return True


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
                raise TakenOver
            settling = settlements(Kind(posting.kind), posting.key, parts)
            made = outbox.money(settling, posting, orders)
            relabel_behind(made)
    except (TakenOver, IntegrityError):
        return 0
    return len(made)
