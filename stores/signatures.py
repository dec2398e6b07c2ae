"""The signature of calls that come in: one scheme for shops' events and for a stock master.

A call carries `X-Timestamp` (Unix seconds) and `X-Signature`, the hex HMAC-SHA256 of timestamp,
"." and the raw body under the store's webhook secret. It is believed for five minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from stores.adapter import WebhookCall, WebhookRefused

SIGNED_HEADERS = ("X-Timestamp",)
WINDOW_SECONDS = 300
# Verifies in place of a secret that is not there: whether there is one takes no other time.
NOBODYS_SECRET = secrets.token_hex(32)
_DIGITS = 11


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature that a call must carry."""
    signed = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def verify(call: WebhookCall) -> datetime:
    """When the call was made, by its timestamp; WebhookRefused (401) for one that is not
    believed: no secret, a wrong signature, or made too long ago or ahead."""
    if not call.secret:
        raise WebhookRefused("The store has no webhook secret.", code="no_secret", status=401)
    timestamp = call.header("X-Timestamp")
    expected = signature(call.secret, timestamp, call.body)
    # Compared as bytes: text with other than ASCII characters would raise.
    if not hmac.compare_digest(call.header("X-Signature").lower().encode(), expected.encode()):
        raise WebhookRefused("The signature is wrong.", code="bad_signature", status=401)
    if not timestamp.isdecimal() or len(timestamp) > _DIGITS:
        raise WebhookRefused("There is no timestamp.", code="bad_timestamp", status=401)
    if abs(call.received_at.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        raise WebhookRefused("The call is too old.", code="bad_timestamp", status=401)
    return datetime.fromtimestamp(int(timestamp), UTC)
