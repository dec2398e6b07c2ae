"""Settings that are accepted and kept, but that this version does not act on yet.

An entry leaves this table when its feature arrives.
"""

from __future__ import annotations

from collections.abc import Iterator

from accounts_mapping.sections.section import StoreSection
from connector.configuration.schema import FileSchema
from stores import registry


def inactive(configuration: FileSchema) -> list[str]:
    """`stores.au.items.oversell: hold is kept, but not active yet`, one line each."""
    lines = []
    if configuration.alerts:
        lines.append("alerts: kept, but not active yet")
    if configuration.logging.debug:
        lines.append("logging.debug: true is kept, but not active yet")
    for store in configuration.stores:
        for key, value in _waiting(store):
            said = f"{value} is kept, but not active yet" if value else "kept, but not active yet"
            lines.append(f"stores.{store.slug}.{key}: {said}")
    return lines


def _waiting(store: StoreSection) -> Iterator[tuple[str, str]]:
    if not registry.is_read(store.platform):
        yield "platform", store.platform
