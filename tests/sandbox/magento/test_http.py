"""The demo Magento shop over HTTP: signatures, searching, paging, errors, writing."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256
from requests_oauthlib import OAuth1

from connector.lib import clock
from sandbox.magento import DemoShop
from sandbox.magento.oauth import base_string
from sandbox.shop.made_up.demand import Plan
from sandbox.shop.serving.process import trickle

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled() -> Iterator[DemoShop]:
    """A shop that tests read only."""
    with DemoShop(orders=60, epoch=EPOCH) as shop:
        paid = [order["entity_id"] for order in shop.orders if order["status"] == "processing"]
        shop.refund(paid[0])
        yield shop


@pytest.fixture
def shop() -> Iterator[DemoShop]:
    """A shop that a test may change."""
    with DemoShop(orders=3, epoch=EPOCH) as shop:
        yield shop


def signer(shop: DemoShop, method: str = SIGNATURE_HMAC_SHA256, **changes: str) -> OAuth1:
    keys = {
        "client_key": shop.credentials.consumer_key,
        "client_secret": shop.credentials.consumer_secret,
        "resource_owner_key": shop.credentials.access_token,
        "resource_owner_secret": shop.credentials.access_token_secret,
    }
    return OAuth1(**(keys | changes), signature_method=method)


def get(shop: DemoShop, path: str, **parameters: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {shop.credentials.access_token}"}
    address = f"{shop.url}/rest/all/V1/{path}"
    return requests.get(address, params=parameters, headers=headers, timeout=5)


def criteria(*groups: list[tuple[str, str, str]], **paging: Any) -> dict[str, Any]:
    """`searchCriteria` for groups of (field, condition, value)."""
    found: dict[str, Any] = {f"searchCriteria[{name}]": value for name, value in paging.items()}
    for at, group in enumerate(groups):
        for position, (field, condition, value) in enumerate(group):
            name = f"searchCriteria[filter_groups][{at}][filters][{position}]"
            found[f"{name}[field]"] = field
            found[f"{name}[condition_type]"] = condition
            found[f"{name}[value]"] = value
    return found or {"searchCriteria": ""}


def ids(answer: requests.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [row["entity_id"] for row in answer.json()["items"]]


# --- signatures ------------------------------------------------------------------------------


def test_signed_request_with_awkward_parameters_is_let_in(filled: DemoShop) -> None:
    wanted = criteria([("customer_lastname", "like", "%O'Brien & Söhne+~ %25%")], pageSize=5)
    address = f"{filled.url}/rest/all/V1/orders"
    answer = requests.get(address, params=wanted, auth=signer(filled), timeout=5)
    assert answer.status_code == 200, answer.text


def test_base_string_is_the_one_of_rfc_5849() -> None:
    text = base_string("get", "http://shop.test/rest", [("b[0]", "x y"), ("a", "1"), ("a", "0")])
    assert text == "GET&http%3A%2F%2Fshop.test%2Frest&a%3D0%26a%3D1%26b%255B0%255D%3Dx%2520y"


@pytest.mark.parametrize(("path", "same"), [("a%20b", True), ("a%2Fb", False), ("%2541", False)])
def test_paths_are_signed_decoded_unless_told_otherwise(path: str, same: bool) -> None:
    """The library signs as RFC 5849 has it; Magento 2.4.7 does so where nothing is decoded."""
    statuses = []
    for rfc in (True, False):
        with DemoShop(epoch=EPOCH, rfc=rfc) as shop:
            address = f"{shop.url}/rest/all/V1/products/{path}"
            statuses.append(requests.get(address, auth=signer(shop), timeout=5).status_code)
    assert statuses == [404, 404 if same else 401]


@pytest.mark.parametrize("part", ["client_secret", "resource_owner_secret"])
def test_wrong_secret_is_an_invalid_signature(filled: DemoShop, part: str) -> None:
    auth = signer(filled, **{part: "wrong"})
    answer = requests.get(f"{filled.url}/rest/all/V1/orders/1", auth=auth, timeout=5)
    assert answer.status_code == 401
    assert answer.json() == {"message": "The signature is invalid. Verify and try again."}


@pytest.mark.parametrize("part", ["client_key", "resource_owner_key"])
def test_wrong_key_is_refused(filled: DemoShop, part: str) -> None:
    auth = signer(filled, **{part: "wrong"})
    answer = requests.get(f"{filled.url}/rest/all/V1/orders/1", auth=auth, timeout=5)
    assert answer.status_code == 401


def test_sha1_is_not_supported(filled: DemoShop) -> None:
    auth = signer(filled, SIGNATURE_HMAC_SHA1)
    answer = requests.get(f"{filled.url}/rest/all/V1/orders/1", auth=auth, timeout=5)
    assert answer.status_code == 400
    expected = {"message": "Signature method %1 is not supported", "parameters": ["HMAC-SHA1"]}
    assert answer.json() == expected


def test_replayed_and_altered_requests_are_refused(filled: DemoShop) -> None:
    address = f"{filled.url}/rest/all/V1/orders/1"
    signed = requests.Request("GET", address, auth=signer(filled)).prepare()
    with requests.Session() as session:
        assert session.send(signed, timeout=5).status_code == 200
        assert session.send(signed, timeout=5).status_code == 401
        fresh = requests.Request("GET", address, auth=signer(filled)).prepare()
        fresh.url = address.replace("orders/1", "orders/2")
        assert session.send(fresh, timeout=5).status_code == 401


def test_timestamp_from_the_future_is_refused(shop: DemoShop) -> None:
    auth = signer(shop)
    auth.client.timestamp = "99999999999"
    answer = requests.get(f"{shop.url}/rest/all/V1/orders/1", auth=auth, timeout=5)
    assert answer.status_code == 400


def test_no_token_and_bearer_switched_off_and_missing_grant_answer_alike() -> None:
    with DemoShop(orders=1, epoch=EPOCH, bearer=False) as shop:
        bare = requests.get(f"{shop.url}/rest/all/V1/orders/1", timeout=5)
        bearer = get(shop, "orders/1")
        shop.denied.add("Magento_Sales::actions_view")
        denied = requests.get(f"{shop.url}/rest/all/V1/orders/1", auth=signer(shop), timeout=5)
    for answer in (bare, bearer, denied):
        assert answer.status_code == 401
        assert answer.json() == {
            "message": "The consumer isn't authorized to access %resources.",
            "parameters": {"resources": "Magento_Sales::actions_view"},
        }


# --- searching -------------------------------------------------------------------------------


def test_pages_are_exact_and_complete(filled: DemoShop) -> None:
    seen: list[int] = []
    for page in range(1, 6):
        answer = get(filled, "orders", **criteria(pageSize=13, currentPage=page))
        assert answer.json()["total_count"] == 60
        assert answer.json()["search_criteria"]["current_page"] == page
        seen += ids(answer)
    assert seen == list(range(1, 61))
    assert ids(get(filled, "orders", **criteria(pageSize=13, currentPage=6))) == []
    wanted = criteria(pageSize=13, currentPage=6) | {"fields": "items[entity_id],total_count"}
    assert get(filled, "orders", **wanted).json() == {"items": None, "total_count": 60}


def test_incremental_reading_by_updated_at(filled: DemoShop) -> None:
    edge = sorted(order["updated_at"] for order in filled.orders)[30]
    wanted = criteria([("updated_at", "gteq", edge)]) | {
        "searchCriteria[sortOrders][0][field]": "updated_at",
        "searchCriteria[sortOrders][0][direction]": "ASC",
        "searchCriteria[sortOrders][1][field]": "entity_id",
        "searchCriteria[sortOrders][1][direction]": "ASC",
    }
    rows = get(filled, "orders", **wanted).json()["items"]
    keys = [(row["updated_at"], row["entity_id"]) for row in rows]
    assert keys == sorted(keys)
    assert {key for _, key in keys} == {
        order["entity_id"] for order in filled.orders if order["updated_at"] >= edge
    }


@pytest.mark.parametrize(
    ("condition", "value", "test"),
    [
        ("eq", "complete", lambda s: s == "complete"),
        ("neq", "complete", lambda s: s != "complete"),
        ("in", "complete,pending", lambda s: s in ("complete", "pending")),
        ("nin", "complete,pending", lambda s: s not in ("complete", "pending")),
        ("like", "%PROC%", lambda s: s == "processing"),
        ("notnull", "1", lambda s: True),
        ("null", "1", lambda s: False),
    ],
)
def test_conditions(filled: DemoShop, condition: str, value: str, test: Any) -> None:
    found = ids(get(filled, "orders", **criteria([("status", condition, value)])))
    assert found == [order["entity_id"] for order in filled.orders if test(order["status"])]


def test_groups_are_and_filters_are_or(filled: DemoShop) -> None:
    either = [("entity_id", "lt", "5"), ("entity_id", "gteq", "50")]
    found = ids(get(filled, "orders", **criteria(either, [("entity_id", "to", "52")])))
    assert found == [1, 2, 3, 4, 50, 51, 52]
    both = criteria([("entity_id", "from", "7")], [("entity_id", "to", "9")])
    assert ids(get(filled, "orders", **both)) == [7, 8, 9]
    rules = criteria([("applied_rule_ids", "finset", "1")])
    expected = [o["entity_id"] for o in filled.orders if o.get("applied_rule_ids") == "1"]
    assert ids(get(filled, "orders", **rules)) == expected != []
    null = ids(get(filled, "orders", **criteria([("coupon_code", "null", "1")])))
    assert null == [o["entity_id"] for o in filled.orders if "coupon_code" not in o]


def test_errors_have_magentos_shapes(filled: DemoShop) -> None:
    missing = get(filled, "orders")
    assert missing.status_code == 400
    assert missing.json() == {
        "message": '"%fieldName" is required',
        "parameters": {"fieldName": "searchCriteria"},
    }
    unknown = get(filled, "orders", **criteria([("color", "eq", "red")]))
    assert unknown.status_code == 500
    assert "Report ID: webapi-" in unknown.json()["message"]
    assert get(filled, "orders/999").status_code == 404
    assert get(filled, "products/NOPE").status_code == 404
    assert get(filled, "nowhere").json() == {"message": "Request does not match any route."}
    assert requests.get(f"{filled.url}/rest/moon/V1/orders/1", timeout=5).status_code == 404


def test_fields_and_absent_nulls(filled: DemoShop) -> None:
    wanted = criteria(pageSize=1) | {"fields": "items[entity_id,payment[method],nope],total_count"}
    (row,) = get(filled, "orders", **wanted).json()["items"]
    assert set(row) == {"entity_id", "payment"}
    assert set(row["payment"]) == {"method"}
    unrefunded = next(o for o in filled.orders if "total_refunded" not in o)
    assert "total_refunded" not in get(filled, f"orders/{unrefunded['entity_id']}").json()


@pytest.mark.parametrize(
    "path",
    [
        "store/storeViews", "store/storeConfigs", "store/websites", "store/storeGroups",
        "directory/currency", "modules",
    ],
)  # fmt: skip
def test_facts_about_the_shop(filled: DemoShop, path: str) -> None:
    answer = get(filled, path)
    assert answer.status_code == 200
    assert answer.json()


@pytest.mark.parametrize(
    "path",
    [
        "invoices", "creditmemos", "shipments", "transactions", "products", "customers/search",
        "customerGroups/search", "taxClasses/search", "taxRates/search", "taxRules/search",
    ],
)  # fmt: skip
def test_other_lists(filled: DemoShop, path: str) -> None:
    body = get(filled, path, **criteria(pageSize=2)).json()
    assert 0 < len(body["items"]) <= 2
    assert body["total_count"] >= len(body["items"])


def test_lists_of_an_empty_shop_can_be_filtered() -> None:
    with DemoShop() as shop:
        for path in ("orders", "invoices", "creditmemos", "customers/search"):
            wanted = criteria([("updated_at", "gteq", "2026-01-01")])
            assert get(shop, path, **wanted).json()["total_count"] == 0


# --- writing ---------------------------------------------------------------------------------


def post(shop: DemoShop, path: str, body: Any = None, method: str = "POST") -> Any:
    address = f"{shop.url}/rest/all/V1/{path}"
    answer = requests.request(method, address, json=body, auth=signer(shop), timeout=5)
    return answer.status_code, answer.json()


def test_comment_without_status_leaves_updated_at_alone(shop: DemoShop) -> None:
    before = shop.order(1)["updated_at"]
    history = {"comment": "In Xero: INV-1", "is_customer_notified": 0, "parent_id": 1}
    assert post(shop, "orders/1/comments", {"statusHistory": history}) == (200, True)
    assert shop.order(1)["updated_at"] == before
    rows = get(shop, "orders/1/comments").json()
    assert rows["items"][0]["comment"] == "In Xero: INV-1"
    assert post(shop, "orders/1/comments", {})[0] == 400
    assert post(shop, "orders/77/comments", {"statusHistory": history})[0] == 404


def test_a_status_is_changed_with_the_order_and_not_with_a_comment(shop: DemoShop) -> None:
    before = dict(shop.order(1))
    history = {"comment": "In Xero: INV-1", "parent_id": 1, "status": "in_xero"}
    status, said = post(shop, "orders/1/comments", {"statusHistory": history})
    assert (status, said["parameters"]) == (400, ["in_xero"])
    assert shop.order(1) == before
    history["status"] = before["status"]
    assert post(shop, "orders/1/comments", {"statusHistory": history}) == (200, True)
    head = {name: before[name] for name in ("entity_id", "increment_id", "state")}
    # Magento does not look whether the status belongs to the state, or is there at all.
    assert post(shop, "orders", {"entity": head | {"status": "packed"}})[0] == 200
    assert shop.order(1)["updated_at"] > before["updated_at"]
    moved = {"status": "packed", "updated_at": shop.order(1)["updated_at"]}
    assert shop.order(1) == before | moved
    assert post(shop, "orders", {"entity": head | {"entity_id": 77}})[0] == 404


def test_a_status_of_another_state_is_refused(shop: DemoShop) -> None:
    key = shop.place_order(status="pending")["entity_id"]
    history = {"comment": "", "parent_id": key, "status": "processing"}
    status, body = post(shop, f"orders/{key}/comments", {"statusHistory": history})
    assert (status, body["parameters"]) == (400, ["processing"])
    assert "%1" in body["message"]
    assert shop.order(key)["status"] == "pending"
    assert not any(one["comment"] == "" for one in shop.order(key)["status_histories"])


def test_a_customer_is_replaced_as_a_whole(shop: DemoShop) -> None:
    number = next(n for n in range(1, 40) if shop.demand.person(n).registered)
    shop.place_order(customer=number, created_at=EPOCH)
    record = get(shop, f"customers/{number}").json()
    assert get(shop, "customers/9999").status_code == 404
    sent = record | {"taxvat": "51"}
    sent.pop("group_id")
    status, answer = post(shop, f"customers/{number}", {"customer": sent}, "PUT")
    assert (status, answer["taxvat"], answer["group_id"]) == (200, "51", None)
    assert get(shop, f"customers/{number}").json() == answer
    assert answer["updated_at"] > record["updated_at"]
    nowhere = record["addresses"][0] | {"country_id": "XX"}
    for wrong in ({"lastname": ""}, {"addresses": [nowhere]}):
        assert post(shop, f"customers/{number}", {"customer": record | wrong}, "PUT")[0] == 400
    assert get(shop, f"customers/{number}").json() == answer


def test_hold_unhold_cancel(shop: DemoShop) -> None:
    key = shop.place_order(status="pending")["entity_id"]
    assert post(shop, f"orders/{key}/hold") == (200, True)
    assert post(shop, f"orders/{key}/hold")[0] == 400
    assert post(shop, f"orders/{key}/unhold") == (200, True)
    assert post(shop, f"orders/{key}/cancel") == (200, True)
    assert post(shop, f"orders/{key}/cancel") == (200, False)


def stands(shop: DemoShop, sku: str = "KNIFE-20") -> tuple[float, float]:
    """On hand and salable."""
    salable = get(shop, f"inventory/get-product-salable-quantity/{sku}/1").json()
    return get(shop, f"stockItems/{sku}").json()["qty"], salable


def test_a_reservation_ends_with_what_becomes_of_the_order(shop: DemoShop) -> None:
    stock = get(shop, "inventory/stock-resolver/website/base").json()
    assert stock["stock_id"] == 1
    shop.set_stock("KNIFE-20", 10)
    pending = shop.place_order(items=[("KNIFE-20", 3)], status="pending")["entity_id"]
    assert stands(shop) == (10, 7)
    shop.cancel(pending)
    assert stands(shop) == (10, 10)
    paid = shop.place_order(items=[("KNIFE-20", 3)], coupon="", status="processing")["entity_id"]
    shop.stock.deduct(paid, {"KNIFE-20": 1})  # a part of it is sent
    assert stands(shop) == (9, 7)
    shop.refund(paid, items={"KNIFE-20": 1}, restock=True)
    assert stands(shop) == (9, 8)
    shop.ship(paid)
    assert stands(shop) == (8, 8)
    shop.refund(paid, items={"KNIFE-20": 1}, restock=True)
    assert stands(shop) == (9, 9)
    shop.stock.set_item("KNIFE-20", min_qty=2)
    assert stands(shop) == (9, 7)
    shop.stock.set_item("KNIFE-20", backorders=1)
    shop.place_order(items=[("KNIFE-20", 8)], status="processing")
    assert stands(shop) == (9, -1)
    shop.stock.set_item("KNIFE-20", is_in_stock=False)
    assert stands(shop) == (9, 0)
    bundle = next(sku for sku in shop.stock.quantities if shop.stock.is_composite(sku))
    path = "inventory/get-product-salable-quantity"
    assert get(shop, f"{path}/{quote(bundle, safe='')}/1").status_code == 400
    assert get(shop, f"{path}/NONE/1").status_code == 500, "as Magento 2.4.7 does"
    assert get(shop, "inventory/stock-resolver/website/nowhere").status_code == 404


def test_a_classic_shop_takes_off_at_the_order_and_has_no_such_routes() -> None:
    with DemoShop(multi_source=False) as shop:
        shop.set_stock("KNIFE-20", 10)
        shop.place_order(items=[("KNIFE-20", 3)], status="pending")
        assert get(shop, "stockItems/KNIFE-20").json()["qty"] == 7
        shop.cancel(1)
        assert get(shop, "stockItems/KNIFE-20").json()["qty"] == 10
        answer = get(shop, "inventory/get-product-salable-quantity/KNIFE-20/1")
        assert answer.status_code == 404
        assert "route" in answer.json()["message"]


def test_stock_is_read_sold_and_written(shop: DemoShop) -> None:
    before = get(shop, "stockItems/KNIFE-20").json()
    order = shop.place_order(items=[("KNIFE-20", 2)], status="processing")
    assert stands(shop) == (before["qty"], before["qty"] - 2)
    shop.ship(order["entity_id"])
    assert stands(shop) == (before["qty"] - 2, before["qty"] - 2)
    path = f"products/KNIFE-20/stockItems/{before['item_id']}"
    assert post(shop, path, {"stockItem": {"qty": 7}}, "PUT") == (200, before["item_id"])
    product = get(shop, "products/" + quote("KNIFE-20", safe="")).json()
    assert product["extension_attributes"]["stock_item"]["qty"] == 7


def test_credit_memo_moves_the_order(shop: DemoShop) -> None:
    order = shop.place_order(status="processing")
    memo = shop.refund(order["entity_id"])
    wanted = criteria([("order_id", "eq", str(order["entity_id"]))])
    (row,) = get(shop, "creditmemos", **wanted).json()["items"]
    assert row == json.loads(json.dumps(memo))
    assert get(shop, f"creditmemo/{row['entity_id']}").json() == row
    assert get(shop, f"orders/{order['entity_id']}").json()["state"] == "closed"


def test_pages_for_people(shop: DemoShop) -> None:
    shop.update_order(1, customer_firstname="<b>Bobby</b>")
    home = requests.get(shop.url + "/", timeout=5)
    assert "000000001" in home.text
    assert "<b>Bobby" not in home.text
    one = requests.get(f"{shop.url}/admin/sales/order/view/order_id/1", timeout=5)
    assert shop.order(1)["customer_email"] in one.text
    assert (
        requests.get(f"{shop.url}/admin/sales/order/view/order_id/9", timeout=5).status_code == 404
    )


def test_the_same_epoch_and_seed_are_the_same_shop() -> None:
    first, second = (
        DemoShop(orders=100, plan=Plan(seed=9), epoch=EPOCH, with_refunds=True) for _ in range(2)
    )
    assert first.orders == second.orders
    assert first.creditmemos == second.creditmemos != []


def test_trickled_orders_are_the_same_after_a_restart() -> None:
    """Orders that are overdue since the epoch are placed at once, each at its own moment."""
    found = []
    for _ in range(2):
        shop = DemoShop(epoch=EPOCH)
        shop.clock_skew = EPOCH + timedelta(hours=5, minutes=30) - clock.now()
        thread = threading.Thread(target=trickle, args=(shop, 3600), daemon=True)
        thread.start()
        thread.join(0.3)
        shop.stop()
        thread.join(5)
        found.append(shop.orders)
    assert [order["created_at"][11:] for order in found[0]] == [
        f"0{hour}:00:00" for hour in range(1, 6)
    ]
    assert found[0] == found[1]


def test_command_line_says_ready_and_dies_with_its_parent() -> None:
    command = [sys.executable, "-m", "sandbox.magento", "--orders", "2", "--die-with-parent"]
    with subprocess.Popen(
        [*command, "--profile", "uk", "--prices", "exclusive"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        word, url = process.stdout.readline().split()
        assert word == "ready"
        state = requests.get(f"{url}/_sandbox/state", timeout=5).json()
        assert state["orders"] == 2
        process.stdin.close()
        assert process.wait(timeout=5) == 0
