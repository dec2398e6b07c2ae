"""What is done to orders and goods, by the connector and by staff, and who hears of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests

from sandbox.opencart import DemoShop
from sandbox.opencart.__main__ import build
from sandbox.shop.made_up.demand import Plan
from sandbox.shop.refusals import NotPossible
from sandbox.shop.serving.process import arguments
from tests.conftest import Answer, reply
from tests.sandbox.opencart.extension import call

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(params=["3", "4"])
def shop(request: pytest.FixtureRequest) -> Iterator[DemoShop]:
    with DemoShop(orders=20, epoch=EPOCH, version=request.param) as running:
        yield running


def control(shop: DemoShop, path: str, body: object = None) -> Any:
    return requests.post(f"{shop.url}/_sandbox/{path}", json=body, timeout=10)


class Connector:
    """Takes the shop's calls, and answers greetings and wishes."""

    def __init__(self, store: str = "demo") -> None:
        self.store = store
        self.told: list[dict[str, Any]] = []
        self.signed: list[bool] = []
        self.secret = b""
        self.heard = threading.Event()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        stamp = str(handler.headers["X-Timestamp"]).encode()
        expected = hmac.new(self.secret, stamp + b"." + body, hashlib.sha256).hexdigest()
        self.signed.append(handler.headers["X-Signature"] == expected)
        said = json.loads(body)
        self.told.append(said)
        done = [{"id": one, "did": "Synced."} for one in said.get("ids", [])]
        answer = {"hello": said.get("hello"), "store": self.store, "done": done}
        self.heard.set()
        reply(handler, json.dumps(answer).encode())


@pytest.fixture
def connector(shop: DemoShop, serve: Callable[[Answer], str]) -> Connector:
    """A connector that the shop is paired with."""
    made = Connector()
    secret = shop.keys.credentials.secret.encode()
    made.secret = hmac.new(secret, b"hooks", hashlib.sha256).hexdigest().encode()
    answer = call(shop, "pair", callback=serve(made), app="http://app.example.com", store="demo")
    assert answer == {"reached": True, "error": "", "status": 200}
    made.heard.clear()
    return made


def test_a_status_and_a_comment_are_written_and_told(shop):
    number = shop.id_of(shop.place_order(items=[("MUG-STN", 1)], status="pending"))
    told = call(shop, "set_status", order_id=number, status_id=5, comment="In Xero: INV-1")
    assert (told["status"], told["x_status_name"], told["comments"][-1]) == (
        "5", "Complete", "In Xero: INV-1",
    )  # fmt: skip
    told = call(shop, "add_comment", order_id=number, comment="Paid <b>")
    assert (told["status"], told["comments"][-2:]) == ("5", ["In Xero: INV-1", "Paid <b>"])
    assert call(shop, "order_condition", order_id=number) == told
    assert call(shop, "order_condition", status=404, order_id=9999)["error"]["code"] == "not_found"


def test_a_status_moves_the_orders_moment_though_version_4_leaves_its_row(shop):
    number = shop.id_of(shop.orders[0])
    before = dict(shop.order(number)["order"])
    call(shop, "set_status", order_id=number, status_id=7)
    (told,) = call(shop, "orders", ids=[number])["orders"]
    moved = told["order"]["date_modified"] != before["date_modified"]
    assert moved == (not shop.version.four)
    assert told["x_changed"] > before["date_modified"]


def test_stock_is_set_by_sku_or_id_but_not_of_sizes_and_twins(shop):
    shop.change_product("NEW-1")
    shop.change_product("NEW-2")
    shop.catalogue.find("NEW-2")[0].row["sku"] = "NEW-1"
    (mug,) = call(shop, "stock", skus=["MUG-STN"])["stock"]
    items = [
        {"sku": "MUG-STN", "quantity": "9"}, {"product_id": int(mug["product_id"]), "quantity": 8},
        {"sku": "TEE", "quantity": "1"}, {"sku": "NEW-1", "quantity": "1"},
        {"sku": "mug-stn", "quantity": "1"},
    ]  # fmt: skip
    done = call(shop, "set_stock", items=items)["items"]
    assert [one.get("code", "") for one in done] == [
        "", "", "has_options", "ambiguous", "not_found",
    ]  # fmt: skip
    assert call(shop, "stock", skus=["MUG-STN"])["stock"][0]["quantity"] == "8"


