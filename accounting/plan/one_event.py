"""Refunds that speak of the same money as a change of their order: told by their amounts. Pure.

A shop that lowers an order may record a refund for what it took off; that is one event. A refund
of another amount is an event of its own, whenever it was made, and so is what was cancelled and
never charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from accounting.history import Entry
from accounting.lines.currency import of_refund
from accounting.money.given_back import given_back
from accounting.plan.issues import standing_note
from accounting.plan.open_items import OpenCredit
from accounting.plan.worksheet import Worksheet
from accounting.reasons import Hold
from connector.lib.money import CENT, ZERO, round_to
from stores.canonical.refund import Refund
from xero.documents.kinds import Kind


def refunds_of_change(sheet: Worksheet, lowered: Decimal, edits: Sequence[Entry]) -> list[Refund]:
    """The refunds whose sum is what a change took off, beyond what was cancelled of the order; none
    where no such refunds are. `edits` are the documents of earlier changes."""
    amount = by_change(sheet, lowered, edits)
    return _refunds_over(sheet, amount, edits) if amount else []


def _refunds_over(sheet: Worksheet, amount: Decimal, edits: Sequence[Entry]) -> list[Refund]:
    amounts = [(refund, credited(sheet, refund)) for refund in _unspoken(sheet, edits)]
    return _summing(amounts, amount, slack(sheet))


def by_change(sheet: Worksheet, lowered: Decimal, edits: Sequence[Entry]) -> Decimal:
    """How much of it is no cancellation. What was cancelled is taken to be in it, unless it was
    credited before (then all of it is change), or was no part of the invoice. Where it was as much
    as is left, refunds over that tell which of the two is."""
    cancelled, credited_before = sheet.in_books(sheet.order.cancelled), sum(_notes(edits), ZERO)
    if lowered < cancelled:
        grew = cancelled - lowered <= credited_before < cancelled
        return ZERO if grew else lowered
    rest = lowered - cancelled
    before = credited_before == cancelled
    if rest <= slack(sheet):
        return lowered if before and _refunds_over(sheet, lowered, edits) else ZERO
    return lowered if before else rest


def same_money(
    sheet: Worksheet, credits: Sequence[OpenCredit], total: Decimal
) -> OpenCredit | None:
    """The credit that a change made for the money that a refund is about, if there is one."""
    made = [c for c in credits if c.purpose.startswith("edit-") and not c.returned]
    if total > _of_changes(sheet, [credit.total for credit in made]):
        return None
    most = slack(sheet)
    return next((credit for credit in made if abs(credit.total - total) <= most), None)


def _of_changes(sheet: Worksheet, credits: Sequence[Decimal]) -> Decimal:
    """What of these credits is for changes, and not for what was cancelled."""
    made, cancelled = sum(credits, ZERO), sheet.in_books(sheet.order.cancelled)
    return (made - cancelled if made >= cancelled else made) + slack(sheet)


def _notes(edits: Sequence[Entry]) -> list[Decimal]:
    return [entry.total for entry in edits if entry.kind is Kind.CREDIT_NOTE]


def slack(sheet: Worksheet) -> Decimal:
    """By how much two amounts may differ and be the same: by what converting them rounds."""
    return ZERO if sheet.conversion() is None else CENT


def credited(sheet: Worksheet, refund: Refund) -> Decimal:
    """What a refund credits, or will, in the currency of the sale."""
    note = standing_note(sheet, refund)
    if note is not None:
        return note.total
    by = sheet.conversion_of_refunds()
    total = round_to(refund.total) if by is None else of_refund(by, refund, (), ZERO).base_total
    try:
        back = given_back(
            sheet.books, sheet.mapped, refund, sheet.conversion(),
            lines_only=sheet.by_receipt,
        )  # fmt: skip
    except Hold:
        return total  # its credit note is held, and says why
    return total - back.on_lines


def _unspoken(sheet: Worksheet, edits: Sequence[Entry]) -> list[Refund]:
    """Refunds that no credit note of an earlier change is for: each such note is for one."""
    notes, most, found = _notes(edits), slack(sheet), []
    for refund in sheet.order.refunds:
        if standing_note(sheet, refund) is None:
            total = credited(sheet, refund)
            same = next((note for note in notes if abs(note - total) <= most), None)
            if same is not None and same <= _of_changes(sheet, notes):
                notes.remove(same)
                continue
        found.append(refund)
    return found


def _summing(
    amounts: Sequence[tuple[Refund, Decimal]], wanted: Decimal, most: Decimal
) -> list[Refund]:
    """Some of them that sum to what is wanted, the earliest that do; none where none do."""
    sums: dict[Decimal, list[Refund]] = {ZERO: []}
    for refund, amount in amounts:
        for total, refunds in list(sums.items()):
            if total + amount <= wanted + most:
                sums.setdefault(total + amount, [*refunds, refund])
    return next((some for total, some in sums.items() if abs(total - wanted) <= most), [])
