"""Stores that read one shop: whether two of them may take, and so post, the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from accounts_mapping.rules.resolve import like
from stores.canonical.order import PartKeys
from stores.settings import Only, StoreSettings

# By the address of a shop, what each of its store views belongs to, as far as it was asked.
Parts = Mapping[str, Sequence[PartKeys]]


def shared_parts(profiles: Sequence[StoreSettings], parts: Parts | None = None) -> list[str]:
    """Parts of one shop that two stores both take, or may take, one line each. Paths begin with
    the slug of the later store."""
    lines = []
    for other, store in combinations(profiles, 2):
        if (store.platform, store.url) != (other.platform, other.url):
            continue
        if not (store.enabled and other.enabled) or _apart(store.only, other.only):
            continue
        views = (parts or {}).get(store.url, ())
        if views:
            both = [one for one in views if _takes(store.only, one) and _takes(other.only, one)]
            if both:
                lines.append(_both(store, other, both))
        elif _by_same_keys(store.only, other.only):
            lines.append(_both(store, other, ()))
        else:
            lines.append(
                f"{store.slug}.only: {other.slug} reads the same shop and names its part in "
                "another way. Whether an order can be of both is not known before the shop was "
                "asked: press Test connection on the store's page, and import again."
            )
    return lines


def _both(store: StoreSettings, other: StoreSettings, views: Sequence[PartKeys]) -> str:
    named = ", ".join((one.store_view or ("",))[-1] for one in views[:5])
    which = f" (store view {named})" if views else ""
    return (
        f"{store.slug}.only: {other.slug} reads the same shop, and nothing keeps their orders "
        f"apart: an order of both{which} is posted by both. Name other websites, store views or "
        "stores in each."
    )


def _apart(one: Only, other: Only) -> bool:
    """Whether some key of both names different parts; a name with wildcards may fit another."""
    for key in type(one).model_fields:
        here, there = getattr(one, key), getattr(other, key)
        met = any(like(here, name) for name in there) or any(like(there, name) for name in here)
        if here and there and not met:
            return True
    return False


def _by_same_keys(one: Only, other: Only) -> bool:
    """Whether the keys that both use tell all: one takes everything, or they name the same."""
    return _keys(one) <= _keys(other) or _keys(other) <= _keys(one)


def _keys(only: Only) -> frozenset[str]:
    return frozenset(key for key in type(only).model_fields if getattr(only, key))


def _takes(only: Only, part: PartKeys) -> bool:
    pairs = (
        (only.websites, part.website),
        (only.stores, part.store_group),
        (only.store_views, part.store_view),
    )
    return all(not wanted or like(wanted, *names) for wanted, names in pairs)
