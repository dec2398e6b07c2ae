"""A store that is put away, and who did it."""

from __future__ import annotations

from typing import Any

from connector.configuration.differences import differences
from connector.models import InstallationChange
from stores.models import Store


def archive(store: Store, *, away: bool, author: Any) -> bool:
    """Archive a store, or take it back; False if it is so already. No version keeps it, so the
    changes of the installation do. Call it within a transaction."""
    if not store.put_away(away=away):
        return False
    lines = list(differences(not away, away, f"stores.{store.slug}.archived"))
    InstallationChange.objects.create(
        author=author, origin=InstallationChange.Origin.PAGES, changes=lines
    )
    return True
