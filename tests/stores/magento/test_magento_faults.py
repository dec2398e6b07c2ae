"""A Magento shop that misbehaves, over real HTTP: each fault is an error of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.lib.errors import ConnectorError, Misconfigured, NotConnected, Temporary
from connector.lib.outgoing import http
from stores.adapter import Interval
from stores.adapters.magento.adapter import MagentoAdapter
from stores.canonical.product import StockTarget
from stores.canonical.records import ParseFacts, RecordRef, Stream

sandbox = pytest.importorskip("sandbox.magento", reason="there is no demo shop")
faults = pytest.importorskip("sandbox.shop.faults", reason="the demo shop has no faults")


@pytest.fixture
def shop(private_hosts: None) -> Iterator[Any]:
    with sandbox.DemoShop(orders=120, bearer=False) as running:
        yield running


def connect(shop: Any, **limits: Any) -> MagentoAdapter:
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    keys = {name: getattr(shop.credentials, name) for name in names}
    return MagentoAdapter(MagentoAdapter.Credentials(**keys), http.session(**limits), url=shop.url)


def read_all(adapter: MagentoAdapter) -> list[int]:
    pages = adapter.pages(Stream.ORDERS, Interval())
    return [record["order"]["entity_id"] for page in pages for record in page.records]


FAULTS = [
    ({"kind": "html"}, Misconfigured, "not_json"),
    ({"kind": "truncated"}, Misconfigured, "not_json"),
    ({"kind": "endless"}, Misconfigured, "too_large"),
    (
        {"kind": "redirect", "location": "https://www.example.com/"},
        Misconfigured,
        "redirect_refused",
    ),
    ({"kind": "error", "status": 500}, Temporary, None),
    ({"kind": "bad_gateway"}, Temporary, None),
    ({"kind": "throttled", "retry_after": 9}, Temporary, None),
    ({"kind": "cut"}, Temporary, None),
]


@pytest.mark.parametrize(("fault", "kind", "code"), FAULTS)
def test_a_fault_on_the_second_page_is_named_and_keeps_the_first(
    shop: Any, fault: dict[str, Any], kind: type[ConnectorError], code: str | None
) -> None:
    shop.faults.add(faults.Fault(**fault, match="/orders", after=1, times=1))
    pages = connect(shop, max_bytes=4 * http.MEGABYTE).pages(Stream.ORDERS, Interval())

    first = next(pages)
    with pytest.raises(kind) as refused:
        next(pages)

    assert getattr(refused.value, "code", None) == code
    assert len(first.records) == 100
    rest = Interval(position=first.position, overlap=timedelta(0))
    ids = {r["order"]["entity_id"] for r in first.records}
    for page in connect(shop).pages(Stream.ORDERS, rest):
        ids |= {record["order"]["entity_id"] for record in page.records}
    assert ids == {order["entity_id"] for order in shop.orders}


def test_good_json_under_a_wrong_type_is_read(shop: Any) -> None:
    shop.faults.add(faults.Fault("wrong_type", times=None))

    assert len(read_all(connect(shop))) == 120


def test_a_right_taken_away_is_named(shop: Any) -> None:
    shop.denied.add("Magento_Sales::actions_view")

    with pytest.raises(Misconfigured) as refused:
        read_all(connect(shop))

    assert (refused.value.code, refused.value.field) == (
        "missing_right",
        "Magento_Sales::actions_view",
    )


def test_a_paid_order_is_not_read_without_the_right_to_its_invoices(shop: Any) -> None:
    """They tell when the money came in: without them its payment would have no date."""
    shop.denied.add("Magento_Sales::sales_invoice")
    adapter = connect(shop)
    unpaid = next(order for order in shop.orders if "total_paid" not in order)

    with pytest.raises(Misconfigured) as refused:
        read_all(adapter)

    assert refused.value.field == "Magento_Sales::sales_invoice"
    assert adapter.fetch(RecordRef(Stream.ORDERS, str(unpaid["entity_id"])))
    (warning,) = adapter.probe().warnings
    assert "Sales > Operations > Invoices" in warning
    assert "orders that are paid are not read" in warning


def test_a_bearer_token_where_the_shop_takes_none(shop: Any) -> None:
    credentials = MagentoAdapter.Credentials(bearer=shop.credentials.access_token)

    with pytest.raises(NotConnected) as refused:
        read_all(MagentoAdapter(credentials, http.session(), url=shop.url))

    assert refused.value.code == "bearer_refused"


def test_a_wrong_secret_is_a_bad_signature(shop: Any) -> None:
    keys = {
        "consumer_key": shop.credentials.consumer_key,
        "consumer_secret": "wrong",
        "access_token": shop.credentials.access_token,
        "access_token_secret": shop.credentials.access_token_secret,
    }
    credentials = MagentoAdapter.Credentials(**keys)

    with pytest.raises(NotConnected) as refused:
        read_all(MagentoAdapter(credentials, http.session(), url=shop.url))

    assert refused.value.code == "bad_signature"


def test_a_clock_that_is_an_hour_ahead(shop: Any) -> None:
    shop.clock_skew = timedelta(hours=-1)

    with pytest.raises(Misconfigured) as refused:
        read_all(connect(shop))

    assert refused.value.code == "clock_skew"


def test_a_status_is_set_in_the_shop(shop: Any) -> None:
    paid = next(order for order in shop.orders if order["state"] == "processing")

    connect(shop).set_order_status(str(paid["entity_id"]), "", "Invoice S1-1")

    histories = shop.order(paid["entity_id"])["status_histories"]
    assert "Invoice S1-1" in [entry.get("comment") for entry in histories]


SKUS = ["A/B", "A B", "Größe-ü", "50%", "a%2Fb", "A+B", "Q&A=?#1", "a:@,;$", "日本"]


@pytest.mark.parametrize("sku", SKUS)
def test_any_sku_has_its_stock_read_and_written(shop: Any, sku: str) -> None:
    shop.change_product(sku)
    adapter = connect(shop)

    adapter.set_stock(StockTarget(sku), Decimal("2.5"))

    level = adapter.parse(Stream.STOCK, adapter.fetch(RecordRef(Stream.STOCK, sku)), ParseFacts())
    assert (level.sku, level.on_hand, level.available) == (sku, Decimal("2.5"), Decimal("2.5"))
    assert shop.stock.quantities[sku] == 2.5


def test_a_shop_that_signs_paths_as_they_are_sent_is_found_out_once(private_hosts: None) -> None:
    with sandbox.DemoShop(bearer=False, rfc=True) as shop:
        adapter = connect(shop)
        for sku in ("A/B", "a%2Fb", "A+B"):
            shop.change_product(sku)
            adapter.set_stock(StockTarget(sku), Decimal(3))

        assert [shop.stock.quantities[sku] for sku in ("A/B", "a%2Fb", "A+B")] == [3, 3, 3]
        # Two calls for each, and the first of all in both forms.
        assert len(shop.requests) == 7
