"""Let a contact in Xero follow what the shop says of the person.

The newest order or customer record counts, an older one never goes over a newer. What differs
goes out as an update: a POST that names the contact by its id and says nothing but the change.
One update of a person is on its way at a time; a later one takes over what has not left, or
waits for what has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounting.contacts.following import changes, distinct, merged, of_many, self_of
from accounting.contacts.matching import ContactAnswer
from accounting.contacts.persons import email_key
from connector.lib import clock
from connector.lib.bulk import update_each
from stores.models import Store
from sync.models import Posting, ShopContact
from xero.documents.contact_details import PERSONS, details_of, fields_of, over
from xero.documents.kinds import Kind, Ref
from xero.documents.payloads import loaded, stored
from xero.models import Organisation

SOURCE, UPDATE = "customer", "update"
_OPEN = (Posting.State.PENDING, Posting.State.HELD, Posting.State.DEAD)
_IN_FLIGHT = (Posting.State.SENDING, Posting.State.RETRY, Posting.State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Word:
    """What the shop says of a person, by one order or record, and how urgent that is. `persons`
    are those who spoke for a contact that many share, this one and earlier ones."""

    answer: ContactAnswer
    lane: str
    persons: tuple[dict[str, Any], ...] = ()

    @property
    def key(self) -> str:
        return self.answer.person.key[:300]

    @property
    def at(self) -> datetime:
        assert self.answer.person.said_at is not None
        return self.answer.person.said_at

    @property
    def details(self) -> dict[str, Any]:
        found = details_of(dict(self.answer.person.fields))
        return found | ({PERSONS: [*self.persons]} if self.persons else {})

    @property
    def contact_id(self) -> str:
        """Empty while the contact is not in Xero."""
        return self.answer.found.contact_id if self.answer.found else ""

    @property
    def there(self) -> Mapping[str, Any] | None:
        return self.answer.found.details if self.answer.found and self.contact_id else None


@dataclass(frozen=True, slots=True)
class _Change:
    """What of a word goes to Xero."""

    word: Word
    details: Mapping[str, Any]


def follow(
    store: Store,
    organisation: Organisation,
    words: Iterable[Word],
    contacts: Mapping[str, Posting],
) -> None:
    """Bring the outbox in line with what is said; inside the transaction of its ledger.

    `contacts` are the postings that stand for the persons' contacts, by the person's key.
    """
    if not store.profile.streams.customers:
        return
    newest: dict[str, Word] = {}
    persons: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for word in filter(_speaks, words):
        if word.key not in newest or word.at >= newest[word.key].at:
            newest[word.key] = word
        if word.answer.person.shared:
            persons[word.key] += self_of(word.details)
    for key, some in persons.items():
        newest[key] = replace(newest[key], persons=tuple(distinct(some)))
    heard = _Heard(store, organisation, newest)
    told = heard.take_all()
    updates = _updates(store, organisation, [word.key for word in told])
    new: list[Posting] = []
    for word in told:
        contact, earlier = contacts.get(word.key), updates[word.key]
        details = _to_send(word, heard, earlier, contact)
        if details and not (not word.contact_id and _in_time(word, details, contact)):
            latest = earlier[-1] if earlier else None
            new += _write(_Change(word, details), store, organisation, contact, latest)
    Posting.objects.bulk_create(new)


def forget(update: Posting) -> None:
    """A person has put the contact away: what was to be changed counts as not said, so that
    the next order, which restores the contact, changes it."""
    gone = details_of(_payload(update))
    rows = ShopContact.objects.filter(
        organisation=update.organisation_id, store=update.store_id, key=update.source_id
    )
    for row in rows:
        said = {name: value for name, value in row.said.items() if name not in gone}
        rows.filter(pk=row.pk, said_at=row.said_at).update(said=said)
    contact_id = _payload(update).get("ContactID") or (update.parent and update.parent.xero_id)
    update.organisation.contacts.filter(contact_id=contact_id or "").update(status="ARCHIVED")


def is_there(sent: Mapping[str, Any], there: Mapping[str, Any] | None) -> bool:
    """Whether Xero has what an update says."""
    wanted = details_of(sent)
    return there is not None and all(there.get(name) == wanted[name] for name in wanted)


def _speaks(word: Word) -> bool:
    """Whether there is anything to compare. A contact whose details are not known waits."""
    person = word.answer.person
    return bool(person.fields and person.said_at) and (
        not word.contact_id or word.there is not None
    )


class _Heard:
    """What was said before of these persons, and of the contacts that they have."""

    def __init__(self, store: Store, organisation: Organisation, words: Mapping[str, Word]) -> None:
        self._store, self._organisation = store, organisation
        # In the order of the keys, so that two workers never wait for each other.
        self._words = [words[key] for key in sorted(words)]
        ids = {word.contact_id for word in self._words if word.contact_id}
        rows = ShopContact.objects.filter(
            Q(store=store, key__in=list(words)) | Q(contact_id__in=ids), organisation=organisation
        )
        self._own: dict[str, ShopContact] = {}
        self._of: dict[str, list[ShopContact]] = defaultdict(list)
        for row in rows:
            if row.store_id == store.pk and row.key in words:
                self._own[row.key] = row
            if row.contact_id:
                self._of[row.contact_id].append(row)
        self._before = {word.key: self._earlier(word) for word in self._words}

    def before(self, word: Word) -> Mapping[str, Any] | None:
        """What was said of this contact the last time; None: nothing that is known of."""
        row = self._before[word.key]
        return row.said if row else None

    def take_all(self) -> list[Word]:
        """Keep each word that is the newest one; those that say something new."""
        newest = [word for word in self._words if self._is_newest(word)]
        first = [word for word in newest if word.key not in self._own]
        ShopContact.objects.bulk_create(
            [
                ShopContact(
                    organisation=self._organisation, store=self._store, key=word.key,
                    **self._columns(word),
                )
                for word in first
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        # Another worker may have been the first.
        for row in self._rows(first) if first else ():
            self._own[row.key] = row
        keys = {word.key for word in first}
        self._advance([word for word in newest if word.key not in keys])
        return [word for word in newest if self._take(word, first=word.key in keys)]

    def _advance(self, words: list[Word]) -> None:
        """Those that say nothing new, only later: one statement, and none of them is told."""
        rows = []
        for word in words:
            own, columns = self._own[word.key], self._columns(word)
            if own.said == columns["said"] and own.contact_id in ("", word.contact_id):
                own.said_at, own.contact_id = columns["said_at"], columns["contact_id"]
                rows.append(own)
        update_each(rows, ["said_at", "contact_id"], rising="said_at")

    def _is_newest(self, word: Word) -> bool:
        before = self._before[word.key]
        return before is None or before.said_at <= word.at

    def _take(self, word: Word, *, first: bool) -> bool:
        columns, own = self._columns(word), self._own[word.key]
        if all(getattr(own, name) == value for name, value in columns.items()):
            return first
        return bool(self._rows([word]).filter(said_at__lte=word.at).update(**columns))

    def _columns(self, word: Word) -> dict[str, Any]:
        said = merged(self.before(word), word.details)
        return {"said": said, "said_at": word.at, "contact_id": word.contact_id}

    def _rows(self, words: list[Word]) -> QuerySet[ShopContact]:
        return ShopContact.objects.filter(
            organisation=self._organisation, store=self._store,
            key__in=[word.key for word in words],
        )  # fmt: skip

    def _earlier(self, word: Word) -> ShopContact | None:
        """The newest word on the contact, whoever of ours it was said of."""
        rows = list(self._of.get(word.contact_id, ()))
        own = self._own.get(word.key)
        if own is not None:
            rows.append(own)
        return max(rows, key=lambda row: row.said_at, default=None)


def _updates(store: Store, organisation: Organisation, keys: list[str]) -> dict[str, list[Posting]]:
    """The updates of each person, the latest last."""
    rows = Posting.objects.filter(
        organisation=organisation, store=store, source_kind=SOURCE, source_id__in=keys,
        purpose=UPDATE,
    )  # fmt: skip
    found: dict[str, list[Posting]] = defaultdict(list)
    for row in rows.select_related("parent").order_by("revision"):
        found[row.source_id].append(row)
    return found


def _to_send(
    word: Word, heard: _Heard, updates: list[Posting], contact: Posting | None
) -> dict[str, Any]:
    before, there = heard.before(word), word.there
    for update in updates:
        if there is not None and update.state in (*_OPEN, *_IN_FLIGHT):
            # What is on its way counts as if it were there already.
            there = merged(there, details_of(_payload(update)))
    answer = word.answer
    changed = answer.found.updated_at if answer.found else None
    # Without an earlier word nobody knows whether the shop's or Xero's is the newer one.
    doubtful = before is None and changed is not None and changed >= word.at
    fill_only = not answer.made or answer.person.shared or doubtful
    said = word.details
    if answer.person.shared:
        made = there if word.contact_id else _on_its_way(contact)
        said = of_many(said, before, made)
    return changes(said, before, there, fill_only=fill_only)


def _on_its_way(contact: Posting | None) -> Mapping[str, Any] | None:
    """What a contact that is not in Xero yet is going to say."""
    return details_of(_payload(contact)) if contact is not None else None


def _in_time(word: Word, details: Mapping[str, Any], contact: Posting | None) -> bool:
    """Whether the contact has not left for Xero yet, and takes the change with it."""
    if contact is None or contact.purpose != "contact" or contact.state != Posting.State.PENDING:
        return False
    payload = over(_payload(contact), fields_of(details))
    if payload == _payload(contact):
        return True
    waiting = Posting.objects.filter(pk=contact.pk, state=Posting.State.PENDING)
    key = email_key(payload.get("EmailAddress", ""))[:300]
    return bool(waiting.update(payload=stored(payload), email_key=key))


def _write(
    change: _Change,
    store: Store,
    organisation: Organisation,
    contact: Posting | None,
    update: Posting | None,
) -> list[Posting]:
    """The update that waits takes the change over; where none does, a new one."""
    known = contact.xero_id if contact and isinstance(change.word.answer.id, Ref) else ""
    body = {"ContactID": known or change.word.answer.id} | fields_of(change.details)
    behind = contact if contact and contact.state != Posting.State.POSTED else None
    if update is not None and update.state in _OPEN:
        if update.parent is not None and update.parent.purpose == UPDATE:
            behind = update.parent
        payload = over(_payload(update), body)
        waiting = Posting.objects.filter(pk=update.pk)
        if waiting.move(
            to=Posting.State.PENDING, frm=_OPEN, payload=stored(payload), reasons=[], attempts=0,
            not_before=clock.now(), key=_key(change.word), parent=behind, lane=change.word.lane,
        ):  # fmt: skip
            return []
        update.refresh_from_db()
    if update is not None and update.state in _IN_FLIGHT:
        behind = update
    return [
        Posting(
            organisation=organisation,
            store=store,
            source_kind=SOURCE,
            source_id=change.word.key,
            purpose=UPDATE,
            verb="POST",
            revision=update.revision + 1 if update else 1,
            kind=Kind.CONTACT,
            key=_key(change.word),
            parent=behind,
            payload=stored(body),
            lane=change.word.lane,
        )
    ]


def _payload(posting: Posting) -> dict[str, Any]:
    return loaded(posting.payload, lambda ref: ref)


def _key(word: Word) -> str:
    """By which it is found on pages; the answer is matched by the ContactID."""
    return word.answer.person.name[:300]
