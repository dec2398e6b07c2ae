"""Reading changed records page by page while the shop goes on selling.

Page numbers are not used: an order that changes between two pages moves to the end and
shifts all others, and one would be skipped. Each page is the first page of the search
"changed after the last record that was read", in the order of (updated_at, id). A record
that changes meanwhile is met again further on; one that shares its second with a hundred
others is told from them by its id. Nothing is missed, and what is read twice is the same
record or a newer version of it. A change that is committed late, with an earlier time, is
what the cursor's overlap is for. By the time of placing it is the same with created_at,
which never changes: then no record moves, and none is read twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from stores.adapters.base import By, Cursor
from stores.adapters.magento import errors
from stores.adapters.magento.client import PAGE_SIZE, Filter, Json, MagentoClient
from stores.canonical import Page, Stream

_STAMP = "%Y-%m-%d %H:%M:%S"
_COLUMNS = {By.CHANGED: "updated_at", By.PLACED: "created_at"}
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A list of the API. `id_field` is the id's name in records; filters call it entity_id."""

    path: str
    id_field: str = "entity_id"
    only: tuple[Filter, ...] = ()


SOURCES = {
    Stream.ORDERS: Source("orders"),
    # State 2: refunded. An open or cancelled credit memo gave no money back.
    Stream.REFUNDS: Source("creditmemos", only=(Filter("state", "eq", "2"),)),
    Stream.CUSTOMERS: Source("customers/search", id_field="id"),
    Stream.PRODUCTS: Source("products", id_field="id"),
}


def pages(client: MagentoClient, source: Source, since: Cursor) -> Iterator[Page]:
    """Pages of raw records of the cursor's closed interval, the oldest first."""
    last = _key_of(since.after)
    total: int | None = None
    column = _COLUMNS[since.by]
    sort = ((column, "ASC"), ("entity_id", "ASC"))
    while True:
        window = _window(source, since, last)
        found = client.search(source.path, window, sort=sort, page_size=PAGE_SIZE)
        keys = [_key(client, source, row, column) for row in found.items]
        if keys != sorted(keys):
            raise errors.unexpected(client.shop, f"does not sort {source.path} as it was asked to")
        fresh = [
            row for row, key in zip(found.items, keys, strict=True) if last is None or key > last
        ]
        more = len(keys) >= PAGE_SIZE and (found.total is None or found.total > len(keys))
        if not fresh:
            if more:
                raise errors.unexpected(client.shop, f"gives the same page of {source.path} again")
            return
        total = found.total if total is None else total
        last = keys[-1]
        mark = f"{last[0]}|{last[1]}"
        yield Page(records=tuple(fresh), position=_moment(last[0]), total=total, mark=mark)
        if not more:
            return


def count(client: MagentoClient, source: Source, since: Cursor) -> int | None:
    """How many records the cursor's interval holds, by a page of one."""
    window = _window(source, since, _key_of(since.after))
    fields = f"items[{source.id_field}],total_count"
    return client.search(source.path, window, page_size=1, fields=fields).total


def with_companions(client: MagentoClient, orders: Sequence[Json]) -> list[Json]:
    """Orders with the documents that date and complete them: one query per kind and page.

    Invoices tell when money was captured and by which transaction, shipments when goods left,
    credit memos what was given back. Only orders that say they have one are asked for.
    """
    wanted = {
        "invoices": [_id(order) for order in orders if _some(order.get("total_paid"))],
        "shipments": [_id(order) for order in orders if _was_shipped(order)],
        "creditmemos": [_id(order) for order in orders if _some(order.get("total_refunded"))],
    }
    found = {name: _of_orders(client, name, ids) for name, ids in wanted.items()}
    return [
        {
            "order": order,
            **{name: found[name][_id(order)] for name in wanted if _id(order) in wanted[name]},
        }
        for order in orders
    ]


def with_orders(client: MagentoClient, memos: Sequence[Json]) -> list[Json]:
    """Credit memos with their orders, which know the tax rates."""
    ids = sorted({str(memo.get("order_id")) for memo in memos})
    orders = {_id(order): order for order in _all(client, "orders", "entity_id", ids)}
    return [{"creditmemo": memo, "order": orders.get(str(memo.get("order_id")))} for memo in memos]


def _window(source: Source, since: Cursor, last: Key | None) -> list[Sequence[Filter]]:
    """The filters of the next page: of the interval, and beyond the last record."""
    column = _COLUMNS[since.by]
    groups: list[Sequence[Filter]] = [(one,) for one in source.only]
    start = last[0] if last else since.start.astimezone(UTC).strftime(_STAMP) if since.start else ""
    if start:
        groups.append((Filter(column, "gteq", start),))
    if last:
        groups.append((Filter(column, "gt", last[0]), Filter("entity_id", "gt", str(last[1]))))
    if since.until:
        groups.append((Filter(column, "lteq", since.until.astimezone(UTC).strftime(_STAMP)),))
    return groups


def _of_orders(client: MagentoClient, name: str, ids: Sequence[str]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for document in _all(client, name, "order_id", ids):
        found[str(document.get("order_id"))].append(document)
    return found


def _all(client: MagentoClient, path: str, field: str, ids: Sequence[str]) -> Iterable[Json]:
    """Every record whose `field` is one of the ids, in the order of their own ids."""
    last = 0
    while ids:
        groups = [(Filter(field, "in", ",".join(ids)),)]
        if last:
            groups.append((Filter("entity_id", "gt", str(last)),))
        found = client.search(path, groups, sort=(("entity_id", "ASC"),))
        fresh = [row for row in found.items if _number(client, path, row, "entity_id") > last]
        yield from fresh
        more = len(found.items) >= PAGE_SIZE and (found.total or 0) > len(found.items)
        if not more or not fresh:
            return
        last = max(_number(client, path, row, "entity_id") for row in fresh)


def _key(client: MagentoClient, source: Source, row: Json, column: str) -> Key:
    moment = row.get(column)
    number = _number(client, source.path, row, source.id_field)
    return (moment if isinstance(moment, str) else ""), number


def _key_of(mark: str) -> Key | None:
    """The last record of the page that left the mark; None where there is no mark."""
    moment, _, number = mark.rpartition("|")
    return (moment, int(number)) if mark else None


def _number(client: MagentoClient, path: str, row: Json, field: str) -> int:
    value = str(row.get(field))
    if not value.isdecimal():
        raise errors.unexpected(client.shop, f"has a record without an id among its {path}")
    return int(value)


def _moment(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _id(order: Mapping[str, Any]) -> str:
    return str(order.get("entity_id"))


def _was_shipped(order: Mapping[str, Any]) -> bool:
    items = order.get("items")
    rows = items if isinstance(items, list) else []
    return any(_some(row.get("qty_shipped")) for row in rows if isinstance(row, dict))


def _some(value: object) -> bool:
    """Whether a number is not zero; what is no number counts as some, and is parsed later."""
    if value is None:
        return False
    try:
        return Decimal(str(value)) != 0
    except InvalidOperation:
        return True
