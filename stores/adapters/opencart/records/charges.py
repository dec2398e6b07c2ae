"""What an order was over: its lines less coupons and with their tax, and its other rows.

Amounts come in the base currency and leave in the order's: each row of the total is rounded as
the customer saw it, and its parts sum to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from connector.lib.money import CENT, ZERO
from connector.lib.texts.said import said
from stores.adapters.opencart.records.amounts import ConversionRate
from stores.adapters.opencart.records.lines import (
    goods_line,
    options_of,
    shipping_key,
    shipping_lines,
    voucher_amount,
    voucher_line,
)
from stores.adapters.opencart.records.taxes.case import (
    Case,
    Extra,
    Good,
    TaxRow,
    percentage_in,
)
from stores.adapters.opencart.records.taxes.levies import Levied, levied
from stores.adapters.opencart.records.texts import joined
from stores.adapters.opencart.records.totals import OrderTotals, Row, not_the_lines
from stores.canonical.order import Line, TaxShare, TotalRow
from stores.canonical.records import ParseError, ParseFacts
from stores.raw import Raw

_MOST_ROUNDING = 5 * CENT


@dataclass(frozen=True, slots=True)
class Charged:
    """What an order was over, in its own currency. `tax` is without fixed taxes."""

    lines: tuple[Line, ...]
    rows: tuple[TotalRow, ...]
    tax: Decimal
    base_tax: Decimal


def read_charges(
    record: Raw, totals: OrderTotals, exchange: ConversionRate, facts: ParseFacts
) -> Charged:
    """ParseError where the lines are not the sub-total, or no reading of the order comes to its
    tax rows."""
    goods = [_good(raw) for raw in record.children("order_product")]
    vouchers = record.children("order_voucher")
    case = _case(record, goods, totals)
    found = levied(case)
    if found is None:
        raise _untold(totals)
    sold = [*(good.amount for good in goods), *(voucher_amount(raw) for raw in vouchers)]
    full = _full(totals, sold, exchange)
    off = _off(totals, found, exchange)
    shares = _shares(case, found, exchange)
    fixed = _fixed(case, found, exchange)
    options = options_of(record)
    lines = [
        goods_line(raw, options, amount, exchange, facts)
        for raw, amount in zip(record.children("order_product"), full, strict=False)
    ]
    lines += shipping_lines(totals, exchange)
    lines = [_taxed(line, found, off, shares, fixed) for line in lines]
    lines = _with_fees_of(lines, fixed)
    lines[len(goods) : len(goods)] = [
        voucher_line(raw, amount) for raw, amount in zip(vouchers, full[len(goods) :], strict=True)
    ]
    percents = [tax for tax, rate in zip(case.taxes, found.tariff, strict=True) if rate is not None]
    return Charged(
        lines=tuple(lines),
        rows=tuple(
            _row(row, place, found, shares, exchange) for place, row in enumerate(totals.beside)
        ),
        tax=sum((exchange.row(tax.value) for tax in percents), ZERO),
        base_tax=sum((tax.value for tax in percents), ZERO),
    )


# --- what is taxable ---------------------------------------------------------------------------


def _case(record: Raw, goods: Sequence[Good], totals: OrderTotals) -> Case:
    extras = [
        Extra(shipping_key(place), row.value, ships=True)
        for place, row in enumerate(totals.shipping)
    ]
    extras += [
        Extra(_key_of_row(place), row.value)
        for place, row in enumerate(totals.beside)
        if not row.after_tax
    ]
    known = record.child("x_taxes")
    taxes = [_tax_row(known.child(row.title), row) for row in totals.taxes]
    off = -sum((row.value for row in totals.off_goods), ZERO)
    return Case(tuple(taxes), tuple(goods), tuple(extras), off)


def _tax_row(known: Raw, row: Row) -> TaxRow:
    """`known` is what the shop's own table has under the name, as far as it was asked."""
    if known.text("type") == "F":
        return TaxRow(row.title, row.value, fixed=True)
    stated = known.optional("rate") if known.text("type") == "P" else None
    return TaxRow(row.title, row.value, percentage_in(row.title) if stated is None else stated)


def _good(raw: Raw) -> Good:
    quantity, price, amount = raw.number("quantity"), raw.number("price"), raw.number("total")
    if quantity < 0:
        raise raw.refusal("quantity", said("a quantity cannot be negative"), "negative_quantity")
    if quantity == 0 and amount:
        raise raw.refusal("quantity", said("but the line has an amount"), "zero_quantity")
    key = raw.required_text("order_product_id")
    return Good(key, price, quantity, amount, raw.amount("tax"))


