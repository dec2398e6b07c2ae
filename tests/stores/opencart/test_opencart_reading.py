"""Reading a shop whose orders change underneath, whose clock goes back, and what no list shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.lib.errors import Rejected
from stores.adapter import Interval
from stores.adapters.opencart.reading.moments import ShopClock, zone_of
from stores.canonical.order import Order
from stores.canonical.product import StockTarget
from stores.canonical.records import By, Page, ParseFacts, RecordRef, Stream
from tests.stores.opencart.extension import Extension
from tests.stores.opencart.opencart_records import opencart_order
from tests.stores.opencart.test_opencart_contract import connected

SINCE = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture
def shop() -> Iterator[Extension]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        made = Extension()
        made.serve(mocked)
        yield made


def placed(number: int, at: str, changed: str = "", **columns: Any) -> dict[str, Any]:
    columns = {"date_added": at, "date_modified": changed or at} | columns
    return opencart_order(order_id=number, **columns)


def ids(pages: Iterator[Page]) -> list[int]:
    return [int(one["order"]["order_id"]) for page in pages for one in page.records]


def cursor(at: datetime = SINCE, **bounds: Any) -> Interval:
    return Interval(at, timedelta(0), **bounds)


@pytest.mark.parametrize("count", [99, 100, 101, 250])
def test_orders_of_one_second_are_all_read_once(shop: Extension, count: int) -> None:
    for number in range(1, count + 1):
        shop.put(placed(number, "2026-11-02 10:00:00"))

    assert ids(connected().pages(Stream.ORDERS, cursor())) == list(range(1, count + 1))


@pytest.mark.stories
def test_ten_thousand_orders_take_at_most_250_requests(shop: Extension) -> None:
    one = placed(1, "2026-11-02 10:00:00")
    for number in range(1, 10_001):
        record = {**one, "order": {**one["order"], "order_id": str(number)}}
        shop.orders[number] = record | {"x_changed": f"2026-11-02 10:{number % 60:02}:00"}

    assert len(ids(connected().pages(Stream.ORDERS, Interval()))) == 10_000
    assert len(shop.calls) <= 250


@settings(max_examples=30, deadline=None)
@given(
    moves=st.lists(st.tuples(st.integers(1, 220), st.integers(0, 5)), min_size=1, max_size=12),
    born=st.integers(0, 3),
)
def test_nothing_is_missed_while_orders_change_between_two_pages(
    moves: list[tuple[int, int]], born: int
) -> None:
    """Whatever changes or is placed meanwhile: each order is read, as it was last or later."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        shop = Extension()
        shop.serve(mocked)
        for number in range(1, 221):
            shop.put(placed(number, "2026-11-02 10:00:00"), f"2026-11-02 10:00:0{number % 3}")
        todo = list(moves)

        def go_on(now: Extension) -> None:
            if now.calls[-1][0] == "orders" and todo:
                number, second = todo.pop(0)
                now.put(now.orders[number], f"2026-11-02 11:00:0{second}")
                for _ in range(born):
                    now.put(placed(len(now.orders) + 1, "2026-11-02 11:00:09"))

        shop.between = go_on
        last = {
            int(one["order"]["order_id"]): one["x_changed"]
            for page in connected().pages(Stream.ORDERS, cursor())
            for one in page.records
        }

    done = len(moves) - len(todo)
    assert set(range(1, 221)) <= set(last)
    for number, second in moves[:done]:
        assert last[number] >= "2026-11-02 10:00:00", (number, second)
    # What moved after it had been read is met again, further on.
    late = {number for number, _ in moves[: max(done - 2, 0)]}
    assert all(last[number].startswith("2026-11-02 11") for number in late)


