"""Invoices in Xero that may already stand for the orders of a chunk: found in the mirror.

A few statements for each chunk, and no call. Orders of which something is posted are not
looked at. What could be chance (another total; customer, total and day) is only asked about in
a backfill, where an older tool's invoices are to be expected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Q

from accounting.books import Books
from accounting.contacts.matching import is_to
from accounting.eligibility import local_date
from accounting.reasons import Reason
from accounting.sale.built import Built
from accounting.sale.numbers import document_number
from accounting.sale.recognise import Certainty, ListedInvoice, SoldOrder, certainty, names_of
from connector.lib.money import from_units, round_to, to_units
from connector.lib.texts.said import marked, said
from stores.canonical.order import Order
from stores.models import Store
from sync.dispatch.forgotten import named_after
from sync.models import Posting, Proposal, TrackedOrder
from xero.documents.facts import ContactFacts
from xero.documents.kinds import Kind
from xero.documents.statuses import GONE
from xero.mirror.known import find_contacts
from xero.models import MirrorDocument

Pairs = Sequence[tuple[TrackedOrder, Order]]
# An invoice may be dated when it was paid or shipped: so much is read around the orders' days.
_AROUND = timedelta(days=1)
_LIKE = {
    Certainty.SAME: marked(
        "Invoice %(number)s %(what)s in Xero has this order's number and total, and was not posted "
        "from here."
    ),
    Certainty.NUMBER: marked(
        "Invoice %(number)s %(what)s in Xero bears this order's number, but has another total, and "
        "was not posted from here."
    ),
    Certainty.ALIKE: marked(
        "Invoice %(number)s %(what)s in Xero has this order's customer, total and date, and was "
        "not posted from here."
    ),
}


@dataclass(frozen=True, slots=True)
class LikelyInvoice:
    """One invoice that may be an order's."""

    document: MirrorDocument
    certainty: Certainty


@dataclass(slots=True)
class Already:
    """What was found for one chunk of orders, and what people decided before. `since`: when the
    store was connected."""

    books: Books
    since: datetime
    _documents: Mapping[object, list[MirrorDocument]] = field(default_factory=dict)
    _decided: dict[tuple[int, str], str] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)
    _touched: set[int] = field(default_factory=set)
    _buyers: dict[str, ContactFacts] = field(default_factory=dict)
    _named: Mapping[str, set[int]] = field(default_factory=dict)

    @classmethod
    def load(cls, store: Store, books: Books, orders: Pairs) -> Already:
        """`orders` are those of which nothing is posted, or on its way."""
        self = cls(books, store.created_at)
        if not orders or store.organisation is None:
            return self
        rows = MirrorDocument.objects.filter(
            self._by_name(orders) | self._by_day(orders),
            organisation=store.organisation, kind=MirrorDocument.Kind.INVOICE,
        ).exclude(status__in=GONE)  # fmt: skip
        found = list(rows.order_by("pk"))
        waited = {row.pk for row, _ in orders if _waits(row)}
        if not found and not waited:
            return self
        self._touched = {row.pk for row, _ in orders}
        free = _not_ours(store, found, self._touched)
        self._index(free)
        self._named = named_after(store.organisation, free)
        buyers = {one.contact_id for one in found}
        for facts in find_contacts(store.organisation, contact_ids=buyers):
            self._buyers[facts.contact_id] = facts
        decided = Proposal.objects.filter(
            Q(order__in=self._touched) | Q(xero_id__in=[one.xero_id for one in found]),
            organisation=store.organisation,
        ).exclude(decision="")
        for order, xero_id, decision in decided.values_list("order", "xero_id", "decision"):
            self._decided[order, xero_id] = decision
            if decision != Proposal.Decision.POST:
                self._given.add(xero_id)
        return self

    def _index(self, documents: Iterable[MirrorDocument]) -> None:
        """By id, by what they are called, and by customer and total."""
        index: dict[object, list[MirrorDocument]] = defaultdict(list)
        for one in documents:
            for key in {one.xero_id, one.number, one.reference, (one.contact_id, one.total)}:
                index[key].append(one)
        self._documents = index

    def _by_name(self, orders: Pairs) -> Q:
        rules = self.books.snapshot
        names = {
            name
            for row, order in orders
            for name in names_of(order.number, document_number(rules, order, row.document_number))
        }
        return Q(number__in=names) | Q(reference__in=names)

    def _by_day(self, orders: Pairs) -> Q:
        """What has the total of an order of a backfill, around the days of those."""
        guessed = [order for row, order in orders if row.backfill_id is not None]
        if not guessed:
            return Q(pk__in=())
        days = [local_date(self.books.snapshot, order.placed_at) for order in guessed]
        totals = {to_units(round_to(order.total)) for order in guessed}
        around = (min(days) - _AROUND, max(days) + _AROUND)
        return Q(total__in=totals, date__range=around)

    def link(self, row: TrackedOrder) -> MirrorDocument | None:
        """The invoice that a person said is the order's, as long as it stands."""
        for (order, xero_id), decision in self._decided.items():
            if order == row.pk and decision == Proposal.Decision.LINKED:
                return next(iter(self._documents.get(xero_id, ())), None)
        return None

    def find(self, row: TrackedOrder, order: Order, built: Built) -> list[LikelyInvoice]:
        """Invoices that may be the order's, and that nobody has said are not; surest first."""
        if not self._documents:
            return []
        number = document_number(self.books.snapshot, order, row.document_number)
        sold = _sold(self.books, order, built, number)
        keys = (*names_of(sold.order_number, sold.number), (sold.contact_id, to_units(sold.total)))
        near = {one.pk: one for key in keys for one in self._documents.get(key, ())}
        found = []
        for document in near.values():
            others = self._named.get(document.xero_id, {row.pk})
            if document.xero_id in self._given or row.pk not in others:
                continue
            listed = _listed(document, since=self.since)
            meant = self._to(sold, built, listed)
            sure = certainty(meant, listed, guess=row.backfill_id is not None)
            if sure is not None and (row.pk, document.xero_id) not in self._decided:
                found.append(LikelyInvoice(document, sure))
        return sorted(found, key=lambda one: list(Certainty).index(one.certainty))

    def _to(self, sold: SoldOrder, built: Built, listed: ListedInvoice) -> SoldOrder:
        """A contact that waits to be sent has no id here yet. It may have one in Xero, with an
        invoice of ours that was written since the store is connected."""
        there = self._buyers.get(listed.contact_id)
        if sold.contact_id or built.contact is None or there is None:
            return sold
        ours = (
            listed.recent
            and listed.day == sold.day
            and is_to(built.contact.id, built.contact.person, there)
        )
        return replace(sold, contact_id=there.contact_id) if ours else sold

    def write(self, found: Iterable[tuple[TrackedOrder, Sequence[LikelyInvoice]]]) -> None:
        """Keep what was found for a person to decide, and forget what was found no more."""
        if not self._touched:
            return
        rows = [_proposal(row, one) for row, some in found for one in some]
        kept: dict[int, set[str]] = defaultdict(set)
        for row in rows:
            kept[row.order_id].add(row.xero_id)
        open_ones = Proposal.objects.open().filter(order__in=self._touched)
        gone = [pk for pk, order, xero_id in open_ones.values_list("pk", "order", "xero_id")
                if xero_id not in kept[order]]  # fmt: skip
        if gone:
            open_ones.filter(pk__in=gone).delete()
        # What a person decided meanwhile stays decided.
        Proposal.objects.bulk_create(rows, ignore_conflicts=True)


