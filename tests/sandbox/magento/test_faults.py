"""Each fault of the demo Magento shop does what its name says, and then ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.magento import DemoShop

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = {"searchCriteria[pageSize]": 2, "searchCriteria[currentPage]": 1}


@pytest.fixture
def shop() -> Iterator[DemoShop]:
    with DemoShop(orders=5, epoch=EPOCH) as shop:
        yield shop


def orders(shop: DemoShop, page: int = 1, **options: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {shop.credentials.access_token}"}
    query = PAGE | {"searchCriteria[currentPage]": page}
    options = {"timeout": 5, "allow_redirects": False} | options
    return requests.get(f"{shop.url}/rest/all/V1/orders", params=query, headers=headers, **options)


def test_html(shop: DemoShop) -> None:
    shop.fail("html")
    answer = orders(shop)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert orders(shop).json()["total_count"] == 5


@pytest.mark.parametrize("status", [500, 503, 401])
def test_error_status(shop: DemoShop, status: int) -> None:
    shop.fail("error", status=status, times=2)
    assert [orders(shop).status_code for _ in range(3)] == [status, status, 200]


def test_bad_gateway(shop: DemoShop) -> None:
    shop.fail("bad_gateway")
    assert orders(shop).status_code == 502


def test_slow(shop: DemoShop) -> None:
    shop.fail("slow", seconds=0.3)
    with pytest.raises(requests.ReadTimeout):
        orders(shop, timeout=0.1)
    started = time.monotonic()
    shop.fail("slow", seconds=0.2)
    assert orders(shop).status_code == 200
    assert time.monotonic() - started >= 0.2


def test_hang_is_let_go_when_the_shop_stops(shop: DemoShop) -> None:
    shop.fail("hang")
    with pytest.raises(requests.ReadTimeout):
        orders(shop, timeout=0.1)


def test_endless(shop: DemoShop) -> None:
    shop.fail("endless")
    size = 0
    with orders(shop, stream=True) as answer:
        for chunk in answer.iter_content(1 << 16):
            size += len(chunk)
            if size > 3_000_000:
                break
    assert size > 3_000_000
    assert orders(shop).status_code == 200


def test_truncated(shop: DemoShop) -> None:
    shop.fail("truncated")
    answer = orders(shop)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_cut(shop: DemoShop) -> None:
    shop.fail("cut")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        orders(shop)


def test_wrong_type(shop: DemoShop) -> None:
    shop.fail("wrong_type")
    answer = orders(shop)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.json()["total_count"] == 5


def test_redirect(shop: DemoShop) -> None:
    shop.fail("redirect", location="http://127.0.0.1:1/elsewhere")
    answer = orders(shop)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:1/elsewhere")


def test_items_null(shop: DemoShop) -> None:
    shop.fail("items_null")
    assert orders(shop).json()["items"] is None


def test_repeat_last_page(shop: DemoShop) -> None:
    shop.fail("repeat_last_page", times=None)
    last = orders(shop, 3).json()["items"]
    assert len(last) == 1
    assert orders(shop, 4).json()["items"] == last
    shop.faults.clear()
    assert orders(shop, 4).json()["items"] == []


def test_throttled(shop: DemoShop) -> None:
    shop.fail("throttled", retry_after=7)
    shop.fail("throttled")
    first, second = orders(shop), orders(shop)
    assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
    assert second.status_code == 429
    assert "Retry-After" not in second.headers


def test_update_between_pages(shop: DemoShop) -> None:
    oldest = min(order["updated_at"] for order in shop.orders)
    shop.fail("update_between_pages")
    orders(shop, 2)
    assert min(order["updated_at"] for order in shop.orders) > oldest


def test_hook_between_pages(shop: DemoShop) -> None:
    calls: list[tuple[str, int]] = []

    def hook(resource: str, page: int) -> None:
        calls.append((resource, page))
        shop.add_orders(1)

    shop.between_pages = hook
    assert [orders(shop, page).json()["total_count"] for page in (1, 2, 3)] == [5, 6, 7]
    assert calls == [("orders", 2), ("orders", 3)]


def test_clock_skew(shop: DemoShop) -> None:
    shop.clock_skew = timedelta(hours=-2)
    behind = shop.add_orders(1)[0]["created_at"]
    shop.clock_skew = timedelta(hours=2)
    ahead = shop.add_orders(1)[0]["created_at"]
    assert ahead > behind
    gap = datetime.fromisoformat(ahead) - datetime.fromisoformat(behind)
    assert timedelta(hours=4) <= gap < timedelta(hours=4, seconds=5)


def test_match_and_after(shop: DemoShop) -> None:
    shop.fail("html", match="/products")
    shop.fail("error", match="/orders", after=1)
    assert [orders(shop).status_code for _ in range(3)] == [200, 500, 200]
    assert [fault.kind for fault in shop.faults.active] == ["html"]


def test_over_http(shop: DemoShop) -> None:
    base = f"{shop.url}/_sandbox"
    assert requests.post(f"{base}/faults", json={"kind": "html"}, timeout=5).status_code == 200
    assert requests.get(f"{base}/faults", timeout=5).json()[0]["kind"] == "html"
    assert orders(shop).headers["Content-Type"].startswith("text/html")
    for wrong in ({"kind": "nonsense"}, {"kind": "html", "colour": 1}, []):
        assert requests.post(f"{base}/faults", json=wrong, timeout=5).status_code in (200, 400)
    requests.delete(f"{base}/faults", timeout=5)
    placed = requests.post(f"{base}/orders", json={"status": "processing"}, timeout=5).json()["ids"]
    memo = requests.post(f"{base}/orders/{placed[0]}/refund", json={}, timeout=5)
    assert memo.json()["order_id"] == placed[0]
    assert requests.post(f"{base}/orders/999/pay", timeout=5).status_code == 404
    assert requests.post(f"{base}/orders/{placed[0]}/cancel", timeout=5).status_code == 400
    requests.post(f"{base}/orders/1", json={"customer_note": "ring twice"}, timeout=5)
    assert shop.order(1)["customer_note"] == "ring twice"
    requests.post(f"{base}/clock", json={"skew": 60}, timeout=5)
    assert shop.clock_skew == timedelta(seconds=60)
