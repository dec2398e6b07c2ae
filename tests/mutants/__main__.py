"""Would the tests notice? Changes the code in small ways, one at a time, and runs what covers it.

    python -m tests.mutants [--minutes 20] [--seed 1] [--only accounting/plan/receivables.py]
        [--cache FILE]

A change that no test notices is a survivor: a rule that nothing holds to. Survivors are printed
with their line; the run ends with 1 if there are any. Which tests run a function is written
down first, by running them all once, and again for each file of tests that changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import tomllib
from bisect import bisect
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.forked import PYTEST, Forks, Mutant
from tests.mutants.mutate import mutations
from tests.mutants.plugin import ROOT

# What sends, and decides what is sent: beside the pure modules, which pyproject.toml names.
HEART = (
    "sync/dispatch/send.py", "sync/dispatch/settle.py", "sync/dispatch/states.py",
    "sync/dispatch/refusals.py", "sync/dispatch/requests.py", "sync/dispatch/gather.py",
    "sync/dispatch/lookup/lookup.py", "sync/dispatch/lookup/money.py",
    "sync/dispatch/lookup/documents.py", "sync/dispatch/lookup/bank.py",
    "sync/dispatch/lookup/changes.py", "xero/api/budget.py", "xero/login/tokens.py",
)  # fmt: skip
COVERING = (
    "tests/accounting", "tests/accounts_mapping", "tests/connector/lib", "tests/golden",
    "tests/stores", "tests/xero", "tests/sync/backfill/test_forecast.py",
    "tests/sync/stock/test_stock_levels.py", "tests/sync/orders/test_numbers_and_payments.py",
    "tests/sync/dispatch/test_lost_answers.py", "tests/sync/dispatch/test_lost_credits.py",
    "tests/sync/dispatch/test_refusals.py", "tests/sync/dispatch/test_limits.py",
    "tests/sync/dispatch/test_two_workers.py", "tests/sync/orders/test_money_of_edits.py",
    "tests/sync/dispatch/test_gathering.py", "tests/sync/orders/test_refunds_and_cancellations.py",
    "tests/sync/dispatch/test_own_changes.py", "tests/sync/orders/test_restored.py",
    "tests/sync/orders/test_receipts_on_their_way.py", "tests/sync/orders/test_rebuilding.py",
)  # fmt: skip
# Of the tests of one function, those of half the time are the first ones, and of the other half of
# every breadth: only the broad ones come to what is seldom.
MOST_SECONDS = 40
# A test is given so many times its usual time, and some seconds, before it is one that never ends.
SLOWER = 10
# A test that passes: its seconds, and its places, which are the functions that it runs.
Recorded = dict[str, dict[str, Any]]


def pure_modules() -> list[str]:
    """Those whose purity import-linter keeps."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    pure = next(one for one in contracts if one["name"].startswith("The accounting core is pure"))
    paths: set[Path] = set()
    for name in pure["source_modules"]:
        place = name.replace(".", "/")
        paths |= {*ROOT.glob(f"{place}.py"), *ROOT.glob(f"{place}/**/*.py")}
    return sorted(str(path.relative_to(ROOT)) for path in paths if path.name != "__init__.py")


def recorded(cache: Path, covering: list[str], jobs: int = 1) -> Recorded:
    """Which test runs which functions, from the cache where its file is as it was."""
    files = {file: hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in _files(covering)}
    known = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    changed = [file for file in files if known.get(file, {}).get("hash") != files[file]]
    if changed:
        print(f"Writing down what the tests of {len(changed)} files run …", flush=True)
        with ThreadPoolExecutor(jobs) as pool:
            parts = [changed[first::jobs] for first in range(jobs)]
            places = [cache.with_suffix(f".{part}") for part in range(jobs)]
            tests = {test: of for part in pool.map(_record, parts, places) for test, of in part}
        for file in changed:
            own = {test: tests[test] for test in tests if test.startswith(f"{file}::")}
            known[file] = {"hash": files[file], "tests": own}
        cache.write_text(json.dumps(known), encoding="utf-8")
    return {test: of for file in files for test, of in known[file]["tests"].items()}


def _files(covering: list[str]) -> list[str]:
    found = []
    for place in map(Path, covering):
        found += [place] if place.is_file() else sorted(place.rglob("test_*.py"))
    return [str(path) for path in found]


def _record(files: list[str], target: Path) -> list[tuple[str, dict[str, Any]]]:
    if not files:
        return []
    environment = os.environ | {"MUTANTS_RECORD": str(target)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PYTEST, *files], cwd=ROOT, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode > pytest.ExitCode.TESTS_FAILED:
        sys.exit(f"The tests cannot be run:\n{done.stdout[-3000:]}")
    for line in done.stdout.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            print(f"fails without any change, left out: {line.split()[1]}", flush=True)
    found: Recorded = json.loads(target.read_text(encoding="utf-8"))
    target.unlink()
    return list(found.items())


def chosen(paths: list[str], known: Recorded, seed: int) -> list[Mutant]:
    """Every change of these modules, in an order that the seed decides."""
    covering: dict[str, list[str]] = defaultdict(list)
    breadth = Counter({test: len(of["places"]) for test, of in known.items()})
    for test, of in known.items():
        for place in of["places"]:
            covering[place].append(test)
    found = []
    for path in paths:
        for mutation in mutations((ROOT / path).read_text(encoding="utf-8")):
            # Quick and narrow tests come first: they are mostly enough.
            ordered = sorted(
                covering[f"{path}:{mutation.function}"],
                key=lambda test: (known[test]["seconds"] * breadth[test], test),
            )
            found.append(Mutant(path, mutation, tuple(_some(ordered, known))))
    random.Random(seed).shuffle(found)
    return found


def _some(tests: list[str], known: Recorded) -> list[str]:
    """As many as take MOST_SECONDS."""
    half = MOST_SECONDS / 2
    spent = list(accumulate(known[test]["seconds"] for test in tests))
    first = bisect(spent, half)
    every = 1 if first == len(tests) else ceil((spent[-1] - half) / half)
    return tests[:first] + tests[first :: max(every, 1)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], metavar="PATH")
    parser.add_argument("--tests", action="append", default=[], metavar="PATH")
    parser.add_argument("--grace", type=float, default=15, metavar="SECONDS")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "covering.json")
    return parser.parse_args()


def main() -> int:
    options = _options()
    options.cache.parent.mkdir(exist_ok=True)
    for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
        os.environ.pop(name, None)  # each fork has its copy of an SQLite database
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    covering = options.tests or [*COVERING]
    known = recorded(options.cache, covering, options.jobs)
    mutants = chosen(options.only or [*pure_modules(), *HEART], known, options.seed)
    covered = [one for one in mutants if one.tests]
    limits = {test: of["seconds"] * SLOWER + options.grace for test, of in known.items()}
    forks = Forks(covered, limits, options.minutes, options.jobs)
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        os.environ["DATA_DIR"] = place
        if ended := pytest.main([*PYTEST, "-s", *covering], plugins=[forks]):
            sys.exit(f"pytest ended with {ended!r}")
    counted = Counter(lives for _, lives in forks.verdicts)
    print(
        f"{len(mutants)} changes; {counted[False]} noticed, {counted[True]} not, "
        f"{len(mutants) - len(covered)} that none of these tests runs, {counted[None]} not tried "
        f"in {options.minutes:g} minutes."
    )
    return 1 if counted[True] else 0


if __name__ == "__main__":
    raise SystemExit(main())
