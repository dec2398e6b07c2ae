"""What credits a sale: its refunds, what changes took off it, its cancellation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.lib.money import CENT, ZERO, round_to, written
from stores.canonical import Refund
from stores.profile import Field
from sync import refunds, reversals
from sync.checks import payable_account
from sync.convert import Conversion, of_refund
from sync.given_back import Returned, given_back
from sync.history import Slot
from sync.issues import note_slot, standing_note, went_back
from sync.last_refund import completed
from sync.one_event import same_money
from sync.reasons import Hold, Reason
from sync.till import Back, Credit, Debit, total_of
from xero.documents import CreditNote, Kind

if TYPE_CHECKING:
    from sync.plan import Planner


def credits_of(planner: Planner, debits: list[Debit]) -> list[Credit]:
    """Credit notes of refunds, changes and the cancellation that may still be used."""
    if not debits:
        return []
    limit = sum((debit.capacity for debit in debits), ZERO) - planner.credited_by_people
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
    _compare_tenders(planner)
    stated = round_to(planner.order.refunded)
    given = sum((round_to(refund.of_money) for refund in planner.order.refunds), ZERO)
    slack = CENT * len(planner.order.refunds)
    if not stated or not given or abs(stated - given) <= slack:
        return
    if given > stated:
        raise Hold(
            "refund_does_not_add_up",
            f"The refunds sum to {written(given)}, but the order says that {written(stated)} "
            "was refunded. No refund is posted until they agree in the shop.",
            Field.REFUNDED,
        )
    text = (
        f"The order states refunds of {written(stated)}, and brings credit memos over "
        f"{written(given)}. The rest is not posted."
    )
    planner.reasons.append(Reason("refund_not_given", text, Field.REFUNDED))


def _compare_tenders(planner: Planner) -> None:
    """Say so where the order gave more back on what the shop issued itself than its refunds."""
    order = planner.order
    told = (one.amount for refund in order.refunds for one in refund.tenders if one.of)
    given = sum(told, ZERO)
    if order.refunds and order.given_back - given > CENT * len(order.refunds):
        text = (
            f"The order states that {written(order.given_back)} went back on gift cards, store "
            f"credit and points, and brings credit memos over {written(given)} of that. The rest "
            "is not posted."
        )
        planner.reasons.append(Reason("refund_not_given", text, Field.REFUNDS))


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
    slot, gone = note_slot(planner, refund), went_back(planner, refund)
    entry = planner.history.at(slot)
    if entry is not None and entry.frozen:
        day = entry.dated or refunds.refund_day(planner.books, refund)
        credit = Credit(slot, entry.key, entry.total, day, went_back=gone)
        return _stated(planner, refund, _back(planner, refund), credit)
    by = _refund_in_base(planner, refund, found)
    back = _back(planner, refund)
    total = (round_to(refund.total) if by is None else by.base_total) - back.on_lines
    same = same_money(planner, found, total)
    if same is not None:
        found.remove(same)
        planner.same.add(refund.id)
    if _waits(planner, refund):
        text = (
            f"The refund of {written(total)} and its credit note wait for the "
            f"payment: {written(planner.awaited)} came in and is not posted yet."
        )
        planner.reasons.append(Reason("refund_waits_for_payment", text, Field.PAYMENTS))
        return None
    if same is not None:
        same = replace(
            same, day=refunds.refund_day(planner.books, refund), purpose="",
            source=("refund", refund.id),
        )  # fmt: skip
        return _stated(planner, refund, back, same)
    if not planner.books.snapshot.store.streams.credit_notes:
        text = f"{written(total)} was refunded; credit notes are switched off for this store."
        planner.reasons.append(Reason("credit_notes_off", text, "streams.credit_notes"))
        return None
    if by is None:
        refund = completed(planner, refund, back)
        total = round_to(refund.total) - back.on_lines
    if sum((credit.total for credit in found), ZERO) + total > limit:
        raise Hold(
            "refund_exceeds_invoice",
            f"The refund of {written(total)} would credit more than the invoice's "
            f"{written(limit)}. Compare the order's refunds with its invoice, and enter what "
            "is right in Xero by hand.",
            Field.REFUNDS,
        )
    note = refunds.credit_note_of(
        planner.books, planner.order, refund, invoice_number=planner.number,
        contact=planner.contact, status=planner.status, rate=planner.rate, by=by,
        returned=back if by is None else _back(planner, refund, foreign=True),
        converted=back,
    )  # fmt: skip
    planner.want(note, slot, parent)
    credit = Credit(slot, note.number, total_of(note), note.date, went_back=gone)
    return _stated(planner, refund, back, credit)


def _stated(planner: Planner, refund: Refund, returned: Returned, credit: Credit) -> Credit:
    """The credit with what the shop says of where it went."""
    back = []
    sold = planner.current is not None or planner.built.invoice is not None
    for part in returned.paid:
        assert part.to.account is not None
        account, is_id = payable_account(planner.books.organisation, part.to.account)
        back.append(Back(account, is_id, part.amount, sold and part.as_it_came))
    return replace(
        credit, returned=True, method=refund.method, stated=True,
        back=() if credit.went_back else tuple(back),  # it went there once
        on_lines=returned.on_lines,
    )  # fmt: skip


def _back(planner: Planner, refund: Refund, *, foreign: bool = False) -> Returned:
    """What of a refund went back on what the shop issued itself, in the currency of the sale or
    (`foreign`) of the order."""
    by = None if foreign else planner.conversion()
    order = planner.order
    return given_back(planner.books, order, refund, by, lines_only=planner.by_receipt)


def _waits(planner: Planner, refund: Refund) -> bool:
    """Whether the money that a refund gave back waits to be posted itself."""
    posted = [payment.method for payment in planner.built.payments if payment.method]
    return bool(planner.awaited) and refund.method not in posted


def in_turn(planner: Planner, given: Sequence[Refund]) -> list[Refund]:
    """Refunds as they were made; those that are credited come first, because what is left
    for the others depends on them."""

    def place(refund: Refund) -> tuple[bool, datetime, str]:
        return standing_note(planner, refund) is None, refund.refunded_at, refund.id

    return sorted(given, key=place)


def _refund_in_base(planner: Planner, refund: Refund, found: Sequence[Credit]) -> Conversion | None:
    """How a refund of a converted sale is converted, after the credits that were `found`."""
    if (by := planner.conversion_of_refunds()) is None:
        return None
    mine = {credit.stands_for for credit in found}
    earlier = [r for r in planner.order.refunds if ("refund", r.id) in mine]
    base = (c.total + c.on_lines for c in found if c.stands_for[0] == "refund")
    return of_refund(by, refund, earlier, sum(base, ZERO))
