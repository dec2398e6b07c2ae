"""From an order to the documents that shall exist in Xero: pure, and the same every time.

No database, no clock, no network. `build_order` answers with documents, or with the reason why
there are none; it never guesses and never raises for bad input.
"""

from __future__ import annotations

from dataclasses import replace

from accounting.books import Books
from accounting.contacts.matching import ContactAnswer, Directory, find_contact
from accounting.contacts.persons import person_of
from accounting.dates import OpenDay, open_date
from accounting.eligibility import (
    held_by_rule,
    local_date,
    never_ships,
    refunded_since,
    skipped,
    zero_total,
)
from accounting.gift_cards import CardUse, merged, sold_moves
from accounting.lines.charges import Charges, charges_of
from accounting.lines.closing import closing_accounts, overrides, tax_mode
from accounting.lines.compose import close, compose, re_dated
from accounting.lines.converted import converted, in_base
from accounting.lines.currency import conversion, tendered_in_base
from accounting.lines.fractions import in_cents
from accounting.lines.notes import discount_title, with_notes
from accounting.lines.total_rows import check_mapped, explains_nothing
from accounting.money.given_back import refilled
from accounting.money.issued import issued_tenders
from accounting.money.negative_lines import NegativeLines, mirrored, negative_lines
from accounting.money.payments import payments_of
from accounting.money.receipts import ReceiptContent, receipt_day, receipt_of
from accounting.money.received import paid_at, posted_by_hand, received
from accounting.postable import found
from accounting.reasons import Hold, Reason
from accounting.sale.built import HELD, READY, SKIPPED, Built, EarlierInvoice, Standing
from accounting.sale.due_date import due_date
from accounting.sale.numbers import document_number
from accounting.sale.remarks import note_of, rate_of, remarks_of
from accounting.stated import as_far_as_stated, as_stated, left_out
from accounts_mapping.rules.mapped_order import MappedOrder, map_order
from connector.lib.money import known_currency, round_to, written
from stores.canonical.order import Order
from stores.profile import Field
from xero.documents.documents import Invoice
from xero.documents.lines import DocumentLine, TaxMode

_REFERENCE_LIMIT = 255
# What an invoice's own date was, where it stands on a later one.
_DATED = {"ordered": "order of", "paid": "paid on", "shipped": "shipped on"}


_NOT_YET = Standing()


def build_order(
    books: Books,
    order: Order,
    directory: Directory,
    standing: Standing = _NOT_YET,
    mapped: MappedOrder | None = None,
) -> Built:
    """The sale of an order as documents, or why not. `mapped` is what the rules say of it, where
    they were asked before."""
    mapped = mapped or map_order(books.snapshot, books.organisation, order)
    reason = _left_out(books, mapped, standing)
    try:
        if reason is not None and reason.code == "before_cut_over":
            mapped = as_stated(books, mapped)
            return _before_cut_over(books, mapped, reason, directory, standing.earlier)
        if reason is not None:
            return Built(SKIPPED, (reason,), mapped=mapped)
        mapped = as_stated(books, mapped)
        built = _build(books, mapped, directory, standing)
        unposted = left_out(order)
        return replace(built, reasons=(*built.reasons, *unposted)) if unposted else built
    except Hold as hold:
        return Built(HELD, (hold.reason,), mapped=mapped)


def _left_out(books: Books, mapped: MappedOrder, standing: Standing) -> Reason | None:
    """Why the order is not for Xero; what stands there is followed all the same."""
    order, rows = mapped.order, mapped.rows
    reason = skipped(books.snapshot, order, posted=standing.posted)
    if reason is not None or standing.posted:
        return reason
    if not round_to(order.total + rows.tendered) and explains_nothing(order, rows):
        return zero_total(books.snapshot, order)
    return posted_by_hand(books, mapped)


def _build(books: Books, mapped: MappedOrder, directory: Directory, standing: Standing) -> Built:
    order, rows = mapped.order, mapped.rows
    held_by_rule(mapped)
    _check_currency(order)
    check_mapped(rows)
    invoiced = books.snapshot.store.streams.invoices
    dating = books.unlocked() if standing.posted else books
    day = _document_day(dating, order) if invoiced else receipt_day(dating, order)
    by = conversion(books, order, standing.currency)
    mode = tax_mode(books, order)
    charges = charges_of(books, mapped, mode)
    issued = issued_tenders(books, mapped, lines_only=not invoiced)
    if issued.reasons and not invoiced:
        waiting = tuple(move for move in issued.moves if move.use is CardUse.WAITING)
        return Built(HELD, issued.reasons, cards=waiting, mapped=mapped)
    less = negative_lines(books, issued, charges.all, mode, override=overrides(books))
    lines = _lines(books, mapped, charges, mode, less)
    if by is not None:
        own = issued_tenders(books, converted(mapped, by))
        total = by.base_total + tendered_in_base(rows, by) - own.on_lines
        fixed = mirrored(books, issued, own)
        lines = in_base(books, lines, mode, by, total=total, fixed=fixed)
    dated = _DATED[books.snapshot.rules.posting.date if invoiced else "ordered"]
    person = person_of(books.snapshot, order, mapped.naming)
    lines = re_dated(lines, day.original, dated)
    lines = with_notes(books.snapshot, order, lines, shared=person.shared)
    contact = find_contact(person, directory, archived=books.snapshot.rules.contacts.archived)
    filled = refilled(books, mapped, lines_only=not invoiced)
    cards = merged((*sold_moves(order), *issued.moves, *filled))
    remarks = remarks_of(books, mapped, charges, lines, mode, less.tax, by)
    if not invoiced:
        sale = ReceiptContent(contact.id, lines, mode, rate_of(books, order))
        money = receipt_of(books, mapped, sale, day.day)
        return Built(
            READY, (*money.reasons, *remarks), contact, overpayments=money.overpayments,
            receipt=money.receipt, warnings=contact.warnings, cards=cards, mapped=mapped,
        )  # fmt: skip
    number = document_number(books.snapshot, order, standing.number)
    invoice = _invoice(books, mapped, number, contact, day, lines, mode)
    if by is not None:
        invoice = replace(invoice, currency=by.currency, currency_rate=None)
    if standing.approve:
        invoice = replace(invoice, status="AUTHORISED")
    approved = standing.approved or (standing.approve and not standing.posted)
    status = "AUTHORISED" if approved else standing.status(invoice)
    payable = invoice if status == invoice.status else replace(invoice, status=status)
    paid = converted(mapped, by)
    if by is not None:
        issued = issued_tenders(books, paid)
    tendered = payments_of(books, paid, payable, issued, standing.money)
    return Built(
        READY, (*tendered.reasons, *remarks), contact, invoice, tendered.payments,
        tendered.overpayments, tendered.waiting, tendered.elsewhere, warnings=contact.warnings,
        note=note_of(order, day), cards=cards, tax=charges.tax - less.tax, mapped=mapped,
    )  # fmt: skip


