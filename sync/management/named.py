"""The store that a command names."""

from __future__ import annotations

from django.core.management.base import CommandError

from stores.models import Store


def named(slug: str) -> Store:
    """The store, with its organisation. Raises CommandError where there is none of this name, or
    it is archived."""
    stores = Store.objects.select_related("organisation__token_set__app")
    store = stores.filter(slug=slug).first()
    if store is None:
        known = ", ".join(Store.objects.on_lists().values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no store {slug!r}. Stores: {known}.")
    if store.archived:
        raise CommandError(store.profile.put_away_text)
    return store
