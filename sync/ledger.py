"""What a build changes in the outbox: new intentions, corrected ones, withdrawn ones.

A document that is on its way or in Xero is never touched from here. One that waits, is held
or was refused takes over the new content; one that is no longer wanted is withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.lib import clock
from connector.lib.money import ZERO, plain
from stores.models import Store
from sync.breakdown import breakdown_of, date_of
from sync.build import HELD, SKIPPED, Built
from sync.contact_postings import ContactPostings
from sync.contacts import contact_key
from sync.directory import Contacts
from sync.models import Posting, TrackedOrder
from sync.reasons import Reason
from xero.documents import (
    Allocation,
    BankTransaction,
    Contact,
    CreditNote,
    Document,
    Invoice,
    InvoiceUpdate,
    Kind,
    Payment,
    Refund,
    StatusChange,
)
from xero.models import Lane, MirrorDocument, Organisation
from xero.payloads import loaded, stored

# How often a refusal is cured by building anew before it is left to a person.
MOST_CURES = 3
# States in which nothing of a posting has left, or all of it is known to have been refused.
OPEN = (Posting.State.PENDING, Posting.State.HELD, Posting.State.DEAD)
_Slot = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state and reasons of an order once its documents are in the outbox."""

    state: str
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class _Plan:
    new: list[Posting] = field(default_factory=list)
    changed: list[Posting] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)


