"""The list of orders, newest first as CS-Cart gives it, as pages that begin with the oldest.

The list can be sorted by the order's date and nothing else that is documented, so it is walked
from the newest to where reading begins, and turned round. Its rows are small; what they lack is
read order by order. `updated_at_from` is used only where the shop was proven to know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stores.adapter import Interval
from stores.adapters.cscart.client import PAGE_SIZE, CSCartClient, Json
from stores.canonical.records import By, Page, ParseError
from stores.raw import Raw

_FEW = 100
# Orders of a page that are read one by one before they are kept, and rows that mostly are not.
_CHUNK, _ROWS = 50, 250
NEWEST_FIRST = {"sort_by": "date", "sort_order": "desc"}
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the list with its place in it."""

    record: Json
    id: int
    placed: datetime

    @property
    def mark(self) -> str:
        return f"{int(self.placed.timestamp())}:{self.id}"


def pages(client: CSCartClient, since: Interval) -> Iterator[Page]:
    """The orders of a cursor, each at least once."""
    if since.by is By.ID:
        yield from _by_id(client, since)
    elif since.by is By.PLACED:
        yield from _placed(client, since)
    else:
        yield from _changed(client, since)


def knows_changes(client: CSCartClient) -> bool:
    """Whether the list can be asked for what changed: from tomorrow on, that is nothing. A shop
    that does not know the question answers as if it had not been asked."""
    tomorrow = str(int((client.now + timedelta(days=1)).timestamp()))
    everything = client.listed("orders", size=1)
    nothing = client.listed("orders", {"updated_at_from": tomorrow}, size=1)
    return bool(everything.rows) and not nothing.rows and nothing.total in (0, None)


def row_of(client: CSCartClient, record: Json) -> Json | None:
    """The row of an order, looked for among those of its buyer; None where the list has none."""
    wanted = _row(record)
    if wanted is None:
        return None
    email = record.get("email")
    query = NEWEST_FIRST | ({"email": str(email)} if email else {})
    for page in client.pages("orders", query):
        rows = [row for one in page.rows if (row := _row(one)) is not None]
        for row in rows:
            if row.id == wanted.id:
                return row.record
        if any(row.placed < wanted.placed for row in rows):
            return None
    return None


def _by_id(client: CSCartClient, since: Interval) -> Iterator[Page]:
    """Orders with a later id than the mark."""
    last = int(since.after) if since.after.isdecimal() else 0

    def known(row: _Row) -> bool:
        return row.id <= last

    # Few are new since the last time, unless that was a reading of all that broke off.
    rows = _newest(client) if last else []
    if not any(map(known, rows)):
        rows = _walk(client, PAGE_SIZE, known)
    fresh = sorted((row for row in rows if row.id > last), key=lambda row: row.id)
    latest = _NEVER
    for chunk in _chunks(fresh):
        latest = max([latest, *(row.placed for row in chunk)])
        yield Page(_records(chunk), latest, len(fresh), mark=str(chunk[-1].id))


def _placed(client: CSCartClient, since: Interval) -> Iterator[Page]:
    """Orders of a time of placing, without those that the mark covers."""
    start, end = since.start or _NEVER, since.until
    rows = _walk(client, PAGE_SIZE, lambda row: row.placed < start)
    inside = [
        row for row in rows if start <= row.placed and (end is None or row.placed <= end)
    ]  # fmt: skip
    inside.sort(key=lambda row: (row.placed, row.id))
    if since.after:
        covered = _place(since.after)
        inside = [row for row in inside if (row.placed, row.id) > covered]
    for chunk in _chunks(inside, _ROWS):
        yield Page(_records(chunk), chunk[-1].placed, len(inside), mark=chunk[-1].mark)


def _changed(client: CSCartClient, since: Interval) -> Iterator[Page]:
    """Orders that changed, the oldest first.

    An order does not change before it is placed: once those placed up to a moment are read, what
    is left changed later, so that a long reading may go on from there. The end is when the shop
    was asked, by its own clock.
    """
    query = {}
    if since.start is not None:
        query["updated_at_from"] = str(int(since.start.timestamp()))
    if since.until is not None:
        query["updated_at_to"] = str(int(since.until.timestamp()))
    rows = _walk(client, PAGE_SIZE, lambda row: False, query)
    rows.sort(key=lambda row: (row.placed, row.id))
    asked = min(client.now, since.until or client.now)
    least = since.start or _NEVER
    for chunk in _chunks(rows):
        last = chunk[-1] is rows[-1]
        position = asked if last else min(max(least, chunk[-1].placed), asked)
        yield Page(_records(chunk), position if position > _NEVER else None, len(rows))
    if not rows:
        yield Page((), asked, 0)


def _walk(
    client: CSCartClient, size: int, stop: Callable[[_Row], bool],
    query: Mapping[str, str] | None = None,
) -> list[_Row]:  # fmt: skip
    """Rows from the newest on, each once, up to the page that has one to stop at."""
    found: dict[int, _Row] = {}
    for page in client.pages("orders", {**NEWEST_FIRST, **(query or {})}, size=size):
        rows = [row for record in page.rows if (row := _row(record)) is not None]
        found |= {row.id: row for row in rows}
        if any(map(stop, rows)):
            break
    return list(found.values())


def _newest(client: CSCartClient) -> list[_Row]:
    found = client.listed("orders", NEWEST_FIRST, size=_FEW)
    return [row for record in found.rows if (row := _row(record)) is not None]


def _row(record: Json) -> _Row | None:
    """None for a row without id or date, which nobody could ask for."""
    with suppress(ParseError):
        raw = Raw(record)
        return _Row(record, int(raw.number("order_id")), raw.unix_moment("timestamp"))
    return None


def _place(mark: str) -> tuple[datetime, int]:
    placed, _, ident = mark.partition(":")
    return datetime.fromtimestamp(int(placed), UTC), int(ident)


def _chunks(rows: Sequence[_Row], size: int = _CHUNK) -> Iterator[Sequence[_Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _records(rows: Sequence[_Row]) -> tuple[Json, ...]:
    return tuple(row.record for row in rows)
