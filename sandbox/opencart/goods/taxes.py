"""The shop's taxes: rates by geo zone, and which of them a tax class bears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import ZERO
from sandbox.opencart.notation import amount_text
from sandbox.shop.made_up.profiles import Profile

STANDARD_CLASS, ECO_CLASS, FREE_CLASS = 9, 10, 11
_STANDARD_RATE, _ECO_RATE, _HOME_ZONE = 86, 87, 3
ECO_AMOUNT = Decimal("0.75")
_NAMES = {"au": "GST (10%)", "uk": "VAT (20%)"}


@dataclass(frozen=True, slots=True)
class Rate:
    """A percentage, or where `fixed` an amount in the base currency."""

    rate_id: int
    name: str
    rate: Decimal
    fixed: bool = False

    def on(self, amount: Decimal) -> Decimal:
        return self.rate if self.fixed else amount * self.rate / 100


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rates of each tax class where the goods go; nobody abroad pays any."""

    classes: Mapping[int, tuple[Rate, ...]]

    def of(self, tax_class: int) -> tuple[Rate, ...]:
        return self.classes.get(tax_class, ())

    def unit_tax(self, price: Decimal, tax_class: int) -> Decimal:
        """What the shop writes beside a line: the tax of one piece, before any discount."""
        return sum((rate.on(price) for rate in self.of(tax_class)), ZERO)


class Taxes:
    """One merchant's taxes."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        standard = Rate(_STANDARD_RATE, _NAMES[profile.code], profile.tax_rate)
        eco = Rate(_ECO_RATE, f"Eco Tax ({ECO_AMOUNT})", ECO_AMOUNT, fixed=True)
        self._rates = (standard, eco)
        self._home = Tariff({STANDARD_CLASS: (standard,), ECO_CLASS: (eco, standard)})

    def tariff(self, country: str) -> Tariff:
        """The rates for goods that go to a country (its ISO code)."""
        return self._home if country == self._profile.country else Tariff({})

    def net(self, shown: Decimal, *, taxed: bool, inclusive: bool) -> Decimal:
        """What the shop stores as a price for one that is to be seen with its tax, or without."""
        return shown / (1 + self._profile.tax_rate / 100) if taxed and inclusive else shown

    def told(self) -> dict[str, list[dict[str, str]]]:
        """The tables as the extension tells them."""
        titles = (
            (STANDARD_CLASS, "Taxable Goods"), (ECO_CLASS, "Taxable Goods with Eco Tax"),
            (FREE_CLASS, self._profile.untaxed_class),
        )  # fmt: skip
        return {
            "tax_classes": [{"tax_class_id": str(key), "title": title} for key, title in titles],
            "tax_rates": [
                {
                    "tax_rate_id": str(one.rate_id), "name": one.name,
                    "rate": amount_text(one.rate), "type": "F" if one.fixed else "P",
                    "geo_zone_id": str(_HOME_ZONE),
                }
                for one in self._rates
            ],
            "tax_rules": [
                {
                    "tax_class_id": str(key), "tax_rate_id": str(one.rate_id),
                    "based": "shipping", "priority": str(place),
                }
                for key, rates in self._home.classes.items()
                for place, one in enumerate(rates, 1)
            ],
            "zones": [
                {"geo_zone_id": str(_HOME_ZONE), "country": self._profile.country, "zone": ""}
            ],
        }  # fmt: skip
