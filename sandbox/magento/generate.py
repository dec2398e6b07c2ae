"""Believable orders from a seed: pure, so the same arguments always give the same orders.

`Generator.place` makes one order as it looks when it was just placed; `Generator.order`
lets its fate follow (paid, sent, canceled …). Both return Magento's order JSON.
"""

from __future__ import annotations

import bisect
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from connector.lib.money import ZERO
from sandbox.magento import lifecycle
from sandbox.magento.draft import Draft, rows_for, settle_prices
from sandbox.magento.people import Customer, customer
from sandbox.magento.profiles import COUPONS, PROFILES, Coupon, Profile
from sandbox.magento.shapes import order_json
from sandbox.magento.tenders import redeem

STAMP = "%Y-%m-%d %H:%M:%S"
CARDS = ("stripe_payments", "paypal_express")
_METHODS = ("stripe_payments", "paypal_express", "banktransfer", "checkmo")
_METHOD_ODDS = (55, 25, 12, 8)
# What became of an order: shares in percent. Refunds are made by the shop, not here.
_FATES = {"complete": 62, "processing": 20, "pending": 9, "canceled": 5, "holded": 2, "closed": 2}


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


@dataclass(slots=True)
class Born:
    """An order with the moments of its invoice and its shipment, as Magento stores them."""

    order: dict[str, Any]
    paid_at: str | None = None
    sent_at: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller insists on for one order; everything left None is drawn."""

    items: Sequence[tuple[str, int]] | None = None
    coupon: str | None = None  # a code of `profiles.COUPONS`, "" for none
    shipping: str | None = None  # "flat" or "free"
    customer: int | None = None
    guest: bool | None = None
    foreign: bool | None = None  # in the foreign store view's currency
    payment_method: str | None = None
    status: str | None = None
    issued: Mapping[str, Decimal] = field(default_factory=dict)  # see `tenders.CODES`


def stamp(moment: datetime) -> str:
    """A moment as Magento stores it: UTC, without a zone."""
    return moment.astimezone(UTC).strftime(STAMP)


class Generator:
    """Makes order number N (from 1) of a shop described by a `Plan`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.profile: Profile = PROFILES[plan.profile]
        on_sale = self.profile.on_sale
        self._products = on_sale
        self._odds = [product.weighting for product in on_sale]
        self._weights = _zipf(max(plan.customers, 1))
        self.person = lru_cache(maxsize=4096)(self._person)

    def place(self, number: int, created_at: datetime, wish: Wish | None = None) -> dict[str, Any]:
        """The order as it was placed: state new, nothing paid."""
        wish = wish or Wish()
        rng = self._rng(number, "order")
        draft = self._draft(rng, number, created_at, wish)
        settle_prices(draft)
        order = order_json(draft)
        redeem(order, wish.issued)
        if not order["grand_total"]:
            order["payment"]["method"] = "free"
        return order

    def order(
        self, number: int, created_at: datetime, *, until: datetime, wish: Wish | None = None
    ) -> Born:
        """The order with what happened to it up to `until`; a wished status comes by then."""
        born = Born(self.place(number, created_at, wish))
        rng = self._rng(number, "fate")
        forced = wish.status if wish else None
        fate = forced or self._fate(rng, born.order["payment"]["method"])
        self._live(born, fate, rng, created_at, until, forced=bool(forced))
        return born

    def fate_is_refund(self, number: int) -> bool:
        """Whether the shop should refund this order in part: one paid order in 20."""
        return self._rng(number, "refund").random() < 0.05

    def _rng(self, number: int, what: str) -> random.Random:
        return random.Random(f"{what}/{self.plan.seed}/{number}")

    def _person(self, number: int) -> Customer:
        return customer(self.profile, seed=self.plan.seed, number=number)

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

    def _draft(self, rng: random.Random, number: int, at: datetime, wish: Wish) -> Draft:
        profile, plan = self.profile, self.plan
        who = self.person(wish.customer or self.buyer(number))
        rows = rows_for(profile, wish.items if wish.items else self._basket(rng))
        abroad = wish.foreign if wish.foreign is not None else rng.random() < plan.foreign
        coupon = self._coupon(rng, wish)
        method = wish.payment_method or rng.choices(_METHODS, _METHOD_ODDS)[0]
        draft = Draft(
            number=number, profile=profile, inclusive=plan.inclusive, customer=who,
            guest=not who.registered if wish.guest is None else wish.guest, rows=rows,
            coupon=coupon, shipping_method="", shipping_price=ZERO,
            currency=profile.foreign_currency if abroad else profile.currency,
            currency_rate=profile.foreign_rate if abroad else Decimal(1), payment_method=method,
            created_at=stamp(at), protect_code=f"{rng.getrandbits(128):032x}",
        )  # fmt: skip
        self._choose_shipping(draft, wish)
        return draft

    def _choose_shipping(self, draft: Draft, wish: Wish) -> None:
        if draft.is_virtual:
            return
        value = sum((row.product.price * row.quantity for row in draft.rows), ZERO)
        free = value >= self.profile.free_shipping_from
        if (wish.shipping or ("free" if free else "flat")) == "free":
            draft.shipping_method = "freeshipping_freeshipping"
        else:
            draft.shipping_method = "flatrate_flatrate"
            draft.shipping_price = self.profile.flat_shipping

    def _basket(self, rng: random.Random) -> list[tuple[str, int]]:
        count = rng.choices((1, 2, 3, 4, 6), (42, 30, 16, 9, 3))[0]
        basket: dict[str, int] = {}
        for product in rng.choices(self._products, self._odds, k=count):
            sku = rng.choice(product.variants) if product.variants else product.sku
            basket[sku] = basket.get(sku, 0) + rng.choices((1, 2, 3, 7), (70, 20, 7, 3))[0]
        return list(basket.items())

    def _coupon(self, rng: random.Random, wish: Wish) -> Coupon | None:
        drawn = rng.choices(COUPONS, (50, 20, 18, 8, 4))[0]
        if wish.coupon is None:
            return drawn if rng.random() < self.plan.coupons else None
        if not wish.coupon:
            return None
        return next(coupon for coupon in COUPONS if coupon.code == wish.coupon)

    def _fate(self, rng: random.Random, method: str) -> str:
        if self.plan.paid_only:
            return rng.choices(("complete", "processing"), (75, 25))[0]
        fate = rng.choices(list(_FATES), list(_FATES.values()))[0]
        if fate == "pending" and method in CARDS and rng.random() < 0.7:
            return "processing"  # cards are captured at once; few stay unpaid
        return "complete" if fate == "closed" else fate

    def _live(
        self,
        born: Born,
        fate: str,
        rng: random.Random,
        at: datetime,
        until: datetime,
        *,
        forced: bool,
    ) -> None:
        order = born.order
        card = order["payment"]["method"] in CARDS
        if fate == "canceled":
            lifecycle.cancel(order, stamp(min(at + timedelta(hours=rng.randint(1, 48)), until)))
        elif fate == "holded":
            lifecycle.hold(order, stamp(min(at + timedelta(minutes=5), until)))
        elif fate in ("processing", "complete"):
            wait = timedelta(seconds=rng.randint(1, 8) if card else rng.randint(3600, 3 * 86400))
            if at + wait > until and not (self.plan.paid_only or card or forced):
                return  # the transfer has not arrived yet
            paid = min(at + wait, until)
            sent = paid + timedelta(hours=rng.randint(6, 60))
            token = f"{rng.getrandbits(80):020x}"
            born.paid_at = stamp(paid)
            lifecycle.pay(order, born.paid_at, transaction_id=token if card else None)
            ready = fate == "complete" and not order["is_virtual"]
            if ready and (forced or sent <= until):
                born.sent_at = stamp(min(sent, until))
                lifecycle.ship(order, born.sent_at)


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


def generate_orders(
    count: int, plan: Plan, *, epoch: datetime, days: float = 30
) -> Iterator[dict[str, Any]]:
    """`count` orders of the `days` before `epoch`, oldest first."""
    generator = Generator(plan)
    for number, at in enumerate(moments(count, seed=plan.seed, epoch=epoch, days=days), 1):
        yield generator.order(number, at, until=epoch).order
