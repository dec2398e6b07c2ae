"""Builds the add-on that CS-Cart's manager of add-ons takes: `make addons`.

One package: the shop's own folders, and inside the add-on's the library that all packages for
shops share.
"""

from __future__ import annotations

import sys
from pathlib import Path

from stores.php.packing import LIBRARY, Layout, build, version

HERE = Path(__file__).resolve().parent
STATEMENT = HERE / "library" / "Version.php"
_LIBRARY = "app/addons/xero_connector/library/"
LAYOUT = Layout(
    "cscart/xero_connector.zip",
    ((HERE / "shop", ""), (HERE / "library", _LIBRARY), (LIBRARY, _LIBRARY)),
    frozenset({"addon.xml"}),
)


def main(directory: Path) -> None:
    """Writes the package."""
    sys.stdout.write(f"{build(LAYOUT, version(STATEMENT), directory)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
