"""What the books must come to for an order by the shop's own word: pure.

The grand total before what the shop itself issued (gift cards, store credit), the tax that it
charged, what came in, and what went back. A reconciliation compares these with Xero.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from accounting.books import Books
from accounting.lines.charges import charges_of
from accounting.lines.closing import overrides, tax_mode
from accounting.lines.converted import converted
from accounting.lines.currency import (
    Conversion,
    before_tenders,
    conversion,
    of_refund,
    refunded_in_base,
    tendered_in_base,
)
from accounting.money.given_back import NOTHING_RETURNED, Returned, given_back
from accounting.money.issued import IssuedTenders, issued_tenders
from accounting.money.negative_lines import negative_lines
from accounting.money.received import posted_elsewhere, received
from accounting.plan.last_refund import MOST_TAX, refunded_whole
from accounting.reasons import Hold
from accounting.sale.refund import tax_of
from accounting.stated.order import as_far_as_stated
from accounts_mapping.rules.mapped_order import MappedOrder, map_order
from connector.lib.money import ZERO, round_to
from stores.canonical.order import Order
from stores.canonical.refund import Refund


@dataclass(frozen=True, slots=True)
class ShopFigures:
    """In cents of the order's currency; of `currency`, the books', where the sale is converted.
    What the shop issued itself and is posted as a negative line is in none of them.

    `received` is money and what the shop issued itself (`tendered`), together. `refunded_tax`
    holds the tax of goodwill and fees kept, which the shop's own leaves out; it is None where
    the shop states that something was refunded and not what. Refunds of what the order was
    lowered by are in neither: `invoiced` is without it. `by_hand` came in by methods that are
    mapped to none, so that a person enters it in Xero: it is not in `received`.
    """

    invoiced: Decimal
    tax: Decimal
    tendered: Decimal
    received: Decimal
    refunded: Decimal
    refunded_tax: Decimal | None
    currency: str = ""
    by_hand: Decimal = ZERO


def figures_of(
    books: Books, order: Order, *, tax: Decimal | None = None, stands_in: str = "",
    same: Collection[str] = (), mapped: MappedOrder | None = None,
) -> ShopFigures:  # fmt: skip
    """`tax` is a build's, where there was one, and `mapped` what it was built from; `stands_in`
    the currency of the sale in Xero; `same` are the refunds of what the order was lowered by.
    Never raises: where the rules do not say how tax is posted, it is the order's own."""
    mapped = mapped or map_order(books.snapshot, books.organisation, order)
    mapped = as_far_as_stated(books, mapped)
    order = mapped.order
    stated = bool(order.refunds) or not order.refunded + order.given_back
    order = replace(order, refunds=tuple(one for one in order.refunds if one.id not in same))
    mapped = replace(mapped, order=order)
    tendered = mapped.rows.tendered
    lines_only = not books.snapshot.store.streams.invoices
    issued = issued_tenders(books, mapped, lines_only=lines_only)
    mirrored = issued.on_lines
    if order.received is not None:
        money = order.received
    else:
        money = sum((tender.amount for tender in received(books, order)), ZERO)
    by_hand = _by_hand(books, mapped, stands_in)
    money -= by_hand
    tax = round_to(_tax(books, mapped, issued) if tax is None else tax)
    refunded, refunded_tax = order.refunded + order.given_back, None
    if stated:
        refunded, refunded_tax = _refunded(books, mapped, tax)
    figures = ShopFigures(
        invoiced=round_to(order.total + tendered) - mirrored,
        tax=tax,
        tendered=round_to(tendered) - mirrored,
        received=round_to(money + tendered) - mirrored,
        refunded=round_to(refunded) - _mirrored_back(books, mapped),
        refunded_tax=None if refunded_tax is None else round_to(refunded_tax),
        by_hand=round_to(by_hand),
    )
    if not stands_in or stands_in == order.currency:
        return figures
    try:
        by = conversion(books, order, stands_in)
        return figures if by is None else _in_base(books, figures, mapped, by, money)
    except Hold:
        return figures


