"""Whether an order's lines may name their tracked items: by what Xero has in stock. Pure.

Xero refuses a sale of tracked goods that it does not have, or that is dated before it began
to track them. By `items.oversell` such a line goes without its item, or the order is held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from accounting.books import Books
from accounting.eligibility import local_date
from accounting.lines.charge import Charge, trim_quantity
from accounting.reasons import Hold, Reason
from connector.lib.money import ZERO
from connector.lib.texts.said import figure, joined, said
from stores.canonical.order import Line, Order
from xero.documents.facts import ItemFacts
from xero.documents.lines import DocumentLine


class Stock:
    """What the lines of one order take; `oversold` says of each line why it goes without."""

    def __init__(self, books: Books, order: Order) -> None:
        self._books = books
        self._order = order
        self._taken: dict[str, Decimal] = defaultdict(lambda: ZERO)
        self.oversold: list[str] = []

    def take(self, item: ItemFacts, line: Line) -> ItemFacts | None:
        """The item, if there is enough of it for the line, or nobody counts it."""
        if not item.tracked:
            return item
        why = self._short(item, line.quantity)
        if not why:
            self._taken[item.item_id] += line.quantity
            return item
        if self._books.snapshot.rules.items.oversell == "hold":
            raise Hold(
                "oversold",
                said(
                    "%(name)s: %(why)s Bring the stock in Xero up to date, or choose "
                    "items.oversell: post_untracked.",
                    name=line.name,
                    why=why,
                ),
                "items.oversell",
            )
        self.oversold.append(said("%(name)s: %(why)s", name=line.name, why=why))
        return None

    def _short(self, item: ItemFacts, quantity: Decimal) -> str:
        """Why Xero would refuse the sale; "" if it would not. A draft moves no stock."""
        if self._books.stock_refused:
            return said("Xero refused to take it from the stock of %(code)s.", code=item.code)
        if self._books.snapshot.rules.posting.status != "AUTHORISED":
            return ""
        snapshot, since = self._books.snapshot, item.tracked_since
        sold = local_date(snapshot, self._order.placed_at)
        if since is not None and sold < local_date(snapshot, since):
            return said(
                "it was sold on %(day)s, before Xero tracked the stock of %(code)s.",
                day=sold,
                code=item.code,
            )
        if item.on_hand is None:
            return ""
        left = max(item.on_hand - self._taken[item.item_id], ZERO)
        if quantity <= left:
            return ""
        return said(
            "%(sold)s sold, and Xero has %(left)s of %(code)s in stock.",
            sold=figure(trim_quantity(quantity)),
            left=figure(trim_quantity(left)),
            code=item.code,
        )


def stock_remark(
    oversold: Sequence[str], charges: Sequence[Charge], lines: Sequence[DocumentLine]
) -> Reason | None:
    """What to say of goods whose lines move no stock although Xero counts them.

    `lines` begin with those of `charges`, in their order.
    """
    told = list(oversold)
    for charge, line in zip(charges, lines, strict=False):
        if charge.counted and not line.item_code:
            told.append(
                said(
                    "%(line)s: its quantity cannot be kept beside its amount.",
                    line=charge.description,
                )
            )
    if not told:
        return None
    text = said("%(told)s Posted without the item: correct the stock in Xero.", told=joined(told))
    return Reason("sold_untracked", text, "items.oversell")
