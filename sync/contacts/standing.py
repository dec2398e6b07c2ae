"""Whose the documents that stand in Xero are by now: people merge, archive and change contacts.

What follows a sale (its credit notes, further invoices, money beyond it) must go to the contact
that the sale has in Xero today. One that was merged stands for its survivor; an archived one
takes no new document until it is restored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from accounting.contacts.directory import Contacts
from accounting.contacts.matching import RESTORED, ContactAnswer, followed, restored
from accounting.contacts.persons import Person
from sync.models import Posting
from xero.documents.facts import ContactFacts
from xero.documents.kinds import SALES, Id, Kind
from xero.mirror.known import find_contacts
from xero.models import MirrorDocument, Organisation


@dataclass(slots=True)
class StandingContacts:
    """The contacts of some documents, as the mirror has them: a fixed number of queries.

    `put_away` are those that take no new document, by their ContactID.
    """

    organisation: Organisation
    put_away: dict[str, ContactFacts] = field(default_factory=dict)
    _now: dict[str, str] = field(default_factory=dict)
    _stands_for: dict[str, str] = field(default_factory=dict)

    def load(self, postings: Iterable[Posting], others: Iterable[str] = ()) -> None:
        """Of the sales among these postings, and of other contacts by their ids."""
        sales = [one for one in postings if one.xero_id and one.kind in SALES]
        named = MirrorDocument.objects.filter(
            organisation=self.organisation, kind=Kind.INVOICE,
            xero_id__in=[one.xero_id for one in sales],
        ).exclude(contact_id="")  # fmt: skip
        self._now |= dict(named.values_list("xero_id", "contact_id")) if sales else {}
        unlisted = [one.pk for one in sales if one.xero_id not in self._now]
        if unlisted:
            rows = Posting.objects.filter(pk__in=unlisted).select_related("parent__parent")
            self._now |= {one.xero_id: _contact_above(one) for one in rows}
        self.know({*self._now.values(), *others})

    def know(self, contact_ids: Iterable[str]) -> None:
        """Learn what became of these contacts."""
        wanted = sorted(set(filter(None, contact_ids)) - self._stands_for.keys())
        if not wanted:
            return
        directory = Contacts()
        for facts in find_contacts(self.organisation, contact_ids=wanted):
            directory.add(facts)
        for contact_id in wanted:
            known = directory.by_id(contact_id)
            if known is None:
                self._stands_for[contact_id] = contact_id
                continue
            last = followed(known, directory)
            self._stands_for[contact_id] = last.contact_id
            if last.status not in ("ACTIVE", ""):
                self.put_away[last.contact_id] = last

    def of(self, posting: Posting, sent: Id) -> Id:
        """Whose a document is today; as it was sent where Xero says nothing else."""
        now = self._now.get(posting.xero_id, "")
        return self.survivor(now) or sent

    def survivor(self, contact_id: str) -> str:
        """What a contact became; itself where nothing else is known."""
        return self._stands_for.get(contact_id, contact_id)


def answer_of(organisation: Organisation, found: ContactFacts) -> ContactAnswer:
    """The answer that has an archived contact made active again."""
    directory = Contacts()
    mark = found.email or found.contact_number or found.contact_id[:8]
    fallback = f"{found.name[:200]} ({mark})"[:255]
    for facts in find_contacts(organisation, names=[found.name, fallback]):
        directory.add(facts)
    person = Person(f"{RESTORED}{found.contact_id}", found.name, fallback)
    contact = restored(person, found, directory)
    return ContactAnswer(person, found.contact_id, contact, found=replace(found, details=None))


def _contact_above(posting: Posting) -> str:
    """The ContactID that a document was sent with: its own, or that of the contact above it."""
    above = posting.parent
    while above is not None:
        if above.kind == Kind.CONTACT:
            return above.xero_id
        above = above.parent
    return ""
