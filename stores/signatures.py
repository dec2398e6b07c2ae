"""Calls that come in: how they are signed, one scheme for shops' events and for a stock master,
and those that say by ids what changed in a shop, of platforms that send none by themselves.

A call carries `X-Timestamp` (Unix seconds) and `X-Signature`, the hex HMAC-SHA256 of timestamp,
"." and the raw body under the store's webhook secret. It is believed for five minutes. What a small
module or action in the shop sends lists ids by stream:

    {"orders": [12, 13], "refunds": [7], "customers": [], "products": ["MUG"], "call": "9f0c…"}

Nothing else in it is read: the records themselves are fetched. Two calls with the same body in one
second are one call that came twice; anything that differs in the body, such as `call`, tells them
apart.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime

from connector.lib.exact_json import is_storable
from stores.adapter import WebhookCall, WebhookRefused
from stores.canonical.records import RecordRef, Stream

SIGNED_HEADERS = ("X-Timestamp",)
WINDOW_SECONDS = 300
# Verifies in place of a secret that is not there: whether there is one takes no other time.
NOBODYS_SECRET = secrets.token_hex(32)
_DIGITS = 11
_MOST, _MOST_ID = 1000, 999_999_999_999_999_999


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


def read_call(call: WebhookCall, streams: frozenset[Stream]) -> list[RecordRef]:
    """What to fetch, without repeats. WebhookRefused for a bad signature, age or body."""
    verify(call)
    try:
        body = json.loads(call.body)
    except (ValueError, RecursionError):
        raise WebhookRefused("The body is not JSON.", code="bad_body", status=400) from None
    if not isinstance(body, dict):
        raise WebhookRefused("The body is not an object.", code="bad_body", status=400)
    if "levels" in body:
        text = "Stock levels have an address of their own."
        raise WebhookRefused(text, code="bad_body", status=400)
    refs: dict[RecordRef, None] = {}
    for stream in sorted(streams):
        ids = body.get(stream.value, [])
        if not isinstance(ids, list) or len(ids) > _MOST or not all(map(_is_id, ids)):
            text = f"{stream.value} is not a list of at most {_MOST} ids."
            raise WebhookRefused(text, code="bad_body", status=400)
        refs |= {RecordRef(stream, str(one)): None for one in ids}
    return list(refs)


def _is_id(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 0 < value <= _MOST_ID
    return isinstance(value, str) and 0 < len(value) < 65 and is_storable(value)
