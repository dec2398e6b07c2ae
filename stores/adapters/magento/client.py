"""Magento's REST API over HTTP: addresses, signatures, searches. No rules, no parsing.

Every method raises the errors of `errors.py`, and those of the session that it was given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import requests
from requests.auth import AuthBase

from connector.lib.errors import ConnectorError, Rejected
from connector.lib.outgoing.answers import read_records
from stores.adapters.magento import errors
from stores.adapters.magento.credentials import MagentoCredentials
from stores.adapters.magento.signing import as_read, ways_to_sign

PAGE_SIZE = 100

_REST = re.compile(r"/rest(?:/[\w-]+)?(?:/V1)?$")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition of a search. Filters of one group are joined by OR, groups by AND."""

    field: str
    condition: str
    value: str


Group = Sequence[Filter]


@dataclass(frozen=True, slots=True)
class Found:
    """The first page of a search, which asked for `size` rows.

    `total` counts all that matches, None if the shop does not say.
    """

    items: tuple[Json, ...]
    total: int | None
    size: int

    @property
    def has_more(self) -> bool:
        """Whether more matches than came: by the shop's own count, as it may give less than it
        was asked for; without a count a full page says so."""
        if self.total is None:
            return len(self.items) >= self.size
        return self.total > len(self.items)


class MagentoClient:
    """One shop, one session, one thread."""

    def __init__(
        self, url: str, credentials: MagentoCredentials, session: requests.Session
    ) -> None:
        self.shop = shop_address(url)
        self._base = f"{self.shop}/rest/all/V1"
        self._session = session
        self._bearer = credentials.bearer is not None
        self._ways = ways_to_sign(credentials)

    def get(self, path: str, query: Iterable[tuple[str, str]] = ()) -> Any:
        """Read `/V1/<path>`; numbers are exact."""
        return self._call("GET", path, query=query)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """POST or PUT a JSON body to `/V1/<path>`."""
        return self._call(method, path, body=json.dumps(body).encode())

    def search(
        self,
        path: str,
        groups: Sequence[Group] = (),
        *,
        sort: Sequence[tuple[str, str]] = (),
        page_size: int = PAGE_SIZE,
        fields: str = "",
    ) -> Found:
        """The first page of a list. A page may come larger than asked: some shops do that."""
        answer = self.get(path, criteria(groups, sort=sort, page_size=page_size, fields=fields))
        if not isinstance(answer, dict) or "items" not in answer:
            raise errors.unexpected(self.shop, f"answers {path} with something that is no list")
        rows = _rows(answer["items"])
        if rows is None:
            raise errors.unexpected(self.shop, f"answers {path} with items that are no records")
        counted = answer.get("total_count")
        total = counted if isinstance(counted, int) else None
        if total and not rows:
            raise errors.lost_rows(self.shop, path, total)
        return Found(tuple(rows), total, page_size)

    def page(self, path: str) -> str:
        """The text of a page outside the REST API; "" if the shop does not give it."""
        response = self._session.get(f"{self.shop}/{path}", allow_redirects=False)
        return response.text if response.status_code == 200 else ""

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        body: bytes | None = None,
    ) -> Any:
        pairs = urlencode(list(query), quote_via=quote)
        url = f"{self._base}/{path}{'?' if pairs else ''}{pairs}"
        response, error = self._send(method, url, body, self._ways[0])
        odd = as_read(url) != url
        if odd and errors.is_bad_signature(error) and len(self._ways) > 1:
            # A call that is refused for its signature was not carried out: it may be made again.
            again, refused = self._send(method, url, body, self._ways[1])
            if not errors.is_bad_signature(refused):
                self._ways = self._ways[::-1]
                response, error = again, refused
        if error is not None:
            raise errors.of_one_record(error) if odd else error
        return read_records(response)

    def _send(
        self, method: str, url: str, body: bytes | None, auth: AuthBase
    ) -> tuple[requests.Response, ConnectorError | None]:
        response = self._session.request(
            method,
            url,
            data=body,
            headers={"Accept": "application/json", "Content-Type": "application/json"},
            auth=auth,
            allow_redirects=False,
        )
        return response, errors.failure(response, bearer=self._bearer)


def _rows(items: Any) -> list[Json] | None:
    """The records of a list answer; None if they are none. Magento writes null for an empty
    list, and PHP a list with gaps as an object whose keys are the places."""
    if items is None:
        return []
    if isinstance(items, dict) and all(key.isdecimal() for key in items):
        items = list(items.values())
    good = isinstance(items, list) and all(isinstance(row, dict) for row in items)
    return items if good else None


def shop_address(url: str) -> str:
    """The shop's own address, from whatever part of its REST address was entered."""
    return _REST.sub("", url.strip().rstrip("/")).rstrip("/")


def in_path(value: str) -> str:
    """A SKU or id as one segment of a path: everything is encoded, `/` too.

    Rejected for those that no address can hold: dots alone would name another address.
    """
    if value in ("", ".", ".."):
        raise Rejected(
            f"Magento's API cannot be asked for “{value}”: that cannot stand in an address.",
            code="no_address",
            hint="Give the product another SKU.",
        )
    return quote(value, safe="")


def criteria(
    groups: Sequence[Group],
    *,
    sort: Sequence[tuple[str, str]] = (),
    page_size: int = PAGE_SIZE,
    fields: str = "",
) -> list[tuple[str, str]]:
    """The query of a search for its first page (AdobeDocs, «Search using REST endpoints»)."""
    pairs = []
    for g, group in enumerate(groups):
        for f, one in enumerate(group):
            prefix = f"searchCriteria[filter_groups][{g}][filters][{f}]"
            pairs += [
                (f"{prefix}[field]", one.field),
                (f"{prefix}[condition_type]", one.condition),
                (f"{prefix}[value]", one.value),
            ]
    for s, (field, direction) in enumerate(sort):
        pairs += [
            (f"searchCriteria[sortOrders][{s}][field]", field),
            (f"searchCriteria[sortOrders][{s}][direction]", direction),
        ]
    pairs += [("searchCriteria[pageSize]", str(page_size)), ("searchCriteria[currentPage]", "1")]
    return [*pairs, ("fields", fields)] if fields else pairs
