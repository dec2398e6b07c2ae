"""What the books must come to for an order by the shop's own word: pure.

The grand total before what the shop itself issued (gift cards, store credit), the tax that it
charged, what came in, and what went back. A reconciliation compares these with Xero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from stores.canonical import Order, Refund
from sync import refunds
from sync.books import Books
from sync.charges import charges_of, tax_mode
from sync.convert import Conversion, conversion, of_refund, tendered_in_base
from sync.convert import refunded as refunded_in_base
from sync.reasons import Hold
from sync.rows import SortedRows, sort_rows
from sync.tenders import received


@dataclass(frozen=True, slots=True)
class ShopFigures:
    """In cents of the order's currency; of `currency`, the books', where the sale is converted.

    `received` is money and what the shop issued itself (`tendered`), together. `refunded_tax`
    holds the tax of goodwill and fees kept, which the shop's own leaves out; it is None where
    the shop states that something was refunded and not what.
    """

    invoiced: Decimal
    tax: Decimal
    tendered: Decimal
    received: Decimal
    refunded: Decimal
    refunded_tax: Decimal | None
    currency: str = ""


def figures_of(
    books: Books, order: Order, *, tax: Decimal | None = None, stands_in: str = ""
) -> ShopFigures:
    """`tax` is a build's, where there was one; `stands_in` the currency of the sale in Xero.
    Never raises: where the rules do not say how tax is posted, it is the order's own."""
    rows = sort_rows(books.snapshot, order)
    tendered = rows.tendered
    if order.received is not None:
        money = order.received
    else:
        money = sum((tender.amount for tender in received(books, order)), ZERO)
    refunded = sum((refund.total for refund in order.refunds), ZERO) or order.refunded
    refunded_tax: Decimal | None
    refunded_tax = sum((_refund_tax(books, order, refund) for refund in order.refunds), ZERO)
    if refunded and not order.refunds:
        refunded_tax = None
    figures = ShopFigures(
        invoiced=round_to(order.total + tendered),
        tax=round_to(_tax(books, order, rows) if tax is None else tax),
        tendered=round_to(tendered),
        received=round_to(money + tendered),
        refunded=round_to(refunded),
        refunded_tax=None if refunded_tax is None else round_to(refunded_tax),
    )
    if not stands_in or stands_in == order.currency:
        return figures
    try:
        by = conversion(books, order, stands_in)
        return figures if by is None else _in_base(books, figures, order, rows, by, money)
    except Hold:
        return figures


def _in_base(
    books: Books, figures: ShopFigures, order: Order, rows: SortedRows, by: Conversion,
    money: Decimal,
) -> ShopFigures:  # fmt: skip
    """The same of a converted sale: the shop's own word in its base currency."""
    tendered = tendered_in_base(rows, by)
    back = figures.refunded_tax
    if order.refunds:
        refunded, back = refunded_in_base(by, order.refunds)
        back += sum((_adjusted_in_base(books, order, one, by) for one in order.refunds), ZERO)
    else:
        refunded = by.amount(order.refunded)
    return ShopFigures(
        invoiced=by.base_total + tendered,
        tax=round_to(by.tax_of(figures.tax)),
        tendered=tendered,
        received=by.amount(money) + tendered,
        refunded=refunded,
        refunded_tax=back,
        currency=by.currency,
    )


def _refund_tax(books: Books, order: Order, refund: Refund) -> Decimal:
    """The tax that a refund's credit note bears, without rounding of the parts."""
    try:
        return refunds.tax_of(books, order, refund)
    except Hold:
        return refund.tax


def _adjusted_in_base(books: Books, order: Order, refund: Refund, by: Conversion) -> Decimal:
    """The tax of goodwill and fees kept in the base currency."""
    if not refund.adjustment:
        return ZERO
    its = of_refund(by, refund, (), ZERO)
    return its.tax_of(_refund_tax(books, order, refund)) - its.tax_of(refund.tax)


def _tax(books: Books, order: Order, rows: SortedRows) -> Decimal:
    """The tax that is posted as tax: without what rules post as lines of its own."""
    try:
        return charges_of(books, order, rows, tax_mode(books, order)).tax
    except Hold:
        return order.tax
