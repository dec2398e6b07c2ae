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
from accounts_mapping.rules.mapped_lines import MappedLine
from accounts_mapping.rules.mapped_order import MappedOrder, map_order
from accounts_mapping.rules.resolve import Resolution, Unmapped
from connector.lib.money import ZERO, allocate, round_to, written
from stores.canonical.order import Collector, Line, LineKind, MoneyIn, Order, Payment, TaxShare
from stores.canonical.refund import MoneyBack, Refund, RefundLine
from stores.profile import Field

_UNKNOWN = Decimal(-1)


def as_stated(books: Books, mapped: MappedOrder) -> MappedOrder:
    """The order as if its shop had said all of it, and what the rules say of it then. Raises Hold
    where the mapping does not tell which tax a price contains, or nobody who collected a tax."""
    order = with_rates(books, _received(mapped.order), mapped.lines)
    order = with_returns(order, books.snapshot.rules.refunds.return_actions)
    refunds = tuple(_refunds(order))
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
    said = []
    collected = sum((_collected(line) for line in order.lines), ZERO)
    if collected:
        text = (
            f"{written(collected)} of tax was collected by the marketplace, which pays it itself: "
            "it is on no document."
        )
        said.append(Reason("tax_of_marketplace", text, Field.TOTAL))
    promised = sum((one.amount for one in order.payments if _promised(one)), ZERO)
    if promised:
        text = (
            f"{written(promised)} is authorised and not received yet: it is posted once the shop "
            "says that it came in."
        )
        said.append(Reason("payment_authorised", text, Field.PAYMENTS))
    for refund in order.refunds:
        if _has(refund, MoneyBack.PENDING):
            text = (
                f"The refund {refund.number or refund.id} of {written(refund.total)} is not paid "
                "back yet. It is credited once the shop says that it is."
            )
            said.append(Reason("refund_pending", text, Field.REFUNDS))
        elif _is_declined(refund):
            text = (
                f"The refund {refund.number or refund.id} of {written(refund.total)} was declined: "
                "no money went back, and nothing is credited."
            )
            said.append(Reason("refund_declined", text, Field.REFUNDS))
    return tuple(said)


# --- money that is promised ----------------------------------------------------------------------


def _received(order: Order) -> Order:
    """The order without tenders that are authorised only: where no others are, and the shop
    states nothing, nothing was received."""
    kept = tuple(one for one in order.payments if not _promised(one))
    if len(kept) == len(order.payments):
        return order
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


# --- refunds -------------------------------------------------------------------------------------


def _refunds(order: Order) -> list[Refund]:
    """Those whose money went back, with their tax. One that is paid in parts waits for all."""
    return [
        _with_tax(order, _paid_back(refund))
        for refund in order.refunds
        if not _has(refund, MoneyBack.PENDING) and not _is_declined(refund)
    ]


def _has(refund: Refund, state: MoneyBack) -> bool:
    return any(one.state is state for one in refund.payments)


def _is_declined(refund: Refund) -> bool:
    return bool(refund.payments) and all(one.state is MoneyBack.DECLINED for one in refund.payments)


def _paid_back(refund: Refund) -> Refund:
    """The refund over what went back, without the payments that were declined."""
    declined = sum((one.amount for one in refund.payments if one.state is MoneyBack.DECLINED), ZERO)
    if not declined:
        return refund
    total = refund.total - declined
    tax = refund.tax and round_to(refund.tax * total / refund.total)
    kept = tuple(one for one in refund.payments if one.state is not MoneyBack.DECLINED)
    return replace(refund, total=total, tax=tax, payments=kept, base_total=None, base_tax=None)


def _with_tax(order: Order, refund: Refund) -> Refund:
    """A refund that states no tax has it inside its amounts, as the lines sold have it; of one
    that does not say either what it is for, it is that of the whole order, or of goodwill."""
    if refund.tax is not None:
        return refund
    if not refund.lines and not refund.shipping_net:
        if round_to(refund.total) != round_to(order.total) or refund.adjustment:
            return replace(refund, tax=ZERO)  # goodwill: its line takes the tax out
        lines = tuple(_all_of(line) for line in order.lines)
        return replace(refund, lines=lines, tax=order.tax)
    sold = {line.id: line for line in order.lines}
    shipping = next((line for line in order.lines if line.kind is LineKind.SHIPPING), None)
    parts = [(part.net, sold.get(part.order_line_id)) for part in refund.lines]
    parts.append((refund.shipping_net, shipping))
    *taxes, of_shipping = _inside([(gross, line) for gross, line in parts])
    lines = tuple(
        replace(part, net=part.net - tax, tax=tax)
        for part, tax in zip(refund.lines, taxes, strict=True)
    )
    return replace(
        refund, lines=lines, shipping_net=refund.shipping_net - of_shipping,
        shipping_tax=of_shipping, tax=sum(taxes, of_shipping),
    )  # fmt: skip


