"""What the books must come to for an order by the shop's own word: pure.

The grand total before what the shop itself issued (gift cards, store credit), the tax that it
charged, what came in, and what went back. A reconciliation compares these with Xero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from stores.canonical import Order
from sync.books import Books
from sync.charges import charges_of, tax_mode
from sync.reasons import Hold
from sync.rows import SortedRows, sort_rows
from sync.tenders import received


@dataclass(frozen=True, slots=True)
class ShopFigures:
    """In cents of the order's currency.

    `received` is money and what the shop issued itself (`tendered`), together. `refunded_tax`
    is None where the shop states that something was refunded and not what.
    """

    invoiced: Decimal
    tax: Decimal
    tendered: Decimal
    received: Decimal
    refunded: Decimal
    refunded_tax: Decimal | None


def figures_of(books: Books, order: Order, *, tax: Decimal | None = None) -> ShopFigures:
    """`tax` is a build's, where there was one. Never raises: where the rules do not say how tax
    is posted, it is the order's own."""
    rows = sort_rows(books.snapshot, order)
    tendered = rows.tendered
    if order.received is not None:
        money = order.received
    else:
        money = sum((tender.amount for tender in received(books, order)), ZERO)
    refunded = sum((refund.total for refund in order.refunds), ZERO) or order.refunded
    refunded_tax: Decimal | None = sum((refund.tax for refund in order.refunds), ZERO)
    if refunded and not order.refunds:
        refunded_tax = None
    return ShopFigures(
        invoiced=round_to(order.total + tendered),
        tax=round_to(_tax(books, order, rows) if tax is None else tax),
        tendered=round_to(tendered),
        received=round_to(money + tendered),
        refunded=round_to(refunded),
        refunded_tax=None if refunded_tax is None else round_to(refunded_tax),
    )


def _tax(books: Books, order: Order, rows: SortedRows) -> Decimal:
    """The tax that is posted as tax: without what rules post as lines of its own."""
    try:
        return charges_of(books, order, rows, tax_mode(books, order)).tax
    except Hold:
        return order.tax
