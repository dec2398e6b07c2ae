"""Rows of a total by their meaning: fees with their tax, discounts over the goods. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from accounting.reasons import Hold
from accounts_mapping.rules.mapped_lines import MappedFee
from accounts_mapping.rules.total_rows import SortedRows
from connector.lib.money import CENT, ZERO, allocate, round_to, written
from connector.lib.texts.said import said
from stores.canonical.order import Line, LineKind, Order, TotalRow


def check_mapped(rows: SortedRows) -> None:
    """Hold for a row that the total surely contains and that nothing says the meaning of.

    However small it is: it is no rounding.
    """
    certain = [row for row in rows.unmapped if row.counted]
    if certain:
        raise row_unmapped(certain, certain=True)


def row_unmapped(rows: list[TotalRow], *, certain: bool) -> Hold:
    """The hold that names rows of the total without a meaning; `certain`: they are part of it."""
    names = ", ".join(f"{row.code} ({written(row.amount)})" for row in rows)
    field = f"total_rows.{rows[0].code}" if len(rows) == 1 else "total_rows"
    text = said(
        "%(names)s may be part of the order's total, and it is not mapped. Give it an account, or "
        "say discount, gift_card, store_credit or ignore, under total_rows.",
        names=names,
    )
    if certain:
        text = said(
            "%(names)s is part of the order's total, and it is not mapped. Give it an account, or "
            "say discount, gift_card, store_credit or ignore, under total_rows.",
            names=names,
        )
    return Hold("total_row_unmapped", text, field)


def explains_nothing(order: Order, rows: SortedRows) -> bool:
    """Whether all that was charged comes to nothing, to the cent."""
    charged = sum((line.gross for line in order.lines), ZERO)
    charged += sum((tax.amount for line in order.lines for tax in line.fixed_taxes), ZERO)
    charged += sum((row.amount + row.tax for row, _ in rows.fees), ZERO)
    charged += sum((row.amount + row.tax for row in rows.discounts), ZERO)
    return not round_to(charged)


def less_discounts(lines: list[Line], discounts: Sequence[TotalRow]) -> list[Line]:
    """The lines with discount rows spread over the goods by their gross value.

    Of equal remainders the larger line gets the cent, then the one with the lower id.
    """
    amount = sum((row.amount for row in discounts), ZERO)
    tax = sum((row.tax for row in discounts), ZERO)
    goods = [i for i, line in enumerate(lines) if line.kind is LineKind.GOODS]
    if not goods or not (amount or tax):
        return lines
    goods.sort(key=lambda i: line_order(lines[i].id))
    weights = [max(lines[i].gross, ZERO) for i in goods]
    parts = zip(goods, _split(amount, weights), _split(tax, weights), strict=True)
    result = list(lines)
    for index, net, share in parts:
        line = result[index]
        result[index] = replace(
            line,
            net=line.net + net,
            tax=line.tax + share,
            full_net=line.net if line.full_net is None else line.full_net,
            full_gross=line.gross if line.full_gross is None else line.full_gross,
        )
    return result


def _split(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """In cents; in ten-thousandths where the shop's amount has parts of a cent."""
    places = 2 if amount == round_to(amount) else 4
    return allocate(round_to(amount, places), weights, places)


def line_order(line_id: str) -> tuple[int, int, str]:
    """How store line ids sort: numbers by value, and before other ids."""
    return (0, int(line_id), "") if line_id.isdecimal() else (1, 0, line_id)


def with_their_tax(order: Order, rows: SortedRows) -> list[tuple[TotalRow, MappedFee]]:
    """Fee rows with their tax: a single fee carries the tax that no line accounts for.

    A few cents that are no tax of the fee at any rate of the order are left to rounding.
    """
    fees = list(rows.fees)
    if len(fees) != 1 or fees[0][0].tax:
        return fees
    row, to = fees[0]
    rest = order.tax - sum((line.tax for line in order.lines), ZERO)
    fixed = sum((tax.amount for line in order.lines for tax in line.fixed_taxes), ZERO)
    if not rest or rest == fixed:
        return fees
    taxed = replace(row, tax=rest)
    small = abs(rest) <= 5 * CENT
    return fees if small and not rates_of(order, taxed) else [(taxed, to)]


def rates_of(order: Order, row: TotalRow) -> list[Decimal]:
    """Rates that the order was charged at and that explain the row's tax, the closest first."""
    rates = dict.fromkeys(line.rate for line in order.lines if line.rate)
    off = {rate: abs(round_to(row.amount * rate / 100) - round_to(row.tax)) for rate in rates}
    return sorted((rate for rate in rates if off[rate] <= CENT), key=lambda rate: off[rate])
