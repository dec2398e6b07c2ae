"""Tell an address which contacts, invoices and credit notes changed, as Xero's webhooks do.

A delivery is signed: `x-xero-signature` is the base64 HMAC-SHA256 of the body under the app's
webhook key. What changed is gathered for a moment, so that one delivery tells of many. One that
is not taken is tried a few times, then forgotten.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any

from connector.lib import clock

_CATEGORIES = {"Contacts": "CONTACT", "Invoices": "INVOICE", "CreditNotes": "CREDITNOTE"}
_GATHER_SECONDS = 3.0  # of the product's time
_TRIES = 3
_TIMEOUT_SECONDS = 5.0
_MOST = 100


class Webhooks:
    """Where to deliver; silent until `point` names an address."""

    def __init__(self) -> None:
        self.url = ""
        self.delivered = 0
        self.failed = 0
        self._key = ""
        self._changes: queue.Queue[dict[str, Any]] = queue.Queue()
        self._thread: threading.Thread | None = None

    def point(self, url: str, key: str) -> None:
        """Deliver there from now on, signed with this key; "" falls silent."""
        self.url, self._key = url, key
        if url and self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def changed(self, keys: Iterable[tuple[str, str, str]]) -> None:
        """Documents changed: (tenant, kind, id) each. Never waits."""
        if not self.url:
            return
        moment = clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        for tenant, kind, resource in keys:
            if category := _CATEGORIES.get(kind):
                self._changes.put({
                    "tenantId": tenant, "tenantType": "ORGANISATION", "eventCategory": category,
                    "eventType": "UPDATE", "resourceId": resource, "eventDateUtc": moment,
                })  # fmt: skip

    def _work(self) -> None:
        while True:
            events = [self._changes.get()]
            clock.sleep(_GATHER_SECONDS)
            while len(events) < _MOST and not self._changes.empty():
                events.append(self._changes.get())
            body = json.dumps({"events": events, "firstEventSequence": 1}).encode()
            if any(self._send(body) for _ in range(_TRIES)):
                self.delivered += 1
            else:
                self.failed += 1

    def _send(self, body: bytes) -> bool:
        signed = hmac.new(self._key.encode(), body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "x-xero-signature": base64.b64encode(signed).decode(),
        }
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - an address of ours
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError):
            return False
