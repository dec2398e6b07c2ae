"""The one code that a package in a shop shows: the shop's address, its key and its secret.

It begins with letters of the platform's, such as `oc1.`: a code of another platform is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from stores.profile import BadPairingCode, PairingCode

_CHECK_DIGITS = 8
_MOST = 2000


def read_code(prefix: str, code: str) -> PairingCode:
    """What a code holds. BadPairingCode for one that is none, or was not copied whole."""
    code = "".join(code.split())
    if not code.startswith(prefix):
        raise BadPairingCode(f"A pairing code of this shop begins with {prefix}")
    body, _, check = code.rpartition(".")
    if len(code) > _MOST or not hmac.compare_digest(check_of(body), check.lower()):
        raise BadPairingCode("The code was not copied whole, or a letter of it is wrong.")
    try:
        packed = body.removeprefix(prefix)
        found = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        parts = [found[name] for name in ("u", "k", "s")]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadPairingCode("The code holds no address and keys.") from None
    if not all(isinstance(part, str) and part.strip() and part.isprintable() for part in parts):
        raise BadPairingCode("The code holds no address and keys.")
    url, key, secret = (part.strip() for part in parts)
    return PairingCode(url.rstrip("/"), {"key": key, "secret": secret})


def made_code(prefix: str, url: str, key: str, secret: str) -> str:
    """The code of a shop, as its package makes it."""
    packed = json.dumps({"u": url, "k": key, "s": secret}, separators=(",", ":")).encode()
    body = prefix + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return f"{body}.{check_of(body)}"


def check_of(body: str) -> str:
    """What tells a typing error: the first digits of the SHA-256 of what stands before."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:_CHECK_DIGITS]
