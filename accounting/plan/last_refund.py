"""The refund that completes an order: it takes what is left of the sale, to the cent. Pure.

Each refund is rounded by itself, in total and in tax. Where the shop has given back all of an
order, the cents that this takes or adds would stay as sales for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from accounting.money.given_back import Returned
from accounting.plan import cancellation
from accounting.plan.issues import standing_note
from accounting.plan.worksheet import Worksheet
from accounting.sale.refund import tax_of
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.money import CENT, ZERO, round_to
from stores.canonical.refund import Refund
from xero.documents.lines import TaxMode

# By how much the tax of one refund may differ from its part of the order's, by rounding alone.
MOST_TAX = 5 * CENT


def refunded_whole(mapped: MappedOrder, given: Sequence[Refund]) -> bool:
    """Whether these refunds give back all that the order came to."""
    total = round_to(sum((refund.total for refund in given), ZERO))
    return total > 0 and total == round_to(mapped.order.total + mapped.rows.tendered)


def completed(sheet: Worksheet, refund: Refund, back: Returned) -> Refund:
    """The refund as it is, or with what is left of the sale if it is the last of all of it.
    `back` is what of it went back on what the shop issued itself."""
    given = [one for one in sheet.order.refunds if one.id not in sheet.same]
    open_ones = [one for one in given if standing_note(sheet, one) is None]
    last = max(open_ones, key=lambda one: (one.refunded_at, one.id), default=None)
    if last != refund or not refunded_whole(sheet.mapped, given):
        return refund
    total, tax = _left(sheet)
    total += back.on_lines
    if abs(total - round_to(refund.total)) > CENT * len(given):
        return refund
    whole = replace(refund, total=total)
    more = tax - tax_of(sheet.books, sheet.mapped, whole, back)
    if abs(more) > MOST_TAX * len(given):
        return whole
    return replace(whole, tax=whole.tax_back + more)


def _left(sheet: Worksheet) -> tuple[Decimal, Decimal]:
    """Total and tax of the sale that nothing has credited."""
    total = tax = ZERO
    invoiced, credited = cancellation.standing(sheet)
    for sign, lines in ((1, invoiced), (-1, credited)):
        for line, mode in lines:
            due = line.tax(mode)
            tax += sign * due
            total += sign * (line.amount if mode is TaxMode.INCLUSIVE else line.amount + due)
    return total, tax
