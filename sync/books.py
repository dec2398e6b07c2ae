"""What a build needs beside the order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from accounts_mapping.resolve import MappingSnapshot
from sync.cards import CardFacts
from xero.facts import OrganisationFacts


@dataclass(frozen=True, slots=True)
class Books:
    """What resolving needs beside the order: the mapping, the organisation, known items, and
    what is known of gift cards.

    `today` is the day in the books' time zone: on it stands what no event of the shop dates.
    """

    snapshot: MappingSnapshot
    organisation: OrganisationFacts
    known_items: frozenset[str] = frozenset()
    today: date | None = None
    cards: CardFacts = field(default_factory=CardFacts)
