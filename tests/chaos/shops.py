"""Shops that sell while everything fails, and whose orders change: the demo shops, or a real one.

A demo shop is driven over its control address. A real one is driven by a program of its own,
which is started with SHOP_URL, ORDERS, SECONDS and SEED in its environment, places and changes
orders, and ends by itself with 0 after about SECONDS. A line that it prints, such as `edit 17`,
goes into the log of events: `edit` and the order's id must be there for every order that it
edits. Orders that are paid may only become dearer, and cancel only what is not paid. Orders and
credit memos are then read from both alike.

This module is Magento's; `shops_opencart.py` is OpenCart's, whose real shop is reached with the
code of its extension's page in SHOP_PAIRING, and needs no orders from before the run but such as
the configuration posts.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

from connector.demo.remotes import Shop
from connector.processes.ports import free_port
from connector.processes.programs import python
from tests.chaos import reading
from tests.chaos.processes import Process
from tests.chaos.report import Log

Doc = dict[str, Any]
COUNTER = "counter"  # the shop without invoices
# Of simple goods, so that they can be edited; the cheapest first.
PLAIN = [
    [("MUG-STN", 1)], [("HONEY-500", 3)], [("MUG-STN", 2)], [("MUG-STN", 2), ("BEANS-250", 1)],
    [("BEANS-1KG", 2), ("FILTER-100", 3)], [("TEA-POT", 1), ("MUG-STN", 1), ("SALT-PINK", 2)],
]  # fmt: skip
_ROLES = ("any", "edits", "refunds", "cancels", "parts", "overpaid")
_ROLE_ODDS = (25, 24, 24, 13, 10, 4)
_COUNTER_ODDS = (60, 0, 40, 0, 0, 0)
# The share of the time in which orders are placed; then they are only changed.
_SELLING = 0.75


@dataclass
class Order:
    """What the driver remembers of an order; `role` keeps events apart that exclude each other."""

    id: int
    role: str
    paid: bool
    basket: list[tuple[str, int]] | None = None
    held: bool = False
    done: bool = False


@dataclass
class Driver:
    """Places and changes the orders of one demo shop, in a thread, by its own random numbers."""

    shop: Shop
    orders: int
    seconds: float
    seed: int
    hook: str
    log: Log
    first_id: int = 1
    _book: list[Order] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._draw = random.Random(f"{self.seed}/{self.shop.slug}")
        self._session = requests.Session()
        self._thread = threading.Thread(target=self._run, daemon=True, name=self.shop.slug)
        self.error = ""
        self.stopping = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._drive()
        except Exception as error:  # noqa: BLE001 - said in the main thread
            self.error = f"{type(error).__name__}: {error}"

    def _drive(self) -> None:
        started, selling = time.monotonic(), self.seconds * _SELLING
        placed, step = 0, max(0.02, self.seconds / max(1, self.orders * 2))
        while (passed := time.monotonic() - started) < self.seconds:
            if self.stopping.is_set():
                return
            due = min(self.orders, int(self.orders * passed / selling) + 1)
            while placed < due:
                self._place()
                placed += 1
            if self._draw.random() < 0.8:
                self._change()
            if self._draw.random() < 1 / 60:
                self._tell(self._draw.random() < 0.6)
            time.sleep(step * (0.5 + self._draw.random()))
        self._tell(True)

    # --- what a shop does -----------------------------------------------------------------

    def _place(self) -> None:
        draw = self._draw
        counter = self.shop.slug == COUNTER
        (role,) = draw.choices(_ROLES, _COUNTER_ODDS if counter else _ROLE_ODDS)
        paid = role == "refunds" or (role in ("any", "edits") and draw.random() < 0.5)
        wish: Doc = {"status": "processing" if paid else "pending"}
        if counter:
            wish["foreign"] = False  # its accounts take Australian dollars
        basket = None
        if role in ("edits", "parts", "refunds", "overpaid"):
            basket = draw.choice(PLAIN)
            wish |= {"items": basket, "coupon": "", "foreign": False, "shipping": "flat"}
        answer = self._ask("orders", wish)
        if answer is not None:
            (made,) = answer["ids"]
            self._book.append(Order(made, role, paid, basket))
            self.log.note("shop", "placed", shop=self.shop.slug, order=made, role=role)

    def _change(self) -> None:
        open_orders = [one for one in self._book if not one.done]
        if not open_orders:
            return
        # Recent ones as a rule: their first documents may be on their way.
        recent = open_orders[-12:] if self._draw.random() < 0.6 else open_orders
        one = self._draw.choice(recent)
        verb, body = self._verb(one)
        if verb and self._ask(f"orders/{one.id}" + f"/{verb}" * (verb != "set"), body) is not None:
            self._remember(one, verb, body)
            self.log.note("shop", verb if verb != "set" else "part paid",
                          shop=self.shop.slug, order=one.id, **body)  # fmt: skip

    def _verb(self, one: Order) -> tuple[str, Doc]:
        draw = self._draw
        if one.held:
            return "unhold", {}
        if one.role == "cancels":
            return "cancel", {}
        if one.role == "edits" and draw.random() < 0.7 and (found := baskets(one)):
            return "edit", {"items": draw.choice(found)}
        if one.role == "refunds" and one.paid:
            what = draw.choice(({}, {"items": {one.basket[0][0]: 1}}, {"items": {}, "shipping": 4}))  # type: ignore[index]
            return "refund", what
        if one.role in ("parts", "overpaid") and not one.paid:
            return self._part(one)
        if not one.paid:
            if one.role == "any" and draw.random() < 0.15:
                return "hold", {}
            return "pay", {}
        return "ship", {}

    def _part(self, one: Order) -> tuple[str, Doc]:
        """Half of the money has come in, and the next time the rest; or 5.00 too much at once."""
        order = reading.order_of(self.shop, one.id, self._session)
        if order is None:
            return "", {}
        total, paid = Decimal(order["grand_total"]), Decimal(order.get("total_paid") or 0)
        now = total if paid else (total / 2).quantize(Decimal("0.01"))
        if one.role == "overpaid":
            now = total + 5
        payment = order["payment"] | {"amount_paid": float(now), "base_amount_paid": float(now)}
        rest = float(total - now)
        changes = {
            "total_paid": float(now), "base_total_paid": float(now), "total_due": rest,
            "base_total_due": rest, "payment": json.loads(json.dumps(payment, default=float)),
        }  # fmt: skip
        one.done = now >= total
        return "set", changes

    def _remember(self, one: Order, verb: str, body: Doc) -> None:
        if verb == "edit":
            one.basket = body["items"]
            one.done = self._draw.random() < 0.3
        elif verb == "pay":
            one.paid = True
        elif verb in ("hold", "unhold"):
            one.held = verb == "hold"
        elif verb == "refund":
            one.done = not body or self._draw.random() < 0.4
        elif verb in ("cancel", "ship"):
            one.done = True

    def _tell(self, aloud: bool) -> None:
        """Whether changes are told by hooks, or are left for the next poll to find."""
        body = {"url": self.hook if aloud else "", "secret": self.shop.hook_secret}
        self._ask("hooks", body)
        self.log.note("shop", "hooks on" if aloud else "hooks off", shop=self.shop.slug)

    def _ask(self, path: str, body: Doc) -> Doc | None:
        """The shop's answer; None where the order's state forbids it."""
        answer = self._session.post(f"{self.shop.url}/_sandbox/{path}", json=body, timeout=30)
        if answer.status_code == 400:
            return None
        answer.raise_for_status()
        return {} if not isinstance(found := answer.json(), dict) else found


@dataclass
class Script:
    """A real shop's own program, which drives it; it must end by itself with 0."""

    shop: Shop
    command: str
    orders: int
    seconds: float
    seed: int
    log: Log
    error: str = ""

    def start(self) -> None:
        environment = os.environ | {
            "SHOP_URL": self.shop.url, "ORDERS": str(self.orders), "SEED": str(self.seed),
            "SECONDS": str(self.seconds),
        }  # fmt: skip
        self._process = subprocess.Popen(
            [self.command], env=environment, stdout=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            verb, _, order = line.strip().rpartition(" ")
            if verb and order.isdigit():
                self.log.note("shop", verb, shop=self.shop.slug, order=int(order))

    def join(self, seconds: float) -> None:
        try:
            if status := self._process.wait(seconds):
                self.error = f"{self.command} ended with {status}"
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.error = f"{self.command} did not end"


def baskets(one: Order) -> list[list[tuple[str, int]]]:
    """What an order may be edited to. One that is paid only becomes dearer: a credit that is left
    open is for a person to decide, and no rest."""
    at = PLAIN.index(one.basket or [])
    return PLAIN[at + 1 :] if one.paid else PLAIN[:at] + PLAIN[at + 1 :]


def demo(orders: int) -> list[Shop]:
    """Three shops that share so many orders; two of them post to one organisation."""
    counter, british = orders // 10, orders * 3 // 10
    return [
        Shop("au", "Demo Company (AU)", orders - british - counter, free_port(),
             ("--profile", "au", "--prices", "inclusive", "--seed", "1")),
        Shop("uk", "Demo Company (UK)", british, free_port(),
             ("--profile", "uk", "--prices", "exclusive", "--seed", "2")),
        Shop(COUNTER, "Demo Company (AU)", counter, free_port(),
             ("--profile", "au", "--prices", "inclusive", "--seed", "3", "--foreign", "0")),
    ]  # fmt: skip


def process(shop: Shop, orders: int, hook: str, *, log: Any) -> Process:
    """The demo shop as a process, with so many orders of the past 30 days."""
    options = (
        "--port", str(shop.port), "--orders", str(orders), "--no-refunds", "--hook", hook,
        *shop.options,
    )  # fmt: skip
    return Process(
        f"shop-{shop.slug}", python("-m", f"sandbox.{shop.platform}", *options), log=log,
        env={"HOOK_SECRET": shop.hook_secret},
    )  # fmt: skip
