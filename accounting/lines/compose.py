"""An order's charges as lines whose sum is the shop's total, to the cent.

Pure. Charges come in with their account and tax type resolved; lines go out. Tax and rounding
follow accounting.md's rules: the store's basis is kept (gross or net), discounts stand on
lines of their own or inside the goods, the tax charged is posted as an override where Xero
would compute another (or closed by a rounding line), and what remains must be rounding: at
most a cent for each taxed line and five in all. Anything larger is no rounding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from accounting.lines.charge import Charge, cut, priced
from accounting.lines.total_rows import row_unmapped
from accounting.reasons import Hold
from connector.lib.money import ZERO, round_to, smallest_unit
from connector.lib.texts.said import said
from stores.canonical.order import TotalRow
from stores.profile import Field
from xero.documents.lines import DocumentLine, TaxMode, line_tax, line_totals

DISCOUNT = "Discount"


class Closing(Protocol):
    """Where the lines go that no charge brings. Each raises `Hold` where nothing fits."""

    def discounts(self, tax_type: str) -> tuple[str, bool]:
        """The account of discounts taxed as `tax_type`, and whether it is an AccountID."""

    def rounding(self, gap: Decimal) -> tuple[str, bool, str]:
        """Likewise the rounding account, and the out-of-scope tax type."""


def re_dated(
    lines: tuple[DocumentLine, ...], original: date | None, what: str
) -> tuple[DocumentLine, ...]:
    """The lines of a document that could not keep its date: the first says which it was."""
    if original is None or not lines:
        return lines
    text = cut(f"{lines[0].description} ({what} {original.isoformat()})")
    return (replace(lines[0], description=text), *lines[1:])


def compose(
    charges: list[Charge], mode: TaxMode, *, separate: bool, override: bool, closing: Closing,
    discount: str = DISCOUNT,
) -> list[DocumentLine]:  # fmt: skip
    """Goods, shipping and fees in the order given, then one discount line per tax type, called
    `discount`.

    With `override`, a line whose tax by Xero's arithmetic differs from the tax charged
    carries the tax charged.
    """
    lines: list[DocumentLine] = []
    groups: dict[object, list[tuple[Charge, DocumentLine]]] = defaultdict(list)
    for charge in charges:
        full, amount = round_to(charge.full), round_to(charge.charged)
        discounted = separate and full > amount
        if discounted:
            amount = full
        line = priced(charge, amount, _stated(charge, amount, mode, override, discounted))
        if discounted:
            # The rate, because a type's rate may be unknown while not connected; tracking, so
            # that the discount reduces what it was given on.
            untaxed = charge.discount_type and charge.discount_type.value
            groups[charge.tax_type, charge.rate, charge.tracking, untaxed].append((charge, line))
        lines.append(line)
    rests = [_discount_line(members, mode, override, closing) for members in groups.values()]
    return lines + [replace(rest, description=cut(discount)) for rest in rests]


def _stated(
    charge: Charge, amount: Decimal, mode: TaxMode, override: bool, discounted: bool
) -> Decimal | None:
    """The tax that the line of a charge states. What is taken off on a line of its own has its
    tax there."""
    if discounted and not (charge.untaxed_discount and override):
        if not charge.as_charged:
            return None
        charged = line_tax(amount, charge.shop_rate, mode)
    elif override or charge.as_charged:
        charged = charge.tax
    else:
        return None
    return _unlike_own(charged, amount, charge.rate, mode)


def _unlike_own(tax: Decimal, amount: Decimal, rate: Decimal, mode: TaxMode) -> Decimal | None:
    """A tax in cents; None where Xero computes the same."""
    tax = round_to(tax)
    return None if tax == line_tax(amount, rate, mode) else tax


def _discount_line(
    members: list[tuple[Charge, DocumentLine]], mode: TaxMode, override: bool, closing: Closing
) -> DocumentLine:
    """The negative rest, so that goods and discount sum to what the shop charged."""
    first = members[0][0]
    amount = sum((round_to(charge.charged) - line.amount for charge, line in members), ZERO)
    tax = sum((charge.tax - line.tax(mode) for charge, line in members), ZERO)
    tax_type, rate = first.tax_type, first.rate
    if first.discount_type is not None:
        tax_type, rate = first.discount_type.value, ZERO
    account, is_id = closing.discounts(tax_type)
    line = DocumentLine(
        DISCOUNT, Decimal(1), amount, account, tax_type, rate,
        tracking=first.tracking, account_is_id=is_id,
        sources=(("AccountCode", "accounts.discounts"), *_sources_of_discount(first)),
    )  # fmt: skip
    as_charged = any(charge.as_charged for charge, _ in members)
    return with_tax(line, tax, mode) if override or as_charged else line


def with_tax(line: DocumentLine, tax: Decimal, mode: TaxMode) -> DocumentLine:
    """The line with the tax charged, stated only where Xero would compute another."""
    stated = _unlike_own(tax, line.amount, line.rate, mode)
    return line if line.tax_amount == stated else replace(line, tax_amount=stated)


def rounding_limit(lines: Sequence[DocumentLine], currency: str) -> Decimal:
    """What may be called rounding on one document: a cent for each taxed line, 5 at most. Where
    there are no cents, it is the smallest unit that can be paid."""
    taxed, unit = sum(1 for line in lines if line.rate), smallest_unit(currency)
    return min(unit * max(1, taxed), 5 * unit)


def close(
    lines: list[DocumentLine],
    mode: TaxMode,
    *,
    total: Decimal,
    tax: Decimal,
    currency: str,
    override: bool,
    closing: Closing,
    unmapped: tuple[TotalRow, ...] = (),
) -> tuple[DocumentLine, ...]:
    """The lines with a rounding line where their sum differs from `total` by rounding.

    Holds where the difference is larger, or where the tax posted would differ from the tax
    charged by more than that. `unmapped` are total rows that may explain it.
    """
    totals = line_totals(tuple(lines), mode)
    limit = rounding_limit(lines, currency)
    gap, tax_gap = total - totals.total, round_to(tax) - totals.total_tax
    if gap:
        _check_gap(gap, limit, totals.total, total, unmapped)
    if abs(tax_gap) > limit:
        raise Hold(
            "tax_does_not_add_up",
            said(
                "The shop charged %(tax)s tax in all, but its lines carry %(total_tax)s. More than "
                "%(limit)s is no rounding. Compare the tax of the lines with the order's in the "
                "shop.",
                tax=round_to(tax),
                total_tax=totals.total_tax,
                limit=limit,
            ),
            "posting.rounding",
        )
    if tax_gap and not gap and override:
        # No rounding line would disclose it: the tax charged is posted to the cent.
        lines = _retaxed(lines, tax_gap, mode)
        gap = total - line_totals(tuple(lines), mode).total
    return (*lines, _rounding_line(gap, closing)) if gap else tuple(lines)


def _check_gap(
    gap: Decimal, limit: Decimal, found: Decimal, total: Decimal, unmapped: tuple[TotalRow, ...]
) -> None:
    """Hold where a difference is more than rounding, or exactly a row without a meaning."""
    exact = [row for row in unmapped if round_to(row.amount + row.tax) == gap]
    if abs(gap) <= limit and not exact:
        return
    if unmapped:
        reason = row_unmapped(exact[:1] or list(unmapped), certain=False).reason
        text = said(
            "The lines sum to %(found)s, but the order's total is %(total)s: %(gap)s is "
            "unexplained. %(why)s",
            found=found,
            total=total,
            gap=gap,
            why=reason.message,
        )
        raise Hold(reason.code, text, reason.field)
    raise Hold(
        "totals_do_not_add_up",
        said(
            "The lines sum to %(found)s, but the order's total is %(total)s: %(gap)s is "
            "unexplained, and more than %(limit)s is no rounding. Compare the order's total with "
            "its lines in the shop.",
            found=found,
            total=total,
            gap=gap,
            limit=limit,
        ),
        Field.TOTAL,
    )


def _retaxed(lines: list[DocumentLine], gap: Decimal, mode: TaxMode) -> list[DocumentLine]:
    """The lines with `gap` more tax, on the largest taxed one; which does not depend on their
    order, as far as they can be told apart."""
    taxed = [i for i, line in enumerate(lines) if line.rate]
    if not taxed:
        return lines
    at = max(taxed, key=lambda i: (lines[i].amount, str(lines[i].payload())))
    changed = with_tax(lines[at], lines[at].tax(mode) + gap, mode)
    return [*lines[:at], changed, *lines[at + 1 :]]


def _rounding_line(gap: Decimal, closing: Closing) -> DocumentLine:
    account, is_id, tax_type = closing.rounding(gap)
    return DocumentLine(
        "Rounding", Decimal(1), gap, account, tax_type, account_is_id=is_id,
        sources=(("AccountCode", "accounts.rounding"), ("TaxType", "tax.out_of_scope")),
    )  # fmt: skip


def is_rounding(line: DocumentLine) -> bool:
    """Whether it closes a document, and is nothing that was sold under that name."""
    return line.description == "Rounding" and not line.rate


def _sources_of_discount(charge: Charge) -> tuple[tuple[str, str], ...]:
    """Those of the line that it was taken off, but for its account."""
    own = (("TaxType", charge.discount_type.source),) if charge.discount_type else ()
    left = ("AccountCode", "ItemCode", *(name for name, _ in own))
    return (*own, *(one for one in charge.sources if one[0] not in left))
