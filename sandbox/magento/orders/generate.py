"""Believable orders from a seed: pure, so the same arguments always give the same orders.

`Generator.place` makes one order as it looks when it was just placed; `Generator.order`
lets its fate follow (paid, sent, canceled …). Both return Magento's order JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO
from sandbox.magento.notation import stamp
from sandbox.magento.orders import lifecycle
from sandbox.magento.orders.draft import Draft, rows_for, settle_prices
from sandbox.magento.orders.shapes import order_json
from sandbox.magento.orders.tenders import redeem
from sandbox.shop.made_up.demand import Demand, Methods, Plan, Purchase, Wish, moments
from sandbox.shop.made_up.fates import Fate

METHODS = Methods("stripe_payments", "paypal_express", "banktransfer", "checkmo")


@dataclass(slots=True)
class Born:
    """An order with the moments of its invoice and its shipment, as Magento stores them."""

    order: dict[str, Any]
    paid_at: str | None = None
    sent_at: str | None = None


class Generator:
    """Makes order number N (from 1) of a shop described by a `Plan`."""

    def __init__(self, plan: Plan) -> None:
        self.demand = Demand(plan, METHODS)

    def place(self, number: int, created_at: datetime, wish: Wish | None = None) -> dict[str, Any]:
        """The order as it was placed: state new, nothing paid."""
        wish = wish or Wish()
        draft = self._draft(self.demand.purchase(number, wish), created_at, wish)
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
        order = self.place(number, created_at, wish)
        wished = wish.status if wish else None
        fate = self.demand.fate(
            number, placed=created_at, until=until, method=order["payment"]["method"],
            shipped=not order["is_virtual"], wished="held" if wished == "holded" else wished,
        )  # fmt: skip
        return self._live(order, fate)

    def _draft(self, bought: Purchase, at: datetime, wish: Wish) -> Draft:
        profile, foreign = self.demand.profile, bought.foreign
        draft = Draft(
            number=bought.number, profile=profile, inclusive=self.demand.plan.inclusive,
            customer=bought.customer, guest=bought.guest, rows=rows_for(profile, bought.basket),
            coupon=bought.coupon, shipping_method="", shipping_price=ZERO,
            currency=profile.foreign_currency if foreign else profile.currency,
            currency_rate=profile.foreign_rate if foreign else Decimal(1),
            payment_method=bought.method, created_at=stamp(at), protect_code=bought.token,
        )  # fmt: skip
        self._choose_shipping(draft, wish)
        return draft

    def _choose_shipping(self, draft: Draft, wish: Wish) -> None:
        if draft.is_virtual:
            return
        value = sum((row.product.price * row.quantity for row in draft.rows), ZERO)
        if self.demand.ships_free(value, wish):
            draft.shipping_method = "freeshipping_freeshipping"
        else:
            draft.shipping_method = "flatrate_flatrate"
            draft.shipping_price = draft.profile.flat_shipping

    def _live(self, order: dict[str, Any], fate: Fate) -> Born:
        born = Born(order)
        if fate.canceled_at:
            lifecycle.cancel(order, stamp(fate.canceled_at))
        if fate.held_at:
            lifecycle.hold(order, stamp(fate.held_at))
        if fate.paid_at:
            online = METHODS.online(order["payment"]["method"])
            born.paid_at = stamp(fate.paid_at)
            lifecycle.pay(order, born.paid_at, transaction_id=fate.token if online else None)
        if fate.sent_at:
            born.sent_at = stamp(fate.sent_at)
            lifecycle.ship(order, born.sent_at)
        return born


def generate_orders(
    count: int, plan: Plan, *, epoch: datetime, days: float = 30
) -> Iterator[dict[str, Any]]:
    """`count` orders of the `days` before `epoch`, oldest first."""
    generator = Generator(plan)
    for number, at in enumerate(moments(count, seed=plan.seed, epoch=epoch, days=days), 1):
        yield generator.order(number, at, until=epoch).order
