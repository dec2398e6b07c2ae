"""The migrated schema of the test database, made once and copied.

Migrating an empty database takes longer than most folders of tests. So the first process of a run
keeps what its migrations made, and every other starts from a copy: those beside it, and those of
later runs, for as long as no source that a migration can reach has changed. Django migrates the
copy too, and finds nothing to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

ROOT = Path(settings.BASE_DIR)
KEPT = ROOT / "build" / "test-schema"
SOURCES = ("connector", "stores", "accounts_mapping", "accounting", "xero", "sync")


def digest() -> str:
    """Of everything that a migration can be made of: our sources, and the libraries."""
    found = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted(path for package in SOURCES for path in (ROOT / package).rglob("*.py")):
        found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


class Schema:
    """Looked for by one process at a time, which makes it where there is none."""

    # Whether the test database lies there already: Django is not to make it.
    lies_there = False

    def __init__(self) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        self._lock = (KEPT / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._found = self.give()
        if self._found:
            self._lock.close()

    def migrated(self) -> None:
        """The test database is there."""
        if not self._found:
            self.keep()
            self._lock.close()

    def give(self) -> bool:
        raise NotImplementedError

    def keep(self) -> None:
        raise NotImplementedError

    def take_away(self) -> None:
        """What Django leaves of the test database."""


class InFiles(Schema):
    """Of SQLite: a file, copied to where the test database is to be."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._target = Path(connection.settings_dict["TEST"]["NAME"])
        self._kept = KEPT / f"{digest()}.sqlite3"
        super().__init__()

    def give(self) -> bool:
        self.lies_there = self._kept.exists()
        if self.lies_there:
            shutil.copyfile(self._kept, self._target)
        return self.lies_there

    def keep(self) -> None:
        for old in KEPT.glob("*.sqlite3*"):
            old.unlink()
        made = self._kept.with_suffix(".sqlite3-new")
        with closing(sqlite3.connect(self._target)) as source, closing(sqlite3.connect(made)) as to:
            source.backup(to)
        made.rename(self._kept)

    def take_away(self) -> None:
        for one in self._target.parent.glob(f"{self._target.name}*"):
            one.unlink()


class OnServer(Schema):
    """Of PostgreSQL: a database beside the one of the tests, which is made from it."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._settings: dict[str, Any] = connection.settings_dict
        self._kept = f"test_{self._settings['NAME']}_schema"
        super().__init__()

    def _ask(self, query: Any, values: list[str] | None = None) -> list[tuple[Any, ...]]:
        names = ("host", "port", "user", "password")
        at = {name: self._settings[name.upper()] for name in names if self._settings[name.upper()]}
        with psycopg.connect(dbname="postgres", autocommit=True, **at) as server:
            asked = server.execute(query, values)
            return asked.fetchall() if asked.description else []

    def give(self) -> bool:
        rows = self._ask(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [self._kept],
        )
        if rows != [(digest(),)]:
            return False
        self._settings["TEST"]["TEMPLATE"] = self._kept
        return True

    def keep(self) -> None:
        self._connection.close()  # a database that somebody is in cannot be copied
        kept, made = (sql.Identifier(one) for one in (self._kept, self._settings["NAME"]))
        self._ask(sql.SQL("DROP DATABASE IF EXISTS {}").format(kept))
        self._ask(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(kept, made))
        self._ask(sql.SQL("COMMENT ON DATABASE {} IS {}").format(kept, sql.Literal(digest())))


def schema_of(connection: BaseDatabaseWrapper) -> Schema:
    return InFiles(connection) if connection.vendor == "sqlite" else OnServer(connection)
