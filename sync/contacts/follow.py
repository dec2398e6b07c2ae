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
from typing import Any

from accounting.contacts.following import changes, distinct, merged, of_many, self_of
from accounting.contacts.persons import email_key
from connector.lib import clock
from stores.models import Store
from sync.contacts.heard import Statement, Statements, key_of, payload_of
from sync.models import LeftOutCustomer, Posting, ShopContact
from xero.documents.contact_details import details_of, fields_of, over
from xero.documents.kinds import Kind, Ref
from xero.documents.payloads import stored
from xero.models import Organisation

SOURCE, UPDATE = "customer", "update"
_OPEN = (Posting.State.PENDING, Posting.State.HELD, Posting.State.DEAD)
_IN_FLIGHT = (Posting.State.SENDING, Posting.State.RETRY, Posting.State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Change:
    """What of a statement goes to Xero."""

    statement: Statement
    details: Mapping[str, Any]


def follow(
    store: Store,
    organisation: Organisation,
    statements: Iterable[Statement],
    contacts: Mapping[str, Posting],
) -> None:
    """Bring the outbox in line with what is said; inside the transaction of its ledger.

    `contacts` are the postings that stand for the persons' contacts, by the person's key.
    """
    if not store.profile.streams.customers:
        return
    said = [statement for statement in statements if _speaks(statement)]
    left_out = LeftOutCustomer.objects.among([store.pk], {statement.key for statement in said})
    newest: dict[str, Statement] = {}
    persons: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for statement in said:
        if (store.pk, statement.key) in left_out:
            continue
        if statement.key not in newest or statement.at >= newest[statement.key].at:
            newest[statement.key] = statement
        if statement.answer.person.shared:
            persons[statement.key] += self_of(statement.details)
    for key, some in persons.items():
        newest[key] = replace(newest[key], persons=tuple(distinct(some)))
    known = Statements(store, organisation, newest)
    told = known.take_all()
    updates = _updates(store, organisation, [statement.key for statement in told])
    new: list[Posting] = []
    for statement in told:
        contact, earlier = contacts.get(statement.key), updates[statement.key]
        details = _to_send(statement, known, earlier, contact)
        if details and not (not statement.contact_id and _in_time(statement, details, contact)):
            latest = earlier[-1] if earlier else None
            new += _write(_Change(statement, details), store, organisation, contact, latest)
    Posting.objects.bulk_create(new)


def forget(update: Posting) -> None:
    """A person has put the contact away: what was to be changed counts as not said, so that
    the next order, which restores the contact, changes it."""
    gone = details_of(payload_of(update))
    rows = ShopContact.objects.filter(
        organisation=update.organisation_id, store=update.store_id, key=update.source_id
    )
    for row in rows:
        said = {name: value for name, value in row.said.items() if name not in gone}
        rows.filter(pk=row.pk, said_at=row.said_at).update(said=said)
    contact_id = payload_of(update).get("ContactID") or (update.parent and update.parent.xero_id)
    update.organisation.contacts.filter(contact_id=contact_id or "").update(status="ARCHIVED")


def is_there(sent: Mapping[str, Any], there: Mapping[str, Any] | None) -> bool:
    """Whether Xero has what an update says."""
    wanted = details_of(sent)
    return there is not None and all(there.get(name) == wanted[name] for name in wanted)


def _speaks(statement: Statement) -> bool:
    """Whether there is anything to compare. A contact whose details are not known waits."""
    person = statement.answer.person
    return bool(person.fields and person.said_at) and (
        not statement.contact_id or statement.there is not None
    )


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
    statement: Statement, known: Statements, updates: list[Posting], contact: Posting | None
) -> dict[str, Any]:
    before, there = known.before(statement), statement.there
    for update in updates:
        if there is not None and update.state in (*_OPEN, *_IN_FLIGHT):
            # What is on its way counts as if it were there already.
            there = merged(there, details_of(payload_of(update)))
    answer = statement.answer
    changed = answer.found.updated_at if answer.found else None
    # Without an earlier statement nobody knows whether the shop's or Xero's is the newer one.
    doubtful = before is None and changed is not None and changed >= statement.at
    fill_only = not answer.made or answer.person.shared or doubtful
    said = statement.details
    if answer.person.shared:
        made = there if statement.contact_id else _on_its_way(contact)
        said = of_many(said, before, made)
    return changes(said, before, there, fill_only=fill_only)


def _on_its_way(contact: Posting | None) -> Mapping[str, Any] | None:
    """What a contact that is not in Xero yet is going to say."""
    return details_of(payload_of(contact)) if contact is not None else None


def _in_time(statement: Statement, details: Mapping[str, Any], contact: Posting | None) -> bool:
    """Whether the contact has not left for Xero yet, and takes the change with it."""
    if contact is None or contact.purpose != "contact" or contact.state != Posting.State.PENDING:
        return False
    payload = over(payload_of(contact), fields_of(details))
    if payload == payload_of(contact):
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
    known = contact.xero_id if contact and isinstance(change.statement.answer.id, Ref) else ""
    body = {"ContactID": known or change.statement.answer.id} | fields_of(change.details)
    behind = contact if contact and contact.state != Posting.State.POSTED else None
    if update is not None and update.state in _OPEN:
        if update.parent is not None and update.parent.purpose == UPDATE:
            behind = update.parent
        payload = over(payload_of(update), body)
        waiting = Posting.objects.filter(pk=update.pk)
        if waiting.move(
            to=Posting.State.PENDING, frm=_OPEN, payload=stored(payload), reasons=[], attempts=0,
            not_before=clock.now(), key=key_of(change.statement), parent=behind,
            lane=change.statement.lane,
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
            source_id=change.statement.key,
            purpose=UPDATE,
            verb="POST",
            revision=update.revision + 1 if update else 1,
            kind=Kind.CONTACT,
            key=key_of(change.statement),
            parent=behind,
            payload=stored(body),
            lane=change.statement.lane,
        )
    ]
