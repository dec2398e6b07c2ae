"""The extension's one address: calls, signatures, answers. No rules, no parsing.

Every method raises the errors of `errors.py`, and those of the session that it was given.
"""

from __future__ import annotations

import json
import re
from typing import Any

import requests

from connector.lib import exact_json
from connector.lib.errors import OutcomeUnknown, Temporary
from stores.adapters.opencart import errors, signing
from stores.adapters.opencart.credentials import OpenCartCredentials

PROTOCOL = 1
PAGE_SIZE = 100

_ROUTE = "index.php?route=extension/xero_connector/api"
_TAIL = re.compile(r"/index\.php(?:[/?].*)?$")
# Calls that change something: of one whose answer was lost nobody knows what became.
_WRITES = frozenset({"set_status", "add_comment", "set_stock"})
Json = dict[str, Any]


class OpenCartClient:
    """One shop, one session, one thread."""

    def __init__(
        self, url: str, credentials: OpenCartCredentials, session: requests.Session
    ) -> None:
        self.shop = shop_address(url)
        self._key = credentials.key.get_secret_value()
        self._secret = credentials.secret.get_secret_value()
        self._session = session

    def call(self, name: str, **parameters: Any) -> Json:
        """What the extension answers to a call; its numbers are exact."""
        body = json.dumps({"call": name, **parameters}, separators=(",", ":")).encode()
        headers = signing.signed_headers(self._key, self._secret, body)
        writes = name in _WRITES
        response = self._sent(body, headers, writes=writes)
        stated, answer = signing.stated(response.headers, response.content)
        proved = None
        if stated:
            proved = signing.proved(self._secret, headers[signing.NONCE], stated, answer)
        error = errors.failure(response, proved, writes=writes)
        if error is not None:
            raise error
        if proved is None:
            raise errors.unproved(response, signed=bool(stated))
        return self._object(proved, name)

    def rows(self, name: str, key: str, **parameters: Any) -> tuple[list[Json], Json]:
        """The records of a list answer, and the answer itself."""
        answer = self.call(name, **parameters)
        rows = answer.get(key)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise errors.unexpected(self.shop, f"answers {name} without a list of {key}")
        return rows, answer

    def _sent(self, body: bytes, headers: dict[str, str], *, writes: bool) -> requests.Response:
        try:
            return self._session.request(
                "POST",
                f"{self.shop}/{_ROUTE}",
                data=body,
                headers={"Content-Type": "application/json", **headers},
                allow_redirects=False,
            )
        except OutcomeUnknown as error:
            if writes:
                raise
            raise Temporary(str(error).removesuffix(" after a write was sent.") + ".") from error

    def _object(self, body: bytes, name: str) -> Json:
        try:
            found = exact_json.loads(body.decode("utf-8", "surrogateescape"), strict=False)
        except ValueError:
            raise errors.unexpected(
                self.shop, f"answers {name} with something else than JSON"
            ) from None
        if not isinstance(found, dict):
            raise errors.unexpected(self.shop, f"answers {name} with something that is no object")
        return found


def shop_address(url: str) -> str:
    """The shop's own address, from whatever of its addresses was entered."""
    return _TAIL.sub("", url.strip().rstrip("/")).rstrip("/")
