"""Which credit notes are of the sale that stands, and which of one that was taken back. Pure.

A sale that was cancelled or undone and is issued anew is another invoice: what was refunded is
credited against that again. Its money went back once, and does not go back a second time.
"""

from __future__ import annotations

from decimal import Decimal

from accounting.history import Entry, Slot
from accounting.plan.worksheet import Worksheet
from connector.lib.money import ZERO
from stores.canonical.refund import Refund
from xero.documents.kinds import Kind

_PURPOSE = "credit_note"


def standing_note(sheet: Worksheet, refund: Refund) -> Entry | None:
    """The credit note of a refund for the issue that stands, in Xero or on its way."""
    earlier = _earlier(sheet, refund)
    return next((note for note in _notes(sheet, refund) if note not in earlier), None)


def note_slot(sheet: Worksheet, refund: Refund) -> Slot:
    """The place of a refund's credit note: one for each issue of the sale that it credits."""
    note = standing_note(sheet, refund)
    if note is not None:
        return note.slot
    taken = [earlier.slot.revision for earlier in _earlier(sheet, refund)]
    return Slot("refund", refund.id, _PURPOSE, 1 + max(taken, default=0))


def went_back(sheet: Worksheet, refund: Refund) -> Decimal:
    """What was paid out for a refund while an earlier issue stood."""
    if sheet.issue == 1:
        return ZERO
    mine = sheet.history.frozen(
        lambda e: e.kind is Kind.REFUND and e.slot[:2] == ("refund", refund.id)
    )
    numbers = tuple(f"{number}-" for number in _numbers(sheet))
    now = f"{sheet.number}-"
    paid = (e for e in mine if e.settles.startswith(numbers) and not e.settles.startswith(now))
    return sum((entry.total for entry in paid), ZERO)


def _notes(sheet: Worksheet, refund: Refund) -> list[Entry]:
    return [note for note in sheet.history.of(_PURPOSE) if note.slot[:2] == ("refund", refund.id)]


def _earlier(sheet: Worksheet, refund: Refund) -> list[Entry]:
    """Its credit notes for issues that were taken back: they bear those issues' numbers."""
    numbers = tuple(f"{number}-R" for number in _numbers(sheet))
    if not numbers:
        return []
    own = sheet.current is not None and not sheet.current.shared
    return [
        note
        for note in _notes(sheet, refund)
        if note.key.startswith(numbers) or (note.shared and own)
    ]


def _numbers(sheet: Worksheet) -> list[str]:
    """The numbers of the invoices of earlier issues, as they stood."""
    found = (sheet.entry("invoice", issue) for issue in range(1, sheet.issue))
    return [entry.key for entry in found if entry is not None]
