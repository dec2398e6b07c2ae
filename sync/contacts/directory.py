"""Contacts that a build looks among: a chunk's worth of the mirror and the outbox, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q

from accounting.contacts.directory import Contacts
from accounting.contacts.matching import RESTORED, followed
from accounting.contacts.persons import Person, email_key, name_key
from sync.models import ContactDecision, Posting
from xero.documents.facts import ContactFacts
from xero.documents.kinds import Kind
from xero.mirror.known import find_contacts
from xero.models import Organisation


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
    # Those that are restored for what stands are in the mirror, by their ids.
    unfinished = ours.exclude(
        Q(state__in=(Posting.State.POSTED, Posting.State.VOIDED))
        | Q(source_id__startswith=RESTORED)
    )
    pending = list(unfinished.filter(Q(name_key__in=names) | Q(email_key__in=emails)))
    found = find_contacts(
        organisation,
        contact_ids=[posting.xero_id for posting in links if posting.xero_id],
        contact_numbers=[person.contact_number for person in wanted],
        emails=emails,
        names=names,
    )
    for facts in as_decided(organisation, found):
        contacts.add(facts)
    for posting in {posting.pk: posting for posting in links + pending}.values():
        _add_posting(contacts, posting, own=posting.store_id == store_id)
    same_mail = ours.filter(email_key__in=emails, state=Posting.State.POSTED)
    _add_links(contacts, [*links, *same_mail])
    return contacts


def as_decided(organisation: Organisation, found: Iterable[ContactFacts]) -> list[ContactFacts]:
    """Contacts as a person's decisions have them: "the same as that one" is a merge of ours.

    What is decided to stand for one of them is among them. One query as a rule.
    """
    known = {facts.contact_id: facts for facts in found}
    replaced: dict[str, str] = {}
    asked: set[str] = set()
    while wanted := known.keys() - asked:
        asked |= wanted
        replaced |= ContactDecision.objects.replaced(organisation, wanted)
        if missing := set(replaced.values()) - known.keys():
            standing = find_contacts(organisation, contact_ids=missing)
            known |= {facts.contact_id: facts for facts in standing}
    for contact_id, kept in replaced.items():
        facts, into = known[contact_id], known.get(kept)
        # What a person has merged in Xero since stands above what was decided here.
        if not facts.merged_to and (into is None or into.merged_to != contact_id):
            known[contact_id] = replace(facts, merged_to=kept)
    return list(known.values())


def _add_links(contacts: Contacts, postings: Iterable[Posting]) -> None:
    """Which contacts are persons' of ours already, and which of those we made."""
    for posting in postings:
        if not posting.xero_id:
            continue
        made = posting.purpose == "contact" and not posting.adopted
        contacts.add_link(posting.xero_id, made=made)
        facts = contacts.by_id(posting.xero_id)
        if facts is not None and facts.merged_to:
            contacts.add_link(followed(facts, contacts).contact_id, made=False)


def _add_posting(contacts: Contacts, posting: Posting, *, own: bool) -> None:
    facts = contacts.by_id(posting.xero_id)
    if facts is None:
        number = posting.key if posting.key.casefold() != posting.name_key else ""
        facts = ContactFacts(posting.xero_id, posting.name_key, posting.email_key, number, "ACTIVE")
        contacts.add(facts)
    if own:
        contacts.add(facts, link=posting.source_id)
