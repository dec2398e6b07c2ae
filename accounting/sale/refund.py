"""What a refund credits: the lines of its credit note, from the shop's own figures. Pure.

The refund's header rules: where its lines do not sum to it, the difference is spread over
them. Goodwill and fees kept are lines of their own, with the tax inside their amount. All of it
is before the tenders that the shop issued itself; one that is a line of the invoice is a line of
the credit note too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from accounting.books import Books
from accounting.dates import open_date
from accounting.eligibility import local_date
from accounting.lines.charge import Charge
from accounting.lines.charges import charges_of
from accounting.lines.closing import closing_accounts, overrides, states_tax, tax_mode
from accounting.lines.compose import close, compose, re_dated
from accounting.lines.converted import in_base
from accounting.lines.currency import Conversion
from accounting.lines.fees_kept import adjustments
from accounting.money.given_back import (
    NOTHING_RETURNED,
    Returned,
    completes,
    given_back,
    refunds_before,
)
from accounting.money.issued import issued_tenders
from accounting.money.negative_lines import NegativeLines, mirrored, negative_lines
from accounting.reasons import Hold
from accounts_mapping.rules.mapped_order import MappedOrder, map_returned
from connector.lib.money import ZERO, allocate, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Line, LineKind, Order, TaxShare
from stores.canonical.refund import Refund, RefundLine
from stores.profile import Field
from xero.documents.documents import CreditNote
from xero.documents.kinds import Id
from xero.documents.lines import DocumentLine, TaxMode

_REFERENCE_LIMIT = 255


def credit_note_of(
    books: Books,
    mapped: MappedOrder,
    refund: Refund,
    *,
    invoice_number: str,
    contact: Id,
    status: str,
    rate: Decimal | None,
    by: Conversion | None = None,
    returned: Returned = NOTHING_RETURNED,
    converted: Returned | None = None,
) -> CreditNote:
    """The credit note of one refund, converted where its sale is (`by`, the refund's own).

    `returned` is what went back on what the shop issued itself, in the order's currency, and
    `converted` the same in the currency of the sale. Raises Hold where it
    cannot be posted for certain.
    """
    order = mapped.order
    if refund.currency != order.currency:
        text = said(
            "The refund is in %(currency)s, its order in %(sold_in)s. Enter it in Xero by hand.",
            currency=refund.currency, sold_in=order.currency,
        )  # fmt: skip
        raise Hold("refund_does_not_add_up", text, Field.REFUNDS)
    day = open_date(books, local_date(books.snapshot, refund.refunded_at), "refund")
    mode = tax_mode(books, order)
    lines = _lines(books, mapped, refund, mode, returned)
    if by is not None:
        own = converted or returned
        fixed = mirrored(books, returned.issued, own.issued)
        total = by.base_total - own.on_lines
        lines = in_base(books, lines, mode, by, total=total, fixed=fixed)
    return CreditNote(
        number=f"{invoice_number}-R{refund.id}",
        contact=contact,
        date=day.day,
        mode=mode,
        currency=order.currency if by is None else by.currency,
        status=status,
        reference=mapped.reference.value[:_REFERENCE_LIMIT],
        lines=re_dated(lines, day.original, "refund of"),
        currency_rate=rate,
    )


def tax_of(
    books: Books, mapped: MappedOrder, refund: Refund, returned: Returned = NOTHING_RETURNED
) -> Decimal:
    """The tax that a refund's credit note bears, in the order's currency: the memo's own, less
    what is posted as lines, with that of goodwill and fees kept, and without that of cards which
    were taxed when they were sold. Raises Hold as the note does."""
    charges = _charges(books, mapped, refund)
    less = _negative(books, mapped, refund, charges, returned)
    return sum((charge.tax for charge in charges), ZERO) - less.tax


def refund_day(books: Books, refund: Refund) -> date:
    """The day on which the money went back, outside locked periods."""
    return open_date(books, local_date(books.snapshot, refund.refunded_at), "refund").day


def _lines(
    books: Books, mapped: MappedOrder, refund: Refund, mode: TaxMode, returned: Returned
) -> tuple[DocumentLine, ...]:
    charges = _charges(books, mapped, refund)
    less = _negative(books, mapped, refund, charges, returned)
    override = overrides(books, mapped.order.currency)
    closing = closing_accounts(books)
    lines = compose(charges, mode, separate=False, override=override, closing=closing)
    tax = sum((charge.tax for charge in charges), ZERO)
    total = round_to(refund.total) - less.amount
    lines += less.lines
    stated = states_tax(books)
    return close(
        lines, mode, total=total, tax=tax - less.tax, currency=mapped.order.currency,
        override=stated, closing=closing,
    )  # fmt: skip


def _negative(
    books: Books, mapped: MappedOrder, refund: Refund, charges: list[Charge], returned: Returned
) -> NegativeLines:
    """What the invoice has as negative lines, upon the credit note: both take it off the total,
    so that here the liability grows again. The refund that completes the order takes what is left
    of the tax inside such lines."""
    mode = tax_mode(books, mapped.order)
    override = overrides(books, mapped.order.currency)
    less = negative_lines(books, returned.issued, charges, mode, override=override)
    if not (less.tax and override and completes(mapped, refund)):
        return less
    sold = charges_of(books, mapped, mode).all
    whole = negative_lines(books, issued_tenders(books, mapped), sold, mode, override=override)
    before = ZERO
    for one in refunds_before(mapped.order, refund):
        its = negative_lines(
            books, given_back(books, mapped, one).issued, _charges(books, mapped, one), mode,
            override=override,
        )  # fmt: skip
        before += its.tax
    return less.with_tax(whole.tax - before, mode)


def _charges(books: Books, mapped: MappedOrder, refund: Refund) -> list[Charge]:
    """What is credited and with which tax: goods, shipping, goodwill and fees kept."""
    order = mapped.order
    mode = tax_mode(books, order)
    total = round_to(refund.total)
    if total < 0 or not (total or (refund.lines and refund.adjustment)):
        # A fee that is all of the amount is income, and the goods are no longer.
        raise _no_amount(refund, total)
    returned = _as_sold(order, refund)
    adjustment = round_to(refund.adjustment)
    if not returned.lines:
        # An amount, and nothing that it is for: all of it is goodwill.
        adjustment = total
    alone = map_returned(mapped, books.snapshot, books.organisation, returned)
    stated = charges_of(books.returning(), alone, mode)
    charges = _spread(stated.all, total - adjustment, round_to(stated.tax), mode)
    charges = _restocked(books, returned, refund, charges)
    return charges + adjustments(books, mapped, returned, stated.all, adjustment, mode)


def _no_amount(refund: Refund, total: Decimal) -> Hold:
    """Nothing was given back, or tax alone: a coupon paid for goods that were taxed in full."""
    text = said(
        "The refund %(number)s is over %(total)s, and Xero credits no such amount: nothing is "
        "posted for it. Correct sales and tax in Xero by hand if they changed, and mark the order "
        "as handled by hand.",
        number=refund.number or refund.id,
        total=total,
    )
    if refund.tax:
        text = said(
            "The refund %(number)s is over %(total)s and takes back tax of %(tax)s, and Xero "
            "credits no such amount: nothing is posted for it. Correct sales and tax in Xero by "
            "hand if they changed, and mark the order as handled by hand.",
            number=refund.number or refund.id,
            total=total,
            tax=round_to(refund.tax),
        )
    return Hold("refund_does_not_add_up", text, Field.REFUNDS)


def _as_sold(order: Order, refund: Refund) -> Order:
    """What was refunded, as if it alone had been sold: accounts and taxes are those of the sale."""
    by_id = {line.id: line for line in order.lines}
    lines: list[Line] = []
    for part in refund.lines:
        sold = by_id.get(part.order_line_id)
        if part.fixed and lines and not part.tax:
            fee = TaxShare(part.name, None, part.net)
            lines[-1] = replace(lines[-1], fixed_taxes=(*lines[-1].fixed_taxes, fee))
        elif part.fixed:
            lines.append(_part(_taxed_fee(order, part), part, LineKind.FEE))
        else:
            lines.append(_part(sold, part, LineKind.GOODS))
    if refund.shipping_net or refund.shipping_tax:
        lines.append(_shipping(order, refund))
    return replace(order, lines=tuple(lines), rows=(), tax=refund.tax_back, total=refund.total)


def _taxed_fee(order: Order, part: RefundLine) -> Line | None:
    fees = (line for line in order.lines if line.kind is LineKind.FEE)
    mine = (line for line in fees if line.id.startswith(f"{part.order_line_id}:"))
    return next((line for line in mine if line.name == part.name), None)


def _part(sold: Line | None, part: RefundLine, kind: LineKind) -> Line:
    """A part of a line of the order: its own quantity, net and tax, everything else as sold."""
    if sold is None:
        return Line(
            id=part.order_line_id, kind=kind, name=part.name, quantity=part.quantity,
            net=part.net, tax=part.tax, full_net=None, full_gross=None, rate=part.rate,
            path=part.path, sku=part.sku,
        )  # fmt: skip
    return replace(
        sold, quantity=part.quantity, net=part.net, tax=part.tax, full_net=None,
        full_gross=None, unit_net=None, unit_gross=None, fixed_taxes=(), path=part.path,
        taxes=_shares(sold.taxes, part.tax),
    )  # fmt: skip


def _shares(sold: Sequence[TaxShare], tax: Decimal) -> tuple[TaxShare, ...]:
    """The taxes of a line, scaled to the tax that was given back."""
    if len(sold) < 2 or any(share.amount < 0 for share in sold):
        return tuple(replace(share, amount=tax) for share in sold)
    parts = allocate(round_to(tax, 4), [share.amount for share in sold], 4)
    return tuple(replace(share, amount=amount) for share, amount in zip(sold, parts, strict=True))


def _shipping(order: Order, refund: Refund) -> Line:
    sold = next((line for line in order.lines if line.kind is LineKind.SHIPPING), None)
    part = RefundLine(
        "shipping", order.shipping_title or "Shipping", "", Decimal(1), refund.shipping_net,
        refund.shipping_tax, ZERO, "shipping_amount",
    )  # fmt: skip
    return _part(sold, part, LineKind.SHIPPING)


def _spread(charges: list[Charge], total: Decimal, tax: Decimal, mode: TaxMode) -> list[Charge]:
    """The charges with what their sum and tax lack of the refund's own, by their gross value."""
    inclusive = mode is TaxMode.INCLUSIVE
    rounded = [
        replace(c, full=round_to(c.charged), charged=round_to(c.charged), tax=round_to(c.tax))
        for c in charges
    ]
    gross = [c.charged if inclusive else c.charged + c.tax for c in rounded]
    if not rounded:
        return []
    more = allocate(total - sum(gross, ZERO), [max(amount, ZERO) for amount in gross])
    more_tax = allocate(
        tax - sum((c.tax for c in rounded), ZERO), [max(c.tax, ZERO) for c in rounded]
    )
    return [
        replace(
            charge, tax=charge.tax + extra_tax,
            charged=charge.charged + (extra if inclusive else extra - extra_tax),
            full=charge.charged + (extra if inclusive else extra - extra_tax),
        )
        for charge, extra, extra_tax in zip(rounded, more, more_tax, strict=True)
    ]  # fmt: skip


def _restocked(
    books: Books, returned: Order, refund: Refund, charges: list[Charge]
) -> list[Charge]:
    """Lines keep their item only where the goods went back to stock, by refunds.restock."""
    policy = books.snapshot.rules.refunds.restock
    back = {part.order_line_id for part in refund.lines if part.restocked and not part.fixed}
    count = len(returned.lines)
    kept = [
        charge
        if policy == "always" or (policy == "as_store" and line.id in back)
        else replace(charge, item_code="")
        for line, charge in zip(returned.lines, charges[:count], strict=True)
    ]
    return kept + charges[count:]
