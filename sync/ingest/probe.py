"""Look at a shop, and remember what it is: its names, statuses, tax classes, missing rights."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from connector.lib import clock, doorbell
from stores.canonical.records import StoreFacts
from stores.connect import connect
from stores.models import Store
from sync.rebuild import rebuild_held

# A person waits for the answer: one that takes longer than this is one.
_READ_SECONDS, _CALL_SECONDS = 10, 15


def probe(store: Store) -> StoreFacts:
    """Ask the shop what it is; parsers and pages use the answer. Raises the shop's errors.

    What was held is built anew where the answer is another than before.
    """
    adapter = connect(store, read_timeout=_READ_SECONDS, total_timeout=_CALL_SECONDS)
    facts = adapter.probe()
    found: dict[str, Any] = asdict(facts) | {"probed_at": clock.now().isoformat()}
    Store.objects.filter(pk=store.pk).update(facts=found)
    if rebuild_held(store):
        doorbell.ring("sync.build", store.pk)
    return facts
