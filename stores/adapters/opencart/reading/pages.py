"""Reading changed records page by page while the shop goes on selling.

Each page is what is beyond the last record that was read, in the order of (moment, id): a record
that changes between two pages is met again further on, and of those that share a second each is
told by its id. An extension of the shop may write orders without moving their time of change, or
with one that has passed: the last ids are looked through for such as well, and once a day, by the
core, all that was placed lately. What was deleted shows in no list; the extension's events tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.lib.errors import Rejected
from stores.adapter import Interval
from stores.adapters.opencart.client import OpenCartClient
from stores.adapters.opencart.reading.moments import ShopClock
from stores.canonical.records import By, Page, RecordRef, Stream
from stores.php.client import PAGE_SIZE, Json

# So many of the last ids are looked through for orders that bear a time which has passed.
ID_WINDOW = 100
_EVENTS = 500
_ID_DIGITS = 18
# Where the extension lists what has no date: in the database that is all zeros, and no moment.
_FIRST_MOMENT = "1000-01-01 00:00:00"
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A list of the extension: the call, the key of its records in an answer, and of their id."""

    call: str
    id_field: str
    kind: str
    inner: str = ""

    def id_of(self, record: Json) -> object:
        """The id of a record as it stands there."""
        found = record.get(self.inner) if self.inner else record
        return found.get(self.id_field) if isinstance(found, dict) else None


SOURCES = {
    Stream.ORDERS: Source("orders", "order_id", "order", inner="order"),
    Stream.CUSTOMERS: Source("customers", "customer_id", "customer"),
    Stream.PRODUCTS: Source("products", "product_id", "product"),
}
_PLACED = "date_added"


def pages(
    client: OpenCartClient, clock: ShopClock, stream: Stream, since: Interval, last_event: int = 0
) -> Iterator[Page]:
    """Pages of raw records of the cursor's closed interval, the oldest first; of what changed up
    to now also what only the events tell, up to the `last_event` of the shop."""
    source = SOURCES[stream]
    by = By.PLACED if stream is Stream.CUSTOMERS else since.by
    seen: set[int] = set()
    last, position = _key_of(since.after), None
    while True:
        rows, answer = client.rows(
            source.call, source.call, **_window(clock, since, by), **_after(last), limit=PAGE_SIZE
        )
        keys = _keys(client, source, rows, by)
        if keys != sorted(keys):
            raise client.unexpected(f"does not sort {source.call} as it was asked to")
        fresh = [
            (row, key) for row, key in zip(rows, keys, strict=True) if last is None or key > last
        ]
        more = answer.get("more") is True
        if more and not fresh:
            raise client.unexpected(f"gives the same page of {source.call} again")
        if fresh:
            seen |= {number for _, (_, number) in fresh}
            last = fresh[-1][1]
            position = _later(position, clock.moment(last[0]))
            yield Page(tuple(row for row, _ in fresh), position, mark=f"{last[0]}|{last[1]}")
        if not more:
            break
    if since.by is By.CHANGED and since.start is not None and since.until is None:
        noted = _events(client, last_event, source, since.start)
        yield from _unseen(client, source, stream, noted, seen)
        if stream is Stream.ORDERS and isinstance(answer.get("last_id"), int):
            yield from _last_ids(client, source, answer["last_id"], seen)


def count(client: OpenCartClient, clock: ShopClock, since: Interval) -> int | None:
    """How many orders the cursor's interval holds, by a call of its own."""
    answer = client.call("count", **_window(clock, since, since.by))
    found = answer.get("count")
    return found if isinstance(found, int) and not since.after else None


def chosen(client: OpenCartClient, stream: Stream, ids: Sequence[str]) -> list[Json]:
    """Records by their ids, in as few calls as it takes. What the shop does not have is left
    out."""
    source = SOURCES[stream]
    wanted = [int(one) for one in dict.fromkeys(ids) if is_id(one)]
    found: list[Json] = []
    for start in range(0, len(wanted), PAGE_SIZE):
        part = wanted[start : start + PAGE_SIZE]
        rows, _ = client.rows(source.call, source.call, ids=part)
        found += rows
    return found


