"""Tell an address what changed in the shop, as a small module of a real one would.

Each change is one signed call: `X-Timestamp` in Unix seconds, and `X-Signature`, the hex
HMAC-SHA256 of that, a full stop and the body. The body lists ids by stream, and a value of its
own that tells two calls of one second apart. Calls go out in order.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets

from connector.lib import clock
from sandbox.webhooks import Pace, Sender

_PACE = Pace(pause_seconds=0.5, timeout_seconds=10.0, waiting=10_000)
Change = tuple[str, int | str]


class Hooks(Sender[Change]):
    """The shop's calls; silent until they are pointed somewhere."""

    def __init__(self) -> None:
        super().__init__(_body, _signed, _PACE)

    def tell(self, stream: str, key: int | str) -> None:
        """Something changed: `tell("orders", 12)`. Never waits."""
        self.put((stream, key))


def _body(changes: list[Change]) -> bytes:
    ids: dict[str, list[int | str]] = {}
    for stream, key in changes:
        ids.setdefault(stream, []).append(key)
    return json.dumps({**ids, "call": secrets.token_hex(8)}).encode()


def _signed(secret: str, body: bytes) -> dict[str, str]:
    stamp = str(int(clock.timestamp()))
    signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return {"X-Timestamp": stamp, "X-Signature": signature.hexdigest()}
