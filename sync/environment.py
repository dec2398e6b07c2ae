"""Whether a store may post to its organisation at all: one for trying things out may not always."""

from __future__ import annotations

from accounting.books import Books
from accounting.reasons import Reason
from connector.lib.texts.said import said
from stores.models import Store


def environment_hold(store: Store, books: Books) -> Reason | None:
    """A store that is for trying things out posts only to a demo company, or when confirmed."""
    if books.snapshot.store.environment == "production" or store.sandbox_confirmed:
        return None
    if books.organisation.is_demo_company:
        return None
    text = said(
        "%(name)s is a sandbox store, and %(organisation)s is not a demo company. Confirm it "
        "on the store's page, or set its environment to production.",
        name=store.name,
        organisation=books.organisation.name,
    )
    return Reason("environment_mismatch", text, "environment")
