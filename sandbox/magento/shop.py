"""The demo shop: its orders, what can be done to them, and the server in front of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from connector.lib import clock
from connector.lib.money import ZERO
from sandbox.magento import documents, edits, lifecycle, refunds
from sandbox.magento.faults import Fault, Faults
from sandbox.magento.generate import Born, Generator, Plan, Wish, moments, stamp
from sandbox.magento.hooks import Hooks
from sandbox.magento.invoicing import invoice_part
from sandbox.magento.lifecycle import NotPossible, Order
from sandbox.magento.oauth import Credentials, Gate
from sandbox.magento.refunds import Refund
from sandbox.magento.server import Server
from sandbox.magento.stock import Stock

Hook = Callable[[str, int], None]
Writer = Callable[[Order, str], dict[str, Any]]


class DemoShop:
    """A Magento shop in a thread: `with DemoShop(orders=50) as shop: shop.url`.

    Orders are numbered from 1 and made by seed; with the same arguments and `epoch` two
    shops are the same. All verbs may be called from any thread, the server running or not;
    they raise KeyError for an unknown id and `NotPossible` where the state forbids it.

    `hook(resource, page)` set as `between_pages` is called before page 2 and later of a
    list is put together. `denied` names resources that are not granted to the integration,
    `refused_stock` the products whose quantity the shop does not take, and in which words.
    Without `multi_source` it is a classic shop: an order takes off the stock at once.
    `hooks.point(url, secret)` has every change from then on told to an address.
    """

    def __init__(
        self,
        *,
        orders: int = 0,
        plan: Plan | None = None,
        epoch: datetime | None = None,
        days: float = 30,
        with_refunds: bool = False,
        bearer: bool = True,
        rfc: bool = False,
        multi_source: bool = True,
        port: int = 0,
    ) -> None:
        self.plan = plan or Plan()
        self.epoch = epoch or clock.now()
        self.generator = Generator(self.plan)
        self.profile = self.generator.profile
        self.credentials = Credentials()
        self.gate = Gate(self.credentials, bearer=bearer, rfc=rfc, seconds=self._seconds)
        self.faults = Faults()
        self.hooks = Hooks()
        self.clock_skew = timedelta(0)
        self.between_pages: Hook | None = None
        self.denied: set[str] = set()
        self.refused_stock: dict[str, str] = {}
        self._multi_source = multi_source
        self.stock = self._new_stock()
        self.changed_customers: dict[int, dict[str, Any]] = {}
        self.requests: deque[str] = deque(maxlen=10_000)  # method and address, oldest first
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self._orders: dict[int, Order] = {}
        self._wishes: dict[int, Wish] = {}
        self._paid_at: dict[int, str] = {}
        self.invoices_apart = 0
        self._sent_at: dict[int, str] = {}
        self._memos: dict[int, dict[str, Any]] = {}
        self._part_invoices: list[dict[str, Any]] = []
        self._documents: dict[str, dict[int, dict[str, Any]]] = {}
        self._port = port
        self._server: Server | None = None
        self._fill(orders, days, with_refunds=with_refunds)

    def start(self) -> Self:
        """Serve on 127.0.0.1 in a thread of its own."""
        self.stopping.clear()
        self._server = Server(self, self._port)
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving; hanging requests are let go."""
        self.stopping.set()
        self.hooks.stop()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def reset(self) -> None:
        """Start anew while serving: no orders, no faults, an untouched stock."""
        with self.lock:
            for kept in (self._orders, self._wishes, self._paid_at, self._sent_at, self._memos):
                kept.clear()
            self._part_invoices.clear()
            self._documents.clear()
            self.requests.clear()
            self.faults.clear()
            self.stock = self._new_stock()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a trailing slash."""
        if self._server is None:
            raise RuntimeError("the shop is not running")
        return self._server.url

    def now(self) -> datetime:
        """The shop's own idea of the time."""
        return clock.now() + self.clock_skew

    def stamp(self) -> str:
        """Now, as Magento writes it."""
        return stamp(self.now())

    def _seconds(self) -> float:
        return self.now().timestamp()

    # --- orders ------------------------------------------------------------------------

    @property
    def orders(self) -> list[Order]:
        """All orders by id, as they are: read them, change them by the verbs."""
        with self.lock:
            return list(self._orders.values())

    def order(self, order_id: int) -> Order:
        """One order."""
        with self.lock:
            return self._orders[order_id]

    def add_orders(self, count: int, *, at: datetime | None = None) -> list[Order]:
        """Place orders as they come, with what happens to each at once (cards are paid)."""
        with self.lock:
            moment = at or self.now()
            return [self._add(moment, Wish(), until=moment) for _ in range(count)]

    def place_order(
        self,
        *,
        items: Sequence[tuple[str, int]] | None = None,
        coupon: str | None = None,
        shipping: str | None = None,
        customer: int | None = None,
        guest: bool | None = None,
        foreign: bool | None = None,
        payment_method: str | None = None,
        status: str | None = None,
        issued: Mapping[str, Decimal | str] | None = None,
        created_at: datetime | None = None,
    ) -> Order:
        """Place one order with these properties; everything not given is drawn by seed.

        `items` are skus and quantities, `coupon` a code ("" for none), `shipping` flat or
        free, `status` pending, processing, complete, canceled, holded or closed; `issued` is
        how much a `gift_card`, `store_credit` and `points` pay, in the base currency.
        """
        paid = {name: Decimal(str(part)) for name, part in (issued or {}).items()}
        wish = Wish(items, coupon, shipping, customer, guest, foreign, payment_method, status, paid)
        with self.lock:
            closing = status == "closed"
            wish = replace(wish, status="processing") if closing else wish
            at = created_at or self.now()
            order = self._add(at, wish, until=max(at, self.now()))
            if closing:
                self.refund(order["entity_id"])
            return order

    def update_order(self, order_id: int, **changes: Any) -> Order:
        """Overwrite fields of an order; `updated_at` follows unless it is given."""
        with self.lock:
            order = self._orders[order_id]
            order.update(changes)
            if "updated_at" not in changes:
                lifecycle.touch(order, stamp(self.now()))
            self.hooks.tell("orders", order_id)
            return order

    def edit(self, order_id: int, items: Sequence[tuple[str, int]]) -> Order:
        """Change what an order holds; its postage, coupon and payments stay."""
        with self.lock:
            order, at = self._orders[order_id], stamp(self.now())
            wish = replace(self._wishes.get(order_id, Wish()), items=items)
            placed = datetime.fromisoformat(f"{order['created_at']}+00:00")
            edits.edit(order, self.generator.place(order_id, placed, wish), at)
            self.hooks.tell("orders", order_id)
            return order

    def change_customer(self, number: int, **changes: Any) -> None:
        """Overwrite fields of an account; `updated_at` follows unless it is given."""
        with self.lock:
            changed = {"updated_at": stamp(self.now())} | changes
            self.changed_customers.setdefault(number, {}).update(changed)
            self.hooks.tell("customers", number)

    def change_product(self, sku: str, **changes: Any) -> None:
        """Overwrite fields of a product, or make one; `updated_at` follows."""
        with self.lock:
            self.stock.change(sku, stamp(self.now()), **changes)
            self.hooks.tell("products", sku)

    def set_stock(self, sku: str, quantity: float) -> Any:
        """Count a product anew; the answer is Magento's. KeyError if it is unknown."""
        with self.lock:
            answer = self.stock.set(sku, quantity)
            self.hooks.tell("stock", sku)
            return answer

    def pay(self, order_id: int, *, transaction_id: str | None = None) -> Order:
        """Invoice and capture the whole order."""
        with self.lock:
            order, at = self._orders[order_id], stamp(self.now())
            lifecycle.pay(order, at, transaction_id=transaction_id)
            self._paid_at[order_id] = at
            self._take_off_virtual(order)
            self.hooks.tell("orders", order_id)
            return order

    def invoice(
        self, order_id: int, items: Mapping[int | str, int] | None = None, *, shipping: bool = True
    ) -> dict[str, Any]:
        """Invoice and capture a part: of item ids or skus so many (None: all that is left), and
        shipping, if no invoice had it yet. The invoice."""
        with self.lock:
            order, at = self._orders[order_id], stamp(self.now())
            chosen = None if items is None else refunds.item_ids(order, items)
            place = 1_000_000 + len(self._part_invoices)
            made = invoice_part(order, chosen, shipping=shipping, number_of_it=place, at=at)
            self._part_invoices.append(made)
            self.hooks.tell("orders", order_id)
            return made

    def ship(self, order_id: int) -> Order:
        """Send the whole order."""
        with self.lock:
            order, at = self._orders[order_id], stamp(self.now())
            lifecycle.ship(order, at)
            self._sent_at[order_id] = at
            self.stock.deduct(order_id)
            self.hooks.tell("orders", order_id)
            return order

    def cancel(self, order_id: int) -> Order:
        """Cancel what has no invoice: an order, or the rest of it."""
        with self.lock:
            order = self._change(order_id, lifecycle.cancel)
            self.stock.cancel(order)
            return order

    def reopen(self, order_id: int) -> Order:
        """Open a canceled order again."""
        with self.lock:
            order = self._change(order_id, lifecycle.reopen)
            self.stock.sell(order)
            return order

    def hold(self, order_id: int) -> Order:
        """Put an order on hold."""
        return self._change(order_id, lifecycle.hold)

    def unhold(self, order_id: int) -> Order:
        """Take an order off hold."""
        return self._change(order_id, lifecycle.unhold)

    def refund(
        self,
        order_id: int,
        *,
        items: Mapping[int | str, int] | None = None,
        shipping: Decimal | None = None,
        adjustment_positive: Decimal = ZERO,
        adjustment_negative: Decimal = ZERO,
        stored: Decimal = ZERO,
        restock: bool = False,
    ) -> dict[str, Any]:
        """Make a credit memo; without arguments of everything that is left.

        `items` maps item ids or skus to quantities, `{}` for a memo of adjustments only.
        `shipping` (without tax) and adjustments are in the shop's base currency, and so is
        `stored`, what is put on the store credit in place of a card or money. With `restock` its
        goods return to stock.
        """
        with self.lock:
            order = self._orders[order_id]
            chosen = None if items is None else refunds.item_ids(order, items)
            wish = Refund(chosen, shipping, adjustment_positive, adjustment_negative, stored)
            memo = self._refund(order, wish, stamp(self.now()))
            if restock:
                self.stock.take_back(order, memo)
            return memo

    def comment(self, order_id: int, text: str) -> None:
        """Add a comment, which leaves the order as it is."""
        with self.lock:
            lifecycle.history(self._orders[order_id], text, stamp(self.now()))

    def fail(self, kind: str, **options: Any) -> Fault:
        """Switch a fault on: see `faults.KINDS` and `faults.Fault` for kinds and options."""
        return self.faults.add(Fault(kind, **options))

    # --- what belongs to orders ----------------------------------------------------------

    @property
    def creditmemos(self) -> list[dict[str, Any]]:
        """All credit memos by id."""
        with self.lock:
            return list(self._memos.values())

    @property
    def invoices(self) -> list[dict[str, Any]]:
        """The invoices of all paid orders, counted `invoices_apart` from the orders, and those
        of parts of orders."""
        written = self._written(documents.invoice, self._paid_at)
        if self.invoices_apart:
            written = [documents.renumbered(one, self.invoices_apart) for one in written]
        return [*written, *self._part_invoices]

    @property
    def shipments(self) -> list[dict[str, Any]]:
        """The shipments of all orders that were sent."""
        return self._written(documents.shipment, self._sent_at)

    @property
    def transactions(self) -> list[dict[str, Any]]:
        """The captures of all orders paid by card or PayPal."""
        with self.lock:
            paid = self._paid_at.items()
            online = {n: at for n, at in paid if "last_trans_id" in self._orders[n]["payment"]}
            return self._written(documents.transaction, online)

    def _fill(self, count: int, days: float, *, with_refunds: bool) -> None:
        times = moments(count, seed=self.plan.seed, epoch=self.epoch, days=days)
        for number, at in enumerate(times, 1):
            born = self.generator.order(number, at, until=self.epoch)
            self._keep(born)
            if with_refunds and born.paid_at and self.generator.fate_is_refund(number):
                self._refund_some(born)

    def _refund_some(self, born: Born) -> None:
        """Give one of the first row back, a day later."""
        paid = datetime.fromisoformat(f"{born.paid_at}+00:00")
        at = max(stamp(min(paid + timedelta(days=1), self.epoch)), born.order["updated_at"])
        first = born.order["items"][0]["item_id"]
        with suppress(NotPossible):  # nothing to give back where a coupon paid for all
            self._refund(born.order, Refund(items={first: 1}), at)

    def _add(self, at: datetime, wish: Wish, *, until: datetime) -> Order:
        number = len(self._orders) + 1
        self._wishes[number] = wish
        born = self.generator.order(number, at, until=until, wish=wish)
        self.stock.sell(born.order)
        if born.sent_at:
            self.stock.deduct(number)
        if born.paid_at:
            self._take_off_virtual(born.order)
        if born.order["state"] == "canceled":
            self.stock.cancel(born.order)
        self.hooks.tell("orders", number)
        return self._keep(born)

    def _take_off_virtual(self, order: Order) -> None:
        """What is never shipped leaves with the invoice."""
        virtual = [row for row in order["items"] if row["product_type"] == "virtual"]
        self.stock.deduct(order["entity_id"], {row["sku"]: row["qty_ordered"] for row in virtual})

    def _new_stock(self) -> Stock:
        at = stamp(self.epoch - timedelta(days=90))
        return Stock(self.profile, self.plan.seed, at, multi_source=self._multi_source)

    def _keep(self, born: Born) -> Order:
        number = born.order["entity_id"]
        self._orders[number] = born.order
        if born.paid_at:
            self._paid_at[number] = born.paid_at
        if born.sent_at:
            self._sent_at[number] = born.sent_at
        return born.order

    def _written(self, write: Writer, moments_by_id: Mapping[int, str]) -> list[dict[str, Any]]:
        """Documents of orders. They never change, so each is written once."""
        with self.lock:
            cache = self._documents.setdefault(write.__name__, {})
            for number, at in moments_by_id.items():
                if number not in cache:
                    cache[number] = write(self._orders[number], at)
            return list(cache.values())

    def _change(self, order_id: int, verb: Callable[[Order, str], None]) -> Order:
        with self.lock:
            verb(self._orders[order_id], stamp(self.now()))
            self.hooks.tell("orders", order_id)
            return self._orders[order_id]

    def _refund(self, order: Order, wish: Refund, at: str) -> dict[str, Any]:
        memo_id = len(self._memos) + 1
        memo = refunds.credit_memo(order, wish, memo_id=memo_id, at=at)
        self._memos[memo_id] = memo
        self.hooks.tell("refunds", memo_id)
        return memo
