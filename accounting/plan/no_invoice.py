"""Orders without an invoice of ours: money received as such, and refunds of earlier sales. Pure."""

from __future__ import annotations

from decimal import Decimal

from accounting.eligibility import refunded_since
from accounting.history import Entry, Slot
from accounting.lines.converted import converted
from accounting.money.given_back import issued_accounts
from accounting.money.payments import alone
from accounting.plan import cancellation
from accounting.plan.credits import credit_of, in_turn
from accounting.plan.open_items import OpenCredit, OpenInvoice
from accounting.plan.receivables import Receivables
from accounting.plan.settlement import use
from accounting.plan.worksheet import Worksheet
from accounting.reasons import Hold, Reason
from connector.lib.money import round_to
from connector.lib.texts.said import said
from stores.canonical.refund import Refund
from stores.profile import Field
from xero.documents.documents import BankTransaction
from xero.documents.settling import InvoicePayment


def receipt(sheet: Worksheet) -> None:
    """Money received without an invoice; refunds of it, and its cancellation, are credited and
    paid back. What was posted so stays so if invoices are switched on later."""
    entry, document = sheet.receipt, sheet.built.receipt
    if entry is None:
        if document is None:
            return
        sheet.add(document, sheet.slot("receipt"))
        sheet.wait = sheet.reversing  # what takes it back is planned upon it
        total, account, is_id = _total(document), document.account, document.account_is_id
        day = document.date
    else:
        total, account, is_id = entry.total, entry.account, entry.account_is_id
        day = entry.dated or sheet.today
        sheet.current = entry
        _compare(sheet, entry)
    receivables = Receivables(sheet.history, sheet.order.id, [])
    receivables.tenders.know((InvoicePayment("", account, day, total, "", is_id),))
    _credit(sheet, receivables, sheet.order.refunds, total, sheet.slot("receipt"))
    if entry is not None and sheet.reversing:
        _take_back(sheet, receivables)


def _total(document: BankTransaction) -> Decimal:
    totals = document.expected()
    assert totals is not None
    return totals.total


def _compare(sheet: Worksheet, entry: Entry) -> None:
    """Say so where the shop has changed what was received; there is nothing to change of it."""
    sale = sheet.built.receipt or sheet.built.invoice
    totals = sale.expected() if sale is not None else None
    if sheet.reversing or totals is None or totals.total == entry.total:
        return
    text = said(
        "The order changed after its money was posted without an invoice. Correct it in Xero by "
        "hand."
    )
    sheet.reasons.append(Reason("changed_after_posting", text, Field.TOTAL))


def _take_back(sheet: Worksheet, receivables: Receivables) -> None:
    """A cancelled sale whose money was posted as received: the bank transaction may be matched
    with the statement, so that it stays, and the rest of the sale is credited."""
    if not sheet.history.undone:
        text = said("Cancelled in the shop, so what was received is credited in Xero.")
        sheet.reasons.append(Reason("reversed_in_xero", text, Field.STATUS))
    try:
        for credit in cancellation.by_credit(sheet):
            use(sheet, receivables, credit)
    except Hold as hold:
        sheet.reasons.append(hold.reason)


def refunds_alone(sheet: Worksheet) -> None:
    """Credit notes of an order whose sale is of before the cut-over: put against what is due
    on its earlier invoice, if there is one, and otherwise paid back."""
    earlier = sheet.history.earlier
    invoices = []
    if earlier is not None and earlier.due > 0:
        invoices = [
            OpenInvoice(sheet.slot("invoice"), earlier.number, earlier.due, earlier.xero_id)
        ]
    issued = issued_accounts(sheet.books, sheet.mapped)
    receivables = Receivables(sheet.history, sheet.order.id, invoices, issued, credit_first=True)
    try:
        by = sheet.conversion()
    except Hold as hold:
        sheet.reasons.append(hold.reason)
        return
    mapped = converted(sheet.mapped, by)
    order = mapped.order
    receivables.tenders.know(alone(sheet.books, mapped))
    since = refunded_since(sheet.books.snapshot, order)
    tendered = sheet.mapped.rows.tendered
    tendered = by.amount(tendered) if by is not None else tendered
    _credit(sheet, receivables, since, round_to(order.total + tendered), None)


def _credit(
    sheet: Worksheet,
    receivables: Receivables,
    given: tuple[Refund, ...],
    limit: Decimal,
    sale: Slot | None,
) -> None:
    """Credit notes of refunds, each after the `sale` that it takes back."""
    found: list[OpenCredit] = []
    for refund in in_turn(sheet, given):
        try:
            credit = credit_of(sheet, refund, found, limit, sale)
        except Hold as hold:
            sheet.reasons.append(hold.reason)
            continue
        if credit is not None:
            found.append(credit)
            use(sheet, receivables, credit)
