"""pytest's side of a mutation run: writes down which test runs which function, or runs a mutant.

`MUTANTS_RECORD=FILE` records the tests that pass; `MUTANT=path:number` changes that module before
it is imported.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Generator, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest
from hypothesis import Phase, settings

from tests.mutants.mutate import mutated

ROOT = Path.cwd()
# The examples of every run; a failing one is enough, the smallest is not asked for.
settings.register_profile(
    "mutants", derandomize=True, deadline=None, phases=(Phase.explicit, Phase.generate)
)


class _Mutant(Loader):
    def __init__(self, path: Path, number: int) -> None:
        self._path, self._number = path, number

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compiled(self._path, self._number), module.__dict__)


def compiled(path: Path, number: int) -> CodeType:
    tree = mutated(path.read_text(encoding="utf-8"), number)
    code: CodeType = compile(tree, str(path), "exec", dont_inherit=True)
    return code


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


class Called:
    """Which functions of the project run from its start to its stop, as `path:name`."""

    def __init__(self) -> None:
        self._codes: dict[int, CodeType] = {}

    def start(self) -> None:
        sys.settrace(self._trace)
        threading.settrace(self._trace)

    def stop(self) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]

    def _trace(self, frame: FrameType, event: str, arg: Any) -> None:
        self._codes[id(frame.f_code)] = frame.f_code

    def places(self) -> set[str]:
        ours = [code for code in list(self._codes.values()) if is_ours(code)]
        return {f"{Path(one.co_filename).relative_to(ROOT)}:{one.co_qualname}" for one in ours}


def is_ours(function: object) -> bool:
    """Whether a function, or a code object, is from a file of the project."""
    name = getattr(getattr(function, "__code__", function), "co_filename", "")
    return name.startswith(f"{ROOT}/") and "/.venv/" not in name


class Recorder:
    """Writes down the places and the seconds of each test that passes."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._places: dict[str, list[str]] = {}
        self._seconds: dict[str, float] = {}
        self._failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        called, began = Called(), time.process_time()
        called.start()
        try:
            return (yield)
        finally:
            called.stop()
            self._seconds[item.nodeid] = round(time.process_time() - began, 3)
            self._places[item.nodeid] = sorted(called.places())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)  # it would notice every change, and tell of none

    def pytest_sessionfinish(self) -> None:
        passed = self._places.keys() - self._failed
        found = {
            test: {"seconds": self._seconds[test], "places": self._places[test]}
            for test in sorted(passed)
        }
        self._target.write_text(json.dumps(found), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    if target := os.environ.get("MUTANTS_RECORD"):
        config.pluginmanager.register(Recorder(Path(target)))
