"""What changed in the shop, one after the other, as the extension notes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

# The extension tells an event two seconds after it happened, lest one of two at once is jumped.
_SETTLED = 2.0
_STREAMS = {"order": "orders", "customer": "customers", "product": "products"}


class Events:
    """`seconds` is the shop's clock; `tell` hints at a record by the name of its stream."""

    def __init__(self, seconds: Callable[[], float], tell: Callable[[str, int], None]) -> None:
        self._seconds, self._tell = seconds, tell
        self._rows: list[dict[str, Any]] = []

    def note(self, kind: str, record_id: int, what: str = "changed") -> None:
        """Write down a change and hint at it."""
        self._rows.append({
            "seq": len(self._rows) + 1, "kind": kind, "id": record_id, "what": what,
            "at": self._seconds(),
        })  # fmt: skip
        if kind in _STREAMS:
            self._tell(_STREAMS[kind], record_id)

    def after(self, seq: int, limit: int) -> dict[str, Any]:
        """Those behind a number, as `events` answers."""
        settled = self._settled()[seq:]
        told = [{**row, "at": _iso(row["at"])} for row in settled[:limit]]
        return {
            "events": told, "last": told[-1]["seq"] if told else seq, "more": len(settled) > limit,
        }  # fmt: skip

    @property
    def last(self) -> int:
        return len(self._settled())

    def _settled(self) -> list[dict[str, Any]]:
        until = self._seconds() - _SETTLED
        return [row for row in self._rows if row["at"] <= until]


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
