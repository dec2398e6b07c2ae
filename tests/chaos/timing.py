"""The run's own time: how fast it passes, and when it begins."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime

from connector.lib import clock

_DAY = 86_400
# From here until the first fault: processes start, a person logs in.
_SET_UP_SECONDS = 25.0
# At this share of the faults' time it is midnight (UTC), when the day's calls come back.
_MIDNIGHT = 0.8


def begin(seed: int, seconds: float, scale: float) -> None:
    """Set the clock of this process, and of those that it starts from now on.

    In one of three runs the month is over at midnight: then documents are no longer changed.
    A scale of 1 is real time, as shops with clocks of their own need it.
    """
    now, base = time.time(), time.time()
    if scale != 1:
        month = 1 + random.Random(f"{seed}/clock").randrange(12)
        day = datetime(2026, month, 28 if month == 2 else 30 if seed % 3 else 20, tzinfo=UTC)
        before = (_SET_UP_SECONDS + seconds * _MIDNIGHT) * scale
        base = (now * scale - (day.timestamp() + _DAY - before)) / (scale - 1)
    os.environ["CLOCK_SCALE"], os.environ["CLOCK_BASE"] = repr(scale), repr(base)
    clock._scale, clock._base = scale, base


def until_midnight() -> float:
    """Seconds of the wall until the day of Xero's limits is over."""
    return clock.wall_seconds(_DAY - clock.timestamp() % _DAY)
