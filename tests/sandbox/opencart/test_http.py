"""The extension's address: who is let in, what is refused, and how it is read in pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.opencart import DemoShop
from sandbox.shop.made_up.demand import Plan
from tests.sandbox.opencart.extension import call, headers, read, send

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
PROBE = b'{"call":"probe"}'


@pytest.fixture
def shop() -> Iterator[DemoShop]:
    with DemoShop(orders=30, plan=Plan(seed=4), epoch=EPOCH) as running:
        yield running


def ids(orders: list[Any]) -> list[int]:
    return [int(one["order"]["order_id"]) for one in orders]


# --- who is let in --------------------------------------------------------------------------


def test_a_signed_call_is_answered_once(shop):
    given = headers(shop, PROBE)
    assert send(shop, PROBE, given).status_code == 200
    copied = send(shop, PROBE, given)
    assert (copied.status_code, copied.json()["error"]["code"]) == (401, "replayed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "0" * 64}, "bad_signature"),
        ({"key": "0" * 32}, "bad_signature"),
        ({"nonce": "short"}, "bad_signature"),
        ({"timestamp": "1700000000"}, "bad_timestamp"),
    ],
)
def test_a_wrong_key_signature_or_time_is_refused(shop, changes, code):
    body = json.dumps({"call": "set_status", "order_id": 1, "status_id": 7}).encode()
    before = shop.order(1)["order"]["order_status_id"]
    answer = send(shop, body, headers(shop, body, **changes))
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)
    assert ("X-Connector-Answer" in answer.headers) == (code == "bad_timestamp")
    assert shop.order(1)["order"]["order_status_id"] == before


def test_a_body_changed_on_its_way_is_refused(shop):
    assert send(shop, b'{"call":"orders"}', headers(shop, PROBE)).status_code == 401


def test_what_is_no_call_is_refused_by_its_own_code(shop):
    refused = {
        b"[]": (400, "bad_body"),
        b"{": (400, "bad_body"),
        b'{"call":"drop"}': (404, "unknown_call"),
        b'{"call":["orders"]}': (404, "unknown_call"),
        b" " * 262_145: (413, "too_long"),
    }
    for body, (status, code) in refused.items():
        answer = send(shop, body, headers(shop, body))
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert send(shop, PROBE, headers(shop, PROBE), "GET").status_code == 405
    assert requests.post(f"{shop.url}/index.php?route=common/home", timeout=5).status_code == 404


def test_an_extension_that_is_switched_off_says_so(shop):
    shop.keys.on = False
    assert call(shop, "probe", status=403)["error"]["code"] == "switched_off"


@pytest.mark.parametrize(
    ("name", "parameters", "field"),
    [
        ("orders", {}, "by"),
        ("orders", {"by": "colour"}, "by"),
        ("orders", {"by": "changed", "limit": 101}, "limit"),
        ("orders", {"by": "changed", "since": "2026-13-01 00:00:00"}, "since"),
        ("orders", {"by": "changed", "after": {"moment": "2026-11-01 00:00:00"}}, "after.id"),
        ("orders", {"ids": []}, "ids"),
        ("orders", {"ids": [1, "' OR 1=1"]}, "ids.1"),
        ("orders", {"by": "changed", "colour": "red"}, "colour"),
        ("customers", {"by": "changed"}, "by"),
        ("set_status", {"order_id": 1, "status_id": 99}, "status_id"),
        ("set_stock", {"items": [{"sku": "MUG-STN", "quantity": "many"}]}, "items.0.quantity"),
        ("sync_states", {"states": [{"kind": "order", "id": 1, "state": "lost"}]},
         "states.0.state"),
        ("pair", {"callback": "ftp://x", "app": "http://x", "store": "s"}, "callback"),
    ],
)  # fmt: skip
def test_a_bad_parameter_is_named(shop, name, parameters, field):
    error = call(shop, name, status=422, **parameters)["error"]
    assert (error["code"], error["field"]) == ("bad_parameter", field)


# --- pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["changed", "placed"])
def test_pages_give_every_order_once_where_many_have_one_moment(shop, by):
    moment = "2026-10-20 12:00:00"
    for number in ids(call(shop, "orders", by="changed")["orders"]):
        shop.order(number)["order_history"].clear()
        shop.update_order(number, date_added=moment, date_modified=moment)
    found = [number for page in read(shop, limit=7, by=by) for number in ids(page)]
    assert found == sorted(shop.id_of(order) for order in shop.orders)
    assert len(found) == 30


def test_an_order_that_changes_between_pages_comes_again_and_none_is_missed(shop):
    seen: list[int] = []
    for position, page in enumerate(read(shop, limit=7)):
        seen += ids(page)
        if position == 1:
            shop.comment(seen[0], "Called the customer.")
    assert seen[-1] == seen[0]
    assert set(seen) == {shop.id_of(order) for order in shop.orders}


def test_a_span_holds_both_its_ends_and_counts_what_it_lists(shop):
    listed = call(shop, "orders", by="changed")["orders"]
    since, until = listed[4]["x_changed"], listed[9]["x_changed"]
    found = call(shop, "orders", by="changed", since=since, until=until)["orders"]
    assert ids(found) == ids(listed[4:10])
    assert call(shop, "count", by="changed", since=since, until=until) == {"count": 6}


def test_a_moment_that_did_not_move_is_found_by_ids(shop):
    last = call(shop, "orders", by="changed", limit=1)["last_id"]
    added = shop.place_order(items=[("MUG-STN", 1)], created_at=datetime(2020, 1, 1, tzinfo=UTC))
    behind = call(shop, "orders", after_id=last, limit=10)
    assert ids(behind["orders"]) == [shop.id_of(added)]
    assert behind["last_id"] == shop.id_of(added)


def test_checkouts_that_nobody_finished_are_given_by_id_only(shop):
    given_up = shop.id_of(shop.place_order(items=[("MUG-STN", 1)], status="abandoned"))
    assert given_up not in ids(call(shop, "orders", by="changed")["orders"])
    (told,) = call(shop, "orders", ids=[given_up])["orders"]
    assert (told["order"]["order_status_id"], told["order_history"]) == ("0", [])
    assert call(shop, "add_comment", status=422, order_id=given_up, comment="x")["error"][
        "code"
    ] == "not_placed"  # fmt: skip


def test_a_deleted_order_is_told_as_it_was(shop):
    number = shop.id_of(shop.orders[3])
    total = shop.order(number)["order"]["total"]
    shop.delete(number)
    assert number not in ids(call(shop, "orders", by="changed")["orders"])
    (told,) = call(shop, "orders", ids=[number])["orders"]
    assert told["order"]["total"] == total
    assert told["x_deleted"] == told["x_changed"]


def test_events_are_told_once_they_have_settled(shop):
    shop.set_status(shop.id_of(shop.orders[0]), "canceled")
    shop.change_product("MUG-STN", price=21)
    assert call(shop, "events", after=0) == {"events": [], "last": 0, "more": False}
    shop.clock_skew = timedelta(seconds=3)
    told = call(shop, "events", after=0, limit=1)
    assert [(one["kind"], one["what"]) for one in told["events"]] == [("order", "changed")]
    assert told["more"]
    rest = call(shop, "events", after=told["last"])
    assert [one["kind"] for one in rest["events"]] == ["product"]
    assert call(shop, "probe")["last_event"] == rest["last"] == 2


def test_an_order_is_found_by_its_number_and_by_that_of_its_invoice(shop):
    head = next(one["order"] for one in shop.orders if one["order"]["invoice_no"] != "0")
    for number in (head["order_id"], head["invoice_prefix"] + head["invoice_no"]):
        (found,) = call(shop, "orders", number=number)["orders"]
        assert found["order"]["order_id"] == head["order_id"]
    assert call(shop, "orders", number="%")["orders"] == []


def test_products_customers_and_stock_are_whole(shop):
    products = call(shop, "products", by="changed")["products"]
    assert {one["sku"] or one["model"] for one in products} >= {"MUG-STN", "GUIDE-PDF", "TEE"}
    (tee,) = [one for one in products if one["sku"] == "TEE"]
    assert [option["value"] for option in tee["options"]] == ["S", "M", "L", "XL"]
    customers = call(shop, "customers", by="placed")["customers"]
    registered = {one["order"]["customer_id"] for one in shop.orders} - {"0"}
    assert {one["customer_id"] for one in customers} == registered
    assert all(one["addresses"][0]["iso_code_2"] for one in customers)
    stock = call(shop, "stock", skus=["MUG-STN", "TEE"])["stock"]
    assert [one["has_options"] for one in stock] == [False, True]
    first = call(shop, "stock", limit=2)
    rest = call(shop, "stock", after=first["stock"][-1]["product_id"])
    assert len(first["stock"]) + len(rest["stock"]) == len(products)


# --- what people see, what goes wrong -------------------------------------------------------


def test_a_person_sees_the_orders_and_one_of_them(shop):
    page = requests.get(shop.url, timeout=5).text
    assert "30 orders, the newest 30 here" in page
    link = re.search(r'href="(/orders/\d+)"', page)
    assert link is not None
    assert "Sub-Total" in requests.get(f"{shop.url}{link[1]}", timeout=5).text


def test_a_fault_hits_the_call_that_it_names(shop):
    shop.fail("error", match="orders", status=500)
    assert call(shop, "probe")["protocol"] == 1
    body = b'{"call":"orders","by":"changed"}'
    assert send(shop, body, headers(shop, body)).status_code == 500
    assert send(shop, body, headers(shop, body)).status_code == 200


def test_the_oldest_order_changes_between_pages_when_that_is_switched_on(shop):
    shop.fail("update_between_pages", match="orders", after=1)
    seen = [number for page in read(shop, limit=10) for number in ids(page)]
    assert seen.count(seen[0]) == 2


@pytest.mark.parametrize("version", ["3", "4.0", "4"])
def test_the_same_seed_and_epoch_make_the_same_shop(version):
    plan = Plan(seed=9, foreign=0.2)
    one, same = (DemoShop(orders=60, plan=plan, epoch=EPOCH, version=version) for _ in range(2))
    other = DemoShop(orders=60, plan=Plan(seed=10), epoch=EPOCH, version=version)
    assert one.orders == same.orders
    assert one.orders != other.orders
