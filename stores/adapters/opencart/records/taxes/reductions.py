"""How a coupon or points were spread over what was sold: ways that OpenCart knows. Pure.

A fixed coupon is spread by the lines' totals, a percentage likewise; either may be for some of
the goods only, and may make shipping free beside that. Vouchers that are bought take no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from stores.adapters.opencart.records.taxes.bearing import Mask
from stores.adapters.opencart.records.taxes.case import Case, Good
from stores.adapters.opencart.records.taxes.tariffs import Tariff

_SLACK = Decimal("0.01")
_STORED = Decimal("0.0001")  # amounts have four decimals


def reductions(case: Case, masks: Mapping[str, Mask]) -> Iterator[dict[str, Decimal]]:
    """What may have been taken off each line, by key, the plainest first; at least one way."""
    off, shipping = case.off, case.shipping
    if not off:
        yield {}
        return
    free = ZERO < shipping <= off
    # Where one tax is on all of it, no tax row tells the two ways apart; the percentage does.
    told = _is_percentage(case, off - shipping) and not _is_percentage(case, off)
    if free and (off == shipping or told):
        yield {**_off_shipping(case), **_spread(case.goods, off - shipping)}
    yield _spread(case.goods, off) if case.goods else _off_shipping(case)
    if free and off != shipping:
        yield {**_off_shipping(case), **_spread(case.goods, off - shipping)}
    groups = _by_mask(case, masks)
    if len(groups) > 1:
        for group in groups.values():
            if off <= sum((good.amount for good in group), ZERO):
                yield _spread(group, off)


def solved_reduction(
    case: Case, tariff: Tariff, masks: Mapping[str, Mask]
) -> dict[str, Decimal] | None:
    """What was taken off each group of goods, where each bears one tax of its own: what the tax
    row lacks of its percentage. None where that cannot be."""
    found: dict[str, Decimal] = {}
    groups = _by_mask(case, masks)
    left = case.off
    untaxed = groups.pop(frozenset(), [])
    if any(len(mask) != 1 for mask in groups):
        return None
    for mask, group in groups.items():
        (place,) = mask
        rate = tariff[place] or ZERO
        extras = sum((one.amount for one in case.extras if place in masks[one.key]), ZERO)
        sold = sum((good.amount for good in group), ZERO)
        taken = sold + extras - case.taxes[place].value * 100 / rate
        if not -_SLACK <= taken <= sold + _SLACK:
            return None
        taken = max(taken, ZERO)
        found |= _spread(group, taken)
        left -= taken
    if abs(left) <= _SLACK:
        return found
    if not untaxed or not ZERO <= left <= sum((good.amount for good in untaxed), ZERO):
        return None
    return found | _spread(untaxed, left)


def _is_percentage(case: Case, amount: Decimal) -> bool:
    """Whether it is a percentage of the goods as people give them, in whole ones and halves."""
    halves = round_to(amount * 200 / case.sold, 0) if case.sold else ZERO
    return ZERO < halves <= 200 and abs(case.sold * halves / 200 - amount) <= _STORED


def _off_shipping(case: Case) -> dict[str, Decimal]:
    return {one.key: one.amount for one in case.extras if one.ships}


def _spread(goods: Iterable[Good], amount: Decimal) -> dict[str, Decimal]:
    """By the lines' totals, exactly."""
    chosen = list(goods)
    whole = sum((good.amount for good in chosen), ZERO)
    if not whole:
        return {}
    return {good.key: amount * good.amount / whole for good in chosen}


def _by_mask(case: Case, masks: Mapping[str, Mask]) -> dict[Mask, list[Good]]:
    groups: dict[Mask, list[Good]] = {}
    for good in case.goods:
        groups.setdefault(masks.get(good.key, frozenset()), []).append(good)
    return groups
