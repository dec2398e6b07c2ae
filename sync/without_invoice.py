"""Orders without an invoice of ours: money received as such, and refunds of earlier sales. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.lib.money import round_to
from stores.canonical import Refund
from stores.profile import Field
from sync import reversals
from sync.convert import convert_tenders
from sync.crediting import credit_of, in_turn
from sync.eligible import refunded_since
from sync.given_back import issued_accounts
from sync.history import Entry, Slot
from sync.paying import use
from sync.reasons import Hold, Reason
from sync.rows import sort_rows
from sync.tenders import alone
from sync.till import Credit, Debit, Till
from xero.documents import BankTransaction, Payment

if TYPE_CHECKING:
    from sync.plan import Planner


def receipt(planner: Planner) -> None:
    """Money received without an invoice; refunds of it, and its cancellation, are credited and
    paid back. What was posted so stays so if invoices are switched on later."""
    entry, document = planner.receipt, planner.built.receipt
    if entry is None:
        if document is None:
            return
        planner.want(document, planner.slot("receipt"))
        planner.wait = planner.reversing  # what takes it back is planned upon it
        total, account, is_id = _total(document), document.account, document.account_is_id
        day = document.date
    else:
        total, account, is_id = entry.total, entry.account, entry.account_is_id
        day = entry.dated or planner.today
        planner.current = entry
        _compare(planner, entry)
    till = Till(planner.history, planner.order.id, [])
    till.know((Payment("", account, day, total, "", is_id),))
    _credit(planner, till, planner.order.refunds, total, planner.slot("receipt"))
    if entry is not None and planner.reversing:
        _take_back(planner, till)


def _total(document: BankTransaction) -> Decimal:
    totals = document.expected()
    assert totals is not None
    return totals.total


def _compare(planner: Planner, entry: Entry) -> None:
    """Say so where the shop has changed what was received; there is nothing to change of it."""
    sale = planner.built.receipt or planner.built.invoice
    totals = sale.expected() if sale is not None else None
    if planner.reversing or totals is None or totals.total == entry.total:
        return
    text = (
        "The order changed after its money was posted without an invoice. Correct it in Xero by "
        "hand."
    )
    planner.reasons.append(Reason("changed_after_posting", text, Field.TOTAL))


def _take_back(planner: Planner, till: Till) -> None:
    """A cancelled sale whose money was posted as received: the bank transaction may be matched
    with the statement, so that it stays, and the rest of the sale is credited."""
    if not planner.undo:
        text = "Cancelled in the shop, so what was received is credited in Xero."
        planner.reasons.append(Reason("reversed_in_xero", text, Field.STATUS))
    try:
        for credit in reversals.by_credit(planner):
            use(planner, till, credit)
    except Hold as hold:
        planner.reasons.append(hold.reason)


def refunds_alone(planner: Planner) -> None:
    """Credit notes of an order whose sale is of before the cut-over: put against what is due
    on its earlier invoice, if there is one, and otherwise paid back."""
    earlier = planner.built.earlier
    debits = []
    if earlier is not None and earlier.due > 0:
        debits = [Debit(planner.slot("invoice"), earlier.number, earlier.due, earlier.xero_id)]
    issued = issued_accounts(planner.books, planner.order)
    till = Till(planner.history, planner.order.id, debits, issued, credit_first=True)
    try:
        by = planner.conversion()
    except Hold as hold:
        planner.reasons.append(hold.reason)
        return
    order = planner.order
    if by is not None:
        order, _ = convert_tenders(order, sort_rows(planner.books.snapshot, order), by)
    till.know(alone(planner.books, order))
    since = refunded_since(planner.books.snapshot, order)
    tendered = sort_rows(planner.books.snapshot, planner.order).tendered
    tendered = by.amount(tendered) if by is not None else tendered
    _credit(planner, till, since, round_to(order.total + tendered), None)


def _credit(
    planner: Planner, till: Till, given: tuple[Refund, ...], limit: Decimal, sale: Slot | None
) -> None:
    """Credit notes of refunds, each after the `sale` that it takes back."""
    found: list[Credit] = []
    for refund in in_turn(planner, given):
        try:
            credit = credit_of(planner, refund, found, limit, sale)
        except Hold as hold:
            planner.reasons.append(hold.reason)
            continue
        if credit is not None:
            found.append(credit)
            use(planner, till, credit)