def test_an_order_takes_its_goods_off_the_stock_and_a_canceled_one_gives_them_back(shop):
    def on_hand() -> int:
        return int(call(shop, "stock", skus=["MUG-STN"])["stock"][0]["quantity"])

    before = on_hand()
    number = shop.id_of(shop.place_order(items=[("MUG-STN", 3)], status="pending"))
    assert on_hand() == before - 3
    control(shop, f"orders/{number}/cancel").raise_for_status()
    assert on_hand() == before


def test_sync_states_are_kept_and_unknown_records_named(shop):
    at = "2026-11-01T10:00:00Z"
    first = shop.id_of(shop.orders[0])
    states = [
        {"kind": "order", "id": first, "state": "in_xero", "number": "INV-1",
         "url": "https://go.xero.com/1", "at": at},
        {"kind": "order", "id": 9999, "state": "held", "reason": "No account.", "at": at},
        {"kind": "product", "id": 1, "state": "waiting", "at": at},
    ]  # fmt: skip
    assert call(shop, "sync_states", states=states) == {"kept": 2, "unknown": [9999]}
    assert shop.sync_states["order", first]["number"] == "INV-1"


def test_a_return_moves_its_order_and_is_refused_beyond_what_was_sold(shop):
    number = shop.id_of(shop.place_order(items=[("MUG-STN", 2)], status="complete"))
    answer = control(shop, f"orders/{number}/give_back", {"sku": "MUG-STN"})
    actions = {
        one["return_action_id"]: one["name"] for one in call(shop, "probe")["return_actions"]
    }
    assert actions[answer.json()["return_action_id"]] == "Refunded"
    (told,) = call(shop, "orders", ids=[number])["orders"]
    assert [row["quantity"] for row in told["return"]] == ["1"]
    refused = control(shop, f"orders/{number}/give_back", {"sku": "MUG-STN", "quantity": 2})
    assert refused.status_code == 400


def test_a_pairing_is_told_by_probe_and_ends(shop, connector):
    told = call(shop, "probe")["paired"]
    assert (told["callback"], told["reached"], told["error"]) == (shop.hooks.url, True, "")
    assert call(shop, "unpair") == {"unpaired": True}
    assert call(shop, "probe")["paired"] is None
    with pytest.raises(NotPossible, match="not paired"):
        shop.ask([1])


def test_a_connector_that_does_not_answer_is_said(shop):
    answer = call(shop, "pair", callback="http://127.0.0.1:9/", app="http://x.example", store="s")
    assert (answer["reached"], answer["status"]) == (False, 0)


def test_a_change_is_hinted_at_and_signed_with_what_follows_from_the_secret(shop, connector):
    number = shop.id_of(shop.orders[0])
    shop.set_status(number, "canceled")
    assert connector.heard.wait(5)
    assert connector.told[-1]["orders"] == [number]
    assert all(connector.signed)


def test_staff_ask_for_orders_and_hear_what_was_done(shop, connector):
    number = shop.id_of(shop.orders[0])
    answer = control(shop, f"orders/{number}/ask", {"ask": "leave_out", "reason": "A test."})
    assert answer.json() == [{"id": number, "did": "Synced."}]
    told = connector.told[-1]
    assert (told["ask"], told["kind"], told["ids"], told["reason"]) == (
        "leave_out", "order", [number], "A test.",
    )  # fmt: skip


def test_its_options_on_a_command_line():
    parser = arguments("shop", None)
    parser.add_argument("--version")
    parser.add_argument("--no-refunds", action="store_true")
    given = ["--orders", "12", "--version", "4", "--profile", "uk", "--prices", "exclusive"]
    made = build(parser.parse_args(given))
    assert (made.version.number, len(made.orders), made.profile.code) == ("4.1.0.4", 12, "uk")
    assert made.plan == Plan(profile="uk", inclusive=False, customers=9, orders_per_customer=12 / 9)
