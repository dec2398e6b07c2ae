"""The invoice of a sale: its day, what it says, and the money that came in for it. Pure."""

from __future__ import annotations

from dataclasses import replace

from accounting.books import Books
from accounting.contacts.matching import ContactAnswer
from accounting.dates import OpenDay, open_date
from accounting.eligibility import Treatment, local_date, never_ships, treatment_of
from accounting.history import History
from accounting.lines.converted import converted
from accounting.lines.currency import Conversion
from accounting.money.issued import IssuedTenders, issued_tenders
from accounting.money.payments import payments_of
from accounting.money.received import paid_at, received
from accounting.postable import found
from accounting.reasons import Hold
from accounting.sale.built import Built
from accounting.sale.due_date import due_date
from accounting.sale.remarks import rate_of
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.money import round_to
from connector.lib.texts.said import said
from stores.canonical.order import Order
from xero.documents.documents import Invoice
from xero.documents.lines import DocumentLine, TaxMode

_REFERENCE_LIMIT = 255


def invoice_day(books: Books, order: Order) -> OpenDay:
    """The invoice's date by posting.date, in the books' zone, outside locked periods.

    Where nothing is due in money, or nothing is left to ship, that day never comes: such an order
    takes the day of its money, or of its first `paid` status, else its own.
    """
    wanted = books.snapshot.rules.posting.date
    moment = order.placed_at
    if wanted == "shipped" and order.shipped_at is not None:
        moment = order.shipped_at
    elif wanted == "shipped" and not never_ships(books.snapshot.rules.statuses, order):
        raise _not_yet(
            said(
                "The invoice takes the date on which the order is shipped, and it is not shipped "
                "yet. It is posted then; choose posting.date: ordered to post it now."
            )
        )
    elif wanted != "ordered":
        moments = [paid_at(books, order, tender) for tender in received(books, order)]
        if not moments and wanted == "paid" and round_to(order.total):
            raise _not_yet(
                said(
                    "The invoice takes the date on which the order is paid, and it is not paid "
                    "yet. It is posted then; choose posting.date: ordered to post it now."
                )
            )
        moment = min(moments, default=paid_at(books, order))
    return open_date(books, local_date(books.snapshot, moment), "order")


def _not_yet(text: str) -> Hold:
    return Hold("not_paid_yet", text, "posting.date")


def invoice_of(
    books: Books,
    mapped: MappedOrder,
    number: str,
    contact: ContactAnswer,
    day: OpenDay,
    lines: tuple[DocumentLine, ...],
    mode: TaxMode,
) -> Invoice:
    """The invoice as the rules have it; `sources` are the keys that gave what it says."""
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


def invoiced(
    books: Books, built: Built, invoice: Invoice, history: History, by: Conversion | None,
    issued: IssuedTenders,
) -> Built:  # fmt: skip
    """The sale as an invoice, with what was received for it."""
    assert built.mapped is not None
    paid = converted(built.mapped, by)
    if by is not None:
        issued = issued_tenders(books, paid)
        invoice = replace(invoice, currency=by.currency, currency_rate=None)
    if history.approving:
        invoice = replace(invoice, status="AUTHORISED")
    made = _with_money(books, paid, built, invoice, issued, history)
    if invoice.status == "AUTHORISED" or not _may_be_summarised(books, built.mapped):
        return made
    approved = replace(invoice, status="AUTHORISED")
    once_approved = _with_money(books, paid, built, approved, issued, history)
    return replace(made, once_approved=once_approved)


def _with_money(
    books: Books, paid: MappedOrder, built: Built, invoice: Invoice, issued: IssuedTenders,
    history: History,
) -> Built:  # fmt: skip
    status = _status(books, paid.order, invoice, history)
    payable = invoice if status == invoice.status else replace(invoice, status=status)
    tendered = payments_of(books, paid, payable, issued, history)
    return replace(
        built, reasons=(*tendered.reasons, *built.reasons), invoice=invoice,
        payments=tendered.payments, overpayments=tendered.overpayments,
        waiting=tendered.waiting, elsewhere=tendered.elsewhere,
    )  # fmt: skip


def stands(books: Books, order: Order, history: History) -> bool:
    """Whether what is built is of an issue that is in Xero, or on its way. One that was taken back
    is followed as long as the order is; opened again, it is a new sale."""
    if not (history.is_sold and history.is_taken_back):
        return history.is_sold
    return treatment_of(books.snapshot.rules.statuses, order) is Treatment.REVERSE


def _status(books: Books, order: Order, invoice: Invoice, history: History) -> str:
    """The status that payments see: that of the invoice which stands, once it does."""
    if stands(books, order, history):
        return "AUTHORISED" if history.is_approved else "DRAFT"
    return invoice.status


def _may_be_summarised(books: Books, mapped: MappedOrder) -> bool:
    """Whether its document is a summary's, which a person approves for all of its orders."""
    summaries = books.snapshot.rules.posting.mode == "daily_summary"
    return summaries and mapped.status.source == "posting.status"
