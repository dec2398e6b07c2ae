"""Which platforms there are: `STORE_ADAPTERS` of the settings, a dotted path for each.

A path leads to the platform's adapter, whose profile says what the platform is, or to the profile
alone where its shops cannot be read yet. A shop's own adapter is one more line.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from connector.lib.errors import Misconfigured
from stores.adapter import StoreAdapter
from stores.profile import PlatformProfile, Written
from stores.writing import disagreements

Found = type[StoreAdapter] | PlatformProfile


def platforms() -> tuple[str, ...]:
    """The names of all platforms whose shops can be read, in alphabetical order."""
    return tuple(sorted(name for name in _paths() if is_read(name)))


def is_read(platform: str) -> bool:
    """Whether an adapter is named for it, as far as that can be told of one that does not load."""
    path = _paths().get(platform)
    if path is None:
        return False
    try:
        return not isinstance(_load(path), PlatformProfile)
    except Misconfigured:
        return True


def writers(what: Written) -> frozenset[str]:
    """The platforms to whose shops this can be written."""
    return frozenset(name for name in platforms() if what in profile(name).writes)


def adapter_class(platform: str) -> type[StoreAdapter]:
    """The adapter of a platform, imported at its first use; Misconfigured if there is none."""
    found = _load(_paths()[platform]) if platform in _paths() else None
    if found is None or isinstance(found, PlatformProfile):
        raise Misconfigured(
            f"This version cannot read {platform} shops; it reads: {', '.join(platforms())}.",
            code="unknown_platform",
            hint="Install a version that does, or choose one of these as the platform of the "
            "store.",
            field="platform",
        )
    return found


def profiles() -> dict[str, PlatformProfile]:
    """What all platforms are that a store may be of, in the order of the settings."""
    return {name: profile(name) for name in _paths()}


def profile(platform: str) -> PlatformProfile:
    """What a platform is. Of one that is not there, or does not load, no more than its name is
    known: whoever reads its shops is told why not by `adapter_class`."""
    try:
        found = _load(_paths()[platform])
    except (KeyError, Misconfigured):
        return PlatformProfile(kind=platform, label=platform)
    return found if isinstance(found, PlatformProfile) else found.profile


def _paths() -> dict[str, str]:
    paths: dict[str, str] = settings.STORE_ADAPTERS
    return paths


@cache
def _load(path: str) -> Found:
    try:
        found: Found = import_string(path)
    except ImportError as error:
        raise Misconfigured(
            f"The part of the program that reads these shops, {path}, cannot be loaded: {error}.",
            code="adapter_import",
            hint="The installation is incomplete: install it anew. An adapter of your own is "
            "named in connector/settings.py, STORE_ADAPTERS.",
        ) from error
    wrong = [] if isinstance(found, PlatformProfile) else list(disagreements(found))
    if wrong:
        raise Misconfigured(
            f"The part of the program that reads these shops, {path}, contradicts itself: "
            f"{'; '.join(wrong)}.",
            code="adapter_import",
            hint="Mend `writes` of its profile, or its methods, as `stores/writing.py` says.",
        )
    return found


def reader(platform: str) -> StoreAdapter:
    """An adapter for its pure part only (`parse`, `identify`, `scrub`): it has no connection."""
    found = adapter_class(platform)
    return found.__new__(found)
