"""An order that changed after its invoice was posted: which document follows. Pure.

An invoice that nothing has touched is changed in place; otherwise what was added becomes an
invoice of its own, and what was taken off a credit note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from accounting.dates import open_date
from accounting.eligibility import local_date
from accounting.history import Entry
from accounting.lines.difference import difference
from accounting.money.standing import put_against
from accounting.plan.issues import standing_note
from accounting.plan.one_event import by_change, refunds_of_change
from accounting.plan.open_items import total_of
from accounting.plan.sold_to import sold_to
from accounting.plan.worksheet import Worksheet
from accounting.reasons import Reason
from accounting.sale.due_date import due_date
from connector.lib.money import ZERO
from connector.lib.texts.said import said
from stores.canonical.refund import Refund
from stores.profile import Field
from xero.documents.documents import CreditNote, Invoice, InvoiceUpdate
from xero.documents.kinds import Kind, Ref
from xero.documents.lines import DocumentLine, TaxMode, line_totals
from xero.documents.statuses import DRAFTS

Sided = list[tuple[DocumentLine, TaxMode]]


def follow(sheet: Worksheet) -> None:
    """Plan what a change of the order asks for; nothing where no money moved."""
    current, desired = sheet.current, sheet.built.invoice
    assert current is not None
    assert desired is not None
    desired = replace(desired, number=current.key)
    edits = sheet.edits()
    if not _moved(current, edits, desired):
        return
    lowered = _net(current, edits)[0] - total_of(desired)
    spoken = refunds_of_change(sheet, lowered, edits)
    sheet.same |= {refund.id for refund in spoken}
    if spoken and by_change(sheet, lowered, edits) == lowered:
        return  # the refunds speak of the same money
    cancelled = lowered > 0 and not by_change(sheet, lowered, edits)
    if sheet.books.snapshot.rules.posting.edits == "ignore" and not cancelled:
        text = said(
            "%(key)s stays as it was posted; the shop has changed the order since.", key=current.key
        )
        sheet.reasons.append(Reason("edit_ignored", text, "posting.edits"))
        sheet.ignored = max(-lowered, ZERO)
    elif _unsettled(sheet, current, edits):
        sheet.wait = True
    elif may_change(sheet, current) and not spoken:
        _in_place(sheet, current, desired)
    else:
        _beside(sheet, current, edits, desired, spoken)


def may_change(sheet: Worksheet, current: Entry) -> bool:
    """Whether an invoice may be changed or voided: a draft, or one of this month that nothing
    was paid on or allocated to, in a period that is open."""
    if current.fixed:
        return False
    if current.status in DRAFTS:
        return True
    return (
        current.status == "AUTHORISED"
        and untouched(sheet, current)
        and not month_over(current, sheet.today)
        and not locked(sheet, current)
    )


def untouched(sheet: Worksheet, current: Entry) -> bool:
    """Whether nothing hangs on an invoice: no money, no credit, no further document."""
    paid = put_against(sheet.history)[current.key] or current.due not in (None, current.total)
    return not paid and not sheet.edits() and not sheet.credited()


def month_over(current: Entry, today: date) -> bool:
    assert current.dated is not None
    return (today.year, today.month) > (current.dated.year, current.dated.month)


def locked(sheet: Worksheet, current: Entry) -> bool:
    lock = sheet.books.organisation.lock_date
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


def _unsettled(sheet: Worksheet, current: Entry, edits: Sequence[Entry]) -> bool:
    updates = sheet.history.of("update")
    return not all(entry.posted for entry in (current, *edits, *updates))


def _in_place(sheet: Worksheet, current: Entry, desired: Invoice) -> None:
    done = [entry.slot.revision for entry in sheet.history.of("update")]
    slot = sheet.slot("update", max(done, default=0) + 1)
    if current.status in DRAFTS:
        open_date(sheet.books, desired.date, "order")  # or held: Xero refuses a locked day
        desired = replace(desired, sent_to_contact=False)
    # Its own status, whatever the setting is by now: Xero makes no draft of what is approved.
    desired = replace(desired, contact=sold_to(sheet), status=current.status)
    document = InvoiceUpdate(Ref(Kind.INVOICE, current.key), desired)
    sheet.add(document, slot, current.slot)


def _beside(
    sheet: Worksheet, current: Entry, edits: Sequence[Entry], desired: Invoice,
    spoken: Sequence[Refund],
) -> None:  # fmt: skip
    """A supplementary invoice, or a credit note, for the difference. What the refunds `spoken`
    of credit is no part of it."""
    totals = desired.expected()
    assert totals is not None
    more = totals.total - _net(current, edits)[0]
    if not more:
        text = said(
            "%(key)s is in Xero as it was before; the shop has changed the order since: its tax "
            "is %(tax)s now, its total is the same. Correct it in Xero by hand.",
            key=current.key,
            tax=totals.total_tax,
        )
        sheet.reasons.append(Reason("changed_after_posting", text, Field.UPDATED))
        return
    now: Sided = [(line, desired.mode) for line in desired.lines]
    invoiced = [e for e in (current, *edits) if e.kind is Kind.INVOICE]
    credited = [e for e in edits if e.kind is Kind.CREDIT_NOTE]
    if more > 0:
        lines = difference([*now, *sided(credited)], sided(invoiced), desired.mode)
        _supplement(sheet, current, desired, lines)
        return
    notes = [note for refund in spoken if (note := standing_note(sheet, refund)) is not None]
    if len(notes) < len(spoken):
        sheet.wait = True  # what is left to credit is known once they are credited
        return
    credited += notes
    lines = difference(sided(invoiced), [*now, *sided(credited)], desired.mode)
    if _refunds_left(sheet, invoiced, credited, spoken) < line_totals(lines, desired.mode).total:
        text = said(
            "%(key)s is in Xero as it was before; the shop has changed the order since: %(less)s "
            "less, and refunds have not left as much of it. Correct it in Xero by hand.",
            key=current.key,
            less=-more,
        )
        sheet.reasons.append(Reason("changed_after_posting", text, Field.UPDATED))
        return
    _credit(sheet, current, desired, lines)


def _refunds_left(
    sheet: Worksheet, invoiced: Sequence[Entry], credited: Sequence[Entry], spoken: Sequence[Refund]
) -> Decimal:
    """What the refunds that are an event of their own leave of what was invoiced."""
    left = sum((e.total for e in invoiced), ZERO) - sum((e.total for e in credited), ZERO)
    own = [standing_note(sheet, r) for r in sheet.order.refunds if r not in spoken]
    return left - sum((note.total for note in own if note is not None), ZERO)


def sided(entries: Sequence[Entry]) -> Sided:
    """All lines of some documents, each with the basis it stands in."""
    return [(line, entry.mode) for entry in entries for line in entry.lines]


def _place(sheet: Worksheet, current: Entry) -> tuple[int, str, date]:
    """Which change it is, the number of its document, and its date: the day of the change."""
    count = 1 + max((e.slot.revision for e in sheet.history.of("edit")), default=0)
    changed = local_date(sheet.books.snapshot, sheet.order.updated_at)
    day = open_date(sheet.books, changed, "change").day
    return count, f"{current.key}-E{1 + len(sheet.edits())}", day


def _supplement(
    sheet: Worksheet, current: Entry, desired: Invoice, lines: tuple[DocumentLine, ...]
) -> None:
    count, number, day = _place(sheet, current)
    due = due_date(sheet.mapped, day, sheet.built.contact)
    document = replace(
        desired, number=number, lines=lines, date=day, due_date=due, contact=sold_to(sheet),
        currency_rate=current.rate, status=sheet.status,
    )  # fmt: skip
    sheet.add(document, sheet.slot("edit", count), current.slot)


def _credit(
    sheet: Worksheet, current: Entry, desired: Invoice, lines: tuple[DocumentLine, ...]
) -> None:
    if line_totals(lines, desired.mode).total <= 0:
        return
    count, number, day = _place(sheet, current)
    document = CreditNote(
        number=number, contact=sold_to(sheet), date=day, mode=desired.mode,
        currency=desired.currency, status=sheet.status, reference=desired.reference,
        lines=lines, currency_rate=current.rate,
    )  # fmt: skip
    sheet.add(document, sheet.slot("edit", count), current.slot)
