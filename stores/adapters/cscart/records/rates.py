"""What was charged for one thing once its taxes are told apart: net, tax and the rate in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import CENT, ZERO, round_to
from stores.adapters.cscart.records.taxes import Share
from stores.canonical.order import TaxShare

_ONE, _HUNDRED = Decimal(1), Decimal(100)


@dataclass(frozen=True, slots=True)
class Charged:
    """`net + tax` and `fixed` are what the buyer paid for it. `included` and `on_top` are the
    parts of `tax` that the price had inside and that came on top; `rate` is their percentage."""

    net: Decimal
    included: Decimal
    on_top: Decimal
    rate: Decimal
    taxes: tuple[TaxShare, ...]
    fixed: tuple[TaxShare, ...]
    fixed_inside: Decimal

    @property
    def tax(self) -> Decimal:
        return self.included + self.on_top

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def charged(price: Decimal, shares: Sequence[Share], *, tax_inside: bool = False) -> Charged:
    """A price with its taxes. `tax_inside`: taxes on top are in this price already."""
    percent = [one for one in shares if one.tax.rate is not None]
    fixed = [one for one in shares if one.tax.rate is None]
    included, on_top = _sums(percent)
    fixed_included, fixed_on_top = _sums(fixed)
    if tax_inside:
        fixed_included += fixed_on_top
    net = price - included - fixed_included - (on_top if tax_inside else ZERO)
    return Charged(
        net=net,
        included=included,
        on_top=on_top,
        rate=_rate(percent, net, included + on_top),
        taxes=tuple(TaxShare(s.tax.name, _plain(s.tax.rate or ZERO), s.amount) for s in percent),
        fixed=tuple(TaxShare(s.tax.name, None, s.amount) for s in fixed if s.amount),
        fixed_inside=fixed_included,
    )


def _sums(shares: Sequence[Share]) -> tuple[Decimal, Decimal]:
    """What is inside the price and what comes on top."""
    inside = sum((one.amount for one in shares if one.tax.included), ZERO)
    return inside, sum((one.amount for one in shares), ZERO) - inside


def _rate(shares: Sequence[Share], net: Decimal, tax: Decimal) -> Decimal:
    """The percentage in all: of several taxes the one that explains the amount.

    A tax of a later priority is on the price with those before it, and one inside the price is on
    the whole of it: so CS-Cart computes them, and so other records sum them.
    """
    rates = [one.tax.rate or ZERO for one in shares]
    if sum(1 for rate in rates if rate) <= 1:
        return _plain(sum(rates, ZERO))
    compound = _ONE
    for rate in rates:
        compound *= 1 + rate / _HUNDRED
    candidates = [_computed(shares), sum(rates, ZERO), (compound - 1) * _HUNDRED]
    slack = CENT * len(rates)
    near = [rate for rate in candidates if abs(net * rate / _HUNDRED - tax) <= slack]
    return _plain(round_to((near or candidates)[0], 4))


def _computed(shares: Sequence[Share]) -> Decimal:
    """The percentage by CS-Cart's own way, on a price of 1: of taxes of one priority each is on
    the same amount."""
    taxed, start, inside, priority = _ONE, _ONE, ZERO, None
    for one in shares:
        rate = (one.tax.rate or ZERO) / _HUNDRED
        if one.tax.priority != priority:
            start, priority = taxed, one.tax.priority
        if one.tax.included:
            inside += start - start / (1 + rate)
        else:
            taxed += start * rate
    net = _ONE - inside
    return (taxed - _ONE + inside) / net * _HUNDRED


def _plain(rate: Decimal) -> Decimal:
    """Without trailing zeros, and without an exponent."""
    whole = rate.to_integral_value()
    return whole if rate == whole else rate.normalize()