class Ledger:
    """Writes one chunk of built orders; used inside the transaction that holds their claim."""

    def __init__(self, store: Store, organisation: Organisation, contacts: Contacts) -> None:
        self._store = store
        self._organisation = organisation
        self._contacts = contacts
        self._postings: dict[int, dict[_Slot, Posting]] = defaultdict(dict)
        self._remarks: dict[int, list[Reason]] = defaultdict(list)
        self._in_xero: set[str] = set()
        self._owner: dict[str, int] = {}
        self._plan = _Plan()
        self.again_at: dict[int, datetime] = {}

    def postings(self, row: TrackedOrder) -> list[Posting]:
        return list(self._postings[row.pk].values())

    def outcome(self, row: TrackedOrder, built: Built) -> Outcome:
        """The build's answer, or a hold where it contradicts what was posted before."""
        reasons = (*built.reasons, *self._remarks[row.pk])
        if built.status == SKIPPED and not self._remarks[row.pk]:
            excluded = row.excluded_at is not None
            return Outcome("excluded" if excluded else SKIPPED, reasons)
        if built.status != "ready" or self._number_taken(row):
            return Outcome(HELD, reasons)
        return Outcome("ready", reasons)

    def write(self, built: Sequence[tuple[TrackedOrder, Built]]) -> None:
        """Bring the outbox in line with these builds: a fixed number of statements."""
        self._load([row.pk for row, _ in built])
        self._find_taken_numbers(built)
        ready = [(row, one) for row, one in built if one.status == "ready"]
        parents = ContactPostings(self._store, self._organisation, self._contacts).write(ready)
        for row, one in built:
            self._plan_order(row, one, parents)
        self._apply()

    def _load(self, orders: list[int]) -> None:
        ours = Posting.objects.filter(order_id__in=orders, organisation=self._organisation)
        for posting in ours.order_by("revision"):
            assert posting.order_id is not None
            self._postings[posting.order_id][posting.purpose, posting.revision] = posting

    # --- numbers ----------------------------------------------------------------------------

    def _find_taken_numbers(self, built: Sequence[tuple[TrackedOrder, Built]]) -> None:
        """Which invoice numbers Xero has already, and which of our orders owns each.

        Of two orders with one number the one that has a document of that number owns it,
        else the older one.
        """
        numbers = [(one.invoice.number, row.pk) for row, one in built if one.invoice is not None]
        wanted = {number for number, _ in numbers}
        in_xero = MirrorDocument.objects.filter(
            organisation=self._organisation, kind="invoice", number__in=wanted
        )
        self._in_xero = set(in_xero.values_list("number", flat=True))
        ours = Posting.objects.filter(
            organisation=self._organisation, kind=Kind.INVOICE, key__in=wanted
        ).exclude(state=Posting.State.VOIDED)
        owned = list(ours.order_by("pk").values_list("key", "order_id"))
        for number, order in [*owned, *sorted(numbers)]:
            self._owner.setdefault(number, order)

    def _number_taken(self, row: TrackedOrder) -> bool:
        return any(reason.code == "number_taken" for reason in self._remarks[row.pk])

    # --- an order's documents ---------------------------------------------------------------

    def _plan_order(self, row: TrackedOrder, built: Built, parents: dict[str, Posting]) -> None:
        have = self._postings[row.pk]
        if built.status != "ready":
            self._withdraw(row, have, built)
            return
        assert built.invoice is not None
        assert built.contact is not None
        if self._owner.get(built.invoice.number, row.pk) != row.pk:
            text = f"{built.invoice.number} is the number of another order's invoice."
            self._remarks[row.pk].append(Reason("number_taken", text, "number_prefix"))
            self._withdraw(row, have, built)
            return
        contact = parents[built.contact.person.key[:300]]
        invoice = self._want(row, "invoice", 1, built.invoice, contact)
        if built.invoice.number in self._in_xero and not invoice.xero_id:
            invoice.look_up = True
        wanted = {("invoice", 1)}
        for index, payment in enumerate(built.payments, start=1):
            wanted |= self._want_payment(row, f"payment-{index}", payment, invoice)
        for slot, posting in have.items():
            if slot not in wanted and posting.state in OPEN:
                self._plan.withdrawn.append(posting.pk)
                posting.state = Posting.State.VOIDED

    def _want(
        self, row: TrackedOrder, purpose: str, revision: int, document: Document,
        parent: Posting | None,
    ) -> Posting:  # fmt: skip
        """The posting of a document: new, brought up to date, or left alone."""
        posting = self._postings[row.pk].get((purpose, revision))
        payload = stored(document.payload())
        if posting is None:
            posting = self._new(row, purpose, revision, document, payload, parent)
            self._postings[row.pk][purpose, revision] = posting
            self._plan.new.append(posting)
        elif posting.state in OPEN or posting.state == Posting.State.VOIDED:
            self._correct(posting, document, payload, parent, row)
        elif isinstance(document, Invoice) and _money_moved(posting, document):
            self._changed_too_late(row, posting)
        return posting

    def _want_payment(
        self, row: TrackedOrder, purpose: str, payment: Payment, invoice: Posting
    ) -> set[_Slot]:
        """A tender's postings. One that grew since it was posted gets a second for the rest."""
        done = ZERO
        slots: set[_Slot] = set()
        revision = 1
        while (posting := self._postings[row.pk].get((purpose, revision))) is not None:
            if posting.state in OPEN or posting.state == Posting.State.VOIDED:
                break
            done += amount_of(posting)
            slots.add((purpose, revision))
            revision += 1
        rest = payment.amount - done
        if rest < 0:
            text = f"{plain(done)} was posted as received, the shop now says {payment.amount}."
            self._remarks[row.pk].append(Reason("changed_after_posting", text, "payment"))
        if rest <= 0:
            return slots
        reference = payment.reference if revision == 1 else f"{payment.reference}-{revision}"
        part = Payment(
            payment.invoice, payment.account, payment.date, rest, reference,
            payment.account_is_id, payment.currency_rate,
        )  # fmt: skip
        self._want(row, purpose, revision, part, invoice)
        return slots | {(purpose, revision)}

    def _new(
        self, row: TrackedOrder, purpose: str, revision: int, document: Document, payload: str,
        parent: Posting | None,
    ) -> Posting:  # fmt: skip
        return Posting(
            organisation=self._organisation,
            store=self._store,
            order=row,
            source_kind="order",
            source_id=row.source_id,
            purpose=purpose,
            revision=revision,
            kind=document.kind,
            key=document_key(document),
            parent=parent,
            payload=payload,
            expected=expected_of(document),
            breakdown=breakdown_of(document),
            document_date=date_of(document),
            lane=row.lane,
            look_up=bool(parent and parent.adopted and parent.kind == Kind.INVOICE),
        )

    def _correct(
        self, posting: Posting, document: Document, payload: str, parent: Posting | None,
        row: TrackedOrder,
    ) -> None:  # fmt: skip
        """New content for a posting of which nothing is in Xero; it starts anew.

        The same content that Xero refused time and again goes out again for a person only.
        """
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
        posting.key, posting.payload = document_key(document), payload
        posting.expected, posting.parent = expected_of(document), parent
        posting.breakdown, posting.document_date = breakdown_of(document), date_of(document)
        posting.state, posting.reasons = Posting.State.PENDING, []
        posting.not_before, posting.lane = clock.now(), row.lane
        self._plan.changed.append(posting)

    def _changed_too_late(self, row: TrackedOrder, posting: Posting) -> None:
        if posting.state != Posting.State.POSTED:
            # Its fate is not known yet: look again once it is.
            self.again_at[row.pk] = clock.now() + timedelta(minutes=2)
            return
        text = f"{posting.key} is in Xero as it was before; the shop has changed the order since."
        self._remarks[row.pk].append(Reason("changed_after_posting", text, "updated_at"))

    def _withdraw(self, row: TrackedOrder, have: dict[_Slot, Posting], built: Built) -> None:
        """Nothing more of this order goes out; what is in Xero already is said."""
        for posting in have.values():
            if posting.state in OPEN:
                self._plan.withdrawn.append(posting.pk)
                posting.state = Posting.State.VOIDED
            elif row.excluded_at is not None:
                continue  # a person left it out: what is posted stays, and nobody is asked
            elif posting.kind == Kind.INVOICE and built.status == SKIPPED:
                text = (
                    f"{posting.key} was posted before, and now: {built.reasons[0].message} "
                    "Void or credit it in Xero."
                )
                self._remarks[row.pk].append(Reason("changed_after_posting", text, "status"))

    def _apply(self) -> None:
        plan = self._plan
        invoices = [posting for posting in plan.new if posting.kind == Kind.INVOICE]
        others = [posting for posting in plan.new if posting.kind != Kind.INVOICE]
        Posting.objects.bulk_create(invoices)
        Posting.objects.bulk_create(others)
        for posting in plan.changed:
            Posting.objects.filter(pk=posting.pk).move(
                to=posting.state, frm=(*OPEN, Posting.State.VOIDED), key=posting.key,
                payload=posting.payload, expected=posting.expected, parent=posting.parent,
                breakdown=posting.breakdown, document_date=posting.document_date,
                reasons=[], attempts=posting.attempts, not_before=posting.not_before,
                lane=posting.lane, look_up=posting.look_up,
            )  # fmt: skip
        Posting.objects.filter(pk__in=plan.withdrawn).move(to=Posting.State.VOIDED, frm=OPEN)


