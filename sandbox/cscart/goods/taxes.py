"""The taxes of the shop, where they are charged, and its ways to pay and to send."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from connector.lib.money import ZERO
from sandbox.shop.made_up.demand import Methods
from sandbox.shop.made_up.profiles import Profile

STANDARD, LEVY, DEPOSIT = "6", "7", "8"
# A levy of a later priority on what cuts and grinds, and a deposit on each thing of glass.
_LEVIED = frozenset({"KNIFE-20", "GRIND-HND"})
_GLASS = frozenset({"CAFETIERE", "OLIVE-750"})
METHODS = Methods(card="Credit card", wallet="PayPal", transfer="Bank transfer", cheque="Check")


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax of the shop. `rate` is percent, or an amount where it is `fixed`; `included`: prices
    have it inside."""

    id: str
    name: str
    rate: Decimal
    included: bool
    priority: int = 0
    fixed: bool = False
    regnumber: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A way to pay: a surcharge in percent and as an amount, and whether tax is on it."""

    id: str
    name: str
    percent: Decimal = ZERO
    amount: Decimal = ZERO
    title: str = ""
    taxed: bool = False


PAYMENTS = (
    Payment("1", METHODS.card),
    Payment("2", METHODS.wallet, percent=Decimal("1.5"), title="PayPal fee", taxed=True),
    Payment("3", METHODS.transfer),
    Payment("4", METHODS.cheque, amount=Decimal("1.80"), title="Handling of checks"),
)
COURIER, POST = ("1", "Courier"), ("3", "Parcel post")


def payment_of(name: str) -> Payment:
    """By its name or id; KeyError if the shop has none such."""
    for one in PAYMENTS:
        if name in (one.id, one.name):
            return one
    raise KeyError(name)


class Taxes:
    """What a merchant charges at home; abroad nothing is taxed."""

    def __init__(self, profile: Profile, *, inclusive: bool) -> None:
        names = {"au": "GST", "uk": "VAT"}
        self._profile = profile
        every = (
            Tax(
                STANDARD, names[profile.code], profile.tax_rate, included=inclusive,
                regnumber="1234242",
            ),
            Tax(LEVY, "Levy on tools", Decimal("2.5"), included=False, priority=1),
            Tax(DEPOSIT, "Glass deposit", Decimal("0.25"), included=False, priority=2, fixed=True),
        )  # fmt: skip
        self.by_id = {tax.id: tax for tax in every}

    def of_product(self, sku: str) -> tuple[str, ...]:
        """The ids of the taxes that a product of the catalogue bears."""
        product = self._profile.catalogue[sku]
        found = [STANDARD] if product.taxed else []
        found += [LEVY] if sku in _LEVIED else []
        found += [DEPOSIT] if sku in _GLASS else []
        return tuple(found)

    def charged(self, ids: tuple[str, ...], country: str) -> tuple[str, ...]:
        """Those of them that are charged on what goes to a country."""
        return ids if country == self._profile.country else ()
