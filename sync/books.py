"""What a build needs beside the order."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts_mapping.resolve import MappingSnapshot
from sync.cards import CardFacts
from xero.facts import OrganisationFacts


@dataclass(frozen=True, slots=True)
class Books:
    """What resolving needs beside the order: the mapping, the organisation, known items, and
    what is known of gift cards."""

    snapshot: MappingSnapshot
    organisation: OrganisationFacts
    known_items: frozenset[str] = frozenset()
    cards: CardFacts = field(default_factory=CardFacts)
