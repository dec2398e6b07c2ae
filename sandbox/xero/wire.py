"""What crosses the wire: requests, answers, JSON with exact decimals, Xero's dates.

Money never passes through a binary float: numbers are read as `Decimal` and written digit by
digit. Dates are written as Xero does, `/Date(ms+0000)/`, and read in every form that Xero
takes (`2026-01-31`, `2026-01-31T00:00:00`, `/Date(ms)/`).
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

Doc = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS_DATE = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")
# A decimal travels through the C encoder as a string that starts with NUL, and the quotes
# are taken off afterwards. No text from outside can look like that: `loads` refuses NUL.
_MARKED = re.compile(r'"\\u0000(-?[0-9.]+)"')


@dataclass(slots=True)
class Request:
    """One HTTP request; header names are lower case, of a repeated query name the first counts."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Response:
    """One HTTP answer. `drop` closes the connection instead, `cut` in the middle of the body;
    `slow_seconds` trickles the body."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    slow_seconds: float = 0.0
    cut: bool = False


class Refused(Exception):
    """The whole request is refused with a status and a body of its own."""

    def __init__(self, status: int, body: Doc | str, headers: dict[str, str] | None = None):
        super().__init__(str(body))
        self.status = status
        self.body = body
        self.headers = headers or {}


class Invalid(Exception):
    """One element is refused. `contact` holds messages that belong to the contact inside it."""

    def __init__(self, *messages: str, contact: tuple[str, ...] = ()):
        super().__init__("; ".join(messages + contact))
        self.messages = messages
        self.contact = contact


def _mark(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\x00{value:f}"
    if isinstance(value, date):
        return ms_date(value)
    raise TypeError(f"cannot be written as JSON: {value!r}")


_ENCODER = json.JSONEncoder(default=_mark, separators=(",", ":"), check_circular=False)


def dumps(value: Any) -> bytes:
    """JSON with every Decimal written digit by digit and every date in Xero's form."""
    return _MARKED.sub(r"\1", _ENCODER.encode(value)).encode("ascii")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def loads(body: bytes) -> Any:
    """Parsed JSON, numbers as Decimal; `Refused` (400) for anything that is not JSON."""
    try:
        if rb"\u0000" in body or b"\x00" in body:
            raise ValueError("a NUL character")
        return json.loads(body, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise post_data_invalid(f"The request body is not valid JSON: {error}") from error


def post_data_invalid(message: str) -> Refused:
    """The 400 for a body that cannot be understood; nothing was saved."""
    return Refused(400, {"ErrorNumber": 17, "Type": "PostDataInvalidException", "Message": message})


def problem(status: int, title: str, detail: str) -> Refused:
    """The shape of Xero's 401 and 403."""
    body: Doc = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid.uuid4()),
        "Extensions": {},
    }
    return Refused(status, body)


def not_found() -> Refused:
    """The 404 for an unknown id: plain text, as the service gives it."""
    return Refused(404, "The resource you're looking for cannot be found")


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(status=status, body=dumps(value), headers=dict(headers or {}))


def refusal(error: Refused) -> Response:
    """The answer that tells a refusal."""
    if isinstance(error.body, str):
        text = error.body.encode()
        kind = "text/html" if error.body.lstrip().startswith("<") else "text/plain"
        return Response(error.status, text, f"{kind}; charset=utf-8", dict(error.headers))
    return answer(error.body, error.status, error.headers)


def ms_date(value: date) -> str:
    """`/Date(ms+0000)/` of a moment, or of the UTC midnight that begins a day."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return f"/Date({(value - _EPOCH) // timedelta(milliseconds=1)}+0000)/"


def iso(value: date) -> str:
    """`2026-01-31T00:00:00` (a day) or `2026-01-31T10:11:12.123Z` (a moment)."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    return f"{value.isoformat()}T00:00:00"


def parse_moment(value: object) -> datetime:
    """An aware moment from ISO text (no offset: UTC) or Xero's form; ValueError otherwise."""
    text = str(value).strip()
    if found := _MS_DATE.match(text):
        return _EPOCH + timedelta(milliseconds=int(found.group(1)))
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_date(value: object) -> date:
    """A plain date from any form that Xero takes; ValueError otherwise."""
    return parse_moment(value).date()


def without_none(value: Doc) -> Doc:
    """The same document without absent values: a null breaks the SDK's deserialiser."""
    return {name: item for name, item in value.items() if item is not None}
