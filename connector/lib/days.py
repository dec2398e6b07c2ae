"""Moments and days as people and shops write them, also at the ends of time: pure.

Beyond the first and the last moment that Python knows there is nothing: an address may hold
`until=9999-12-31`, and a zone may be ahead of UTC on the first day of all.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


def in_utc(moment: datetime) -> datetime:
    """An aware moment in UTC; at the ends of time the first or the last one."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year == EARLIEST.year else LATEST


def begin_of(day: date, zone: str) -> datetime:
    """When a day begins in a time zone."""
    return in_utc(datetime.combine(day, time.min, ZoneInfo(zone)))


def end_of(day: date, zone: str) -> datetime:
    """When the day after it begins."""
    return LATEST if day == date.max else begin_of(day + timedelta(days=1), zone)
