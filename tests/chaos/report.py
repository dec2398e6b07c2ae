"""The log of everything that happens, and what is counted of it at the end."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from connector.lib import clock


class Log:
    """One JSON line an event: seconds since the start, the product's time, what happened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: dict[str, Counter[str]] = {}
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._file = path.open("w", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._file.close()

    def note(self, what: str, kind: str, **more: Any) -> None:
        """Write an event down and count it: `note("fault", "broker stopped", seconds=3)`."""
        at = round(time.monotonic() - self._started, 2)
        clock_at = clock.now().isoformat(timespec="seconds")
        line = {"at": at, "clock": clock_at, "what": what, "kind": kind} | more
        with self._lock:
            if self._file.closed:
                return
            self.counts.setdefault(what, Counter())[kind] += 1
            self._file.write(json.dumps(line, default=str) + "\n")
            self._file.flush()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(title: str, counts: Mapping[str, int]) -> None:
    """Print counts by kind."""
    say(f"\n{title}")
    for name, count in sorted(counts.items()):
        say(f"  {name:<44} {count:>7,}")


def wrong(found: Iterable[str], limit: int = 60) -> None:
    """Print what is not as it must be."""
    lines = list(found)
    say(f"\nWrong: {len(lines)}")
    for line in lines[:limit]:
        say(f"  {line}")
    if len(lines) > limit:
        say(f"  … and {len(lines) - limit} more; see the log")
