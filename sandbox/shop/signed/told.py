"""The shop's calls to the connector: hints at what changed, a greeting, and wishes of staff."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from connector.lib import clock
from sandbox.shop.hooks import Hooks
from sandbox.shop.refusals import NotPossible
from sandbox.shop.signed.keys import Credentials

_GREETING_SECONDS, _WISH_SECONDS = 5.0, 10.0


class Told(Hooks):
    """Hooks whose secret follows from the extension's own, whichever is given."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self.credentials = credentials
        self.pairing: dict[str, Any] | None = None  # as `probe` tells it

    def point(self, url: str, secret: str = "") -> None:
        super().point(url, self.credentials.hook_secret)

    def pair(self, url: str, at: str) -> None:
        """Call this address from now on; an empty one: none any more."""
        self.point(url)
        told = {"callback": url, "reached": False, "error": "", "at": at}
        self.pairing = told if url else None

    def greet(self) -> dict[str, Any]:
        """Whether the connector answers, in the words of `pair`."""
        nonce = secrets.token_hex(16)
        status, answer = self._post({"hello": nonce}, _GREETING_SECONDS)
        reached = status == 200 and answer.get("hello") == nonce
        error = "" if reached else f"The connector answered with HTTP status {status}."
        if self.pairing is not None:
            self.pairing |= {"reached": reached, "error": error}
        return {"reached": reached, "error": error, "status": status}

    def ask(self, wish: str, kind: str, ids: Sequence[int], person: str, reason: str) -> Any:
        """Somebody in the shop's admin asks for something; what was done, by id."""
        if not self.url:
            raise NotPossible("This shop is not paired with the connector yet.")
        status, answer = self._post({
            "ask": wish, "kind": kind, "ids": list(ids), "person": person, "reason": reason,
            "call": secrets.token_hex(16),
        }, _WISH_SECONDS)  # fmt: skip
        if status != 200 or "done" not in answer:
            raise NotPossible(f"The connector answered with HTTP status {status}.")
        return answer["done"]

    def _post(self, content: dict[str, Any], seconds: float) -> tuple[int, dict[str, Any]]:
        """Status (0: none) and JSON object ({}: none) of the answer to a call that is signed."""
        body, stamp = json.dumps(content).encode(), str(int(clock.timestamp()))
        signature = hmac.new(
            self.credentials.hook_secret.encode(), stamp.encode() + b"." + body, hashlib.sha256
        ).hexdigest()
        headers = {
            "Content-Type": "application/json", "X-Timestamp": stamp, "X-Signature": signature,
        }  # fmt: skip
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - an address of ours
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
                status, said = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, {}
        except (urllib.error.URLError, OSError):
            return 0, {}
        try:
            found = json.loads(said)
        except ValueError:
            return status, {}
        return status, found if isinstance(found, dict) else {}
