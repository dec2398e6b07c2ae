"""What credits a sale: its refunds, what changes took off it, its cancellation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.lib.money import CENT, ZERO, round_to, written
from stores.canonical import Refund
from sync import edits, refunds, reversals
from sync.convert import Conversion, of_refund
from sync.history import Slot
from sync.reasons import Hold, Reason
from sync.till import Credit, Debit, total_of
from xero.documents import CreditNote, Kind

if TYPE_CHECKING:
    from sync.plan import Planner


def credits_of(planner: Planner, debits: list[Debit]) -> list[Credit]:
    """Credit notes of refunds, changes and the cancellation that may still be used."""
    if not debits and planner.current is not None:
        return []
    limit = sum((debit.capacity for debit in debits), ZERO)
    found = _edit_credits(planner)
    _compare_refunds(planner)
    sale = planner.slot("invoice", planner.issue)
    for refund in in_turn(planner, planner.order.refunds):
        try:
            credit = credit_of(planner, refund, found, limit, sale)
        except Hold as hold:
            planner.reasons.append(hold.reason)
            continue
        if credit is not None:
            found.append(credit)
    if planner.reversing:
        found = [*reversals.paid_back(planner, found), *reversals.by_credit(planner)]
    return [*reversals.left_open(planner), *found]


def _compare_refunds(planner: Planner) -> None:
    """What the refunds come to against what the order says was refunded, if it says so."""
    stated = round_to(planner.order.refunded)
    given = sum((round_to(refund.total) for refund in planner.order.refunds), ZERO)
    slack = CENT * len(planner.order.refunds)
    if not stated or not given or abs(stated - given) <= slack:
        return
    if given > stated:
        raise Hold(
            "refund_does_not_add_up",
            f"The refunds sum to {written(given)}, but the order says that {written(stated)} "
            "was refunded. No refund is posted until they agree in the shop.",
            "total_refunded",
        )
    text = (
        f"The order states refunds of {written(stated)}, and brings credit memos over "
        f"{written(given)}. The rest is not posted."
    )
    planner.reasons.append(Reason("refund_not_given", text, "total_refunded"))


def _edit_credits(planner: Planner) -> list[Credit]:
    standing = [
        Credit(e.slot, e.key, e.total, e.dated or planner.today, f"edit-{e.slot.revision}-")
        for e in planner.edits()
        if e.kind is Kind.CREDIT_NOTE
    ]
    wanted = [
        Credit(
            want.slot, want.document.number, total_of(want.document), want.document.date,
            f"edit-{want.slot.revision}-",
        )
        for want in planner.wants
        if isinstance(want.document, CreditNote)
    ]  # fmt: skip
    return standing + wanted


def credit_of(
    planner: Planner, refund: Refund, found: list[Credit], limit: Decimal, parent: Slot | None
) -> Credit | None:
    """The credit note of a refund, or the credit that a change made for the same money."""
    slot = _slot(refund)
    entry = planner.history.at(slot)
    if entry is not None and entry.frozen:
        day = entry.dated or refunds.refund_day(planner.books, refund)
        return Credit(slot, entry.key, entry.total, day, returned=True, method=refund.method)
    by = _refund_in_base(planner, refund, found)
    total, slack = (round_to(refund.total), ZERO) if by is None else (by.base_total, CENT)
    if (same := edits.same_money(found, total, slack)) is not None:
        found.remove(same)
        return replace(
            same, day=refunds.refund_day(planner.books, refund), returned=True,
            method=refund.method, purpose="", source=("refund", refund.id),
        )  # fmt: skip
    if not planner.books.snapshot.store.streams.credit_notes:
        text = f"{written(total)} was refunded; credit notes are switched off for this store."
        planner.reasons.append(Reason("credit_notes_off", text, "streams.credit_notes"))
        return None
    if sum((credit.total for credit in found), ZERO) + total > limit:
        raise Hold(
            "refund_exceeds_invoice",
            f"The refund of {written(total)} would credit more than the invoice's "
            f"{written(limit)}. Compare the order's refunds with its invoice, and enter what "
            "is right in Xero by hand.",
            "creditmemos",
        )
    note = refunds.credit_note_of(
        planner.books, planner.order, refund, invoice_number=planner.number,
        contact=planner.contact, status=planner.status, rate=planner.rate, by=by,
    )  # fmt: skip
    planner.want(note, slot, parent)
    return Credit(slot, note.number, total, note.date, returned=True, method=refund.method)


def in_turn(planner: Planner, given: Sequence[Refund]) -> list[Refund]:
    """Refunds as they were made; those that are credited come first, because what is left
    for the others depends on them."""

    def place(refund: Refund) -> tuple[bool, datetime, str]:
        entry = planner.history.at(_slot(refund))
        return entry is None or not entry.frozen, refund.refunded_at, refund.id

    return sorted(given, key=place)


def _refund_in_base(planner: Planner, refund: Refund, found: Sequence[Credit]) -> Conversion | None:
    """How a refund of a converted sale is converted, after the credits that were `found`."""
    if (by := planner.conversion()) is None:
        return None
    mine = {credit.stands_for for credit in found}
    earlier = [r for r in planner.order.refunds if ("refund", r.id) in mine]
    base = (credit.total for credit in found if credit.stands_for[0] == "refund")
    return of_refund(by, refund, earlier, sum(base, ZERO))


def _slot(refund: Refund) -> Slot:
    """The place of a refund's credit note."""
    return Slot("refund", refund.id, "credit_note")
