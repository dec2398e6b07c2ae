"""Xero's rate limits, and the statistics of who called how often.

A minute is a rolling one in the clock's time, counted by arrival; calls that are refused do
not use it up. The day is a fixed one that ends at midnight UTC.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from math import ceil

from connector.lib import clock
from sandbox.xero.wire import Doc, Refused

_DAY = 86_400


@dataclass(slots=True)
class Limits:
    """Calls per organisation (and per app and minute); 0 means no limit."""

    per_minute: int = 60
    concurrent: int = 5
    per_day: int = 1000
    app_per_minute: int = 10_000


class Meter:
    """What one organisation was asked, and what is left of its limits."""

    def __init__(self) -> None:
        self.arrivals: deque[float] = deque()
        self.counted: deque[float] = deque()
        self.day = 0
        self.day_count = 0
        self.in_flight = 0
        self.clear()

    def clear(self) -> None:
        """Forget the statistics; the limits keep counting."""
        self.total = 0
        self.by_call: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.max_in_minute = 0
        self.max_concurrent = self.in_flight

    def report(self) -> Doc:
        return {
            "total": self.total,
            "by_call": dict(self.by_call),
            "max_in_60s": self.max_in_minute,
            "max_concurrent": self.max_concurrent,
            "refused_429": dict(self.refused),
            "calls_today": self.day_count,
        }


def _forget_before(times: deque[float], moment: float) -> None:
    while times and times[0] <= moment:
        times.popleft()


class Traffic:
    """Counts every accounting call at its arrival and refuses what is too much."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._meters: dict[str, Meter] = {}
        self._app: dict[str, deque[float]] = {}
        self.other: Counter[str] = Counter()

    def arrive(self, tenant: str, app: str, name: str) -> dict[str, str]:
        """Count a call; the headers that its answer carries, or a 429 (`Refused`).

        Whoever is let in must call `leave` when the answer is sent.
        """
        with self._lock:
            now = clock.timestamp()
            meter = self._meters.setdefault(tenant, Meter())
            self._count(meter, now, name)
            calls = self._app.setdefault(app, deque())
            _forget_before(calls, now - 60)
            self._refuse(meter, calls, now)
            meter.counted.append(now)
            calls.append(now)
            meter.day_count += 1
            meter.in_flight += 1
            meter.max_concurrent = max(meter.max_concurrent, meter.in_flight)
            return self._headers(meter, calls)

    def leave(self, tenant: str) -> None:
        with self._lock:
            self._meters[tenant].in_flight -= 1

    def _count(self, meter: Meter, now: float, name: str) -> None:
        meter.total += 1
        meter.by_call[name] += 1
        _forget_before(meter.arrivals, now - 60)
        meter.arrivals.append(now)
        meter.max_in_minute = max(meter.max_in_minute, len(meter.arrivals))
        _forget_before(meter.counted, now - 60)
        today = int(now // _DAY)
        if today != meter.day:
            meter.day, meter.day_count = today, 0

    def _refuse(self, meter: Meter, calls: deque[float], now: float) -> None:
        limits, wait, kind = self.limits, 0.0, ""
        if limits.per_day and meter.day_count >= limits.per_day:
            kind, wait = "day", (meter.day + 1) * _DAY - now
        elif limits.per_minute and len(meter.counted) >= limits.per_minute:
            kind, wait = "minute", meter.counted[0] + 60 - now
        elif limits.app_per_minute and len(calls) >= limits.app_per_minute:
            kind, wait = "appminute", calls[0] + 60 - now
        elif limits.concurrent and meter.in_flight >= limits.concurrent:
            kind = "concurrent"
            meter.max_concurrent = max(meter.max_concurrent, meter.in_flight + 1)
        if not kind:
            return
        meter.refused[kind] += 1
        headers = {**self._headers(meter, calls), "X-Rate-Limit-Problem": kind}
        if wait:
            headers["Retry-After"] = str(max(1, ceil(wait)))
        raise Refused(429, "", headers)

    def _headers(self, meter: Meter, calls: deque[float]) -> dict[str, str]:
        left = (
            ("X-MinLimit-Remaining", self.limits.per_minute, len(meter.counted)),
            ("X-DayLimit-Remaining", self.limits.per_day, meter.day_count),
            ("X-AppMinLimit-Remaining", self.limits.app_per_minute, len(calls)),
        )
        return {name: str(max(0, limit - used)) for name, limit, used in left if limit}

    def use_up_day(self, tenant: str) -> None:
        """Fault: the day's calls of this organisation are spent, by whomever."""
        with self._lock:
            meter = self._meters.setdefault(tenant, Meter())
            meter.day = int(clock.timestamp() // _DAY)
            meter.day_count = max(meter.day_count, self.limits.per_day)

    def note(self, name: str) -> None:
        """Count something that belongs to no organisation, such as a refresh."""
        with self._lock:
            self.other[name] += 1

    def reset(self, *, counts_too: bool) -> None:
        """Forget the statistics, and with `counts_too` also what the limits remember."""
        with self._lock:
            self.other.clear()
            for meter in self._meters.values():
                if counts_too:
                    meter.counted.clear()
                    meter.arrivals.clear()
                    meter.day_count = 0
                meter.clear()
            if counts_too:
                self._app.clear()

    def report(self) -> Doc:
        with self._lock:
            return {
                "tenants": {tenant: meter.report() for tenant, meter in self._meters.items()},
                "refreshes": self.other["refresh"],
                "other": dict(self.other),
                "limits": asdict(self.limits),
            }
