"""The demo shop tells what changed, signed by the documented scheme."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import requests

from sandbox.magento import DemoShop
from tests.conftest import Answer, reply

SECRET = "s3cr3t"


def until(done: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_every_change_is_told_once_and_signed(serve: Callable[[Answer], str]) -> None:
    told: list[dict[str, Any]] = []

    def take(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        stamp = handler.headers["X-Timestamp"]
        assert abs(int(stamp) - time.time()) < 60
        expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        assert handler.headers["X-Signature"] == expected.hexdigest()
        told.append(json.loads(body))
        reply(handler, b"")

    with DemoShop(orders=2) as shop:
        order = shop.place_order(items=[("MUG-STN", 2)], status="pending", coupon="")
        control = f"{shop.url}/_sandbox"
        point = {"url": serve(take), "secret": SECRET}
        requests.post(f"{control}/hooks", json=point, timeout=5).raise_for_status()
        number = order["entity_id"]
        requests.post(f"{control}/orders/{number}/pay", timeout=5).raise_for_status()
        requests.post(f"{control}/orders/{number}/refund", timeout=5).raise_for_status()
        requests.post(f"{control}/products", json={"sku": "MUG-STN", "price": 9}, timeout=5)
        requests.post(f"{control}/stock", json={"sku": "MUG-STN", "quantity": 3}, timeout=5)
        until(lambda: len(told) == 4)
        calls = [call.pop("call") for call in told]
        assert told == [
            {"orders": [number]}, {"refunds": [1]}, {"products": ["MUG-STN"]},
            {"stock": ["MUG-STN"]},
        ]  # fmt: skip
        assert len(set(calls)) == 4
        until(lambda: shop.hooks.sent == 4)
        shop.hooks.point("", "")
        shop.place_order()
        assert shop.hooks.counts() == {"url": "", "sent": 4, "failed": 0}


def test_a_call_that_is_not_taken_is_tried_a_few_times(
    serve: Callable[[Answer], str],
) -> None:
    answers = [503, 200, 503, 503, 503]
    asked: list[int] = []

    def refuse(handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers["Content-Length"]))
        asked.append(answers[len(asked)])
        reply(handler, b"", status=asked[-1])

    with DemoShop() as shop:
        shop.hooks.pace = replace(shop.hooks.pace, pause_seconds=0.01)
        shop.hooks.point(serve(refuse), SECRET)
        shop.add_orders(2)
        until(lambda: shop.hooks.sent + shop.hooks.failed == 2)
        assert (shop.hooks.sent, shop.hooks.failed, asked) == (1, 1, answers)
