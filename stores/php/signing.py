"""How calls to the extension are signed, and its answers proved: PROTOCOL.md, version 1."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

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


def stated(headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    """The signature that an answer states, "" where it has none, and what it is of.

    Where the shop's programs printed so much that the headers had left before the package could
    set its own, the signature stands on a line before the answer.
    """
    if ANSWER in headers:
        return headers[ANSWER], body
    *_, after = body.rpartition(f"\n{ANSWER}: ".encode())
    said, line, answer = after.partition(b"\n")
    if not line or not re.fullmatch(rb"[0-9a-f]{64}", said):
        return "", body
    return said.decode(), answer


def hook_secret(secret: str) -> str:
    """What signs the shop's own calls: it follows from the secret, and is never sent."""
    return hmac.new(secret.encode(), b"hooks", hashlib.sha256).hexdigest()


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
