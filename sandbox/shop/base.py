"""What every demo shop has: a clock, its demand, faults, hooks, and one lock around it all."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.lib import clock
from sandbox.shop.faults import Fault, Faults
from sandbox.shop.hooks import Hooks
from sandbox.shop.made_up.demand import Demand, Wish

Order = dict[str, Any]
Act = Callable[[int, dict[str, Any]], Any]  # the order's number, and a JSON body


class Shop(ABC):
    """A shop without its server; a platform's own shop keeps orders in its own shapes.

    All verbs may be called from any thread, the server running or not; they raise KeyError for
    an unknown id and `NotPossible` where the state forbids it.

    `epoch` is the moment that the past is counted from, `clock_skew` how far the shop's clock
    is ahead. `requests` are the method and address of each call of the API, oldest first.
    """

    def __init__(self, demand: Demand, *, epoch: datetime | None = None) -> None:
        self.demand = demand
        self.plan = demand.plan
        self.profile = demand.profile
        self.epoch = epoch or clock.now()
        self.clock_skew = timedelta(0)
        self.faults = Faults()
        self.hooks = Hooks()
        self.requests: deque[str] = deque(maxlen=10_000)
        self.lock = threading.RLock()
        self.stopping = threading.Event()

    # --- what a platform adds ------------------------------------------------------------

    @abstractmethod
    def place(self, wish: Wish, *, at: datetime, until: datetime) -> Order:
        """Place the next order at `at`, with what happens to it up to `until`."""

    @abstractmethod
    def id_of(self, order: Order) -> int:
        """The number by which the API and the verbs name an order."""

    @abstractmethod
    def update_order(self, order_id: int, **changes: Any) -> Order:
        """Overwrite fields of an order; the moment of its change follows unless it is given."""

    @abstractmethod
    def change_product(self, sku: str, **changes: Any) -> None:
        """Overwrite fields of a product, or make one; the moment of its change follows."""

    @abstractmethod
    def set_stock(self, sku: str, quantity: float) -> Any:
        """Count a product anew; the platform's answer. KeyError if it is unknown."""

    @abstractmethod
    def acts(self) -> Mapping[str, Act]:
        """What may be done to an order from another process, by the name of the verb."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Counts, and `credentials`: the keys that a connector needs."""

    # --- orders ------------------------------------------------------------------------

    def add_orders(self, count: int, *, at: datetime | None = None) -> list[Order]:
        """Place orders as they come, with what happens to each at once (cards are paid)."""
        with self.lock:
            moment = at or self.now()
            return [self.place(Wish(), at=moment, until=moment) for _ in range(count)]

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
        free; `payment_method` and `status` are the platform's own words; `issued` is how much
        a `gift_card`, `store_credit` and `points` pay, in the base currency.
        """
        paid = {name: Decimal(str(part)) for name, part in (issued or {}).items()}
        wish = Wish(items, coupon, shipping, customer, guest, foreign, payment_method, status, paid)
        with self.lock:
            at = created_at or self.now()
            return self.place(wish, at=at, until=max(at, self.now()))

    # --- time and faults ---------------------------------------------------------------

    def now(self) -> datetime:
        """The shop's own idea of the time."""
        return clock.now() + self.clock_skew

    def seconds(self) -> float:
        """The same in Unix seconds."""
        return self.now().timestamp()

    def fail(self, kind: str, **options: Any) -> Fault:
        """Switch a fault on: see `faults.KINDS` and `faults.Fault` for kinds and options."""
        return self.faults.add(Fault(kind, **options))
