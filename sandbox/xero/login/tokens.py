"""Tokens in the shape of a JWT: the claims can be read, the signature is random text."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from sandbox.xero.wire import Doc


def _part(value: Doc) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def jwt(claims: Doc) -> str:
    """A token that carries the claims, different each time."""
    head = _part({"alg": "RS256", "kid": "stand-in", "typ": "JWT"})
    return f"{head}.{_part(claims)}.{secrets.token_urlsafe(32)}"


def claims_of(token: str) -> dict[str, Any]:
    """The claims inside an access token (for tests; the signature is not one)."""
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
