"""Calls of a shop's package: what changed there, and what its staff ask for.

Nothing in them is believed but where to look: the records themselves are fetched.
"""

from __future__ import annotations

import json
from typing import Any

from connector.lib.exact_json import is_storable
from stores.adapter import Ask, WebhookCall, WebhookRefused, WebhookReply, Wish
from stores.canonical.records import RecordRef, Stream
from stores.signatures import verify

_STREAMS = {
    "order": Stream.ORDERS, "customer": Stream.CUSTOMERS, "product": Stream.PRODUCTS,
}  # fmt: skip
_MOST, _MOST_ASKED, _MOST_ID, _MOST_TEXT = 1000, 200, 2**63 - 1, 1000
_JSON = "application/json"


def is_of_a_package(body: bytes) -> bool:
    """Whether a call greets or wishes, as a package in a shop does and no other program."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and ("hello" in said or "ask" in said)


def read_call(call: WebhookCall) -> WebhookReply:
    """What to fetch and to do. WebhookRefused for a bad signature, age or body."""
    verify(call)
    try:
        body = json.loads(call.body)
    except (ValueError, RecursionError):
        raise _bad("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise _bad("The body is not an object.")
    if "hello" in body:
        return _hello(call, body)
    return _asked(body) if "ask" in body else WebhookReply(tuple(_hinted(body)))


def _hello(call: WebhookCall, body: dict[str, Any]) -> WebhookReply:
    nonce = _text(body, "hello")
    store = call.address.rstrip("/").rpartition("/")[2]
    return WebhookReply(body=json.dumps({"hello": nonce, "store": store}), content_type=_JSON)


def _hinted(body: dict[str, Any]) -> dict[RecordRef, None]:
    refs: dict[RecordRef, None] = {}
    for kind, stream in _STREAMS.items():
        refs |= {RecordRef(stream, one): None for one in _ids(body, f"{kind}s", _MOST)}
    return refs


def _asked(body: dict[str, Any]) -> WebhookReply:
    """A wish of the shop's staff for orders, products or customers."""
    kind = _text(body, "kind")
    if kind not in _STREAMS:
        raise _bad("kind is none of order, product and customer.")
    try:
        wish = Wish(_text(body, "ask"))
    except ValueError:
        raise _bad("ask is none of sync, leave_out and take_in.") from None
    ids = _ids(body, "ids", _MOST_ASKED)
    ask = Ask(wish, ids, _text(body, "person"), _text(body, "reason"), _STREAMS[kind])
    return WebhookReply(asks=(ask,))


def _ids(body: dict[str, Any], key: str, most: int) -> tuple[str, ...]:
    ids = body.get(key, [])
    if not isinstance(ids, list) or len(ids) > most or not all(map(_is_id, ids)):
        raise _bad(f"{key} is not a list of at most {most} ids.")
    return tuple(dict.fromkeys(str(int(one)) for one in ids))


def _is_id(value: object) -> bool:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_ID


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key, "")
    if not isinstance(value, str) or len(value) > _MOST_TEXT or not is_storable(value):
        raise _bad(f"{key} is not a short text.")
    return value


def _bad(text: str) -> WebhookRefused:
    return WebhookRefused(text, code="bad_body", status=400)
