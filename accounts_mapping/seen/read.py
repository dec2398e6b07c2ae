"""What was seen of a store's orders, for pages and proposals: a few rows, never the orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts_mapping.models import SeenFact
from accounts_mapping.seen.facts import PARTS, Showed
from connector.lib.money import from_units
from stores.models import Store

# Shops with more of a kind have thousands of local tax rates, which are one line of their own.
LIMIT = 500


@dataclass(frozen=True, slots=True)
class SeenSum:
    """What orders moved of one thing in one currency."""

    currency: str
    orders: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that orders showed. `orders` are exact as of what was read; `last_at` is when the
    latest of all that ever showed it was placed; `sample` is an order's number, "" where the one
    that was kept shows it no more."""

    showed: Showed
    key: tuple[str, ...]
    title: str
    orders: int
    sums: tuple[SeenSum, ...]
    last_at: datetime | None
    sample: str

    def part(self, name: str) -> str:
        """A part of its key, as `PARTS` names them."""
        return self.key[PARTS[self.showed].index(name)]


def seen(store: Store, *showed: Showed) -> list[Seen]:
    """What orders of the store showed, the most frequent first, currencies of one method or row
    together; of these kinds, or of all. One query."""
    rows = SeenFact.objects.filter(store=store, orders__gt=0)
    if showed:
        rows = rows.filter(showed__in=showed)
    found: dict[tuple[str, tuple[str, ...]], list[SeenFact]] = {}
    for row in rows.order_by("-orders", "pk")[: LIMIT * len(Showed)]:
        found.setdefault((row.showed, _without_currency(row)), []).append(row)
    merged = [_merged(group) for group in found.values()]
    return sorted(merged, key=lambda one: -one.orders)


def of_kind(found: Iterable[Seen], showed: Showed) -> list[Seen]:
    return [one for one in found if one.showed is showed]


def _without_currency(row: SeenFact) -> tuple[str, ...]:
    showed = Showed(row.showed)
    key = tuple(str(part) for part in row.key)
    return key[:1] if showed in (Showed.PAYMENT_METHOD, Showed.TOTAL_ROW) else key


def _merged(rows: list[SeenFact]) -> Seen:
    showed = Showed(rows[0].showed)
    first = rows[0]
    currencies = [row.key[-1] if PARTS[showed][-1] == "currency" else "" for row in rows]
    sums = tuple(
        SeenSum(currency, row.orders, from_units(row.units))
        for currency, row in zip(currencies, rows, strict=True)
    )
    moments = [row.last_at for row in rows if row.last_at]
    return Seen(
        showed, tuple(str(part) for part in first.key),
        next((row.title for row in rows if row.title), ""),
        sum(row.orders for row in rows), sums, max(moments, default=None),
        next((row.sample for row in rows if row.sample), ""),
    )  # fmt: skip
