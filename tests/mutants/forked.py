"""Tries mutants in forks of a process that has imported and collected the tests once.

A fork gets the changed code in the functions that hold the old one, runs its tests through
pytest's own protocol until one fails, and ends. What is not that simple, such as a function that
runs while modules are imported, is tried in a process of its own.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, FunctionType
from typing import NoReturn

import pytest

from tests.mutants.mutate import Mutation
from tests.mutants.plugin import ROOT, Called, compiled, is_ours

PYTEST = (
    "-qq", "--disable-warnings", "-p", "tests.mutants.plugin", "-m", "not process and not e2e",
)  # fmt: skip
# On a busy machine a test waits so many times as long as it computes.
_WAITS = 10
_PASSED, _FAILED, _NOT_SWAPPED, _BROKEN = 0, 1, 2, 3
_ENDED = (-signal.SIGPROF, -signal.SIGALRM)


@dataclass(frozen=True, slots=True)
class Mutant:
    path: str
    mutation: Mutation
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}:{self.mutation.line}: {self.mutation.what}"


class Forks:
    """A plugin of pytest: where the tests would be run, the mutants are tried.

    `verdicts` are each mutant with whether it survives; None where there was no time to tell.
    """

    def __init__(
        self, mutants: Sequence[Mutant], limits: dict[str, float], minutes: float, jobs: int
    ) -> None:
        self.verdicts: list[tuple[Mutant, bool | None]] = []
        # How many seconds a test may compute before it is one that never ends.
        self._limits = limits
        self._mutants, self._minutes, self._jobs = mutants, minutes, jobs
        # Fail without any change; pass without one, in a fork.
        self._useless: set[str] = set()
        self._sound: set[str] = set()
        self._failed: str = ""
        self._imports = Called()
        self._imports.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        self._imports.stop()
        if session.testsfailed:
            return None  # pytest says what could not be imported
        self._items = {item.nodeid: item for item in session.items}
        self._warm_up(session.items)
        self._functions = _functions()
        gc.collect()
        gc.freeze()
        print(f"\nTrying {len(self._mutants)} changes …", flush=True)
        self._deadline = time.monotonic() + self._minutes * 60
        assert threading.active_count() == 1, "threads do not live on in a fork"
        forking = get_context("fork")
        with ProcessPoolExecutor(self._jobs, forking, _inherit, (self,)) as pool:
            for mutant, lives in zip(
                self._mutants, pool.map(_survives, self._mutants), strict=True
            ):
                self.verdicts.append((mutant, lives))
                if lives:
                    print(f"survives  {mutant}", flush=True)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed = report.nodeid

    def _warm_up(self, items: list[pytest.Item]) -> None:
        """What lasts as long as the session, the test database above all, is set up here."""
        with_database = [item for item in items if "db" in getattr(item, "fixturenames", ())]
        if not with_database:
            return
        one = min(with_database, key=lambda item: len(item.fixturenames))
        # Followed by the session: its own fixtures are kept, all others are torn down.
        one.config.hook.pytest_runtest_protocol(item=one, nextitem=one.session)
        if self._failed:
            raise pytest.UsageError(f"fails without any change: {self._failed}")
        from django.db import connections

        connections.close_all()
        for one in gc.get_objects():
            if type(one) is _lru_cache_wrapper and is_ours(one.__wrapped__):
                one.cache_clear()

    def survives(self, mutant: Mutant) -> bool | None:
        """Whether every test passes all the same; None where there was no time to tell."""
        while time.monotonic() < self._deadline:
            tests = [test for test in mutant.tests if test not in self._useless]
            status, said = self._in_fork(tests, mutant)
            if status == _NOT_SWAPPED:
                return in_process(mutant, self._deadline)
            if status == _PASSED:
                return True
            if status == _FAILED and said not in self._sound:
                if self._in_fork([said], None)[0] == _FAILED:
                    print(f"fails in a fork without any change, left out: {said}", flush=True)
                    self._useless.add(said)
                    continue
                self._sound.add(said)
            return None if time.monotonic() > self._deadline else False
        return None

    def _in_fork(self, tests: list[str], mutant: Mutant | None) -> tuple[int, str]:
        """How a fork ended (below 0: by that signal), and the test that failed."""
        with tempfile.TemporaryDirectory(prefix="mutant-") as place:
            pid = os.fork()
            if pid == 0:
                self._child(tests, mutant, Path(place))
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            said = Path(place, "said")
            text = said.read_text(encoding="utf-8") if said.exists() else ""
        if status not in (_PASSED, _FAILED, _NOT_SWAPPED, *_ENDED):
            raise RuntimeError(f"{mutant}: the fork ended with {status}.\n{text}")
        return status, text

    def _child(self, tests: list[str], mutant: Mutant | None, place: Path) -> NoReturn:
        status = _BROKEN
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            _own_data(place)
            if mutant and not self._swap(mutant):
                os._exit(_NOT_SWAPPED)
            status = _FAILED if self._fails(tests) else _PASSED
            (place / "said").write_text(self._failed, encoding="utf-8")
        except BaseException:  # noqa: BLE001 - the parent raises it
            (place / "said").write_text(traceback.format_exc(), encoding="utf-8")
        finally:
            os._exit(status)

    def _fails(self, tests: list[str]) -> bool:
        for test, following in zip(tests, [*tests[1:], None], strict=False):
            item = self._items[test]
            # The kernel ends what computes, or waits, for ever.
            left = max(self._deadline - time.monotonic(), 0.001)
            signal.setitimer(signal.ITIMER_PROF, self._limits[test])
            signal.setitimer(signal.ITIMER_REAL, min(left, self._limits[test] * _WAITS))
            item.config.hook.pytest_runtest_protocol(
                item=item, nextitem=self._items[following] if following else None
            )
            if self._failed:
                return True
        return False

    def _swap(self, mutant: Mutant) -> bool:
        """Put the changed code where the old one is; False if that does not change all."""
        if f"{mutant.path}:{mutant.mutation.function}" in self._imports.places():
            return False
        changed = compiled(ROOT / mutant.path, mutant.mutation.number)
        codes: dict[tuple[str, str, int], list[CodeType]] = defaultdict(list)
        for code in _nested(changed):
            codes[_key(code)].append(code)
        names = set()
        for key in codes.keys() & self._functions.keys():
            code = codes[key][0]
            for function in self._functions[key]:
                free = len(function.__code__.co_freevars)
                if len(codes[key]) > 1 or len(code.co_freevars) != free:
                    return False
                function.__code__ = code
                names.add(code.co_qualname)
        return mutant.mutation.function in names


def _inherit(forks: Forks) -> None:
    global _forks
    _forks = forks


def _survives(mutant: Mutant) -> bool | None:
    return _forks.survives(mutant)


def in_process(mutant: Mutant, deadline: float) -> bool | None:
    """The same in a process that imports the changed module."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as place:
        environment = os.environ | {
            "MUTANT": f"{mutant.path}:{mutant.mutation.number}", "DATA_DIR": place,
        }  # fmt: skip
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", *PYTEST, *mutant.tests], cwd=ROOT,
                env=environment, capture_output=True, timeout=min(deadline - time.monotonic(), 300),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None if time.monotonic() > deadline else False
    return done.returncode == 0


def _own_data(place: Path) -> None:
    """A DATA_DIR and a copy of the test database for this process."""
    if "django.db" not in sys.modules:
        return
    from django.conf import settings
    from django.db import connection

    os.environ["DATA_DIR"] = str(place)
    settings.DATA_DIR = place
    database = Path(connection.settings_dict["NAME"])
    connection.settings_dict["NAME"] = str(place / database.name)
    if database.exists():  # there is none where no test wants one
        shutil.copy(database, place)


def _functions() -> dict[tuple[str, str, int], list[FunctionType]]:
    """The functions of the project that exist by now, by where their code is from."""
    found = defaultdict(list)
    for one in gc.get_objects():
        if type(one) is FunctionType and is_ours(one):
            found[_key(one.__code__)].append(one)
    return found


def _key(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _nested(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _nested(inner)
