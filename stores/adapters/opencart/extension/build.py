"""Builds the packages that OpenCart's installer takes: `make addons`.

One package for each version, made of that version's folder, the library that both share, and,
for 3, what its admin's pages load in a browser.
"""

from __future__ import annotations

import sys
from pathlib import Path

from stores.php.packing import LIBRARY, Layout, build, version

HERE = Path(__file__).resolve().parent
STATEMENT = HERE / "library" / "Version.php"

# OpenCart 4 names an extension after its package; 3 does not care.
LAYOUTS = (
    Layout(
        "opencart-3/xero_connector.ocmod.zip",
        (
            (HERE / "3", "upload/"),
            (HERE / "library", "upload/system/library/xero_connector/"),
            (LIBRARY, "upload/system/library/xero_connector/"),
            (HERE / "assets", "upload/admin/view/javascript/xero_connector/"),
        ),
    ),
    Layout(
        "opencart-4/xero_connector.ocmod.zip",
        (
            (HERE / "4", ""),
            (HERE / "library", "system/library/"),
            (LIBRARY, "system/library/"),
        ),
        frozenset({"install.json"}),
    ),
)


def main(directory: Path) -> None:
    """Writes the packages of both versions."""
    for layout in LAYOUTS:
        sys.stdout.write(f"{build(layout, version(STATEMENT), directory)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
