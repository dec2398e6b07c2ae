"""Contacts that a build looks among: a chunk's worth of the mirror and the outbox, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from sync.contacts import Person, email_key, name_key
from sync.models import Posting
from xero import mirror
from xero.documents import Contact, Kind
from xero.facts import ContactFacts
from xero.models import Organisation


class Contacts:
    """A `Directory` over contacts that are given to it; new ones are added as they are built."""

    def __init__(self) -> None:
        self._links: dict[str, ContactFacts] = {}
        self._by: dict[str, dict[str, list[ContactFacts]]] = {
            "number": defaultdict(list), "email": defaultdict(list), "name": defaultdict(list),
        }  # fmt: skip

    def add(self, facts: ContactFacts, *, link: str = "") -> None:
        """Make a contact findable; `link` is our own key of the person, if it is theirs."""
        if link:
            self._links[link] = facts
        for index, key in (
            ("number", facts.contact_number),
            ("email", email_key(facts.email)),
            ("name", name_key(facts.name)),
        ):
            if key:
                self._by[index][key].append(facts)

    def add_new(self, contact: Contact) -> None:
        """A contact that is about to be created: later orders refer to it."""
        email = dict(contact.fields).get("EmailAddress", "")
        facts = ContactFacts(
            contact.existing_id, contact.name, email, contact.contact_number, "ACTIVE"
        )
        self.add(facts, link=contact.key)

    def linked(self, key: str) -> ContactFacts | None:
        return self._links.get(key)

    def by_number(self, number: str) -> list[ContactFacts]:
        return self._by["number"].get(number, [])

    def by_email(self, email: str) -> list[ContactFacts]:
        return self._by["email"].get(email_key(email), [])

    def by_name(self, name: str) -> list[ContactFacts]:
        return self._by["name"].get(name_key(name), [])


def load_contacts(organisation: Organisation, store_id: int, persons: Iterable[Person]) -> Contacts:
    """The contacts that these persons may be: a fixed number of queries for any number."""
    wanted = list(persons)
    contacts = Contacts()
    names = {name_key(name) for person in wanted for name in (person.name, person.fallback)}
    emails = {email_key(person.email) for person in wanted if person.email}
    ours = Posting.objects.filter(organisation=organisation, kind=Kind.CONTACT)
    # One that was refused is no contact: it is made anew, with what is known now.
    refused = Q(state__in=(Posting.State.HELD, Posting.State.DEAD), xero_id="")
    ours = ours.exclude(refused)
    links = list(
        ours.filter(
            store_id=store_id, source_kind="contact", source_id__in={p.key for p in wanted}
        ).order_by("pk")
    )
    unfinished = ours.exclude(state__in=(Posting.State.POSTED, Posting.State.VOIDED))
    pending = list(unfinished.filter(Q(name_key__in=names) | Q(email_key__in=emails)))
    found = mirror.find_contacts(
        organisation,
        contact_ids=[posting.xero_id for posting in links if posting.xero_id],
        contact_numbers=[person.contact_number for person in wanted],
        emails=emails,
        names=names,
    )
    by_id = {facts.contact_id: facts for facts in found}
    for facts in found:
        contacts.add(facts)
    for posting in {posting.pk: posting for posting in links + pending}.values():
        _add_posting(contacts, posting, by_id, own=posting.store_id == store_id)
    return contacts


def _add_posting(
    contacts: Contacts, posting: Posting, by_id: dict[str, ContactFacts], *, own: bool
) -> None:
    facts = _current(by_id.get(posting.xero_id), by_id)
    if facts is None:
        number = posting.key if posting.key.casefold() != posting.name_key else ""
        facts = ContactFacts(posting.xero_id, posting.name_key, posting.email_key, number, "ACTIVE")
        contacts.add(facts)
    if own:
        contacts.add(facts, link=posting.source_id)


def _current(facts: ContactFacts | None, by_id: dict[str, ContactFacts]) -> ContactFacts | None:
    """The contact itself, or the one that a person merged it into, where that is known."""
    if facts is not None and facts.merged_to:
        return by_id.get(facts.merged_to, facts)
    return facts
