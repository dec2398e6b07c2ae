"""Orders read together with what happened to them without their own time moving.

An order's `updated_at` moves when its own row does. A shipment of a part, or an invoice that an
extension writes, may leave that row as it is. So the lists of invoices and shipments, which have
times of their own, are read beside the list of orders: before a position is handed on, every
document up to it was looked at, and the orders of those were read again. What comes late with an
earlier time is what the cursor's overlap is for, here as there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from connector.lib.errors import NeedsAttention
from stores.adapter import Interval
from stores.adapters.magento import errors
from stores.adapters.magento.client import Filter, Group, Json, MagentoClient
from stores.adapters.magento.reading import pages as reading
from stores.adapters.magento.reading.pages import Key, Source, stamp
from stores.canonical.records import Page, Stream

_SHORT = "items[entity_id,order_id,updated_at],total_count"
_LISTS = tuple(Source(name, fields=_SHORT) for name in ("invoices", "shipments"))


def orders(client: MagentoClient, since: Interval) -> Iterator[Page]:
    """Pages of orders, each with its documents beside it.

    A part with an end (`until`) is the orders that changed within it, and nothing else.
    """
    tails = [] if since.until else [_Tail(client, source, since) for source in _LISTS]
    for page in reading.pages(client, reading.SOURCES[Stream.ORDERS], since):
        if page.position is not None:
            yield from _late(client, tails, page.records, page.position)
        orders = [*replaced(client, page.records), *page.records]
        yield replace(page, records=tuple(reading.with_companions(client, orders)))
    yield from _late(client, tails)


def _late(
    client: MagentoClient,
    tails: list[_Tail],
    page: tuple[Json, ...] = (),
    until: datetime | None = None,
) -> Iterator[Page]:
    """Orders of documents that were written up to `until`, None for now.

    Those of `page`, which is read up to then, and those that come after it are left out.
    """
    here = {str(order.get("entity_id")) for order in page}
    for tail in tails:
        for ids in tail.look(until):
            wanted, before = sorted(ids - here), _before(page, until)
            found = list(reading.records_of(client, "orders", "entity_id", wanted, before))
            if found:
                yield Page(tuple(reading.with_companions(client, found)), None)


def replaced(client: MagentoClient, page: tuple[Json, ...]) -> list[Json]:
    """The orders that those of a page were edited from: Magento cancels the old one and makes a
    new one. They travel together, so that the new one never stands beside the old one."""
    here = {str(order.get("entity_id")) for order in page}
    parents = {str(order.get("relation_parent_id") or "") for order in page} - here
    ids = sorted(parent for parent in parents if reading.is_id(parent) and int(parent))
    return list(reading.records_of(client, "orders", "entity_id", ids))


def _before(page: tuple[Json, ...], until: datetime | None) -> list[Group]:
    """The filters of orders that come before the end of a page."""
    if until is None:
        return []
    earlier = Filter("updated_at", "lt", stamp(until))
    same = Filter("entity_id", "lteq", str(page[-1].get("entity_id")))
    return [(Filter("updated_at", "lteq", stamp(until)),), (earlier, same)]


class _Tail:
    """A list of documents, looked at piece by piece as the reading of orders goes on.

    The first reading of a shop needs none that is older than itself: its orders come with the
    documents that they have. It begins at the newest one, by the shop's own clock. A list that
    the integration may not read is left out; an order that says it has such a document still
    asks for it, and for the right to it.
    """

    def __init__(self, client: MagentoClient, source: Source, since: Interval) -> None:
        self._client = client
        self._source = source
        self._since = since
        self._begun = since.position is not None
        self._last: Key | None = None

    def look(self, until: datetime | None) -> Iterator[set[str]]:
        """The ids of the orders of what was written since the last look, a page at a time."""
        try:
            yield from self._look(until)
        except NeedsAttention as error:
            if not errors.is_missing_right(error):
                raise

    def _look(self, until: datetime | None) -> Iterator[set[str]]:
        if not self._begun:
            self._since, self._begun = Interval(self._newest(), self._since.overlap), True
        start = self._since.start
        if until is not None and start is not None and until < start:
            return
        window = Interval(self._since.position, self._since.overlap, until)
        more = True
        while more:
            found = reading.step(self._client, self._source, window, self._last)
            self._last, more = found.last, found.more
            told = {str(row.get("order_id")) for row in found.rows}
            if ids := {one for one in told if reading.is_id(one)}:
                yield ids

    def _newest(self) -> datetime | None:
        sort = (("updated_at", "DESC"),)
        found = self._client.search(self._source.path, sort=sort, page_size=1, fields=_SHORT)
        told = (row.get("updated_at") for row in found.items)
        return next((reading.moment(text) for text in told if isinstance(text, str)), None)
