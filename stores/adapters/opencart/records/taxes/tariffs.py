"""At which percentage each tax of an order was, or that it is a fixed amount: what may be.

A name that states a percentage is taken at its word first. Else the shop's own tax of one piece,
and what a row comes to of what was sold, tell which percentages are possible. None of them is
believed before `levies` has reproduced the order's tax with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, islice, product
from typing import TypeVar

from connector.lib.money import ZERO, round_to
from stores.adapters.opencart.records.taxes.case import Case, TaxRow

# A percentage for each tax, None for one that is a fixed amount.
Tariff = tuple[Decimal | None, ...]
_T = TypeVar("_T")
_MOST, _MOST_OF_ONE = 300, 12
_WHOLE = Decimal(100)


def tariffs(case: Case) -> Iterator[Tariff]:
    """Possible tariffs, the most plausible first."""
    choices = [_choices(case, tax) for tax in case.taxes]
    ranked = sorted(
        islice(product(*(enumerate(one) for one in choices)), 20 * _MOST),
        key=lambda picked: sum(rank for rank, _ in picked),
    )
    for picked in ranked[:_MOST]:
        yield tuple(rate for _, rate in picked)


def _choices(case: Case, tax: TaxRow) -> list[Decimal | None]:
    """Of one tax: what its name says, short percentages, a fixed amount unless a percentage is
    stated, longer percentages."""
    derived = dict.fromkeys(
        rate for rate in (*_by_pieces(case, tax), *_by_sums(case, tax)) if ZERO < rate <= _WHOLE
    )
    short = [rate for rate in derived if rate == round_to(rate)]
    long = [rate for rate in derived if rate != round_to(rate)]
    ordered: list[Decimal | None] = [*short, None, *long]
    if tax.fixed:
        ordered.insert(0, None)
    elif tax.stated is not None:
        ordered = [tax.stated, *short, *long]
    return list(dict.fromkeys(ordered))[:_MOST_OF_ONE]


def _by_pieces(case: Case, tax: TaxRow) -> Iterator[Decimal]:
    """What is left of the tax of one piece once the percentages that are stated are off; and how
    the tax of a piece grows with its price."""
    stated = [one.stated for one in case.taxes if one is not tax and one.stated is not None]
    pieces = dict.fromkeys((good.price, good.unit_tax) for good in case.goods if good.price > 0)
    for others in subsets(stated):
        for price, unit_tax in islice(pieces, _MOST_OF_ONE):
            yield _percentage(unit_tax / price * 100 - sum(others, ZERO))
    for (price, unit_tax), (other, other_tax) in combinations(islice(pieces, _MOST_OF_ONE), 2):
        if price != other:
            yield _percentage((unit_tax - other_tax) / (price - other) * 100)


def _by_sums(case: Case, tax: TaxRow) -> Iterator[Decimal]:
    """What the row is of all that was sold, of what the shop calls taxed, and of shipping."""
    taxed = sum((good.amount for good in case.goods if good.unit_tax), ZERO)
    for base in (case.sold, taxed):
        for off in (case.off, case.off - case.shipping, ZERO):
            for shipping in (case.shipping, ZERO):
                if base + shipping - off > 0:
                    yield _percentage(tax.value / (base + shipping - off) * 100)
    if case.shipping > 0:
        yield _percentage(tax.value / case.shipping * 100)


def _percentage(exact: Decimal) -> Decimal:
    """With four decimals, as OpenCart keeps them, and no zeros at its end."""
    return round_to(exact, 4).normalize() + 0


def subsets(of: Sequence[_T]) -> list[tuple[_T, ...]]:
    """All selections, the empty one first."""
    return [chosen for size in range(len(of) + 1) for chosen in combinations(of, size)]
