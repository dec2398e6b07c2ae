"""What people have put on our documents in Xero, beside what we did there. Pure.

Xero states what is left of an invoice or a credit note. What is gone of it, and is none of our
payments, allocations and refunds that are there, is theirs: payments, credit notes, overpayments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from accounting.history import Entry, Slot
from connector.lib.money import ZERO
from xero.documents.kinds import MOVED, Kind


def with_people(entries: Sequence[Entry], credited: Mapping[Slot, Decimal]) -> list[Entry]:
    """The entries with people's part; `credited` is what Xero says that credit notes, whosever
    they are, have taken off an invoice."""
    put, allocated = _ours(entries)
    found = []
    for entry in entries:
        if entry.settled is None or not entry.posted or entry.ended:
            found.append(entry)
            continue
        theirs = max(entry.settled - put[entry.key], ZERO)
        credit = credited.get(entry.slot, ZERO) - allocated[entry.key]
        found.append(
            replace(
                entry, by_people=theirs, credited_by_people=min(max(credit, ZERO), theirs)
            )
        )  # fmt: skip
    return found


def _ours(entries: Sequence[Entry]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """What is in Xero of ours: put on each document by its number, and of that allocated."""
    put: dict[str, Decimal] = defaultdict(Decimal)
    allocated: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if not entry.posted or entry.ended:
            continue
        if entry.kind in MOVED:
            put[entry.settles] += entry.total
        elif entry.kind is Kind.ALLOCATION:
            for number in (entry.settles, entry.against):
                put[number] += entry.total
            allocated[entry.against] += entry.total
    return put, allocated
