"""What orders have in the outbox and in Xero so far, read for a whole chunk at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from accounting.by_people import with_people
from accounting.history import History, Slot
from accounting.money.standing import posted_money
from accounting.plan.plan import Plan
from accounting.sale.built import EarlierInvoice, Standing
from connector.lib.money import from_units
from stores.models import Store
from sync.contacts.standing import StandingContacts
from sync.models import Posting, TrackedOrder
from sync.outbox.entries import entry_of, is_open, slot_of, withdrawn
from sync.outbox.labels import label_of
from sync.summaries.parts import SummaryParts
from xero.documents.kinds import SALES, Kind
from xero.documents.statuses import APPROVED
from xero.models import MirrorDocument, Organisation


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

    def load(self, orders: Iterable[int]) -> None:
        """Read what the orders have in the outbox."""
        ids = list(orders)
        self._parts.load(ids)
        ours = Posting.objects.filter(order_id__in=ids, organisation=self._organisation)
        self._postings.clear()
        for posting in ours.order_by("pk"):
            assert posting.order_id is not None
            self._postings[posting.order_id][slot_of(posting)] = posting
        own = [one for rows in self._postings.values() for one in rows.values()]
        self._load_credited(own)
        self._contacts.load([*own, *self._parts.summaries()])

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

    def earlier(self, found: Mapping[int, EarlierInvoice]) -> dict[int, EarlierInvoice]:
        """Invoices of before the cut-over, each with whom it belongs to by now."""
        self._contacts.know(one.contact_id for one in found.values())
        return {
            pk: replace(one, contact_id=self._contacts.survivor(one.contact_id))
            for pk, one in found.items()
        }

    def label(self, row: TrackedOrder) -> str:
        """The order's label, by its own documents and those of its summaries."""
        postings = [*self._postings[row.pk].values(), *self._parts.documents(row)]
        return label_of(row.state, row.reasons, postings, waits=self._parts.wait(row))

    def history(self, row: TrackedOrder) -> History:
        """What stands for the order, also as its part of a summary."""
        contacts = self._contacts
        own = [
            replace(entry, contact=contacts.of(posting, entry.contact))
            for posting in self._postings[row.pk].values()
            for entry in (entry_of(posting),)
        ]
        own = with_people(own, self._credited[row.pk])
        shared = self._parts.entries(row, contacts)
        return History((*own, *shared), self.number(row), contacts.put_away)

    def number(self, row: TrackedOrder) -> str:
        """The own number of its documents, "" while none is planned. What was planned by a
        version that kept none is called by the order's number."""
        kept = row.document_number
        return kept or (row.number if self.has_begun(row) else "")

    def has_begun(self, row: TrackedOrder) -> bool:
        """Whether a document of it is in the outbox or in Xero, or waits for a summary."""
        postings = self._postings[row.pk].values()
        return not all(map(withdrawn, postings)) or self._parts.brings(row)

    def alone(self, row: TrackedOrder) -> bool:
        """Whether its sale has a document of its own, sent or not."""
        return any(
            posting.kind in SALES and not withdrawn(posting)
            for posting in self._postings[row.pk].values()
        )

    def sends_to_buyer(self, row: TrackedOrder, plan: Plan) -> bool:
        """Whether a document of this plan that names the buyer is still to go out."""
        have = self._postings[row.pk]
        unsent = (one for one in plan.documents if one.slot not in have or is_open(have[one.slot]))
        return any(planned.parent is None for planned in unsent)

    def postings(self, row: TrackedOrder) -> list[Posting]:
        """All of the order's own, in the outbox and in Xero."""
        return [*self._postings[row.pk].values()]

    def waiting(self) -> set[int]:
        """Primary keys of all that has not left for Xero."""
        return {one.pk for some in self._postings.values() for one in some.values() if is_open(one)}

    def among(self, keys: set[int]) -> list[Posting]:
        """Those of these primary keys."""
        return [one for some in self._postings.values() for one in some.values() if one.pk in keys]

    def posting_at(self, row: TrackedOrder, slot: Slot) -> Posting | None:
        """The order's own posting at a place, if there is one."""
        return self._postings[row.pk].get(slot)

    def is_new(self, row: TrackedOrder) -> bool:
        """Whether nothing of it ever went to Xero."""
        return not any(entry.frozen or entry.ended for entry in self.history(row).entries)

    def standing(self, row: TrackedOrder) -> Standing:
        """Whether the order's invoice is there, and approved, and in which currency."""
        sales = [e for e in self.history(row).frozen() if e.slot.purpose in ("invoice", "receipt")]
        drafts = [e for e in sales if e.kind is Kind.INVOICE and e.status not in APPROVED]
        return Standing(
            posted=bool(sales),
            approved=bool(sales) and not drafts,
            approve=row.approved_at is not None,
            currency=sales[-1].currency if sales else "",
            money=posted_money(self.history(row)),
            number=self.number(row),
        )
