"""Which tax was on which line: what reproduces every tax row of the order. Pure.

OpenCart keeps the tax of an order as one amount for each rate, by its name; nothing says which
lines it was on, whether shipping and fees were taxed, and how a coupon was spread. Ways to read
the order are tried, the plainest first; the one that comes to every row is it. Where none does,
nobody can tell, and the order is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product

from connector.lib.money import CENT, ZERO
from stores.adapters.opencart.records.taxes.bearing import Bearing, Mask, bearings
from stores.adapters.opencart.records.taxes.case import Case
from stores.adapters.opencart.records.taxes.reductions import reductions, solved_reduction
from stores.adapters.opencart.records.taxes.tariffs import Tariff, tariffs

# Rows and prices have four decimals: what these lose together.
_EXACT = Decimal("0.0005")
# A piece's tax has four decimals, or where an extension rounds it two.
_PIECE, _PIECE_IN_CENTS = Decimal("0.0001"), Decimal("0.0051")
_MOST_EXTRAS, _MOST_READINGS = 256, 20_000


@dataclass(frozen=True, slots=True)
class Levied:
    """`tariff` as of `tariffs`. By the key of a line or extra: the percentages on it, its part
    of the fixed taxes, and what coupons and points took off it (positive). All in the base
    currency, exact."""

    tariff: Tariff
    masks: Mapping[str, Mask]
    fixed: Mapping[str, Decimal]
    off: Mapping[str, Decimal]

    def rate_on(self, key: str) -> Decimal:
        """The percentage on a line, of all its taxes together."""
        return sum((self.tariff[place] or ZERO for place in self.masks.get(key, ())), ZERO)


def levied(case: Case) -> Levied | None:
    """How the order was taxed; None where no reading of it comes to its tax rows."""
    if not case.taxes:
        return Levied((), {}, {}, next(reductions(case, {})))
    for slack in (_PIECE, _PIECE_IN_CENTS):
        closest: tuple[Decimal, Levied] | None = None
        for reading in islice(_readings(case, slack), _MOST_READINGS):
            off_by = _misses(case, reading)
            if off_by <= _EXACT:
                return reading
            if off_by <= _rounding(reading) and (closest is None or off_by < closest[0]):
                closest = off_by, reading
        solved = _solved(case, slack)
        if solved is not None:
            return solved
        if closest is not None:
            return closest[1]
    return None


def _readings(case: Case, slack: Decimal) -> Iterator[Levied]:
    for tariff in tariffs(case):
        for bearing in bearings(case, tariff, slack):
            for extras in _extras(case, tariff, bearing):
                masks = {**bearing.masks, **extras}
                for off in reductions(case, masks):
                    yield Levied(tariff, masks, bearing.fixed, off)


def _solved(case: Case, slack: Decimal) -> Levied | None:
    """The one reading in which the tax rows tell what a coupon took off which goods; None where
    they allow several."""
    if not case.off:
        return None
    found = []
    for tariff in tariffs(case):
        for bearing in bearings(case, tariff, slack):
            for extras in _extras(case, tariff, bearing):
                masks = {**bearing.masks, **extras}
                off = solved_reduction(case, tariff, masks)
                if off is None:
                    continue
                reading = Levied(tariff, masks, bearing.fixed, off)
                if _misses(case, reading) <= _EXACT:
                    found.append(reading)
        if found:
            break
    return found[0] if len(found) == 1 else None


def _extras(case: Case, tariff: Tariff, bearing: Bearing) -> Iterator[dict[str, Mask]]:
    """Taxes on shipping and fees: those that goods bear, most of them first, those that no goods
    bear, or none."""
    sums: dict[Mask, Decimal] = {}
    for good in case.goods:
        mask = bearing.masks[good.key]
        sums[mask] = sums.get(mask, ZERO) + good.amount
    choices = sorted((mask for mask in sums if mask), key=lambda mask: (-sums[mask], sorted(mask)))
    borne = frozenset[int]().union(*choices)
    others = [place for place, rate in enumerate(tariff) if rate is not None and place not in borne]
    choices += [frozenset({place}) for place in others]
    choices += [mask | frozenset(others) for mask in (frozenset[int](), *choices) if others]
    choices = list(dict.fromkeys(choices))
    picks = product([*choices, frozenset[int]()], repeat=len(case.extras))
    for picked in islice(picks, _MOST_EXTRAS):
        yield {extra.key: mask for extra, mask in zip(case.extras, picked, strict=True)}


def _misses(case: Case, reading: Levied) -> Decimal:
    """By how much the worst of the percentage rows is missed."""
    sums = [ZERO] * len(case.taxes)
    for key, amount in case.amounts.items():
        taxed = amount - reading.off.get(key, ZERO)
        for place in reading.masks.get(key, ()):
            sums[place] += taxed * (reading.tariff[place] or ZERO) / 100
    rows = zip(case.taxes, sums, reading.tariff, strict=True)
    return max((abs(tax.value - due) for tax, due, rate in rows if rate is not None), default=ZERO)


def _rounding(reading: Levied) -> Decimal:
    """What may be called rounding: a cent for each taxed line, five at most."""
    taxed = sum(1 for mask in reading.masks.values() if mask)
    return min(CENT * max(1, taxed), 5 * CENT)
