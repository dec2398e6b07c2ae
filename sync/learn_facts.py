"""Facts of a shop that its records lack, such as the names of customer groups."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from accounts_mapping.models import snapshot
from connector.lib import clock
from stores.adapters.base import StoreAdapter
from stores.models import Store

log = structlog.get_logger(__name__)
_MAX_AGE = timedelta(days=1)


def learn_facts(store: Store, adapter: StoreAdapter) -> None:
    """Ask the shop for its facts where a rule needs them and they are a day old.

    Orders say a customer's group by number, and products and customers their websites: without
    the names a rule that names one would pass them by. Raises the shop's errors.
    """
    if not _needed(store) or not _is_old(store):
        return
    facts = adapter.probe()
    for warning in facts.warnings:
        log.warning("facts.incomplete", store_id=store.pk, warning=warning)
    store.facts = asdict(facts) | {"learned_at": clock.now().isoformat()}
    store.save(update_fields=["facts"])


def _needed(store: Store) -> bool:
    rules = snapshot(store).rules.model_dump_json(exclude_defaults=True)
    return "customer_group" in rules or bool(store.profile.only.websites)


def _is_old(store: Store) -> bool:
    try:
        learned_at = datetime.fromisoformat(store.facts.get("learned_at", ""))
    except ValueError:
        return True
    return learned_at < clock.now() - _MAX_AGE
