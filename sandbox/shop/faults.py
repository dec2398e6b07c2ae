"""Things that go wrong between a shop and its readers, to be switched on for some requests."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = {
    "html": "an HTML error page with status 200",
    "error": "status `status` (500 by default) with the shop's error JSON",
    "no_route": "404, as a version that lacks the address",
    "bad_gateway": "502 with a proxy's HTML page",
    "slow": "the right answer after `seconds`",
    "hang": "no answer at all until the shop stops",
    "endless": "a body that never ends",
    "truncated": "JSON that stops in the middle, with a matching Content-Length",
    "cut": "the connection is closed in the middle of the body",
    "wrong_type": "the right JSON as text/html",
    "redirect": "302 to `location`",
    "items_null": "lists answer `items: null` with status 200",
    "repeat_last_page": "pages past the end repeat the last page, as old versions did",
    "throttled": "429, with Retry-After when `retry_after` is given",
    "update_between_pages": "before page 2 and later the oldest order is changed",
}


@dataclass(slots=True)
class Fault:
    """One fault: hits the next `times` requests (None: all) whose path contains `match`.

    `after` lets that many matching requests pass first. Seconds are the product's.
    """

    kind: str
    match: str = ""
    times: int | None = 1
    after: int = 0
    status: int = 500
    seconds: float = 5.0
    location: str = ""
    retry_after: int | str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {', '.join(KINDS)}")

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Fault:
        """Raises TypeError or ValueError for a body that describes no fault."""
        return cls(**body)


class Faults:
    """The faults that are switched on, oldest first; at most one hits a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""
        with self._lock:
            self._active.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._active.clear()

    @property
    def active(self) -> list[Fault]:
        """What is still switched on."""
        with self._lock:
            return list(self._active)

    def take(self, path: str) -> Fault | None:
        """The fault that hits this request, counted down."""
        with self._lock:
            for fault in self._active:
                if fault.match not in path:
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._active.remove(fault)
                return fault
        return None
