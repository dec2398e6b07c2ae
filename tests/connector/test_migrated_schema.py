"""The schema that tests copy is of these sources, and is the one that migrations make."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from tests import migrated


def test_a_source_that_changed_asks_for_a_schema_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrated, "ROOT", tmp_path)
    (tmp_path / "requirements.lock").write_text("django==5.2.1")
    (tmp_path / "sync").mkdir()
    source = tmp_path / "sync" / "models.py"
    source.write_text("a = 1")
    digests = [migrated.digest()]

    source.write_text("a = 2")
    digests.append(migrated.digest())
    source.rename(source.with_name("rows.py"))
    digests.append(migrated.digest())
    (tmp_path / "requirements.lock").write_text("django==5.2.2")
    digests.append(migrated.digest())

    assert len(set(digests)) == 4


def test_no_migration_is_left_to_the_database_of_the_tests(db: None) -> None:
    call_command("migrate", "--check", verbosity=0)
