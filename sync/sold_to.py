"""Whom documents that follow a sale are to: the contact that the sale has in Xero. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.reasons import Hold
from xero.documents import Id
from xero.facts import ContactFacts

if TYPE_CHECKING:
    from sync.plan import Planner


def sold_to(planner: Planner) -> Id:
    """The contact of the standing sale, else the buyer's. One that is archived is restored
    before, by contacts.archived; where it may not be, the document is held."""
    contact = planner.current.contact if planner.current is not None else ""
    if not contact:
        assert planner.built.contact is not None
        contact = planner.built.contact.id
    found = planner.history.put_away.get(str(contact))
    if found is None or found.contact_id in planner.restores:
        return contact
    if found.status == "ARCHIVED" and _restores(planner):
        planner.restores[found.contact_id] = found
        return contact
    raise _put_away(found)


def _restores(planner: Planner) -> bool:
    return planner.books.snapshot.rules.contacts.archived == "restore"


def _put_away(found: ContactFacts) -> Hold:
    """The hold of what belongs to a contact that takes no new document."""
    if found.status != "ARCHIVED":
        text = (
            f"Its contact {found.name} was removed from Xero at the person's own wish, and takes "
            "no new document. Enter this one in Xero by hand, and mark the order as handled."
        )
        return Hold("contact_unusable", text, "")
    text = (
        f"Its contact {found.name} is archived in Xero, and a credit note or further invoice "
        "belongs to the contact of the sale. Restore it in Xero, or choose contacts.archived: "
        "restore; then sync the order again."
    )
    return Hold("contact_unusable", text, "contacts.archived")
