"""Calls to a CS-Cart shop: addresses, keys, errors in the owner's words, lists, stock, status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses

from connector.lib import clock
from connector.lib.errors import Misconfigured, NotConnected, OutcomeUnknown, Rejected, Temporary
from connector.lib.outgoing import http
from stores.adapter import Interval
from stores.adapters.cscart.adapter import CSCartAdapter
from stores.canonical.product import StockLevel, StockTarget
from stores.canonical.records import By, OrderCondition, ParseFacts, RecordRef, Stream
from tests.stores.cscart.cscart_records import Json, order
from tests.stores.cscart.fake_shop import KEYS, LISTS, URL, FakeShop, dumps
from tests.stores.cscart.test_cscart_contract import some_orders

ALL = Interval(by=By.PLACED)
PAGE = "<!DOCTYPE html><title>We are closed</title>"


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    fake = FakeShop(orders=some_orders(3), lists=LISTS)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        fake.install(mock)
        yield fake


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would have been slept; the clock moves instead."""
    waits: list[float] = []
    monkeypatch.setattr(clock, "monotonic", lambda: sum(waits))
    monkeypatch.setattr(clock, "sleep", waits.append)
    return waits


def adapter(url: str = URL, **keys: str) -> CSCartAdapter:
    return CSCartAdapter(CSCartAdapter.Credentials(**KEYS | keys), http.session(), url=url)


def read(to: CSCartAdapter, stream: Stream, since: Interval = ALL) -> list[Json]:
    return [record for page in to.pages(stream, since) for record in page.records]


# --- where its API is ------------------------------------------------------------------------


@pytest.mark.parametrize("entered", ["", "/", "/api", "/api/2.0", "/api.php", "/index.php"])
def test_the_address_may_be_entered_with_parts_of_the_api(shop: FakeShop, entered: str) -> None:
    assert adapter(URL + entered).fetch(RecordRef(Stream.ORDERS, "1"))["order_id"] == "1"


def test_without_rewriting_the_other_address_is_found_once_and_remembered(shop: FakeShop) -> None:
    shop.rewrites = False
    first = adapter()
    for _ in range(3):
        first.fetch(RecordRef(Stream.ORDERS, "1"))
    assert len(shop.calls) == 4

    found = dict(first.probe().findings)
    again = adapter()
    again.recall(found)
    shop.calls.clear()
    again.fetch(RecordRef(Stream.ORDERS, "1"))

    assert found["form"] == "query"
    assert shop.calls == [("GET", "orders/1")]


def test_the_key_is_not_sent_after_a_redirect(shop: FakeShop) -> None:
    shop.instead = lambda method, path: (
        301,
        {"Location": f"https://www.example.com/api/{path}"},
        "",
    )

    with pytest.raises(Misconfigured) as refused:
        adapter().fetch(RecordRef(Stream.ORDERS, "1"))

    assert refused.value.code == "redirect_refused"
    assert "Enter https://www.example.com" in refused.value.hint
    assert len(shop.calls) == 1


# --- what refusals mean ----------------------------------------------------------------------


def test_a_wrong_key_says_where_the_right_one_is(shop: FakeShop) -> None:
    with pytest.raises(NotConnected) as refused:
        adapter(api_key="other").probe()

    assert refused.value.code == "credentials_refused"
    assert "API access" in refused.value.hint
    assert "Authorization" in refused.value.hint


def test_a_user_without_the_right_to_orders_is_told_which_privileges(shop: FakeShop) -> None:
    shop.forbidden = frozenset({"orders"})

    with pytest.raises(Misconfigured) as refused:
        adapter().probe()

    assert refused.value.code == "missing_right"
    assert "Privileges" in refused.value.hint


def test_other_rights_that_lack_are_warnings(shop: FakeShop) -> None:
    shop.forbidden = frozenset({"payments", "stores"})

    facts = adapter().probe()

    assert [w for w in facts.warnings if "payment methods cannot be chosen by name" in w]
    assert [w for w in facts.warnings if "storefronts and vendors" in w]
    assert (facts.payment_methods, facts.websites) == ((), ())
    assert facts.statuses == (("P", "Processed"), ("C", "Complete"))
    assert facts.shipping_methods == (("1", "Courier"),)


