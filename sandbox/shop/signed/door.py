"""One signed request of the connector: let in, read, answered, signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sandbox.shop.serving.wire import Answer, Request, dump
from sandbox.shop.signed.keys import Keys, Refused

LONGEST = 262_144  # bytes of a request
Called = Callable[[object, dict[str, Any]], dict[str, Any]]


def answer(keys: Keys, lock: AbstractContextManager[Any], request: Request, call: Called) -> Answer:
    """The package's answer, signed as soon as it knows its caller. `call` does what a call of
    some name asks for with its parameters; Refused where that is refused."""
    try:
        if request.method != "POST":
            raise Refused(405, "bad_method", "This address answers to the connector only.")
        if len(request.body) > LONGEST:
            raise Refused(413, "too_long", "The request is longer than the shop takes.")
        nonce = keys.known(request.headers, request.body)
    except Refused as refused:
        return Answer(refused.status, dump({"error": refused.error}))
    try:
        with lock:
            keys.take_once(request.headers["x-connector-timestamp"], nonce)
        body = _object(request.body)
        if body is None:
            raise Refused(400, "bad_body", "The request holds no JSON object.")
        status, content = 200, call(body.pop("call", None), body)
    except Refused as refused:
        status, content = refused.status, {"error": refused.error}
    payload = dump(content)
    headers = {"Cache-Control": "no-store", **keys.signed(nonce, payload)}
    return Answer(status, payload, headers=headers)


def unknown() -> Refused:
    return Refused(404, "unknown_call", "This version of the extension does not know this call.")


def name_of(request: Request) -> str:
    """Which call a request is; "" for one that names none."""
    body = _object(request.body)
    return str(body.get("call", "")) if body is not None else ""


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
