"""Numbers, money and dates as the reader's locale writes them.

The locale is that of the page's language, which `LocaleMiddleware` takes from the browser: the
English of Australia, New Zealand, Britain, … where the reader says so, else international English
(1,234.50 and 20 Nov 2026). A page is never in one language with the figures of another.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from django.utils.translation import get_language, to_locale

_PLAIN_ENGLISH = "en_001"


@lru_cache(maxsize=64)
def _locale(language: str | None) -> Locale:
    if not language or language == "en":
        return Locale.parse(_PLAIN_ENGLISH)
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_PLAIN_ENGLISH)


def reader() -> Locale:
    """The locale of whoever reads the page that is being made."""
    return _locale(get_language())


def number(value: Decimal | int, least: int = 0, most: int | None = None) -> str:
    """With at least so many decimals and at most so many, else as many as there are: 1,234.50."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    there = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    decimals = f"{'0' * least}{'#' * max((there if most is None else most) - least, 0)}"
    pattern = f"#,##0.{decimals}" if decimals else "#,##0"
    return format_decimal(value, format=pattern, locale=reader(), decimal_quantization=False)


def day(value: date, skeleton: str = "") -> str:
    """30 June 2026; by a skeleton of CLDR: `MMMd` is 20 Nov, `yMMMd` 20 Nov 2026."""
    if not skeleton:
        return format_date(value, "long", locale=reader())
    return format_skeleton(skeleton, value, locale=reader())


def clock_time(value: datetime) -> str:
    """14:05, in the zone that the moment has: 24 hours in every locale, as a log has them."""
    return f"{value:%H:%M}"
