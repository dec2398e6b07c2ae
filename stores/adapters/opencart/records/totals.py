"""The rows of an order's total by what OpenCart's core means with them.

`sub_total` is what the lines come to, vouchers that were bought among them; `shipping` and `tax`
are their own lines; a coupon or reward points that stand before the tax lower it, behind it they
do not. A voucher that was redeemed and store credit pay. Rows of extensions have a code of their
own: what they are, the configuration says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import ZERO
from connector.lib.texts.said import Figure, said
from stores.canonical.records import ParseError
from stores.raw import Raw

TENDERS = ("voucher", "credit")
_LOWER_THE_TAX = ("coupon", "reward")


@dataclass(frozen=True, slots=True)
class Row:
    """One row in the base currency. `after_tax`: the shop added it after it computed the tax."""

    code: str
    title: str
    value: Decimal
    path: str
    after_tax: bool

    @property
    def lowers_tax(self) -> bool:
        """Whether it takes something off the goods, and so off their tax."""
        return self.code in _LOWER_THE_TAX and not self.after_tax and self.value < 0


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """The rows of one order, in the order in which the shop adds them up."""

    sub_total: Decimal | None
    sub_total_path: str
    shipping: tuple[Row, ...]
    taxes: tuple[Row, ...]
    others: tuple[Row, ...]

    @property
    def off_goods(self) -> tuple[Row, ...]:
        return tuple(row for row in self.others if row.lowers_tax)

    @property
    def beside(self) -> tuple[Row, ...]:
        """All that is neither in the lines nor in their tax."""
        return tuple(row for row in self.others if not row.lowers_tax)


def read_totals(record: Raw, total: Decimal) -> OrderTotals:
    """The rows of `order_total`. ParseError where its own total is not that of the order."""
    raws = record.required_children("order_total")
    places = [raw.amount("sort_order") for raw in raws if raw.text("code") == "tax"]
    taxed_at = min(places, default=None)
    rows = [_row(raw, taxed_at) for raw in raws]
    for raw, row in zip(raws, rows, strict=True):
        if row.code == "total" and row.value != total:
            raise raw.refusal(
                "value",
                said("but the order's total is %(total)s", total=Figure(total)),
                "lines_differ",
            )
    sums = [row for row in rows if row.code == "sub_total"]
    return OrderTotals(
        sub_total=sum((row.value for row in sums), ZERO) if sums else None,
        sub_total_path=sums[0].path if sums else record.at("order_total"),
        shipping=_of(rows, "shipping"),
        taxes=_of(rows, "tax"),
        others=tuple(
            row for row in rows
            if row.value and row.code not in ("sub_total", "shipping", "tax", "total")
        ),
    )  # fmt: skip


def _of(rows: Sequence[Row], code: str) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.code == code and row.value)


def _row(raw: Raw, taxed_at: Decimal | None) -> Row:
    code = raw.required_text("code")
    place = raw.amount("sort_order")
    return Row(
        code=code,
        title=" ".join(raw.text("title").split()) or code,
        value=raw.number("value"),
        path=raw.at("value"),
        after_tax=code in TENDERS or (taxed_at is not None and place > taxed_at),
    )


def not_the_lines(totals: OrderTotals, found: Decimal) -> ParseError:
    """The refusal of a sub-total that the lines do not come to."""
    path = totals.sub_total_path
    message = said(
        "%(path)s is %(sub_total)s, but the lines come to %(found)s.",
        path=path,
        sub_total=Figure(totals.sub_total),
        found=Figure(found),
    )
    return ParseError(path, totals.sub_total, message, code="lines_differ")
