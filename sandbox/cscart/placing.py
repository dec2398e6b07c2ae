"""The shop's orders as they come: those of the past from a seed, and new ones by wish."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connector.lib.money import ZERO
from sandbox.cscart.goods.catalogue import Catalogue
from sandbox.cscart.goods.taxes import METHODS, Taxes
from sandbox.cscart.notation import moment_of, stamp
from sandbox.cscart.orders import statuses
from sandbox.cscart.orders.checkout import Checkout, Checkouts
from sandbox.cscart.orders.header import header, parent
from sandbox.cscart.orders.purse import Purse
from sandbox.cscart.orders.writer import Order, Writer
from sandbox.cscart.versions import MULTIVENDOR, ULTIMATE, UNIT_PRICE, VERSIONS
from sandbox.shop.base import Shop
from sandbox.shop.made_up.demand import Demand, Plan, Wish, moments
from sandbox.shop.made_up.fates import Fate

UNFINISHED = "unfinished"
_UNFINISHED, _PACKED = 0.06, 0.05  # checkouts nobody ends; orders in a status of the shop's own
_REFUSED = (statuses.CANCELED, statuses.CANCELED, statuses.DECLINED, statuses.FAILED)


class Placing(Shop):
    """Orders by number, what became of them, and the stock that they take from."""

    def __init__(
        self,
        *,
        orders: int = 0,
        plan: Plan | None = None,
        epoch: datetime | None = None,
        days: float = 30,
        version: str = "4.18",
        edition: str = ULTIMATE,
        tax_calculation: str = UNIT_PRICE,
        with_refunds: bool = False,
    ) -> None:
        super().__init__(Demand(plan or Plan(), METHODS), epoch=epoch)
        self.version, self.edition = VERSIONS[version], edition
        self.taxes = Taxes(self.profile, inclusive=self.plan.inclusive)
        self.catalogue = Catalogue(
            self.profile, self.taxes, self.version, seed=self.plan.seed,
            at=stamp(self.epoch - timedelta(days=90)),
        )  # fmt: skip
        self.purse = Purse()
        self.checkouts = Checkouts(self.demand, self.catalogue, self.purse)
        self.writer = Writer(
            self.profile, self.catalogue, self.taxes, self.checkouts, self.purse,
            by_unit=tax_calculation == UNIT_PRICE,
        )  # fmt: skip
        self.customers: dict[int, str] = {}  # since when
        self.last_id = 0
        self._orders: dict[int, Order] = {}
        self._taken: dict[int, Checkout] = {}
        self._placed = self._invoices = self._memos = 0
        self._fill(orders, days, with_refunds=with_refunds)

    @property
    def orders(self) -> list[Order]:
        """All orders by id, without those that nobody finished."""
        with self.lock:
            every = self._orders.values()
            return [one for one in every if one["status"] != statuses.UNFINISHED]

    @property
    def every(self) -> dict[int, Order]:
        return self._orders

    def order(self, order_id: int) -> Order:
        with self.lock:
            return self._orders[order_id]

    def id_of(self, order: Order) -> int:
        return int(order["order_id"])

    def children(self, order_id: int) -> list[Order]:
        """The vendors' orders of a parent."""
        return [one for one in self._orders.values() if one["parent_order_id"] == str(order_id)]

    def stamp(self) -> str:
        return stamp(self.now())

    # --- placing -------------------------------------------------------------------------

    def place(self, wish: Wish, *, at: datetime, until: datetime) -> Order:
        """Place the next order; its parent, if it is divided among vendors. Beside some there is
        a checkout that nobody finishes."""
        with self.lock:
            return self._place(wish, at, until, live=True)

    def _fill(self, number: int, days: float, *, with_refunds: bool) -> None:
        """So many orders, parents among them."""
        times = moments(number, seed=self.plan.seed, epoch=self.epoch, days=days)
        for at in times:
            left = number - len(self.orders)
            if left <= 0:
                return
            order = self._place(Wish(), at, self.epoch, live=False, most=left)
            if with_refunds and self.demand.gives_back(self._placed):
                for one in self.children(self.id_of(order)) or [order]:
                    self._give_back(one, at)

    def _give_back(self, order: Order, placed: datetime) -> None:
        """What becomes of an order that is given back; a shop with more to say overrides it."""

    def _place(
        self, wish: Wish, at: datetime, until: datetime, *, live: bool, most: int = 99
    ) -> Order:
        self._placed += 1
        taken = self.checkouts.of(self._placed, wish)
        if not taken.guest:
            self.customers.setdefault(taken.customer.number, stamp(at))
        draw = random.Random(f"beside/{self.plan.seed}/{self._placed}").random()
        if wish == Wish() and draw < _UNFINISHED:
            self._write(taken, at, self._company(taken))
        parts = list(self._divided(taken)) if self.edition == MULTIVENDOR else []
        if len(parts) < 2 or len(parts) >= most:
            order = self._write(taken, at, parts[0][0] if parts else self._company(taken))
            self._live(order, taken, wish, at, until, live=live)
            return order
        return self._place_divided(taken, parts, wish, at, until, live=live)

    def _place_divided(
        self, taken: Checkout, parts: Sequence[tuple[str, Checkout]], wish: Wish, at: datetime,
        until: datetime, *, live: bool,
    ) -> Order:  # fmt: skip
        """A parent, and an order for each vendor behind it."""
        whole = self._write(taken, at, "0")
        children = [self._write(part, at, company, whole) for company, part in parts]
        parent(whole, children)
        if wish.status != UNFINISHED:
            whole["status"] = statuses.PARENT
            self._changed(whole, live=live)
        for child, (_, part) in zip(children, parts, strict=True):
            self._live(child, part, wish, at, until, live=live)
        return whole

    def _divided(self, taken: Checkout) -> Iterator[tuple[str, Checkout]]:
        """The vendors' parts of what is bought. A coupon's amount, points and certificates are
        the first one's."""
        baskets: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for sku, count in taken.basket:
            baskets[self.catalogue.find(sku)[0].company].append((sku, count))
        for place, (company, basket) in enumerate(sorted(baskets.items())):
            part = replace(taken, basket=tuple(basket))
            if place:
                coupon = taken.coupon if taken.coupon and taken.coupon.percent else None
                part = replace(part, coupon=coupon, sold=(), used=(), points=ZERO,
                               given=0)  # fmt: skip
            yield company, part

    def _company(self, taken: Checkout) -> str:
        """The storefront that sells: the second one to who looks at another currency."""
        if self.edition == MULTIVENDOR:
            return next(iter(self._divided(taken)))[0]
        return "2" if taken.foreign else "1"

    def _write(
        self, taken: Checkout, at: datetime, company: str, whole: Order | None = None
    ) -> Order:
        self.last_id += 1
        found = header(self.last_id, stamp(at), company, whole, edition=self.edition)
        self._orders[self.last_id] = self.writer.fill(found, taken)
        self._taken[self.last_id] = taken
        return found

    # --- what becomes of it ------------------------------------------------------------------

    def _live(
        self, order: Order, taken: Checkout, wish: Wish, at: datetime, until: datetime, *,
        live: bool,
    ) -> None:  # fmt: skip
        """From the end of the checkout on, up to `until`."""
        if wish.status == UNFINISHED:
            return
        wished = statuses.letter_of(wish.status) if wish.status else ""
        self._sell(order, taken)
        self.enter(order, statuses.OPEN, stamp(at), live=live)
        fate = self.demand.fate(
            self._placed, placed=at, until=until, method=taken.payment.name,
            shipped=bool(order["need_shipping"]),
            wished=statuses.FATES.get(wished, "pending") if wished else None,
        )  # fmt: skip
        for moment, letter in self._steps(fate, order):
            self.enter(order, letter, stamp(moment), live=live)
            if letter == wished:
                return
        if wished and order["status"] != wished:
            self.enter(order, wished, stamp(until), live=live)

    def _steps(self, fate: Fate, order: Order) -> list[tuple[datetime, str]]:
        rng = random.Random(f"refusal/{self.plan.seed}/{order['order_id']}")
        refusal = rng.choice(_REFUSED)
        held = rng.choice((statuses.BACKORDERED, statuses.CALL))
        found = statuses.steps(fate, refusal, held)
        if fate.paid_at and not order["need_shipping"]:
            found.append((fate.paid_at, statuses.COMPLETE))
        elif fate.paid_at and not fate.sent_at and rng.random() < _PACKED:
            found.append((fate.paid_at, statuses.PACKED))
        return found

    def _sell(self, order: Order, taken: Checkout) -> None:
        """Certificates that are bought get their codes."""
        sold = order.get("gift_certificates") or {}
        for row, amount in zip(sold.values(), taken.sold, strict=True):
            row["gift_cert_code"] = self.purse.make(amount, order_id=self.id_of(order)).code

    def enter(self, order: Order, letter: str, at: str, *, live: bool = True) -> None:
        """Put an order into a status: its stock, its certificates and its printed documents
        follow."""
        before = statuses.takes(order["status"])
        order["status"] = letter
        order["updated_at"] = str(max(int(order["updated_at"]), int(at)))
        for row in order["products"].values():
            row["status"] = letter
        after = statuses.takes(letter)
        if before and not after:
            self.purse.give_back(self.id_of(order))
        if letter == statuses.COMPLETE:
            self.purse.complete(self.id_of(order))
        self._print(order, letter)
        if live:
            self.move_stock(order, before - after)
        self._changed(order, live=live)

    def _print(self, order: Order, letter: str) -> None:
        document = statuses.EVERY[letter].document
        if document == "I" and not order["invoice_id"]:
            self._invoices += 1
            order["invoice_id"] = str(self._invoices)
        if document == "C" and not order["credit_memo_id"]:
            self._memos += 1
            order["credit_memo_id"] = str(self._memos)

    def move_stock(self, order: Order, sign: int) -> None:
        rows = order["products"].values()
        self.catalogue.take(
            [(row["product_code"] or "GUIDE-PDF", int(row["amount"])) for row in rows], sign
        )

    def _changed(self, order: Order, *, live: bool) -> None:
        """Somebody may want to know."""

    def placed_at(self, order: Order) -> datetime:
        return moment_of(order["timestamp"])

    def companies(self) -> list[str]:
        """The names of the storefronts, or of the vendors."""
        if self.edition == MULTIVENDOR:
            return ["Ana's ovens", "Brew & Co", "Clay works"]
        return [self.profile.shop_name, f"{self.profile.shop_name} abroad"]

    def state(self) -> dict[str, Any]:
        """Counts."""
        return {"orders": len(self.orders), "customers": len(self.customers)}
