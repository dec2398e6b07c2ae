"""What credits a sale: its refunds, what changes took off it, its cancellation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from accounting.history import Slot
from accounting.lines.currency import Conversion, of_refund
from accounting.money.given_back import Returned, given_back
from accounting.plan import cancellation
from accounting.plan.issues import note_slot, standing_note, went_back
from accounting.plan.last_refund import completed
from accounting.plan.one_event import same_money
from accounting.plan.open_items import Back, OpenCredit, OpenInvoice, total_of
from accounting.plan.sold_to import sold_to
from accounting.plan.worksheet import Worksheet
from accounting.postable import payable_account
from accounting.reasons import Hold, Reason
from accounting.sale.refund import credit_note_of, refund_day
from connector.lib.money import CENT, ZERO, allocate, round_to
from connector.lib.texts.said import said
from stores.canonical.refund import Refund
from stores.profile import Field
from xero.documents.documents import CreditNote
from xero.documents.kinds import Kind


def credits_of(sheet: Worksheet, invoices: list[OpenInvoice]) -> list[OpenCredit]:
    """Credit notes of refunds, changes and the cancellation that may still be used."""
    if not invoices:
        return []
    limit = sum((invoice.capacity for invoice in invoices), ZERO) - sheet.credited_by_people
    taken_back = _taken_back(sheet)
    limit -= taken_back
    found = _edit_credits(sheet)
    _compare_refunds(sheet)
    sale = sheet.slot("invoice", sheet.issue)
    for refund in in_turn(sheet, sheet.order.refunds):
        if taken_back and not sheet.states_money and standing_note(sheet, refund) is None:
            continue  # goods of a sale that was credited whole came back: nothing is left of them
        try:
            credit = credit_of(sheet, refund, found, limit, sale)
        except Hold as hold:
            sheet.reasons.append(hold.reason)
            continue
        if credit is not None:
            found.append(credit)
    if _gives_back_what_is_lowered(sheet):
        found = [c if c.stands_for[0] == "refund" else replace(c, returned=True) for c in found]
    if sheet.reversing:
        found = [*cancellation.paid_back(sheet, found), *cancellation.by_credit(sheet)]
    return [*cancellation.left_open(sheet), *found]


def _taken_back(sheet: Worksheet) -> Decimal:
    """What the cancellation of the sale that stands has credited, in Xero or on its way."""
    entry = sheet.history.at(sheet.slot("cancel-credit", sheet.issue))
    return entry.total if entry is not None and entry.frozen else ZERO


def _gives_back_what_is_lowered(sheet: Worksheet) -> bool:
    """Whether what a change took off went back to the buyer: of shops that state no money, by
    refunds.lowered_total."""
    return not sheet.states_money and sheet.books.snapshot.rules.refunds.lowered_total == "refunded"


def _compare_refunds(sheet: Worksheet) -> None:
    """What the refunds come to against what the order says was refunded, if it says so."""
    _compare_tenders(sheet)
    stated = round_to(sheet.order.refunded)
    given = sum((round_to(refund.of_money) for refund in sheet.order.refunds), ZERO)
    slack = CENT * len(sheet.order.refunds)
    if not stated or not given or abs(stated - given) <= slack:
        return
    if given > stated:
        raise Hold(
            "refund_does_not_add_up",
            said(
                "The refunds sum to %(given)s, but the order says that %(stated)s was refunded. No "
                "refund is posted until they agree in the shop.",
                given=given,
                stated=stated,
            ),
            Field.REFUNDED,
        )
    text = said(
        "The order states refunds of %(stated)s, and brings credit memos over %(given)s. The rest "
        "is not posted.",
        stated=stated,
        given=given,
    )
    sheet.reasons.append(Reason("refund_not_given", text, Field.REFUNDED))


def _compare_tenders(sheet: Worksheet) -> None:
    """Say so where the order gave more back on what the shop issued itself than its refunds."""
    order = sheet.order
    told = (one.amount for refund in order.refunds for one in refund.tenders if one.of)
    given = sum(told, ZERO)
    if order.refunds and order.given_back - given > CENT * len(order.refunds):
        text = said(
            "The order states that %(given_back)s went back on gift cards, store credit and "
            "points, and brings credit memos over %(given)s of that. The rest is not posted.",
            given_back=order.given_back,
            given=given,
        )
        sheet.reasons.append(Reason("refund_not_given", text, Field.REFUNDS))


def _edit_credits(sheet: Worksheet) -> list[OpenCredit]:
    standing = [
        OpenCredit(e.slot, e.key, e.total, e.dated or sheet.today, f"edit-{e.slot.revision}-")
        for e in sheet.edits()
        if e.kind is Kind.CREDIT_NOTE
    ]
    wanted = [
        OpenCredit(
            slot, note.number, total_of(note), note.date, f"edit-{slot.revision}-",
        )
        for slot, note in ((planned.slot, planned.document) for planned in sheet.documents)
        if isinstance(note, CreditNote)
    ]  # fmt: skip
    return standing + wanted


def credit_of(
    sheet: Worksheet, refund: Refund, found: list[OpenCredit], limit: Decimal, parent: Slot | None
) -> OpenCredit | None:
    """The credit note of a refund, or the credit that a change made for the same money."""
    _check_ways(refund)
    slot, gone = note_slot(sheet, refund), went_back(sheet, refund)
    entry = sheet.history.at(slot)
    if entry is not None and entry.frozen:
        day = entry.dated or refund_day(sheet.books, refund)
        credit = OpenCredit(slot, entry.key, entry.total, day, went_back=gone)
        return _stated(sheet, refund, _back(sheet, refund), credit)
    by = _refund_in_base(sheet, refund, found)
    back = _back(sheet, refund)
    total = _total(refund, back, by)
    same = same_money(sheet, found, total)
    if same is not None:
        found.remove(same)
        sheet.same.add(refund.id)
    if why_not := _unposted(sheet, refund, total, made=same is not None):
        sheet.reasons.append(why_not)
        return None
    if same is not None:
        same = replace(
            same, day=refund_day(sheet.books, refund), purpose="", source=("refund", refund.id)
        )
        return _stated(sheet, refund, back, same)
    note = _note(sheet, refund, back, by, found, limit)
    sheet.add(note, slot, parent)
    credit = OpenCredit(slot, note.number, total_of(note), note.date, went_back=gone)
    return _stated(sheet, refund, back, credit)


def _total(refund: Refund, back: Returned, by: Conversion | None) -> Decimal:
    """What a refund credits, in the currency of the sale."""
    return (round_to(refund.total) if by is None else by.base_total) - back.on_lines


def _unposted(sheet: Worksheet, refund: Refund, total: Decimal, *, made: bool) -> Reason | None:
    """Why a refund is not credited now, or ever. `made`: a change has made its credit note."""
    if _waits(sheet, refund):
        text = said(
            "The refund of %(total)s and its credit note wait for the payment: %(awaited)s came in "
            "and is not posted yet.",
            total=total,
            awaited=sheet.awaited,
        )
        return Reason("refund_waits_for_payment", text, Field.PAYMENTS)
    if not made and not sheet.books.snapshot.store.streams.credit_notes:
        text = said(
            "%(total)s was refunded; credit notes are switched off for this store.", total=total
        )
        return Reason("credit_notes_off", text, "streams.credit_notes")
    return None


def _note(
    sheet: Worksheet, refund: Refund, back: Returned, by: Conversion | None,
    found: Sequence[OpenCredit], limit: Decimal,
) -> CreditNote:  # fmt: skip
    """The credit note of a refund, which with those that were `found` credits the limit at most.
    Raises Hold."""
    if by is None:
        refund = completed(sheet, refund, back)
    total = _total(refund, back, by)
    if sum((credit.total for credit in found), ZERO) + total > limit:
        raise Hold(
            "refund_exceeds_invoice",
            said(
                "The refund of %(total)s would credit more than the invoice's %(limit)s. Compare "
                "the order's refunds with its invoice, and enter what is right in Xero by hand.",
                total=total,
                limit=limit,
            ),
            Field.REFUNDS,
        )
    return credit_note_of(
        sheet.books, sheet.mapped, refund, invoice_number=sheet.number,
        contact=sold_to(sheet), status=sheet.status, rate=sheet.rate, by=by,
        returned=back if by is None else _back(sheet, refund, foreign=True),
        converted=back,
    )  # fmt: skip


def _stated(sheet: Worksheet, refund: Refund, returned: Returned, credit: OpenCredit) -> OpenCredit:
    """The credit with what the shop says of where it went. One that states no money says nothing
    of that: it went back through all that paid, also through what the shop issued itself."""
    back = []
    sold = sheet.current is not None or sheet.built.invoice is not None
    for part in returned.paid:
        assert part.to.account is not None
        account, is_id = payable_account(sheet.books.organisation, part.to.account)
        back.append(Back(account, is_id, part.amount, sold and part.as_it_came))
    money = credit.total - sum((one.amount for one in back), ZERO)
    method, ways, kept = _ways(refund, money)
    return replace(
        credit, returned=True, method=method,
        stated=sheet.states_money or bool(refund.tenders),
        back=() if credit.went_back else tuple(back),  # it went there once
        ways=() if credit.went_back else ways, kept=kept, on_lines=returned.on_lines,
    )  # fmt: skip


def _ways(refund: Refund, money: Decimal) -> tuple[str, tuple[tuple[str, Decimal], ...], Decimal]:
    """By which method the money of a refund went back, or by which several and how much by each;
    and what of it did not. `money` is all of it, in the currency of the sale."""
    told: dict[str, Decimal] = {}
    for one in refund.payments:
        method = one.method or refund.method
        told[method] = told.get(method, ZERO) + one.amount
    if not told:
        return refund.method, (), ZERO
    *parts, kept = allocate(money, [*told.values(), max(refund.kept, ZERO)])
    ways = zip(told, parts, strict=True)
    if len(told) == 1:
        return next(iter(told)), (), kept
    # What goes back by none that is named goes back through the tenders.
    return "", tuple((method, part) for method, part in ways if method and part), kept


def _check_ways(refund: Refund) -> None:
    amounts = [one.amount for one in refund.payments]
    if refund.kept < -CENT * len(amounts) or any(amount < 0 for amount in amounts):
        came_to = refund.money - refund.kept
        raise Hold(
            "refund_does_not_add_up",
            said(
                "The refund %(refund)s is over %(money)s, and its payments come to %(came_to)s. It "
                "is not posted until they agree in the shop.",
                refund=refund.number or refund.id,
                money=refund.money,
                came_to=came_to,
            ),
            Field.REFUNDS,
        )


def _back(sheet: Worksheet, refund: Refund, *, foreign: bool = False) -> Returned:
    """What of a refund went back on what the shop issued itself, in the currency of the sale or
    (`foreign`) of the order."""
    by = None if foreign else sheet.conversion()
    mapped = sheet.mapped
    return given_back(sheet.books, mapped, refund, by, lines_only=sheet.by_receipt)


def _waits(sheet: Worksheet, refund: Refund) -> bool:
    """Whether the money that a refund gave back waits to be posted itself."""
    posted = [payment.method for payment in sheet.built.payments if payment.method]
    named = {one.method or refund.method for one in refund.payments} or {refund.method}
    return bool(sheet.awaited) and not named <= set(posted)


def in_turn(sheet: Worksheet, given: Sequence[Refund]) -> list[Refund]:
    """Refunds as they were made; those that are credited come first, because what is left
    for the others depends on them."""

    def place(refund: Refund) -> tuple[bool, datetime, str]:
        return standing_note(sheet, refund) is None, refund.refunded_at, refund.id

    return sorted(given, key=place)


def _refund_in_base(
    sheet: Worksheet, refund: Refund, found: Sequence[OpenCredit]
) -> Conversion | None:
    """How a refund of a converted sale is converted, after the credits that were `found`."""
    if (by := sheet.conversion_of_refunds()) is None:
        return None
    mine = {credit.stands_for for credit in found}
    earlier = [r for r in sheet.order.refunds if ("refund", r.id) in mine]
    base = (c.total + c.on_lines for c in found if c.stands_for[0] == "refund")
    return of_refund(by, refund, earlier, sum(base, ZERO))
