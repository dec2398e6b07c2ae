"""Contacts whose fate is unknown, found in the mirror: number first, then name and e-mail."""

from __future__ import annotations

from django.db.models import QuerySet

from accounting.contacts.persons import email_key, name_key
from sync.contacts.follow import is_there
from sync.dispatch.lookup.verdicts import Element, Findings, Pairs, Verdict
from sync.models import Dispatch, Posting
from xero.api.gateway import Gateway
from xero.api.replies import ElementResult
from xero.documents.payloads import stored
from xero.mirror import refresh as mirror
from xero.models import Lane, MirrorContact


def find(dispatch: Dispatch, _: Gateway, pairs: Pairs) -> Findings:
    """Read what changed in Xero's contacts, then match: number first, then name and e-mail."""
    if not mirror.refresh(dispatch.organisation, mirror.Kind.CONTACTS, lane=Lane(dispatch.lane)):
        raise mirror.BeingRead("Xero's contacts")
    rows = MirrorContact.objects.filter(organisation=dispatch.organisation)
    if dispatch.verb == "POST":
        return _changes(rows, pairs)
    numbers = [sent.get("ContactNumber") for _, sent in pairs if sent.get("ContactNumber")]
    names = [name_key(sent["Name"]) for _, sent in pairs]
    rows = rows.order_by("-status")  # of two with one key the active one comes last and wins
    by_number = {row.contact_number: row for row in rows.filter(contact_number__in=numbers)}
    by_name = {row.name_key: row for row in rows.filter(name_key__in=names)}
    verdicts: dict[int, Verdict] = {}
    for row, sent in pairs:
        numbered = by_number.get(sent.get("ContactNumber", ""))
        verdicts[row.pk] = _contact(row, sent, numbered, by_name.get(name_key(sent["Name"])))
    return Findings(verdicts)


def _changes(rows: QuerySet[MirrorContact], pairs: Pairs) -> Findings:
    """Changes of contacts say what shall be, and may be said twice; those that are there are
    not. One that brings its contact back from the archive always is."""
    ids = [sent["ContactID"] for _, sent in pairs]
    known = {one.contact_id: one for one in rows.filter(contact_id__in=ids)}
    verdicts: dict[int, Verdict] = {}
    for row, sent in pairs:
        found = known.get(sent["ContactID"])
        if found and row.purpose == "update" and is_there(sent, found.details):
            verdicts[row.pk] = _adopted(found)
    return Findings(verdicts)


def _contact(
    row: Posting, sent: Element, numbered: MirrorContact | None, named: MirrorContact | None
) -> Verdict:
    if numbered is not None:
        return _adopted(numbered)
    if named is None:
        return None
    email = sent.get("EmailAddress", "")
    shared = not email and not sent.get("ContactNumber")
    if shared or email_key(named.email) == email_key(email):
        return _adopted(named)
    return _renamed(sent, email)


def _renamed(sent: Element, email: str) -> str:
    """Somebody else has the name: the payload with the e-mail or customer number behind it."""
    mark = email or sent.get("ContactNumber", "").rpartition(":")[2]
    return stored(sent | {"Name": f"{sent['Name'][:200]} ({mark})"})


def _adopted(contact: MirrorContact) -> ElementResult:
    return ElementResult(
        index=0, ok=True, xero_id=contact.merged_to or contact.contact_id, status=contact.status
    )
