"""What every demo shop has: a clock, its demand, faults, hooks, and one lock around it all."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.lib import clock
from sandbox.shop.faults import Fault, Faults
from sandbox.shop.hooks import Hooks
from sandbox.shop.made_up.demand import Demand


class Shop(ABC):
    """A shop without its server; a platform's own shop keeps orders in its own shapes.

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

    @abstractmethod
    def add_orders(self, count: int, *, at: datetime | None = None) -> Sequence[Any]:
        """Place orders as they come, with what happens to each at once (cards are paid)."""

    def now(self) -> datetime:
        """The shop's own idea of the time."""
        return clock.now() + self.clock_skew

    def seconds(self) -> float:
        """The same in Unix seconds."""
        return self.now().timestamp()

    def fail(self, kind: str, **options: Any) -> Fault:
        """Switch a fault on: see `faults.KINDS` and `faults.Fault` for kinds and options."""
        return self.faults.add(Fault(kind, **options))
