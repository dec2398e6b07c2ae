"""A sale that the shop cancelled: how it is taken back, by what became of its invoice. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.lib.money import ZERO, round_to, written
from stores.profile import Field
from sync.dates import open_date
from sync.edits import Sided, may_change, sided
from sync.eligible import money_returned
from sync.history import DRAFTS, Entry
from sync.line_differences import difference, less
from sync.reasons import Reason
from sync.till import Credit, total_of
from xero.documents import BankTransaction, CreditNote, Invoice, Kind, Ref, StatusChange
from xero.lines import TaxMode, line_totals

if TYPE_CHECKING:
    from sync.plan import Planner


def by_status(planner: Planner) -> bool:
    """Delete a draft, or void an invoice that nothing hangs on; whether that is the way."""
    current = planner.current
    assert current is not None
    if not current.posted:
        planner.wait = True
        return True
    slot = planner.slot("cancel", planner.issue)
    under_way = planner.history.at(slot)
    if under_way is not None and under_way.frozen:
        planner.wait = not under_way.posted
        return True
    by_credit_note = planner.books.snapshot.rules.posting.cancel == "credit_note"
    draft = current.status in DRAFTS
    # What came in meanwhile belongs into the books, also if the sale is taken back.
    came = planner.built.payments or (planner.built.elsewhere and not planner.undo)
    if not draft and (by_credit_note or came):
        return False
    if not may_change(planner, current):
        return False
    status = "DELETED" if draft else "VOIDED"
    document = StatusChange(Kind.INVOICE, Ref(Kind.INVOICE, current.key), status)
    why = "undone by a person" if planner.undo else "cancelled in the shop"
    note = f"Order {planner.order.number} was {why}: {status.lower()}."
    planner.want(document, slot, current.slot, note)
    return True


def paid_back(planner: Planner, found: Sequence[Credit]) -> list[Credit]:
    """The credit notes so far: where the sale's money went back, that of changes did too."""
    back = _returned(planner)
    return [replace(credit, returned=credit.returned or back) for credit in found]


def by_credit(planner: Planner) -> list[Credit]:
    """The credit note for what refunds and changes have not credited; none where nothing is
    left."""
    slot = planner.slot("cancel-credit", planner.issue)
    entry = planner.history.at(slot)
    if entry is not None and entry.frozen:
        return [_credit(planner, entry)]
    if planner.awaited:
        text = (
            f"It is credited once its payment is posted: {written(planner.awaited)} came in and "
            "waits."
        )
        planner.reasons.append(Reason("refund_waits_for_payment", text, Field.PAYMENTS))
        return []
    if not planner.books.snapshot.store.streams.credit_notes:
        text = "The order was cancelled; credit notes are switched off for this store."
        planner.reasons.append(Reason("credit_notes_off", text, "streams.credit_notes"))
        return []
    note = _rest(planner)
    if note is None:
        return []
    sale = planner.current
    parent = planner.slot("invoice", planner.issue) if sale is None else sale.slot
    planner.want(note, slot, parent)
    return [
        Credit(
            slot, note.number, total_of(note), note.date, f"cancel-{planner.issue}-",
            returned=_returned(planner),
        )
    ]  # fmt: skip


def _rest(planner: Planner) -> CreditNote | None:
    """All lines of the sale, less what was credited of them."""
    mode, currency, reference = _basis(planner)
    invoiced, credited = standing(planner)
    plain_copy = not credited and not planner.edits()
    lines = (
        tuple(line for line, _ in invoiced) if plain_copy else difference(invoiced, credited, mode)
    )
    theirs = planner.credited_by_people
    if line_totals(lines, mode).total <= theirs:
        return None
    lines = less(lines, theirs, mode, "Credited in Xero before")
    return CreditNote(
        number=f"{planner.number}-C",
        contact=planner.contact,
        date=open_date(planner.books, planner.today, "cancellation").day,
        mode=mode,
        currency=currency,
        status=planner.status,
        reference=reference,
        lines=lines,
        currency_rate=planner.rate,
    )


def standing(planner: Planner) -> tuple[Sided, Sided]:
    """Lines invoiced and lines credited, in Xero, on their way, and planned."""
    entries = [e for e in (planner.current, *planner.edits()) if e is not None]
    invoiced = sided([e for e in entries if e.kind is not Kind.CREDIT_NOTE])
    credited = sided([e for e in entries if e.kind is Kind.CREDIT_NOTE] + planner.credited())
    for want in planner.wants:
        document = want.document
        if isinstance(document, Invoice | BankTransaction):  # money beyond it is planned later
            invoiced += [(line, document.mode) for line in document.lines]
        elif isinstance(document, CreditNote):
            credited += [(line, document.mode) for line in document.lines]
    return invoiced, credited


def _basis(planner: Planner) -> tuple[TaxMode, str, str]:
    """Tax basis, currency and reference of the sale."""
    if planner.current is not None:
        entry = planner.current
        return entry.mode, entry.currency, planner.order.number
    assert planner.built.invoice is not None
    invoice = planner.built.invoice
    return invoice.mode, invoice.currency, invoice.reference


def _credit(planner: Planner, entry: Entry) -> Credit:
    return Credit(
        entry.slot, entry.key, entry.total, entry.dated or planner.today,
        f"cancel-{entry.slot.revision}-", returned=_returned(planner),
    )  # fmt: skip


def _returned(planner: Planner) -> bool:
    """Whether the money of the cancelled rest went back: the status says so, or more was
    refunded than the refunds that are known account for. What is undone leaves no money."""
    if planner.undo:
        return True
    order = planner.order
    known = sum((round_to(refund.of_money) for refund in order.refunds), ZERO)
    told = money_returned(planner.books.snapshot.rules.statuses, order)
    return told or round_to(order.refunded) > known


def left_open(planner: Planner) -> list[Credit]:
    """Credit notes of earlier issues that were taken back: what nobody has used of them pays for
    the issue that stands now."""
    if planner.reversing:
        return []
    return [
        Credit(e.slot, e.key, e.total, planner.today, f"cancel-{e.slot.revision}-")
        for e in planner.history.of("cancel-credit")
    ]
