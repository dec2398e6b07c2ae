"""pytest's side of a mutation run: writes down which test runs which function, or runs a mutant.

`MUTANTS_RECORD=FILE` records the tests that pass; `MUTANT=path:number` changes that module before
it is imported.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Generator, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from tests.mutants.mutate import mutated

ROOT = Path(__file__).resolve().parents[2]
_seen: dict[str, set[str]] = defaultdict(set)
_failed: set[str] = set()
_test = ""


class _Mutant(Loader):
    def __init__(self, path: Path, number: int) -> None:
        self._path, self._number = path, number

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        tree = mutated(self._path.read_text(encoding="utf-8"), self._number)
        exec(compile(tree, str(self._path), "exec"), module.__dict__)


class _Finder:
    """Finds the one module that is changed."""

    def __init__(self, mutant: str) -> None:
        name, _, number = mutant.rpartition(":")
        self._path, self._number = ROOT / name, int(number)
        self._module = name.removesuffix(".py").replace("/", ".")

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != self._module:
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None
        spec.loader = _Mutant(self._path, self._number)
        return spec


if mutant := os.environ.get("MUTANT"):
    sys.meta_path.insert(0, _Finder(mutant))  # type: ignore[arg-type]


def _profile(frame: FrameType, event: str, arg: Any) -> None:
    if event == "call":
        code = frame.f_code
        if code.co_filename.startswith(str(ROOT)) and ".venv" not in code.co_filename:
            place = f"{Path(code.co_filename).relative_to(ROOT)}:{code.co_qualname}"
            _seen[place].add(_test)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    global _test
    if not os.environ.get("MUTANTS_RECORD"):
        return (yield)
    _test = item.nodeid
    sys.setprofile(_profile)
    threading.setprofile(_profile)
    try:
        return (yield)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _failed.add(report.nodeid)  # it would notice every change, and tell of none


def pytest_sessionfinish() -> None:
    if target := os.environ.get("MUTANTS_RECORD"):
        found = {place: sorted(tests - _failed) for place, tests in sorted(_seen.items())}
        Path(target).write_text(json.dumps(found), encoding="utf-8")
