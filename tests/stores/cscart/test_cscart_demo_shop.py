"""The CS-Cart adapter against the demo shop, over real HTTP: the contract of all adapters, and
every made-up order of either edition, version and way of computing tax."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.lib.errors import NotConnected, Rejected, Temporary
from connector.lib.outgoing import http
from sandbox.cscart import DemoShop
from sandbox.cscart.shop import API_KEY, EMAIL
from sandbox.shop.made_up.demand import Plan
from stores.adapter import Interval
from stores.adapters.cscart.adapter import CSCartAdapter
from stores.canonical.order import Order
from stores.canonical.product import StockLevel, StockTarget
from stores.canonical.records import By, ParseFacts, RecordRef, Stream
from stores.canonical.sync_state import SyncState, SyncStatus
from tests.stores.contract import AdapterContract, Connection
from tests.stores.cscart.over_the_api import UNTOLD, OverTheApi
from tests.stores.cscart.test_cscart_contract import BODY, REFS, sign
from tests.stores.magento.magento_records import charged

FACTS = ParseFacts(base_currency="GBP", websites={"1": "Ana's ovens"})
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
ALL = Interval(by=By.ID)


def connected(shop: DemoShop, key: str = API_KEY) -> CSCartAdapter:
    credentials = CSCartAdapter.Credentials(email=EMAIL, api_key=key)
    return CSCartAdapter(credentials, http.session(), url=shop.url)


def read(adapter: CSCartAdapter, cursor: Interval = ALL) -> list[Order]:
    orders = [
        adapter.parse(Stream.ORDERS, adapter.complete(Stream.ORDERS, record), FACTS)
        for page in adapter.pages(Stream.ORDERS, cursor)
        for record in page.records
    ]
    assert all(isinstance(order, Order) for order in orders)
    return orders  # type: ignore[return-value]


SHOPS = [
    {"tax_calculation": "unit_price"},
    {"tax_calculation": "subtotal", "version": "4.3", "rewrites": False},
    {"tax_calculation": "unit_price", "version": "4.3", "largest_page": 40},
    {"tax_calculation": "subtotal", "edition": "multivendor", "knows_changes": True},
]


@pytest.fixture(params=SHOPS, ids=lambda options: "-".join(map(str, options.values())))
def shop(request: pytest.FixtureRequest, private_hosts: None) -> Iterator[DemoShop]:
    plan = Plan(profile="uk", foreign=0.2, coupons=0.4, inclusive="version" not in request.param)
    with DemoShop(orders=90, plan=plan, epoch=EPOCH, with_refunds=True, **request.param) as running:
        yield running


def shown(shop: DemoShop) -> dict[str, SyncState]:
    """What the shop's admin shows of its orders."""
    return {
        str(ident): SyncState(
            Stream.ORDERS, str(ident), SyncStatus(said["state"]), said["number"], said["url"],
            said["reason"],
        )
        for (kind, ident), said in shop.sync_states.items()
        if kind == "order"
    }  # fmt: skip


class TestDemoShopWithTheAddon(AdapterContract):
    """The demo shop was written from the protocol, and the add-on is what it stands in for."""

    @pytest.fixture
    def connection(self, private_hosts: None) -> Iterator[Connection]:
        plan = Plan(seed=5, profile="uk", inclusive=False)
        with DemoShop(orders=20, plan=plan, epoch=EPOCH, addon=True) as running:
            keys = running.keys.credentials
            credentials = CSCartAdapter.Credentials(key=keys.key, secret=keys.secret)
            yield Connection(
                adapter=CSCartAdapter(credentials, http.session(), url=running.url),
                order_ids=frozenset(one["order_id"] for one in running.orders),
                total_field=("total",), sign=sign, body=BODY, refs=REFS,
                shown=lambda: shown(running),
            )  # fmt: skip


