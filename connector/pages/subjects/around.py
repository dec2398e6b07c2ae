"""What a page of the mapping is about: the store, its draft, its organisation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from connector.configuration.versions.draft import Drafted, draft
from stores.models import Store
from xero.documents.facts import NOT_CONNECTED, OrganisationFacts


@dataclass(frozen=True)
class Around:
    """`organisation` is what is known of it: nothing, while none is connected. `query` is what
    was searched for, `new` what a link names that may have no row yet."""

    store: Store
    drafted: Drafted
    organisation: OrganisationFacts
    query: str = ""
    new: str = ""

    @classmethod
    def of(cls, store: Store, query: str = "", new: str = "") -> Around:
        known = store.organisation.facts() if store.organisation else NOT_CONNECTED
        return cls(store, draft(store), known, query, new)

    @cached_property
    def _facts(self) -> dict[str, object]:
        return self.store.facts or {}

    def names(self, fact: str) -> dict[str, str]:
        """What the shop has of it, by code: `{"processing": "Processing (processing)"}`. Empty
        where the shop was not asked, or does not say."""
        rows = self._facts.get(fact) or []
        assert isinstance(rows, list)
        return {
            str(code): str(name) if str(name) == str(code) else f"{name} ({code})"
            for code, name in rows
        }
