"""The outbox's side of contacts: one posting for each person whom documents belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

import structlog
from django.db.models import Q

from accounting.contacts.directory import Contacts
from accounting.contacts.matching import ContactAnswer
from accounting.contacts.persons import email_key, name_key
from accounting.sale.built import Built
from connector.lib import clock
from connector.lib.database.bulk import update_each
from stores.models import Store
from sync.contacts.follow import follow
from sync.contacts.heard import Statement
from sync.models import Posting, TrackedOrder
from xero.documents.kinds import Kind, Ref
from xero.documents.master_data import Contact
from xero.documents.payloads import stored
from xero.models import Lane, MirrorContact, Organisation

log = structlog.get_logger(__name__)
_REFUSED = (Posting.State.HELD, Posting.State.DEAD)
_URGENCY = {lane: place for place, lane in enumerate(Lane.values)}
_CORRECTED = [
    "key", "name_key", "email_key", "payload", "state", "reasons", "attempts", "lane",
    "not_before", "changed_at",
]  # fmt: skip
_Slot = tuple[str, str]


@dataclass(slots=True)
class ContactPostings:
    """Writes the contacts of one chunk of orders, inside the transaction of its ledger."""

    store: Store
    organisation: Organisation
    contacts: Contacts
    _known: dict[_Slot, Posting] = field(default_factory=dict)
    _new: dict[_Slot, Posting] = field(default_factory=dict)
    _corrected: dict[int, Posting] = field(default_factory=dict)
    _unusable: set[str] = field(default_factory=set)
    _merged: set[str] = field(default_factory=set)

    def write(self, ready: Sequence[tuple[TrackedOrder, Built]]) -> dict[str, Posting]:
        """Postings of the contacts that these documents belong to, by the person's key."""
        found = ((row.lane, one.contact) for row, one in ready)
        return self.write_statements([Statement(answer, lane) for lane, answer in found if answer])

    def write_statements(self, statements: Sequence[Statement]) -> dict[str, Posting]:
        """As `write`, of what a shop says of people."""
        keys = {statement.key for statement in statements}
        self._load(keys)
        for statement in statements:
            self._want(statement)
        new = sorted(self._new.values(), key=attrgetter("source_id", "purpose", "revision"))
        Posting.objects.bulk_create(new, ignore_conflicts=True)
        update_each(list(self._corrected.values()), _CORRECTED, states=(*_REFUSED, "pending"))
        parents = self._parents(keys, [statement.answer for statement in statements])
        follow(self.store, self.organisation, statements, parents)
        return parents

    def _ours(self, keys: set[str]) -> list[Posting]:
        rows = Posting.objects.filter(
            organisation=self.organisation, store=self.store, source_kind="contact",
            source_id__in=keys,
        )  # fmt: skip
        return list(rows.order_by("pk"))

    def _load(self, keys: set[str]) -> None:
        self._known = {(row.source_id, row.purpose): row for row in self._ours(keys)}
        gone = MirrorContact.objects.filter(
            organisation=self.organisation, status__in=("ARCHIVED", "GDPRREQUEST"),
            contact_id__in=[row.xero_id for row in self._known.values() if row.xero_id],
        )  # fmt: skip
        for contact_id, merged_to in gone.values_list("contact_id", "merged_to"):
            self._unusable.add(contact_id)
            if merged_to:
                self._merged.add(contact_id)

    def _want(self, statement: Statement) -> None:
        key, answer, lane = statement.key, statement.answer, statement.lane
        if answer.warnings:
            log.warning(
                "contacts.likely_duplicates", store_id=self.store.pk, contact=str(answer.id)
            )
        if answer.contact is None:
            self._link_to(statement)
            return
        posting = self._posting(answer.contact, lane)
        latest = self._known.get((key, posting.purpose))
        if (key, posting.purpose) in self._new:
            self._hurry(self._new[key, posting.purpose], lane)
        elif latest is None:
            self._new[key, posting.purpose] = posting
        elif latest.state in _REFUSED:
            self._reopen(latest, posting)
        elif latest.state == Posting.State.POSTED and latest.xero_id in self._unusable:
            # It was archived since: to be restored once more, or another made beside it.
            posting.revision = latest.revision + 1
            self._new[key, posting.purpose] = posting
        else:
            self._hurry(latest, lane)

    def _link_to(self, statement: Statement) -> None:
        """Keep the link to a contact that is there, and let it go on to what it became."""
        slot = (statement.key, "contact")
        known, contact_id = self._known.get(slot), statement.answer.id
        if isinstance(contact_id, str) and slot not in self._new:
            if known is None:
                self._new[slot] = self._link(statement)
            elif known.xero_id in self._merged and known.xero_id != contact_id:
                # The earlier link stays on record.
                self._new[slot] = self._link(statement, revision=known.revision + 1)
        self._hurry(known, statement.lane)

    def _hurry(self, posting: Posting | None, lane: str) -> None:
        """A contact that waits goes as soon as the most urgent order that needs it."""
        if posting is None or posting.state != Posting.State.PENDING:
            return
        if _URGENCY[lane] < _URGENCY[posting.lane]:
            posting.lane = lane
            if posting.pk:
                self._corrected[posting.pk] = posting

    def _reopen(self, refused: Posting, wanted: Posting) -> None:
        """One that was refused is tried again, as it is known now, with who needs it."""
        for name in ("key", "name_key", "email_key", "payload", "lane"):
            setattr(refused, name, getattr(wanted, name))
        refused.state, refused.reasons, refused.attempts = Posting.State.PENDING, [], 0
        refused.not_before = refused.changed_at = clock.now()
        self._corrected[refused.pk] = refused

    def _posting(self, contact: Contact, lane: str) -> Posting:
        return Posting(
            organisation=self.organisation,
            store=self.store,
            source_kind="contact",
            source_id=contact.key[:300],
            purpose="restore" if contact.existing_id else "contact",
            verb=contact.verb,
            kind=Kind.CONTACT,
            key=contact.natural_key[:300],
            name_key=name_key(contact.name)[:300],
            email_key=email_key(dict(contact.fields).get("EmailAddress", ""))[:300],
            payload=stored(contact.payload()),
            lane=lane,
        )

    def _link(self, statement: Statement, *, revision: int = 1) -> Posting:
        """A person whom Xero knew before us: the link is kept, nothing is sent."""
        person = statement.answer.person
        return Posting(
            organisation=self.organisation,
            store=self.store,
            source_kind="contact",
            source_id=statement.key,
            purpose="contact",
            revision=revision,
            kind=Kind.CONTACT,
            key=person.name[:300],
            name_key=name_key(person.name)[:300],
            email_key=email_key(person.email)[:300],
            payload="{}",
            state=Posting.State.POSTED,
            xero_id=str(statement.answer.id),
            adopted=True,
            posted_at=clock.now(),
        )

    def _parents(self, keys: set[str], answers: list[ContactAnswer]) -> dict[str, Posting]:
        """The newest posting of each person; of one without, that of whoever it refers to.

        The same person may buy as a guest and as a customer, or in two stores of one
        organisation, before Xero has the contact. Nothing for whoever refers to a contact that
        another order was to make, and that order was let go of meanwhile.
        """
        parents = {row.source_id: row for row in self._ours(keys)}
        refs = {
            answer.person.key: answer.id.key
            for answer in answers
            if isinstance(answer.id, Ref) and answer.person.key[:300] not in parents
        }
        if not refs:
            return parents
        named = Q(name_key__in=[name_key(ref)[:300] for ref in refs.values()])
        rows = Posting.objects.filter(
            Q(key__in=[ref[:300] for ref in refs.values()]) | named,
            organisation=self.organisation, kind=Kind.CONTACT,
        ).exclude(state=Posting.State.VOIDED)  # fmt: skip
        found: dict[str, Posting] = {}
        for row in rows.order_by("-pk"):
            found |= {row.key: row, row.name_key: row}
        for key, ref in refs.items():
            if (made := found.get(ref[:300]) or found.get(name_key(ref)[:300])) is not None:
                parents[key[:300]] = made
        return parents
