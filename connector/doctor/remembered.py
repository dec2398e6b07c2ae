"""What was found last, for the pages: looked at when somebody asks, and kept until the next time.

No transaction and no lock is open while shops and Xero are asked; two people who press at once
have it looked at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from connector.doctor.examine import examine, examine_store
from connector.doctor.findings import Finding, Place, Severity
from connector.lib import clock
from connector.models import Examination
from stores.models import Store

# Longer than a look takes; after it a killed process's claim is free.
_LEASE = timedelta(minutes=3)


def last(store: Store | None = None) -> Examination | None:
    """The last look at everything, or at one store."""
    return Examination.objects.select_related("asked_by").filter(about=_about(store)).first()


def look(store: Store | None = None, *, user: Any = None) -> bool:
    """Look now and keep what is found; False, with nothing asked, if somebody is at it."""
    row = Examination.objects.get_or_create(about=_about(store))[0]
    mine, token = Examination.objects.filter(pk=row.pk), uuid.uuid4().hex
    if not mine.claim(token, _LEASE):
        return False
    kept: dict[str, Any] = {}
    try:
        found = list(examine_store(store) if store is not None else examine())
        kept = {
            "findings": [asdict(one) for one in found],
            "ended_at": clock.now(),
            "asked_by": user,
        }
    finally:
        mine.release(token, **kept)
    return True


def findings_of(row: Examination) -> Iterator[Finding]:
    """What must be fixed first, then what is worth a look; in each as they were found."""
    order = (Severity.WRONG, Severity.NOTE, Severity.GOOD)
    found = [
        Finding(**(one | {"level": Severity(one["level"]), "at": Place(**one["at"])}))
        for one in row.findings
    ]
    return iter(sorted(found, key=lambda one: order.index(one.level)))


def _about(store: Store | None) -> str:
    return store.slug if store is not None else ""
