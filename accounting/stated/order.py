"""What a shop leaves unsaid, worked out; and what is in an order but not the shop's. Pure.

Everything else takes an order for stated: each line with its tax and rate, each refund with the
tax that it takes back, and no tax that a marketplace collected and pays itself. What is worked
out twice comes to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from accounting.books import Books
from accounting.lines.returned import with_returns
from accounting.postable import effective_rate, found, no_rate
from accounting.reasons import Hold, Reason
from accounting.stated.marketplace import collected_in, without_marketplace
from accounting.stated.refunds import is_declined, is_pending, refunds_stated
from accounts_mapping.rules.mapped_lines import MappedLine
from accounts_mapping.rules.mapped_order import MappedOrder, map_order
from accounts_mapping.rules.resolve import Resolution, Unmapped
from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Line, MoneyIn, Order, Payment, TaxShare
from stores.profile import Field

_UNKNOWN = Decimal(-1)


def as_stated(books: Books, mapped: MappedOrder) -> MappedOrder:
    """The order as if its shop had said all of it, and what the rules say of it then. Raises Hold
    where the mapping does not tell which tax a price contains, or nobody who collected a tax."""
    order = with_rates(books, _received(mapped.order), mapped.lines)
    order = with_returns(order, books.snapshot.rules.refunds.return_actions)
    refunds = tuple(refunds_stated(order))
    if refunds != order.refunds:
        order = replace(order, refunds=refunds)
    order = without_marketplace(order)
    if order is mapped.order:
        return mapped
    if order.lines == mapped.order.lines and order.total == mapped.order.total:
        return replace(mapped, order=order)
    return map_order(books.snapshot, books.organisation, order)


def as_far_as_stated(books: Books, mapped: MappedOrder) -> MappedOrder:
    """Likewise, or as it is where that cannot be told: it is held then."""
    try:
        return as_stated(books, mapped)
    except Hold:
        return mapped


def left_out(order: Order) -> tuple[Reason, ...]:
    """What a person should know of that."""
    reasons = []
    collected = collected_in(order)
    if collected:
        text = said(
            "%(collected)s of tax was collected by the marketplace, which pays it itself: it is on "
            "no document.",
            collected=collected,
        )
        reasons.append(Reason("tax_of_marketplace", text, Field.TOTAL))
    promised = sum((one.amount for one in order.payments if _promised(one)), ZERO)
    if promised:
        text = said(
            "%(promised)s is authorised and not received yet: it is posted once the shop says that "
            "it came in.",
            promised=promised,
        )
        reasons.append(Reason("payment_authorised", text, Field.PAYMENTS))
    for refund in order.refunds:
        if is_pending(refund):
            text = said(
                "The refund %(number)s of %(total)s is not paid back yet. It is credited once the "
                "shop says that it is.",
                number=refund.number or refund.id,
                total=refund.total,
            )
            reasons.append(Reason("refund_pending", text, Field.REFUNDS))
        elif is_declined(refund):
            text = said(
                "The refund %(number)s of %(total)s was declined: no money went back, and nothing "
                "is credited.",
                number=refund.number or refund.id,
                total=refund.total,
            )
            reasons.append(Reason("refund_declined", text, Field.REFUNDS))
    return tuple(reasons)


# --- money that is promised ----------------------------------------------------------------------


def _received(order: Order) -> Order:
    """The order without tenders that are authorised only: where no others are, and the shop
    states nothing, nothing was received. A currency is told of those alone that are in another."""
    kept = tuple(
        replace(one, currency="") if one.currency == order.currency else one
        for one in order.payments
        if not _promised(one)
    )
    if len(kept) == len(order.payments):
        return order if kept == order.payments else replace(order, payments=kept)
    received = ZERO if order.received is None and not kept else order.received
    return replace(order, payments=kept, received=received)


def _promised(payment: Payment) -> bool:
    return payment.state is MoneyIn.AUTHORISED


# --- lines whose tax is inside, and unsaid -------------------------------------------------------


def with_rates(books: Books, order: Order, mapped: Sequence[MappedLine]) -> Order:
    """The order with the tax of lines that state none, by the rate of their tax type, taken out
    of what was charged."""
    if all(line.rate is not None for line in order.lines):
        return order
    lines = tuple(
        _with_rate(books, line, to.tax_type) for line, to in zip(order.lines, mapped, strict=True)
    )
    more = sum((line.tax for line in lines), ZERO) - sum((line.tax for line in order.lines), ZERO)
    base_tax = order.base_tax if not more else None
    return replace(
        order, lines=lines, tax=order.tax + more, base_tax=base_tax, prices_include_tax=True
    )


def _with_rate(books: Books, line: Line, to: Resolution | Unmapped) -> Line:
    if line.rate is not None:
        return line
    answer = found(to)
    rate = effective_rate(books.snapshot, books.organisation, answer.value, _UNKNOWN)
    if rate == _UNKNOWN:
        raise no_rate(line)
    gross = line.gross
    tax = round_to(gross * rate / (100 + rate))
    shares = (TaxShare(answer.value, rate, tax),) if tax else ()
    return replace(
        line, net=gross - tax, tax=tax, rate=rate, taxes=shares,
        full_net=None, full_gross=line.full_gross or line.full_net,
        unit_net=None, unit_gross=line.unit_gross or line.unit_net,
    )  # fmt: skip
