"""What orders have in the outbox and in Xero so far, read for a whole chunk at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils import translation

from accounting.history import EarlierInvoice, History, Slot
from accounting.plan.plan import Plan
from accounting.reasons import Reason
from connector.lib.money import from_units
from connector.lib.texts.said import said
from stores.models import Store
from sync.contacts.standing import StandingContacts
from sync.models import Posting, TrackedOrder
from sync.outbox.entries import history_of, is_open, slot_of, withdrawn
from sync.outbox.labels import label_of
from sync.summaries.parts import SummaryParts
from xero.documents.kinds import Kind
from xero.models import MirrorDocument, Organisation

# What of a posting decides what is planned upon it.
_TELLS = (
    "pk", "state", "kind", "verb", "key", "payload", "expected", "rates", "differs", "conflict",
    "reasons", "linked", "answer", "xero_id", "xero_status", "xero_total_units", "amount_due_units",
)  # fmt: skip


class OrderPostings:
    """What a chunk of orders has in the outbox and in Xero; read by `load`, before they are
    built and again before they are written."""

    def __init__(self, store: Store, organisation: Organisation) -> None:
        self._store = store
        self._organisation = organisation
        self._postings: dict[int, dict[Slot, Posting]] = defaultdict(dict)
        self._credited: dict[int, dict[Slot, Decimal]] = defaultdict(dict)
        self._parts = SummaryParts(store)
        self._contacts = StandingContacts(organisation)
        self._earlier: dict[int, EarlierInvoice] = {}
        self._histories: dict[int, History] = {}
        self._told: dict[int, list[tuple[Any, ...]]] = {}

    def load(self, orders: Iterable[int]) -> None:
        """Read what the orders have in the outbox."""
        ids = list(orders)
        self._parts.load(ids)
        ours = Posting.objects.filter(order_id__in=ids, organisation=self._organisation)
        self._postings.clear()
        self._histories.clear()
        for posting in ours.order_by("pk"):
            assert posting.order_id is not None
            self._postings[posting.order_id][slot_of(posting)] = posting
        self._told = {pk: self._tells(pk) for pk in ids}
        own = [one for rows in self._postings.values() for one in rows.values()]
        self._load_credited(own)
        self._contacts.load([*own, *self._parts.summaries()])

    def load_again(self, orders: Iterable[int]) -> set[int]:
        """Read it once more; the orders of which something stands otherwise than before."""
        before, ids = self._told, list(orders)
        self.load(ids)
        return {pk for pk in ids if self._told[pk] != before.get(pk, self._told[pk])}

    def _tells(self, order: int) -> list[tuple[Any, ...]]:
        postings = [*self._postings[order].values(), *self._parts.documents(order)]
        return [tuple(getattr(one, name) for name in _TELLS) for one in postings]

    def _load_credited(self, postings: Iterable[Posting]) -> None:
        """What Xero says that credit notes have taken off the invoices."""
        self._credited.clear()
        touched = {
            one.xero_id: one
            for one in postings
            if one.kind == Kind.INVOICE and one.verb == "PUT" and one.xero_id
            and one.amount_due_units != one.xero_total_units
        }  # fmt: skip
        if not touched:
            return
        rows = MirrorDocument.objects.filter(
            organisation=self._organisation, kind=Kind.INVOICE, xero_id__in=sorted(touched)
        )
        for xero_id, units in rows.values_list("xero_id", "credited"):
            posting = touched[xero_id]
            if units is not None and posting.order_id is not None:
                self._credited[posting.order_id][slot_of(posting)] = from_units(units)

    def know_earlier(self, found: Mapping[int, EarlierInvoice]) -> None:
        """Learn of invoices of before the cut-over, by order; each belongs to whom it does by
        now."""
        self._contacts.know(one.contact_id for one in found.values())
        self._histories.clear()
        self._earlier = {
            pk: replace(one, contact_id=self._contacts.survivor(one.contact_id))
            for pk, one in found.items()
        }

    def label(self, row: TrackedOrder) -> str:
        """The order's label, by its own documents and those of its summaries."""
        postings = [*self._postings[row.pk].values(), *self._parts.documents(row.pk)]
        return label_of(row.state, row.reasons, postings, waits=self._parts.wait(row))

    def history(self, row: TrackedOrder) -> History:
        """What stands for the order, also as its part of a summary, and what people have said."""
        if row.pk not in self._histories:
            self._histories[row.pk] = self._history(row)
        return self._histories[row.pk]

    def credited_by_people(self, rows: Iterable[TrackedOrder]) -> bool:
        """Whether anybody but us has credited one of these orders, as far as is known here."""
        entries = (entry for row in rows for entry in self.history(row).entries)
        return any(entry.credited_by_people for entry in entries)

    def _history(self, row: TrackedOrder) -> History:
        contacts = self._contacts
        stands = history_of(
            self._postings[row.pk].values(), self._credited[row.pk],
            self._parts.entries(row, contacts), contacts.of,
        )  # fmt: skip
        return replace(
            stands, number=self.number(row), put_away=contacts.put_away,
            earlier=self._earlier.get(row.pk), approving=row.approved_at is not None,
            undone=excluded(row) if row.undo_at is not None else None,
        )  # fmt: skip

    def number(self, row: TrackedOrder) -> str:
        """The own number of its documents, "" while none is planned. What was planned by a
        version that kept none is called by the order's number."""
        kept = row.document_number
        return kept or (row.number if self.has_begun(row) else "")

    def has_begun(self, row: TrackedOrder) -> bool:
        """Whether a document of it is in the outbox or in Xero, or waits for a summary."""
        postings = self._postings[row.pk].values()
        return not all(map(withdrawn, postings)) or self._parts.brings(row)

    def sends_to_buyer(self, row: TrackedOrder, plan: Plan) -> bool:
        """Whether a document of this plan that names the buyer is still to go out."""
        have = self._postings[row.pk]
        unsent = (one for one in plan.documents if one.slot not in have or is_open(have[one.slot]))
        return any(planned.parent is None for planned in unsent)

    def postings(self, row: TrackedOrder) -> list[Posting]:
        """All of the order's own, in the outbox and in Xero."""
        return [*self._postings[row.pk].values()]

    def posting_at(self, row: TrackedOrder, slot: Slot) -> Posting | None:
        """The order's own posting at a place, if there is one."""
        return self._postings[row.pk].get(slot)


def excluded(row: TrackedOrder) -> Reason:
    """The reason of an order that a person left out."""
    code = row.excluded_as or TrackedOrder.Excluded.DO_NOT_SYNC
    with translation.override(None):  # what is stored is in English, whoever asks
        label = str(TrackedOrder.Excluded(code).label)
    return Reason(
        code,
        said(
            "%(label)s, marked by a person: %(why)s",
            label=label,
            why=row.excluded_why or said("no note"),
        ),
    )
