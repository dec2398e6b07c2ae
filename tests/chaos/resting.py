"""Until the product has nothing left to do: nothing due, no lease held, all of the shops read."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q

from connector.lib import clock
from connector.lib.money import from_units
from stores.canonical.records import Stream
from stores.models import Cursor
from sync.models import (
    Attempt,
    Backfill,
    Dispatch,
    IncomingCall,
    OrganisationRun,
    Posting,
    ShopWrite,
    TrackedOrder,
)
from xero.models import TokenSet

_STEP_SECONDS = 1.0
_STILL = 3  # looks in a row that must find nothing


def unfinished(since: datetime) -> dict[str, int]:
    """What is left to do, by kind: empty when at rest. `since` is when the shops came to rest."""
    streams = (Stream.ORDERS.value, Stream.REFUNDS.value)
    read = Q(last_run_at__gt=since, last_error="")
    waiting = Posting.objects.waiting().exclude(parent__state__in=("held", "dead"))
    counts = {
        "orders to build": TrackedOrder.objects.filter(
            Q(build_at__isnull=False) | Q(claimed_until__isnull=False)
        ),
        "postings under way": waiting,
        "requests under way": Dispatch.objects.exclude(state=Dispatch.State.DONE),
        "organisations being sent to": OrganisationRun.objects.filter(claimed_until__isnull=False),
        "streams being read": Cursor.objects.filter(claimed_until__isnull=False),
        "streams not read since": Cursor.objects.filter(stream__in=streams).exclude(read),
        "calls of shops": IncomingCall.objects.filter(state=IncomingCall.State.WAITING),
        "writes to shops": ShopWrite.objects.filter(
            state__in=(*ShopWrite.WAITING, ShopWrite.State.SENDING)
        ),
        "backfills": Backfill.objects.filter(ended_at__isnull=True),
        "tokens being refreshed": TokenSet.objects.filter(
            claimed_until__isnull=False, organisations__connected=True
        ),
    }
    return {name: found for name, rows in counts.items() if (found := rows.count())}


def wait(since: datetime, seconds: float, each: Callable[[dict[str, int]], None]) -> dict[str, int]:
    """Look until nothing is left, `seconds` at most; what is left then. `each` sees every look."""
    deadline, still = time.monotonic() + seconds, 0
    left: dict[str, int] = {"everything": 1}
    while still < _STILL and time.monotonic() < deadline:
        time.sleep(_STEP_SECONDS)
        left = unfinished(since)
        still = 0 if left else still + 1
        each(left)
    return left


def stuck(limit: int = 20) -> list[str]:
    """Of what is left, the first few by name: what a person would look for in the log."""
    orders = TrackedOrder.objects.filter(build_at__isnull=False).select_related("store")
    found = [
        f"order {one.store.slug} {one.number}: {one.label}, to build at {one.build_at}"
        for one in orders[:limit]
    ]
    found += [
        f"{one.kind} {one.key} {one.purpose}: {one.state} until {one.not_before}"
        for one in Posting.objects.waiting()[:limit]
    ]
    found += [
        f"stream {one}: last read {one.last_run_at}, next {one.next_run_at}, {one.last_error}"
        for one in Cursor.objects.select_related("store")
    ]
    now = clock.now()
    return [f"now {now}", *found]


def outcomes() -> dict[str, Counter[str]]:
    """What the product says of it all, by kind. A restore loses the rows of the time between."""
    orders = TrackedOrder.objects.values_list("store__slug", "label")
    postings = Posting.objects.exclude(payload="{}").values_list("kind", "state")
    tries = Attempt.objects.values_list("what", "outcome")
    return {
        "Orders": Counter(f"{slug} {label}" for slug, label in orders),
        "Documents by kind and state": Counter(f"{kind} {state}" for kind, state in postings),
        "Attempts by outcome": Counter(f"{what} {outcome}" for what, outcome in tries),
    }


def rows() -> dict[tuple[str, str], dict[str, Any]]:
    """Where each order stands by the product: (store, number) → label, reasons, the
    shop's total as it was last built."""
    odd = Q(conflict=True) | Q(differs=True)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in TrackedOrder.objects.select_related("store").iterator(500):
        reasons = list(one.reasons) + list(one.warnings)
        for posting in one.postings.filter(state__in=("held", "dead", "mismatch")):
            reasons += posting.reasons
        bad = [
            f"{posting.kind} {posting.key} {posting.state}"
            for posting in one.postings.exclude(state__in=("posted", "voided"))
        ]
        found[one.store.slug, one.number] = {
            "state": one.state, "label": one.label, "bad": bad,
            "total": from_units(one.total_units),
            "reasons": [f"{reason['code']}: {reason['message']}" for reason in reasons],
            "conflicts": list(one.postings.filter(odd).values_list("key", flat=True)),
        }  # fmt: skip
    return found
