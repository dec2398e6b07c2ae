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

from connector.lib.days import in_utc
from stores.adapter import Interval
from stores.adapters.magento import errors
from stores.adapters.magento.client import PAGE_SIZE, Filter, Group, Json, MagentoClient
from stores.canonical.records import By, Page, Stream

# So many ids, or SKUs of up to 64 characters, in one search: its address stays below the
# 8 KB that servers take.
_IDS, _SKUS = 100, 20
_ID_DIGITS = 18
_COLUMNS = {By.CHANGED: "updated_at", By.PLACED: "created_at"}
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A list of the API. `id_field` is the id's name in records; filters call it entity_id.

    `fields` trims the answer, "" for all of it.
    """

    path: str
    id_field: str = "entity_id"
    only: tuple[Filter, ...] = ()
    fields: str = ""


SOURCES = {
    Stream.ORDERS: Source("orders"),
    # State 2: refunded. An open or cancelled credit memo gave no money back.
    Stream.REFUNDS: Source("creditmemos", only=(Filter("state", "eq", "2"),)),
    Stream.CUSTOMERS: Source("customers/search", id_field="id"),
    Stream.PRODUCTS: Source("products", id_field="id"),
}


@dataclass(frozen=True, slots=True)
class SearchStep:
    """One search: the rows beyond the last that was read with their keys, the key of its last
    row (None: there is none), whether there is more, and how many match in all (None: not
    told)."""

    rows: tuple[Json, ...]
    keys: tuple[Key, ...]
    last: Key | None
    more: bool
    total: int | None


def pages(client: MagentoClient, source: Source, since: Interval) -> Iterator[Page]:
    """Pages of raw records of the cursor's closed interval, the oldest first.

    A shop that gives more than it was asked for is handed on in pages of the usual size.
    """
    last = _key_of(since.after)
    total: int | None = None
    while True:
        found = step(client, source, since, last)
        total = found.total if total is None else total
        for start in range(0, len(found.rows), PAGE_SIZE):
            end = min(start + PAGE_SIZE, len(found.rows))
            rows, (at, number) = found.rows[start:end], found.keys[end - 1]
            told = [one for one, _ in found.keys[start:end] if one]
            position = moment(told[-1]) if told else None
            yield Page(rows, position=position, total=total, mark=f"{at}|{number}")
        last = found.last
        if not found.more:
            return


def step(client: MagentoClient, source: Source, since: Interval, last: Key | None) -> SearchStep:
    """The next search after the row with the key `last`, or the first one."""
    column = _COLUMNS[since.by]
    sort = ((column, "ASC"), ("entity_id", "ASC"))
    groups = _window(source, since, last)
    found = client.search(source.path, groups, sort=sort, page_size=PAGE_SIZE, fields=source.fields)
    keys = _keys(client, source, found.items, column)
    if keys != sorted(keys):
        raise errors.unexpected(client.shop, f"does not sort {source.path} as it was asked to")
    read = [(row, key) for row, key in zip(found.items, keys, strict=True) if _beyond(key, last)]
    more = found.has_more
    if more and not read:
        raise errors.unexpected(client.shop, f"gives the same page of {source.path} again")
    rows, fresh = tuple(row for row, _ in read), tuple(key for _, key in read)
    return SearchStep(rows, fresh, fresh[-1] if fresh else last, more, found.total)


def count(client: MagentoClient, source: Source, since: Interval) -> int | None:
    """How many records the cursor's interval holds, by a page of one."""
    window = _window(source, since, _key_of(since.after))
    fields = f"items[{source.id_field}],total_count"
    return client.search(source.path, window, page_size=1, fields=fields).total


def chosen(client: MagentoClient, stream: Stream, ids: Sequence[str]) -> list[Json]:
    """Records of a stream by their ids (products: SKUs), in as few searches as it takes.

    What the shop does not have is left out. A list of values is separated by commas, so a SKU
    that contains one is asked for alone.
    """
    source = SOURCES[stream]
    by_sku = stream is Stream.PRODUCTS
    field, size = ("sku", _SKUS) if by_sku else ("entity_id", _IDS)
    wanted = [one for one in ids if by_sku or is_id(one)]
    listed = [one for one in wanted if "," not in one]
    only = [(one,) for one in source.only]
    found: list[Json] = []
    for start in range(0, len(listed), size):
        chunk = listed[start : start + size]
        found += records_of(client, source.path, field, chunk, only, id_field=source.id_field)
    for sku in (one for one in wanted if "," in one):
        found += client.search(source.path, [(Filter("sku", "eq", sku),)]).items
    return found


