from __future__ import annotations

import base64
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from connector.lib import keys


def test_a_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret_key"
    first = keys.read_or_create(path, keys.new_secret_key)
    second = keys.read_or_create(path, keys.new_secret_key)

    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_an_encryption_key_is_base64_of_32_bytes() -> None:
    assert len(base64.b64decode(keys.new_encryption_key(), validate=True)) == 32


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    script = (
        "import sys; from pathlib import Path; from connector.lib import keys\n"
        "sys.stdin.read(); print(keys.read_or_create(Path(sys.argv[1]), keys.new_secret_key))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.close()
    found = {process.stdout.read().strip() for process in processes if process.stdout}
    assert [process.wait() for process in processes] == [0] * 6
    assert found == {path.read_text().strip()}
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_the_first_key_wins_when_another_process_was_faster(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"

    def slow() -> str:
        path.write_text("of the other process\n")
        return "mine"

    assert keys.read_or_create(path, slow) == "of the other process"


def test_an_emptied_key_is_not_replaced_silently(tmp_path: Path) -> None:
    path = tmp_path / "field_encryption_keys"
    path.write_text("\n")
    with pytest.raises(ValueError, match="empty"):
        keys.read_or_create(path, keys.new_encryption_key)
    assert path.read_text() == "\n"
