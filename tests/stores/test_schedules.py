"""When a stream is read next: by spans, and by the clock of the books through summer times."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.lib import clock
from stores.models import Cursor
from stores.schedules import bring_forward, next_run, next_runs
from tests.web.factories import CursorFactory, StoreFactory

# Half an hour, two hours, at midnight, in the evening, and none at all.
ZONES = (
    "Australia/Sydney", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo",
    "America/Havana", "America/Nuuk", "Pacific/Chatham", "Antarctica/Troll",
    "Asia/Kathmandu", "UTC",
)  # fmt: skip
MINUTE = timedelta(minutes=1)


def changes(zone: str) -> list[date]:
    """The days of 2026 on which the clocks of a zone are changed."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    noons = [datetime.combine(day, time(12), ZoneInfo(zone)) for day in days]
    return [days[n] for n in range(1, 365) if noons[n].utcoffset() != noons[n - 1].utcoffset()] or [
        days[100]
    ]


def first_at(day: date, at: time, zone: str) -> datetime:
    """The first moment of a day at which its clock shows `at` or later, found minute by minute."""
    local = ZoneInfo(zone)
    moment = datetime.combine(day, at, local).astimezone(UTC) - timedelta(hours=3)
    wanted = datetime.combine(day, at)
    while moment.astimezone(local).replace(tzinfo=None) < wanted:
        moment += MINUTE
    return moment


@settings(max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    which=st.integers(0, 1),
    before=st.integers(0, 2 * 24 * 60),
    at=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
)
@example(zone="Australia/Sydney", which=0, before=1185, at=time(2, 30))  # a quarter past 2, again
def test_daily_at_a_time_runs_once_each_day_of_the_books(
    zone: str, which: int, before: int, at: time
) -> None:
    day = changes(zone)[which % len(changes(zone))]
    start = datetime.combine(day, time(12), UTC) - timedelta(minutes=before)
    runs, moment = [], start
    while len(runs) < 3:
        moment = next_run(f"daily {at:%H:%M}", zone, after=moment)
        runs.append(moment)

    first = start.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    expected = [first_at(first + timedelta(days=n), at, zone) for n in range(6)]
    assert runs == [due for due in expected if due > start][:3]


@given(
    zone=st.sampled_from(ZONES), which=st.integers(0, 1), before=st.integers(-1440, 1440),
    every=st.sampled_from((5, 15, 30)),
)  # fmt: skip
def test_a_line_for_every_few_minutes_neither_stops_nor_hurries_as_clocks_change(
    zone: str, which: int, before: int, every: int
) -> None:
    day = changes(zone)[which % len(changes(zone))]
    start = datetime.combine(day, time(12), UTC) - timedelta(minutes=before)

    run = next_run(f"*/{every} * * * *", zone, after=start)

    assert timedelta(0) < run - start <= timedelta(minutes=every)
    assert run.astimezone(ZoneInfo(zone)).minute % every == 0


@pytest.mark.parametrize(("schedule", "hours"), [("90m", 1.5), ("hourly", 1), ("daily", 24),
                                                 ("weekly", 168)])  # fmt: skip
def test_a_span_counts_from_the_last_run(schedule: str, hours: float) -> None:
    moment = datetime(2026, 4, 4, 15, 59, tzinfo=UTC)  # Sydney's summer time ends within the hour
    assert next_run(schedule, "Australia/Sydney", after=moment) == moment + timedelta(hours=hours)
    assert next_runs(schedule, "Australia/Sydney", 3) == []


def test_another_schedule_is_not_kept_waiting_for_the_old_one(db: None) -> None:
    store = StoreFactory()
    store.settings |= {"schedule": {"orders": "daily 03:30", "stock": "weekly"}}
    soon, late = clock.now() + timedelta(minutes=1), clock.now() + timedelta(days=6)
    for stream in ("orders", "stock"):
        CursorFactory(store=store, stream=stream, next_run_at=late)
    CursorFactory(store=store, stream="products", next_run_at=soon)

    bring_forward(store)

    due = {cursor.stream: cursor.next_run_at for cursor in Cursor.objects.all()}
    assert due["orders"] == next_run("daily 03:30", store.profile.timezone)
    assert (due["stock"], due["products"]) == (late, soon)
