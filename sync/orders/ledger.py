"""What a plan changes in the outbox: new intentions, corrected ones, withdrawn ones.

A document that is on its way or in Xero is never touched from here. One that waits, is held
or was refused takes over the new content; one that is no longer wanted is withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounting.by_people import with_people
from accounting.contacts.directory import Contacts
from accounting.contacts.matching import RESTORED
from accounting.history import History, Slot
from accounting.money.standing import posted_money
from accounting.plan.plan import Plan
from accounting.plan.receivables import Want
from accounting.reasons import Reason
from accounting.sale.built import HELD, READY, SKIPPED, Built, EarlierInvoice, Standing
from accounting.summary.parts import Part
from connector.lib import clock
from connector.lib.money import from_units
from stores.models import Store
from stores.profile import Field
from sync.contacts.follow import Word
from sync.contacts.postings import ContactPostings
from sync.contacts.standing import StandingContacts, answer_of
from sync.models import Posting, TrackedOrder
from sync.outbox.adopt import LINKED, adopt
from sync.outbox.entries import MOST_CURES, OPEN, entry_of, is_open, slot_of, withdrawn
from sync.outbox.fill import document_key, fill
from sync.outbox.labels import label_of
from sync.summaries.parts import SummaryParts
from xero.documents.documents import CreditNote, Document, Invoice, InvoiceUpdate, StatusChange
from xero.documents.kinds import Id, Kind
from xero.documents.payloads import loaded, stored
from xero.documents.statuses import APPROVED
from xero.models import Lane, MirrorDocument, Organisation

_NUMBERED = (Kind.INVOICE, Kind.CREDIT_NOTE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state and reasons of an order once its documents are in the outbox."""

    state: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One order: what was built of it, what is to be done, and what it brings to summaries.

    `link` is the invoice in Xero that a person said is the order's own.
    """

    row: TrackedOrder
    built: Built
    plan: Plan = field(default_factory=Plan)
    parts: tuple[Part, ...] = ()
    link: MirrorDocument | None = None

    @property
    def active(self) -> bool:
        """Whether its documents go by the plan: it is ready, or it is being taken back."""
        return self.built.status == READY or self.plan.reversed


@dataclass(slots=True)
class _Changes:
    new: list[Posting] = field(default_factory=list)
    changed: list[Posting] = field(default_factory=list)
    withdrawn: list[Posting] = field(default_factory=list)
    linked: list[Posting] = field(default_factory=list)


class Ledger:
    """Writes one chunk of planned orders; `write` is used inside the transaction that holds
    their claim, `load` before they are built."""

    def __init__(self, store: Store, organisation: Organisation) -> None:
        self._store = store
        self._organisation = organisation
        self._postings: dict[int, dict[Slot, Posting]] = defaultdict(dict)
        self._credited: dict[int, dict[Slot, Decimal]] = defaultdict(dict)
        self._remarks: dict[int, list[Reason]] = defaultdict(list)
        self._in_xero: set[tuple[str, str]] = set()
        self._owner: dict[str, int | None] = {}
        self._changes = _Changes()
        self._parts = SummaryParts(store)
        self._contacts = StandingContacts(organisation)
        self.again_at: dict[int, datetime] = {}

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
        sales = (Kind.INVOICE, Kind.BANK_TRANSACTION)
        return any(
            posting.kind in sales and not withdrawn(posting)
            for posting in self._postings[row.pk].values()
        )

    def sends_to_buyer(self, row: TrackedOrder, plan: Plan) -> bool:
        """Whether a document of this plan that names the buyer is still to go out."""
        have = self._postings[row.pk]
        unsent = (one for one in plan.wants if one.slot not in have or is_open(have[one.slot]))
        return any(want.parent is None for want in unsent)

    def postings(self, row: TrackedOrder) -> list[Posting]:
        """All of the order's own, in the outbox and in Xero."""
        return [*self._postings[row.pk].values()]

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

    def outcome(self, row: TrackedOrder, planned: Planned) -> Outcome:
        """The plan's answer, or a hold where it contradicts what was posted before."""
        built = planned.built
        remarks = self._remarks[row.pk]
        if planned.plan.reversed and built.status == SKIPPED:
            if row.excluded_at is not None:
                return Outcome("excluded", (*built.reasons, *planned.plan.reasons, *remarks))
            return Outcome("ready", (*planned.plan.reasons, *remarks))
        reasons = (*built.reasons, *planned.plan.reasons, *remarks)
        if built.status == SKIPPED and not remarks:
            excluded = row.excluded_at is not None
            return Outcome("excluded" if excluded else SKIPPED, reasons)
        if built.status != READY or self._contradicted(row):
            return Outcome(HELD, reasons)
        return Outcome("ready", reasons)

    def write(self, planned: Sequence[Planned], contacts: Contacts) -> None:
        """Bring the outbox in line with these plans: a fixed number of statements."""
        self.load([one.row.pk for one in planned])
        self._find_taken_numbers(planned)
        planned = self._in_time(planned)
        ready = [(one.row, one.built) for one in planned if one.built.status == READY]
        parents = self._write_contacts(planned, ready, contacts)
        for one in planned:
            self._write_order(one, parents)
        self._apply()

    def _write_contacts(
        self, planned: Sequence[Planned], ready: Sequence[tuple[TrackedOrder, Built]],
        contacts: Contacts,
    ) -> dict[str, Posting]:  # fmt: skip
        """Postings of the contacts that the orders need: of their buyers, and of those whom
        their documents belong to and who must be restored first."""
        words = [Word(one.contact, row.lane) for row, one in ready if one.contact]
        for one in planned:
            for found in one.plan.restores:
                words.append(Word(answer_of(self._organisation, found), one.row.lane))
        return ContactPostings(self._store, self._organisation, contacts).write_words(words)

    def _in_time(self, planned: Sequence[Planned]) -> list[Planned]:
        """Those that no summary has taken over meanwhile; the others are planned again."""
        kept = [one for one in planned if not one.plan.keep]
        late = self._parts.write([(o.row, o.parts if o.active else ()) for o in kept])
        soon = clock.now() + timedelta(seconds=5)
        self.again_at |= dict.fromkeys(late, soon)
        return [one for one in planned if one.row.pk not in late]

    # --- numbers ----------------------------------------------------------------------------

    def _find_taken_numbers(self, planned: Sequence[Planned]) -> None:
        """Which numbers Xero has already, and which of our orders owns each.

        Of two orders with one number the one that has a document of that number owns it,
        else the older one.
        """
        wanted = [
            (Kind(want.document.kind), want.document.number, one.row.pk)
            for one in planned
            for want in one.plan.wants
            if isinstance(want.document, Invoice | CreditNote)
        ]
        numbers = {number for _, number, _ in wanted}
        in_xero = MirrorDocument.objects.filter(
            organisation=self._organisation, kind__in=_NUMBERED, number__in=numbers
        )
        self._in_xero = set(in_xero.values_list("kind", "number"))
        ours = Posting.objects.filter(
            organisation=self._organisation, kind=Kind.INVOICE, verb="PUT", key__in=numbers
        ).exclude(state=Posting.State.VOIDED, xero_id="")
        owned = list(ours.order_by("pk").values_list("key", "order_id"))
        mine = sorted((number, pk) for kind, number, pk in wanted if kind == Kind.INVOICE)
        for number, order in [*owned, *mine]:
            self._owner.setdefault(number, order)

    def _contradicted(self, row: TrackedOrder) -> bool:
        codes = {reason.code for reason in self._remarks[row.pk]}
        return bool(codes & {"number_taken", "already_in_xero"})

    def _others_number(self, one: Planned) -> str:
        """A number of the order's invoices that is another order's; "" if there is none."""
        for want in one.plan.wants:
            if isinstance(want.document, Invoice):
                number = want.document.number
                if self._owner.get(number, one.row.pk) != one.row.pk:
                    return number
        return ""

    # --- an order's documents ---------------------------------------------------------------

    def _write_order(self, one: Planned, parents: dict[str, Posting]) -> None:
        have = self._postings[one.row.pk]
        if one.plan.keep:
            return
        if one.plan.wait:
            # Something is on its way that decides: look again once it has arrived.
            self.again_at[one.row.pk] = clock.now() + timedelta(minutes=2)
        if not one.active:
            self._withdraw(one, have)
            return
        if taken := self._others_number(one):
            text = f"{taken} is the number of another order's invoice."
            self._remarks[one.row.pk].append(Reason("number_taken", text, "number_prefix"))
            self._withdraw(one, have)
            return
        if one.link is not None:
            self._link(one, one.link)
            return
        contact = None
        if one.built.contact is not None:
            contact = parents[one.built.contact.person.key[:300]]
        elif self.sends_to_buyer(one.row, one.plan):
            # What stood when it was built was refused meanwhile.
            self.again_at[one.row.pk] = clock.now() + timedelta(seconds=5)
            return
        wanted = set()
        restores = {one.contact_id: parents[f"{RESTORED}{one.contact_id}"]
                    for one in one.plan.restores}  # fmt: skip
        for want in one.plan.wants:
            first = restores.get(str(_to(want.document)))
            self._want(one.row, want, contact, first)
            wanted.add(want.slot)
        for slot, posting in have.items():
            if slot not in wanted and posting.state in OPEN:
                self._changes.withdrawn.append(posting)
                posting.state = Posting.State.VOIDED

    def _link(self, one: Planned, document: MirrorDocument) -> None:
        """An invoice that is there becomes the order's; what else it needs is planned next."""
        have = self._postings[one.row.pk]
        sales = ((w.slot, w.document) for w in one.plan.wants if isinstance(w.document, Invoice))
        slot, invoice = next(sales, (None, None))
        if slot is None or invoice is None:
            text = "It is linked to an invoice in Xero, and without invoices nothing follows that."
            text += " Mark it as handled by hand."
            self._remarks[one.row.pk].append(Reason("already_in_xero", text, "streams.invoices"))
            return
        posting = have.get(slot) or self.new_posting(one.row, slot)
        adopt(posting, invoice, document)
        have[slot] = posting
        (self._changes.new if posting._state.adding else self._changes.linked).append(posting)
        for place, other in have.items():
            if place != slot and other.state in OPEN:
                self._changes.withdrawn.append(other)
                other.state = Posting.State.VOIDED
        self.again_at[one.row.pk] = clock.now()

    def _want(
        self, row: TrackedOrder, want: Want, contact: Posting | None, first: Posting | None
    ) -> None:
        """The posting of a document: new, brought up to date, or left alone. It goes after
        `first`, the restoring of the contact that it is to."""
        have = self._postings[row.pk]
        parent = self._at(row, want.parent) if want.parent is not None else contact
        target = self._at(row, want.target) if want.target is not None else first
        posting = have.get(want.slot)
        if posting is None:
            posting = self.new_posting(row, want.slot)
            fill(posting, want.document, parent, target)
            posting.note = f"{want.origin} {want.note}".strip()[:1000]
            posting.look_up = bool(parent and parent.adopted and parent.kind == Kind.INVOICE)
            have[want.slot] = posting
            self._changes.new.append(posting)
        elif is_open(posting):
            self._correct(posting, want.document, parent, target, row)
        else:
            return
        if want.look_up:
            posting.look_up = True
        number = document_key(want.document)
        changes = isinstance(want.document, InvoiceUpdate | StatusChange)
        if changes or ((posting.kind, number) in self._in_xero and not posting.xero_id):
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

    def _withdraw(self, one: Planned, have: dict[Slot, Posting]) -> None:
        """Nothing more of this order goes out; what is in Xero already is said."""
        for posting in have.values():
            if posting.state in OPEN:
                self._changes.withdrawn.append(posting)
                posting.state = Posting.State.VOIDED
            elif (
                posting.kind in (Kind.INVOICE, Kind.BANK_TRANSACTION)
                and one.built.status == SKIPPED
                and one.row.excluded_at is None
                and posting.state != Posting.State.VOIDED
            ):
                text = (
                    f"{posting.key} was posted before, and now: {one.built.reasons[0].message} "
                    "Void or credit it in Xero."
                )
                reason = Reason("changed_after_posting", text, Field.STATUS)
                self._remarks[one.row.pk].append(reason)

    def _apply(self) -> None:
        """Parents before their children, so that these can name them."""
        changes = self._changes
        for _, rows in sorted(_by_depth(changes.new).items()):
            Posting.objects.bulk_create(rows)
        for posting in changes.changed:
            mine = Posting.objects.filter(pk=posting.pk, xero_id="")
            if not mine.move(
                to=posting.state, frm=(*OPEN, Posting.State.VOIDED),
                **{name: getattr(posting, name) for name in _CORRECTED},
            ):  # fmt: skip
                self._left(posting)
        for posting in changes.linked:
            mine = Posting.objects.filter(pk=posting.pk, xero_id="")
            taken = {name: getattr(posting, name) for name in (*_CORRECTED, *LINKED)}
            if not mine.move(to=posting.state, frm=(*OPEN, Posting.State.VOIDED), **taken):
                self._left(posting)
        for posting in changes.withdrawn:
            mine = Posting.objects.filter(pk=posting.pk)
            if not mine.move(to=Posting.State.VOIDED, frm=OPEN):
                self._left(posting)

    def _left(self, posting: Posting) -> None:
        """It left for Xero while its order was planned: plan again once it has arrived."""
        if posting.order_id is not None:
            self.again_at[posting.order_id] = clock.now() + timedelta(minutes=2)


_CORRECTED = (
    "kind", "verb", "key", "payload", "expected", "rates", "breakdown", "document_date", "parent",
    "target", "reasons", "attempts", "not_before", "lane", "look_up",
)  # fmt: skip


def _to(document: Document) -> Id:
    """Whom a document is to; "" of one that names nobody."""
    if isinstance(document, InvoiceUpdate):
        return document.invoice.contact
    contact: Id = getattr(document, "contact", "")
    return contact


def _by_depth(rows: Sequence[Posting]) -> dict[int, list[Posting]]:
    """New rows by how many new rows stand above them."""
    found: dict[int, list[Posting]] = defaultdict(list)
    for row in rows:
        found[_depth(row)].append(row)
    return found


def _depth(row: Posting) -> int:
    above = [one for one in (row.parent, row.target) if one is not None and one._state.adding]
    return 1 + max((_depth(one) for one in above), default=0)


def _without_ids(payload: str) -> dict[str, Any]:
    """A payload with nothing in place of ids that are not known yet: the parent has those."""
    return loaded(payload, lambda ref: "")
