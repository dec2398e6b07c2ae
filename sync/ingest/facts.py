"""Facts of a shop that its records lack, such as the names of customer groups."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from accounts_mapping.models import snapshot
from connector.lib import clock
from connector.lib.errors import ConnectorError
from stores.adapter import StoreAdapter
from stores.models import Store

log = structlog.get_logger(__name__)
_MAX_AGE = timedelta(days=1)


def learn_facts(store: Store, adapter: StoreAdapter) -> None:
    """Ask the shop for its facts where a rule needs them and they are a day old.

    Orders say a customer's group by number, and the part of the shop by name or number, products
    and customers their websites by number: without names and codes a rule that names one would
    pass them by. Raises the shop's errors where nothing was ever learned; what was learned before
    serves until the shop can be asked again.
    """
    if not _needed(store) or not _is_old(store):
        return
    try:
        facts = adapter.probe()
    except ConnectorError as error:
        if "parts" not in store.facts:
            raise
        log.warning("facts.old", store_id=store.pk, error=str(error))
        return
    for warning in facts.warnings:
        log.warning("facts.incomplete", store_id=store.pk, warning=warning)
    store.facts = asdict(facts) | {"learned_at": clock.now().isoformat()}
    store.save(update_fields=["facts"])


def _needed(store: Store) -> bool:
    rules = snapshot(store).rules.model_dump_json(exclude_defaults=True)
    only = store.profile.only
    words = ("customer_group", "website", "store_view", "vendor")
    named = any(word in rules for word in words)
    return named or bool(only.websites or only.store_views or only.stores)


def _is_old(store: Store) -> bool:
    if "parts" not in store.facts:
        return True
    try:
        learned_at = datetime.fromisoformat(store.facts.get("learned_at", ""))
    except ValueError:
        return True
    return learned_at < clock.now() - _MAX_AGE
