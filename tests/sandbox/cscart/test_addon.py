"""The add-on's calls of the demo shop, by the text of its protocol."""

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
from tests.sandbox.opencart.extension import headers, signature

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
ADDRESS = "/index.php?dispatch=xero_connector.api"


@pytest.fixture(scope="module")
def shop() -> Iterator[DemoShop]:
    plan = Plan(coupons=0.5)
    with DemoShop(orders=45, epoch=EPOCH, plan=plan, with_refunds=True, addon=True) as running:
        yield running


def call(shop: DemoShop, name: str, *, status: int = 200, **parameters: Any) -> Any:
    """The JSON of an answer, whose status and signature are right."""
    body = json.dumps({"call": name, **parameters}).encode()
    given = headers(shop, body)  # type: ignore[arg-type]
    answer = requests.post(f"{shop.url}{ADDRESS}", data=body, headers=given, timeout=10)
    assert answer.status_code == status, answer.text
    expected = signature(
        shop.keys.credentials.secret, "connector-answer-1", given["X-Connector-Nonce"],
        body=answer.content,
    )  # fmt: skip
    assert answer.headers["X-Connector-Answer"] == expected
    return answer.json()


@pytest.mark.parametrize("by", ["changed", "placed"])
def test_pages_by_moments_give_every_order_once(shop: DemoShop, by: str) -> None:
    found: list[Any] = []
    after: dict[str, Any] = {}
    while True:
        answer = call(shop, "orders", by=by, limit=7, **after)
        found += answer["orders"]
        if not answer["more"]:
            break
        last = found[-1]
        moment = last["x_changed"] if by == "changed" else int(last["timestamp"])
        after = {"after": {"moment": moment, "id": int(last["order_id"])}}

    key = "x_changed" if by == "changed" else "timestamp"
    moments = [(int(one[key]), int(one["order_id"])) for one in found]
    assert moments == sorted(set(moments))
    assert {one["order_id"] for one in found} == {one["order_id"] for one in shop.orders}
    assert call(shop, "count", by=by) == {"count": len(shop.orders)}


def test_an_order_is_that_of_the_rest_api_with_what_that_lacks(shop: DemoShop) -> None:
    returned = next(one for one in shop.orders if one["status"] == "C")
    number = shop.id_of(returned)
    sold = next(row for row in returned["products"].values() if row["product_code"])
    shop.give_back(number, sold["product_code"], 1)
    rest = requests.get(
        f"{shop.url}/api/2.0/orders/{number}", auth=(EMAIL, API_KEY), timeout=10
    ).json()
    (ours,) = call(shop, "orders", ids=[number])["orders"]
    (again,) = call(shop, "orders", ids=[number], **{"as": "shop"})["orders"]

    assert ours == again
    assert rest.keys() - ours.keys() == {"validation_code"}
    same = rest.keys() - {"validation_code", "payment_method"}
    assert {key: ours[key] for key in same} == {key: rest[key] for key in same}
    assert list(ours["returns"]) == [returned["returns"][0]["return_id"]]
    assert "processor_params" not in ours["payment_method"]
    assert (ours["x_base_currency"], ours["x_status_name"]) == ("AUD", "Complete")


def test_a_deleted_order_is_given_as_it_stood(shop: DemoShop) -> None:
    number = shop.id_of(shop.orders[1])
    shop.delete(number)

    (gone,) = call(shop, "orders", ids=[number])["orders"]

    assert gone["x_deleted"] == gone["x_changed"]
    assert gone["products"]
    assert call(shop, "order_condition", order_id=number, status=404)["error"]["code"] == (
        "not_found"
    )


def test_status_stock_and_states_are_written(shop: DemoShop) -> None:
    number = next(shop.id_of(one) for one in shop.orders if one["status"] == "P")
    said = _set_status(shop, number, "C")

    assert said == {"status": "C", "x_status_name": "Complete", "parent": False}
    assert _set_status(shop, number, "c", status=422)["error"]["field"] == "status"
    items = [{"sku": "MUG-STN", "quantity": "7"}, {"sku": "NONE", "quantity": 1}]
    done = call(shop, "set_stock", items=items)["items"]
    assert done == [
        {"sku": "MUG-STN", "done": True}, {"sku": "NONE", "done": False, "code": "not_found"},
    ]  # fmt: skip
    state = {"kind": "order", "id": number, "state": "in_xero", "number": "CS-1",
             "url": "https://go.example.com/x", "at": "2026-11-30T18:05:00Z"}  # fmt: skip
    assert call(shop, "sync_states", states=[state, state | {"id": 999999}]) == {
        "kept": 1, "unknown": [999999],
    }  # fmt: skip
    assert shop.sync_states["order", number]["number"] == "CS-1"


def _set_status(shop: DemoShop, number: int, letter: str, *, status: int = 200) -> Any:
    """`status` of the call is the letter, that of the answer is HTTP's."""
    body = json.dumps({"call": "set_status", "order_id": number, "status": letter}).encode()
    given = headers(shop, body)  # type: ignore[arg-type]
    answer = requests.post(f"{shop.url}{ADDRESS}", data=body, headers=given, timeout=10)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_without_the_add_on_there_is_no_such_address_and_nothing_is_told() -> None:
    with DemoShop(orders=2, epoch=EPOCH) as plain:
        assert requests.post(f"{plain.url}{ADDRESS}", timeout=10).status_code == 404
        assert "pairing_code" not in plain.state()
    with DemoShop(orders=2, epoch=EPOCH, addon=True) as other:
        assert other.pairing_code.startswith("cs1.")
        refused = requests.post(f"{other.url}{ADDRESS}", data=b"{}", timeout=10)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "bad_signature")
