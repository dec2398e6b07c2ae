"""Customers' own records of a shop: their contacts follow them, or they are exported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import structlog

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.contacts.matching import ContactAnswer, find_contact
from accounting.contacts.persons import Person, buyer
from accounting.eligibility import of_other_website
from accounts_mapping.models import snapshot
from connector.lib.errors import Temporary
from stores import registry
from stores.canonical.customer import Customer
from stores.canonical.records import ParseError, Stream
from stores.models import SourceRecord, Store
from stores.records import Ingested
from sync.contacts.directory import load_contacts
from sync.contacts.follow import follow
from sync.contacts.heard import Statement
from sync.contacts.postings import ContactPostings
from sync.dispatch.freshness import prepare
from sync.environment import environment_hold
from sync.models import LeftOutCustomer, Posting
from sync.parsing import parse_facts, parsed
from xero.models import Lane, MirrorCursor, Organisation

log = structlog.get_logger(__name__)


def ready(store: Store) -> None:
    """What Xero has must be known before contacts are compared. Raises the gateway's errors."""
    if store.organisation is None:
        return
    prepare(store.organisation)
    read = MirrorCursor.objects.filter(
        organisation=store.organisation, kind=MirrorCursor.Kind.CONTACTS, position__isnull=False
    )
    if not read.exists():
        raise Temporary("Another worker is reading Xero's contacts.", retry_after=30)


def take_over(store: Store, ingested: Iterable[Ingested], *, export: bool = False) -> int:
    """Let records reach the contacts of people who have bought; how many records are new.

    `export`: people who have not bought get a contact as well. Nothing is sent from here: the
    outbox takes it, inside the transaction that keeps the records.
    """
    organisation = store.organisation
    if organisation is None or not store.profile.streams.customers:
        return 0
    books = Books(snapshot(store), organisation.facts())
    if hold := environment_hold(store, books):
        log.warning("customers.held", store_id=store.pk, code=hold.code)
        return 0
    persons = [
        buyer(books.snapshot, customer)
        for customer in _read(store, ingested)
        if of_other_website(books.snapshot, customer.websites) is None
    ]
    left_out = LeftOutCustomer.objects.among([store.pk], {person.key[:300] for person in persons})
    persons = [
        person
        for person in persons
        if not person.shared and (store.pk, person.key[:300]) not in left_out
    ]
    contacts = load_contacts(organisation, store.pk, persons)
    archived = books.snapshot.rules.contacts.archived
    known: list[ContactAnswer] = []
    new: list[ContactAnswer] = []
    for person in persons:
        answer = find_contact(person, contacts, archived=archived)
        if answer.contact is not None and answer.contact.existing_id:
            continue  # put away by a person: a customer's record brings nobody back
        if answer.contact is None and _has_bought(person, answer, contacts):
            known.append(answer)
        elif export:
            new.append(answer)
            if answer.contact is not None:
                contacts.add_new(answer.contact)
    _follow(store, organisation, known)
    postings = ContactPostings(store, organisation, contacts)
    postings.write_statements([Statement(answer, Lane.BACKFILL) for answer in new])
    return len(known) + len(new)


def _read(store: Store, ingested: Iterable[Ingested]) -> list[Customer]:
    """The newest record of each customer. One that cannot be read stops no other. Where the shop
    does not say when it changed, that is when it was first read."""
    newest: dict[str, Ingested] = {}
    for one in ingested:
        if one.ref.id not in newest or one.ref.version >= newest[one.ref.id].ref.version:
            newest[one.ref.id] = one
    records = SourceRecord.objects.in_bulk([one.row.pk for one in newest.values()])
    reader, facts = registry.reader(store.platform), parse_facts(store)
    found = []
    for record in records.values():
        try:
            customer = parsed(reader, Stream.CUSTOMERS, record, facts)
        except ParseError as error:
            log.warning("customers.unreadable", record_id=record.pk, field=error.field)
            continue
        assert isinstance(customer, Customer)
        found.append(replace(customer, updated_at=customer.updated_at or record.received_at))
    return found


def _has_bought(person: Person, answer: ContactAnswer, contacts: Contacts) -> bool:
    """Whether the contact is one that documents of ours stand under."""
    found = answer.found
    if found is None or contacts.linked(person.key) is not None:
        return found is not None
    numbered = bool(person.contact_number) and found.contact_number == person.contact_number
    return numbered or contacts.is_linked(found.contact_id)


def _follow(store: Store, organisation: Organisation, answers: list[ContactAnswer]) -> None:
    statements = [Statement(answer, Lane.BACKFILL) for answer in answers]
    rows = Posting.objects.filter(
        organisation=organisation, store=store, source_kind="contact",
        source_id__in=[statement.key for statement in statements],
    )  # fmt: skip
    follow(store, organisation, statements, {row.source_id: row for row in rows.order_by("pk")})
