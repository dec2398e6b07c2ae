"""CS-Cart's REST API over HTTP: its two addresses, lists and writes. No rules, no parsing.

Every method raises the errors of `errors.py`, and those of the session that it was given.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

import requests

from connector.lib import clock
from connector.lib.errors import ConnectorError, NeedsAttention, Rejected
from connector.lib.outgoing.answers import read_records, retry_after
from stores.adapters.cscart import errors
from stores.adapters.cscart.credentials import CSCartCredentials
from stores.adapters.cscart.pace import TRIES, Pace

PAGE_SIZE = 2000  # rows are small, and there is no documented maximum
PATHS, QUERY = "paths", "query"  # `/api/2.0/orders`, and `/api.php?_d=orders` without rewriting
_API = re.compile(r"/(api(\.php)?(/\d[\d.]*)?|index\.php)$")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list; `total` counts all that matches, None if the shop does not say."""

    rows: tuple[Json, ...]
    total: int | None


class CSCartClient:
    """One shop, one session, one thread.

    `form` is the form of its addresses, "" while it is not known: the first call finds it out.
    `now` is the shop's own time at its last answer.
    """

    def __init__(self, url: str, credentials: CSCartCredentials, session: requests.Session) -> None:
        self.shop = shop_address(url)
        self.form = ""
        self.now = clock.now()
        self.pace = Pace()
        self._session = session
        key = f"{credentials.email}:{credentials.api_key.get_secret_value()}"
        self._headers = {
            "Accept": "application/json",
            # Without the type CS-Cart takes a body for plain text.
            "Content-Type": "application/json",
            "Authorization": f"Basic {b64encode(key.encode()).decode()}",
        }

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Read `/api/2.0/<path>`; numbers are exact."""
        return self._call("GET", path, query or {})

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """PUT a JSON body to `/api/2.0/<path>`."""
        return self._call("PUT", path, {}, json.dumps(body).encode())

    def listed(
        self, path: str, query: Mapping[str, str] | None = None, *, page: int = 1,
        size: int = PAGE_SIZE,
    ) -> Found:  # fmt: skip
        """A page of a list, which comes bare or under its name."""
        wanted = {**(query or {}), "page": str(page), "items_per_page": str(size)}
        answer = self.get(path, wanted)
        name = path.rpartition("/")[2]
        params = answer.get("params") if isinstance(answer, dict) else None
        rows = _rows(answer.get(name) if isinstance(answer, dict) and name in answer else answer)
        if rows is None:
            raise errors.unexpected(self.shop, f"answers {path} with something that is no list")
        counted = str(params.get("total_items", "")) if isinstance(params, dict) else ""
        return Found(tuple(rows), int(counted) if counted.isdecimal() else None)

    def pages(
        self, path: str, query: Mapping[str, str] | None = None, *, size: int = PAGE_SIZE
    ) -> Iterator[Found]:
        """All pages of a list. A shop may give fewer rows than it was asked for, or the same ones
        for each page, where a list knows none."""
        seen, page = 0, 1
        before: tuple[Json, ...] = ()
        while True:
            found = self.listed(path, query, page=page, size=size)
            if found.rows and found.rows == before:
                return
            before = found.rows
            yield found
            seen, page = seen + len(found.rows), page + 1
            more = len(found.rows) >= size if found.total is None else seen < found.total
            if not found.rows or not more:
                return

    def _call(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None = None
    ) -> Any:
        if self.form:
            return self._answer(method, self.form, path, query, body)
        try:
            answer = self._answer(method, PATHS, path, query, body)
            self.form = PATHS
        except NeedsAttention as error:
            if error.code != errors.NO_API:
                self.form = "" if error.code == "redirect_refused" else PATHS
                raise
            answer = self._second(method, path, query, body, error)
        return answer

    def _second(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None,
        first: ConnectorError,
    ) -> Any:  # fmt: skip
        """The other form of addresses; where there is no API either, the first answer counts."""
        try:
            answer = self._answer(method, QUERY, path, query, body)
        except NeedsAttention as error:
            if error.code == errors.NO_API:
                raise first from None
            self.form = QUERY
            raise
        self.form = QUERY
        return answer

    def _answer(
        self, method: str, form: str, path: str, query: Mapping[str, str], body: bytes | None
    ) -> Any:
        """The answer; a read that the shop asks to wait with is made again."""
        for tries in range(1, TRIES + 1):
            self.pace.take_turn()
            response = self._session.request(
                method,
                self._address(form, path, query),
                data=body,
                headers=self._headers,
                allow_redirects=False,
            )
            self.now = _date_of(response)
            error = errors.failure(response)
            if error is None:
                self.pace.answered()
                return read_records(response)
            asked = method == "GET" and errors.asks_to_wait(response)
            if not asked or not self.pace.refused(retry_after(response), tries):
                raise error
        raise AssertionError("unreachable: the last try returns or raises")

    def _address(self, form: str, path: str, query: Mapping[str, str]) -> str:
        if form == QUERY:
            return f"{self.shop}/api.php?{urlencode({'_d': path, 'ajax_custom': '1', **query})}"
        pairs = urlencode(query)
        return f"{self.shop}/api/2.0/{path}{'?' if pairs else ''}{pairs}"


def shop_address(url: str) -> str:
    """The shop's own address, from whatever of its addresses was entered."""
    return _API.sub("", url.strip().rstrip("/")).rstrip("/")


def in_path(value: str) -> str:
    """An id as one segment of a path. Rejected where no address can hold it."""
    if value in ("", ".", ".."):
        raise Rejected(f"The shop cannot be asked for “{value}”.", code="not_found")
    return quote(value, safe="")


def _rows(items: Any) -> list[Json] | None:
    """The records of a list answer; None if they are none. PHP writes a list with gaps as an
    object whose keys are the places, and an empty object as a list."""
    if isinstance(items, dict) and all(key.isdecimal() for key in items):
        items = list(items.values())
    good = isinstance(items, list) and all(isinstance(row, dict) for row in items)
    return items if good else None


def _date_of(response: requests.Response) -> datetime:
    """When the shop answered, by its own clock; by ours where it does not say."""
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return clock.now()
