from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import time_machine

from connector.lib import clock


def test_time_runs_as_on_the_wall_unless_told_otherwise() -> None:
    assert clock.scale() == 1
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.wall_seconds(90) == 90


def test_today_is_a_matter_of_the_zone() -> None:
    with time_machine.travel(datetime(2026, 6, 30, 20, 0, tzinfo=UTC), tick=False):
        assert clock.today("UTC") == date(2026, 6, 30)
        assert clock.today("Australia/Sydney") == date(2026, 7, 1)
        assert clock.today("America/Los_Angeles") == date(2026, 6, 30)


def test_processes_that_share_scale_and_base_agree() -> None:
    script = (
        "import time; time.time = lambda: 1010.0\n"
        "from connector.lib import clock\n"
        "print(clock.timestamp(), clock.wall_seconds(60), clock.scale())"
    )
    environment = {"CLOCK_SCALE": "60", "CLOCK_BASE": "1000"}
    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    }
    assert answers == {"1600.0 1.0 60.0\n"}
