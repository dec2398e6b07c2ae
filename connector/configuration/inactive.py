"""Settings that are accepted and kept, but that this version does not act on yet.

An entry leaves this table when its feature arrives.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from connector.configuration.schema import FileSchema, StoreSection
from connector.lib.schema import Section

# Keys of a store of which every value but the default waits for its feature.
STORE_KEYS = ("statuses.on_paid",)
# Platforms whose shops cannot be read yet.
PLATFORMS = ("opencart", "cscart")


def inactive(configuration: FileSchema) -> list[str]:
    """`stores.au.items.oversell: hold is kept, but not active yet`, one line each."""
    lines = []
    if configuration.alerts:
        lines.append("alerts: kept, but not active yet")
    if configuration.xero and configuration.xero.webhook_key:
        lines.append("xero.webhook_key: kept, but not active yet")
    for store in configuration.stores:
        for key, value in _waiting(store):
            said = f"{value} is kept, but not active yet" if value else "kept, but not active yet"
            lines.append(f"stores.{store.slug}.{key}: {said}")
    return lines


def _waiting(store: StoreSection) -> Iterator[tuple[str, str]]:
    if store.platform in PLATFORMS:
        yield "platform", store.platform
    if store.streams.customers == "both":
        yield "streams.customers", "both"
    for key in STORE_KEYS:
        value = attrgetter(key)(store)
        if value != _default(store, key):
            yield key, value if isinstance(value, str) else ""


def _default(store: StoreSection, key: str) -> object:
    """The documented default of a dotted key."""
    section, _, name = key.rpartition(".")
    owner: Section | StoreSection = attrgetter(section)(store) if section else store
    return type(owner).model_fields[name].get_default(call_default_factory=True)
