"""Which adapter speaks to which platform: a dict of dotted paths in the settings.

`STORE_ADAPTERS = {"magento": "stores.adapters.magento.adapter.MagentoAdapter"}` is the
default; a shop's own adapter is one more entry.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from connector.lib.errors import Misconfigured
from stores.adapters.base import StoreAdapter

DEFAULTS = {"magento": "stores.adapters.magento.adapter.MagentoAdapter"}


def platforms() -> tuple[str, ...]:
    """The names of all known platforms, in alphabetical order."""
    return tuple(sorted(_paths()))


def adapter_class(platform: str) -> type[StoreAdapter]:
    """The adapter of a platform, imported at its first use; Misconfigured if there is none."""
    paths = _paths()
    if platform not in paths:
        raise Misconfigured(
            f"This version cannot read {platform} shops; it reads: {', '.join(platforms())}.",
            code="unknown_platform",
            hint="Install a version that does, or choose one of these as the platform of the "
            "store.",
            field="platform",
        )
    return _load(paths[platform])


def _paths() -> dict[str, str]:
    paths: dict[str, str] = getattr(settings, "STORE_ADAPTERS", DEFAULTS)
    return paths


@cache
def _load(path: str) -> type[StoreAdapter]:
    try:
        found: type[StoreAdapter] = import_string(path)
    except ImportError as error:
        raise Misconfigured(
            f"The part of the program that reads these shops, {path}, cannot be loaded: {error}.",
            code="adapter_import",
            hint="The installation is incomplete: install it anew. An adapter of your own is "
            "named in connector/settings.py, STORE_ADAPTERS.",
        ) from error
    return found


def reader(platform: str) -> StoreAdapter:
    """An adapter for its pure part only (`parse`, `identify`, `scrub`): it has no connection."""
    found = adapter_class(platform)
    return found.__new__(found)
