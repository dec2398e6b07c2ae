"""The machine's clock was set back: what lies ahead of it by mistake is brought back too.

Every wait and lease is a moment in a column. After the clock went back, each of them lies as much
too far ahead, and what was to happen in five minutes happens in an hour, or in a day. A sweep
notices by the latest moment that any sweep has seen, and takes the difference off. How far
lists have been read is taken back further, as meanwhile Xero and the shops were asked for what
changed after a moment that had not come yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.apps import apps
from django.db.models import Model, QuerySet

from connector.lib import clock
from connector.lib.database.claims import Claimable, Job
from sync.models import Installation

log = structlog.get_logger(__name__)
# Clocks of several hosts differ by less; a smaller step back is over within two sweeps anyway.
_STEP = timedelta(minutes=2)
# Waits by model, beside those of the columns that all claimed rows have.
WAITS = {
    "stores.Cursor": ("next_run_at", "hurried_to", "rechecked_at"),
    "stores.Store": ("triggered_at", "look_at"),
    "sync.Dispatch": ("sent_at",),
    "sync.IncomingCall": ("quiet_until",),
    "sync.OrganisationRun": ("look_again_at",),
    "sync.Posting": ("not_before",),
    "sync.TrackedOrder": ("build_at",),
    "sync.TrackedProduct": ("build_at",),
    "xero.Call": ("sent_at", "deadline_at", "ended_at"),
    "xero.DayCount": ("told_at",),
    "xero.MirrorCursor": ("changed_at",),
    "xero.Organisation": (
        "parked_until", "others_until", "watched_at", "details_refreshed_at", "reference_tried_at",
        "reference_refreshed_at",
    ),
    "xero.TokenSet": ("expires_at", "previous_valid_until", "refreshed_at"),
}  # fmt: skip
# Up to when something was read.
POSITIONS = {
    "stores.Cursor": ("position",),
    "xero.MirrorCursor": ("position", "run_started_at", "run_since", "compared_to"),
}


def waits() -> Iterator[tuple[str, str]]:
    """Columns that are leases and waits, each with its model."""
    for model in apps.get_models():
        claim = ["claimed_until"] if issubclass(model, Claimable) else []
        again = ["not_before"] if issubclass(model, Job) else []
        for field in (*claim, *again, *WAITS.get(model._meta.label, ())):
            yield model._meta.label, field


def notice() -> timedelta | None:
    """See whether the clock went back since the last sweep, and mend it; by how much."""
    now = clock.now()
    seen = Installation.column("clock_at")
    if not Installation.objects.filter(pk=1, clock_at=seen).update(clock_at=now):
        return None  # another sweep is at it
    if seen is None or seen - now < _STEP:
        return None
    back = seen - now
    log.warning("clock.went_back", seconds=round(back.total_seconds()))
    for name, field in waits():
        _bring_back(name, field, now, back)
    for name, fields in POSITIONS.items():
        for field in fields:
            _rows(name).filter(**{f"{field}__gt": now}).update(**{field: now - back})
    return back


def _bring_back(name: str, field: str, now: datetime, back: timedelta) -> None:
    """Moments of after the step keep their distance to it; what had come by then is now."""
    rows = _rows(name)
    old = now + back
    rows.filter(**{f"{field}__gt": now, f"{field}__lte": old}).update(**{field: now})
    ahead = rows.filter(**{f"{field}__gt": old}).order_by("pk")
    for pk, moment in list(ahead.values_list("pk", field)):
        rows.filter(pk=pk, **{field: moment}).update(**{field: moment - back})


def _rows(name: str) -> QuerySet[Model]:
    return apps.get_model(name)._default_manager.all()