def reason_of(found: Sequence[LikelyInvoice]) -> Reason:
    """Why the order waits, with the invoice that it waits for."""
    document = found[0].document
    amount, currency = from_units(document.total), document.currency
    what = said("over %(amount)s %(currency)s", amount=amount, currency=currency)
    if document.date:
        what = said(
            "of %(day)s over %(amount)s %(currency)s",
            day=document.date, amount=amount, currency=currency,
        )  # fmt: skip
    why = said(
        _LIKE[found[0].certainty],
        number=document.number or document.xero_id,
        what=what,
    )
    if more := len(found) - 1:
        why = said("%(why)s %(more)s more may be it too.", why=why, more=more)
    return Reason(
        "already_in_xero",
        said(
            "%(why)s Say on the page Already in Xero whether it is this order.",
            why=why,
        ),
    )


def _waits(row: TrackedOrder) -> bool:
    return any(reason["code"] == "already_in_xero" for reason in row.reasons)


def _not_ours(store: Store, found: list[MirrorDocument], orders: set[int]) -> list[MirrorDocument]:
    """Without what one of our postings made, or may have made, for another order."""
    ids, numbers = [one.xero_id for one in found], [one.number for one in found]
    postings = Posting.objects.filter(
        Q(xero_id__in=ids) | Q(key__in=numbers, state__in=Posting.UNFINISHED),
        organisation=store.organisation, kind=Kind.INVOICE,
    ).exclude(order__in=orders, xero_id="")  # fmt: skip
    taken: set[str] = set()
    for xero_id, key in postings.values_list("xero_id", "key"):
        taken |= {xero_id, f"number {key}"}
    return [one for one in found if not {one.xero_id, f"number {one.number}"} & taken]


def _sold(books: Books, order: Order, built: Built, number: str) -> SoldOrder:
    sale = built.invoice or built.receipt
    totals = sale.expected() if sale is not None else None
    contact = built.contact.id if built.contact is not None else ""
    return SoldOrder(
        order_number=order.number,
        number=number,
        reference=sale.reference if sale is not None else order.number,
        total=totals.total if totals is not None else round_to(order.total),
        currency=sale.currency if sale is not None else order.currency,
        day=sale.date if sale is not None else local_date(books.snapshot, order.placed_at),
        contact_id=contact if isinstance(contact, str) else "",
    )


def _listed(document: MirrorDocument, *, since: datetime) -> ListedInvoice:
    written = document.updated_utc
    return ListedInvoice(
        document.xero_id, document.number, document.reference, from_units(document.total),
        document.currency, document.date, document.contact_id,
        recent=written is not None and written >= since,
    )  # fmt: skip


def _proposal(row: TrackedOrder, found: LikelyInvoice) -> Proposal:
    document = found.document
    return Proposal(
        order=row, organisation_id=document.organisation_id, xero_id=document.xero_id,
        number=document.number, reference=document.reference, contact_id=document.contact_id,
        date=document.date, currency=document.currency, total_units=document.total,
        certainty=found.certainty,
    )  # fmt: skip
