"""What must be added to lines that are in Xero so that they become other lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from connector.lib.money import ZERO, allocate, round_to
from xero.documents.lines import DocumentLine, TaxMode, line_tax, line_totals

_One = Decimal(1)


@dataclass(slots=True)
class _Sum:
    line: DocumentLine
    net: Decimal = ZERO
    tax: Decimal = ZERO


def difference(
    new: Iterable[tuple[DocumentLine, TaxMode]],
    old: Iterable[tuple[DocumentLine, TaxMode]],
    mode: TaxMode,
) -> tuple[DocumentLine, ...]:
    """Lines of a document in `mode` that sum to `new` less `old`, tax included.

    One line for each thing (its text, account, tax type and tracking) whose amount or tax
    is not the same in both. The tax of a difference is the new tax less the old.
    """
    sums: dict[object, _Sum] = {}
    for sign, lines in ((1, new), (-1, old)):
        for line, basis in lines:
            tax = line.tax(basis)
            net = line.amount - tax if basis is TaxMode.INCLUSIVE else line.amount
            found = sums.setdefault(_thing(line), _Sum(line))
            found.net += sign * net
            found.tax += sign * tax
    return tuple(_line(one, mode) for one in sums.values() if one.net or one.tax)


def less(
    lines: tuple[DocumentLine, ...], amount: Decimal, mode: TaxMode, text: str
) -> tuple[DocumentLine, ...]:
    """The lines, and negative ones that take `amount` off them, tax inside it: split over their
    accounts and tax types by largest remainder."""
    groups: dict[object, list[DocumentLine]] = {}
    for line in lines:
        key = (line.account, line.account_is_id, line.tax_type, line.rate)
        groups.setdefault(key, []).append(line)
    sums = [line_totals(tuple(group), mode) for group in groups.values()]
    if amount <= 0 or not any(one.total > 0 for one in sums):
        return lines
    parts = allocate(amount, [max(one.total, ZERO) for one in sums])
    off = []
    for group, whole, part in zip(groups.values(), sums, parts, strict=True):
        if part:
            tax = round_to(part * whole.total_tax / whole.total)
            like = replace(group[0], description=text, item_code="", sources=())
            off.append(_line(_Sum(like, tax - part, -tax), mode))
    return (*lines, *off)


def _thing(line: DocumentLine) -> object:
    return (
        line.description, line.account, line.account_is_id, line.tax_type, line.rate,
        line.tracking,
    )  # fmt: skip


def _line(one: _Sum, mode: TaxMode) -> DocumentLine:
    amount = one.net + one.tax if mode is TaxMode.INCLUSIVE else one.net
    own = line_tax(amount, one.line.rate, mode)
    return replace(
        one.line, quantity=_One, unit_amount=amount, item_code="",
        tax_amount=None if own == one.tax else one.tax,
    )  # fmt: skip


def negated(lines: Iterable[DocumentLine]) -> tuple[DocumentLine, ...]:
    """The same lines the other way round."""
    return tuple(
        replace(
            line, unit_amount=-line.unit_amount,
            tax_amount=None if line.tax_amount is None else -line.tax_amount,
        )
        for line in lines
    )  # fmt: skip
