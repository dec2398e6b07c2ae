"""An empty database for a scenario, gone afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

# Asked for where DATABASE_URL names no PostgreSQL.
LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"


def server() -> str | None:
    """The PostgreSQL server to make databases on: DATABASE_URL's, a local one, or none."""
    given = os.environ.get("DATABASE_URL", "")
    wanted = given if given.startswith("postgres") else LOCAL
    try:
        with _connect(wanted):
            return wanted
    except psycopg.OperationalError:
        return None


def version(address: str) -> str:
    with _connect(address) as connection:
        return str(connection.info.server_version // 10000)


@contextmanager
def sqlite(directory: Path) -> Iterator[str]:
    """A file in `directory`, whose owner removes it."""
    yield f"sqlite:///{directory / 'bench.sqlite3'}"


@contextmanager
def postgresql(address: str) -> Iterator[str]:
    """A database with a name of its own on the server, dropped whatever happens."""
    name = sql.Identifier(made := f"bench_{secrets.token_hex(6)}")
    with _connect(address) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    try:
        yield urlunsplit(urlsplit(address)._replace(path=f"/{made}"))
    finally:
        with _connect(address) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _connect(address: str) -> psycopg.Connection:
    known = address.replace("postgres:", "postgresql:", 1)
    return psycopg.connect(known, autocommit=True, connect_timeout=3)
