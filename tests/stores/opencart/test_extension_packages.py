"""The packages that OpenCart's installer takes are the same each time, and hold what it lets in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from stores.adapters.opencart.extension import build
from stores.php import packing

ROOT = Path(__file__).resolve().parents[3]
EXTENSION = ROOT / "stores/adapters/opencart/extension"
SHARED = ROOT / "stores/php"
BUILDER = "stores.adapters.opencart.extension.build"

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


def packages(directory: Path) -> dict[str, Path]:
    build.main(directory)
    return {path.parent.name: path for path in directory.glob("*/*.ocmod.zip")}


def test_both_versions_have_a_package(tmp_path: Path) -> None:
    built = packages(tmp_path)

    assert set(built) == {"opencart-3", "opencart-4"}
    assert {path.name for path in built.values()} == {"xero_connector.ocmod.zip"}


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    elsewhere = tmp_path / "checkout"
    for folder in (EXTENSION, SHARED):
        shutil.copytree(folder, elsewhere / folder.relative_to(ROOT))
    for path in elsewhere.rglob("*"):
        os.utime(path, (0, 0))
    here = packages(tmp_path / "here")

    subprocess.run(
        [sys.executable, "-m", BUILDER, str(tmp_path / "there")],
        cwd=elsewhere,
        check=True,
        capture_output=True,
        env={"SOURCE_DATE_EPOCH": str(_committed()), "PATH": os.environ["PATH"]},
    )

    for name, path in here.items():
        assert path.read_bytes() == (tmp_path / "there" / name / path.name).read_bytes()


def test_a_package_is_dated_by_its_last_commit(tmp_path: Path) -> None:
    package = packages(tmp_path)["opencart-3"]

    with zipfile.ZipFile(package) as archive:
        dates = {entry.date_time[:5] for entry in archive.infolist()}

    assert dates == {packing.date((EXTENSION, SHARED / "library"))[:5]}


def test_opencart_3_lets_in_every_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(packages(tmp_path)["opencart-3"]) as archive:
        names = archive.namelist()

    assert names
    refused = [
        name
        for name in names
        if not name.startswith(tuple(f"upload/{folder}" for folder in LET_IN))
    ]
    assert refused == []


def test_both_hold_the_same_library(tmp_path: Path) -> None:
    library = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for folder in (EXTENSION / "library", SHARED / "library")
        for path in folder.rglob("*.php")
    }
    built = packages(tmp_path)

    for name, folder in (
        ("opencart-3", "upload/system/library/xero_connector/"),
        ("opencart-4", "system/library/"),
    ):
        with zipfile.ZipFile(built[name]) as archive:
            assert {path: archive.read(folder + path) for path in library} == library


def test_opencart_4_is_told_the_version_that_the_library_states(tmp_path: Path) -> None:
    with zipfile.ZipFile(packages(tmp_path)["opencart-4"]) as archive:
        said = json.loads(archive.read("install.json"))

    assert said["version"] == packing.version(build.STATEMENT)
    assert re.fullmatch(r"\d+\.\d+\.\d+", said["version"])


def _committed() -> int:
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct", "--", str(EXTENSION), str(SHARED / "library")],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(told.stdout)
