"""Contacts that look like one, page by page, and a person's word on two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounting.contacts.likeness import WINDOW, By, ComparedContact, Pair, pairs
from connector.lib import clock
from connector.lib.marks import row_key
from sync.models import ContactDecision
from xero.models import MirrorContact, Organisation

PAGE_SIZE = 25
# The most contacts that are read for one page.
SCAN = 4000
_COLUMN: dict[By, str] = {"email": "email_key", "name": "likeness"}


class AlreadyDecided(Exception):
    """Somebody has decided about these two, or one of them, meanwhile."""


@dataclass(frozen=True, slots=True)
class PageOfPairs:
    """Pairs to decide. `after` is the mark of the next page, "" where nothing is left to read.

    A page may hold fewer pairs than it could, or none, where the contacts that were read for it
    do not look alike.
    """

    pairs: list[Pair]
    after: str = ""


def find_pairs(organisation: Organisation, *, by: By, after: str = "") -> PageOfPairs:
    """The next likely pairs that nobody has decided about; at most `SCAN` contacts are read."""
    entries = _entries(organisation, by, after)
    decided = ContactDecision.objects.in_force().filter(organisation=organisation)
    settled = set(decided.values_list("first_id", "second_id"))
    gone = set(decided.exclude(replaced_id="").values_list("replaced_id", flat=True))
    # The last ones of many have neighbours that were not read: they begin the next page.
    whole = len(entries) < SCAN
    compared = len(entries) if whole else len(entries) - WINDOW
    chosen: list[Pair] = []
    for pair in pairs(entries, by, compared):
        if pair.ids in settled or gone & set(pair.ids):
            continue
        if len(chosen) >= PAGE_SIZE and pair.one.pk != chosen[-1].one.pk:
            return PageOfPairs(chosen, _before(entries, pair.one))
        chosen.append(pair)
    return PageOfPairs(chosen, "" if whole else str(entries[compared - 1].pk))


def _entries(organisation: Organisation, by: By, after: str) -> list[ComparedContact]:
    column = _COLUMN[by]
    rows = MirrorContact.objects.filter(organisation=organisation, status="ACTIVE")
    rows = rows.exclude(**{column: ""}).order_by(column, "pk")
    last = rows.filter(pk=row_key(after) or 0).first()
    if last is not None:
        value = getattr(last, column)
        rows = rows.filter(Q(**{f"{column}__gt": value}) | Q(**{column: value}, pk__gt=last.pk))
    found = rows.values_list("pk", "contact_id", "email_key", "likeness")
    return [ComparedContact(*row) for row in found[:SCAN]]


def _before(entries: Sequence[ComparedContact], entry: ComparedContact) -> str:
    """The mark behind which the page begins that starts with this entry."""
    return str(entries[entries.index(entry) - 1].pk)


def contacts_of(organisation: Organisation, found: Sequence[Pair]) -> dict[str, MirrorContact]:
    """The rows of these pairs, by ContactID."""
    ids = {contact_id for pair in found for contact_id in pair.ids}
    rows = MirrorContact.objects.filter(organisation=organisation, contact_id__in=ids)
    return {row.contact_id: row for row in rows}


def same_person(organisation: Organisation, *, keep: str, instead_of: str, user: Any) -> None:
    """From now on `keep` stands for the other contact, whatever the other is found by.

    What is posted already stays where it is. Raises AlreadyDecided.
    """
    decided = ContactDecision.objects
    standing, passed = keep, {instead_of}
    while standing:
        if standing in passed:
            raise AlreadyDecided("The contact to use is itself replaced by the other one.")
        passed.add(standing)
        standing = decided.replaced(organisation, [standing]).get(standing, "")
    _decide(organisation, keep, instead_of, kept_id=keep, replaced_id=instead_of, decided_by=user)


def different_people(organisation: Organisation, *, one: str, other: str, user: Any) -> None:
    """The two are not shown again. Raises AlreadyDecided."""
    _decide(organisation, one, other, decided_by=user)


def _decide(organisation: Organisation, one: str, other: str, **said: Any) -> None:
    first, second = sorted((one, other))
    try:
        with transaction.atomic():
            ContactDecision.objects.create(
                organisation=organisation, first_id=first, second_id=second, **said
            )
    except IntegrityError as error:
        raise AlreadyDecided("Somebody has decided about these contacts meanwhile.") from error


def take_back(decision: int, user: Any) -> bool:
    """The decision holds no longer, and the pair is shown again; False if it held no more."""
    rows = ContactDecision.objects.in_force().filter(pk=decision)
    return bool(rows.update(withdrawn_at=clock.now(), withdrawn_by=user))


def decisions(organisation: Organisation) -> QuerySet[ContactDecision]:
    """What is in force, the newest first."""
    rows = ContactDecision.objects.in_force().filter(organisation=organisation)
    return rows.select_related("decided_by").order_by("-decided_at", "-pk")
