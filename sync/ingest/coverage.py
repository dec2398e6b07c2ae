"""From where a stream is read, by what its platform's list tells of changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connector.lib import clock
from stores import adapter as base
from stores.canonical.records import By
from stores.models import Cursor, Store
from stores.profile import Coverage

OVERLAP = timedelta(minutes=5)
# An hour that is shown twice, and the wait until that is looked for.
_HOUR, _TWICE = timedelta(hours=1), timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a stream chosen by a person: it leaves the cursor alone."""

    since: datetime | None = None
    until: datetime | None = None


def since(store: Store, cursor: Cursor, coverage: Coverage, now: datetime) -> base.Interval:
    """Where reading goes on; a first reading begins with the oldest that the shop shows."""
    mark = cursor.mark if coverage.by is By.ID else ""
    if cursor.position is None:
        return base.Interval(_oldest(coverage, now), timedelta(0), by=coverage.by, after=mark)
    return base.Interval(cursor.position, overlap(store, cursor), by=coverage.by, after=mark)


def chosen(coverage: Coverage, window: Window) -> base.Interval:
    """The part that a person chose: by what changed, or where the shop does not tell that, by
    what was placed."""
    by = By.CHANGED if coverage.by is By.CHANGED else By.PLACED
    return base.Interval(window.since, timedelta(0), window.until, by=by)


def again(cursor: Cursor, coverage: Coverage, now: datetime) -> Iterator[base.Interval]:
    """What is read again for changes that the list does not show: all of the window, or the
    shares of it whose turns came since the last time.

    A share is of an age, and wider than it is long from one turn to the next: growing older, no
    record slips past its turn.
    """
    turn, last = _turn(coverage), cursor.rechecked_at
    to = int(now.timestamp() // turn.total_seconds())
    passed = coverage.shares
    if last is not None:
        passed = to - int(last.timestamp() // turn.total_seconds())
    if passed >= coverage.shares:
        yield base.Interval(now - coverage.recheck, timedelta(0), by=By.PLACED)
        return
    width = coverage.recheck / coverage.shares
    for share in sorted(one % coverage.shares for one in range(to - passed + 1, to + 1)):
        until = now - width * share if share else None
        yield base.Interval(now - width * (share + 1), timedelta(0), until, by=By.PLACED)


def recheck_due(cursor: Cursor, coverage: Coverage, now: datetime) -> bool:
    """Whether such changes are to be looked for."""
    last = cursor.rechecked_at
    return bool(coverage.recheck) and (last is None or last + _turn(coverage) <= now)


def _turn(coverage: Coverage) -> timedelta:
    return coverage.every / coverage.shares


def reads_all(cursor: Cursor) -> bool:
    """Whether this is the first reading, after which nothing is to be read again yet."""
    return cursor.position is None and not cursor.mark


def too_late(cursor: Cursor, coverage: Coverage, now: datetime) -> str:
    """What a person must know where the shop no longer shows all that changed since the last
    reading; "" where it does."""
    oldest = _oldest(coverage, now)
    if oldest is None or cursor.position is None or cursor.position >= oldest:
        return ""
    return (
        f"What changed between {cursor.position:%Y-%m-%d %H:%M} and {oldest:%Y-%m-%d %H:%M} (UTC) "
        f"cannot be read any more. {coverage.text} Look through these days in the shop, and enter "
        "by hand what is missing."
    )


def _oldest(coverage: Coverage, now: datetime) -> datetime | None:
    return None if coverage.horizon is None else now - coverage.horizon


def overlap(store: Store, cursor: Cursor) -> timedelta:
    """How far before its position a stream is read again.

    Further where that lies in an hour that the shop's clock shows twice, at the end of summer
    time, as what is placed the second time bears a time that was read already. And once an hour,
    as a shop may not say by which clock it writes.
    """
    if cursor.position is None:
        return OVERLAP
    wall = cursor.position.replace(tzinfo=ZoneInfo(store.profile.shop_timezone)) - OVERLAP
    first, second = (wall.replace(fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    last = cursor.last_run_at
    if last is not None and (clock.now() - last > _HOUR or clock.now().hour != last.hour):
        return OVERLAP + _TWICE
    return OVERLAP + max(first - second, timedelta(0))
