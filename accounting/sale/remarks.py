"""What is worth knowing about an order that is posted all the same: pure."""

from __future__ import annotations

from decimal import Decimal

from accounting.books import Books
from accounting.contacts.persons import clean_email
from accounting.dates import OpenDay
from accounting.lines.charges import Charges
from accounting.lines.converted import converted_remark
from accounting.lines.currency import Conversion
from accounting.lines.tracked_items import stock_remark
from accounting.reasons import Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.unread import PassedBy
from connector.lib.money import (
    ZERO,
    minor_digits,
    round_to,
    smallest_unit,
    trim,
)
from connector.lib.texts.said import figure, joined, said
from stores.canonical.order import Order
from stores.profile import Field
from xero.documents.lines import DocumentLine, TaxMode

_NAMED = 3  # lines that a remark names


def base_currency_of(books: Books) -> str:
    """The organisation's base currency; while that is not known, the store's."""
    return books.organisation.base_currency or books.snapshot.store.base_currency


def rate_of(books: Books, order: Order) -> Decimal | None:
    """Foreign units per base unit as the shop recorded, where the bases are the same."""
    base = base_currency_of(books)
    if order.currency == base or order.base_currency != base or order.rate is None:
        return None
    rate = round_to(order.rate, 6)
    return trim(rate) if rate > 0 else None


def remarks_of(
    books: Books,
    mapped: MappedOrder,
    charges: Charges,
    lines: tuple[DocumentLine, ...],
    mode: TaxMode,
    less: Decimal,
    by: Conversion | None,
) -> tuple[Reason, ...]:
    """What is worth knowing about an order that is posted all the same. `less` is the tax that
    negative lines take off."""
    order = mapped.order
    charged = charges.tax - less
    found = (
        _refund_remark(order),
        _rate_remark(books, order) if by is None else converted_remark(by, lines, mode),
        _cents_remark(order),
        _price_remark(order),
        _tax_remark(lines, mode, charged if by is None else by.tax_of(charged)),
        _email_remark(order),
        _tracking_remark(charges),
        passed_by_remark(mapped.unread),
        stock_remark(charges.oversold, charges.all, lines),
    )
    return tuple(remark for remark in found if remark is not None)


def note_of(order: Order, day: OpenDay) -> str:
    """For Xero's history: how the invoice is not as the order is."""
    texts = []
    if day.original is not None:
        texts.append(f"The order is of {day.original.isoformat()}, whose period is locked.")
    if (cents := _cents_remark(order)) is not None:
        texts.append(cents.message)
    return " ".join(texts)


def _refund_remark(order: Order) -> Reason | None:
    stated = order.refunded + order.given_back
    if stated and not order.refunds:
        text = said(
            "The order states refunds of %(stated)s, but brings no credit memos. The invoice is "
            "posted without them.",
            stated=stated,
        )
        return Reason("refund_not_given", text, Field.REFUNDED)
    return None


def _rate_remark(books: Books, order: Order) -> Reason | None:
    base = base_currency_of(books)
    if order.currency == base or rate_of(books, order) is not None:
        return None
    text = said(
        "The order has no exchange rate to %(base)s: Xero uses its own of the day.", base=base
    )
    return Reason("rate_not_sent", text, Field.RATE)


def _cents_remark(order: Order) -> Reason | None:
    total = round_to(order.total)
    if minor_digits(order.currency) <= 2 or order.total == total:
        return None
    text = said(
        "%(total)s %(currency)s is posted as %(posted)s: Xero keeps cents.",
        total=order.total,
        currency=order.currency,
        posted=total,
    )
    return Reason("rounded_to_cents", text, Field.TOTAL)


def _price_remark(order: Order) -> Reason | None:
    """Lines whose price times quantity is not what the shop charged for them: the total of the
    order is of the charge, which is posted."""
    unit = smallest_unit(order.currency)
    found = [
        said(
            "%(name)s: %(quantity)s × %(price)s is not %(charged)s",
            name=line.name[:100],
            quantity=figure(line.quantity),
            price=figure(trim(line.unit_net)),
            charged=line.full_net,
        )
        for line in order.lines
        if line.unit_net is not None
        and line.full_net is not None
        and abs(line.unit_net * line.quantity - line.full_net) > (line.quantity + 1) * unit / 2
    ]
    if not found:
        return None
    named = joined(found[:_NAMED], "; ")
    text = said(
        "%(found)s. What the shop charged for the line is posted, as the order's total is made of "
        "it.",
        found=named,
    )
    if (more := len(found) - _NAMED) > 0:
        text = said(
            "%(found)s, and %(more)s more. What the shop charged for the line is posted, as the "
            "order's total is made of it.",
            found=named,
            more=more,
        )
    return Reason("line_price_differs", text, Field.TOTAL)


def _tax_remark(lines: tuple[DocumentLine, ...], mode: TaxMode, charged: Decimal) -> Reason | None:
    """Tax that differs by rounding where the totals agree, so that no line shows it."""
    posted = round_to(sum((line.tax(mode) for line in lines), ZERO))
    charged = round_to(charged)
    disclosed = any(line.description == "Rounding" and not line.rate for line in lines)
    if posted == charged or disclosed:
        return None
    text = said(
        "Xero computes %(posted)s tax, the shop charged %(charged)s: a difference of rounding "
        "inside the same total.",
        posted=posted,
        charged=charged,
    )
    return Reason("tax_rounded", text, "posting.rounding")


def _email_remark(order: Order) -> Reason | None:
    email = order.customer.email.strip()
    if not email or clean_email(email):
        return None
    text = said(
        "The e-mail %(email)s is not valid; the contact is posted without it.", email=email[:100]
    )
    return Reason("email_dropped", text, Field.EMAIL)


def passed_by_remark(unknown: PassedBy) -> Reason | None:
    """Which products no rule by category or class could be asked about."""
    if not unknown.skus:
        return None
    text = said(
        "%(skus)s: not known as a product, so that no rule by category or tax class was applied. "
        "Name the SKU under products with an account and a tax type of its own, if one should have "
        "been.",
        skus=", ".join(unknown.skus)[:500],
    )
    return Reason("product_not_read", text, "products")


def _tracking_remark(charges: Charges) -> Reason | None:
    if not charges.skipped:
        return None
    names = ", ".join(f"{name}: {option}" for name, option in charges.skipped)
    text = said("Xero lacks the tracking %(names)s; the lines are posted without it.", names=names)
    return Reason("tracking_skipped", text, "posting.tracking_options")