def one(client: OpenCartClient, ref: RecordRef) -> Json:
    """A record anew; Rejected (`not_found`) where there is none."""
    found = chosen(client, ref.stream, [ref.id])
    if not found:
        what = SOURCES[ref.stream].kind
        raise Rejected(f"The shop has no {what} {ref.id}.", code="not_found")
    return found[0]


def is_id(value: str) -> bool:
    """Whether it can be a number of OpenCart's tables."""
    return value.isascii() and value.isdecimal() and len(value) <= _ID_DIGITS and int(value) > 0


def _window(clock: ShopClock, since: Interval, by: By) -> dict[str, Any]:
    window: dict[str, Any] = {"by": "placed" if by is By.PLACED else "changed"}
    # Without a start the list begins with its first record, whatever its time is.
    if since.start is not None and not since.after:
        window["since"] = clock.earliest(since.start)
    if since.until is not None:
        window["until"] = clock.latest(since.until)
    return window


def _after(last: Key | None) -> dict[str, Any]:
    return {} if last is None else {"after": {"moment": last[0], "id": last[1]}}


def _keys(client: OpenCartClient, source: Source, rows: Sequence[Json], by: By) -> list[Key]:
    """Moment and id of each record. One whose moment is none takes that of the record before it,
    so that a single bad record does not stop the others: it is held once it is read."""
    keys: list[Key] = []
    for row in rows:
        inner = row.get(source.inner) if source.inner else row
        at = row.get("x_changed") if by is By.CHANGED else (inner or {}).get(_PLACED)
        if not isinstance(at, str):
            at = keys[-1][0] if keys else ""
        keys.append((max(at, _FIRST_MOMENT), _number(client, source, row)))
    return keys


def _number(client: OpenCartClient, source: Source, row: Json) -> int:
    value = str(source.id_of(row))
    if not is_id(value):
        raise client.unexpected(f"has a record without an id among its {source.call}")
    return int(value)


def _key_of(mark: str) -> Key | None:
    """The last record of the page that left the mark; None where there is no mark."""
    at, _, number = mark.rpartition("|")
    return (at, int(number)) if mark else None


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


# --- what the list does not show ---------------------------------------------------------------


def _events(client: OpenCartClient, last_event: int, source: Source, since: datetime) -> list[int]:
    """Ids of which the extension noted a change or a deletion since, from its last event back."""
    found: dict[int, None] = {}
    upto = last_event
    while upto > 0:
        after = max(upto - _EVENTS, 0)
        rows, _ = client.rows("events", "events", after=after, limit=_EVENTS)
        known = [row for row in rows if isinstance(row.get("seq"), int) and row["seq"] <= upto]
        for row in known:
            at = _at(row)
            late = at is None or at >= since
            if late and row.get("kind") == source.kind and is_id(str(row.get("id"))):
                found[int(str(row["id"]))] = None
        # What was kept longer than a month is gone: there are fewer than were asked for.
        oldest = _at(known[0]) if known else None
        if oldest is None or oldest < since:
            break
        upto = min(after, known[0]["seq"] - 1)
    return list(found)


def _at(event: Json) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(event.get("at")))
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _unseen(
    client: OpenCartClient, source: Source, stream: Stream, ids: Sequence[int], seen: set[int]
) -> Iterator[Page]:
    wanted = [str(number) for number in ids if number not in seen]
    for start in range(0, len(wanted), PAGE_SIZE):
        rows = chosen(client, stream, wanted[start : start + PAGE_SIZE])
        seen |= {_number(client, source, row) for row in rows}
        if rows:
            yield Page(tuple(rows), None)


def _last_ids(
    client: OpenCartClient, source: Source, last_id: int, seen: set[int]
) -> Iterator[Page]:
    """Orders among the last ids that bear a time before that of one with a lower id: written by
    another program than the shop's checkout, maybe just now, so that the list by time passed
    them."""
    first = max(last_id - ID_WINDOW, 0)
    if set(range(first + 1, last_id + 1)) <= seen:
        return
    rows, _ = client.rows(source.call, source.call, after_id=first, limit=ID_WINDOW)
    late, latest = [], ""
    for row in rows:
        placed = str((row.get(source.inner) or {}).get(_PLACED))
        if placed < latest and _number(client, source, row) not in seen:
            late.append(row)
        latest = max(latest, placed)
    if late:
        yield Page(tuple(late), None)
