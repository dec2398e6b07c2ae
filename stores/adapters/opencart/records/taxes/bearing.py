"""Which taxes each line bears under a tariff, told by the shop's tax of one piece. Pure.

OpenCart states the tax of one piece as it was before coupons: percentages of its price, and
fixed amounts. The fixed ones are charged for each piece in version 3 and once a line in 4.1, for
shipping and fees once each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice, product

from connector.lib.money import ZERO, round_to
from stores.adapters.opencart.records.taxes.case import Case, Good
from stores.adapters.opencart.records.taxes.tariffs import Tariff, subsets

Mask = frozenset[int]
_MOST = 200


@dataclass(frozen=True, slots=True)
class Bearing:
    """By the key of a line, the percentages that it bears, as places in the tariff; `fixed` is
    what each bears of the fixed taxes together."""

    masks: Mapping[str, Mask]
    fixed: Mapping[str, Decimal] = field(default_factory=dict)


def bearings(case: Case, tariff: Tariff, slack: Decimal) -> Iterator[Bearing]:
    """What the lines may bear, where the tax of each piece is explained within `slack`."""
    percents = [place for place, rate in enumerate(tariff) if rate is not None]
    masks = [frozenset(chosen) for chosen in subsets(percents)]
    if not any(good.unit_tax for good in case.goods):
        # Nothing is taxed, or the shop does not state the tax of a piece: then all of it is alike.
        if None not in tariff:
            yield from (Bearing({good.key: mask for good in case.goods}) for mask in masks)
        return
    amounts = [ZERO] if None not in tariff else _fixed_amounts(case, tariff, masks)
    for amount in amounts:
        for picked in islice(_explained(case, tariff, masks, amount, slack), _MOST):
            bearing = {good.key: mask for good, (mask, _) in zip(case.goods, picked, strict=True)}
            if not amount:
                yield Bearing(bearing)
                continue
            bears = [
                good for good, (_, is_fixed) in zip(case.goods, picked, strict=True) if is_fixed
            ]
            fixed = _fixed(case, tariff, bears, amount)
            if fixed is not None:
                yield Bearing(bearing, fixed)


def unit_tax(price: Decimal, tariff: Tariff, mask: Mask) -> Decimal:
    """The percentages of one piece."""
    return sum((price * (tariff[place] or ZERO) / 100 for place in mask), ZERO)


def _fixed_amounts(case: Case, tariff: Tariff, masks: list[Mask]) -> list[Decimal]:
    """What may be left of a piece's tax for the fixed ones, the smallest first."""
    rests = {
        round_to(good.unit_tax - unit_tax(good.price, tariff, mask), 4)
        for good in case.goods
        for mask in masks
    }
    return sorted(rest for rest in rests if rest > 0)


Picked = tuple[tuple[Mask, bool], ...]


def _explained(
    case: Case, tariff: Tariff, masks: list[Mask], amount: Decimal, slack: Decimal
) -> Iterator[Picked]:
    """One mask for each line, and whether it bears the fixed amount."""
    pieces: dict[tuple[Decimal, Decimal], list[tuple[Mask, bool]]] = {}
    for good in case.goods:
        piece = good.price, good.unit_tax
        if piece in pieces:
            continue
        found = []
        for mask in masks:
            rest = good.unit_tax - unit_tax(good.price, tariff, mask)
            if abs(rest) <= slack:
                found.append((mask, False))
            elif amount and abs(rest - amount) <= slack:
                found.append((mask, True))
        if not found:
            return
        pieces[piece] = found
    for picked in product(*pieces.values()):
        by_piece = dict(zip(pieces, picked, strict=True))
        yield tuple(by_piece[good.price, good.unit_tax] for good in case.goods)


def _fixed(
    case: Case, tariff: Tariff, bears: list[Good], amount: Decimal
) -> dict[str, Decimal] | None:
    """The parts of the fixed taxes; None where they do not come to their rows."""
    whole = sum(
        (tax.value for tax, rate in zip(case.taxes, tariff, strict=True) if rate is None), ZERO
    )
    for counts in ([good.quantity for good in bears], [Decimal(1) for _ in bears]):
        parts = [amount * count for count in counts]
        left = whole - sum(parts, ZERO)
        times = round_to(left / amount, 0)
        if (
            bears
            and 0 <= times <= len(case.extras)
            and abs(left - times * amount) <= Decimal("0.001")
        ):
            shares = {good.key: part for good, part in zip(bears, parts, strict=True)}
            for extra in case.extras[: int(times)]:
                shares[extra.key] = amount
            return shares
    return None
