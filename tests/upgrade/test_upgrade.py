"""A database of an earlier release, migrated by this one, says what it said before."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.upgrade.make_dump import HERE, environment

RELEASES = sorted(path.name.removesuffix(".sql.gz") for path in HERE.glob("*.sql.gz"))
ROOT = HERE.parent.parent
SAY = (
    "import django, json; django.setup();"
    "from tests.upgrade.world import facts; print(json.dumps(facts()))"
)


def run(data_dir: Path, *command: str) -> str:
    env = {**os.environ, **environment(str(data_dir))}
    env["DJANGO_SETTINGS_MODULE"] = "connector.settings"
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("release", RELEASES)
def test_the_database_of_a_release_upgrades_and_keeps_what_it_holds(
    release: str, tmp_path: Path
) -> None:
    text = gzip.decompress((HERE / f"{release}.sql.gz").read_bytes()).decode()
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        database.executescript(text)

    run(tmp_path, "manage.py", "migrate", "--verbosity", "0")

    said = json.loads(run(tmp_path, "-c", SAY))
    assert said == json.loads((HERE / f"{release}.json").read_text())


def test_there_is_a_dump_to_upgrade_from() -> None:
    assert RELEASES
