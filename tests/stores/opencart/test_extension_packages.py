"""The packages that OpenCart's installer takes are the same each time, and hold what it lets in."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
EXTENSION = ROOT / "stores/adapters/opencart/extension"

# OpenCart 3 writes nowhere else, and refuses a package that holds more.
LET_IN = (
    "admin/controller/extension/",
    "admin/language/",
    "admin/model/extension/",
    "admin/view/image/",
    "admin/view/javascript/",
    "admin/view/stylesheet/",
    "admin/view/template/extension/",
    "catalog/controller/extension/",
    "catalog/language/",
    "catalog/model/extension/",
    "catalog/view/javascript/",
    "catalog/view/theme/",
    "system/config/",
    "system/library/",
    "image/catalog/",
)


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_extensions", EXTENSION / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def packages(builder: ModuleType, directory: Path) -> dict[str, Path]:
    builder.main(directory)
    return {path.parent.name: path for path in directory.glob("*/*.ocmod.zip")}


def test_both_versions_have_a_package(builder: ModuleType, tmp_path: Path) -> None:
    built = packages(builder, tmp_path)

    assert set(built) == {"opencart-3", "opencart-4"}
    assert {path.name for path in built.values()} == {"xero_connector.ocmod.zip"}


def test_the_same_sources_give_the_same_bytes(builder: ModuleType, tmp_path: Path) -> None:
    elsewhere = tmp_path / "checkout" / "extension"
    shutil.copytree(EXTENSION, elsewhere)
    for path in elsewhere.rglob("*"):
        os.utime(path, (0, 0))
    here = packages(builder, tmp_path / "here")

    subprocess.run(
        [sys.executable, str(elsewhere / "build.py"), str(tmp_path / "there")],
        check=True,
        capture_output=True,
        env={"SOURCE_DATE_EPOCH": str(_committed()), "PATH": os.environ["PATH"]},
    )

    for name, path in here.items():
        assert path.read_bytes() == (tmp_path / "there" / name / path.name).read_bytes()


def test_a_package_is_dated_by_its_last_commit(builder: ModuleType, tmp_path: Path) -> None:
    package = packages(builder, tmp_path)["opencart-3"]

    with zipfile.ZipFile(package) as archive:
        dates = {entry.date_time[:5] for entry in archive.infolist()}

    assert dates == {builder.date()[:5]}


def test_opencart_3_lets_in_every_file(builder: ModuleType, tmp_path: Path) -> None:
    with zipfile.ZipFile(packages(builder, tmp_path)["opencart-3"]) as archive:
        names = archive.namelist()

    assert names
    refused = [
        name
        for name in names
        if not name.startswith(tuple(f"upload/{folder}" for folder in LET_IN))
    ]
    assert refused == []


def test_both_hold_the_same_library(builder: ModuleType, tmp_path: Path) -> None:
    library = {
        path.relative_to(EXTENSION / "library").as_posix(): path.read_bytes()
        for path in (EXTENSION / "library").rglob("*.php")
    }
    built = packages(builder, tmp_path)

    for name, folder in (
        ("opencart-3", "upload/system/library/xero_connector/"),
        ("opencart-4", "system/library/"),
    ):
        with zipfile.ZipFile(built[name]) as archive:
            assert {path: archive.read(folder + path) for path in library} == library


def test_opencart_4_is_told_the_version_that_the_library_states(
    builder: ModuleType, tmp_path: Path
) -> None:
    with zipfile.ZipFile(packages(builder, tmp_path)["opencart-4"]) as archive:
        said = json.loads(archive.read("install.json"))

    assert said["version"] == builder.version()
    assert re.fullmatch(r"\d+\.\d+\.\d+", builder.version())


def _committed() -> int:
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct", "--", "."],
        cwd=EXTENSION,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(told.stdout)