def _key_of_row(place: int) -> str:
    return f"row-{place}"


def _untold(totals: OrderTotals) -> ParseError:
    rows = joined(f"{row.title} {row.value}" for row in totals.taxes)
    first = totals.taxes[0]
    message = said(
        "%(rows)s: at none of the rates of its lines do goods, shipping and fees come to this tax. "
        "Compare the order with its tax in the shop; where an extension computes the tax in its "
        "own way, enter the order in Xero by hand and mark it as handled by hand.",
        rows=rows,
    )
    return ParseError(first.path, first.value, message, code="tax_not_reproduced")


# --- amounts of the lines ----------------------------------------------------------------------


def _full(totals: OrderTotals, sold: Sequence[Decimal], exchange: ConversionRate) -> list[Decimal]:
    """What each line came to before coupons; together the sub-total as the customer saw it."""
    found = sum(sold, ZERO)
    whole = found if totals.sub_total is None else totals.sub_total
    if abs(whole - found) > min(CENT * max(1, len(sold)), _MOST_ROUNDING):
        raise not_the_lines(totals, found)
    return exchange.spread(sold, exchange.row(whole))


def _off(totals: OrderTotals, found: Levied, exchange: ConversionRate) -> dict[str, Decimal]:
    taken = -sum((exchange.row(row.value) for row in totals.off_goods), ZERO)
    parts = exchange.spread(list(found.off.values()), taken)
    return dict(zip(found.off, parts, strict=True))


Shares = Mapping[str, Sequence[TaxShare]]


def _shares(case: Case, found: Levied, exchange: ConversionRate) -> dict[str, list[TaxShare]]:
    """Of each percentage row its part on each line, by the line's key."""
    shares: dict[str, list[TaxShare]] = {}
    amounts = {key: amount - found.off.get(key, ZERO) for key, amount in case.amounts.items()}
    for place, (tax, rate) in enumerate(zip(case.taxes, found.tariff, strict=True)):
        if rate is None:
            continue
        keys = [key for key in amounts if place in found.masks.get(key, ())]
        exact = [amounts[key] * rate / 100 for key in keys]
        for key, part in zip(keys, exchange.spread(exact, exchange.row(tax.value)), strict=True):
            shares.setdefault(key, []).append(TaxShare(tax.name, rate.normalize() + 0, part))
    return shares


def _fixed(case: Case, found: Levied, exchange: ConversionRate) -> dict[str, list[TaxShare]]:
    """Likewise of each fixed tax."""
    shares: dict[str, list[TaxShare]] = {}
    whole = sum(found.fixed.values(), ZERO)
    for tax, rate in zip(case.taxes, found.tariff, strict=True):
        if rate is not None or not whole:
            continue
        exact = [tax.value * part / whole for part in found.fixed.values()]
        parts = exchange.spread(exact, exchange.row(tax.value))
        for key, part in zip(found.fixed, parts, strict=True):
            shares.setdefault(key, []).append(TaxShare(tax.name, None, part))
    return shares


def _taxed(
    line: Line, found: Levied, off: Mapping[str, Decimal], shares: Shares, fixed: Shares
) -> Line:
    taxes = tuple(shares.get(line.id, ()))
    return replace(
        line,
        net=line.net - off.get(line.id, ZERO),
        tax=sum((share.amount for share in taxes), ZERO),
        rate=found.rate_on(line.id),
        taxes=taxes,
        fixed_taxes=tuple(fixed.get(line.id, ())),
    )


def _with_fees_of(lines: list[Line], fixed: Shares) -> list[Line]:
    """The lines with fixed taxes that were on a fee: those are no lines themselves."""
    ids = {line.id for line in lines}
    others = [share for key, shares in fixed.items() if key not in ids for share in shares]
    if others and lines:
        lines[-1] = replace(lines[-1], fixed_taxes=(*lines[-1].fixed_taxes, *others))
    return lines


def _row(row: Row, place: int, found: Levied, shares: Shares, exchange: ConversionRate) -> TotalRow:
    """A discount that lowers no tax is as one that was taken off behind it."""
    key = _key_of_row(place)
    taxes = tuple(shares.get(key, ()))
    lowers_none = row.value < 0 and not found.masks.get(key) and any(found.masks.values())
    return TotalRow(
        code=row.code,
        title=row.title,
        amount=exchange.row(row.value),
        path=row.path,
        tax=sum((share.amount for share in taxes), ZERO),
        taxes=taxes,
        rate=found.rate_on(key),
        after_tax=row.after_tax or lowers_none,
    )
