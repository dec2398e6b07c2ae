"""A store as its draft would map it, beside what it shows and what the organisation has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.shortcuts import get_object_or_404

from accounting.unmapped.gaps import gaps
from accounts_mapping.models import default_rules, snapshot
from accounts_mapping.proposals.propose import ShopShows
from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.sections.section import StoreSection
from accounts_mapping.shows import shows_of
from connector.configuration.versions.draft import Drafted, draft
from stores import registry
from stores.models import Store
from xero.documents.facts import NOT_CONNECTED, OrganisationFacts


@dataclass(frozen=True)
class Look:
    """All that a page on a store's gaps needs, each read when it is asked for first."""

    store: Store

    @cached_property
    def draft(self) -> Drafted:
        return draft(self.store)

    @cached_property
    def mapped(self) -> MappingSnapshot:
        """By the draft; by what is live where the draft has errors."""
        section = self.draft.section
        return snapshot(self.store) if section is None else snapshot_of(self.store, section)

    @cached_property
    def facts(self) -> OrganisationFacts:
        organisation = self.store.organisation
        return organisation.facts() if organisation else NOT_CONNECTED

    @cached_property
    def shows(self) -> ShopShows:
        return shows_of(self.store)


def count_gaps(store: Store) -> tuple[int, int]:
    """How much is not mapped yet as the draft has it: what holds orders, and what else."""
    look = Look(store)
    found = gaps(look.mapped, look.facts, look.shows)
    holding = sum(one.holds for one in found)
    return holding, len(found) - holding


def chosen_store(slug: str) -> Store:
    """The store of an address, with its organisation. Http404."""
    return get_object_or_404(Store.objects.select_related("organisation__token_set"), slug=slug)


def snapshot_of(store: Store, section: StoreSection) -> MappingSnapshot:
    """As the store would be mapped by this section."""
    platform, rules = registry.profile(store.platform), section.store_rules
    if not rules.statuses.model_fields_set:
        rules = rules.model_copy(update={"statuses": default_rules(platform).statuses})
    return MappingSnapshot(store.profile, rules, platform)
