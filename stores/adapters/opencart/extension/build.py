"""Builds the packages that OpenCart's installer takes: `make addons`.

One package for each version, made of that version's folder, the library that both share, and,
for 3, what its admin's pages load in a browser. The same commit gives the same bytes: files are
stored in the order of their names, uncompressed, all with the date of the last commit that
changed something here. A later version has a later date: PHP's cache of compiled files goes by it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHIPPED = {".php", ".twig", ".js", ".css", ".json"}
VERSION = re.compile(r"const EXTENSION = '([0-9.]+)'")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a package the files of each folder go, and what the package is called."""

    package: str
    folders: tuple[tuple[str, str], ...]


# OpenCart 4 names an extension after its package; 3 does not care.
LAYOUTS = (
    Layout(
        "opencart-3/xero_connector.ocmod.zip",
        (
            ("3", "upload/"),
            ("library", "upload/system/library/xero_connector/"),
            ("assets", "upload/admin/view/javascript/xero_connector/"),
        ),
    ),
    Layout(
        "opencart-4/xero_connector.ocmod.zip",
        (
            ("4", ""),
            ("library", "system/library/"),
        ),
    ),
)


def version() -> str:
    """The version of the extension, which the library states."""
    found = VERSION.search((HERE / "library" / "Version.php").read_text())
    if found is None:
        raise SystemExit("library/Version.php does not say which version this is.")
    return found[1]


def date() -> tuple[int, int, int, int, int, int]:
    """When something here was last committed, in UTC; SOURCE_DATE_EPOCH where there is no git."""
    told = (
        os.environ.get("SOURCE_DATE_EPOCH")
        or subprocess.run(
            ["git", "log", "-1", "--format=%ct", "--", "."],  # noqa: S607
            cwd=HERE,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    )
    if not told.strip():
        raise SystemExit("This is no checkout of git: say the date by SOURCE_DATE_EPOCH.")
    moment = time.gmtime(int(told))
    return (moment[0], moment[1], moment[2], moment[3], moment[4], moment[5])


def files_of(layout: Layout) -> dict[str, bytes]:
    """The content of each file by its path in the package, sorted."""
    files: dict[str, bytes] = {}
    for folder, prefix in layout.folders:
        source = HERE / folder
        for path in sorted(source.rglob("*")):
            if path.suffix in SHIPPED:
                content = path.read_bytes()
                if path.name == "install.json":
                    content = content.replace(b"{version}", version().encode())
                files[prefix + path.relative_to(source).as_posix()] = content
    return dict(sorted(files.items()))


def build(layout: Layout, directory: Path) -> Path:
    """Writes one package below the directory, and says where."""
    package = directory / layout.package
    package.parent.mkdir(parents=True, exist_ok=True)
    when = date()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        for path, content in files_of(layout).items():
            entry = zipfile.ZipInfo(path, when)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return package


def main(directory: Path) -> None:
    """Writes the packages of all versions that have a folder."""
    for layout in LAYOUTS:
        if (HERE / layout.folders[0][0]).is_dir():
            sys.stdout.write(f"{build(layout, directory)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
