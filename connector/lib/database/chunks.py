"""Long tables, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db import models

_Row = TypeVar("_Row", bound=models.Model)


def by_key(rows: models.QuerySet[_Row], size: int) -> Iterator[list[_Row]]:
    """Rows in the order of their keys, so many at a time, each part by a statement of its own.

    For callers that write in between. With `iterator` a statement would stay open meanwhile, and
    SQLite refuses a connection that is half way through one every write once another process has
    written: "database is locked", at once, however long it was told to wait.
    """
    ordered = rows.order_by("pk")
    chunk = list(ordered[:size])
    while chunk:
        yield chunk
        chunk = list(ordered.filter(pk__gt=chunk[-1].pk)[:size]) if len(chunk) == size else []
