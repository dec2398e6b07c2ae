"""What somebody brings to the checkout beyond goods: certificates, points, what is given away."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from sandbox.cscart.goods.catalogue import Catalogue
from sandbox.cscart.goods.taxes import Payment, payment_of
from sandbox.cscart.orders.purse import Purse
from sandbox.shop.made_up.demand import Demand, Wish
from sandbox.shop.made_up.people import Customer
from sandbox.shop.made_up.profiles import Coupon
from sandbox.shop.refusals import NotPossible

_CERTIFICATES = (Decimal(25), Decimal(50), Decimal(100))
GIFT, GIFT_FROM = "SALT-PINK", Decimal(200)  # what a promotion gives away, from this value on
_NOTES = ("Please leave it at the back door.", "Ring the bell &amp; wait &lt;5 minutes", "Thanks!")


@dataclass(frozen=True, slots=True)
class Checkout:
    """All that decides what an order comes to. `points` is what points pay, in the shop's
    currency; `used` are codes of certificates, `given` how many a promotion adds of its gift;
    `off` is what staff took off afterwards."""

    customer: Customer
    guest: bool
    basket: Sequence[tuple[str, int]]
    payment: Payment
    token: str
    foreign: bool = False
    coupon: Coupon | None = None
    ships_free: bool = False
    sold: tuple[Decimal, ...] = ()
    used: tuple[str, ...] = ()
    points: Decimal = ZERO
    given: int = 0
    off: Decimal = ZERO
    note: str = ""


class Checkouts:
    """Purchases, and what comes with them by seed or by wish."""

    def __init__(self, demand: Demand, catalogue: Catalogue, purse: Purse) -> None:
        self._demand, self._catalogue, self._purse = demand, catalogue, purse

    def of(self, number: int, wish: Wish) -> Checkout:
        """What is checked out with purchase `number` of the shop's customers."""
        bought = self._demand.purchase(number, wish)
        found = Checkout(
            customer=bought.customer, guest=bought.guest, basket=tuple(bought.basket),
            payment=payment_of(bought.method), token=bought.token, foreign=bought.foreign,
            coupon=bought.coupon,
        )  # fmt: skip
        value = self.value(found.basket)
        free = self._demand.ships_free(value, wish)
        found = replace(found, ships_free=free or bool(found.coupon and found.coupon.shipping_too))
        if wish.items is None and not wish.issued:
            found = self._drawn(found, value, number)
        return self._issued(found, wish)

    def value(self, basket: Sequence[tuple[str, int]]) -> Decimal:
        """What goods cost."""
        return sum((self._catalogue.find(sku)[0].offered * n for sku, n in basket), ZERO)

    def discount(self, found: Checkout) -> tuple[Decimal, Decimal]:
        """What the coupon takes off beside the products, and what points and staff do."""
        value, coupon = self.value(found.basket), found.coupon
        off = ZERO
        if coupon is not None:
            off = min(round_to(value * coupon.percent / 100) + coupon.amount, value)
        return off, min(found.points + found.off, value - off)

    def _drawn(self, found: Checkout, value: Decimal, number: int) -> Checkout:
        """A certificate for somebody, one that pays, points, a gift: a few orders in a hundred."""
        rng = random.Random(f"checkout/{self._demand.plan.seed}/{number}")
        draws = [rng.random() for _ in range(4)]
        amount, share = rng.choice(_CERTIFICATES), Decimal(str(round(rng.random(), 3)))
        if draws[0] < 0.05:
            found = replace(found, sold=(amount,))
        spendable = self._purse.open_one() if draws[1] < 0.07 else None
        if spendable is not None and not found.sold:
            found = replace(found, used=(spendable.code,))
        if not found.guest and draws[2] < 0.1:
            found = replace(found, points=round_to(value * share / 4))
        if value >= GIFT_FROM:
            found = replace(found, given=1)
        return replace(found, note=rng.choice(_NOTES) if draws[3] < 0.1 else "")

    def _issued(self, found: Checkout, wish: Wish) -> Checkout:
        """What a test insists on."""
        for name, amount in wish.issued.items():
            if name == "gift_card":
                made = self._purse.make(amount)
                found = replace(found, used=(*found.used, made.code))
            elif name == "points":
                found = replace(found, points=amount)
            elif name == "certificate":
                found = replace(found, sold=(*found.sold, amount))
            elif name == "gift":
                found = replace(found, given=int(amount))
            else:
                raise NotPossible(f"CS-Cart knows no {name}.")
        return found
