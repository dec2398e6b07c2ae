"""A shop that sells, invoices and sends between any two calls, while it is read with breaks.

In the end every order is known as it stands, with every document of it, also those that were
written without the order's own time moving; and no version of a record was read out of turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stores.adapter import Interval
from stores.adapters.magento.client import Filter, Found, criteria
from stores.adapters.magento.reading import late
from tests.stores.magento.magento_records import Json, invoice, order, shipment
from tests.stores.magento.recorded_magento import RecordedShop

START = datetime(2026, 11, 1, tzinfo=UTC)
ACTIONS = ("place", "touch", "pay", "invoice", "ship", "place late", "invoice late", "wait")
# A transaction that takes long shows up with a time of that long ago.
LATE = 200
PAGE = 3


class MovingShop:
    """A client of a shop to which the next few of `actions` happen ahead of each search."""

    shop = "https://shop.example.com"

    def __init__(self, orders: int, actions: Sequence[Sequence[tuple[str, int]]]) -> None:
        self.now = START
        self.lists: dict[str, list[Json]] = {"orders": [], "invoices": [], "shipments": []}
        self._actions = iter(actions)
        for _ in range(orders):
            self._act("place", 0)

    def search(
        self,
        path: str,
        groups: Sequence[Sequence[Filter]] = (),
        *,
        sort: Sequence[tuple[str, str]] = (),
        page_size: int = PAGE,
        fields: str = "",
    ) -> Found:
        for what, number in next(self._actions, ()):
            self._act(what, number)
        pairs = criteria(groups, sort=sort, page_size=min(page_size, PAGE), fields=fields)
        answer = RecordedShop(self.lists).search(path, parse_qsl(urlencode(pairs)))
        rows = tuple(dict(row) for row in answer["items"] or ())
        return Found(rows, answer["total_count"], page_size)

    def finish(self) -> None:
        """All that is left to happen."""
        for few in self._actions:
            for what, number in few:
                self._act(what, number)

    def _act(self, what: str, number: int) -> None:
        orders = self.lists["orders"]
        ago = LATE if what.endswith("late") else 0
        at = (self.now - timedelta(seconds=ago)).strftime("%Y-%m-%d %H:%M:%S")
        if what == "wait":
            self.now += timedelta(seconds=(1, 250, 4000)[number % 3])
        elif what.startswith("place"):
            key = len(orders) + 1
            orders.append(order(entity_id=key, increment_id=str(key), updated_at=at))
        elif orders:
            self._write(what, orders[number % len(orders)], at)

    def _write(self, what: str, chosen: Json, at: str) -> None:
        if what in ("touch", "pay", "ship"):
            chosen["updated_at"] = max(at, chosen["updated_at"])
        if "invoice" in what or what == "pay":
            chosen["total_paid"] = 24
            self._add("invoices", invoice, chosen, at)
        if what == "ship":
            chosen["items"] = [chosen["items"][0] | {"qty_shipped": 1}]
            self._add("shipments", shipment, chosen, at)

    def _add(self, name: str, write: Any, chosen: Json, at: str) -> None:
        rows = self.lists[name]
        rows.append(write(len(rows) + 1, order_id=chosen["entity_id"], updated_at=at))

    def known(self) -> dict[int, tuple[str, frozenset[int], frozenset[int]]]:
        """Each order as it stands: its time, its invoices, its shipments."""
        return {
            row["entity_id"]: (
                row["updated_at"],
                *(
                    frozenset(
                        one["entity_id"]
                        for one in self.lists[name]
                        if one["order_id"] == row["entity_id"]
                    )
                    for name in ("invoices", "shipments")
                ),
            )
            for row in self.lists["orders"]
        }


class Reader:
    """Keeps what was read as the product does: the newest version, and the stored position."""

    def __init__(self, shop: MovingShop) -> None:
        self._shop = shop
        self.position: datetime | None = None
        self.kept: dict[int, tuple[str, frozenset[int], frozenset[int]]] = {}

    def read(self, pages: int = 1000) -> None:
        """Read on, and break off after so many pages. No position lies after the start: what
        turns up late while a long reading goes on is within the overlap of the next one."""
        started = self._shop.now
        for page in late.orders(self._shop, Interval(self.position)):  # type: ignore[arg-type]
            for record in page.records:
                self._keep(record)
            if page.position is not None:
                self.position = min(page.position, started)
            if (pages := pages - 1) <= 0:
                return

    def _keep(self, record: Json) -> None:
        key, version = record["order"]["entity_id"], record["order"]["updated_at"]
        documents = (
            frozenset(one["entity_id"] for one in record.get(name, ()))
            for name in ("invoices", "shipments")
        )
        if key not in self.kept or version >= self.kept[key][0]:
            self.kept[key] = (version, *documents)  # type: ignore[assignment]


few = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9)), max_size=3)
happenings = st.lists(few, min_size=4, max_size=16)


@pytest.mark.stories
@settings(max_examples=150)
@given(st.integers(1, 7), happenings, st.lists(st.integers(1, 3), max_size=3))
def test_nothing_is_missed_while_the_shop_moves_under_the_reader(
    orders: int, happens: list[list[tuple[str, int]]], breaks: list[int]
) -> None:
    shop = MovingShop(orders, happens)
    reader = Reader(shop)
    for pages in breaks:
        reader.read(pages)
    reader.read()
    shop.finish()
    reader.read()

    assert reader.kept == shop.known()


def test_a_quiet_shop_is_asked_once_for_each_list() -> None:
    shop = MovingShop(2, ())
    asked: list[str] = []
    search = shop.search
    shop.search = lambda path, *a, **o: asked.append(path) or search(path, *a, **o)  # type: ignore

    Reader(shop).read()
    first, asked[:] = list(asked), []
    reader = Reader(shop)
    reader.position = START + timedelta(days=1)
    reader.read()

    assert first == ["orders", *["invoices"] * 2, *["shipments"] * 2, "invoices", "shipments"]
    assert asked == ["orders", "invoices", "shipments"]
