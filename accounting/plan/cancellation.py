"""A sale that the shop cancelled: how it is taken back, by what became of its invoice. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from accounting.dates import open_date
from accounting.eligibility import money_returned
from accounting.history import Entry
from accounting.lines.difference import difference, less
from accounting.plan.edits import Sided, may_change, sided
from accounting.plan.open_items import OpenCredit, total_of
from accounting.plan.sold_to import sold_to
from accounting.plan.worksheet import Worksheet
from accounting.reasons import Reason
from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import said
from stores.profile import Field
from xero.documents.documents import BankTransaction, CreditNote, DocumentStatusChange, Invoice
from xero.documents.kinds import Kind, Ref
from xero.documents.lines import TaxMode, line_totals
from xero.documents.statuses import DRAFTS


def by_status(sheet: Worksheet) -> bool:
    """Delete a draft, or void an invoice that nothing hangs on; whether that is the way."""
    current = sheet.current
    assert current is not None
    if not current.posted:
        sheet.wait = True
        return True
    slot = sheet.slot("cancel", sheet.issue)
    under_way = sheet.history.at(slot)
    if under_way is not None and under_way.frozen:
        sheet.wait = not under_way.posted
        return True
    by_credit_note = sheet.books.snapshot.rules.posting.cancel == "credit_note"
    draft = current.status in DRAFTS
    # What came in meanwhile belongs into the books, also if the sale is taken back.
    came = sheet.built.payments or (sheet.built.elsewhere and not sheet.history.undone)
    if not draft and (by_credit_note or came):
        return False
    if not (may_change(sheet, current) or _comes_to_nothing(sheet, current)):
        return False
    status = "DELETED" if draft else "VOIDED"
    document = DocumentStatusChange(Kind.INVOICE, Ref(Kind.INVOICE, current.key), status)
    why = "undone by a person" if sheet.history.undone else "cancelled in the shop"
    note = f"Order {sheet.order.number} was {why}: {status.lower()}."
    sheet.add(document, slot, current.slot, note)
    return True


def _comes_to_nothing(sheet: Worksheet, current: Entry) -> bool:
    """Whether it is an invoice over 0.00, which Xero calls paid at once, and which may be voided
    as one that is open."""
    return current.status == "PAID" and not current.total and may_change(
        sheet, replace(current, status="AUTHORISED")
    )  # fmt: skip


def paid_back(sheet: Worksheet, found: Sequence[OpenCredit]) -> list[OpenCredit]:
    """The credit notes so far: where the sale's money went back, that of changes did too."""
    back = _returned(sheet)
    if not back:
        return list(found)
    return [replace(credit, returned=True, kept=ZERO) for credit in found]


def by_credit(sheet: Worksheet) -> list[OpenCredit]:
    """The credit note for what refunds and changes have not credited; none where nothing is
    left."""
    slot = sheet.slot("cancel-credit", sheet.issue)
    entry = sheet.history.at(slot)
    if entry is not None and entry.frozen:
        return [_credit(sheet, entry)]
    if sheet.awaited:
        text = said(
            "It is credited once its payment is posted: %(awaited)s came in and waits.",
            awaited=sheet.awaited,
        )
        sheet.reasons.append(Reason("refund_waits_for_payment", text, Field.PAYMENTS))
        return []
    if not sheet.books.snapshot.store.streams.credit_notes:
        text = said("The order was cancelled; credit notes are switched off for this store.")
        sheet.reasons.append(Reason("credit_notes_off", text, "streams.credit_notes"))
        return []
    note = _rest(sheet)
    if note is None:
        return []
    sale = sheet.current
    parent = sheet.slot("invoice", sheet.issue) if sale is None else sale.slot
    sheet.add(note, slot, parent)
    return [
        OpenCredit(
            slot, note.number, total_of(note), note.date, f"cancel-{sheet.issue}-",
            returned=_returned(sheet),
        )
    ]  # fmt: skip


def _rest(sheet: Worksheet) -> CreditNote | None:
    """All lines of the sale, less what was credited of them."""
    mode, currency, reference = _basis(sheet)
    invoiced, credited = standing(sheet)
    plain_copy = not credited and not sheet.edits()
    lines = (
        tuple(line for line, _ in invoiced) if plain_copy else difference(invoiced, credited, mode)
    )
    theirs, left = sheet.credited_by_people, line_totals(lines, mode).total
    # What cards paid as lines leaves 0.00, and is taken back all the same.
    if left < theirs or (left == theirs and (theirs or not any(line.amount for line in lines))):
        return None
    lines = less(lines, theirs, mode, "Credited in Xero before")
    return CreditNote(
        number=f"{sheet.number}-C",
        contact=sold_to(sheet),
        date=open_date(sheet.books, sheet.today, "cancellation").day,
        mode=mode,
        currency=currency,
        status=sheet.status,
        reference=reference,
        lines=lines,
        currency_rate=sheet.rate,
    )


def standing(sheet: Worksheet) -> tuple[Sided, Sided]:
    """Lines invoiced and lines credited, in Xero, on their way, and planned."""
    entries = [e for e in (sheet.current, *sheet.edits()) if e is not None]
    invoiced = sided([e for e in entries if e.kind is not Kind.CREDIT_NOTE])
    credited = sided([e for e in entries if e.kind is Kind.CREDIT_NOTE] + sheet.credited())
    for planned in sheet.documents:
        document = planned.document
        if isinstance(document, Invoice | BankTransaction):  # money beyond it is planned later
            invoiced += [(line, document.mode) for line in document.lines]
        elif isinstance(document, CreditNote):
            credited += [(line, document.mode) for line in document.lines]
    return invoiced, credited


def _basis(sheet: Worksheet) -> tuple[TaxMode, str, str]:
    """Tax basis, currency and reference of the sale."""
    if sheet.current is not None:
        entry = sheet.current
        return entry.mode, entry.currency, sheet.order.number
    assert sheet.built.invoice is not None
    invoice = sheet.built.invoice
    return invoice.mode, invoice.currency, invoice.reference


def _credit(sheet: Worksheet, entry: Entry) -> OpenCredit:
    return OpenCredit(
        entry.slot, entry.key, entry.total, entry.dated or sheet.today,
        f"cancel-{entry.slot.revision}-", returned=_returned(sheet),
    )  # fmt: skip


def _returned(sheet: Worksheet) -> bool:
    """Whether the money of the cancelled rest went back: the status says so, or more was
    refunded than the refunds that are known account for. What is undone leaves no money."""
    if sheet.history.undone:
        return True
    order = sheet.order
    known = sum((round_to(refund.of_money) for refund in order.refunds), ZERO)
    told = money_returned(sheet.books.snapshot.rules.statuses, order)
    return told or round_to(order.refunded) > known


def left_open(sheet: Worksheet) -> list[OpenCredit]:
    """Credit notes of earlier issues that were taken back: what nobody has used of them pays for
    the issue that stands now."""
    if sheet.reversing:
        return []
    return [
        OpenCredit(e.slot, e.key, e.total, sheet.today, f"cancel-{e.slot.revision}-")
        for e in sheet.history.of("cancel-credit")
    ]
