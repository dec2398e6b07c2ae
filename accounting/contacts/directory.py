"""Contacts that a build looks among, in memory. Pure."""

from __future__ import annotations

from collections import defaultdict

from accounting.contacts.persons import email_key, name_key
from xero.documents.facts import ContactFacts
from xero.documents.master_data import Contact


class Contacts:
    """A `Directory` over contacts that are given to it; new ones are added as they are built."""

    def __init__(self) -> None:
        self._links: dict[str, ContactFacts] = {}
        self._by_id: dict[str, ContactFacts] = {}
        self._linked: set[str] = set()
        self._made: set[str] = set()
        self._by: dict[str, dict[str, list[ContactFacts]]] = {
            "number": defaultdict(list), "email": defaultdict(list), "name": defaultdict(list),
        }  # fmt: skip

    def add(self, facts: ContactFacts, *, link: str = "") -> None:
        """Make a contact findable; `link` is our own key of the person, if it is theirs."""
        if link:
            self._links[link] = facts
        if facts.contact_id:
            self._by_id[facts.contact_id] = facts
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

    def add_link(self, contact_id: str, *, made: bool) -> None:
        """A contact that belongs to some person of ours; `made`: by us, not by a person."""
        self._linked.add(contact_id)
        if made:
            self._made.add(contact_id)

    def by_id(self, contact_id: str) -> ContactFacts | None:
        return self._by_id.get(contact_id)

    def is_linked(self, contact_id: str) -> bool:
        return contact_id in self._linked

    def is_made(self, contact_id: str) -> bool:
        return contact_id in self._made

    def linked(self, key: str) -> ContactFacts | None:
        return self._links.get(key)

    def by_number(self, number: str) -> list[ContactFacts]:
        return self._by["number"].get(number, [])

    def by_email(self, email: str) -> list[ContactFacts]:
        return self._by["email"].get(email_key(email), [])

    def by_name(self, name: str) -> list[ContactFacts]:
        return self._by["name"].get(name_key(name), [])
