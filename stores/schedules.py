"""When a stream is read next: a duration, hourly, daily, weekly or a cron line (UTC)."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronsim import CronSim

from connector.lib import clock
from connector.lib.schema import seconds

_NAMED = {"hourly": "1h", "daily": "1d", "weekly": "7d"}


def next_run(schedule: str, *, after: datetime | None = None) -> datetime:
    """The next moment after `after` (now, if not given)."""
    moment = after or clock.now()
    duration = _NAMED.get(schedule, schedule)
    if duration[:-1].isdecimal() and duration[-1:] in "smhd":
        return moment + timedelta(seconds=seconds(duration))
    found: datetime = next(CronSim(schedule, moment))
    return found
