"""Goodwill and fees kept of a refund: lines of their own, the tax inside their amount. Pure.

They bear the taxes of the goods refunded, of the order's goods where no goods are, or none, by
`refunds.adjustment_tax`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from accounting.books import Books
from accounting.lines.charge import Charge
from accounting.lines.charges import charges_of
from accounting.postable import (
    account_target,
    found,
    line_account_fits,
    out_of_scope,
    tax_fits,
    untaxed_type,
)
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.money import ZERO, allocate, round_to
from stores.canonical.order import LineKind, Order
from xero.documents.lines import TaxMode


def adjustments(
    books: Books,
    mapped: MappedOrder,
    returned: Order,
    charges: list[Charge],
    adjustment: Decimal,
    mode: TaxMode,
) -> list[Charge]:
    """Goodwill (positive) or fees kept (negative), by the taxes of the goods refunded."""
    if not adjustment:
        return []
    title = "Goodwill" if adjustment > 0 else "Fee kept"
    if books.snapshot.rules.refunds.adjustment_tax == "none":
        return [_untaxed_adjustment(books, title, adjustment)]
    groups = _goods_by_tax(returned, charges, mode)
    if not groups:
        groups = _goods_by_tax(mapped.order, charges_of(books, mapped, mode).all, mode)
    if not groups:
        return [_untaxed_adjustment(books, title, adjustment)]
    account = found(books.snapshot.accounts["refund_adjustments"])
    facts = line_account_fits(books.organisation, account)
    target, is_id = account_target(books.organisation, account.value)
    parts = allocate(adjustment, [weight for _, weight, _ in groups])
    made = []
    for (like, weight, charged), part in zip(groups, parts, strict=True):
        if not part:
            continue
        tax_fits(books.organisation, facts, replace(account, value=like.tax_type))
        rate = like.shop_rate if like.as_charged else like.rate
        # A fee that is all of the goods leaves none of their tax.
        tax = -charged if part == -weight else round_to(part * rate / (100 + rate))
        amount = part if mode is TaxMode.INCLUSIVE else part - tax
        made.append(
            Charge(
                title, Decimal(1), amount, amount, tax, target, like.tax_type, like.rate,
                account_is_id=is_id, as_charged=like.as_charged, shop_rate=like.shop_rate,
                tracking=like.tracking,
            )
        )  # fmt: skip
    return made


def _goods_by_tax(
    sold: Order, charges: list[Charge], mode: TaxMode
) -> list[tuple[Charge, Decimal, Decimal]]:
    """One charge for each tax type of the goods, the goods' gross value under it, and its tax."""
    weights: dict[str, Decimal] = defaultdict(Decimal)
    taxes: dict[str, Decimal] = defaultdict(Decimal)
    first: dict[str, Charge] = {}
    for line, charge in zip(sold.lines, charges, strict=False):
        if line.kind is not LineKind.GOODS:
            continue
        first.setdefault(charge.tax_type, charge)
        gross = charge.charged if mode is TaxMode.INCLUSIVE else charge.charged + charge.tax
        weights[charge.tax_type] += max(gross, ZERO)
        taxes[charge.tax_type] += charge.tax
    return [(first[key], weight, taxes[key]) for key, weight in weights.items()]


def _untaxed_adjustment(books: Books, title: str, amount: Decimal) -> Charge:
    """An adjustment that is no part of any supply: out of the tax's scope."""
    account = found(books.snapshot.accounts["refund_adjustments"])
    facts = line_account_fits(books.organisation, account)
    scope = out_of_scope(books.snapshot, title)
    kind = untaxed_type(books.snapshot, books.organisation, facts, scope, title)
    target, is_id = account_target(books.organisation, account.value)
    return Charge(title, Decimal(1), amount, amount, ZERO, target, kind, ZERO, account_is_id=is_id)
