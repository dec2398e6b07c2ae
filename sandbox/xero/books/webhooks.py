"""Tell an address which contacts, invoices and credit notes changed, as Xero's webhooks do.

A delivery is signed: `x-xero-signature` is the base64 HMAC-SHA256 of the body under the app's
webhook key. What changed is gathered for a moment, so that one delivery tells of many.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable

from connector.lib import clock
from sandbox.webhooks import Pace, Sender
from sandbox.xero.wire import Doc

_CATEGORIES = {"Contacts": "CONTACT", "Invoices": "INVOICE", "CreditNotes": "CREDITNOTE"}
_PACE = Pace(timeout_seconds=5.0, together=100, gather_seconds=3.0)


class Webhooks(Sender[Doc]):
    """The deliveries to one app; silent until they are pointed somewhere."""

    def __init__(self) -> None:
        super().__init__(_body, _signed, _PACE)

    def changed(self, keys: Iterable[tuple[str, str, str]]) -> None:
        """Documents changed: (tenant, kind, id) each. Never waits."""
        if not self.url:
            return
        moment = clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        for tenant, kind, resource in keys:
            if category := _CATEGORIES.get(kind):
                self.put({
                    "tenantId": tenant, "tenantType": "ORGANISATION", "eventCategory": category,
                    "eventType": "UPDATE", "resourceId": resource, "eventDateUtc": moment,
                })  # fmt: skip


def _body(events: list[Doc]) -> bytes:
    return json.dumps({"events": events, "firstEventSequence": 1}).encode()


def _signed(key: str, body: bytes) -> dict[str, str]:
    signature = hmac.new(key.encode(), body, hashlib.sha256).digest()
    return {"x-xero-signature": base64.b64encode(signature).decode()}
