"""Taxes that are lines of their own: fixed product taxes, named taxes, all sales tax. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from accounting.books import Books
from accounting.lines.charge import Charge
from accounting.postable import account_target, found, line_account_fits, out_of_scope, untaxed_type
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.resolve import Resolution
from connector.lib.money import ZERO, round_to
from stores.canonical.order import Line, TaxShare


@dataclass(frozen=True, slots=True)
class SplitTaxes:
    """The order's lines without the taxes that are lines, those as charges, and their sum
    as far as the order's tax contains it (fixed taxes stand beside it)."""

    lines: list[Line]
    charges: list[Charge]
    moved: Decimal


def split_taxes(books: Books, mapped: MappedOrder, row_tax: Decimal) -> SplitTaxes:
    """Lines without the taxes that the mapping posts as lines, and those taxes as lines.

    `row_tax` is the tax on rows of the total: it belongs to the sales tax line, if there is one.
    """
    order, sales_tax = mapped.order, books.snapshot.rules.tax.sales_tax
    if sales_tax is not None:
        total = sum((line.tax for line in order.lines), row_tax)
        bare = [replace(line, tax=ZERO, rate=ZERO, taxes=()) for line in order.lines]
        account = Resolution(sales_tax.account, "tax.sales_tax.account")
        own = [_tax_line(books, "Sales tax", total, account)] if total else []
        return SplitTaxes(bare, own + _fixed_taxes(books, mapped), total)
    named, lines, moved = [], list(order.lines), ZERO
    if any(to.shares for to in mapped.lines):
        lines, amounts = _named_taxes(mapped)
        named = [_tax_line(books, name, amounts[name, to], to) for name, to in amounts]
        moved = sum(amounts.values(), ZERO)
    return SplitTaxes(lines, named + _fixed_taxes(books, mapped), moved)


_Amounts = dict[tuple[str, Resolution], Decimal]


def _named_taxes(mapped: MappedOrder) -> tuple[list[Line], _Amounts]:
    """Taxes that a rule posts as a line, summed by name, and the lines without them."""
    amounts: _Amounts = defaultdict(Decimal)
    lines = []
    for line, to in zip(mapped.order.lines, mapped.lines, strict=True):
        bare = line
        for share, account in zip(line.taxes, to.shares, strict=False):
            if account is not None:
                amounts[share.name, account] += share.amount
                bare = _without(bare, share)
        lines.append(bare if bare is line else replace(bare, rate=to.rate))
    return lines, {key: amount for key, amount in amounts.items() if amount}


def _without(line: Line, share: TaxShare) -> Line:
    """The line without the amount of one of its taxes, before discounts too."""
    return replace(
        line,
        tax=line.tax - share.amount,
        taxes=tuple(other for other in line.taxes if other is not share),
        full_gross=_full_without(line, share),
        unit_gross=None,
    )


def _full_without(line: Line, share: TaxShare) -> Decimal | None:
    """The gross before discounts less the share's part of it."""
    if line.full_gross is None:
        return None
    part = share.amount * line.full_gross / line.gross if line.gross else share.amount
    return line.full_gross - round_to(part)


def _fixed_taxes(books: Books, mapped: MappedOrder) -> list[Charge]:
    """Fixed taxes by name, on the account of their rule or the one for fixed taxes."""
    amounts: _Amounts = defaultdict(Decimal)
    for line, to in zip(mapped.order.lines, mapped.lines, strict=True):
        for share, answer in zip(line.fixed_taxes, to.fixed, strict=True):
            amounts[share.name, found(answer)] += share.amount
    return [
        _tax_line(books, name, amount, account)
        for (name, account), amount in amounts.items()
        if amount
    ]


def _tax_line(books: Books, name: str, amount: Decimal, account: Resolution) -> Charge:
    """A tax as a line: no tax on it, of the out-of-scope type."""
    scope = out_of_scope(books.snapshot, name)
    facts = line_account_fits(books.organisation, account)
    kind = untaxed_type(books.snapshot, books.organisation, facts, scope, name)
    target, is_id = account_target(books.organisation, account.value)
    return Charge(
        name, Decimal(1), amount, amount, ZERO, target, kind, ZERO, account_is_id=is_id, id=name,
        sources=(("AccountCode", account.source), ("TaxType", scope.source)),
    )  # fmt: skip
