"""OpenCart shops that sell while everything fails: the demo shop, or a real one.

A demo shop is driven over its control address, a real one by a program of its own (`shops.py`).
Orders of both are read by a client of the extension's protocol that shares nothing with the
adapter, and what they must come to is summed from the rows of their totals.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests

from connector.demo.remotes import Shop
from connector.lib import clock
from connector.processes.ports import free_port
from stores.adapters.opencart.pairing import read_code
from tests.chaos import checking
from tests.chaos.expecting import Expected, Rules, Told, cents
from tests.chaos.shops import PLAIN, Doc, Driver, Order, baskets
from tests.sandbox.opencart.extension import signature
from tests.sync.naive_books import ZERO

_PAGE = 100
# Money in these rows of the total is there already, and is received like any other.
_TENDERS = {"voucher": "835", "credit": "836"}
_PAID, _GONE, _REFUNDED = ("2", "3", "5", "15"), ("7", "8", "10", "14", "16"), "11"
_ROLES = ("any", "edits", "refunds", "cancels")
_ROLE_ODDS = (30, 30, 20, 20)


@dataclass
class OpenCartDriver(Driver):
    """Places and changes the orders of one demo shop. One that is paid only becomes dearer: an
    open credit is for a person to decide, and no rest."""

    def _place(self) -> None:
        draw = self._draw
        (role,) = draw.choices(_ROLES, _ROLE_ODDS)
        paid = role == "refunds" or (role in ("any", "edits") and draw.random() < 0.5)
        wish: Doc = {"status": "processing" if paid else "pending"}
        basket = None
        if role in ("edits", "refunds"):
            basket = draw.choice(PLAIN)
            wish |= {"items": basket, "coupon": "", "foreign": False, "shipping": "flat"}
        answer = self._ask("orders", wish)
        if answer is not None:
            (made,) = answer["ids"]
            self._book.append(Order(made, role, paid, basket))
            self.log.note("shop", "placed", shop=self.shop.slug, order=made, role=role)

    def _verb(self, one: Order) -> tuple[str, Doc]:
        draw = self._draw
        if one.role == "cancels":
            return "cancel", {}
        if one.role == "edits" and draw.random() < 0.7 and (found := baskets(one)):
            return "edit", {"items": draw.choice(found)}
        if one.role == "refunds":
            return "refund", {}
        if draw.random() < 0.2:
            return "comment", {"text": "Called the customer."}
        return "status", {"status": "shipped" if one.paid else "processing"}

    def _remember(self, one: Order, verb: str, body: Doc) -> None:
        super()._remember(one, verb, body)
        if verb == "status":
            one.done = one.paid
            one.paid = True


def demo(orders: int) -> list[Shop]:
    """Two shops, of OpenCart 3 and 4, that share so many orders."""
    return [
        Shop("oc3", "Demo Company (AU)", orders - orders // 2, free_port(),
             ("--profile", "au", "--prices", "inclusive", "--seed", "1", "--version", "3"),
             "opencart"),
        Shop("oc4", "Demo Company (UK)", orders // 2, free_port(),
             ("--profile", "uk", "--prices", "exclusive", "--seed", "2", "--version", "4"),
             "opencart"),
    ]  # fmt: skip


def keys(shop: Shop) -> Doc:
    """Key and secret: a demo shop's own, a real one's of the code in SHOP_PAIRING."""
    if not shop.port:
        return dict(read_code(os.environ["SHOP_PAIRING"]).credentials)
    answer = requests.get(f"{shop.url}/_sandbox/state", timeout=30)
    answer.raise_for_status()
    return dict(answer.json()["credentials"])


def introduce(shop: Shop, hook: str) -> None:
    """Tell a real shop where its changes are to be told."""
    _call(shop, "pair", callback=hook, app=hook, store=shop.slug, reach=False)


def told_by(shop: Shop, rules: Rules) -> Iterator[Told]:
    """Every order of the shop with what must stand in the books of it."""
    after = 0
    while True:
        answer = _call(shop, "orders", after_id=after, limit=_PAGE)
        for record in answer["orders"]:
            after = int(record["order"]["order_id"])
            wanted = expected(record, rules)
            yield Told(
                after, wanted, [f"{after}-1-over", wanted.key],
                list(checking.comments({"status_histories": record["order_history"]}, wanted.key)),
            )  # fmt: skip
        if not answer["more"]:
            return


def expected(record: Doc, rules: Rules) -> Expected:
    """Of one order in the rows of OpenCart's tables."""
    head = record["order"]
    key, number, email = f"{rules.prefix}{head['order_id']}", str(head["order_id"]), head["email"]
    rate, status = Decimal(head["currency_value"]), str(head["order_status_id"])
    total = cents(Decimal(head["total"]) * rate)
    rows = [(row["code"], cents(Decimal(row["value"]) * rate)) for row in record["order_total"]]
    tenders = {code: -sum((value for row, value in rows if row == code), ZERO) for code in _TENDERS}
    net = total + sum(tenders.values(), ZERO)
    if not net or status in _GONE:
        return Expected(key, number, email, sold=False)
    sums = Expected(key, number, email).sums
    tax = sum((value for code, value in rows if code == "tax"), ZERO)
    account = rules.account(_method(head))
    received = total if status in (*_PAID, _REFUNDED) else ZERO
    sums[f"in {account}"] += received
    for code, amount in tenders.items():
        sums[f"in {_TENDERS[code]}"] += amount
    if status == _REFUNDED:
        sums[f"out {account}"] += received
        return Expected(key, number, email, sums)
    eco = sum((value for name, value in _taxes(record, rate) if name.startswith("Eco")), ZERO)
    sums["net"], sums["tax"] = net, tax - eco
    sums["receivable"] = total - received
    return Expected(key, number, email, sums)


def _taxes(record: Doc, rate: Decimal) -> Iterator[tuple[str, Decimal]]:
    for row in record["order_total"]:
        if row["code"] == "tax":
            yield str(row["title"]), cents(Decimal(row["value"]) * rate)


def _method(head: Doc) -> str:
    """`bank_transfer`, also of the JSON that version 4 has in its place."""
    text = str(head.get("payment_code") or "")
    if not text and str(head.get("payment_method", "")).startswith("{"):
        text = str(json.loads(head["payment_method"]).get("code", ""))
    return text.partition(".")[0]


def _call(shop: Shop, name: str, **parameters: Any) -> Doc:
    given, body = keys(shop), json.dumps({"call": name, **parameters}).encode()
    stamp, nonce = str(int(clock.timestamp())), secrets.token_hex(16)
    signed = signature(given["secret"], "connector-request-1", stamp, nonce, body=body)
    address = f"{shop.url}/index.php?route=extension/xero_connector/api"
    answer = requests.post(address, data=body, timeout=60, headers={
        "X-Connector-Key": given["key"], "X-Connector-Timestamp": stamp,
        "X-Connector-Nonce": nonce, "X-Connector-Signature": signed,
    })  # fmt: skip
    answer.raise_for_status()
    return dict(answer.json())