def test_an_order_that_was_deleted_is_told_as_it_stood(shop: Extension) -> None:
    for number in (1, 2):
        shop.put(placed(number, "2026-11-02 10:00:00"))
    shop.delete(1, SINCE + timedelta(days=3))

    pages = list(connected().pages(Stream.ORDERS, cursor(SINCE + timedelta(days=2))))

    (record,) = (one for page in pages for one in page.records)
    order = connected().parse(Stream.ORDERS, record, ParseFacts())
    assert isinstance(order, Order)
    assert (order.id, order.deleted) == ("1", True)


def test_what_happened_before_is_not_asked_for_again(shop: Extension) -> None:
    shop.put(placed(1, "2026-11-02 10:00:00"))
    for number in range(1200):
        shop.note("order", 1, "changed", SINCE + timedelta(minutes=number))

    assert ids(connected().pages(Stream.ORDERS, cursor(SINCE + timedelta(days=9)))) == []
    assert [name for name, _ in shop.calls].count("events") == 1


def test_events_of_a_busy_day_are_read_back_to_its_beginning(shop: Extension) -> None:
    for number in range(1, 1201):
        shop.put(placed(number, "2026-10-02 10:00:00"))
        shop.note("order", number, "changed", SINCE + timedelta(seconds=number))

    found = ids(connected().pages(Stream.ORDERS, cursor()))

    assert sorted(found) == list(range(1, 1201))


def test_an_order_written_with_a_time_that_has_passed_is_found_by_its_id(shop: Extension) -> None:
    shop.put(placed(1, "2026-11-02 10:00:00"))
    shop.put(placed(2, "2026-11-03 10:00:00"))
    shop.put(placed(3, "2026-06-01 10:00:00"))

    assert ids(connected().pages(Stream.ORDERS, cursor(SINCE + timedelta(days=9)))) == [3]


def test_status_0_is_not_listed_and_can_be_fetched(shop: Extension) -> None:
    shop.put(placed(1, "2026-11-02 10:00:00", order_status_id="0"))

    assert ids(connected().pages(Stream.ORDERS, Interval())) == []
    record = connected().fetch(RecordRef(Stream.ORDERS, "1"))
    order = connected().parse(Stream.ORDERS, record, ParseFacts())
    assert isinstance(order, Order)
    assert order.unconfirmed


def test_records_say_of_which_zone_and_currency_they_are(shop: Extension) -> None:
    shop.timezone, shop.utc_offset = "Europe/London", 0
    shop.tax_rates = [
        {"tax_rate_id": "86", "name": "VAT (20%)", "rate": "20.0000", "type": "P"},
        {"tax_rate_id": "87", "name": "Eco", "rate": "2.0000", "type": "F"},
    ]
    shop.put(placed(1, "2026-07-02 10:00:00"))

    record = connected().fetch(RecordRef(Stream.ORDERS, "1"))

    assert (record["x_timezone"], record["x_base_currency"]) == ("Europe/London", "GBP")
    assert record["x_taxes"] == {"VAT (20%)": {"rate": "20.0000", "type": "P"}}
    order = connected().parse(Stream.ORDERS, record, ParseFacts(shop_timezone="Asia/Tokyo"))
    assert isinstance(order, Order)
    assert order.placed_at == datetime(2026, 7, 2, 9, tzinfo=UTC)


# --- the hour that comes twice -------------------------------------------------------------------

LONDON = ShopClock("Europe/London")
BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)  # 02:00 becomes 01:00


@pytest.mark.parametrize("minutes", range(-120, 121, 7))
def test_an_interval_holds_all_texts_of_its_moments(minutes: int) -> None:
    start = BACK + timedelta(minutes=minutes)
    first, last = LONDON.earliest(start), LONDON.latest(start)

    for later in range(0, 180, 5):
        assert first <= LONDON.text(start + timedelta(minutes=later))
        assert last >= LONDON.text(start - timedelta(minutes=later))


