"""Which contact of Xero a person is: pure matching.

Order of matching: the link that we stored, ContactNumber, e-mail, then the name, and that only
where an e-mail is known and does not contradict. Without e-mail and customer id the guest
contact is used. Inside documents only the ContactID is ever sent. A contact that was merged
into another one stands for that one, by whatever it was found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from accounting.contacts.persons import Person, name_key
from connector.lib.texts.said import said
from xero.documents.facts import ContactFacts, PaymentTerms
from xero.documents.kinds import Id, Kind, Ref
from xero.documents.master_data import Contact

# Before the ContactID in the key of a contact that is restored for documents that stand.
RESTORED = "restored:"
# One that is about to be created was changed after all others.
_NOT_YET = datetime.max.replace(tzinfo=UTC)


class Directory(Protocol):
    """Where contacts are looked up: the mirror, or what a preview has made so far.

    `linked` is by our own key of the person; `by_number` and the like return all candidates.
    A contact that is not in Xero yet, but will be, has an empty `contact_id`. `is_linked` says
    whether one is some person's of ours, `is_made` whether we made it.
    """

    def by_id(self, contact_id: str) -> ContactFacts | None: ...
    def is_linked(self, contact_id: str) -> bool: ...
    def is_made(self, contact_id: str) -> bool: ...
    def linked(self, key: str) -> ContactFacts | None: ...
    def by_number(self, number: str) -> list[ContactFacts]: ...
    def by_email(self, email: str) -> list[ContactFacts]: ...
    def by_name(self, name: str) -> list[ContactFacts]: ...


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """`id` is what documents say; `contact` is what must be created or restored before.

    `found` is the contact as Xero has it, None for one that is still to be created; `made`
    says whether we made it, and not a person.
    """

    person: Person
    id: Id
    contact: Contact | None = None
    warnings: tuple[str, ...] = ()
    found: ContactFacts | None = None
    made: bool = True

    @property
    def terms(self) -> PaymentTerms | None:
        """When it pays, by its own terms in Xero."""
        return self.found.terms if self.found is not None else None


def find_contact(person: Person, directory: Directory, *, archived: str) -> ContactAnswer:
    """The existing contact of a person, or a new one to create under a name that is free.

    `archived` is contacts.archived: `restore` uses and reactivates an archived contact,
    `suffix` makes another one beside it.
    """
    warnings: list[str] = []
    found = _match(person, directory, warnings)
    if found is None or (found.status == "ARCHIVED" and archived == "suffix"):
        return _new_contact(person, directory, tuple(warnings))
    numbered = bool(person.contact_number) and found.contact_number == person.contact_number
    return ContactAnswer(
        person,
        contact_id(found),
        restored(person, found, directory) if found.status == "ARCHIVED" else None,
        tuple(warnings),
        found,
        # A number of ours was written by us: nobody can enter one in Xero.
        made=numbered or not found.contact_id or directory.is_made(found.contact_id),
    )


def _new_contact(
    person: Person, directory: Directory, warnings: tuple[str, ...]
) -> ContactAnswer:  # fmt: skip
    name = _free_name(person.name, person.fallback, directory)
    # Numbers are unique in Xero, archived contacts included.
    number = "" if directory.by_number(person.contact_number) else person.contact_number
    contact = Contact(person.key, name, number, person.fields)
    return ContactAnswer(person, Ref(Kind.CONTACT, contact.natural_key), contact, warnings)


def restored(person: Person, found: ContactFacts, directory: Directory) -> Contact:
    """Make a contact active again; under another name only where somebody else has its name."""
    others = [one for one in directory.by_name(found.name) if one.contact_id != found.contact_id]
    taken = any(one.status == "ACTIVE" for one in others)
    name = _free_name(found.name, person.fallback, directory) if taken else found.name
    return Contact(
        key=person.key,
        name=name,
        existing_id=found.contact_id,
        fields=(("ContactStatus", "ACTIVE"),),
        rename=taken,
    )


def contact_id(found: ContactFacts) -> Id:
    """Its ContactID, or the reference to one that is about to be created."""
    return found.contact_id or Ref(Kind.CONTACT, found.contact_number or found.name)


def is_to(contact: Id, person: Person, there: ContactFacts) -> bool:
    """Whether what is meant to be to `contact`, which is `person`, is to that one of Xero. A
    contact that waits to be sent may be there all the same: it is told by its number, or by its
    name, which bears the person's e-mail or number where somebody else had the name first."""
    if not isinstance(contact, Ref):
        return contact == there.contact_id
    names = {name_key(contact.key), name_key(person.fallback)}
    return contact.key == there.contact_number or name_key(there.name) in names


