"""`config import`: the file's text in, a report of what changed out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounting.linting import doubts, misfits
from accounts_mapping.rules.return_actions import doubtful_actions
from connector.configuration.applying import Applying
from connector.configuration.inactive import inactive
from connector.configuration.reading import read_configuration
from connector.configuration.schema import FileSchema
from connector.configuration.sharing import shared_parts
from connector.configuration.stored import load_known, rules_of
from connector.configuration.variables import Lookup
from connector.configuration.yaml_text import read_yaml
from connector.lib.environment import Env
from stores import registry
from stores.models import Store
from sync.parsing import parse_facts
from xero.documents.facts import NOT_CONNECTED


@dataclass(frozen=True, slots=True)
class Report:
    """`changes` is what the import did (would do), `notices` what a person should know."""

    changes: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        return [*(self.changes or ("no changes",)), *self.notices]


def environment(name: str) -> str | None:
    """A variable, or the file that NAME_FILE names; None if unset or empty."""
    return Env().ENVIRON.get(name)  # type: ignore[no-any-return]


def import_configuration(
    text: str, *, lookup: Lookup = environment, dry_run: bool = False, author: Any = None
) -> Report:
    """Apply a file in one transaction. Raises FileRefused, with nothing changed.

    Applying the same file again changes nothing. A dry run does everything and takes it
    back, so that its report is that of the import.
    """
    with transaction.atomic():
        known = load_known()
        configuration = read_configuration(text, lookup, known)
        applying = Applying(configuration, known, author)
        applying.run(_alert_texts(text))
        notices = [
            *applying.notices,
            *inactive(configuration),
            *_about_mappings(configuration),
            *_overheard(configuration),
            *_shared_parts(),
        ]
        if dry_run:
            transaction.set_rollback(True)
    return Report(tuple(applying.changes), tuple(notices))


def mapping_problems(store: Store) -> tuple[list[str], list[str]]:
    """(what would hold orders of this store, what is only doubtful), paths within the store."""
    facts = store.organisation.facts() if store.organisation else NOT_CONNECTED
    rules = rules_of(store)
    platform = registry.profile(store.platform)
    told = store.facts.get("return_actions") or ()
    doubtful = [
        *doubts(store.profile, rules, facts, platform),
        *doubtful_actions(rules.refunds.return_actions, told),
    ]
    return misfits(rules, facts), doubtful


def _overheard(configuration: FileSchema) -> Iterator[str]:
    slugs = [section.slug for section in configuration.stores]
    for store in Store.objects.filter(slug__in=slugs):
        platform = registry.profile(store.platform)
        if warning := platform.overheard(store.profile.url, store.credentials or ()):
            yield f"stores.{store.slug}.url: {warning}"


def _about_mappings(configuration: FileSchema) -> Iterator[str]:
    slugs = [section.slug for section in configuration.stores]
    for store in Store.objects.select_related("organisation").filter(slug__in=slugs):
        wrong, doubtful = mapping_problems(store)
        yield from (f"stores.{store.slug}.{line}" for line in [*wrong, *doubtful])


def _shared_parts() -> Iterator[str]:
    """Of all stores, also of those that the file does not name."""
    stores = list(Store.objects.order_by("slug"))
    parts = {store.profile.url: tuple(parse_facts(store).parts.values()) for store in stores}
    told = {url: views for url, views in parts.items() if views}
    yield from (f"stores.{line}" for line in shared_parts([one.profile for one in stores], told))


def _alert_texts(text: str) -> list[str]:
    """The alerts' addresses as they stand in the file, variables unexpanded."""
    document, _ = read_yaml(text)
    return [str(alert.get("url", "")) for alert in document.get("alerts", [])]