def test_the_currency_that_a_buyer_looked_at_is_not_taken_for_the_shop_s(shop: FakeShop) -> None:
    shop.orders["241"] = order() | {"order_id": "241", "secondary_currency": "EUR"}

    assert adapter().probe().currency == ""


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        ((200, {}, PAGE), Misconfigured, "a web page where its API must be"),
        ((404, {}, PAGE), Misconfigured, "no API of CS-Cart"),
        ((403, {}, PAGE), Misconfigured, "forbids the call"),
        ((503, {}, PAGE), Temporary, "closed for maintenance"),
        ((503, {"Retry-After": "90"}, "{}"), Temporary, "closed for maintenance"),
        ((429, {}, "{}"), Temporary, "asks to be asked less often"),
        ((500, {}, "{}"), Temporary, "has a problem"),
        ((200, {}, ""), Misconfigured, "did not answer with JSON"),
        ((200, {}, '"no list"'), Misconfigured, "something that is no list"),
        ((400, {}, '{"message": "Bad Request: no"}'), Rejected, "Bad Request: no"),
    ],
)
def test_what_comes_in_the_place_of_orders_is_said_in_words(
    shop: FakeShop, slept: list[float], answer: Any, error: type[Exception], text: str
) -> None:
    shop.instead = lambda method, path: answer

    with pytest.raises(error, match=text):
        read(adapter(), Stream.ORDERS)


def test_a_shop_that_asks_to_wait_is_asked_again_and_more_slowly_until_it_recovers(
    shop: FakeShop, slept: list[float]
) -> None:
    answers = iter([(429, {"Retry-After": "7"}, "{}"), (503, {"Retry-After": "9"}, PAGE)])
    shop.instead = lambda method, path: next(answers, None)
    to = adapter()

    rows = read(to, Stream.ORDERS)
    for _ in range(80):
        to.fetch(RecordRef(Stream.ORDERS, "1"))

    assert len(rows) == 3
    assert slept[:2] == [7, 9]
    between = slept[2:]
    assert between[0] == pytest.approx(0.95)
    assert between == sorted(between, reverse=True)
    assert len(between) < 70


def test_a_limit_in_the_middle_of_many_orders_loses_nothing(
    shop: FakeShop, slept: list[float]
) -> None:
    asked: list[float] = []

    def limited(method: str, path: str) -> Any:
        now = sum(slept)
        recent = [at for at in asked if at > now - 60]
        if len(recent) >= 10:
            return 429, {"Retry-After": "30"}, "{}"
        asked.append(now)
        return None

    shop.orders = some_orders(60)
    shop.instead = limited
    to = adapter()

    whole = [to.complete(Stream.ORDERS, row) for row in read(to, Stream.ORDERS)]

    assert [one["order_id"] for one in whole] == [str(n) for n in range(1, 61)]


@pytest.mark.parametrize(("wait", "told"), [("120", 120), ("", 300)])
def test_a_shop_that_goes_on_asking_is_left_to_the_schedule(
    shop: FakeShop, slept: list[float], wait: str, told: int
) -> None:
    shop.instead = lambda method, path: (429, {"Retry-After": wait} if wait else {}, "{}")

    with pytest.raises(Temporary) as asked:
        read(adapter(), Stream.ORDERS)

    assert asked.value.retry_after == told
    assert len(shop.calls) == (1 if wait else 4)


def test_a_person_who_waits_for_the_probe_is_told_at_once(
    shop: FakeShop, slept: list[float]
) -> None:
    shop.instead = lambda method, path: (429, {"Retry-After": "5"}, "{}")

    with pytest.raises(Temporary):
        adapter().probe()

    assert slept == []


def test_a_first_reading_that_broke_off_is_gone_on_with_in_large_pages(shop: FakeShop) -> None:
    shop.orders = some_orders(450)
    to = adapter()
    to.fetch(RecordRef(Stream.ORDERS, "1"))
    shop.calls.clear()

    rest = list(to.pages(Stream.ORDERS, Interval(by=By.ID, after="50")))

    assert [len(page.records) for page in rest] == [50] * 8
    assert len(shop.calls) == 2


# --- orders ----------------------------------------------------------------------------------


def test_a_row_is_completed_by_one_call_and_a_whole_order_by_none(shop: FakeShop) -> None:
    to = adapter()
    row = read(to, Stream.ORDERS)[0]
    shop.calls.clear()

    whole = to.complete(Stream.ORDERS, row)
    to.complete(Stream.ORDERS, whole)

    assert "products" in whole
    assert shop.calls == [("GET", f"orders/{row['order_id']}")]


def test_what_only_a_row_tells_of_an_order_is_kept_with_it(shop: FakeShop) -> None:
    to = adapter()
    shop.orders["1"] = order(order_id="1", timestamp="1")
    row = {"order_id": "1", "status": "P", "total": "120.00", "invoice_id": "7",
           "credit_memo_id": None}  # fmt: skip

    whole = to.complete(Stream.ORDERS, row)

    assert whole["invoice_id"] == "7"
    assert whole["credit_memo_id"] is None
    assert to.told(Stream.ORDERS, whole) == to.told(Stream.ORDERS, row)


