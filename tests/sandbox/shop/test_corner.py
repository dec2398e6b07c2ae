"""What every demo shop has without writing it: `corner.py` is a whole one on one page."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests

from sandbox.shop.made_up.demand import Demand, Plan, Wish
from sandbox.shop.serving import process
from tests.conftest import Answer, reply
from tests.sandbox.shop.corner import METHODS, CornerShop

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def shop() -> Iterator[CornerShop]:
    with CornerShop(orders=20, epoch=EPOCH) as running:
        yield running


def listed(shop: CornerShop) -> Any:
    answer = requests.get(f"{shop.url}/api/orders?page=1", timeout=5)
    answer.raise_for_status()
    return answer.json()


def control(shop: CornerShop, method: str, path: str, body: object = None) -> requests.Response:
    return requests.request(method, f"{shop.url}/_sandbox/{path}", json=body, timeout=5)


def test_the_same_seed_and_epoch_make_the_same_shop(shop):
    with CornerShop(orders=20, epoch=EPOCH) as other:
        assert listed(other) == listed(shop)
    with CornerShop(orders=20, plan=Plan(seed=2), epoch=EPOCH) as another:
        assert listed(another) != listed(shop)
    assert shop.requests[0] == "GET /api/orders?page=1"


def test_its_customers_are_those_of_any_other_platform_with_that_seed(shop):
    demand = Demand(Plan(), METHODS)
    emails = [demand.purchase(number, Wish()).customer.email for number in range(1, 21)]
    assert [order["email"] for order in listed(shop)] == emails


def test_nothing_happens_to_an_order_after_the_moment_that_is_looked_from():
    demand = Demand(Plan(), METHODS)
    late = EPOCH + timedelta(hours=2)
    for number in range(1, 300):
        fate = demand.fate(number, placed=EPOCH, until=late, method="card", shipped=True)
        moments = (fate.canceled_at, fate.held_at, fate.paid_at, fate.sent_at)
        assert [moment for moment in moments if moment and not EPOCH <= moment <= late] == []
    sent = demand.fate(
        1, placed=EPOCH, until=late, method="bank", shipped=True, wished="complete"
    ).sent_at
    assert sent == late


def test_orders_are_placed_changed_and_refused_from_another_process(shop):
    assert control(shop, "POST", "orders", {"count": 2}).json() == {"ids": [21, 22]}
    wished = {"items": [["MUG-STN", 2]], "payment_method": "cheque"}
    assert control(shop, "POST", "orders", wished).json() == {"ids": [23]}
    assert (listed(shop)[22]["total"], listed(shop)[22]["method"]) == ("49.90", "cheque")
    assert control(shop, "POST", "orders/23/cancel").json()["gone"] is True
    assert control(shop, "POST", "orders/23", {"name": "Other"}).json()["name"] == "Other"
    assert control(shop, "POST", "stock", {"sku": "MUG-STN", "quantity": 3}).json() == 3
    assert control(shop, "GET", "state").json() == {"orders": 23, "credentials": {}, "requests": 2}
    for path, body, status in (
        ("orders/23/melt", {}, 404), ("orders/99/cancel", {}, 404), ("nothing", {}, 404),
        ("orders", [], 400), ("orders", {"colour": "red"}, 400),
        ("stock", {"sku": "NONE", "quantity": 1}, 404),
    ):  # fmt: skip
        assert control(shop, "POST", path, body).status_code == status
    assert len(shop.orders) == 23


def test_what_goes_wrong_is_switched_on_for_it_too(shop):
    for kind, status in (("error", 500), ("throttled", 429), ("bad_gateway", 502)):
        control(shop, "POST", "faults", {"kind": kind, "match": "/api/"}).raise_for_status()
        assert requests.get(f"{shop.url}/api/orders", timeout=5).status_code == status
    shop.fail("truncated")
    with pytest.raises(json.JSONDecodeError):
        listed(shop)
    assert len(listed(shop)) == 20


def test_a_change_is_told_to_an_address(shop, serve: Callable[[Answer], str]):
    told: list[dict[str, Any]] = []
    heard = threading.Event()

    def take(handler: BaseHTTPRequestHandler) -> None:
        told.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
        reply(handler, b"")
        heard.set()

    control(shop, "POST", "hooks", {"url": serve(take), "secret": "s"}).raise_for_status()
    control(shop, "POST", "orders/7/cancel")
    assert heard.wait(5)
    assert told[0]["orders"] == [7]


def test_a_person_sees_its_orders(shop):
    page = requests.get(shop.url, timeout=5)
    assert "20 orders, the newest 20 here" in page.text
    assert requests.get(f"{shop.url}/elsewhere", timeout=5).status_code == 404


def test_its_options_on_a_command_line_are_those_of_all():
    parser = process.arguments("corner", None)
    options = parser.parse_args(
        ["--orders", "10", "--customers", "4", "--seed", "3", "--epoch", "2026-03-01"]
    )
    assert process.plan_of(options) == Plan(seed=3, customers=4, orders_per_customer=2.5)
    assert process.epoch_of(options) == EPOCH
