"""An order that changed after its invoice was posted: which document follows. Pure.

An invoice that nothing has touched is changed in place; otherwise what was added becomes an
invoice of its own, and what was taken off a credit note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.lib.money import ZERO, written
from stores.canonical import Refund
from stores.profile import Field
from sync.dates import open_date
from sync.due import due_date
from sync.eligible import local_date
from sync.history import DRAFTS, Entry
from sync.issues import standing_note
from sync.line_differences import difference
from sync.one_event import by_change, refunds_of_change
from sync.reasons import Reason
from sync.standing_money import put_against
from sync.till import total_of
from xero.documents import CreditNote, Invoice, InvoiceUpdate, Kind, Ref
from xero.lines import DocumentLine, TaxMode, line_totals

if TYPE_CHECKING:
    from sync.plan import Planner

Sided = list[tuple[DocumentLine, TaxMode]]


def follow(planner: Planner) -> None:
    """Plan what a change of the order asks for; nothing where no money moved."""
    current, desired = planner.current, planner.built.invoice
    assert current is not None
    assert desired is not None
    desired = replace(desired, number=current.key)
    edits = planner.edits()
    if not _moved(current, edits, desired):
        return
    lowered = _net(current, edits)[0] - total_of(desired)
    spoken = refunds_of_change(planner, lowered, edits)
    planner.same |= {refund.id for refund in spoken}
    if spoken and by_change(planner, lowered, edits) == lowered:
        return  # the refunds speak of the same money
    cancelled = lowered > 0 and not by_change(planner, lowered, edits)
    if planner.books.snapshot.rules.posting.edits == "ignore" and not cancelled:
        text = f"{current.key} stays as it was posted; the shop has changed the order since."
        planner.reasons.append(Reason("edit_ignored", text, "posting.edits"))
    elif _unsettled(planner, current, edits):
        planner.wait = True
    elif may_change(planner, current) and not spoken:
        _in_place(planner, current, desired)
    else:
        _beside(planner, current, edits, desired, spoken)


def may_change(planner: Planner, current: Entry) -> bool:
    """Whether an invoice may be changed or voided: a draft, or one of this month that nothing
    was paid on or allocated to, in a period that is open."""
    if current.fixed:
        return False
    if current.status in DRAFTS:
        return True
    return (
        current.status == "AUTHORISED"
        and untouched(planner, current)
        and not month_over(current, planner.today)
        and not locked(planner, current)
    )


def untouched(planner: Planner, current: Entry) -> bool:
    """Whether nothing hangs on an invoice: no money, no credit, no further document."""
    paid = put_against(planner.history)[current.key] or current.due not in (None, current.total)
    return not paid and not planner.edits() and not planner.credited()


def month_over(current: Entry, today: date) -> bool:
    assert current.dated is not None
    return (today.year, today.month) > (current.dated.year, current.dated.month)


def locked(planner: Planner, current: Entry) -> bool:
    lock = planner.books.organisation.lock_date
    assert current.dated is not None
    return lock is not None and current.dated <= lock


def _moved(current: Entry, edits: Sequence[Entry], desired: Invoice) -> bool:
    totals = desired.expected()
    assert totals is not None
    net = _net(current, edits)
    return (totals.total, totals.total_tax, desired.currency) != (*net, current.currency)


def _net(current: Entry, edits: Sequence[Entry]) -> tuple[Decimal, Decimal]:
    """Total and tax of an invoice with the changes that were posted beside it."""
    signs = [(1 if entry.kind is Kind.INVOICE else -1, entry) for entry in edits]
    total = current.total + sum((sign * entry.total for sign, entry in signs), ZERO)
    return total, current.tax + sum((sign * entry.tax for sign, entry in signs), ZERO)


def _unsettled(planner: Planner, current: Entry, edits: Sequence[Entry]) -> bool:
    updates = planner.history.of("update")
    return not all(entry.posted for entry in (current, *edits, *updates))


def _in_place(planner: Planner, current: Entry, desired: Invoice) -> None:
    done = [entry.slot.revision for entry in planner.history.of("update")]
    slot = planner.slot("update", max(done, default=0) + 1)
    if current.status in DRAFTS:
        desired = replace(desired, sent_to_contact=False)
    # Its own status, whatever the setting is by now: Xero makes no draft of what is approved.
    desired = replace(desired, contact=planner.contact, status=current.status)
    document = InvoiceUpdate(Ref(Kind.INVOICE, current.key), desired)
    planner.want(document, slot, current.slot)


def _beside(
    planner: Planner, current: Entry, edits: Sequence[Entry], desired: Invoice,
    spoken: Sequence[Refund],
) -> None:  # fmt: skip
    """A supplementary invoice, or a credit note, for the difference. What the refunds `spoken`
    of credit is no part of it."""
    totals = desired.expected()
    assert totals is not None
    more = totals.total - _net(current, edits)[0]
    if not more:
        _by_hand(planner, f"its tax is {written(totals.total_tax)} now, its total is the same")
        return
    now: Sided = [(line, desired.mode) for line in desired.lines]
    invoiced = [e for e in (current, *edits) if e.kind is Kind.INVOICE]
    credited = [e for e in edits if e.kind is Kind.CREDIT_NOTE]
    if more > 0:
        lines = difference([*now, *sided(credited)], sided(invoiced), desired.mode)
        _supplement(planner, current, desired, lines)
        return
    notes = [note for refund in spoken if (note := standing_note(planner, refund)) is not None]
    if len(notes) < len(spoken):
        planner.wait = True  # what is left to credit is known once they are credited
        return
    credited += notes
    lines = difference(sided(invoiced), [*now, *sided(credited)], desired.mode)
    if _refunds_left(planner, invoiced, credited, spoken) < line_totals(lines, desired.mode).total:
        _by_hand(planner, f"{written(-more)} less, and refunds have not left as much of it")
        return
    _credit(planner, current, desired, lines)


def _refunds_left(
    planner: Planner, invoiced: Sequence[Entry], credited: Sequence[Entry], spoken: Sequence[Refund]
) -> Decimal:
    """What the refunds that are an event of their own leave of what was invoiced."""
    left = sum((e.total for e in invoiced), ZERO) - sum((e.total for e in credited), ZERO)
    own = [standing_note(planner, r) for r in planner.order.refunds if r not in spoken]
    return left - sum((note.total for note in own if note is not None), ZERO)


def sided(entries: Sequence[Entry]) -> Sided:
    """All lines of some documents, each with the basis it stands in."""
    return [(line, entry.mode) for entry in entries for line in entry.lines]


def _place(planner: Planner, current: Entry) -> tuple[int, str, date]:
    """Which change it is, the number of its document, and its date: the day of the change."""
    count = 1 + max((e.slot.revision for e in planner.history.of("edit")), default=0)
    changed = local_date(planner.books.snapshot, planner.order.updated_at)
    day = open_date(planner.books, changed, "change").day
    return count, f"{current.key}-E{1 + len(planner.edits())}", day


def _supplement(
    planner: Planner, current: Entry, desired: Invoice, lines: tuple[DocumentLine, ...]
) -> None:
    count, number, day = _place(planner, current)
    due, _ = due_date(planner.books, planner.order, day, planner.built.contact)
    document = replace(
        desired, number=number, lines=lines, date=day, due_date=due, contact=planner.contact,
        currency_rate=current.rate, status=planner.status,
    )  # fmt: skip
    planner.want(document, planner.slot("edit", count), current.slot)


def _credit(
    planner: Planner, current: Entry, desired: Invoice, lines: tuple[DocumentLine, ...]
) -> None:
    if line_totals(lines, desired.mode).total <= 0:
        return
    count, number, day = _place(planner, current)
    document = CreditNote(
        number=number, contact=planner.contact, date=day, mode=desired.mode,
        currency=desired.currency, status=planner.status, reference=desired.reference,
        lines=lines, currency_rate=current.rate,
    )  # fmt: skip
    planner.want(document, planner.slot("edit", count), current.slot)


def _by_hand(planner: Planner, what: str) -> None:
    assert planner.current is not None
    text = (
        f"{planner.current.key} is in Xero as it was before; the shop has changed the order "
        f"since: {what}. Correct it in Xero by hand."
    )
    planner.reasons.append(Reason("changed_after_posting", text, Field.UPDATED))
