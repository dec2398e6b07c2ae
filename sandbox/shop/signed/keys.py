"""Key and secret of the shop's extension: what they sign, and the code that shows them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_LEEWAY, _REMEMBERED = 300, 900  # seconds
_STAMP, _NONCE = re.compile(r"[0-9]{1,12}"), re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Open on purpose: this shop holds nothing real."""

    key: str = "de30" * 8
    secret: str = "de305ec7" * 8

    @property
    def hook_secret(self) -> str:
        """What signs the shop's own calls; it is never sent."""
        return _hex(self.secret, "hooks")


class Refused(Exception):
    """What the extension answers in place of what was asked for."""

    def __init__(self, status: int, code: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message, **facts}


class Keys:
    """Lets a request in once. `on` is the extension's switch in the admin, `form` is what its
    pairing code begins with."""

    def __init__(
        self, credentials: Credentials, seconds: Callable[[], float], *, form: str
    ) -> None:
        self.credentials = credentials
        self.on = True
        self._seconds, self._form = seconds, form
        self._seen: dict[str, float] = {}

    def known(self, headers: Mapping[str, str], body: bytes) -> str:
        """The nonce of a request by its owner. Refused where key or signature are wrong."""
        given = {
            name: headers.get(f"x-connector-{name}", "")
            for name in ("key", "timestamp", "nonce", "signature")
        }
        expected = self._sign("connector-request-1", given["timestamp"], given["nonce"], body=body)
        formed = _STAMP.fullmatch(given["timestamp"]) and _NONCE.fullmatch(given["nonce"])
        same = hmac.compare_digest(given["signature"].encode(), expected.encode())
        if not (formed and same and given["key"] == self.credentials.key):
            raise Refused(
                401, "bad_signature", "The shop does not know this key, or the signature is wrong."
            )
        return given["nonce"]

    def take_once(self, timestamp: str, nonce: str) -> None:
        """Refused: an old request, a copy of one, or an extension that is switched off."""
        now = self._seconds()
        if abs(now - int(timestamp)) > _LEEWAY:
            raise Refused(
                401, "bad_timestamp",
                "The clocks of the shop and of the connector differ by more than five minutes.",
                now=int(now),
            )  # fmt: skip
        self._seen = {one: at for one, at in self._seen.items() if at > now - _REMEMBERED}
        if nonce in self._seen:
            raise Refused(401, "replayed", "This request was served before; a copy of it is not.")
        self._seen[nonce] = now
        if not self.on:
            raise Refused(
                403, "switched_off", "The Xero connector is switched off in the shop's admin."
            )

    def signed(self, nonce: str, body: bytes) -> dict[str, str]:
        """The header that proves an answer."""
        return {"X-Connector-Answer": self._sign("connector-answer-1", nonce, body=body)}

    def pairing_code(self, url: str) -> str:
        """What the merchant copies into the connector."""
        packed = json.dumps({"u": url, "k": self.credentials.key, "s": self.credentials.secret})
        code = f"{self._form}.{base64.urlsafe_b64encode(packed.encode()).decode().rstrip('=')}"
        return f"{code}.{hashlib.sha256(code.encode()).hexdigest()[:8]}"

    def _sign(self, *parts: str, body: bytes) -> str:
        return _hex(self.credentials.secret, "\n".join([*parts, hashlib.sha256(body).hexdigest()]))


def _hex(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
