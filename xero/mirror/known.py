"""What the local copy knows of Xero, and how old that is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from connector.lib import clock
from xero.documents.facts import ContactFacts, ItemFacts
from xero.models import MirrorCursor, MirrorDocument, Organisation
from xero.models.mirror import OVERLAP

Kind = MirrorCursor.Kind


def is_fresh(organisation: Organisation, kind: Kind, *, max_age: timedelta) -> bool:
    """Whether the list was read to its end, by a run that began within `max_age`."""
    return MirrorCursor.objects.filter(
        organisation=organisation, kind=kind, position__gt=clock.now() - max_age
    ).exists()


def compared_up_to(organisation: Organisation, kind: Kind) -> datetime | None:
    """The moment up to which changes of the list are known and were compared with what is known
    here, with the overlap taken off; None if that never came to its end."""
    row = MirrorCursor.objects.filter(organisation=organisation, kind=kind).first()
    if row is None or row.position is None or row.compared_to is None:
        return None
    # A clock that was set back takes the position back, too.
    return min(row.run_since or row.position - OVERLAP, row.compared_to - OVERLAP)


def compared(organisation: Organisation, kind: Kind, position: datetime | None) -> None:
    """All that was read up to this position has been compared."""
    MirrorCursor.objects.filter(organisation=organisation, kind=kind).update(compared_to=position)


def has_read(organisation: Organisation, kind: Kind) -> bool:
    """Whether the list has been read to its end at least once, and nobody doubts it."""
    return MirrorCursor.objects.filter(
        organisation=organisation, kind=kind, position__isnull=False
    ).exists()


def is_complete(organisation: Organisation) -> bool:
    """Whether every list has been read to its end at least once."""
    return all(read_at(organisation, kind) for kind in Kind)


def read_at(organisation: Organisation, kind: Kind) -> datetime | None:
    """The moment up to which a list is known; None if it was never read to its end."""
    cursors = MirrorCursor.objects.filter(organisation=organisation, kind=kind)
    return cursors.values_list("position", flat=True).first()


def read_anew(organisation: Organisation, kind: Kind) -> None:
    """Have the next refresh read the whole list, unless one is under way."""
    idle = MirrorCursor.objects.filter(organisation=organisation, kind=kind)
    idle.filter(run_started_at=None).update(position=None)


def find_contacts(
    organisation: Organisation,
    *,
    contact_ids: Iterable[str] = (),
    contact_numbers: Iterable[str] = (),
    emails: Iterable[str] = (),
    names: Iterable[str] = (),
) -> list[ContactFacts]:
    """Contacts that agree with any key, archived ones too, and those they were merged into."""
    rows = organisation.contacts.matching(
        contact_ids=contact_ids, contact_numbers=contact_numbers, emails=emails, names=names
    )
    found = {row.contact_id: row.facts() for row in rows}
    while missing := {c.merged_to for c in found.values() if c.merged_to} - found.keys():
        targets = {
            r.contact_id: r.facts() for r in organisation.contacts.matching(contact_ids=missing)
        }
        if not targets:
            break
        found |= targets
    return sorted(found.values(), key=lambda contact: contact.contact_id)


def find_documents(
    organisation: Organisation, kind: MirrorDocument.Kind, numbers: Iterable[str]
) -> list[MirrorDocument]:
    """Invoices or credit notes that bear one of the numbers, voided and deleted ones too."""
    rows = organisation.documents.filter(kind=kind, number__in=set(filter(None, numbers)))
    return list(rows.order_by("number", "xero_id"))


def find_items(
    organisation: Organisation, *, codes: Iterable[str] = (), item_ids: Iterable[str] = ()
) -> list[ItemFacts]:
    """Items with one of the codes, in whatever case, or one of the ids, by code."""
    keys = {code_key(code) for code in codes}
    wanted = Q(code_key__in=keys) | Q(item_id__in=set(filter(None, item_ids)))
    return [row.facts() for row in organisation.items.filter(wanted).order_by("code", "item_id")]


def code_key(code: str) -> str:
    """An item's code as it is compared: trimmed and case folded."""
    return code.strip().casefold()