def test_incomplete_orders_are_not_listed_and_found_when_they_are_placed(shop: FakeShop) -> None:
    shop.orders["2"]["status"] = "N"
    to = adapter()
    pages = list(to.pages(Stream.ORDERS, Interval(by=By.ID)))
    assert [r["order_id"] for page in pages for r in page.records] == ["1", "3"]

    shop.orders["2"]["status"] = "O"
    assert list(to.pages(Stream.ORDERS, Interval(by=By.ID, after=pages[-1].mark))) == []
    assert "2" in [r["order_id"] for r in read(to, Stream.ORDERS)]


def test_what_is_new_takes_one_call(shop: FakeShop) -> None:
    shop.orders = some_orders(500)
    to = adapter()
    to.fetch(RecordRef(Stream.ORDERS, "1"))
    shop.calls.clear()

    new = list(to.pages(Stream.ORDERS, Interval(by=By.ID, after="497")))

    assert [r["order_id"] for page in new for r in page.records] == ["498", "499", "500"]
    assert len(shop.calls) == 1


def test_a_shop_that_knows_what_changed_is_asked_for_that_and_tells_all(shop: FakeShop) -> None:
    base = int(datetime(2026, 11, 10, tzinfo=UTC).timestamp())
    for number, one in enumerate(shop.orders.values()):
        one["updated_at"] = str(base + 3600 * number)
    shop.knows_changes = True
    to = adapter()
    to.recall(dict(to.probe().findings))

    since = Interval(datetime.fromtimestamp(base + 3600, UTC), timedelta(0))
    pages = list(to.pages(Stream.ORDERS, since))
    first = list(to.pages(Stream.ORDERS, Interval()))

    assert to.covers(Stream.ORDERS).by is By.CHANGED
    assert not to.covers(Stream.ORDERS).blind_to
    assert [r["order_id"] for page in pages for r in page.records] == ["2", "3"]
    assert shop.queries[-2]["updated_at_from"] == str(base + 3600)
    assert "updated_at_from" not in shop.queries[-1]
    assert [len(page.records) for page in first] == [3]
    assert first[-1].position is not None
    assert first[-1].position > since.position  # type: ignore[operator]


def test_a_shop_that_ignores_the_question_is_not_taken_to_know(shop: FakeShop) -> None:
    to = adapter()
    to.recall(dict(to.probe().findings))

    assert to.covers(Stream.ORDERS).by is By.ID
    assert to.covers(Stream.ORDERS).blind_to == ("changes",)


def test_a_long_first_reading_of_changes_may_go_on_where_it_broke_off(shop: FakeShop) -> None:
    shop.orders = some_orders(120)
    for one in shop.orders.values():
        one["updated_at"] = str(int(one["timestamp"]) + 60)
    shop.knows_changes = True
    to = adapter()

    first = next(iter(to.pages(Stream.ORDERS, Interval())))
    assert first.position is not None
    rest = read(to, Stream.ORDERS, Interval(first.position, timedelta(0)))

    seen = {r["order_id"] for r in (*first.records, *rest)}
    assert seen == set(shop.orders)


# --- writing ---------------------------------------------------------------------------------


def test_a_status_is_written_alone_and_nobody_is_sent_mail(shop: FakeShop) -> None:
    to = adapter()
    to.set_order_status("1", "C", note="paid in Xero")

    assert shop.written == [
        ("orders/1", {"status": "C", "notify_user": "N", "notify_department": "N",
                      "notify_vendor": "N"})
    ]  # fmt: skip
    assert to.order_condition("1") == OrderCondition("C")


def test_a_write_that_met_an_error_is_looked_up(shop: FakeShop) -> None:
    to = adapter()
    to.order_condition("1")
    shop.instead = lambda method, path: (500, {}, "{}") if method == "PUT" else None
    with pytest.raises(OutcomeUnknown):
        to.set_order_status("1", "C")

    shop.instead = lambda method, path: (503, {}, PAGE) if method == "PUT" else None
    with pytest.raises(Temporary):
        to.set_order_status("1", "C")
    with pytest.raises(Rejected) as refused:
        adapter().order_condition("77")
    assert refused.value.code == "not_found"


