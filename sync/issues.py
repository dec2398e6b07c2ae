"""Which credit notes are of the sale that stands, and which of one that was taken back. Pure.

A sale that was cancelled or undone and is issued anew is another invoice: what was refunded is
credited against that again. Its money went back once, and does not go back a second time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.lib.money import ZERO
from stores.canonical import Refund
from sync.history import Entry, Slot
from xero.documents import Kind

if TYPE_CHECKING:
    from sync.plan import Planner

_PURPOSE = "credit_note"


def issue_number(base: str, issue: int) -> str:
    """The invoice's number; one that is issued again after it was taken back bears a letter."""
    return base if issue == 1 else f"{base}-{_letters(issue - 1)}"


# Without C, E and R, which end the numbers of cancellations, edits and refunds.
_ALPHABET = "ABDFGHIJKLMNOPQSTUVWXYZ"


def _letters(count: int) -> str:
    """1 → A, 2 → B, 3 → D; after Z comes AA."""
    text = ""
    while count:
        count, place = divmod(count - 1, len(_ALPHABET))
        text = _ALPHABET[place] + text
    return text


def standing_note(planner: Planner, refund: Refund) -> Entry | None:
    """The credit note of a refund for the issue that stands, in Xero or on its way."""
    earlier = _earlier(planner, refund)
    return next((note for note in _notes(planner, refund) if note not in earlier), None)


def note_slot(planner: Planner, refund: Refund) -> Slot:
    """The place of a refund's credit note: one for each issue of the sale that it credits."""
    note = standing_note(planner, refund)
    if note is not None:
        return note.slot
    taken = [earlier.slot.revision for earlier in _earlier(planner, refund)]
    return Slot("refund", refund.id, _PURPOSE, 1 + max(taken, default=0))


def went_back(planner: Planner, refund: Refund) -> Decimal:
    """What was paid out for a refund while an earlier issue stood."""
    if planner.issue == 1:
        return ZERO
    mine = planner.history.frozen(
        lambda e: e.kind is Kind.REFUND and e.slot[:2] == ("refund", refund.id)
    )
    numbers = tuple(f"{number}-" for number in _numbers(planner))
    now = f"{planner.number}-"
    paid = (e for e in mine if e.settles.startswith(numbers) and not e.settles.startswith(now))
    return sum((entry.total for entry in paid), ZERO)


def _notes(planner: Planner, refund: Refund) -> list[Entry]:
    return [note for note in planner.history.of(_PURPOSE) if note.slot[:2] == ("refund", refund.id)]


def _earlier(planner: Planner, refund: Refund) -> list[Entry]:
    """Its credit notes for issues that were taken back: they bear those issues' numbers."""
    numbers = tuple(f"{number}-R" for number in _numbers(planner))
    if not numbers:
        return []
    own = planner.current is not None and not planner.current.shared
    return [
        note
        for note in _notes(planner, refund)
        if note.key.startswith(numbers) or (note.shared and own)
    ]


def _numbers(planner: Planner) -> list[str]:
    """The numbers of the invoices of earlier issues, as they stood."""
    found = (planner.entry("invoice", issue) for issue in range(1, planner.issue))
    return [entry.key for entry in found if entry is not None]
