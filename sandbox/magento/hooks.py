"""Tell an address what changed in the shop, as a small module of a real one would.

Each change is one signed call: `X-Timestamp` in Unix seconds, and `X-Signature`, the hex
HMAC-SHA256 of that, a full stop and the body. The body lists ids by stream, and a value of its
own that tells two calls of one second apart. Calls go out in the background, in order, each
tried a few times; what is not taken is counted and forgotten.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import secrets
import threading
import urllib.error
import urllib.request
from typing import Any

from connector.lib import clock

_TRIES = 3
_WAIT_SECONDS = 0.5
_TIMEOUT_SECONDS = 10.0
_MOST_WAITING = 10_000


class Hooks:
    """Where to call, and what is still to be told. Silent until it is pointed somewhere."""

    def __init__(self) -> None:
        self.url = ""
        self.sent = 0
        self.failed = 0
        self._secret = ""
        self._waiting: queue.Queue[tuple[str, int | str]] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def point(self, url: str, secret: str) -> None:
        """Call this address from now on, signed with this secret; "" falls silent."""
        self.url, self._secret = url, secret
        if url and self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def tell(self, stream: str, key: int | str) -> None:
        """Something changed: `tell("orders", 12)`. Never waits."""
        if not self.url:
            return
        try:
            self._waiting.put_nowait((stream, key))
        except queue.Full:
            self.failed += 1

    def stop(self) -> None:
        """Wait for nobody any more."""
        self._stopping.set()

    def counts(self) -> dict[str, Any]:
        return {"url": self.url, "sent": self.sent, "failed": self.failed}

    def _work(self) -> None:
        while not self._stopping.is_set():
            stream, key = self._waiting.get()
            body = json.dumps({stream: [key], "call": secrets.token_hex(8)}).encode()
            if any(self._send(body, attempt) for attempt in range(_TRIES)):
                self.sent += 1
            else:
                self.failed += 1

    def _send(self, body: bytes, attempt: int) -> bool:
        if attempt and self._stopping.wait(_WAIT_SECONDS * attempt):
            return False
        stamp = str(int(clock.timestamp()))
        signed = hmac.new(self._secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "X-Timestamp": stamp,
            "X-Signature": signed.hexdigest(),
        }
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - an address of ours
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError):
            return False
