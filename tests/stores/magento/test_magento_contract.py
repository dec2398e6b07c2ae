"""The Magento adapter under the suite that all adapters pass: recorded, and over real HTTP."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import responses

from connector.lib.errors import Rejected
from connector.lib.outgoing import http
from stores.adapter import Interval
from stores.adapters.magento.adapter import MagentoAdapter
from stores.canonical.customer import Address, CustomerChanges
from stores.canonical.records import ParseFacts, RecordRef, Stream
from stores.signatures import SIGNED_HEADERS, signature
from tests.stores.contract import AdapterContract, Connection
from tests.stores.magento.magento_records import Goods, Json, Sale, creditmemo, invoice, shipment
from tests.stores.magento.recorded_magento import STORE, URL, RecordedShop

FACTS = ParseFacts()
KEYS = {
    "consumer_key": "ck",
    "consumer_secret": "cs",
    "access_token": "at",
    "access_token_secret": "ats",
}
BODY = json.dumps({"orders": [12, "13", 12], "products": ["A/B"], "other": [1]}).encode()
REFS = (
    RecordRef(Stream.ORDERS, "12"),
    RecordRef(Stream.ORDERS, "13"),
    RecordRef(Stream.PRODUCTS, "A/B"),
)


def sign(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"x-timestamp": stamp, "X-SIGNATURE": signature(secret, stamp, body)}


def connected(adapter: MagentoAdapter, ids: set[str]) -> Connection:
    return Connection(
        adapter=adapter,
        order_ids=frozenset(ids),
        total_field=("order", "grand_total"),
        sign=sign,
        body=BODY,
        refs=REFS,
        # Its version is read of a page that many shops switch off, as these do.
        lacks=frozenset({"return_actions", "version"}),
    )


def some_orders(count: int) -> list[Json]:
    """Orders an hour apart, every second one paid, every third one refunded."""
    orders = []
    for number in range(1, count + 1):
        sale = Sale([Goods(Decimal("7.33"), Decimal(4), discount=Decimal(number))], inclusive=True)
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number)
        order = sale.order(
            entity_id=number,
            increment_id=f"{number:09}",
            updated_at=at.strftime("%Y-%m-%d %H:%M:%S"),
        )
        order["total_due"] = order["grand_total"]
        if number % 2 == 0:
            order |= {"total_paid": order["grand_total"], "total_due": 0}
            order["items"][0]["qty_shipped"] = 4
        orders.append(order)
    return orders


def test_its_calls_are_signed_as_ours_are_verified() -> None:
    assert MagentoAdapter.profile.hooks.signed_headers == SIGNED_HEADERS


class TestRecordedShop(AdapterContract):
    @pytest.fixture
    def connection(self) -> Iterator[Connection]:
        orders = some_orders(5)
        times = {n: {"order_id": n, "updated_at": orders[n - 1]["updated_at"]} for n in (2, 4)}
        paid = [invoice(n, transaction_id=f"ch_{n}", **times[n]) for n in times]
        sent = [shipment(n, **times[n]) for n in times]
        shop = RecordedShop(STORE | {"orders": orders, "invoices": paid, "shipments": sent})
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            shop.install(mock)
            mock.get(f"{URL}/magento_version", status=404)
            credentials = MagentoAdapter.Credentials(**KEYS)
            adapter = MagentoAdapter(credentials, http.session(), url=URL)
            yield connected(adapter, {str(order["entity_id"]) for order in orders})


@pytest.mark.skipif(
    importlib.util.find_spec("sandbox.magento") is None, reason="there is no demo shop"
)
class TestDemoShop(AdapterContract):
    @pytest.fixture
    def connection(self, private_hosts: None) -> Iterator[Connection]:
        from sandbox.magento import DemoShop

        with DemoShop(orders=130, with_refunds=True, bearer=False) as shop:
            keys = {name: getattr(shop.credentials, name) for name in KEYS}
            credentials = MagentoAdapter.Credentials(**keys)
            adapter = MagentoAdapter(credentials, http.session(), url=shop.url)
            yield connected(adapter, {str(order["entity_id"]) for order in shop.orders})

    def test_its_refunds_come_with_the_rates_of_their_orders(self, connection: Connection) -> None:
        adapter = connection.adapter
        for page in adapter.pages(Stream.REFUNDS, Interval()):
            for record in page.records:
                refund = adapter.parse(Stream.REFUNDS, record, FACTS)
                assert all(line.rate or not line.tax for line in refund.lines)

    def test_its_products_are_read(self, connection: Connection) -> None:
        adapter = connection.adapter
        pages = adapter.pages(Stream.PRODUCTS, Interval())
        products = [
            adapter.parse(Stream.PRODUCTS, record, FACTS)
            for page in pages
            for record in page.records
        ]

        assert len({product.sku for product in products}) == len(products) > 0

    def test_a_comment_that_was_written_is_seen_and_leaves_the_order_alone(
        self, connection: Connection
    ) -> None:
        adapter, (key, *_) = connection.adapter, sorted(connection.order_ids)
        before = adapter.order_condition(key)

        adapter.add_order_note(key, "Invoice S1-1")

        assert adapter.order_condition(key) == replace(
            before, comments=("Invoice S1-1", *before.comments)
        )

    def test_a_status_is_set_and_its_state_and_all_else_of_the_order_stay(
        self, connection: Connection
    ) -> None:
        adapter = connection.adapter
        orders = [(key, adapter.order_condition(key)) for key in sorted(connection.order_ids)]
        key = next(key for key, one in orders if one.state == "processing")
        before = adapter.fetch(RecordRef(Stream.ORDERS, key))["order"]

        adapter.set_order_status(key, "in_xero", "Paid")

        after = adapter.fetch(RecordRef(Stream.ORDERS, key))["order"]
        assert (after["status"], after["state"]) == ("in_xero", "processing")
        (entry, *_) = after["status_histories"]
        assert (entry["comment"], entry["status"]) == ("Paid", "in_xero")
        moved = {"status", "updated_at", "status_histories"}
        assert {n: v for n, v in after.items() if n not in moved} == {
            n: v for n, v in before.items() if n not in moved
        }
        stopped = {one.state for _, one in orders if one.stopped}
        assert stopped == {one.state for _, one in orders} & {"canceled", "closed", "holded"}
        assert stopped

    def test_a_customer_is_changed_in_what_is_said_and_nothing_else(
        self, connection: Connection
    ) -> None:
        adapter = connection.adapter
        record = next(
            record
            for page in adapter.pages(Stream.CUSTOMERS, Interval())
            for record in page.records
            if record["addresses"][0]["country_id"] == "AU"
        )
        key = str(record["id"])
        moved = Address(
            lines=("9 Low Rd", "Shed", "Rear"), city="Perth", region="WA", postcode="6000",
            country="Australia",
        )  # fmt: skip

        written = adapter.set_customer(key, CustomerChanges(phone="0499", address=moved))

        read_back = adapter.fetch(RecordRef(Stream.CUSTOMERS, key))
        assert written == read_back
        (old,), (new,) = record["addresses"], read_back["addresses"]
        changed = {name for name in new if new[name] != old[name]}
        assert changed <= {"telephone", "street", "city", "region", "region_id", "postcode"}
        assert (new["telephone"], new["street"]) == ("0499", ["9 Low Rd", "Shed, Rear"])
        assert new["region"]["region_id"] == 576
        rest = {"addresses", "updated_at", "taxvat", "custom_attributes"}
        assert {n: v for n, v in read_back.items() if n not in rest} == {
            n: v for n, v in record.items() if n not in rest
        }
        with pytest.raises(Rejected) as refused:
            adapter.set_customer(key, CustomerChanges(address=replace(moved, region="Ontario")))
        assert refused.value.code == "region_unknown"
        assert adapter.fetch(RecordRef(Stream.CUSTOMERS, key)) == read_back

    def test_any_stream_is_asked_for_by_id(self, connection: Connection) -> None:
        adapter = connection.adapter
        for stream in adapter.profile.streams - {Stream.STOCK}:
            first = next(iter(adapter.pages(stream, Interval()))).records[0]
            known = adapter.identify(stream, first).id
            found = adapter.fetch_many(stream, [known, "none,at-all"])
            assert [adapter.identify(stream, one).id for one in found] == [known]
        (level,) = adapter.fetch_many(Stream.STOCK, ["MUG-STN", "none,at-all"])
        assert level["sku"] == "MUG-STN"


def test_orders_are_asked_for_in_one_search_for_a_hundred() -> None:
    shop = RecordedShop(STORE | {"orders": some_orders(130)})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        shop.install(mock)
        adapter = MagentoAdapter(MagentoAdapter.Credentials(**KEYS), http.session(), url=URL)

        found = adapter.fetch_many(Stream.ORDERS, [str(n) for n in range(1, 131)])

    assert len(found) == 130
    # 65 are paid and sent: their invoices and shipments come in one search each.
    assert shop.calls == ["orders", "orders", "invoices", "shipments"]


def test_documents_of_an_order_travel_with_it() -> None:
    orders = some_orders(3)
    orders[1] |= {"total_refunded": 24}
    shop = RecordedShop(
        STORE
        | {
            "orders": orders,
            "invoices": [
                invoice(1, order_id=2, updated_at="2026-11-01 02:00:00"),
                invoice(2, order_id=99, updated_at="2026-10-01 02:00:00"),
            ],
            "shipments": [shipment(1, order_id=2, updated_at="2026-11-01 02:00:00")],
            "creditmemos": [creditmemo(order_id=2)],
        }
    )
    with responses.RequestsMock() as mock:
        mock.assert_all_requests_are_fired = False
        shop.install(mock)
        adapter = MagentoAdapter(MagentoAdapter.Credentials(**KEYS), http.session(), url=URL)

        [page] = adapter.pages(Stream.ORDERS, Interval())

    assert [sorted(record) for record in page.records] == [
        ["order"],
        ["creditmemos", "invoices", "order", "shipments"],
        ["order"],
    ]
    assert [one["entity_id"] for one in page.records[1]["invoices"]] == [1]
    assert shop.called("creditmemos") == 1