def as_sold(books: Books, order: Order, directory: Directory) -> Invoice | None:
    """The invoice of an order that was taken back, as it was; None where nothing can be built."""
    mapped = map_order(books.snapshot, books.organisation, order)
    mapped = as_far_as_stated(books, mapped)
    try:
        return _build(books, mapped, directory, Standing(posted=True)).invoice
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
        return Built(READY, (), contact, earlier=earlier, mapped=mapped)
    if books.snapshot.rules.refunds.before_cut_over == "hold":
        assert store.cut_over is not None
        raise Hold(
            "refund_before_cut_over",
            f"The order is of before {store.cut_over.isoformat()}, the cut-over, and was refunded "
            "since. Its invoice is not found in Xero. Credit it there and mark it as handled by "
            "hand, or choose refunds.before_cut_over: standalone to post its credit note alone.",
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
            f"The order's total is {written(total)}, and Xero takes no negative invoice. Correct "
            "the order in the shop, or enter a credit note in Xero by hand.",
            Field.TOTAL,
        )
    closing, override = closing_accounts(books), overrides(books)
    separate = posting.discounts == "separate"
    parts = in_cents(charges.all, mode)
    lines = compose(
        parts, mode, separate=separate, override=override, closing=closing,
        discount=discount_title(books.snapshot, order),
    )  # fmt: skip
    return close(
        [*lines, *less.lines], mode, total=total - less.amount, tax=charges.tax - less.tax,
        override=override, closing=closing, unmapped=rows.unmapped,
    )  # fmt: skip


def _check_currency(order: Order) -> None:
    if not known_currency(order.currency):
        text = f"{order.currency!r} is not a currency. Correct it in the shop."
        raise Hold("unknown_currency", text, Field.CURRENCY)


def _document_day(books: Books, order: Order) -> OpenDay:
    """The invoice's date by posting.date, in the books' zone, outside locked periods.

    Where nothing is due in money, or nothing is left to ship, that day never comes: such an order
    takes the day of its money, or of its first `paid` status, else its own.
    """
    wanted = books.snapshot.rules.posting.date
    moment = order.placed_at
    if wanted == "shipped" and order.shipped_at is not None:
        moment = order.shipped_at
    elif wanted == "shipped" and not never_ships(books.snapshot.rules.statuses, order):
        raise _not_yet("shipped")
    elif wanted != "ordered":
        moments = [paid_at(books, order, tender) for tender in received(books, order)]
        if not moments and wanted == "paid" and round_to(order.total):
            raise _not_yet("paid")
        moment = min(moments, default=paid_at(books, order))
    return open_date(books, local_date(books.snapshot, moment), "order")


def _not_yet(what: str) -> Hold:
    text = (
        f"The invoice takes the date on which the order is {what}, and it is not {what} yet. It is "
        "posted then; choose posting.date: ordered to post it now."
    )
    return Hold("not_paid_yet", text, "posting.date")


def _invoice(
    books: Books,
    mapped: MappedOrder,
    number: str,
    contact: ContactAnswer,
    day: OpenDay,
    lines: tuple[DocumentLine, ...],
    mode: TaxMode,
) -> Invoice:
    posting = books.snapshot.rules.posting
    order, status, reference = mapped.order, mapped.status, mapped.reference
    due, theme = due_date(mapped, day.day, contact), found(mapped.theme)
    return Invoice(
        number=number,
        contact=contact.id,
        date=day.day,
        due_date=due,
        mode=mode,
        currency=order.currency,
        status=status.value,
        reference=reference.value[:_REFERENCE_LIMIT],
        lines=lines,
        currency_rate=rate_of(books, order),
        branding_theme_id=theme.value,
        sent_to_contact=posting.send_to_contact and status.value == "AUTHORISED",
        sources=(
            ("Contact", mapped.naming.source),
            ("Date", "posting.date" if day.original is None else "posting.locked_period"),
            ("DueDate", mapped.terms.source),
            ("Status", status.source),
            ("Reference", reference.source),
            ("BrandingThemeID", theme.source),
            ("SentToContact", "posting.send_to_contact"),
        ),
    )
