"""Tell an address what changed, in the background, signed and tried a few times.

Who changes something only puts it into a queue and never waits. What is not taken is counted
and forgotten, as real senders do.
"""

from __future__ import annotations

import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from connector.lib import clock

Change = TypeVar("Change")


@dataclass(frozen=True, slots=True)
class Pace:
    """How a sender goes about it.

    `gather_seconds` are the product's, the others those of the wall. The second try comes
    after `pause_seconds`, the third after twice as many. `waiting` 0 is a queue without end.
    """

    tries: int = 3
    pause_seconds: float = 0.0
    timeout_seconds: float = 5.0
    together: int = 1  # so many changes in one call, at most
    gather_seconds: float = 0.0  # from the first change to the call
    waiting: int = 0


class Sender(Generic[Change]):
    """Where to call, and what is still to be told. Silent until it is pointed somewhere.

    `write` makes the body of a call from changes in their order; `sign` makes the headers that
    prove it, from the secret and the body, anew for each try.
    """

    def __init__(
        self,
        write: Callable[[list[Change]], bytes],
        sign: Callable[[str, bytes], Mapping[str, str]],
        pace: Pace,
    ) -> None:
        self.url = ""
        self.sent = 0
        self.failed = 0
        self.pace = pace
        self._write, self._sign = write, sign
        self._secret = ""
        self._waiting: queue.Queue[Change] = queue.Queue(pace.waiting)
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def point(self, url: str, secret: str) -> None:
        """Call this address from now on, signed with this secret; "" falls silent."""
        self.url, self._secret = url, secret
        if url and self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def put(self, change: Change) -> None:
        """Something changed. Never waits."""
        if not self.url:
            return
        try:
            self._waiting.put_nowait(change)
        except queue.Full:
            self.failed += 1

    def stop(self) -> None:
        """Wait for nobody any more."""
        self._stopping.set()

    def counts(self) -> dict[str, Any]:
        """The address, and how many calls were taken and how many given up."""
        return {"url": self.url, "sent": self.sent, "failed": self.failed}

    def _work(self) -> None:
        while not self._stopping.is_set():
            body = self._write(self._gathered())
            if any(self._send(body, attempt) for attempt in range(self.pace.tries)):
                self.sent += 1
            else:
                self.failed += 1

    def _gathered(self) -> list[Change]:
        """The next change, and those that came while others were waited for."""
        changes = [self._waiting.get()]
        if self.pace.gather_seconds:
            clock.sleep(self.pace.gather_seconds)
        while len(changes) < self.pace.together and not self._waiting.empty():
            changes.append(self._waiting.get())
        return changes

    def _send(self, body: bytes, attempt: int) -> bool:
        if attempt and self._stopping.wait(self.pace.pause_seconds * attempt):
            return False
        headers = {"Content-Type": "application/json", **self._sign(self._secret, body)}
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - an address of ours
        try:
            with urllib.request.urlopen(request, timeout=self.pace.timeout_seconds):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError):
            return False
