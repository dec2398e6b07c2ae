"""How calls to the extension are signed, and its answers proved: PROTOCOL.md, version 1."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from connector.lib import clock

KEY, TIMESTAMP, NONCE = "X-Connector-Key", "X-Connector-Timestamp", "X-Connector-Nonce"
SIGNATURE, ANSWER = "X-Connector-Signature", "X-Connector-Answer"
# Notices of other programs that stand before an answer: so many places are looked at.
_MOST_STARTS = 50


def signed_headers(key: str, secret: str, body: bytes) -> dict[str, str]:
    """The headers of a call with this body, with the time of now and a nonce of its own."""
    timestamp, nonce = str(int(clock.timestamp())), secrets.token_hex(16)
    return {
        KEY: key,
        TIMESTAMP: timestamp,
        NONCE: nonce,
        SIGNATURE: signature(secret, timestamp, nonce, body),
    }


def signature(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    return _signed(secret, "connector-request-1", timestamp, nonce, body)


def answer_signature(secret: str, nonce: str, body: bytes) -> str:
    return _signed(secret, "connector-answer-1", nonce, body)


def proved(secret: str, nonce: str, stated: str, body: bytes) -> bytes | None:
    """The part of an answer that the extension signed; None where it signed none of it.

    What other programs of the shop print before it, such as PHP's notices, is no part of it.
    """
    starts = [0]
    while len(starts) <= _MOST_STARTS and (at := body.find(b"{", starts[-1] + 1)) > 0:
        starts.append(at)
    for start in starts:
        part = body[start:].rstrip() if start else body
        expected = answer_signature(secret, nonce, part)
        if hmac.compare_digest(stated.lower().encode(), expected.encode()):
            return part
    return None


def _signed(secret: str, kind: str, *parts: str | bytes) -> str:
    *texts, body = parts
    digest = hashlib.sha256(body if isinstance(body, bytes) else body.encode()).hexdigest()
    text = "\n".join([kind, *map(str, texts), digest])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
