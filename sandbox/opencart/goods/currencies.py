"""The shop's currencies. Their values carry the noise with which OpenCart stores them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sandbox.opencart.notation import rate_text
from sandbox.shop.made_up.profiles import Profile

_TITLES = {
    "AUD": "Australian Dollar", "GBP": "Pound Sterling", "NZD": "New Zealand Dollar",
    "EUR": "Euro", "USD": "US Dollar",
}  # fmt: skip
_USD = {"au": Decimal("0.65110002"), "uk": Decimal("1.27339995")}
_NOISE = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Currency:
    """`value` is units of it for one of the base currency."""

    currency_id: int
    code: str
    value: Decimal

    def told(self) -> dict[str, str]:
        return {
            "code": self.code, "title": _TITLES[self.code], "decimal_place": "2",
            "value": rate_text(self.value), "status": "1",
        }  # fmt: skip


class Currencies:
    """The base currency, the profile's foreign one, and US dollars."""

    def __init__(self, profile: Profile) -> None:
        self.base = Currency(1, profile.currency, Decimal(1))
        self.foreign = (
            Currency(2, profile.foreign_currency, profile.foreign_rate + _NOISE),
            Currency(3, "USD", _USD[profile.code]),
        )

    @property
    def all(self) -> tuple[Currency, ...]:
        return (self.base, *self.foreign)
