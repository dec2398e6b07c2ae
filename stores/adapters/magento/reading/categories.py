"""The names of a Magento shop's categories. Products say only their ids.

`/V1/categories/list` gives all of them, page by page; where a shop lacks it (it came with 2.2),
the tree of `/V1/categories` does. Names are those of all store views, not of one language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector.lib.errors import Misconfigured
from stores.adapters.magento import errors
from stores.adapters.magento.client import Filter, Json, MagentoClient
from stores.canonical.product import Category

_FIELDS = "items[id,parent_id,name,level],total_count"
# Above all categories of all stores; it is shown nowhere.
_TOP = "1"


def read_categories(client: MagentoClient) -> list[Category]:
    """All categories. Raises the shop's errors; `missing_right` where they may not be read."""
    try:
        rows = list(_listed(client))
    except Misconfigured as error:
        if error.code != "wrong_address":
            raise
        tree = client.get("categories", [("rootCategoryId", _TOP)])
        rows = list(_flat(client, [tree]))
    return [
        Category(str(row["id"]), str(row["name"]), _parent(row))
        for row in rows
        if row.get("name") and str(row.get("id")) != _TOP
    ]


def _listed(client: MagentoClient) -> Iterator[Json]:
    last, more = 0, True
    sort = (("entity_id", "ASC"),)
    while more:
        beyond = [(Filter("entity_id", "gt", str(last)),)]
        found = client.search("categories/list", beyond, sort=sort, fields=_FIELDS)
        ids = [int(str(row.get("id"))) for row in found.items if str(row.get("id")).isdecimal()]
        yield from found.items
        more = found.has_more
        if more and max(ids, default=0) <= last:
            raise errors.unexpected(client.shop, "gives the same page of categories again")
        last = max(ids, default=last)


def _flat(client: MagentoClient, rows: Sequence[object]) -> Iterator[Json]:
    """The rows of a tree, each before its children, however deep they lie."""
    waiting = list(rows)
    while waiting:
        row = waiting.pop()
        children = row.get("children_data") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(children, list | None):
            raise errors.unexpected(client.shop, "answers categories with something that is none")
        yield row
        waiting += children or []


def _parent(row: Json) -> str:
    parent = str(row.get("parent_id") or "")
    return "" if parent in ("0", _TOP) else parent
