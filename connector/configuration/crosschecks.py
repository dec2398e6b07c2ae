"""What no single section can see, checked on the file as it was written.

These checks work on unvalidated values, so that a fault elsewhere in the file hides none of
them: all of a file's faults are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from accounts_mapping.rules.conditions import check_categories
from connector.configuration.known import Known, KnownStore
from connector.lib.schema import not_but, str_of
from connector.lib.texts.said import at_field, parted, said
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
        for line in (*_within(store, platforms), *_against_stored(store, known, platforms)):
            field, text = parted(line)
            lines.append(at_field(f"stores[{index}].{field}", text))
    return lines + list(_same_prefix(stores, known)) + list(_same_secret(stores, known))


def _same_slug(stores: list[tuple[int, dict[str, Any]]]) -> Iterator[str]:
    first: dict[str, int] = {}
    for index, store in stores:
        slug = _text(store, "slug")
        if slug and first.setdefault(slug, index) != index:
            text = said(
                '"%(slug)s" is already the slug of stores[%(first)s]', slug=slug, first=first[slug]
            )
            yield at_field(f"stores[{index}].slug", text)


def _within(store: dict[str, Any], platforms: Platforms) -> Iterator[str]:
    name, given = store.get("platform"), store.get("credentials")
    platform = platforms.get(name) if isinstance(name, str) else None
    if platform is None and "platform" in store:
        yield at_field("platform", not_but(_one_of(platforms), name))
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
        yield str_of(error)


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


_NOTHING_TO_READ = {
    Stream.PRODUCTS: said("no products to read"), Stream.CUSTOMERS: said("no customers to read"),
    Stream.STOCK: said("no stock to read"),
}  # fmt: skip
_NOTHING_TO_WRITE = {
    Written.CUSTOMERS: said("no customers to write to"),
    Written.STOCK: said("no stock to write to"),
    Written.NOTES: said("no order notes to write to"),
    Written.STATUSES: said("no order statuses to write to"),
}  # fmt: skip


def _beyond(platform: PlatformProfile, store: dict[str, Any]) -> Iterator[str]:
    """Settings that ask for more than the platform has, or takes."""
    for (section, key), value, read, written in _NEEDS:
        inside = store.get(section)
        given = inside.get(key) if isinstance(inside, dict) else None
        if given is None or (value is not None and given != value):
            continue
        lacking = [_NOTHING_TO_READ[one] for one in read if one not in platform.streams]
        lacking += [_NOTHING_TO_WRITE[one] for one in written if one not in platform.writes]
        if lacking:
            what = lacking[0]
            if len(lacking) > 1:
                what = said("%(one)s and %(other)s", one=lacking[0], other=lacking[1])
            text = said("%(platform)s has %(what)s", platform=platform.label, what=what)
            yield at_field(f"{section}.{key}", text)


def _one_of(platforms: Platforms) -> str:
    """`must be a, b or c`."""
    if not platforms:
        return said("must be a platform of this installation, which has none")
    *others, last = platforms
    if not others:
        return said("must be %(last)s", last=last)
    return said("must be %(others)s or %(last)s", others=", ".join(others), last=last)


def _against_stored(store: dict[str, Any], known: Known, platforms: Platforms) -> Iterator[str]:
    """A shop's records are in its platform's form; a name must mean one organisation."""
    before = known.stores.get(_text(store, "slug"))
    platform = _text(store, "platform")
    moves = before is not None and platform in platforms and before.platform != platform
    if before and moves and before.has_records:
        text = said(
            "cannot change from %(before)s to %(platform)s, orders of this store are stored; make "
            "a new store instead",
            before=before.platform, platform=platform,
        )  # fmt: skip
        yield at_field("platform", text)
    name = _text(store, "organisation")
    if _stays_linked(before, name):
        return
    found = known.organisations_called(name) if name else []
    if len(found) > 1:
        ids = ", ".join(one.tenant_id for one in found)
        text = said(
            '%(count)s organisations are called "%(name)s", give the id: %(ids)s',
            count=len(found), name=name, ids=ids,
        )  # fmt: skip
        yield at_field("organisation", text)


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
            text = said(
                '"%(prefix)s" is already used by store %(store)s in the same organisation',
                prefix=prefix, store=user,
            )  # fmt: skip
            yield at_field(f"stores[{index}].number_prefix", text)


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
            text = said(
                "is also that of store %(store)s; give each store a secret of its own, here and "
                "where its calls are signed",
                store=user,
            )
            yield at_field(f"stores[{index}].webhook_secret", text)


def _text(store: dict[str, Any], key: str) -> str:
    value = store.get(key)
    return value.strip() if isinstance(value, str) else ""
