"""A package of ours in a shop, in memory, over `responses`: keys, signatures, refusals.

It is written from the protocols alone. What a test wants of it otherwise it sets: `answers`
replace the next answers with any web page, `before` and `spoils` change what it says, and
`between` happens after each call.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
import responses

from connector.lib import clock

KEY, SECRET = "0123456789abcdef" * 2, "fedcba9876543210" * 4
MOST_BODY = 262_144
Json = dict[str, Any]


class Refusal(Exception):
    def __init__(self, status: int, code: str, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.more = status, code, more


@dataclass
class Package:
    """One shop's. `calls` are the calls that were let in, with their parameters; each is answered
    by the method `on_<call>`."""

    is_on: bool = True
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    before: bytes = b""
    is_late: bool = False  # what stands before has left, and the headers with it
    spoils: Callable[[bytes], bytes] = lambda body: body
    calls: list[tuple[str, Json]] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    states: list[Json] = field(default_factory=list)
    between: Callable[[Any], None] = lambda shop: None
    address: str = ""

    def serve(self, mocked: responses.RequestsMock, address: str = "") -> None:
        mocked.add_callback(responses.POST, address or self.address, callback=self._answer)

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        if self.answers:
            return self.answers.pop(0)
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        nonce = request.headers.get("X-Connector-Nonce", "")
        known = False
        try:
            self._let_in(request, body)
            known = True
            status, found = 200, self._called(request, body)
        except Refusal as refusal:
            known = known or refusal.code not in ("bad_signature", "too_long")
            status = refusal.status
            error = {"code": refusal.code, "message": "The shop says no."} | refusal.more
            found = {"error": error}
        answer = json.dumps(found).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if known:
            headers["X-Connector-Answer"] = _sign("connector-answer-1", nonce, answer)
        if self.is_late:
            mark = b"\nX-Connector-Answer: " + headers.pop("X-Connector-Answer").encode() + b"\n"
            page = {"Content-Type": "text/html; charset=UTF-8"}
            return 200, page, self.before + mark + self.spoils(answer)
        return status, headers, self.before + self.spoils(answer)

    def _let_in(self, request: requests.PreparedRequest, body: bytes) -> None:
        headers = request.headers
        if len(body) > MOST_BODY:
            raise Refusal(413, "too_long")
        stamp = headers.get("X-Connector-Timestamp", "")
        nonce = headers.get("X-Connector-Nonce", "")
        expected = _sign("connector-request-1", stamp, nonce, body)
        if (
            headers.get("X-Connector-Key") != KEY
            or headers.get("X-Connector-Signature") != expected
        ):
            raise Refusal(401, "bad_signature")

    def _called(self, request: requests.PreparedRequest, body: bytes) -> Json:
        stamp = int(request.headers["X-Connector-Timestamp"])
        nonce = request.headers["X-Connector-Nonce"]
        if abs(clock.timestamp() - stamp) > 300:
            raise Refusal(401, "bad_timestamp", now=int(clock.timestamp()))
        if nonce in self.nonces:
            raise Refusal(401, "replayed")
        self.nonces.add(nonce)
        if not self.is_on:
            raise Refusal(403, "switched_off")
        said = json.loads(body)
        name = said.pop("call")
        self.calls.append((name, said))
        call = getattr(self, f"on_{name}", None)
        if call is None:
            raise Refusal(404, "unknown_call")
        found: Json = call(**said)
        self.between(self)
        return found


def _sign(kind: str, *parts: str | bytes) -> str:
    *texts, body = parts
    assert isinstance(body, bytes)
    text = "\n".join([kind, *map(str, texts), hashlib.sha256(body).hexdigest()])
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
