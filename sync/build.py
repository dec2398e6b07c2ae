"""From an order to the documents that shall exist in Xero: pure, and the same every time.

No database, no clock, no network. `build_order` answers with documents, or with the reason why
there are none; it never guesses and never raises for bad input.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from accounts_mapping.resolve import order_rules
from accounts_mapping.texts import render
from connector.lib.money import known_currency, minor_digits, round_to, trim, written
from stores.canonical import Order
from sync.books import Books
from sync.charges import Charges, charges_of, closing_accounts, tax_mode
from sync.contacts import ContactAnswer, Directory, clean_email, find_contact, person_of
from sync.dates import OpenDay, open_date
from sync.eligible import held_by_rule, held_by_status, local_date, skipped, zero_total
from sync.reasons import Hold, Reason
from sync.rows import SortedRows, check_mapped, explains_nothing, sort_rows
from sync.tenders import paid_at, payments_of, received
from sync.totals import close, compose, cut
from xero.documents import BankTransaction, Contact, Document, Id, Invoice, Payment
from xero.lines import DocumentLine, TaxMode

READY, HELD, SKIPPED = "ready", "held", "skipped"
_REFERENCE_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Built:
    """`status` is ready, held or skipped. Ready: the invoice would be sent; reasons then are
    about what is not (a held payment) or worth knowing (warnings).

    `overpayments` are what was received beyond what is due. Where invoices are switched off,
    `receipt` stands in the invoice's place. `tax` is what the shop charged that is posted as
    tax, None where the build did not come so far."""

    status: str
    reasons: tuple[Reason, ...] = ()
    contact: ContactAnswer | None = None
    invoice: Invoice | None = None
    payments: tuple[Payment, ...] = ()
    overpayments: tuple[BankTransaction, ...] = ()
    receipt: BankTransaction | None = None
    warnings: tuple[str, ...] = ()
    tax: Decimal | None = None

    @property
    def documents(self) -> tuple[Document, ...]:
        """In the order in which Xero must receive them."""
        contact: tuple[Contact, ...] = ()
        if self.contact is not None and self.contact.contact is not None:
            contact = (self.contact.contact,)
        sale = tuple(one for one in (self.invoice, self.receipt) if one is not None)
        return (*contact, *sale, *self.payments, *self.overpayments)


def build_order(books: Books, order: Order, directory: Directory) -> Built:
    """The documents of an order, or why not."""
    rows = sort_rows(books.snapshot, order)
    nothing = not round_to(order.total + rows.tendered) and explains_nothing(order, rows)
    reason = skipped(books.snapshot, order)
    if reason is None and nothing:
        reason = zero_total(books.snapshot, order)
    if reason is not None:
        return Built(SKIPPED, (reason,))
    try:
        return _build(books, order, rows, directory)
    except Hold as hold:
        return Built(HELD, (hold.reason,))


def _build(books: Books, order: Order, rows: SortedRows, directory: Directory) -> Built:
    held_by_status(books.snapshot, order)
    held_by_rule(books.snapshot, order)
    _check_currency(books, order)
    check_mapped(rows)
    day = _document_day(books, order, rows)
    mode = tax_mode(books, order)
    charges = charges_of(books, order, rows, mode)
    lines = _lines(books, order, rows, charges, mode)
    person = person_of(books.snapshot, order)
    contact = find_contact(person, directory, archived=books.snapshot.rules.contacts.archived)
    invoice = _invoice(books, order, contact.id, day, lines, mode)
    tendered = payments_of(books, order, invoice, rows)
    reasons = (*tendered.reasons, *_remarks(books, order, invoice, charges))
    return Built(
        READY, reasons, contact, invoice, tendered.payments, warnings=contact.warnings,
        tax=charges.tax,
    )  # fmt: skip


def _lines(
    books: Books, order: Order, rows: SortedRows, charges: Charges, mode: TaxMode
) -> tuple[DocumentLine, ...]:
    """The invoice's lines, closed to the order's total before store-issued tenders."""
    posting = books.snapshot.rules.posting
    total = round_to(order.total + rows.tendered)
    if total < 0:
        raise Hold(
            "negative_total",
            f"The order's total is {written(total)}, and Xero takes no negative invoice. Correct "
            "the order in the shop, or enter a credit note in Xero by hand.",
            "grand_total",
        )
    closing = closing_accounts(books)
    per_line_tax = books.snapshot.store.platform != "opencart"
    override = posting.rounding == "tax_override" or (posting.rounding == "auto" and per_line_tax)
    separate = posting.discounts == "separate"
    lines = compose(charges.all, mode, separate=separate, override=override, closing=closing)
    return close(
        lines, mode, total=total, tax=charges.tax, override=override, closing=closing,
        unmapped=rows.unmapped,
    )  # fmt: skip


def _check_currency(books: Books, order: Order) -> None:
    if not known_currency(order.currency):
        text = f"{order.currency!r} is not a currency. Correct it in the shop."
        raise Hold("unknown_currency", text, "order_currency_code")
    organisation = books.organisation
    if not organisation.connected or order.currency in organisation.currencies:
        return
    text = f"{order.currency} is not enabled in {organisation.name}. Add the currency in Xero."
    if books.snapshot.rules.posting.currency_not_enabled == "convert":
        text += " Converting to the base currency is not done by this version."
    raise Hold("currency_not_enabled", text, "posting.currency_not_enabled")


def _document_day(books: Books, order: Order, rows: SortedRows) -> OpenDay:
    """The invoice's date by posting.date, in the books' zone, outside locked periods."""
    wanted = books.snapshot.rules.posting.date
    moment = order.placed_at
    if wanted == "paid":
        moments = [paid_at(books, order, tender) for tender in received(books, order)]
        if not moments and not order.total and rows.tenders:
            moments = [paid_at(books, order)]
        if not moments:
            raise _not_yet("paid")
        moment = min(moments)
    elif wanted == "shipped":
        if order.shipped_at is None:
            raise _not_yet("shipped")
        moment = order.shipped_at
    return open_date(books, local_date(books.snapshot, moment), "order")


def _not_yet(what: str) -> Hold:
    text = (
        f"The invoice takes the date on which the order is {what}, and it is not {what} yet. It is "
        "posted then; choose posting.date: ordered to post it now."
    )
    return Hold("not_paid_yet", text, "posting.date")


def _invoice(
    books: Books,
    order: Order,
    contact: Id,
    day: OpenDay,
    lines: tuple[DocumentLine, ...],
    mode: TaxMode,
) -> Invoice:
    posting = books.snapshot.rules.posting
    if day.original is not None:
        first = replace(
            lines[0],
            description=cut(f"{lines[0].description} (order of {day.original.isoformat()})"),
        )
        lines = (first, *lines[1:])
    return Invoice(
        number=f"{books.snapshot.store.number_prefix}{order.number}",
        contact=contact,
        date=day.day,
        due_date=_due(books, order, day.day),
        mode=mode,
        currency=order.currency,
        status=posting.status,
        reference=render(posting.reference, books.snapshot, order)[:_REFERENCE_LIMIT],
        lines=lines,
        currency_rate=_rate(books, order),
        branding_theme_id=_theme(books),
        sent_to_contact=posting.send_to_contact and posting.status == "AUTHORISED",
    )


def _due(books: Books, order: Order, day: date) -> date:
    for _, rule in order_rules(books.snapshot, order):
        if rule.due_days is not None:
            return day + timedelta(days=rule.due_days)
    return day + timedelta(days=books.snapshot.rules.posting.due_days)


def _base_currency(books: Books) -> str:
    return books.organisation.base_currency or books.snapshot.store.base_currency


def _rate(books: Books, order: Order) -> Decimal | None:
    """Foreign units per base unit as the shop recorded, where the bases are the same."""
    base = _base_currency(books)
    if order.currency == base or order.base_currency != base or order.rate is None:
        return None
    rate = round_to(order.rate, 6)
    return trim(rate) if rate > 0 else None


def _theme(books: Books) -> str:
    theme = books.snapshot.rules.posting.branding_theme
    if not theme or not books.organisation.connected:
        return theme or ""
    themes = books.organisation.branding_themes
    chosen = themes.get(theme) or (theme if theme in themes.values() else "")
    if not chosen:
        text = (
            f"{books.organisation.name} has no branding theme {theme}. Choose one that it has as "
            "posting.branding_theme."
        )
        raise Hold("branding_theme_unknown", text, "posting.branding_theme")
    return chosen


def _remarks(books: Books, order: Order, invoice: Invoice, charges: Charges) -> tuple[Reason, ...]:
    """What is worth knowing about an order that is posted all the same."""
    found = (
        _refund_remark(order),
        _rate_remark(books, order),
        _cents_remark(order),
        _tax_remark(invoice, charges.tax),
        _email_remark(order),
        _tracking_remark(charges),
    )
    return tuple(remark for remark in found if remark is not None)


def _refund_remark(order: Order) -> Reason | None:
    if order.refunds:
        total = sum((refund.total for refund in order.refunds), Decimal(0))
        text = (
            f"{written(round_to(total))} was refunded. This version posts no credit notes: enter "
            "it in Xero by hand."
        )
        return Reason("refund_not_posted", text, "creditmemos")
    if order.refunded:
        text = (
            f"The order states refunds of {written(order.refunded)}, but brings no credit memos. "
            "The invoice is posted without them."
        )
        return Reason("refund_not_given", text, "total_refunded")
    return None


def _rate_remark(books: Books, order: Order) -> Reason | None:
    base = _base_currency(books)
    if order.currency == base or _rate(books, order) is not None:
        return None
    text = f"The order has no exchange rate to {base}: Xero uses its own of the day."
    return Reason("rate_not_sent", text, "base_to_order_rate")


def _cents_remark(order: Order) -> Reason | None:
    total = round_to(order.total)
    if minor_digits(order.currency) <= 2 or order.total == total:
        return None
    text = (
        f"{written(order.total)} {order.currency} is posted as {written(total)}: Xero keeps cents."
    )
    return Reason("rounded_to_cents", text, "grand_total")


def _tax_remark(invoice: Invoice, charged: Decimal) -> Reason | None:
    """Tax that differs by rounding where the totals agree, so that no line shows it."""
    totals = invoice.expected()
    assert totals is not None
    charged = round_to(charged)
    disclosed = any(line.description == "Rounding" and not line.rate for line in invoice.lines)
    if totals.total_tax == charged or disclosed:
        return None
    text = (
        f"Xero computes {written(totals.total_tax)} tax, the shop charged {written(charged)}: a "
        "difference of rounding inside the same total."
    )
    return Reason("tax_rounded", text, "posting.rounding")


def _email_remark(order: Order) -> Reason | None:
    email = order.customer.email.strip()
    if not email or clean_email(email):
        return None
    text = f"The e-mail {email[:100]} is not valid; the contact is posted without it."
    return Reason("email_dropped", text, "customer_email")


def _tracking_remark(charges: Charges) -> Reason | None:
    if not charges.skipped:
        return None
    names = ", ".join(f"{name}: {option}" for name, option in charges.skipped)
    text = f"Xero lacks the tracking {names}; the lines are posted without it."
    return Reason("tracking_skipped", text, "posting.tracking_options")
