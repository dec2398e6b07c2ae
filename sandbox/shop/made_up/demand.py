"""Who buys what, when, and how it is paid: made up from a seed.

Pure, so the same arguments always give the same purchases, on whichever platform.
"""

from __future__ import annotations

import bisect
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from sandbox.shop.made_up.fates import Fate, drawn, lived
from sandbox.shop.made_up.people import Customer, customer
from sandbox.shop.made_up.profiles import COUPONS, PROFILES, Coupon, Profile


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of shop to make up. Shares are between 0 and 1.

    After `customers * orders_per_customer` orders exactly `customers` different people have
    bought; who comes back is drawn Zipf-like, early customers most often.
    """

    seed: int = 1
    profile: str = "au"
    inclusive: bool = True
    customers: int = 400
    orders_per_customer: float = 1.25
    paid_only: bool = False
    foreign: float = 0.03
    coupons: float = 0.18


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller insists on for one order; everything left None is drawn."""

    items: Sequence[tuple[str, int]] | None = None
    coupon: str | None = None  # a code of `profiles.COUPONS`, "" for none
    shipping: str | None = None  # "flat" or "free"
    customer: int | None = None
    guest: bool | None = None
    foreign: bool | None = None  # in the foreign view's currency
    payment_method: str | None = None  # as the platform calls it
    status: str | None = None  # likewise
    issued: Mapping[str, Decimal] = field(default_factory=dict)  # gift_card, store_credit, points


@dataclass(frozen=True, slots=True)
class Methods:
    """What a platform calls the ways to pay, the most frequent one first."""

    card: str
    wallet: str
    transfer: str
    cheque: str

    def online(self, method: str) -> bool:
        """Whether money comes at once, through a gateway."""
        return method in (self.card, self.wallet)

    def drawn(self, rng: random.Random) -> str:
        every = (self.card, self.wallet, self.transfer, self.cheque)
        return rng.choices(every, (55, 25, 12, 8))[0]


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order before anybody reckons what it comes to."""

    number: int
    customer: Customer
    guest: bool
    basket: Sequence[tuple[str, int]]  # skus and quantities
    foreign: bool
    coupon: Coupon | None
    method: str
    token: str  # 32 random hex digits of its own


class Demand:
    """The customers of a shop described by a `Plan`, and their purchases by number, from 1."""

    def __init__(self, plan: Plan, methods: Methods) -> None:
        self.plan = plan
        self.methods = methods
        self.profile: Profile = PROFILES[plan.profile]
        self._products = self.profile.on_sale
        self._odds = [product.weighting for product in self._products]
        self._weights = _zipf(max(plan.customers, 1))
        self.person = lru_cache(maxsize=4096)(self._person)

    def purchase(self, number: int, wish: Wish) -> Purchase:
        """What is bought with order `number`."""
        rng = self._rng(number, "order")
        who = self.person(wish.customer or self.buyer(number))
        return Purchase(
            number=number, customer=who,
            guest=not who.registered if wish.guest is None else wish.guest,
            basket=wish.items or self._basket(rng),
            foreign=rng.random() < self.plan.foreign if wish.foreign is None else wish.foreign,
            coupon=self._coupon(rng, wish),
            method=wish.payment_method or self.methods.drawn(rng),
            token=f"{rng.getrandbits(128):032x}",
        )  # fmt: skip

    def ships_free(self, value: Decimal, wish: Wish) -> bool:
        """Whether goods of this value, as the catalogue has it, are sent without a charge."""
        if wish.shipping:
            return wish.shipping == "free"
        return value >= self.profile.free_shipping_from

    def fate(
        self, number: int, *, placed: datetime, until: datetime, method: str, shipped: bool,
        wished: str | None = None,
    ) -> Fate:  # fmt: skip
        """What happens to order `number` up to `until`; what is wished for comes by then."""
        rng, online = self._rng(number, "fate"), self.methods.online(method)
        paid_only = self.plan.paid_only
        return lived(
            rng, wished or drawn(rng, online=online, paid_only=paid_only), placed=placed,
            until=until, online=online, shipped=shipped, certain=bool(wished), paid_only=paid_only,
        )  # fmt: skip

    def gives_back(self, number: int) -> bool:
        """Whether the shop should refund this order in part: one paid order in 20."""
        return self._rng(number, "refund").random() < 0.05

    def buyer(self, number: int) -> int:
        """The customer who places order `number`: a new one when it is time for one."""
        plan = self.plan
        pace = max(plan.orders_per_customer, 1.0)
        arrived = min(max(int(number / pace + 1e-9), 1), plan.customers)
        before = min(int((number - 1) / pace + 1e-9), plan.customers) if number > 1 else 0
        if arrived > before:
            return arrived
        rng = self._rng(number, "buyer")
        point = rng.random() * self._weights[arrived - 1]
        return bisect.bisect_left(self._weights, point, 0, arrived - 1) + 1

    def _rng(self, number: int, what: str) -> random.Random:
        return random.Random(f"{what}/{self.plan.seed}/{number}")

    def _person(self, number: int) -> Customer:
        return customer(self.profile, seed=self.plan.seed, number=number)

    def _basket(self, rng: random.Random) -> list[tuple[str, int]]:
        count = rng.choices((1, 2, 3, 4, 6), (42, 30, 16, 9, 3))[0]
        basket: dict[str, int] = {}
        for product in rng.choices(self._products, self._odds, k=count):
            sku = rng.choice(product.variants) if product.variants else product.sku
            basket[sku] = basket.get(sku, 0) + rng.choices((1, 2, 3, 7), (70, 20, 7, 3))[0]
        return list(basket.items())

    def _coupon(self, rng: random.Random, wish: Wish) -> Coupon | None:
        drawn_one = rng.choices(COUPONS, (50, 20, 18, 8, 4))[0]
        if wish.coupon is None:
            return drawn_one if rng.random() < self.plan.coupons else None
        if not wish.coupon:
            return None
        return next(coupon for coupon in COUPONS if coupon.code == wish.coupon)


def _zipf(count: int) -> list[float]:
    """Cumulative weights 1/rank^0.8."""
    total, weights = 0.0, []
    for rank in range(1, count + 1):
        total += rank**-0.8
        weights.append(total)
    return weights


def moments(count: int, *, seed: int, epoch: datetime, days: float = 30) -> Iterator[datetime]:
    """Rising moments in the `days` before `epoch`, whole seconds, one for each order."""
    rng = random.Random(f"moments/{seed}/{count}")
    step = days * 86400 / max(count, 1)
    for position in range(count):
        ago = (count - position - rng.random()) * step
        yield (epoch - timedelta(seconds=ago)).replace(microsecond=0)
