"""The one seam through which time passes.

Every module that asks for the time, waits, or computes a deadline asks here. With
`CLOCK_SCALE=60` a minute of the product passes in a second of the wall, for every process
that shares `CLOCK_SCALE` and `CLOCK_BASE` (the Unix second at which scaled and real time
agree). Load tests give both to the connector and to the stand-in Xero, so that limits such
as "60 calls in a rolling minute" are counted alike on both sides.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_scale = float(os.environ.get("CLOCK_SCALE", "1"))
_base = float(os.environ.get("CLOCK_BASE", "0")) or time.time()


def scale() -> float:
    """How many seconds of the product pass in one second of the wall."""
    return _scale


def timestamp() -> float:
    """Unix seconds, scaled; comparable between processes that share scale and base."""
    real = time.time()
    return real if _scale == 1 else _base + (real - _base) * _scale


def now() -> datetime:
    """The current moment as an aware datetime in UTC."""
    return datetime.fromtimestamp(timestamp(), UTC)


def today(zone: str) -> date:
    """The current date in a time zone such as `Australia/Sydney`."""
    return now().astimezone(ZoneInfo(zone)).date()


def monotonic() -> float:
    """Scaled seconds that never go back; comparable within one process only."""
    return time.monotonic() * _scale


def wall_seconds(seconds: float) -> float:
    """How long `seconds` of the product last on the wall: for sockets and timers."""
    return seconds / _scale


def sleep(seconds: float) -> None:
    """Wait `seconds` of the product's time. Never called by a worker that holds a job."""
    time.sleep(max(0.0, wall_seconds(seconds)))
