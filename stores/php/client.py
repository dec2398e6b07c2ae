"""The one address of a shop's package: calls, signatures, answers. No rules, no parsing.

Every method raises the errors of `refusals.py`, and those of the session that it was given.
"""

from __future__ import annotations

import json
import re
from typing import Any

import requests

from connector.lib import exact_json
from connector.lib.errors import Misconfigured, OutcomeUnknown, Temporary
from stores.adapter import Introduction
from stores.php import refusals, signing
from stores.php.refusals import Words

PROTOCOL = 1
PAGE_SIZE = 100

_TAIL = re.compile(r"/index\.php(?:[/?].*)?$")
# Calls that change something: of one whose answer was lost nobody knows what became.
WRITES = frozenset({"set_status", "add_comment", "set_stock"})
Json = dict[str, Any]


class SignedClient:
    """One shop, one session, one thread. `writes` names the calls of whose answer, if it is lost,
    nobody knows what became."""

    def __init__(
        self, url: str, key: str, secret: str, session: requests.Session, words: Words,
        *, writes: frozenset[str] = WRITES,
    ) -> None:  # fmt: skip
        self.shop = shop_address(url)
        self._key = key
        self._secret = secret
        self._session = session
        self._words = words
        self._writes = writes

    def call(self, name: str, **parameters: Any) -> Json:
        """What the package answers to a call; its numbers are exact."""
        body = json.dumps({"call": name, **parameters}, separators=(",", ":")).encode()
        headers = signing.signed_headers(self._key, self._secret, body)
        writes = name in self._writes
        response = self._sent(body, headers, writes=writes)
        stated, answer = signing.stated(response.headers, response.content)
        proved = None
        if stated:
            proved = signing.proved(self._secret, headers[signing.NONCE], stated, answer)
        error = refusals.failure(response, proved, self._words, writes=writes)
        if error is not None:
            raise error
        if proved is None:
            raise refusals.unproved(response, self._words, signed=bool(stated))
        return self._object(proved, name)

    def rows(self, name: str, key: str, **parameters: Any) -> tuple[list[Json], Json]:
        """The records of a list answer, and the answer itself."""
        answer = self.call(name, **parameters)
        rows = answer.get(key)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.unexpected(f"answers {name} without a list of {key}")
        return rows, answer

    def introduce(self, callback: str, app: str, store: str, *, reach: bool) -> Introduction:
        """Tell the package where to call; `reach`: it tries that now."""
        answer = self.call("pair", callback=callback, app=app, store=store, reach=reach)
        error = answer.get("error")
        return Introduction(answer.get("reached") is True, str(error) if error else "")

    @property
    def program(self) -> str:
        """What the shop's program is called."""
        return self._words.program

    def unexpected(self, what: str) -> Misconfigured:
        """The error of an answer that is signed, but not what the protocol says."""
        return refusals.unexpected(self.shop, what, self._words)

    def too_old(self, spoken: object) -> Misconfigured:
        """The error of a package of another protocol than ours."""
        return refusals.too_old(self.shop, spoken, PROTOCOL, self._words)

    def _sent(self, body: bytes, headers: dict[str, str], *, writes: bool) -> requests.Response:
        try:
            return self._session.request(
                "POST",
                f"{self.shop}/{self._words.route}",
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
            raise self.unexpected(f"answers {name} with something else than JSON") from None
        if not isinstance(found, dict):
            raise self.unexpected(f"answers {name} with something that is no object")
        return found


def shop_address(url: str) -> str:
    """The shop's own address, from whatever of its addresses was entered."""
    return _TAIL.sub("", url.strip().rstrip("/")).rstrip("/")