def test_in_spring_nothing_is_widened() -> None:
    forward = datetime(2026, 3, 29, 1, tzinfo=UTC)
    for minutes in range(-120, 121, 30):
        at = forward + timedelta(minutes=minutes)
        assert LONDON.earliest(at) == LONDON.latest(at) == LONDON.text(at)


def test_an_order_of_the_second_hour_is_read_after_one_of_the_first(shop: Extension) -> None:
    shop.timezone, shop.utc_offset = "Europe/London", 0
    shop.put(placed(1, "2026-10-25 01:40:00"))  # summer time
    position = next(connected().pages(Stream.ORDERS, Interval())).position
    assert position == BACK - timedelta(minutes=20)
    shop.put(placed(2, "2026-10-25 01:10:00"))  # half an hour later

    assert 2 in ids(connected().pages(Stream.ORDERS, Interval(position)))


@pytest.mark.parametrize(
    ("name", "offset", "now", "zone"),
    [
        ("Europe/London", 3600, "2026-07-01 12:00:00", "Europe/London"),
        ("Europe/London", 0, "2026-11-20 12:00:00", "Europe/London"),
        ("Europe/London", 0, "2026-07-01 12:00:00", "UTC"),
        ("UTC", -18000, "2026-11-20 12:00:00", "Etc/GMT+5"),
        ("no such zone", 7200, "2026-11-20 12:00:00", "Etc/GMT-2"),
        ("Asia/Kolkata", 19800, "2026-11-20 12:00:00", "Asia/Kolkata"),
        ("UTC", 19800, "2026-11-20 12:00:00", ""),
        (None, None, None, ""),
    ],
)
def test_the_zone_is_that_of_the_database_s_own_time(
    name: object, offset: object, now: object, zone: str
) -> None:
    assert zone_of(name, offset, now) == zone


# --- others --------------------------------------------------------------------------------------


def customer(number: int, at: str) -> dict[str, Any]:
    return {
        "customer_id": str(number), "email": f"c{number}@example.com", "firstname": "Ann",
        "lastname": "Doe", "telephone": "1", "customer_group_id": "1", "date_added": at,
        "addresses": [{"address_id": "1", "address_1": "1 High St", "city": "Leeds",
                       "country": "United Kingdom", "iso_code_2": "GB", "company": "Acme"}],
    }  # fmt: skip


def test_customers_are_read_by_when_they_came_and_by_events(shop: Extension) -> None:
    shop.customers = {1: customer(1, "2026-05-01 10:00:00"), 2: customer(2, "2026-11-05 10:00:00")}
    shop.note("customer", 1, "changed", SINCE + timedelta(days=6))

    pages = list(connected().pages(Stream.CUSTOMERS, cursor(SINCE + timedelta(days=3))))

    found = [one for page in pages for one in page.records]
    assert [one["customer_id"] for one in found] == ["2", "1"]
    read = connected().parse(Stream.CUSTOMERS, found[1], ParseFacts())
    assert (read.email, read.company, read.billing.country) == ("c1@example.com", "Acme", "GB")  # type: ignore[union-attr]


def test_customers_without_a_date_are_read_once_each(shop: Extension) -> None:
    """As programs leave them that bring customers over from another shop."""
    shop.customers = {n: customer(n, "0000-00-00 00:00:00") for n in range(1, 251)}
    shop.customers[251] = customer(251, "2026-11-05 10:00:00")

    pages = list(connected().pages(Stream.CUSTOMERS, Interval(None)))

    found = [int(one["customer_id"]) for page in pages for one in page.records]
    assert found == list(range(1, 252))


def product(number: int, sku: str, **more: Any) -> dict[str, Any]:
    return {
        "product_id": str(number), "model": f"M-{number}", "sku": sku, "name": "Mug",
        "quantity": "5", "subtract": "1", "has_options": False, "price": "9.9900", "status": "1",
        "tax_class_id": "9", "options": [], "date_added": "2026-05-01 10:00:00",
        "x_changed": "2026-05-01 10:00:00",
    } | more  # fmt: skip


