"""What somebody brings to the checkout beyond goods: certificates, credit, points, a currency."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from connector.lib.money import ZERO
from sandbox.opencart.goods.currencies import Currencies, Currency
from sandbox.opencart.orders.arithmetic import POST_FREE
from sandbox.opencart.orders.purse import Purse
from sandbox.opencart.versions import Version
from sandbox.shop.made_up.demand import Demand, Purchase, Wish
from sandbox.shop.made_up.people import Customer
from sandbox.shop.made_up.profiles import Coupon
from sandbox.shop.refusals import NotPossible

_VOUCHER_AMOUNTS = (Decimal(25), Decimal(50), Decimal(100))
_CREDITS = (Decimal(5), Decimal("12.5"), Decimal(40))
_COMMENTS = (
    "Please leave it at the back door.",
    "Ring the bell & wait <5 minutes",
    "Happy birthday!",
)


@dataclass(frozen=True, slots=True)
class Checkout:
    """All that decides what an order comes to. `points_worth` and `credit` are amounts in the
    base currency: what points are to pay, and what the customer has; `voucher` is a code."""

    customer: Customer
    guest: bool
    basket: Sequence[tuple[str, int]]
    currency: Currency
    method: str
    token: str
    coupon: Coupon | None = None
    bought_vouchers: tuple[Decimal, ...] = ()
    points_worth: Decimal = ZERO
    credit: Decimal = ZERO
    voucher: str = ""
    comment: str = ""


class Checkouts:
    """Purchases, and what comes with them by seed or by wish."""

    def __init__(
        self, demand: Demand, version: Version, currencies: Currencies, purse: Purse
    ) -> None:
        self._demand, self._version = demand, version
        self._currencies, self._purse = currencies, purse

    def of(self, number: int, wish: Wish) -> Checkout:
        """What is checked out with order `number` of the shop's customers."""
        post_free = wish.coupon == POST_FREE.code
        bought = self._demand.purchase(number, replace(wish, coupon="") if post_free else wish)
        rng = random.Random(f"checkout/{self._demand.plan.seed}/{number}")
        coupon = bought.coupon
        if post_free or (wish.coupon is None and coupon and rng.random() < 0.2):
            coupon = POST_FREE
        found = Checkout(
            customer=bought.customer, guest=bought.guest, basket=bought.basket,
            currency=self._currency(bought, rng), method=bought.method, token=bought.token,
            coupon=coupon,
        )  # fmt: skip
        if wish.items is None and not wish.issued:
            found = self._drawn(found, rng)
        return self._issued(found, wish, number)

    def _currency(self, bought: Purchase, rng: random.Random) -> Currency:
        return rng.choice(self._currencies.foreign) if bought.foreign else self._currencies.base

    def _drawn(self, found: Checkout, rng: random.Random) -> Checkout:
        """A certificate for somebody, one that pays, credit, points: a few orders in a hundred."""
        draws = [rng.random() for _ in range(5)]
        amount, credit, share = rng.choice(_VOUCHER_AMOUNTS), rng.choice(_CREDITS), rng.random()
        if self._version.vouchers and draws[0] < 0.05:
            alone = share < 0.3
            found = replace(
                found, bought_vouchers=(amount,), basket=() if alone else found.basket,
                coupon=None if alone else found.coupon,
            )  # fmt: skip
        spendable = self._purse.open_one() if draws[1] < 0.06 else None
        if spendable is not None and not found.bought_vouchers:
            found = replace(found, voucher=spendable.code)
        if not found.guest and draws[2] < 0.06:
            found = replace(found, credit=credit)
        if not found.guest and draws[3] < 0.08:
            found = replace(found, points_worth=self._value(found) * Decimal(str(share)) / 3)
        return replace(found, comment=rng.choice(_COMMENTS) if draws[4] < 0.1 else "")

    def _value(self, found: Checkout) -> Decimal:
        """What the goods cost by the catalogue of all demo shops."""
        prices = self._demand.profile.catalogue
        return sum((prices[sku].price * count for sku, count in found.basket), ZERO)

    def _issued(self, found: Checkout, wish: Wish, number: int) -> Checkout:
        """What the caller says that the shop's own money pays."""
        issued = wish.issued
        if issued.get("gift_card"):
            if not self._version.vouchers:
                raise NotPossible("This version of OpenCart has no gift certificates.")
            code = f"STAFF{number:05}"
            self._purse.make(code, issued["gift_card"])
            found = replace(found, voucher=code)
        if issued.get("store_credit"):
            found = replace(found, guest=False, credit=issued["store_credit"])
        if issued.get("points"):
            found = replace(found, guest=False, points_worth=issued["points"])
        return found
