"""Pages of orders without OFFSET: the newest first, each page found by its neighbour's key.

Orders without a date (not read yet, or unreadable) come before all others. They are asked for
separately, because databases disagree on where a missing date sorts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from connector.lib.days import in_utc
from connector.lib.marks import row_key
from sync.models import TrackedOrder

PAGE_SIZE = 50
Orders = QuerySet[TrackedOrder]


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of one order in the list; `str()` is what addresses carry."""

    placed_at: datetime | None
    pk: int

    @classmethod
    def of(cls, order: TrackedOrder) -> Mark:
        return cls(order.placed_at, order.pk)

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """The mark in an address; None where there is none or it makes no sense."""
        moment, _, pk = text.rpartition("~")
        try:
            placed_at = datetime.fromisoformat(moment) if moment else None
        except ValueError:
            return None
        key = row_key(pk)
        if key is None or (placed_at is not None and placed_at.tzinfo is None):
            return None
        return cls(placed_at and in_utc(placed_at), key)

    def __str__(self) -> str:
        return f"{self.placed_at.isoformat() if self.placed_at else ''}~{self.pk}"


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page. `newer` and `older` are the marks of the pages beside it, None at the ends."""

    rows: Sequence[TrackedOrder]
    newer: Mark | None = None
    older: Mark | None = None


def window(orders: Orders, *, after: str = "", before: str = "", size: int = PAGE_SIZE) -> ListPage:
    """The page of orders that follows `after`, or that ends just before `before`."""
    if mark := Mark.read(before):
        found = _newer(orders, mark, size + 1)
        if found:
            rows = found[:size][::-1]
            newer = Mark.of(rows[0]) if len(found) > size else None
            return ListPage(rows, newer, Mark.of(rows[-1]))
    mark = Mark.read(after)
    found = _older(orders, mark, size + 1)
    rows = found[:size]
    newer = Mark.of(rows[0]) if mark and rows else None
    return ListPage(rows, newer, Mark.of(rows[-1]) if len(found) > size else None)


def _older(orders: Orders, mark: Mark | None, count: int) -> list[TrackedOrder]:
    rows: list[TrackedOrder] = []
    if mark is None or mark.placed_at is None:
        undated = orders.filter(placed_at=None)
        if mark is not None:
            undated = undated.filter(pk__lt=mark.pk)
        rows += undated.order_by("-pk")[:count]
        dated = orders.filter(placed_at__isnull=False)
    else:
        dated = orders.filter(
            Q(placed_at__lt=mark.placed_at) | Q(placed_at=mark.placed_at, pk__lt=mark.pk)
        )
    if len(rows) < count:
        rows += dated.order_by("-placed_at", "-pk")[: count - len(rows)]
    return rows


def _newer(orders: Orders, mark: Mark, count: int) -> list[TrackedOrder]:
    """The nearest first: the order of the list turned round."""
    rows: list[TrackedOrder] = []
    undated = orders.filter(placed_at=None)
    if mark.placed_at is None:
        undated = undated.filter(pk__gt=mark.pk)
    else:
        dated = orders.filter(
            Q(placed_at__gt=mark.placed_at) | Q(placed_at=mark.placed_at, pk__gt=mark.pk)
        )
        rows += dated.order_by("placed_at", "pk")[:count]
    if len(rows) < count:
        rows += undated.order_by("pk")[: count - len(rows)]
    return rows
