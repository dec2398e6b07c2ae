"""Incoming calls that say what changed in a Magento shop.

Magento Open Source sends none; a small module or an Adobe I/O action does, signed as
`stores/signatures.py` says. The body lists ids by stream:

    {"orders": [12, 13], "refunds": [7], "customers": [], "products": ["MUG"], "call": "9f0c…"}

Nothing else in it is read: the records themselves are fetched. Two calls with the same body
in one second are one call that came twice; anything that differs in the body, such as `call`,
tells them apart.
"""

from __future__ import annotations

import json

from connector.lib.exact_json import is_storable
from stores.adapter import WebhookCall, WebhookRefused
from stores.canonical.records import RecordRef, Stream
from stores.signatures import verify

_MOST, _MOST_ID = 1000, 999_999_999_999_999_999


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
