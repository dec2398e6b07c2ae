"""The package that CS-Cart's installer takes is the same each time, and holds all of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from stores.adapters.cscart.addon import build
from stores.php import packing

ROOT = Path(__file__).resolve().parents[3]
ADDON, SHARED = ROOT / "stores/adapters/cscart/addon", ROOT / "stores/php"
INSIDE = "app/addons/xero_connector/"


def package(directory: Path) -> Path:
    build.main(directory)
    return directory / "cscart" / "xero_connector.zip"


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    elsewhere = tmp_path / "checkout"
    for folder in (ADDON, SHARED):
        shutil.copytree(folder, elsewhere / folder.relative_to(ROOT))
    for path in elsewhere.rglob("*"):
        os.utime(path, (0, 0))
    here = package(tmp_path / "here")
    with zipfile.ZipFile(here) as archive:
        when = packing.date((ADDON / "shop", ADDON / "library", SHARED / "library"))
        assert {entry.date_time[:5] for entry in archive.infolist()} == {when[:5]}
        seconds = subprocess.run(
            ["git", "log", "-1", "--format=%ct", "--", str(ADDON / "shop"),
             str(ADDON / "library"), str(SHARED / "library")],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    subprocess.run(
        [sys.executable, "-m", "stores.adapters.cscart.addon.build", str(tmp_path / "there")],
        check=True,
        capture_output=True,
        cwd=elsewhere,
        env={"SOURCE_DATE_EPOCH": seconds.strip(), "PATH": os.environ["PATH"]},
    )

    assert here.read_bytes() == (tmp_path / "there/cscart/xero_connector.zip").read_bytes()


def test_both_libraries_are_in_one_folder_and_the_schema_has_the_version(tmp_path: Path) -> None:
    with zipfile.ZipFile(package(tmp_path)) as archive:
        names = set(archive.namelist())
        schema = ElementTree.fromstring(archive.read(f"{INSIDE}addon.xml"))
        for folder in (ADDON / "library", SHARED / "library"):
            for path in folder.rglob("*.php"):
                name = f"{INSIDE}library/{path.relative_to(folder).as_posix()}"
                assert archive.read(name) == path.read_bytes()

    assert schema.findtext("version") == packing.version(build.STATEMENT)
    assert {f"{INSIDE}init.php", f"{INSIDE}func.php", f"{INSIDE}library/autoload.php"} <= names
    assert {name.split("/")[0] for name in names} == {"app", "design", "var"}