def _inside(parts: Sequence[tuple[Decimal, Line | None]]) -> list[Decimal]:
    """The tax in each of these amounts, as it was in the lines sold: what they come to together,
    rounded once, by largest remainder."""
    exact = [
        gross * line.tax / line.gross if line is not None and line.gross else ZERO
        for gross, line in parts
    ]
    return allocate(round_to(sum(exact, ZERO)), [max(tax, ZERO) for tax in exact])


def _all_of(line: Line) -> RefundLine:
    return RefundLine(
        line.id, line.name, line.sku, line.quantity, line.net, line.tax, line.percent, line.path
    )


# --- what a marketplace collects -----------------------------------------------------------------


def without_marketplace(order: Order) -> Order:
    """The order without the taxes that a marketplace collected: as if the buyer had paid them
    elsewhere. Raises Hold where nobody knows who collected one."""
    _check_collectors(order)
    collected = sum((_collected(line) for line in order.lines), ZERO)
    if not collected:
        return order
    refunds = tuple(_refund_without(order, refund) for refund in order.refunds)
    back = sum((refund.total for refund in order.refunds), ZERO)
    less_back = back - sum((refund.total for refund in refunds), ZERO)
    total = order.total - collected
    share = collected / order.total if order.total else ZERO
    payments = tuple(
        replace(one, amount=one.amount - round_to(one.amount * share)) for one in order.payments
    )
    paid = sum((one.amount for one in order.payments), ZERO)
    if payments and round_to(paid) == round_to(order.total):
        parts = allocate(round_to(collected), [max(one.amount, ZERO) for one in order.payments])
        payments = tuple(
            replace(one, amount=one.amount - part)
            for one, part in zip(order.payments, parts, strict=True)
        )
    received = order.received
    if received is not None:
        paid = sum((one.amount for one in payments), ZERO)
        received = paid if payments else received - round_to(received * share)
    outstanding = order.outstanding and order.outstanding - round_to(order.outstanding * share)
    return replace(
        order, lines=tuple(map(_line_without, order.lines)), total=total,
        tax=order.tax - collected, base_total=None, base_tax=None, payments=payments,
        received=received, outstanding=outstanding, refunds=refunds,
        refunded=max(order.refunded - less_back, ZERO),
    )  # fmt: skip


def _check_collectors(order: Order) -> None:
    for line in order.lines:
        for share in line.taxes:
            if share.collected_by is Collector.UNKNOWN and share.amount:
                raise Hold(
                    "tax_collector_unknown",
                    f"{line.name}: the shop does not say whether {written(share.amount)} of "
                    f"{share.name or 'tax'} is paid by you or by the marketplace. Post the order "
                    "by hand, and mark it as handled by hand.",
                    line.path,
                )


def _collected(line: Line) -> Decimal:
    """The tax of a line that a marketplace collected."""
    theirs = (s.amount for s in line.taxes if s.collected_by is Collector.MARKETPLACE)
    return sum(theirs, ZERO)


def _line_without(line: Line) -> Line:
    less = _collected(line)
    if not less:
        return line
    taxes = tuple(one for one in line.taxes if one.collected_by is not Collector.MARKETPLACE)
    rate = sum((one.rate or ZERO for one in taxes), ZERO)
    return replace(
        line, tax=line.tax - less, taxes=taxes, rate=rate, full_gross=None, unit_gross=None
    )


def _refund_without(order: Order, refund: Refund) -> Refund:
    """The same part of each line's tax is none of the refund's."""
    sold = {line.id: line for line in order.lines}
    lines, less = [], ZERO
    for part in refund.lines:
        line = sold.get(part.order_line_id)
        theirs = ZERO
        if line is not None and line.tax:
            theirs = round_to(part.tax * _collected(line) / line.tax)
        lines.append(replace(part, tax=part.tax - theirs))
        less += theirs
    of_shipping = ZERO
    for line in order.lines:
        if line.kind is LineKind.SHIPPING and line.tax:
            of_shipping = round_to(refund.shipping_tax * _collected(line) / line.tax)
            break
    less += of_shipping
    if not refund.lines and not refund.shipping_net and order.total:
        collected = sum((_collected(line) for line in order.lines), ZERO)
        return replace(
            refund, total=refund.total - round_to(refund.total * collected / order.total)
        )
    return replace(
        refund, lines=tuple(lines), shipping_tax=refund.shipping_tax - of_shipping,
        total=refund.total - less, tax=(refund.tax or ZERO) - less,
        base_total=None, base_tax=None,
    )  # fmt: skip
