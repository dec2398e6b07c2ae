"""A store's section as it is live, and whether another may take its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from accounting.linting import doubts, misfits
from accounts_mapping.rules.schema import StoreRules
from accounts_mapping.sections.paths import Path, name_of
from accounts_mapping.sections.section import Document, StoreSection, read_back, written_out
from connector.configuration.crosschecks import crosschecks
from connector.configuration.known import Known
from connector.configuration.reading import with_platform_defaults
from connector.configuration.stored import rules_of
from connector.configuration.versions.refusals import Errors
from connector.configuration.yaml_text import MAX_BYTES, UNUSABLE
from connector.lib.schema import faults
from connector.lib.texts.said import parted, said
from stores import registry
from stores.models import Store
from xero.documents.facts import NOT_CONNECTED

# Who a store is, and whether it is switched on or archived: no subject of a draft.
IDENTITY = frozenset({"slug", "platform"})
SWITCH, ARCHIVED = "enabled", "archived"
_INDEX = re.compile(r"\[\d+\]")


def live(store: Store) -> Document:
    """The section in force, without secrets and the switch."""
    return kept(store, rules_of(store))


def kept(store: Store, rules: StoreRules) -> Document:
    """What a version keeps of a store with these rules."""
    return without_switch(written_out(store.profile, rules))


def without_switch(document: Document) -> Document:
    return {key: value for key, value in document.items() if key not in (SWITCH, ARCHIVED)}


@dataclass(frozen=True, slots=True)
class Checked:
    """A section, written out anew; or why it is none."""

    section: StoreSection | None
    document: Document
    errors: Errors = field(default_factory=dict)


def check(
    store: Store, document: Document, known: Known, secrets: Document | None = None
) -> Checked:
    """As `config import` checks a file with this section."""
    whole = document | {SWITCH: store.enabled, ARCHIVED: store.archived} | (secrets or {})
    platforms = registry.profiles()
    filled = with_platform_defaults({"stores": [whole]}, platforms)
    found: dict[str, list[str]] = {}
    for place, message in unusable(whole, ()):
        found.setdefault(place, []).append(message)
    for line in crosschecks(filled, known, platforms):
        place, message = parted(line)
        place = place.removeprefix("stores[0].")
        found.setdefault(place, []).append(message)
    section = None
    try:
        section = read_back(filled["stores"][0])
    except ValidationError as error:
        for path, message in faults(error):
            # What follows about the same place is its echo.
            found.setdefault(name_of(path), [message])
    if section is None or found:
        return Checked(None, document, found)
    canonical = without_switch(written_out(section.profile, section.store_rules))
    return Checked(section, canonical)


def unusable(value: Any, path: tuple[int | str, ...]) -> Iterator[tuple[str, str]]:
    """Texts that no file holds."""
    inside: Iterable[tuple[int | str, Any]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list | tuple):
        inside = enumerate(value)
    elif isinstance(value, str):
        if UNUSABLE.search(value):
            yield name_of(path), said("contains a control character")
        elif len(value) > MAX_BYTES // 16:
            yield name_of(path), said("is longer than %(most)s characters", most=MAX_BYTES // 16)
    for key, item in inside:
        if isinstance(key, str) and UNUSABLE.search(key):
            yield name_of(path), said("has a name with a control character")
        else:
            yield from unusable(item, (*path, key))


def new_misfits(store: Store, rules: StoreRules) -> Errors:
    """What posting would refuse of these rules, and does not refuse of those in force."""
    facts = store.organisation.facts() if store.organisation else NOT_CONNECTED
    known = Counter(_INDEX.sub("[]", line) for line in misfits(rules_of(store), facts))
    found: dict[str, list[str]] = {}
    for line in misfits(rules, facts):
        key = _INDEX.sub("[]", line)
        if known[key]:
            known[key] -= 1
            continue
        place, message = parted(line)
        found.setdefault(place, []).append(message)
    return found


def new_doubts(store: Store, section: StoreSection) -> list[str]:
    """What would be posted with this section, but perhaps not as it is meant, and is not so with
    the one in force: as `config import` says it."""
    facts = store.organisation.facts() if store.organisation else NOT_CONNECTED
    platform = registry.profile(store.platform)
    known = {
        _INDEX.sub("[]", one) for one in doubts(store.profile, rules_of(store), facts, platform)
    }
    found = doubts(section.profile, section.store_rules, facts, platform)
    return [one for one in found if _INDEX.sub("[]", one) not in known]


def about(errors: Errors, paths: Iterable[Path]) -> Errors:
    """Those at these subjects, or inside them."""
    names = [name_of(path) for path in paths]
    return {
        place: messages
        for place, messages in errors.items()
        if any(place == name or place.startswith((f"{name}.", f"{name}[")) for name in names)
    }
