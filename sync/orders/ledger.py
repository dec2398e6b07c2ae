"""What a plan changes in the outbox: new intentions, corrected ones, withdrawn ones.

A document that is on its way or in Xero is never touched from here. One that waits, is held
or was refused takes over the new content; one that is no longer wanted is withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounting.contacts.directory import Contacts
from accounting.contacts.matching import RESTORED
from accounting.history import Slot
from accounting.plan.open_items import PlannedDocument
from accounting.plan.plan import taken_back
from accounting.reasons import Reason
from accounting.sale.built import HELD, READY, SKIPPED, Built
from connector.lib import clock
from connector.lib.texts.said import said
from stores.models import Store
from stores.profile import Field
from sync.contacts.heard import Statement
from sync.contacts.postings import ContactPostings
from sync.contacts.standing import answer_of
from sync.models import Posting, TrackedOrder
from sync.orders.changes import Changes
from sync.orders.numbers import Numbers
from sync.orders.postings import OrderPostings
from sync.orders.work import OrderState, PlannedOrder
from sync.outbox.adopt import adopt
from sync.outbox.entries import MOST_CURES, OPEN, is_open
from sync.outbox.fill import document_key, fill
from xero.documents.documents import Document, DocumentStatusChange, Invoice, InvoiceUpdate
from xero.documents.kinds import SALES, Id, Kind
from xero.documents.payloads import loaded, stored
from xero.models import Lane, MirrorDocument, Organisation


class Ledger(OrderPostings):
    """Writes one chunk of planned orders; `write` is used inside the transaction that holds
    their claim, behind `load_again`, and `load` before they are built."""

    def __init__(self, store: Store, organisation: Organisation) -> None:
        super().__init__(store, organisation)
        self._remarks: dict[int, list[Reason]] = defaultdict(list)
        self._numbers = Numbers()
        self._changes = Changes()
        self.again_at: dict[int, datetime] = {}

    def state_of(self, row: TrackedOrder, one: PlannedOrder) -> OrderState:
        """The plan's answer, or a hold where it contradicts what was posted before."""
        built = one.built
        remarks = self._remarks[row.pk]
        if one.plan.held:
            return OrderState(HELD, (*one.plan.reasons, *remarks))
        if one.plan.reversed and built.status == SKIPPED:
            if row.excluded_at is not None:
                return OrderState("excluded", (*built.reasons, *one.plan.reasons, *remarks))
            return OrderState("ready", (*one.plan.reasons, *remarks))
        reasons = (*built.reasons, *one.plan.reasons, *remarks)
        if one.plan.reversed and built.invoice is not None and row.undo_at is None:
            # Posted and taken back at once: nothing brings the order here again to say so.
            said = taken_back(built.invoice.number)
            if said.code not in {reason.code for reason in reasons}:
                reasons = (said, *reasons)
        if built.status == SKIPPED and not remarks:
            excluded = row.excluded_at is not None
            return OrderState("excluded" if excluded else SKIPPED, reasons)
        if built.status != READY or self._contradicted(row):
            return OrderState(HELD, reasons)
        return OrderState("ready", reasons)

    def write(self, orders: Sequence[PlannedOrder], contacts: Contacts) -> None:
        """Bring the outbox in line with these plans, made of what stands by `load_again`: a fixed
        number of statements."""
        self._numbers = Numbers.load(self._organisation, orders)
        orders = self._in_time(orders)
        ready = [(one.row, one.built) for one in orders if one.built.status == READY]
        parents = self._write_contacts(orders, ready, contacts)
        for one in orders:
            self._write_order(one, parents)
        for posting in self._changes.apply():
            self._left(posting)

    def _write_contacts(
        self, orders: Sequence[PlannedOrder], ready: Sequence[tuple[TrackedOrder, Built]],
        contacts: Contacts,
    ) -> dict[str, Posting]:  # fmt: skip
        """Postings of the contacts that the orders need: of their buyers, and of those whom
        their documents belong to and who must be restored first."""
        statements = [Statement(one.contact, row.lane) for row, one in ready if one.contact]
        for one in orders:
            for found in one.plan.restores:
                statements.append(Statement(answer_of(self._organisation, found), one.row.lane))
        return ContactPostings(self._store, self._organisation, contacts).write_statements(
            statements
        )

    def _in_time(self, orders: Sequence[PlannedOrder]) -> list[PlannedOrder]:
        """Those that no summary has taken over meanwhile; the others are planned again."""
        kept = [one for one in orders if not one.plan.keep]
        late = self._parts.write([(o.row, o.parts if o.active else ()) for o in kept])
        soon = clock.now() + timedelta(seconds=5)
        self.again_at |= dict.fromkeys(late, soon)
        return [one for one in orders if one.row.pk not in late]

    def _contradicted(self, row: TrackedOrder) -> bool:
        codes = {reason.code for reason in self._remarks[row.pk]}
        return bool(codes & {"number_taken", "already_in_xero"})

    # --- an order's documents ---------------------------------------------------------------

    def _write_order(self, one: PlannedOrder, parents: dict[str, Posting]) -> None:
        have = self._postings[one.row.pk]
        if one.plan.keep:
            # A person decides, and what is left to do is planned then.
            self._take_out(have.values(), (Posting.State.PENDING,))
            return
        if one.plan.wait:
            # Something is on its way that decides: look again once it has arrived.
            self.again_at[one.row.pk] = clock.now() + timedelta(minutes=2)
        if not one.active:
            self._withdraw(one, have)
            return
        if taken := self._numbers.of_another(one):
            text = said("%(taken)s is the number of another order's invoice.", taken=taken)
            self._remarks[one.row.pk].append(Reason("number_taken", text, "number_prefix"))
            self._withdraw(one, have)
            return
        if one.link is not None:
            self._link(one, one.link)
            return
        contact = None
        if one.built.contact is not None:
            contact = parents.get(one.built.contact.person.key[:300])
            if contact is None:
                # The order that was to make the contact was let go of meanwhile.
                self.again_at[one.row.pk] = clock.now()
                return
        elif self.sends_to_buyer(one.row, one.plan):
            # What stood when it was built was refused meanwhile.
            self.again_at[one.row.pk] = clock.now() + timedelta(seconds=5)
            return
        wanted = set()
        restores = {one.contact_id: parents[f"{RESTORED}{one.contact_id}"]
                    for one in one.plan.restores}  # fmt: skip
        for planned in one.plan.documents:
            first = restores.get(str(_to(planned.document)))
            self._write_document(one.row, planned, contact, first)
            wanted.add(planned.slot)
        self._take_out(posting for slot, posting in have.items() if slot not in wanted)

    def _take_out(
        self, postings: Iterable[Posting], states: Sequence[Posting.State] = OPEN
    ) -> None:
        """Withdraw those in these states: nothing of them has left."""
        for posting in postings:
            if posting.state in states:
                self._changes.withdrawn.append(posting)
                posting.state = Posting.State.VOIDED

    def _link(self, one: PlannedOrder, document: MirrorDocument) -> None:
        """An invoice that is there becomes the order's; what else it needs is planned next."""
        have = self._postings[one.row.pk]
        sales = (
            (w.slot, w.document) for w in one.plan.documents if isinstance(w.document, Invoice)
        )
        slot, invoice = next(sales, (None, None))
        if slot is None or invoice is None:
            text = said(
                "It is linked to an invoice in Xero, and without invoices nothing follows that. "
                "Mark it as handled by hand."
            )
            self._remarks[one.row.pk].append(Reason("already_in_xero", text, "streams.invoices"))
            return
        posting = have.get(slot) or self.new_posting(one.row, slot)
        adopt(posting, invoice, document)
        have[slot] = posting
        (self._changes.new if posting._state.adding else self._changes.linked).append(posting)
        self._take_out(other for place, other in have.items() if place != slot)
        self.again_at[one.row.pk] = clock.now()

    def _write_document(
        self,
        row: TrackedOrder,
        planned: PlannedDocument,
        contact: Posting | None,
        first: Posting | None,
    ) -> None:
        """The posting of a document: new, brought up to date, or left alone. It goes after
        `first`, the restoring of the contact that it is to."""
        have = self._postings[row.pk]
        parent = self._at(row, planned.parent) if planned.parent is not None else contact
        target = self._at(row, planned.target) if planned.target is not None else first
        posting = have.get(planned.slot)
        if posting is None:
            posting = self.new_posting(row, planned.slot)
            fill(posting, planned.document, parent, target)
            posting.note = f"{planned.origin} {planned.note}".strip()[:1000]
            posting.look_up = bool(parent and parent.adopted and parent.kind == Kind.INVOICE)
            have[planned.slot] = posting
            self._changes.new.append(posting)
        elif is_open(posting):
            self._correct(posting, planned.document, parent, target, row)
        else:
            return
        if planned.look_up:
            posting.look_up = True
        number = document_key(planned.document)
        changes = isinstance(planned.document, InvoiceUpdate | DocumentStatusChange)
        taken = self._numbers.is_in_xero(posting.kind, number) and not posting.xero_id
        if changes or taken:
            # A person may have changed it meanwhile, or it is there already: looked up first.
            posting.look_up = True

    def new_posting(self, row: TrackedOrder, slot: Slot) -> Posting:
        """A posting for a place that has none; without content yet."""
        return Posting(
            organisation=self._organisation, store=self._store, order=row,
            source_kind=slot.source_kind, source_id=slot.source_id, purpose=slot.purpose,
            revision=slot.revision, lane=row.lane,
        )  # fmt: skip

    def _at(self, row: TrackedOrder, slot: Slot) -> Posting:
        """The posting of a document of the order, or of the summary that stands for it."""
        found = self._postings[row.pk].get(slot) or self._parts.posting_at(row, slot)
        assert found is not None
        return found

    def _correct(
        self, posting: Posting, document: Document, parent: Posting | None,
        target: Posting | None, row: TrackedOrder,
    ) -> None:  # fmt: skip
        """New content for a posting of which nothing is in Xero; it starts anew.

        The same content that Xero refused time and again goes out again for a person only.
        """
        payload = stored(document.payload())
        same = _without_ids(payload) == _without_ids(posting.payload)
        parent_id = parent.pk if parent else None
        waits = posting.state == Posting.State.PENDING and posting.parent_id == parent_id
        if same and waits and posting.lane == row.lane and not posting.attempts:
            return
        if same and row.lane != Lane.CLICK:
            if posting.attempts >= MOST_CURES:
                return
        else:
            posting.attempts = 0
        fill(posting, document, parent, target)
        posting.state, posting.reasons = Posting.State.PENDING, []
        posting.not_before, posting.lane = clock.now(), row.lane
        self._changes.changed.append(posting)

    def _withdraw(self, one: PlannedOrder, have: dict[Slot, Posting]) -> None:
        """Nothing more of this order goes out; what is in Xero already is said."""
        self._take_out(have.values())
        if one.built.status != SKIPPED or one.row.excluded_at is not None:
            return
        for posting in have.values():
            if posting.kind in SALES and posting.state != Posting.State.VOIDED:
                text = said(
                    "%(key)s was posted before, and now: %(message)s Void or credit it in Xero.",
                    key=posting.key,
                    message=one.built.reasons[0].message,
                )
                reason = Reason("changed_after_posting", text, Field.STATUS)
                self._remarks[one.row.pk].append(reason)

    def _left(self, posting: Posting) -> None:
        """It leaves for Xero at this moment: its order is planned again once it has arrived."""
        if posting.order_id is not None:
            self.again_at[posting.order_id] = clock.now() + timedelta(minutes=2)


def _to(document: Document) -> Id:
    """Whom a document is to; "" of one that names nobody."""
    if isinstance(document, InvoiceUpdate):
        return document.invoice.contact
    contact: Id = getattr(document, "contact", "")
    return contact


def _without_ids(payload: str) -> dict[str, Any]:
    """A payload with nothing in place of ids that are not known yet: the parent has those."""
    return loaded(payload, lambda ref: "")
