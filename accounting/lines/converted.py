"""An order in a currency that the books lack, as a document in their base currency. Pure.

`posting.currency_not_enabled: convert`. The lines are first built and proved in the order's own
currency; each is then converted at the shop's rate, so that together they are the shop's own
total and tax in its base currency to the cent (largest remainder). What the customer was
charged stands in each line's description. What follows a sale keeps the currency in which the
sale stands, whatever is enabled in Xero since; its refunds are converted likewise, each by the
shop's own base figures, and the last one to what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from accounting.books import Books
from accounting.lines.charge import Charge, priced
from accounting.lines.closing import closing_accounts, overrides, states_tax
from accounting.lines.compose import close, is_rounding, with_tax
from accounting.lines.currency import Conversion, tendered_in_base
from accounting.lines.fractions import spread
from accounting.reasons import Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.money import ZERO, plain, round_to, trim, written
from connector.lib.texts.said import figure, said
from xero.documents.lines import DocumentLine, TaxMode, line_totals

Fixed = Sequence[tuple[DocumentLine, Decimal]]


def in_base(
    books: Books, lines: tuple[DocumentLine, ...], mode: TaxMode, by: Conversion, *,
    total: Decimal, fixed: Fixed = (),
) -> tuple[DocumentLine, ...]:  # fmt: skip
    """The lines in the books' currency, closed to `total`, the shop's own in it. `fixed` are
    untaxed lines whose amount in it is known."""
    override, closing = overrides(books, by.currency), closing_accounts(books)
    converted, tax = convert_lines(lines, mode, by, total=total, override=override, fixed=fixed)
    override = states_tax(books)
    return close(
        converted, mode, total=total, tax=tax, currency=by.currency, override=override,
        closing=closing,
    )  # fmt: skip


def convert_lines(
    lines: Sequence[DocumentLine], mode: TaxMode, by: Conversion, *, total: Decimal,
    override: bool, fixed: Fixed = (),
) -> tuple[list[DocumentLine], Decimal]:  # fmt: skip
    """The lines in the base currency, which sum to `total`, and their tax.

    A rounding line is not carried over: its cents are in the total. With `override`, or where
    a line states its tax, each bears the tax that was charged, converted.
    """
    kept = [line for line in lines if not is_rounding(line)]
    ids = [str(line.payload()) for line in kept]  # equal lines share a cent either way
    tax = by.tax_of(sum((line.tax(mode) for line in lines), ZERO))
    amounts = _amounts(kept, by, total - tax if mode is TaxMode.EXCLUSIVE else total, ids, fixed)
    taxes = _split([line.tax(mode) for line in kept], by, tax, ids)
    converted = [
        _line(line, mode, by, amount, due, override=override)
        for line, amount, due in zip(kept, amounts, taxes, strict=True)
    ]
    return converted, tax


def _amounts(
    lines: Sequence[DocumentLine], by: Conversion, total: Decimal, ids: Sequence[str], fixed: Fixed
) -> list[Decimal]:
    """What each line comes to: what is fixed of it, and the rest spread over the others."""
    left = list(fixed)
    own: list[Decimal | None] = []
    for line in lines:
        place = next((i for i, (one, _) in enumerate(left) if one == line), None)
        own.append(None if place is None else left.pop(place)[1])
    loose = [place for place, amount in enumerate(own) if amount is None]
    if not loose:
        return _split([line.amount for line in lines], by, total, ids)
    rest = total - sum((amount for amount in own if amount is not None), ZERO)
    parts = iter(_split([lines[i].amount for i in loose], by, rest, [ids[i] for i in loose]))
    return [next(parts) if amount is None else amount for amount in own]


def _split(
    amounts: Sequence[Decimal], by: Conversion, total: Decimal, ids: Sequence[str] | None = None
) -> list[Decimal]:
    """Amounts at the rate, with what the shop's own rounding adds spread by size."""
    exact = [amount / by.rate for amount in amounts]
    size = sum((abs(amount) for amount in exact), ZERO)
    rest = total - sum(exact, ZERO)
    if size:
        exact = [amount + rest * abs(amount) / size for amount in exact]
    ids = ids or [str(place) for place in range(len(exact))]
    whole = by.places == 0 and total == round_to(total, 0)
    return spread(exact, ids, total, places=0 if whole else 2)


def _line(
    line: DocumentLine, mode: TaxMode, by: Conversion, amount: Decimal, tax: Decimal, *,
    override: bool,
) -> DocumentLine:  # fmt: skip
    charged = f"{by.foreign} {written(line.amount)} at {plain(trim(by.rate))}"
    charge = Charge(
        f"{line.description} ({charged})", line.quantity, amount, amount, tax, line.account,
        line.tax_type, line.rate, item_code=line.item_code, tracking=line.tracking,
        account_is_id=line.account_is_id, sources=line.sources,
    )  # fmt: skip
    made = priced(charge, amount)
    return with_tax(made, tax, mode) if override or line.tax_amount is not None else made


def converted(mapped: MappedOrder, by: Conversion | None) -> MappedOrder:
    """The order and its rows for taking payments in the base currency (`by`): what was received
    in full pays in full, and figures that contradicted each other still do."""
    if by is None:
        return mapped
    order, rows = mapped.order, mapped.rows
    paid = sum((payment.amount for payment in order.payments), ZERO)
    parts = _split([payment.amount for payment in order.payments], by, by.amount(paid))
    payments = tuple(
        replace(payment, amount=part) for payment, part in zip(order.payments, parts, strict=True)
    )
    received = None if order.received is None else by.amount(order.received)
    outstanding = order.outstanding
    if outstanding is not None:
        outstanding = by.base_total - by.amount(order.total - outstanding)
    own = [-row.amount for row, _ in rows.tenders]
    taken = _split(own, by, tendered_in_base(rows, by))
    tenders = tuple(
        (replace(row, amount=-amount), meaning)
        for (row, meaning), amount in zip(rows.tenders, taken, strict=True)
    )
    cards = _split(
        [card.amount for card in order.cards_redeemed], by,
        sum((-row.amount for row, meaning in tenders if meaning == "gift_card"), ZERO),
    )  # fmt: skip
    order = replace(
        order, currency=by.currency, total=by.base_total, payments=payments, received=received,
        outstanding=outstanding,
        cards_redeemed=tuple(
            replace(card, amount=amount)
            for card, amount in zip(order.cards_redeemed, cards, strict=True)
        ),
    )  # fmt: skip
    return replace(mapped, order=order, rows=replace(rows, tenders=tenders))


def converted_remark(by: Conversion, lines: tuple[DocumentLine, ...], mode: TaxMode) -> Reason:
    """What was charged, and what is posted for it."""
    totals = line_totals(lines, mode)
    text = said(
        "%(foreign)s is not enabled in Xero: %(total)s %(foreign)s at %(rate)s is posted as "
        "%(totals_total)s %(currency)s.",
        foreign=by.foreign,
        total=by.total,
        rate=figure(trim(by.rate)),
        totals_total=totals.total,
        currency=by.currency,
    )
    return Reason("currency_converted", text, "posting.currency_not_enabled")
