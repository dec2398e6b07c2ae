"""Refunds that speak of the same money as a change of their order: told by their amounts. Pure.

A shop that lowers an order may record a refund for what it took off; that is one event. A refund
of another amount is an event of its own, whenever it was made, and so is what was cancelled and
never charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.lib.money import CENT, ZERO, round_to
from stores.canonical import Refund
from sync.convert import of_refund
from sync.given_back import given_back
from sync.history import Entry
from sync.issues import standing_note
from sync.reasons import Hold
from sync.till import Credit
from xero.documents import Kind

if TYPE_CHECKING:
    from sync.plan import Planner


def refunds_of_change(planner: Planner, lowered: Decimal, edits: Sequence[Entry]) -> list[Refund]:
    """The refunds whose sum is what a change took off, beyond what was cancelled of the order; none
    where no such refunds are. `edits` are the documents of earlier changes."""
    amount = by_change(planner, lowered, edits)
    return _refunds_over(planner, amount, edits) if amount else []


def _refunds_over(planner: Planner, amount: Decimal, edits: Sequence[Entry]) -> list[Refund]:
    amounts = [(refund, credited(planner, refund)) for refund in _unspoken(planner, edits)]
    return _summing(amounts, amount, slack(planner))


def by_change(planner: Planner, lowered: Decimal, edits: Sequence[Entry]) -> Decimal:
    """How much of it is no cancellation. What was cancelled is taken to be in it, unless it was
    credited before (then all of it is change), or was no part of the invoice. Where it was as much
    as is left, refunds over that tell which of the two is."""
    cancelled, credited_before = planner.in_books(planner.order.cancelled), sum(_notes(edits), ZERO)
    if lowered < cancelled:
        grew = cancelled - lowered <= credited_before < cancelled
        return ZERO if grew else lowered
    rest = lowered - cancelled
    before = credited_before == cancelled
    if rest <= slack(planner):
        return lowered if before and _refunds_over(planner, lowered, edits) else ZERO
    return lowered if before else rest


def same_money(planner: Planner, credits: Sequence[Credit], total: Decimal) -> Credit | None:
    """The credit that a change made for the money that a refund is about, if there is one."""
    made = [c for c in credits if c.purpose.startswith("edit-") and not c.returned]
    if total > _of_changes(planner, [credit.total for credit in made]):
        return None
    most = slack(planner)
    return next((credit for credit in made if abs(credit.total - total) <= most), None)


def _of_changes(planner: Planner, credits: Sequence[Decimal]) -> Decimal:
    """What of these credits is for changes, and not for what was cancelled."""
    made, cancelled = sum(credits, ZERO), planner.in_books(planner.order.cancelled)
    return (made - cancelled if made >= cancelled else made) + slack(planner)


def _notes(edits: Sequence[Entry]) -> list[Decimal]:
    return [entry.total for entry in edits if entry.kind is Kind.CREDIT_NOTE]


def slack(planner: Planner) -> Decimal:
    """By how much two amounts may differ and be the same: by what converting them rounds."""
    return ZERO if planner.conversion() is None else CENT


def credited(planner: Planner, refund: Refund) -> Decimal:
    """What a refund credits, or will, in the currency of the sale."""
    note = standing_note(planner, refund)
    if note is not None:
        return note.total
    by = planner.conversion_of_refunds()
    total = round_to(refund.total) if by is None else of_refund(by, refund, (), ZERO).base_total
    try:
        back = given_back(
            planner.books, planner.order, refund, planner.conversion(),
            lines_only=planner.by_receipt,
        )  # fmt: skip
    except Hold:
        return total  # its credit note is held, and says why
    return total - back.on_lines


def _unspoken(planner: Planner, edits: Sequence[Entry]) -> list[Refund]:
    """Refunds that no credit note of an earlier change is for: each such note is for one."""
    notes, most, found = _notes(edits), slack(planner), []
    for refund in planner.order.refunds:
        if standing_note(planner, refund) is None:
            total = credited(planner, refund)
            same = next((note for note in notes if abs(note - total) <= most), None)
            if same is not None and same <= _of_changes(planner, notes):
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
