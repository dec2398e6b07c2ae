"""Whom documents that follow a sale are to: the contact that the sale has in Xero. Pure."""

from __future__ import annotations

from accounting.plan.worksheet import Worksheet
from accounting.reasons import Hold
from connector.lib.texts.said import said
from xero.documents.facts import ContactFacts
from xero.documents.kinds import Id


def sold_to(sheet: Worksheet) -> Id:
    """The contact of the standing sale, else the buyer's. One that is archived is restored
    before, by contacts.archived; where it may not be, the document is held."""
    contact = sheet.current.contact if sheet.current is not None else ""
    if not contact:
        assert sheet.built.contact is not None
        contact = sheet.built.contact.id
    found = sheet.history.put_away.get(str(contact))
    if found is None or found.contact_id in sheet.restores:
        return contact
    if found.status == "ARCHIVED" and _restores(sheet):
        sheet.restores[found.contact_id] = found
        return contact
    raise _put_away(found)


def _restores(sheet: Worksheet) -> bool:
    return sheet.books.snapshot.rules.contacts.archived == "restore"


def _put_away(found: ContactFacts) -> Hold:
    """The hold of what belongs to a contact that takes no new document."""
    if found.status != "ARCHIVED":
        text = said(
            "Its contact %(name)s was removed from Xero at the person's own wish, and takes no new "
            "document. Enter this one in Xero by hand, and mark the order as handled.",
            name=found.name,
        )
        return Hold("contact_unusable", text, "")
    text = said(
        "Its contact %(name)s is archived in Xero, and a credit note or further invoice belongs to "
        "the contact of the sale. Restore it in Xero, or choose contacts.archived: restore; then "
        "sync the order again.",
        name=found.name,
    )
    return Hold("contact_unusable", text, "contacts.archived")