class TestDemoShop(OverTheApi):
    @pytest.fixture(params=[{}, {"version": "4.3", "rewrites": False, "largest_page": 7}])
    def connection(
        self, request: pytest.FixtureRequest, private_hosts: None
    ) -> Iterator[Connection]:
        plan = Plan(seed=5, profile="uk", inclusive=False)
        with DemoShop(orders=20, plan=plan, epoch=EPOCH, **request.param) as running:
            yield Connection(
                adapter=connected(running),
                order_ids=frozenset(one["order_id"] for one in running.orders),
                total_field=("total",), sign=sign, body=BODY, refs=REFS, lacks=UNTOLD,
            )  # fmt: skip


def test_every_order_is_read_to_the_cent(shop: DemoShop) -> None:
    orders = read(connected(shop))

    assert [int(order.id) for order in orders] == [shop.id_of(one) for one in shop.orders]
    for order in orders:
        stored = shop.order(int(order.id))
        assert order.total == Decimal(stored["total"])
        assert order.divided == (stored["is_parent_order"] == "Y")
        if order.divided:
            continue
        assert charged(order) == order.total
        taxes: Any = stored["taxes"] or {}
        percent = [one for one in taxes.values() if one["rate_type"] == "P"]
        stated = sum(Decimal(str(one["tax_subtotal"])) for one in percent)
        assert abs(order.tax - stated) <= Decimal("0.02") * len(percent)
        # 2.5 % on what VAT of 20 % made of it: 23 % where VAT is on top, 22.5 / 1.2 … inside it
        assert {line.rate for line in order.lines} <= {
            Decimal(one) for one in ("0", "20", "23", "2.5", "23.0000")
        }


def test_what_an_order_shows_of_itself_is_read(shop: DemoShop) -> None:
    orders = {int(order.id): order for order in read(connected(shop))}

    for stored in shop.orders:
        order = orders[shop.id_of(stored)]
        assert order.taken_back == bool(stored["credit_memo_id"])
        assert order.invoice_number == (stored["invoice_id"] or "")
        assert order.status == stored["status"]
        assert "&" not in order.customer.last_name
        assert not any("&#x27;" in line.name or "&quot;" in line.name for line in order.lines)
        assert (order.customer.id == "") == (stored["user_id"] == "0")
    if shop.edition == "multivendor":
        names = {order.vendor for order in orders.values() if not order.divided}
        assert "Ana's ovens" in names


def test_while_orders_are_placed_none_is_left_out(shop: DemoShop) -> None:
    adapter, seen = connected(shop), set()
    for place, page in enumerate(adapter.pages(Stream.ORDERS, ALL)):
        seen |= {adapter.identify(Stream.ORDERS, record).id for record in page.records}
        if place == 0:
            shop.add_orders(3)
            mark = page.mark
    later = adapter.pages(Stream.ORDERS, Interval(by=By.ID, after=max(seen, key=int)))
    seen |= {adapter.identify(Stream.ORDERS, one).id for page in later for one in page.records}

    assert seen == {one["order_id"] for one in shop.orders}
    assert mark


def test_where_the_list_knows_changes_it_gives_what_changed(shop: DemoShop) -> None:
    adapter = connected(shop)
    facts = adapter.probe()
    assert bool(dict(facts.findings)["changes"]) == shop.knows_changes
    if not shop.knows_changes:
        return
    adapter.recall(dict(facts.findings))
    after = datetime.fromtimestamp(int(shop.stamp()), UTC) - timedelta(seconds=1)
    number = shop.id_of(next(one for one in shop.orders if one["status"] == "P"))
    shop.set_status(number, "C")

    changed = read(adapter, Interval(position=after, overlap=timedelta(0)))

    assert [order.id for order in changed] == [str(number)]


def test_a_status_is_written_and_nothing_else_of_the_order(shop: DemoShop) -> None:
    adapter = connected(shop)
    stored = next(one for one in shop.orders if one["status"] == "P")
    before = dict(stored)

    adapter.set_order_status(stored["order_id"], "C")

    changed = {key for key, value in stored.items() if value != before[key]}
    assert changed <= {"status", "updated_at", "products"}
    assert adapter.order_condition(stored["order_id"]).status == "C"
    with pytest.raises(Rejected, match="no such status"):
        adapter.set_order_status(stored["order_id"], "c")
    assert stored["status"] == "C"


