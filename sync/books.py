"""What a build needs beside the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts_mapping.resolve import MappingSnapshot
from xero.facts import OrganisationFacts


@dataclass(frozen=True, slots=True)
class Books:
    """What resolving needs beside the order: the mapping, the organisation, known items.

    `today` is the day in the books' time zone: on it stands what no event of the shop dates.
    """

    snapshot: MappingSnapshot
    organisation: OrganisationFacts
    known_items: frozenset[str] = frozenset()
    today: date | None = None
