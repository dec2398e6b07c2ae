"""The categories of the catalogue, as a list and as a tree."""

from __future__ import annotations

from typing import Any


def categories() -> list[dict[str, Any]]:
    """The catalogue's categories: kitchen things, with mugs among them; services."""
    rows = (
        (1, 0, 0, "Root Catalog"), (2, 1, 1, "Default Category"), (3, 2, 2, "Kitchen"),
        (4, 3, 3, "Mugs & Cups"), (5, 2, 2, "Services"), (6, 5, 3, "Courses"),
    )  # fmt: skip
    return [
        {"id": key, "parent_id": parent, "name": name, "is_active": True, "position": 1,
         "level": level}
        for key, parent, level, name in rows
    ]  # fmt: skip


def tree(rows: list[dict[str, Any]], root: str) -> dict[str, Any]:
    """One category with all below it. KeyError for an unknown id."""
    by_id = {row["id"]: row | {"product_count": 0, "children_data": []} for row in rows}
    for row in by_id.values():
        if row["parent_id"] in by_id:
            by_id[row["parent_id"]]["children_data"].append(row)
    return by_id[int(root)]