def test_what_has_one_code_is_told_apart_by_ids_and_else_not_guessed(shop: FakeShop) -> None:
    shop.products = {
        number: {"product_id": number, "product_code": "TEA", "tracking": "B", "amount": amount}
        for number, amount in (("12", "1"), ("13", "2"))
    }
    shop.combinations = {
        "99": {"product_id": "14", "combination_hash": "99", "product_code": "CUP-RED",
               "amount": "5"},
    }  # fmt: skip
    to = adapter()

    level = to.parse(Stream.STOCK, to.fetch_stock(StockTarget("TEA", "13")), ParseFacts())
    to.set_stock(StockTarget("TEA", "13"), Decimal(7))
    to.set_stock(StockTarget("CUP-RED", "14", "99"), Decimal(3))

    assert isinstance(level, StockLevel)
    assert (level.on_hand, level.target) == (2, StockTarget("TEA", "13"))
    assert shop.written == [("products/13", {"amount": 7}), ("combinations/99", {"amount": 3})]
    for ask in (to.fetch_stock, lambda target: to.set_stock(target, Decimal(1))):
        with pytest.raises(Rejected) as refused:
            ask(StockTarget("TEA"))
        assert refused.value.code == "ambiguous"
    for target, code in (
        (StockTarget("TEA", "77"), "not_found"),
        (StockTarget("TEA", "13", "", "north"), "unknown_id"),
    ):
        with pytest.raises(Rejected) as refused:
            to.set_stock(target, Decimal(1))
        assert refused.value.code == code
    assert len(shop.written) == 2


def test_stock_is_written_to_the_product_or_combination_of_exactly_this_code(
    shop: FakeShop,
) -> None:
    shop.products = {
        "12": {"product_id": "12", "product_code": "TEA-GREEN", "tracking": "B", "amount": "1"},
        "13": {"product_id": "13", "product_code": "TEA", "tracking": "B", "amount": "1"},
        "14": {"product_id": "14", "product_code": "CUP", "tracking": "O", "amount": "0"},
    }
    shop.combinations = {
        "99": {"product_id": "14", "combination_hash": "99", "product_code": "CUP-RED",
               "amount": "5"},
    }  # fmt: skip
    to = adapter()

    to.set_stock(StockTarget("TEA"), Decimal(7))
    to.set_stock(StockTarget("CUP-RED"), Decimal("2.5"))
    with pytest.raises(Rejected) as refused:
        to.set_stock(StockTarget("TE"), Decimal(1))

    assert shop.written == [("products/13", {"amount": 7}), ("combinations/99", {"amount": 2.5})]
    assert refused.value.code == "not_found"
    levels = read(to, Stream.STOCK)
    assert [row["product_code"] for row in levels] == ["TEA-GREEN", "TEA", "CUP-RED"]


# --- products and customers ------------------------------------------------------------------


def test_products_that_changed_are_told_by_their_rows(shop: FakeShop) -> None:
    shop.products = {
        str(n): {"product_id": str(n), "product_code": f"P{n}", "updated_timestamp": str(1000 + n)}
        for n in (1, 2, 3)
    }
    since = Interval(datetime.fromtimestamp(1002, UTC), timedelta(0))

    pages = list(adapter().pages(Stream.PRODUCTS, since))

    assert [r["product_code"] for page in pages for r in page.records] == ["P2", "P3"]
    assert pages[-1].position == datetime.fromtimestamp(1003, UTC)
    assert adapter().fetch(RecordRef(Stream.PRODUCTS, "2"))["product_code"] == "P2"


def test_a_list_that_knows_no_pages_is_read_once(shop: FakeShop) -> None:
    """A bare list without a count, as long as a page and the same for each of them."""
    rows = [{"product_id": str(n), "product_code": f"S-{n}"} for n in range(250)]
    shop.instead = lambda method, path: (200, {}, dumps(rows))

    assert len(read(adapter(), Stream.PRODUCTS, Interval())) == 250
    assert len(shop.calls) == 2


def test_customers_are_completed_with_their_addresses_and_administrators_left_out(
    shop: FakeShop,
) -> None:
    shop.users = {
        "1": {"user_id": "1", "user_type": "A", "timestamp": "1000", "email": "admin@example.com"},
        "3": {"user_id": "3", "user_type": "C", "timestamp": "1000", "email": "jane@example.com",
              "b_country": "GB"},
    }  # fmt: skip
    to = adapter()

    rows = read(to, Stream.CUSTOMERS)
    whole = [to.complete(Stream.CUSTOMERS, row) for row in rows]

    assert [one["user_id"] for one in whole] == ["3"]
    assert whole[0]["b_country"] == "GB"