def with_companions(client: MagentoClient, orders: Sequence[Json]) -> list[Json]:
    """Orders with the documents that date and complete them: one query per kind and page.

    Invoices tell their number, when money was captured and by which transaction, shipments when
    goods left, credit memos what was given back. Only orders that say they have one are asked for.
    """
    wanted = {
        "invoices": [_id(order) for order in orders if _was_invoiced(order)],
        "shipments": [_id(order) for order in orders if _was_shipped(order)],
        "creditmemos": [_id(order) for order in orders if _was_refunded(order)],
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
    ids = sorted({str(memo.get("order_id")) for memo in memos if is_id(str(memo.get("order_id")))})
    orders = {_id(order): order for order in records_of(client, "orders", "entity_id", ids)}
    return [{"creditmemo": memo, "order": orders.get(str(memo.get("order_id")))} for memo in memos]


def _window(source: Source, since: Interval, last: Key | None) -> list[Group]:
    """The filters of the next page: of the interval, and beyond the last record."""
    column = _COLUMNS[since.by]
    groups: list[Group] = [(one,) for one in source.only]
    start = last[0] if last else stamp(since.start) if since.start else ""
    if start:
        groups.append((Filter(column, "gteq", start),))
    if last:
        # Rows without a time come first.
        beyond = Filter(column, "gt", last[0] or "1970-01-01 00:00:00")
        groups.append((beyond, Filter("entity_id", "gt", str(last[1]))))
    if since.until:
        groups.append((Filter(column, "lteq", stamp(since.until)),))
    return groups


def _of_orders(client: MagentoClient, name: str, ids: Sequence[str]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for document in records_of(client, name, "order_id", ids):
        found[str(document.get("order_id"))].append(document)
    return found


def records_of(
    client: MagentoClient, path: str, field: str, ids: Sequence[str], only: Sequence[Group] = (),
    *, id_field: str = "entity_id",
) -> Iterator[Json]:  # fmt: skip
    """Every record whose `field` is one of the ids (a page's worth), in the order of its id."""
    last = 0
    more = bool(ids)
    while more:
        groups: list[Group] = [(Filter(field, "in", ",".join(ids)),), *only]
        if last:
            groups.append((Filter("entity_id", "gt", str(last)),))
        found = client.search(path, groups, sort=(("entity_id", "ASC"),))
        numbered = [(_number(client, path, row, id_field), row) for row in found.items]
        fresh = [row for number, row in numbered if number > last]
        more = found.has_more
        if more and not fresh:
            raise errors.unexpected(client.shop, f"gives the same page of {path} again")
        yield from fresh
        last = max((number for number, _ in numbered), default=last)


def _keys(client: MagentoClient, source: Source, rows: Iterable[Json], column: str) -> list[Key]:
    """Time and id of each row. One whose time is none takes that of the row before it, so that
    a single bad record does not stop the others: it is held once it is read."""
    keys: list[Key] = []
    for row in rows:
        at = row.get(column)
        if not isinstance(at, str) or moment(at) is None:
            at = keys[-1][0] if keys else ""
        keys.append((at, _number(client, source.path, row, source.id_field)))
    return keys


def _beyond(key: Key, last: Key | None) -> bool:
    return last is None or key > last


def _key_of(mark: str) -> Key | None:
    """The last record of the page that left the mark; None where there is no mark."""
    at, _, number = mark.rpartition("|")
    return (at, int(number)) if mark else None


def _number(client: MagentoClient, path: str, row: Json, field: str) -> int:
    value = str(row.get(field))
    if not is_id(value):
        raise errors.unexpected(client.shop, f"has a record without an id among its {path}")
    return int(value)


def is_id(value: str) -> bool:
    """Whether it can be a number of Magento's tables."""
    return value.isascii() and value.isdecimal() and len(value) <= _ID_DIGITS


def stamp(at: datetime) -> str:
    """A moment as Magento writes it; strftime would drop the zeros of an early year."""
    return in_utc(at).replace(tzinfo=None).isoformat(" ", "seconds")


def moment(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _id(order: Mapping[str, Any]) -> str:
    return str(order.get("entity_id"))


def _was_invoiced(order: Mapping[str, Any]) -> bool:
    """Also where nothing was captured yet, or nothing was left to pay."""
    if _some(order.get("total_paid")) or _some(order.get("total_invoiced")):
        return True
    return _any_item(order, "qty_invoiced")


def _was_shipped(order: Mapping[str, Any]) -> bool:
    return _any_item(order, "qty_shipped")


def _any_item(order: Mapping[str, Any], quantity: str) -> bool:
    items = order.get("items")
    rows = items if isinstance(items, list) else []
    return any(_some(row.get(quantity)) for row in rows if isinstance(row, dict))


def _was_refunded(order: Mapping[str, Any]) -> bool:
    """Whether anything was given back: no money is where a gift card got it, or a fee ate it."""
    items = order.get("items")
    rows = [order, order.get("extension_attributes"), *(items if isinstance(items, list) else [])]
    return order.get("state") == "closed" or any(
        _some(value)
        for row in rows
        if isinstance(row, dict)
        for key, value in row.items()
        if key.endswith("_refunded") or key in ("adjustment_positive", "adjustment_negative")
    )


def _some(value: object) -> bool:
    """Whether a number is not zero; what is no number counts as some, and is parsed later."""
    if value is None:
        return False
    try:
        return Decimal(str(value)) != 0
    except InvalidOperation:
        return True
