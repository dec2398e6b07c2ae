"""The adapter of a store, with its credentials and a session."""

from __future__ import annotations

from connector.lib.errors import Misconfigured
from connector.lib.outgoing import http
from stores import registry
from stores.abilities import KnowsItsShop
from stores.adapter import StoreAdapter
from stores.models import Store


def connect(store: Store, **limits: float) -> StoreAdapter:
    """The adapter of a store with its credentials. Raises Misconfigured where they are bad.

    `limits` are timeouts of its session, in seconds, as `http.session` takes them.
    """
    found = registry.adapter_class(store.platform)
    try:
        credentials = found.Credentials.model_validate(store.credentials)
    except ValueError as error:
        raise Misconfigured(
            f"The credentials of {store.name} are not complete.",
            code="credentials_missing",
            hint="Enter them on the store's page, or in the configuration file.",
            field="credentials",
        ) from error
    session = http.session(**limits)  # type: ignore[arg-type]
    adapter = found(credentials, session, url=store.profile.url)
    if isinstance(adapter, KnowsItsShop):
        adapter.recall(dict(store.facts.get("findings", ())))
    return adapter
