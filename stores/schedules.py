"""When a stream is read next: a duration, hourly, daily, weekly; or by the clock of the books.

By the clock are `daily 03:30` and cron lines. What falls into the hour that a summer time leaves
out runs as that hour ends, and what falls into the hour that comes twice runs once: only lines
whose minute or hour begins with a star go on through both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from connector.lib import clock
from connector.lib.schema import cron_line, seconds
from stores.canonical.records import Stream
from stores.models import Store

_NAMED = {"hourly": "1h", "daily": "1d", "weekly": "7d"}


def span(schedule: str) -> timedelta | None:
    """What lies between two runs; None where the clock decides."""
    duration = _NAMED.get(schedule, schedule)
    if duration[:-1].isdecimal() and duration[-1:] in "smhd":
        return timedelta(seconds=seconds(duration))
    return None


def next_run(schedule: str, zone: str, *, after: datetime | None = None) -> datetime:
    """The next moment after `after` (now, if not given), by the clock of `zone`."""
    moment = after or clock.now()
    between = span(schedule)
    return moment + between if between is not None else next(_by_clock(schedule, zone, moment))


def next_runs(schedule: str, zone: str, count: int) -> list[datetime]:
    """The next moments of a schedule that goes by the clock; none of one that does not, whose
    runs follow each other."""
    by_clock = span(schedule) is None
    return list(islice(_by_clock(schedule, zone, clock.now()), count)) if by_clock else []


def bring_forward(store: Store) -> None:
    """Have each stream read as early as the store's schedule says by now: what was worked out by
    another one may be a week away."""
    profile = store.profile
    for cursor in store.cursors.all():
        due = next_run(getattr(profile.schedule, Stream(cursor.stream)), profile.timezone)
        if cursor.next_run_at is not None and cursor.next_run_at > due:
            cursor.hurry(due)


def _by_clock(schedule: str, zone: str, after: datetime) -> Iterator[datetime]:
    last = after
    for found in CronSim(cron_line(schedule), after.astimezone(ZoneInfo(zone))):
        # In an hour that comes twice the clock's first one is meant, which may be over by now.
        if (moment := found.astimezone(UTC)) > last:
            last = moment
            yield moment
