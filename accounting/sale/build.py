"""From an order to the documents that shall exist in Xero: pure, and the same every time.

No database, no clock, no network. `build_order` answers with documents, or with the reason why
there are none; it never guesses and never raises for bad input.
"""

from __future__ import annotations

from dataclasses import replace

from accounting.books import Books
from accounting.contacts.matching import ContactAnswer, Directory, find_contact
from accounting.contacts.persons import person_of
from accounting.dates import day_to_change_to
from accounting.eligibility import (
    held_by_rule,
    refunded_since,
    skipped,
    zero_total,
)
from accounting.gift_cards import CardUse, merged_moves, sold_moves
from accounting.history import NOTHING_YET, SOLD, EarlierInvoice, History
from accounting.lines.charges import Charges, charges_of
from accounting.lines.closing import closing_accounts, overrides, states_tax, tax_mode
from accounting.lines.compose import close, compose, re_dated
from accounting.lines.converted import converted, in_base
from accounting.lines.currency import Conversion, conversion, tendered_in_base
from accounting.lines.fractions import in_cents
from accounting.lines.notes import discount_title, with_notes
from accounting.lines.total_rows import check_mapped, explains_nothing
from accounting.money.given_back import refilled
from accounting.money.issued import IssuedTenders, issued_tenders
from accounting.money.negative_lines import NegativeLines, mirrored, negative_lines
from accounting.money.receipts import ReceiptContent, Received, receipt_day, receipt_of
from accounting.money.received import posted_by_hand
from accounting.reasons import Hold, Reason
from accounting.sale.built import HELD, READY, SKIPPED, Built
from accounting.sale.invoice import invoice_day, invoice_of, invoiced, stands
from accounting.sale.numbers import document_number
from accounting.sale.remarks import note_of, rate_of, remarks_of
from accounting.stated.order import as_far_as_stated, as_stated, left_out
from accounts_mapping.rules.mapped_order import MappedOrder, map_order
from connector.lib.money import known_currency, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Order
from stores.profile import Field
from xero.documents.documents import Invoice
from xero.documents.lines import DocumentLine, TaxMode

# What an invoice's own date was, where it stands on a later one.
_DATED = {"ordered": "order of", "paid": "paid on", "shipped": "shipped on"}


def build_order(
    books: Books,
    order: Order,
    directory: Directory,
    history: History = NOTHING_YET,
    mapped: MappedOrder | None = None,
) -> Built:
    """The sale of an order as documents, or why not; `history` is what stands of it, `mapped` what
    the rules say of it, where they were asked before."""
    mapped = mapped or map_order(books.snapshot, books.organisation, order)
    reason = _left_out(books, mapped, history)
    try:
        if reason is not None and reason.code == "before_cut_over":
            mapped = as_stated(books, mapped)
            return _before_cut_over(books, mapped, reason, directory, history.earlier)
        if reason is not None:
            return Built(SKIPPED, (reason,), mapped=mapped)
        mapped = as_stated(books, mapped)
        return _build(books, mapped, directory, history).saying(*left_out(order))
    except Hold as hold:
        return Built(HELD, (hold.reason,), mapped=mapped)


def _left_out(books: Books, mapped: MappedOrder, history: History) -> Reason | None:
    """Why the order is not for Xero; what stands there is followed all the same."""
    order, rows, sold = mapped.order, mapped.rows, history.is_sold
    reason = skipped(books.snapshot, order, posted=sold)
    if reason is not None or sold:
        return reason
    if not round_to(order.total + rows.tendered) and explains_nothing(order, rows):
        return zero_total(books.snapshot, order)
    return posted_by_hand(books, mapped)


def _build(books: Books, mapped: MappedOrder, directory: Directory, history: History) -> Built:
    order, by_invoice = mapped.order, books.snapshot.store.streams.invoices
    held_by_rule(mapped)
    _check_currency(order)
    check_mapped(mapped.rows)
    standing = stands(books, order, history) if by_invoice else history.is_sold
    dating = books.unlocked() if standing else books
    day = invoice_day(dating, order) if by_invoice else receipt_day(dating, order)
    if standing and by_invoice:
        day = day_to_change_to(books, day.day, history.sold_on)
    by = conversion(books, order, history.sold_in)
    mode = tax_mode(books, order)
    charges = charges_of(books, mapped, mode)
    issued = issued_tenders(books, mapped, lines_only=not by_invoice)
    if issued.reasons and not by_invoice:
        waiting = tuple(move for move in issued.moves if move.use is CardUse.WAITING)
        return Built(HELD, issued.reasons, cards=waiting, mapped=mapped)
    override = overrides(books, order.currency)
    less = negative_lines(books, issued, charges.all, mode, override=override)
    lines = _lines(books, mapped, charges, mode, less)
    if by is not None:
        lines = _in_base(books, mapped, lines, mode, by, issued)
    person = person_of(books.snapshot, order, mapped.naming)
    dated = _DATED[books.snapshot.rules.posting.date if by_invoice else "ordered"]
    lines = re_dated(lines, day.original, dated)
    lines = with_notes(books.snapshot, order, lines, shared=person.shared)
    contact = find_contact(person, directory, archived=books.snapshot.rules.contacts.archived)
    filled = refilled(books, mapped, lines_only=not by_invoice)
    built = Built(
        READY, remarks_of(books, mapped, charges, lines, mode, less.tax, by), contact,
        warnings=contact.warnings, cards=merged_moves((*sold_moves(order), *issued.moves, *filled)),
        note=note_of(order, day) if by_invoice else "",
        tax=charges.tax - less.tax if by_invoice else None, mapped=mapped,
    )  # fmt: skip
    if not by_invoice:
        content = ReceiptContent(contact.id, lines, mode, rate_of(books, order))
        return _received(built, receipt_of(books, mapped, content, day.day))
    number = document_number(books.snapshot, order, history.number)
    invoice = invoice_of(books, mapped, number, contact, day, lines, mode)
    return invoiced(books, built, invoice, history, by, issued)


