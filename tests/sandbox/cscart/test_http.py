"""The demo shop's REST API: addresses, keys, lists, records, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox.cscart import DemoShop
from sandbox.cscart.shop import API_KEY, EMAIL
from sandbox.shop.made_up.demand import Plan

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
KEYS = (EMAIL, API_KEY)


@pytest.fixture(scope="module")
def shop() -> Iterator[DemoShop]:
    with DemoShop(orders=40, epoch=EPOCH, plan=Plan(coupons=0.5), with_refunds=True) as running:
        yield running


def get(shop: DemoShop, path: str, **query: Any) -> Any:
    answer = requests.get(f"{shop.url}/api/2.0/{path}", params=query, auth=KEYS, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def put(shop: DemoShop, path: str, body: Any, **more: Any) -> requests.Response:
    return requests.put(
        f"{shop.url}/api/2.0/{path}", data=json.dumps(body), auth=KEYS, timeout=10,
        **{"headers": {"Content-Type": "application/json"}} | more,
    )  # fmt: skip


def ids(answer: Any) -> list[int]:
    return [int(row["order_id"]) for row in answer["orders"]]


@pytest.mark.parametrize(
    "address",
    ["/api/2.0/orders/3", "/api/2/orders/3", "/api/orders/3", "/api.php?_d=orders/3&ajax_custom=1"],
)
def test_one_order_has_several_addresses(shop: DemoShop, address: str) -> None:
    answer = requests.get(f"{shop.url}{address}", auth=KEYS, timeout=10)

    assert answer.json()["order_id"] == "3"


def test_without_rewriting_there_is_one_address_only() -> None:
    with DemoShop(orders=3, epoch=EPOCH, rewrites=False) as shop:
        short = requests.get(f"{shop.url}/api/2.0/orders", auth=KEYS, timeout=10)
        long = requests.get(f"{shop.url}/api.php?_d=orders", auth=KEYS, timeout=10)

    assert (short.status_code, short.text[:1]) == (404, "<")
    assert len(long.json()["orders"]) == 3


def test_rows_lack_lines_and_taxes_and_numbers_are_text(shop: DemoShop) -> None:
    answer = get(shop, "orders", items_per_page=7, page=2)
    row = answer["orders"][0]

    assert len(answer["orders"]) == 7
    assert (answer["params"]["total_items"], answer["params"]["page"]) == ("40", 2)
    assert not {"products", "taxes", "shipping"} & row.keys()
    assert all(isinstance(row[key], str) for key in ("order_id", "total", "timestamp"))
    assert len(get(shop, "orders")["orders"]) == 10
    newest = ids(get(shop, "orders", items_per_page=100))
    assert newest == sorted(newest, reverse=True)
    assert ids(get(shop, "orders", items_per_page=100, sort_order="asc")) == newest[::-1]


def test_the_list_is_asked_by_what_is_documented_and_ignores_the_rest(shop: DemoShop) -> None:
    every = get(shop, "orders", items_per_page=100)["orders"]
    complete = [int(row["order_id"]) for row in every if row["status"] == "C"]
    one = every[5]

    assert ids(get(shop, "orders", items_per_page=100, status="C")) == complete
    mail = get(shop, "orders", items_per_page=100, email=one["email"])
    assert {row["email"] for row in mail["orders"]} == {one["email"]}
    placed = get(shop, "orders", period="C", time_from=one["timestamp"], time_to=one["timestamp"])
    assert int(one["order_id"]) in ids(placed)
    assert len(get(shop, "orders", updated_at_from=2**33, items_per_page=100)["orders"]) == 40
    assert all(row["company_id"] == "1" for row in get(shop, "stores/1/orders")["orders"])


def test_where_it_knows_changes_the_list_is_asked_by_them() -> None:
    with DemoShop(orders=12, epoch=EPOCH, knows_changes=True) as shop:
        at = shop.stamp()
        shop.set_status(shop.id_of(shop.orders[2]), "I")

        assert ids(get(shop, "orders", updated_at_from=at)) == [shop.id_of(shop.orders[2])]
        assert ids(get(shop, "orders", updated_at_from=2**33)) == []


def test_empty_objects_are_lists_and_an_older_version_writes_otherwise(shop: DemoShop) -> None:
    orders = [get(shop, f"orders/{shop.id_of(one)}") for one in shop.orders]
    untaxed = [one for one in orders if one["taxes"] == []]
    plain = [one for one in orders if one["promotions"] == []]

    assert untaxed
    assert plain
    assert all("coupons" not in one for one in plain)
    assert all(isinstance(one["shipping"], list) for one in orders)
    assert all("invoice_id" not in one and one["updated_at"] for one in orders)
    with DemoShop(orders=20, epoch=EPOCH, version="4.3", tax_calculation="subtotal") as old:
        older = [get(old, f"orders/{old.id_of(one)}") for one in old.orders]
    assert not any("updated_at" in one for one in older)
    assert {type(one["shipping"]) for one in older} <= {dict, list}
    sent = next(one for one in older if isinstance(one["shipping"], dict))
    assert "rates" in next(iter(sent["shipping"].values()))
    assert any(one["doc_ids"] for one in older)


@pytest.mark.parametrize(
    ("call", "status", "message"),
    [
        (lambda s: requests.get(f"{s.url}/api/2.0/orders", timeout=10), 401, "Unauthorized"),
        (lambda s: requests.get(f"{s.url}/api/2.0/orders", auth=(EMAIL, "x"), timeout=10), 401,
         "Unauthorized"),
        (lambda s: requests.get(f"{s.url}/api/2.0/orders/999", auth=KEYS, timeout=10), 404,
         "does not exist"),
        (lambda s: requests.get(f"{s.url}/api/2.0/nothing", auth=KEYS, timeout=10), 404,
         "no such object"),
        (lambda s: requests.post(f"{s.url}/api/2.0/orders", auth=KEYS, timeout=10), 405, "POST"),
        (lambda s: put(s, "orders/3", {"status": "C"}, headers={}), 415, "text/plain"),
        (lambda s: put(s, "orders/3", {"status": "c"}), 400, "no such status"),
        (lambda s: put(s, "orders/3", {"status": "C", "total": "1"}), 400, "total would change"),
        (lambda s: put(s, "orders/3", ["C"]), 400, "no JSON object"),
        (lambda s: put(s, "products/1", {"price": 3}), 400, "only the amount"),
        (lambda s: put(s, "users/1", {"email": "x"}), 405, "PUT"),
    ],
)  # fmt: skip
def test_what_is_refused_changes_nothing(
    shop: DemoShop, call: Any, status: int, message: str
) -> None:
    before = json.dumps(shop.order(3)), shop.catalogue.products[1].amount

    answer = call(shop)

    assert answer.status_code == status
    assert message in answer.json()["message"]
    assert (json.dumps(shop.order(3)), shop.catalogue.products[1].amount) == before


def test_a_right_that_is_not_given_is_refused(shop: DemoShop) -> None:
    shop.forbidden = {"taxes"}
    try:
        answer = requests.get(f"{shop.url}/api/2.0/taxes", auth=KEYS, timeout=10)
    finally:
        shop.forbidden = set()
    assert (answer.status_code, answer.json()["message"]) == (403, "Access denied")


def test_faults_wait_as_they_say(shop: DemoShop) -> None:
    shop.fail("throttled", match="orders/3", retry_after=7)
    shop.fail("error", match="users", status=503, retry_after=30)

    busy = requests.get(f"{shop.url}/api.php?_d=orders/3", auth=KEYS, timeout=10)
    closed = requests.get(f"{shop.url}/api/2.0/users", auth=KEYS, timeout=10)

    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "7")
    assert (closed.status_code, closed.headers["Retry-After"]) == (503, "30")
    assert get(shop, "orders/3")["order_id"] == "3"


def test_people_see_its_orders(shop: DemoShop) -> None:
    home = requests.get(f"{shop.url}/", timeout=10)
    page = requests.get(f"{shop.url}/orders/3", timeout=10)

    assert "Order" in home.text
    assert shop.order(3)["email"] in page.text


def test_another_process_may_do_to_orders_what_staff_do(shop: DemoShop) -> None:
    number = next(shop.id_of(one) for one in shop.orders if one["status"] == "C"
                  and one["subtotal"] > 20)  # fmt: skip
    before = float(shop.order(number)["total"])
    act = f"{shop.url}/_sandbox/orders/{number}"

    assert requests.post(f"{act}/lower", json={"amount": "2"}, timeout=10).status_code == 200
    assert float(shop.order(number)["total"]) < before
    assert requests.post(f"{act}/refund", json={}, timeout=10).json()["status"] == "R"
    state = requests.get(f"{shop.url}/_sandbox/state", timeout=10).json()
    assert state["credentials"] == {"email": EMAIL, "api_key": API_KEY}
