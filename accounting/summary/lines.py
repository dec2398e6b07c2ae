"""The lines of a daily summary: its parts summed by account, tax type and tracking. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from accounting.books import Books
from accounting.lines.closing import closing_accounts, overrides
from accounting.lines.compose import close, is_rounding
from accounting.reasons import Hold
from connector.lib.money import CENT, ZERO
from connector.lib.texts.said import said
from xero.documents.lines import DocumentLine, TaxMode, line_tax

if TYPE_CHECKING:
    from accounting.summary.parts import Part

# A stated tax that is farther from its rate than this is no rounding: it is as charged.
_AS_CHARGED = 5 * CENT
_AS_CHARGED_SHARE = Decimal("0.001")


@dataclass(slots=True)
class _Sum:
    """Lines of one account, tax type and tracking; `as_charged` if their tax is not the rate's."""

    like: DocumentLine
    as_charged: bool
    net: Decimal = ZERO
    tax: Decimal = ZERO
    orders: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def line(self, mode: TaxMode, title: str, *, stated: bool) -> DocumentLine:
        amount = self.net + self.tax if mode is TaxMode.INCLUSIVE else self.net
        own = line_tax(amount, self.like.rate, mode)
        stated = (stated or self.as_charged) and own != self.tax
        like = self.like
        return DocumentLine(
            title, Decimal(1), amount, like.account, like.tax_type, like.rate,
            tax_amount=self.tax if stated else None, tracking=like.tracking,
            account_is_id=like.account_is_id,
        )  # fmt: skip


def lines_of(books: Books, parts: Sequence[Part], mode: TaxMode) -> tuple[DocumentLine, ...]:
    """One line for each account, tax type and tracking, that sum to what was charged.

    Where stated taxes are not wanted, Xero computes them if what it then lacks is rounding.
    """
    computed = computed_lines(books, parts, mode)
    if computed is not None:
        return computed
    if overrides(books, parts[0].currency) and not all(part.overrides for part in parts):
        raise Hold(
            "tax_does_not_add_up",
            said(
                "Xero refused the tax that the shop charged on these orders, and computes one that "
                "differs by more than rounding. Choose posting.mode: per_order, or enter the day "
                "by hand."
            ),
            "posting.rounding",
        )
    return _stated(books, _sums(parts), mode)


def computed_lines(
    books: Books, parts: Sequence[Part], mode: TaxMode
) -> tuple[DocumentLine, ...] | None:
    """Lines whose tax Xero computes, closed by a rounding line; None where taxes are stated, or
    where more than rounding would be left."""
    computed = _computed(_sums(parts))
    stated = overrides(books, parts[0].currency) and all(part.overrides for part in parts)
    if stated or not computed:
        return None
    total = sum((part.totals.total for part in parts), ZERO)
    tax = sum((part.tax for part in parts), ZERO)
    lines = [one.line(mode, _title(books, one), stated=False) for one in computed]
    closing = closing_accounts(books)
    try:
        return close(
            lines, mode, total=total, tax=tax, currency=parts[0].currency, override=False,
            closing=closing,
        )  # fmt: skip
    except Hold:
        return None


def _computed(sums: list[_Sum]) -> list[_Sum]:
    """What Xero is to compute tax on: all but the rounding of the orders, which is made anew."""
    return [one for one in sums if not is_rounding(one.like) and (one.net or one.tax)]


def _stated(books: Books, sums: list[_Sum], mode: TaxMode) -> tuple[DocumentLine, ...]:
    lines = [one.line(mode, _title(books, one), stated=True) for one in sums]
    kept = [line for line in lines if line.amount or line.tax(mode)]
    return tuple(kept or lines)


def _sums(parts: Sequence[Part]) -> list[_Sum]:
    sums: dict[tuple[object, ...], _Sum] = {}
    for part in parts:
        for line in part.lines:
            as_charged = _as_charged(line, part)
            key = (
                is_rounding(line), line.account, line.account_is_id, line.tax_type, line.rate,
                line.tracking, as_charged,
            )  # fmt: skip
            found = sums.setdefault(key, _Sum(line, as_charged))
            tax = line.tax(part.mode)
            found.net += line.amount - tax if part.mode is TaxMode.INCLUSIVE else line.amount
            found.tax += tax
            found.orders.add(part.order_id)
            found.texts.add(line.description)
    return [sums[key] for key in sorted(sums)]


def _as_charged(line: DocumentLine, part: Part) -> bool:
    """Whether the tax that a line states is the shop's in place of the rate's."""
    if line.tax_amount is None:
        return False
    gap = abs(line.tax_amount - line_tax(line.amount, line.rate, part.mode))
    large = gap > max(_AS_CHARGED, abs(line.amount) * _AS_CHARGED_SHARE)
    return large or not part.overrides


def _title(books: Books, one: _Sum) -> str:
    """What the line is for: by its account's purpose, else what all its lines are called."""
    if is_rounding(one.like):
        return "Rounding"
    name = _purpose(books, one.like.account)
    if not name:
        name = one.texts.copy().pop() if len(one.texts) == 1 else "Sales"
    count = len(one.orders)
    return f"{name} of {count} {'order' if count == 1 else 'orders'}"


def _purpose(books: Books, account: str) -> str:
    """`shipping` → Shipping, for the account that is mapped to it."""
    for name, mapped in books.snapshot.rules.accounts:
        facts = books.organisation.accounts.get(mapped) if mapped else None
        if account and account in (mapped, facts and facts.code, facts and facts.account_id):
            return str(name).replace("_", " ").capitalize()
    return ""
