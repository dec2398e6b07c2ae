"""What crosses the wire: a request as it came, an answer as it goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: path without query, decoded query pairs, header names in lower case."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `kind` is its Content-Type."""

    status: int
    payload: bytes
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def said(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer, written down at once, while nobody can change what is in it."""
    return Answer(status, dump(body), headers=headers or {})


def dump(body: Any) -> bytes:
    """JSON as it goes over the wire; half a character, which UTF-8 cannot hold, is escaped."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
