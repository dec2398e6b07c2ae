"""What the rows of a shop's total mean: account lines, discounts, tenders. Pure.

A platform's core rows have meanings of their own, by its profile; `total_rows` of the
configuration adds to them and overrides them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from accounts_mapping.rules.mapped_lines import MappedFee, map_fee, map_untaxed_discount
from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.rules.schema import RowAccount
from connector.lib.money import ZERO, round_to
from stores.canonical.order import Order, TotalRow
from stores.canonical.refund import Refund
from xero.documents.facts import OrganisationFacts

TENDERS = ("gift_card", "store_credit", "reward")


@dataclass(frozen=True, slots=True)
class SortedRows:
    """An order's total rows by meaning. `fees` carry their account and tax type."""

    fees: tuple[tuple[TotalRow, MappedFee], ...]
    discounts: tuple[TotalRow, ...]
    tenders: tuple[tuple[TotalRow, str], ...]
    unmapped: tuple[TotalRow, ...]

    @property
    def tendered(self) -> Decimal:
        """What store-issued tenders took off the total, as a positive amount."""
        return -sum((row.amount for row, _ in self.tenders), ZERO)


NO_ROWS = SortedRows((), (), (), ())


def sort_rows(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, order: Order
) -> SortedRows:
    """Give each row its meaning. Rows that may not be in the total count only if mapped.

    Reward points that the shop took off before tax are a discount. A discount that it took off
    after tax is a line of its own, because the tax on the goods stays as it is.
    """
    fees: list[tuple[TotalRow, MappedFee]] = []
    discounts: list[TotalRow] = []
    tenders: list[tuple[TotalRow, str]] = []
    unmapped: list[TotalRow] = []
    for row in order.rows:
        meaning = meaning_of(snapshot, row.code)
        if isinstance(meaning, RowAccount) or meaning == "fee":
            to = meaning if isinstance(meaning, RowAccount) else None
            fees.append((row, map_fee(snapshot, organisation, order, row, to)))
        elif meaning == "discount" and row.after_tax:
            fees.append((row, map_untaxed_discount(snapshot, organisation, order, row)))
        elif meaning == "discount" or (meaning == "reward" and row.before_tax):
            discounts.append(row)
        elif meaning in TENDERS:
            tenders.append((row, meaning))
        elif meaning is None:
            unmapped.append(row)
    return SortedRows(tuple(fees), tuple(discounts), tuple(tenders), tuple(unmapped))


def meaning_of(snapshot: MappingSnapshot, code: str) -> RowAccount | str | None:
    """What a row means: by the configuration, else by the platform, else None."""
    return snapshot.rules.total_rows.get(code, snapshot.platform.total_rows.get(code))


def meanings_of(snapshot: MappingSnapshot, order: Order) -> dict[str, RowAccount | str | None]:
    """What the rows of an order mean, and the tenders that its refunds went back on, by code."""
    codes = {row.code for row in order.rows}
    codes.update(one.code for refund in order.refunds for one in refund.tenders)
    return {code: meaning_of(snapshot, code) for code in codes}


def as_mapped(snapshot: MappingSnapshot, order: Order) -> Order:
    """The order with its refunds less what the configuration takes for no tender: reward points
    that are a discount had made the goods cheaper, so they are not given back."""
    if not order.refunds:
        return order
    return replace(order, refunds=tuple(_as_mapped(snapshot, one) for one in order.refunds))


def _as_mapped(snapshot: MappingSnapshot, refund: Refund) -> Refund:
    kept = tuple(one for one in refund.tenders if meaning_of(snapshot, one.code) in TENDERS)
    less = sum((one.amount for one in refund.tenders if one not in kept), ZERO)
    base = refund.base_total
    if base is not None and refund.total:
        base -= round_to(less * base / refund.total, 4)
    return replace(refund, total=refund.total - less, base_total=base, tenders=kept)