def test_stock_is_written_to_the_product_or_its_size(shop: DemoShop) -> None:
    adapter = connected(shop)
    adapter.set_stock(StockTarget("MUG-STN"), Decimal(7))
    adapter.set_stock(StockTarget("TEE-M"), Decimal(3))

    product, size = shop.catalogue.find("TEE-M")
    assert shop.catalogue.find("MUG-STN")[0].amount == 7
    assert (product.sizes[size] if size else product.amount) == 3
    with pytest.raises(Rejected, match="TEE-XXL"):
        adapter.set_stock(StockTarget("TEE-XXL"), Decimal(3))

    # Where it was read is where it is written.
    level = adapter.parse(Stream.STOCK, adapter.fetch_stock(StockTarget("TEE-M")), FACTS)
    assert isinstance(level, StockLevel)
    adapter.set_stock(level.target, Decimal(4))
    product, size = shop.catalogue.find("TEE-M")
    assert bool(level.variant_id) == bool(size)
    assert (product.sizes[size] if size else product.amount) == 4


def test_its_products_customers_and_stock_are_read(shop: DemoShop) -> None:
    adapter = connected(shop)
    found = {
        stream: [
            adapter.parse(stream, adapter.complete(stream, record), FACTS)
            for page in adapter.pages(stream, Interval())
            for record in page.records
        ]
        for stream in (Stream.PRODUCTS, Stream.CUSTOMERS, Stream.STOCK)
    }

    assert len(found[Stream.PRODUCTS]) == len(shop.catalogue.products)
    assert len(found[Stream.CUSTOMERS]) == len(shop.customers)
    codes = {level.sku for level in found[Stream.STOCK]}
    assert {"TEE-S", "TEE-XL", "MUG-STN"} <= codes
    assert "" not in codes


def test_a_deleted_order_and_a_wrong_key_are_told_as_such(shop: DemoShop) -> None:
    number = shop.id_of(shop.orders[5])
    shop.delete(number)

    with pytest.raises(Rejected) as gone:
        connected(shop).fetch(RecordRef(Stream.ORDERS, str(number)))
    assert gone.value.code == "not_found"
    with pytest.raises(NotConnected) as refused:
        connected(shop, "wrong").probe()
    assert refused.value.code == "credentials_refused"


@pytest.mark.parametrize("shop", SHOPS[:1], indirect=True)
@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        ({"kind": "throttled", "retry_after": 900}, 900),
        ({"kind": "error", "status": 503, "retry_after": 600}, 600),
        ({"kind": "error", "status": 500}, None),
        ({"kind": "bad_gateway"}, None),
    ],
)
def test_a_shop_that_cannot_answer_is_asked_later(
    shop: DemoShop, fault: dict[str, Any], wait: int | None
) -> None:
    adapter = connected(shop)
    adapter.recall({"form": "paths" if shop.rewrites else "query"})
    shop.fail(**fault)

    with pytest.raises(Temporary) as refused:
        read(adapter)

    assert refused.value.retry_after == wait
    assert len(read(connected(shop))) == len(shop.orders)


def test_an_order_that_is_asked_for_alone_says_that_a_credit_memo_was_made(shop: DemoShop) -> None:
    adapter = connected(shop)
    number = str(shop.id_of(next(one for one in shop.orders if one["status"] == "C")))
    shop.set_status(int(number), "R")
    before = len(shop.requests)

    alone = adapter.complete(Stream.ORDERS, adapter.fetch(RecordRef(Stream.ORDERS, number)))

    assert adapter.parse(Stream.ORDERS, alone, FACTS).taken_back  # type: ignore[union-attr]
    assert len(shop.requests) - before <= 3
    assert adapter.complete(Stream.ORDERS, alone) == alone