def _in_base(
    books: Books, figures: ShopFigures, mapped: MappedOrder, by: Conversion, money: Decimal
) -> ShopFigures:
    """The same of a converted sale: the shop's own word in its base currency."""
    order, rows = mapped.order, mapped.rows
    mirrored = issued_tenders(books, converted(mapped, by)).on_lines
    tendered = tendered_in_base(rows, by) - mirrored
    back, whole = figures.refunded_tax, before_tenders(by, rows)
    if order.refunds or back is not None:
        refunded, back = refunded_in_base(whole, order.refunds)
        back += sum((_changed_in_base(books, mapped, one, whole) for one in order.refunds), ZERO)
        refunded -= _mirrored_back(books, mapped, by)
    else:
        refunded = by.amount(order.refunded + order.given_back)
    return ShopFigures(
        invoiced=by.base_total + tendered,
        tax=round_to(by.tax_of(figures.tax)),
        tendered=tendered,
        received=by.amount(money) + tendered,
        refunded=refunded,
        refunded_tax=back,
        currency=by.currency,
        by_hand=by.amount(figures.by_hand),
    )


def _by_hand(books: Books, mapped: MappedOrder, stands_in: str) -> Decimal:
    """What came in by methods that are mapped to none, as of the currency of the sale."""
    order = mapped.order
    posted = replace(mapped, order=replace(order, currency=stands_in or order.currency))
    tenders = (one for one in received(books, order) if posted_elsewhere(books, posted, one))
    return sum((tender.amount for tender in tenders), ZERO)


def _refunded(books: Books, mapped: MappedOrder, tax: Decimal) -> tuple[Decimal, Decimal]:
    """What the refunds credit together, each rounded by itself, and the tax in that; those that
    complete the order credit what it came to."""
    given = mapped.order.refunds
    back = sum((_refund_tax(books, mapped, refund) for refund in given), ZERO)
    if not refunded_whole(mapped, given):
        return sum((round_to(refund.total) for refund in given), ZERO), back
    total = sum((refund.total for refund in given), ZERO)
    return total, tax if abs(tax - back) <= MOST_TAX * len(given) else back


def _refund_tax(books: Books, mapped: MappedOrder, refund: Refund) -> Decimal:
    """The tax that a refund's credit note bears, without rounding of the parts."""
    try:
        return tax_of(books, mapped, refund, _returned(books, mapped, refund))
    except Hold:
        return refund.tax or ZERO


def _returned(
    books: Books, mapped: MappedOrder, refund: Refund, by: Conversion | None = None
) -> Returned:
    """What went back on what the shop issued itself; nothing where it cannot be told."""
    lines_only = not books.snapshot.store.streams.invoices
    try:
        return given_back(books, mapped, refund, by, lines_only=lines_only)
    except Hold:
        return NOTHING_RETURNED


def _mirrored_back(books: Books, mapped: MappedOrder, by: Conversion | None = None) -> Decimal:
    """What is taken off the credit notes of all refunds by lines."""
    returned = (_returned(books, mapped, refund, by) for refund in mapped.order.refunds)
    return sum((one.on_lines for one in returned), ZERO)


def _changed_in_base(books: Books, mapped: MappedOrder, refund: Refund, by: Conversion) -> Decimal:
    """By what the tax of a credit note is another than the refund's own, in the base currency:
    with that of goodwill and fees kept, without that of cards taxed when they were sold."""
    if not refund.adjustment and not refund.tenders:
        return ZERO
    its = of_refund(by, refund, (), ZERO)
    return its.tax_of(_refund_tax(books, mapped, refund)) - its.tax_of(refund.tax or ZERO)


def _tax(books: Books, mapped: MappedOrder, issued: IssuedTenders) -> Decimal:
    """The tax that is posted as tax: without what rules post as lines of its own, and that of
    cards taxed when they were sold."""
    mode = tax_mode(books, mapped.order)
    try:
        charges = charges_of(books, mapped, mode)
        override = overrides(books, mapped.order.currency)
        less = negative_lines(books, issued, charges.all, mode, override=override)
        return charges.tax - less.tax
    except Hold:
        return mapped.order.tax