def _match(person: Person, directory: Directory, warnings: list[str]) -> ContactFacts | None:
    linked = directory.linked(person.key)
    if linked is not None and (found := _usable([linked], directory)):
        return found[0]
    numbered = directory.by_number(person.contact_number) if person.contact_number else []
    if found := _usable(numbered, directory):
        return found[0]
    if person.email and person.unique == "email":
        same = _usable(directory.by_email(person.email), directory)
        if same:
            return _of_one_email(person, same, directory, warnings)
    return _by_name(person, directory)


def _of_one_email(
    person: Person, same: list[ContactFacts], directory: Directory, warnings: list[str]
) -> ContactFacts:
    """Of several active contacts the one that is linked, else the one changed longest ago."""
    active = [contact for contact in same if contact.status == "ACTIVE"]
    if len(active) < 2:
        return same[0]
    ours = [contact for contact in active if directory.is_linked(contact.contact_id)]
    chosen = (ours or active)[0]
    names = {"many": len(active), "email": person.email, "name": chosen.name}
    warnings.append(
        said(
            "%(many)s contacts in Xero have the e-mail %(email)s; the one linked to this shop, "
            "%(name)s, is used.",
            **names,
        )
        if ours
        else said(
            "%(many)s contacts in Xero have the e-mail %(email)s; the one changed longest ago, "
            "%(name)s, is used.",
            **names,
        )
    )
    return chosen


def _by_name(person: Person, directory: Directory) -> ContactFacts | None:
    """By name only where an e-mail is known and does not contradict, or names are unique."""
    if not (person.shared or person.email):
        return None
    for contact in sorted(directory.by_name(person.name), key=_age):
        free = person.unique == "email" and not contact.email and not contact.contact_number
        fits = person.shared or person.unique == "name" or free
        if fits and (found := _usable([contact], directory)):
            return found[0]
    return None


def _usable(contacts: list[ContactFacts], directory: Directory) -> list[ContactFacts]:
    """Those that Xero lets us use, or what they were merged into: active ones first, then
    those changed longest ago."""
    found: dict[Id, ContactFacts] = {}
    for contact in (followed(one, directory) for one in contacts):
        if contact.status != "GDPRREQUEST":
            found.setdefault(contact_id(contact), contact)
    return sorted(found.values(), key=_age)


def _age(contact: ContactFacts) -> tuple[bool, datetime]:
    return contact.status != "ACTIVE", contact.updated_at or _NOT_YET


def followed(contact: ContactFacts, directory: Directory) -> ContactFacts:
    """The contact itself, or the last one that it was merged into."""
    passed: set[str] = set()
    while contact.merged_to and contact.contact_id not in passed:
        passed.add(contact.contact_id)
        into = directory.by_id(contact.merged_to)
        # Xero names the one that stands, also where nothing else is known of it yet.
        contact = into or replace(
            contact, contact_id=contact.merged_to, merged_to="", status="ACTIVE", details=None
        )
    return contact


def _free_name(name: str, fallback: str, directory: Directory) -> str:
    """The name, or where somebody else has it, the name with e-mail or customer number."""
    if not directory.by_name(name):
        return name
    if not directory.by_name(fallback):
        return fallback
    numbered = (f"{fallback[:250]} {number}" for number in range(2, 1000))
    return next(free for free in numbered if not directory.by_name(free))