def test_stock_goes_by_sku_and_where_there_is_none_by_model(shop: Extension) -> None:
    shop.products = {
        1: product(1, "MUG"),
        2: product(2, ""),
        3: product(3, "CUP", has_options=True),
    }
    adapter = connected()

    (page,) = adapter.pages(Stream.STOCK, Interval())
    levels = [adapter.parse(Stream.STOCK, one, ParseFacts()) for one in page.records]
    adapter.set_stock(StockTarget("M-2"), Decimal(8))

    assert [(one.sku, one.counted) for one in levels] == [  # type: ignore[union-attr]
        ("MUG", True), ("M-2", True), ("CUP", False),
    ]  # fmt: skip
    assert shop.products[2]["quantity"] == "8"


@pytest.mark.parametrize(
    ("sku", "quantity", "code"),
    [("CUP", "3", "has_options"), ("TWICE", "3", "ambiguous"), ("GONE", "3", "not_found"),
     ("MUG", "1.5", "not_whole")],
)  # fmt: skip
def test_stock_that_cannot_be_written_says_why(
    shop: Extension, sku: str, quantity: str, code: str
) -> None:
    shop.products = {
        1: product(1, "MUG"), 2: product(2, "CUP", has_options=True), 3: product(3, "TWICE"),
        4: product(4, "TWICE"),
    }  # fmt: skip

    with pytest.raises(Rejected) as refused:
        connected().set_stock(StockTarget(sku), Decimal(quantity))

    assert refused.value.code == code
    assert {one["quantity"] for one in shop.products.values()} == {"5"}


def test_the_stock_of_products_of_one_sku_is_told_apart_by_their_ids(shop: Extension) -> None:
    shop.products = {3: product(3, "TWICE"), 4: product(4, "TWICE")}
    adapter = connected()

    level = adapter.parse(
        Stream.STOCK, adapter.fetch_stock(StockTarget("TWICE", "4")), ParseFacts()
    )
    adapter.set_stock(StockTarget("TWICE", "4"), Decimal(8))

    assert level.target == StockTarget("TWICE", "4")  # type: ignore[union-attr]
    assert {one: row["quantity"] for one, row in shop.products.items()} == {3: "5", 4: "8"}
    with pytest.raises(Rejected) as refused:
        adapter.fetch_stock(StockTarget("TWICE"))
    assert refused.value.code == "ambiguous"


@pytest.mark.parametrize(
    ("target", "code"),
    [(StockTarget("MUG", "M-3"), "not_found"), (StockTarget("MUG", "4"), "not_found"),
     (StockTarget("MUG", "3", "30"), "unknown_id"),
     (StockTarget("MUG", "", "", "north"), "unknown_id")],
)  # fmt: skip
def test_stock_of_an_id_that_the_shop_has_not_is_not_written_by_the_sku(
    shop: Extension, target: StockTarget, code: str
) -> None:
    shop.products = {3: product(3, "MUG")}

    with pytest.raises(Rejected) as refused:
        connected().set_stock(target, Decimal(8))

    assert refused.value.code == code
    assert shop.products[3]["quantity"] == "5"


def test_a_status_is_written_with_its_note_and_the_customer_is_not_told(shop: Extension) -> None:
    shop.put(placed(1, "2026-11-02 10:00:00"))

    connected().set_order_status("1", "5", "Paid in Xero")

    name, said = shop.calls[-1]
    assert (name, said["notify"]) == ("set_status", False)
    condition = connected().order_condition("1")
    assert (condition.status, condition.comments[-1]) == ("5", "Paid in Xero")


def test_reading_by_placing_asks_for_no_events(shop: Extension) -> None:
    shop.put(placed(1, "2026-11-02 10:00:00"))

    assert ids(connected().pages(Stream.ORDERS, cursor(by=By.PLACED))) == [1]
    assert "events" not in [name for name, _ in shop.calls]
