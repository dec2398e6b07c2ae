"""Processes that write to one SQLite database at the same time: each has its turn."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connections

from connector.lib.database.sqlite import base

pytestmark = pytest.mark.django_db
fork = multiprocessing.get_context("fork")


def connect(path: Path) -> base.DatabaseWrapper:
    """A connection of its own, with the options of production."""
    found: dict[str, Any] = connections["default"].settings_dict | {"NAME": str(path)}
    return base.DatabaseWrapper(found, alias="other")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    if connections["default"].vendor != "sqlite":
        pytest.skip("about SQLite")
    there = tmp_path / "db.sqlite3"
    connection = connect(there)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE counted (key INTEGER PRIMARY KEY, value INTEGER)")
        cursor.execute("INSERT INTO counted VALUES (1, 0)")
    connection.close()
    return there


def write(connection: base.DatabaseWrapper, seconds: float = 0) -> None:
    """One transaction, as `atomic` begins and ends it."""
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    connection.in_atomic_block = True
    with connection.cursor() as cursor:
        cursor.execute("UPDATE counted SET value = value + 1")
        time.sleep(seconds)
    connection.in_atomic_block = False
    connection.commit()
    connection.set_autocommit(True)


def count(connection: base.DatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM counted")
        return int(cursor.fetchone()[0])


def statement(connection: base.DatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE counted SET value = value + 1")


def hog(path: Path, until: float) -> None:
    """Another process, which begins anew as soon as it has ended."""
    connection = connect(path)
    while time.time() < until:
        write(connection, 0.05)


@pytest.mark.parametrize("does", [write, statement])
def test_who_waits_is_next_though_others_never_pause(
    path: Path, does: Callable[[base.DatabaseWrapper], None]
) -> None:
    others = [fork.Process(target=hog, args=(path, time.time() + 4)) for _ in range(2)]
    for one in others:
        one.start()
    connection = connect(path)
    count(connection)
    waited = []
    for _ in range(6):
        began = time.monotonic()
        does(connection)
        waited.append(time.monotonic() - began)
    for one in others:
        one.join(30)
    assert [one.exitcode for one in others] == [0, 0]
    assert max(waited) < 2, waited
    assert count(connection) > 6
    connection.close()


def test_patience_ends_and_says_what_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PATIENCE", 0.2)
    connection, other = connect(path), sqlite3.connect(path, isolation_level=None)
    count(connection)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        statement(connection)
    other.execute("ROLLBACK")
    statement(connection)
    assert count(connection) == 1
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (settings.DATABASES["default"]["OPTIONS"]["timeout"] * 1000,)
    connection.close()


def test_a_connection_that_reads_an_older_state_is_told_at_once(path: Path) -> None:
    connection, other = connect(path), sqlite3.connect(path, isolation_level=None)
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO counted VALUES (%s, 0)", [(n,) for n in range(2, 9)])
        cursor.execute("SELECT value FROM counted")
        assert cursor.fetchone() == (0,)
        other.execute("UPDATE counted SET value = 7 WHERE key = 1")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            statement(connection)
    assert time.monotonic() - began < 5
    connection.close()
