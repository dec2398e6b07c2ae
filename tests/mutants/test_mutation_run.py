"""A mutation run over a small project: what its tests notice, what they do not, what never ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TILL = """
def positive(amount):
    return amount > 0

def large(amount):
    return amount > 5

def counted(amount):
    while amount:
        amount -= 1
    return amount

def limit():
    return 3 + 4

LIMIT = limit()

def unused(amount):
    return amount < 3
"""
TESTS = """
import os
import till

PID = os.getpid()

def test_positive():
    assert till.positive(1) and not till.positive(0)

def test_large_and_what_a_fork_fails():
    assert till.large(9) and not till.large(1)
    assert os.getpid() == PID

def test_large():
    assert till.large(9) and not till.large(1)

def test_counted():
    assert till.counted(2) == 0

def test_limit():
    assert till.LIMIT == till.limit() == 7
"""


def test_each_change_is_noticed_or_survives(tmp_path: Path) -> None:
    (tmp_path / "till.py").write_text(TILL)
    (tmp_path / "test_till.py").write_text(TESTS)
    plain = {key: of for key, of in os.environ.items() if not key.startswith(("DJANGO", "PYTEST"))}
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.mutants", "--only", "till.py", "--tests", "test_till.py",
            "--grace", "1", "--minutes", "1",
        ],
        cwd=tmp_path, env=plain | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    told = [line for line in done.stdout.splitlines() if line.startswith(("survives", "fails"))]
    assert sorted(set(told)) == [
        "fails in a fork without any change, left out: "
        "test_till.py::test_large_and_what_a_fork_fails",
        "survives  till.py:6: Gt becomes GtE",
    ], done.stdout + done.stderr
    # Noticed: above 0, the loop that never ends, and the sum, which another process imports.
    assert done.stdout.splitlines()[-1] == (
        "5 changes; 3 noticed, 1 not, 1 that none of these tests runs, 0 not tried in 1 minutes."
    )
    assert done.returncode == 1
