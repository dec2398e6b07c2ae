"""Look at a shop, and remember what it is: its names, statuses, tax classes, missing rights."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

import structlog

from connector.lib import clock, doorbell
from connector.lib.errors import ConnectorError
from stores.canonical.records import StoreFacts
from stores.connect import connect
from stores.models import Store
from sync.rebuild import rebuild_held

log = structlog.get_logger(__name__)
# A person waits for the answer: one that takes longer than this is one.
_READ_SECONDS, _CALL_SECONDS = 10, 15


# What a shop has (statuses, methods, taxes) changes seldom, and the pages say when it was read.
EVERY: Final = timedelta(days=1)


def look_again(store: Store) -> None:
    """Ask a shop anew that told once what it is, once a day: pages work by what it said last, also
    while it is away."""
    if not store.take_look(EVERY):
        return
    try:
        probe(store)
    except ConnectorError as error:
        log.warning("probe.old", store_id=store.pk, error=str(error))


def probe(store: Store) -> StoreFacts:
    """Ask the shop what it is; parsers and pages use the answer. Raises the shop's errors.

    What was held is built anew where the answer is another than before.
    """
    adapter = connect(store, read_timeout=_READ_SECONDS, total_timeout=_CALL_SECONDS)
    facts = adapter.probe()
    found: dict[str, Any] = asdict(facts) | {"probed_at": clock.now().isoformat()}
    Store.objects.filter(pk=store.pk).update(facts=found, look_at=clock.now() + EVERY)
    if rebuild_held(store):
        doorbell.ring("sync.build", store.pk)
    return facts