def document_key(document: Document) -> str:
    """The natural key by which Xero's answer, or a look-up, is matched."""
    match document:
        case Contact():
            return contact_key(document)[:300]
        case Invoice() | CreditNote():
            return document.number
        case InvoiceUpdate():
            return document.invoice.number
        case StatusChange():
            return str(document.document)
        case Allocation():
            return str(document.invoice)
        case Payment() | Refund() | BankTransaction():
            return document.reference


def expected_of(document: Document) -> dict[str, str] | None:
    totals = document.expected()
    if totals is None:
        return None
    return {
        "SubTotal": plain(totals.sub_total),
        "TotalTax": plain(totals.total_tax),
        "Total": plain(totals.total),
    }


def _without_ids(payload: str) -> dict[str, Any]:
    """A payload with nothing in place of ids that are not known yet: the parent has those."""
    return loaded(payload, lambda ref: "")


def amount_of(posting: Posting) -> Decimal:
    """The amount of a payment's payload."""
    amount: Decimal = loaded(posting.payload, lambda ref: ref)["Amount"]
    return amount


def _money_moved(posting: Posting, invoice: Invoice) -> bool:
    """Whether the order's totals are no longer those that went to Xero.

    Accounts, texts and tax types may differ without that: a mapping that is changed today
    does not reach back to what was posted yesterday.
    """
    currency = loaded(posting.payload, lambda ref: ref)["CurrencyCode"]
    return (posting.expected, currency) != (expected_of(invoice), invoice.currency)
