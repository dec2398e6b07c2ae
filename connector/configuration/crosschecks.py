"""What no single section can see, checked on the file as it was written.

These checks work on unvalidated values, so that a fault elsewhere in the file hides none of
them: all of a file's faults are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from accounts_mapping.rules.conditions import check_categories
from connector.configuration.known import Known, KnownStore
from connector.lib.schema import instead
from stores.canonical.records import Stream
from stores.profile import PlatformProfile, Written

Platforms = Mapping[str, PlatformProfile]


def crosschecks(document: dict[str, Any], known: Known, platforms: Platforms) -> list[str]:
    """One line for each fault."""
    listed = document.get("stores")
    listed = listed if isinstance(listed, list) else []
    stores = [(index, store) for index, store in enumerate(listed) if isinstance(store, dict)]
    lines = list(_same_slug(stores))
    for index, store in stores:
        lines += [f"stores[{index}].{line}" for line in _within(store, platforms)]
        lines += [f"stores[{index}].{line}" for line in _against_stored(store, known, platforms)]
    return lines + list(_same_prefix(stores, known)) + list(_same_secret(stores, known))


def _same_slug(stores: list[tuple[int, dict[str, Any]]]) -> Iterator[str]:
    first: dict[str, int] = {}
    for index, store in stores:
        slug = _text(store, "slug")
        if slug and first.setdefault(slug, index) != index:
            yield f'stores[{index}].slug: "{slug}" is already the slug of stores[{first[slug]}]'


def _within(store: dict[str, Any], platforms: Platforms) -> Iterator[str]:
    name, given = store.get("platform"), store.get("credentials")
    platform = platforms.get(name) if isinstance(name, str) else None
    if platform is None and "platform" in store:
        yield f"platform: must be {_one_of(platforms)}{instead(name)}"
    if platform is not None and isinstance(given, dict) and given:
        yield from platform.credential_problems(given)
    if platform is not None:
        yield from _beyond(platform, store)
    rules = store.get("rules")
    parts = [store, *(rules if isinstance(rules, list) else [])]
    used = [part.get("tracking") for part in parts if isinstance(part, dict)]
    try:
        check_categories([options for options in used if isinstance(options, dict)])
    except ValueError as error:
        yield str(error)


# What a setting needs of the platform: by its path, its value (None: any), the streams to be read
# and what is written.
_NEEDS: tuple[tuple[tuple[str, str], Any, tuple[Stream, ...], tuple[Written, ...]], ...] = (
    (("streams", "products"), True, (Stream.PRODUCTS,), ()),
    (("streams", "customers"), "both", (Stream.CUSTOMERS,), (Written.CUSTOMERS,)),
    (("streams", "stock"), "to_xero", (Stream.STOCK,), ()),
    (("streams", "stock"), "to_store", (Stream.STOCK,), (Written.STOCK,)),
    (("streams", "stock"), "master", (), (Written.STOCK,)),
    (("write_back", "comment"), True, (), (Written.NOTES,)),
    (("statuses", "on_paid"), None, (), (Written.STATUSES,)),
)


def _beyond(platform: PlatformProfile, store: dict[str, Any]) -> Iterator[str]:
    """Settings that ask for more than the platform has, or takes."""
    for (section, key), value, read, written in _NEEDS:
        inside = store.get(section)
        given = inside.get(key) if isinstance(inside, dict) else None
        if given is None or (value is not None and given != value):
            continue
        lacking = [f"no {one} to read" for one in read if one not in platform.streams]
        lacking += [f"no {one} to write to" for one in written if one not in platform.writes]
        if lacking:
            yield f"{section}.{key}: {platform.label} has {' and '.join(lacking)}"


def _one_of(platforms: Platforms) -> str:
    """`a, b or c`."""
    *others, last = platforms or ("a platform of this installation, which has none",)
    return f"{', '.join(others)} or {last}" if others else last


def _against_stored(store: dict[str, Any], known: Known, platforms: Platforms) -> Iterator[str]:
    """A shop's records are in its platform's form; a name must mean one organisation."""
    before = known.stores.get(_text(store, "slug"))
    platform = _text(store, "platform")
    moves = before is not None and platform in platforms and before.platform != platform
    if before and moves and before.has_records:
        yield (
            f"platform: cannot change from {before.platform} to {platform}, "
            "orders of this store are stored; make a new store instead"
        )
    name = _text(store, "organisation")
    if _stays_linked(before, name):
        return
    found = known.organisations_called(name) if name else []
    if len(found) > 1:
        ids = ", ".join(one.tenant_id for one in found)
        yield f'organisation: {len(found)} organisations are called "{name}", give the id: {ids}'


def _stays_linked(before: KnownStore | None, name: str) -> bool:
    return before is not None and bool(before.tenant_id) and before.organisation_name == name


def _same_prefix(stores: list[tuple[int, dict[str, Any]]], known: Known) -> Iterator[str]:
    """One number prefix once in an organisation, also among stores that only we know."""
    named = {_text(store, "slug") for _, store in stores}
    users: dict[tuple[str, str], str] = {}
    for other in known.stores.values():
        if other.slug not in named:
            books = known.books_of(other.slug, other.organisation_name)
            users[books, other.number_prefix] = other.slug
    for index, store in stores:
        slug, organisation = _text(store, "slug"), _text(store, "organisation")
        prefix = _text(store, "number_prefix") or f"{slug.upper()}-"
        if not slug or not organisation:
            continue
        user = users.setdefault((known.books_of(slug, organisation), prefix), slug)
        if user != slug:
            yield (
                f'stores[{index}].number_prefix: "{prefix}" is already used by store {user} '
                "in the same organisation"
            )


def _same_secret(stores: list[tuple[int, dict[str, Any]]], known: Known) -> Iterator[str]:
    """One webhook secret once, also among stores that only we know: a call that is signed for
    one store would be believed by the other."""
    named = {_text(store, "slug") for _, store in stores}
    users = {
        other.webhook_secret: other.slug
        for other in known.stores.values()
        if other.webhook_secret and other.slug not in named
    }
    for index, store in stores:
        slug = _text(store, "slug")
        before = known.stores.get(slug)
        given = store.get("webhook_secret")
        secret = given if isinstance(given, str) and given else before and before.webhook_secret
        if not slug or not secret:
            continue
        user = users.setdefault(secret, slug)
        if user != slug:
            yield (
                f"stores[{index}].webhook_secret: is also that of store {user}; give each store "
                "a secret of its own, here and where its calls are signed"
            )


def _text(store: dict[str, Any], key: str) -> str:
    value = store.get(key)
    return value.strip() if isinstance(value, str) else ""
