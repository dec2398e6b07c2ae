"""Would the tests notice? Changes the code in small ways, one at a time, and runs what covers it.

    python -m tests.mutants [--minutes 20] [--seed 1] [--only sync/till.py] [--cache FILE]

A change that no test notices is a survivor: a rule that nothing holds to. Survivors are printed
with their line; the run ends with 1 if there are any. Which tests run a function is written
down first, by running them all once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutate import Mutation, mutations

ROOT = Path(__file__).resolve().parents[2]
# What sends, and decides what is sent: beside the pure modules, which pyproject.toml names.
HEART = (
    "sync/dispatch.py", "sync/settle.py", "sync/outbox.py", "sync/lookup.py",
    "sync/lookup_money.py", "sync/lookup_changes.py", "xero/budget.py", "xero/tokens.py",
)  # fmt: skip
COVERING = (
    "tests/unit", "tests/golden", "tests/stores", "tests/xero",
    "tests/sync/test_numbers_and_payments.py", "tests/sync/test_lost_answers.py",
    "tests/sync/test_lost_credits.py", "tests/sync/test_refusals.py", "tests/sync/test_limits.py",
    "tests/sync/test_two_workers.py", "tests/sync/test_money_of_edits.py",
    "tests/sync/test_gathering.py",
    "tests/sync/test_refunds_and_cancellations.py", "tests/sync/test_own_changes.py",
)  # fmt: skip
PYTEST = (
    sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.mutants.plugin", "-p", "no:randomly",
    "-m", "not process and not e2e", "--no-header",
)  # fmt: skip
# Beyond so many tests of one function, half are those that run the least besides it, and half of
# every breadth: only the broad ones come to what is seldom.
MOST_TESTS = 100


@dataclass(frozen=True, slots=True)
class Mutant:
    path: str
    mutation: Mutation
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}:{self.mutation.line}: {self.mutation.what}"


def pure_modules() -> list[str]:
    """Those whose purity import-linter keeps."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    pure = next(one for one in contracts if one["name"] == "The pure modules know no framework")
    names = sorted(set(pure["source_modules"]))
    paths = [f"{name.replace('.', '/')}.py" for name in names]
    return [path for path in paths if (ROOT / path).exists()]


def recorded(cache: Path) -> dict[str, list[str]]:
    """Which tests run which function: `path:name` to the tests."""
    if not cache.exists():
        print("Writing down which test runs what …", flush=True)
        environment = os.environ | {"MUTANTS_RECORD": str(cache)}
        command = [*PYTEST, *COVERING]
        command.remove("-x")
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            cache.unlink(missing_ok=True)
            sys.exit(f"The tests fail without any change:\n{done.stdout[-3000:]}")
    found: dict[str, list[str]] = json.loads(cache.read_text(encoding="utf-8"))
    return found


def survives(mutant: Mutant, deadline: float) -> bool | None:
    """Whether every test passes all the same; None where there was no time to tell."""
    left = deadline - time.monotonic()
    if left <= 0:
        return None
    with tempfile.TemporaryDirectory(prefix="mutant-") as place:
        environment = os.environ | {
            "MUTANT": f"{mutant.path}:{mutant.mutation.number}", "DATA_DIR": place,
        }  # fmt: skip
        try:
            done = subprocess.run(
                [*PYTEST, *mutant.tests], cwd=ROOT, env=environment, capture_output=True,
                timeout=min(left, 300),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None if time.monotonic() > deadline else False
    if b"ERROR: not found:" in done.stdout + done.stderr:
        sys.exit(f"The tests of {mutant} are others by now: delete the cache.")
    return done.returncode == 0


def chosen(paths: list[str], tests: dict[str, list[str]], seed: int) -> list[Mutant]:
    """Every change of these modules, in an order that the seed decides."""
    found = []
    breadth = Counter(test for some in tests.values() for test in some)
    for path in paths:
        for mutation in mutations((ROOT / path).read_text(encoding="utf-8")):
            covering = tests.get(f"{path}:{mutation.function}", [])
            # Tests that need no database come first: they are quicker, and mostly enough.
            ordered = sorted(
                covering, key=lambda test: (not test.startswith("tests/unit"), breadth[test], test)
            )
            found.append(Mutant(path, mutation, tuple(_some(ordered))))
    random.Random(seed).shuffle(found)
    return found


def _some(tests: list[str]) -> list[str]:
    """At most MOST_TESTS of them, of the first ones more than of the others."""
    half = MOST_TESTS // 2
    if len(tests) <= MOST_TESTS:
        return tests
    rest = tests[half:]
    return tests[:half] + [rest[place * len(rest) // half] for place in range(half)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], metavar="PATH")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "covering.json")
    options = parser.parse_args()
    deadline = time.monotonic() + options.minutes * 60
    options.cache.parent.mkdir(exist_ok=True)
    mutants = chosen(
        options.only or [*pure_modules(), *HEART], recorded(options.cache), options.seed
    )
    alive, killed, unknown = [], 0, 0
    with ThreadPoolExecutor(options.jobs) as pool:
        covered = [one for one in mutants if one.tests]
        for mutant, lives in zip(
            covered, pool.map(lambda one: survives(one, deadline), covered), strict=True
        ):
            if lives:
                alive.append(mutant)
                print(f"survives  {mutant}", flush=True)
            killed += lives is False
            unknown += lives is None
    bare = sum(not one.tests for one in mutants)
    print(
        f"{len(mutants)} changes; {killed} noticed, {len(alive)} not, {bare} that none of these "
        f"tests runs, {unknown} not tried in {options.minutes:g} minutes."
    )
    return 1 if alive else 0


if __name__ == "__main__":
    raise SystemExit(main())
