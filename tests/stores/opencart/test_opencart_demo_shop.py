"""The OpenCart adapter against the demo shop, over real HTTP: the contract of all adapters, and
every made-up order of every version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from connector.lib.errors import Rejected
from connector.lib.outgoing import http
from sandbox.opencart import DemoShop
from sandbox.shop.made_up.demand import Plan
from stores.adapter import Interval
from stores.adapters.opencart.adapter import OpenCartAdapter
from stores.canonical.order import Order
from stores.canonical.product import StockTarget
from stores.canonical.records import ParseFacts, RecordRef, Stream
from stores.canonical.sync_state import SyncState, SyncStatus
from stores.signatures import signature
from tests.stores.contract import AdapterContract, Connection
from tests.stores.magento.magento_records import charged

FACTS = ParseFacts()
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


def sign(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"X-Timestamp": stamp, "X-Signature": signature(secret, stamp, body)}


def connected(shop: DemoShop) -> OpenCartAdapter:
    """The adapter as the shop's own code connects it."""
    pairing = OpenCartAdapter.profile.pairing
    assert pairing is not None
    code = pairing.read(shop.pairing_code)
    credentials = OpenCartAdapter.Credentials(**code.credentials)
    return OpenCartAdapter(credentials, http.session(), url=code.url)


def read(adapter: OpenCartAdapter, cursor: Interval | None = None) -> list[Order]:
    orders = [
        adapter.parse(Stream.ORDERS, record, FACTS)
        for page in adapter.pages(Stream.ORDERS, cursor or Interval())
        for record in page.records
    ]
    assert all(isinstance(order, Order) for order in orders)
    return orders  # type: ignore[return-value]


@pytest.fixture(params=["3", "4.0", "4"])
def shop(request: pytest.FixtureRequest, private_hosts: None) -> Iterator[DemoShop]:
    plan = Plan(foreign=0.2, coupons=0.4)
    with DemoShop(
        orders=130, plan=plan, epoch=EPOCH, version=request.param, with_refunds=True
    ) as running:
        yield running


class TestDemoShop(AdapterContract):
    @pytest.fixture
    def connection(self, private_hosts: None) -> Iterator[Connection]:
        # A shop of which no order's rows, each rounded by itself, miss the total by a cent.
        plan = Plan(seed=52, profile="uk", inclusive=False, coupons=0.05, foreign=0)
        with DemoShop(orders=90, plan=plan, epoch=EPOCH, version="4") as running:
            yield Connection(
                adapter=connected(running),
                order_ids=frozenset(str(running.id_of(one)) for one in running.orders),
                total_field=("order", "total"),
                sign=sign,
                body=b'{"orders": [1, 2], "products": [3], "call": "9f0c"}',
                refs=(
                    RecordRef(Stream.ORDERS, "1"), RecordRef(Stream.ORDERS, "2"),
                    RecordRef(Stream.PRODUCTS, "3"),
                ),
                shown=lambda: {
                    str(number): SyncState(
                        Stream.ORDERS, str(number), SyncStatus(one["state"]), one["number"],
                        one["url"], one["reason"],
                    )
                    for (kind, number), one in running.sync_states.items() if kind == "order"
                },
            )  # fmt: skip


def test_every_order_is_read_to_the_cent(shop: DemoShop) -> None:
    orders = read(connected(shop))

    assert len(orders) == 130
    for order in orders:
        stored = shop.order(int(order.id))
        seen = Decimal(stored["order"]["total"]) * Decimal(stored["order"]["currency_value"])
        assert abs(order.total - seen) <= Decimal("0.005")
        # each row is rounded for itself: OpenCart's customers see such sums, too
        rows = len(stored["order_total"])
        assert abs(charged(order) - order.total) <= Decimal("0.005") * rows
        assert {line.rate for line in order.lines} <= {Decimal(0), Decimal(10)}


def test_what_staff_gave_back_and_what_buyers_gave_as_tax_numbers_is_read(shop: DemoShop) -> None:
    orders = {int(order.id): order for order in read(connected(shop))}

    for tables in shop.orders:
        order = orders[shop.id_of(tables)]
        assert len(order.returns) == len(tables["return"])
        stated = tables["order"]["payment_custom_field"] != "[]"
        assert bool(order.customer.tax_number) == stated


def test_each_page_goes_on_where_the_last_one_ended_while_orders_change(shop: DemoShop) -> None:
    adapter, seen = connected(shop), set()
    pages = adapter.pages(Stream.ORDERS, Interval())

    for position, page in enumerate(pages):
        seen |= {adapter.identify(Stream.ORDERS, record).id for record in page.records}
        if position == 0:
            shop.add_orders(1)
            shop.comment(shop.id_of(shop.orders[0]), "Called.")
    last = max(order.updated_at for order in read(adapter))
    later = read(adapter, Interval(position=last, overlap=timedelta(minutes=5)))

    assert seen | {order.id for order in later} == {
        str(shop.id_of(order)) for order in shop.orders
    }  # fmt: skip


def test_a_deleted_order_is_told_as_deleted(shop: DemoShop) -> None:
    adapter, number = connected(shop), shop.id_of(shop.orders[5])
    before = adapter.parse(
        Stream.ORDERS, adapter.fetch(RecordRef(Stream.ORDERS, str(number))), FACTS
    )
    shop.delete(number)

    gone = adapter.parse(Stream.ORDERS, adapter.fetch(RecordRef(Stream.ORDERS, str(number))), FACTS)

    assert isinstance(before, Order)
    assert isinstance(gone, Order)
    assert (before.deleted, gone.deleted) == (False, True)
    assert (gone.total, gone.lines) == (before.total, before.lines)


def test_status_comment_and_stock_are_written(shop: DemoShop) -> None:
    adapter, number = connected(shop), str(shop.id_of(shop.orders[0]))
    before = adapter.order_condition(number)

    adapter.set_order_status(number, "5", "Paid in Xero")
    adapter.add_order_note(number, "INV-1")
    adapter.set_stock(StockTarget("MUG-STN"), Decimal(7))

    assert adapter.order_condition(number) == replace(
        before, status="5", comments=(*before.comments, "Paid in Xero", "INV-1")
    )
    assert shop.catalogue.find("MUG-STN")[0].row["quantity"] == "7"
    with pytest.raises(Rejected, match="has options"):
        adapter.set_stock(StockTarget("TEE"), Decimal(7))


def test_its_products_customers_and_stock_are_read(shop: DemoShop) -> None:
    adapter = connected(shop)
    found = {
        stream: [
            adapter.parse(stream, record, FACTS)
            for page in adapter.pages(stream, Interval())
            for record in page.records
        ]
        for stream in (Stream.PRODUCTS, Stream.CUSTOMERS, Stream.STOCK)
    }

    assert len(found[Stream.PRODUCTS]) == len(shop.catalogue.products)
    assert len(found[Stream.CUSTOMERS]) == len(shop.customers)
    assert len(found[Stream.STOCK]) == len(shop.catalogue.products)
