"""The shop's orders as they come: those of the past from a seed, and new ones by wish."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.opencart.events import Events
from sandbox.opencart.goods.catalogue import Catalogue
from sandbox.opencart.goods.currencies import Currencies
from sandbox.opencart.goods.taxes import Taxes
from sandbox.opencart.notation import stamp
from sandbox.opencart.orders import statuses
from sandbox.opencart.orders.checkout import Checkout, Checkouts
from sandbox.opencart.orders.purse import Purse
from sandbox.opencart.orders.returns import REFUNDED, Returns
from sandbox.opencart.orders.statuses import Histories, Tables
from sandbox.opencart.orders.writer import Writer
from sandbox.opencart.versions import VERSIONS
from sandbox.shop.base import Shop
from sandbox.shop.made_up.demand import Demand, Methods, Plan, Wish, moments
from sandbox.shop.made_up.fates import Fate
from sandbox.shop.signed.keys import Credentials, Keys
from sandbox.shop.signed.told import Told

METHODS = Methods(card="stripe", wallet="paypal", transfer="bank_transfer", cheque="cheque")
ABANDONED_STATUS = "abandoned"
_ABANDONED, _TESTED = 0.06, 0.02  # how many checkouts nobody finishes; orders placed for a trial


class Placing(Shop):
    """Orders by number, what became of them, and the stock that they take from."""

    def __init__(
        self,
        *,
        orders: int = 0,
        plan: Plan | None = None,
        epoch: datetime | None = None,
        days: float = 30,
        version: str = "3",
        with_refunds: bool = False,
    ) -> None:
        super().__init__(Demand(plan or Plan(), METHODS), epoch=epoch)
        self.version = VERSIONS[version]
        self.hooks: Told = Told(Credentials())
        self.keys = Keys(self.hooks.credentials, self.seconds, form="oc1")
        self.taxes, self.currencies = Taxes(self.profile), Currencies(self.profile)
        self.catalogue = Catalogue(
            self.profile, self.taxes, self.version, seed=self.plan.seed,
            inclusive=self.plan.inclusive, at=self.text_of(self.epoch - timedelta(days=90)),
        )  # fmt: skip
        self.purse = Purse()
        self.events = Events(self.seconds, self.hooks.tell)
        self.histories, self.returns = Histories(self.version), Returns(self.version)
        self.checkouts = Checkouts(self.demand, self.version, self.currencies, self.purse)
        self.writer = Writer(self.profile, self.version, self.catalogue, self.taxes, self.purse)
        self.deleted: dict[int, tuple[str, Tables]] = {}
        self.customers: dict[int, str] = {}  # since when
        self.changed_customers: dict[int, dict[str, Any]] = {}
        self.last_id = 0
        self._orders: dict[int, Tables] = {}
        self._taken: dict[int, tuple[Checkout, bool]] = {}
        self._placed = self._invoices = 0
        self._fill(orders, days, with_refunds=with_refunds)

    @property
    def orders(self) -> list[Tables]:
        """All placed orders by id, without those that nobody confirmed."""
        with self.lock:
            return [one for one in self._orders.values() if one["order"]["order_status_id"] != "0"]

    @property
    def every(self) -> dict[int, Tables]:
        """All rows of the table of orders by id."""
        return self._orders

    def order(self, order_id: int) -> Tables:
        with self.lock:
            return self._orders[order_id]

    def id_of(self, order: dict[str, Any]) -> int:
        return int(order["order"]["order_id"])

    def text_of(self, moment: datetime) -> str:
        """A moment by the shop's own clock, as its database writes it."""
        return stamp(moment, self.profile.timezone)

    def stamp(self) -> str:
        return self.text_of(self.now())

    # --- placing -------------------------------------------------------------------------

    def place(self, wish: Wish, *, at: datetime, until: datetime) -> Tables:
        """Place the next order; beside some there is a checkout given up, or a trial by staff."""
        with self.lock:
            return self._place(wish, at, until, live=True)

    def _fill(self, number: int, days: float, *, with_refunds: bool) -> None:
        times = moments(number, seed=self.plan.seed, epoch=self.epoch, days=days)
        for at in times:
            tables = self._place(Wish(), at, self.epoch, live=False)
            if with_refunds and self.demand.gives_back(self._placed):
                self._give_back(tables, at)

    def _place(self, wish: Wish, at: datetime, until: datetime, *, live: bool) -> Tables:
        self._placed += 1
        number = self._placed
        taken = self.checkouts.of(number, wish)
        if wish == Wish():
            self._beside(number, taken, at, live=live)
        tables = self._write(taken, wish, at)
        if not taken.guest:
            self.customers.setdefault(taken.customer.number, self.text_of(at))
        if wish.status == ABANDONED_STATUS:
            return tables
        self._spend(tables, taken)
        self.enter(tables, statuses.PENDING, self.text_of(at), live=live)
        self._live(tables, taken, wish, at, until, live=live)
        return tables

    def _live(
        self, tables: Tables, taken: Checkout, wish: Wish, at: datetime, until: datetime, *,
        live: bool,
    ) -> None:  # fmt: skip
        """What becomes of an order up to `until`."""
        number, wished = self._placed, wish.status
        fate = self.demand.fate(
            number, placed=at, until=until, method=taken.method, shipped=self._ships(taken),
            wished=statuses.FATES.get(wished, "pending") if wished else None,
        )  # fmt: skip
        for moment, status, comment in self._steps(taken, fate, number):
            online = self.demand.methods.online(taken.method)
            self._note_money(tables, fate.token if online else "", status)
            self.enter(tables, status, self.text_of(moment), comment, live=live)
            if wished and status == statuses.number_of(wished):
                return
        if wished and tables["order"]["order_status_id"] != str(statuses.number_of(wished)):
            self.enter(tables, statuses.number_of(wished), self.text_of(until), live=live)

    def _steps(self, taken: Checkout, fate: Fate, number: int) -> list[tuple[datetime, int, str]]:
        rng = random.Random(f"refusal/{self.plan.seed}/{number}")
        online = self.demand.methods.online(taken.method)
        refusals = (statuses.FAILED, statuses.DENIED) if online else (statuses.EXPIRED,)
        refusal = rng.choice((statuses.CANCELED, statuses.CANCELED, *refusals))
        found = statuses.steps(fate, refusal)
        if fate.paid_at and not self._ships(taken):
            found.append((fate.paid_at, statuses.COMPLETE, ""))
        return found

    def _note_money(self, tables: Tables, token: str, status: int) -> None:
        """The payment's name at its gateway, and the number of the printed invoice."""
        head = tables["order"]
        if token and status == statuses.PROCESSING and self.version.four:
            head["transaction_id"] = f"pi_{token}"
        if status == statuses.COMPLETE and head["invoice_no"] == "0":
            self._invoices += 1
            head["invoice_no"] = str(self._invoices)

    def _beside(self, number: int, taken: Checkout, at: datetime, *, live: bool) -> None:
        draw = random.Random(f"beside/{self.plan.seed}/{number}").random()
        if draw < _ABANDONED:
            self._write(taken, Wish(), at)
        elif draw < _ABANDONED + _TESTED:
            tables = self._write(taken, Wish(), at)
            self.histories.add(tables, statuses.PENDING, self.text_of(at), "A trial.")
            self.remove(self.id_of(tables), self.text_of(at), live=live)

    def _write(self, taken: Checkout, wish: Wish, at: datetime) -> Tables:
        self.last_id += 1
        ships_free = self.demand.ships_free(self._value(taken), wish)
        tables = self.writer.write(
            self.last_id, taken, self.text_of(at), ships_free=ships_free,
            inclusive=self.plan.inclusive,
        )  # fmt: skip
        self._orders[self.last_id] = tables
        self._taken[self.last_id] = taken, ships_free
        return tables

    # --- what belongs to orders ------------------------------------------------------------

    def enter(
        self, tables: Tables, status: int, at: str, comment: str = "", *, live: bool = True,
        notify: int = 0,
    ) -> None:  # fmt: skip
        """Put an order into a status; its stock and its certificates follow."""
        before = int(tables["order"]["order_status_id"]) in statuses.SOLD
        self.histories.add(tables, status, at, comment, notify)
        after = status in statuses.SOLD
        if before and not after:
            self.purse.give_back(self.id_of(tables))
        if status in statuses.DONE:
            self.purse.complete(self.id_of(tables))
        if live:
            self.move_stock(tables, before - after)
            self.events.note("order", self.id_of(tables))

    def move_stock(self, tables: Tables, sign: int) -> None:
        sizes = {row["order_product_id"]: row["value"] for row in tables["order_option"]}
        self.catalogue.take(
            (
                (int(row["product_id"]), sizes.get(row["order_product_id"], ""),
                 int(row["quantity"]))
                for row in tables["order_product"]
            ),
            sign,
        )  # fmt: skip

    def remove(self, order_id: int, at: str, *, live: bool = True) -> None:
        """Delete an order; the extension keeps what it was."""
        tables = self._orders.pop(order_id)
        self.deleted[order_id] = at, tables
        self.purse.give_back(order_id)
        if live:
            self.events.note("order", order_id, "deleted")

    def _give_back(self, tables: Tables, placed: datetime) -> None:
        """A shipped order comes back: all of it by its status, or a piece of it as a return."""
        if int(tables["order"]["order_status_id"]) not in statuses.DONE:
            return
        at = max(self.text_of(min(placed + timedelta(days=6), self.epoch)), changed_at(tables))
        if self._placed % 2 and tables["order_product"]:
            product = int(tables["order_product"][0]["product_id"])
            self.returns.add(tables, product, 1, at, REFUNDED)
        else:
            self.enter(tables, statuses.REFUNDED, at, "Refunded.", live=False)

    def _spend(self, tables: Tables, taken: Checkout) -> None:
        for row in tables["order_total"]:
            if row["code"] == "voucher":
                self.purse.spend(taken.voucher, self.id_of(tables), -Decimal(row["value"]))

    def _ships(self, taken: Checkout) -> bool:
        return any(self.catalogue.find(sku)[0].ships for sku, _ in taken.basket)

    def _value(self, taken: Checkout) -> Any:
        return sum(self.catalogue.find(sku)[0].price * count for sku, count in taken.basket)


def changed_at(tables: Tables) -> str:
    """The moment of an order's last change: of its row, its history or a return."""
    head = tables["order"]
    beside = [row["date_added"] for row in tables["order_history"]]
    beside += [row["date_modified"] for row in tables["return"]]
    return str(max(head["date_added"], head["date_modified"], *beside, ""))
