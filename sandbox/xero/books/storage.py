"""Write-through storage of the ledger in one SQLite file, so that a restart keeps it.

A row is one document, packed as JSON in which decimals, days and moments are tagged: nothing
is rounded by the database.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.xero.wire import Doc

_TABLE = """
CREATE TABLE IF NOT EXISTS documents (
  tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, place INTEGER NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY (tenant, kind, id)
) WITHOUT ROWID
"""


def _tag(value: object) -> Doc:
    if isinstance(value, Decimal):
        return {"$n": str(value)}
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, date):
        return {"$on": value.isoformat()}
    raise TypeError(f"cannot be stored: {value!r}")


_ENCODER = json.JSONEncoder(default=_tag, separators=(",", ":"), check_circular=False)


def _untag(value: Doc) -> Any:
    if len(value) == 1:
        if "$n" in value:
            return Decimal(value["$n"])
        if "$at" in value:
            return datetime.fromisoformat(value["$at"])
        if "$on" in value:
            return date.fromisoformat(value["$on"])
    return value


class Storage:
    """The file behind `--state`. Calls are serialised by the ledger's lock."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing; only a crash of the machine could.
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(_TABLE)
        row = self._db.execute("SELECT COALESCE(MAX(place), 0) FROM documents").fetchone()
        self._place = int(row[0])

    def load(self) -> Iterator[tuple[str, str, str, Doc]]:
        """Every document as (tenant, kind, id, document), in the order of the last change."""
        rows = self._db.execute("SELECT tenant, kind, id, body FROM documents ORDER BY place")
        for tenant, kind, key, body in rows:
            yield tenant, kind, key, json.loads(body, object_hook=_untag)

    def save(self, changes: Iterable[tuple[str, str, str, Doc]]) -> None:
        """Store the documents in one transaction."""
        rows = []
        for tenant, kind, key, doc in changes:
            self._place += 1
            rows.append((tenant, kind, key, self._place, _ENCODER.encode(doc)))
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", rows)
        self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything."""
        self._db.execute("DELETE FROM documents")

    def close(self) -> None:
        self._db.close()
