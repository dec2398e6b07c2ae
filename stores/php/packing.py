"""Packs what runs in a shop into the zip that the shop's installer takes: `make addons`.

A package is made of what its platform has and of `library/`, which all platforms share. The same
commit gives the same bytes: files are stored in the order of their names, uncompressed, all with
the date of the last commit that changed one of their folders. A later version has a later date:
PHP's cache of compiled files goes by it.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent / "library"
SHIPPED = {".php", ".twig", ".tpl", ".js", ".css", ".json", ".xml", ".po"}
VERSION = re.compile(r"const EXTENSION = '([0-9.]+)'")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a package is called, and where in it the files of each folder go. `filled`: the names
    of files in which `{version}` stands for the version."""

    package: str
    folders: tuple[tuple[Path, str], ...]
    filled: frozenset[str] = field(default=frozenset())


def version(statement: Path) -> str:
    """The version that a platform's `Version.php` states."""
    found = VERSION.search(statement.read_text())
    if found is None:
        raise SystemExit(f"{statement.name} does not say which version this is.")
    return found[1]


def date(folders: tuple[Path, ...]) -> tuple[int, int, int, int, int, int]:
    """When something in these folders was last committed, in UTC; SOURCE_DATE_EPOCH where there
    is no git."""
    told = os.environ.get("SOURCE_DATE_EPOCH") or _committed(folders)
    if not told.strip():
        raise SystemExit("This is no checkout of git: say the date by SOURCE_DATE_EPOCH.")
    moment = time.gmtime(int(told))
    return (moment[0], moment[1], moment[2], moment[3], moment[4], moment[5])


def files_of(layout: Layout, stated: str) -> dict[str, bytes]:
    """The content of each file by its path in the package, sorted."""
    files: dict[str, bytes] = {}
    for source, prefix in layout.folders:
        for path in sorted(source.rglob("*")):
            if path.suffix in SHIPPED:
                content = path.read_bytes()
                if path.name in layout.filled:
                    content = content.replace(b"{version}", stated.encode())
                name = prefix + path.relative_to(source).as_posix()
                if name in files:
                    raise SystemExit(f"Two files of {layout.package} would be {name}.")
                files[name] = content
    return dict(sorted(files.items()))


def build(layout: Layout, stated: str, directory: Path) -> Path:
    """Writes one package below the directory, and says where."""
    package = directory / layout.package
    package.parent.mkdir(parents=True, exist_ok=True)
    when = date(tuple(folder for folder, _ in layout.folders))
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        for path, content in files_of(layout, stated).items():
            entry = zipfile.ZipInfo(path, when)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return package


def _committed(folders: tuple[Path, ...]) -> str:
    return subprocess.run(  # noqa: S603
        ["git", "log", "-1", "--format=%ct", "--", *map(str, folders)],  # noqa: S607
        cwd=folders[0],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
