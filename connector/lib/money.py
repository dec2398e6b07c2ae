"""Money is Decimal, from the shop's JSON to the stored payload.

Amounts are in units of a currency (12.50 is twelve and a half), never in cents, except in
the database, where `to_units` keeps ten-thousandths as an integer so that SQLite can sum
them exactly. Rounding is half up, away from zero for negative amounts, as Xero rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import get_currency_precision, is_currency

ZERO = Decimal(0)
CENT = Decimal("0.01")
_UNIT = Decimal("0.0001")
_LIMIT_DIGITS = 10  # below 10^10
_MOST_DIGITS = 60
# Steps of 0 to 6 decimals: rounding is what a build does most.
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(7))


def parse_decimal(value: object) -> Decimal:
    """Read a number that a shop wrote: int, Decimal, or text such as `"12.5000"`.

    Raises ValueError for everything that is not plainly one number: None, "", "N/A",
    "12,50", NaN, infinity, a bool, a binary float.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("not a number")
    if isinstance(value, str) and (value != value.strip() or "_" in value):
        raise ValueError("not a number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not number.is_finite():
        raise ValueError("not a finite number")
    # By its form, before anything is computed with it: 1e999999 has a million digits.
    if number and number.adjusted() >= _LIMIT_DIGITS:
        raise ValueError("larger than 10^10")
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if abs(exponent) > _MOST_DIGITS:
        raise ValueError("not a number that a price could be")
    return number


def round_to(amount: Decimal, places: int = 2) -> Decimal:
    """Round half up (away from zero) to `places` decimals, 6 at most."""
    return amount.quantize(_STEPS[places], rounding=ROUND_HALF_UP)


@lru_cache(maxsize=256)
def minor_digits(currency: str) -> int:
    """Decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def smallest_unit(currency: str) -> Decimal:
    """The least amount that the books can hold and that can be paid: a cent, a whole yen."""
    return _STEPS[min(2, minor_digits(currency))]


@lru_cache(maxsize=256)
def known_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 code in capitals."""
    return len(code) == 3 and code.isupper() and is_currency(code)


def plain(amount: Decimal) -> str:
    """Plain notation without an exponent: `Decimal("1E+2")` is `"100"`. With it where that
    would take more digits than any amount has."""
    return format(amount, "f") if abs(amount.adjusted()) <= _MOST_DIGITS else str(amount)


def trim(amount: Decimal) -> Decimal:
    """Drop trailing zeros beyond two decimals: 12.5000 → 12.50, 0.1250 → 0.125."""
    normal = amount.normalize()
    exponent = normal.as_tuple().exponent
    assert isinstance(exponent, int)
    return amount.quantize(CENT) if exponent > -2 else normal


def written(amount: Decimal) -> str:
    """An amount in a sentence: plain, with two decimals at least."""
    return plain(trim(amount))


def allocate(total: Decimal, weights: Sequence[Decimal], places: int = 2) -> list[Decimal]:
    """Split `total` by `weights` with the largest-remainder method; the parts sum exactly.

    Ties go to the larger weight, then to the earlier position. All-zero weights are
    treated as equal. `total` must have at most `places` decimals; weights may not be
    negative.
    """
    if not weights:
        if total:
            raise ValueError("nothing to split over")
        return []
    if any(weight < 0 for weight in weights):
        raise ValueError("negative weight")
    step = Decimal(1).scaleb(-places)
    units = total / step
    if units != units.to_integral_value():
        raise ValueError(f"{total} has more than {places} decimals")
    sign = -1 if units < 0 else 1
    count = abs(int(units))
    whole = sum(weights, ZERO)
    shares = [weight if whole else Decimal(1) for weight in weights]
    whole = whole or Decimal(len(weights))
    exact = [(count * share).__divmod__(whole) for share in shares]
    parts = [int(quotient) for quotient, _ in exact]
    order = sorted(range(len(shares)), key=lambda i: (-exact[i][1], -shares[i], i))
    for position in order[: count - sum(parts)]:
        parts[position] += 1
    return [sign * part * step for part in parts]


def to_units(amount: Decimal) -> int:
    """Ten-thousandths as an integer, for a database column that is summed or compared."""
    units = amount / _UNIT
    if units != units.to_integral_value():
        raise ValueError(f"{amount} has more than 4 decimals")
    return int(units)


def from_units(units: int) -> Decimal:
    """The amount behind `to_units`, with two decimals at least."""
    return trim(units * _UNIT)