def _in_base(
    books: Books, mapped: MappedOrder, lines: tuple[DocumentLine, ...], mode: TaxMode,
    by: Conversion, issued: IssuedTenders,
) -> tuple[DocumentLine, ...]:  # fmt: skip
    """The lines in the currency of the books, closed to what the shop says the order came to."""
    own = issued_tenders(books, converted(mapped, by))
    total = by.base_total + tendered_in_base(mapped.rows, by) - own.on_lines
    return in_base(books, lines, mode, by, total=total, fixed=mirrored(books, issued, own))


def _received(built: Built, money: Received) -> Built:
    """The sale as money received, where invoices are switched off."""
    return replace(
        built, reasons=(*money.reasons, *built.reasons), overpayments=money.overpayments,
        receipt=money.receipt,
    )  # fmt: skip


def as_sold(books: Books, order: Order, directory: Directory) -> Invoice | None:
    """The invoice of an order that was taken back, as it was; None where nothing can be built."""
    mapped = map_order(books.snapshot, books.organisation, order)
    mapped = as_far_as_stated(books, mapped)
    try:
        return _build(books, mapped, directory, SOLD).invoice
    except Hold:
        return None


def _before_cut_over(
    books: Books,
    mapped: MappedOrder,
    reason: Reason,
    directory: Directory,
    earlier: EarlierInvoice | None,
) -> Built:
    """Nothing of the sale, which is of before; a refund since then is credited to the customer of
    the earlier invoice, or where that is not found goes by refunds.before_cut_over."""
    store = books.snapshot.store
    if not refunded_since(books.snapshot, mapped.order) or not store.streams.credit_notes:
        return Built(SKIPPED, (reason,), mapped=mapped)
    person = person_of(books.snapshot, mapped.order, mapped.naming)
    if earlier is not None:
        contact = ContactAnswer(person, earlier.contact_id)
        return Built(READY, (), contact, mapped=mapped)
    if books.snapshot.rules.refunds.before_cut_over == "hold":
        assert store.cut_over is not None
        raise Hold(
            "refund_before_cut_over",
            said(
                "The order is of before %(cut_over)s, the cut-over, and was refunded since. Its "
                "invoice is not found in Xero. Credit it there and mark it as handled by hand, or "
                "choose refunds.before_cut_over: standalone to post its credit note alone.",
                cut_over=store.cut_over,
            ),
            "refunds.before_cut_over",
        )
    contact = find_contact(person, directory, archived=books.snapshot.rules.contacts.archived)
    return Built(READY, (), contact, warnings=contact.warnings, mapped=mapped)


def _lines(
    books: Books,
    mapped: MappedOrder,
    charges: Charges,
    mode: TaxMode,
    less: NegativeLines,
) -> tuple[DocumentLine, ...]:
    """The document's lines, closed to the order's total before store-issued tenders, less those
    that are lines themselves."""
    order, rows = mapped.order, mapped.rows
    posting = books.snapshot.rules.posting
    total = round_to(order.total + rows.tendered)
    if total < 0:
        raise Hold(
            "negative_total",
            said(
                "The order's total is %(total)s, and Xero takes no negative invoice. Correct the "
                "order in the shop, or enter a credit note in Xero by hand.",
                total=total,
            ),
            Field.TOTAL,
        )
    closing, override = closing_accounts(books), overrides(books, order.currency)
    separate = posting.discounts == "separate"
    parts = in_cents(charges.all, mode)
    lines = compose(
        parts, mode, separate=separate, override=override, closing=closing,
        discount=discount_title(books.snapshot, order),
    )  # fmt: skip
    return close(
        [*lines, *less.lines], mode, total=total - less.amount, tax=charges.tax - less.tax,
        currency=order.currency, override=states_tax(books), closing=closing,
        unmapped=rows.unmapped,
    )  # fmt: skip


def _check_currency(order: Order) -> None:
    if not known_currency(order.currency):
        text = said(
            "%(currency)s is not a currency. Correct it in the shop.",
            currency=repr(order.currency),
        )
        raise Hold("unknown_currency", text, Field.CURRENCY)
