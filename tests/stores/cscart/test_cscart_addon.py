"""A CS-Cart shop through its add-on: pages, the comparison of both ways, refusals, calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses
from pydantic import ValidationError

from connector.lib.errors import ConnectorError, Misconfigured, NotConnected, Rejected
from connector.lib.outgoing import http
from stores.abilities import coverage_of
from stores.adapter import Interval, WebhookCall, Wish
from stores.adapters.cscart.adapter import CSCartAdapter
from stores.adapters.cscart.pairing import made_code, read_code
from stores.adapters.cscart.profile import PROFILE
from stores.canonical.product import StockTarget
from stores.canonical.records import By, ParseFacts, RecordRef, ShopTax, Stream
from stores.profile import BadPairingCode
from stores.signatures import signature
from tests.stores.cscart.addon_shop import ADDRESS, URL, AddonPackage, as_listed, place, rate
from tests.stores.cscart.cscart_records import A, Json, order, product
from tests.stores.cscart.fake_shop import KEYS, LISTS, FakeShop, dumps
from tests.stores.php.package import KEY, SECRET

FACTS = ParseFacts(base_currency="GBP")
PLACED = 1_772_452_800


def made(number: int, changed: int = 0, **more: Any) -> Json:
    at = PLACED + number * 60
    record = order(order_id=str(number), timestamp=str(at), **more)
    return as_listed(record, changed or at)


@pytest.fixture
def shop() -> Iterator[AddonPackage]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        package = AddonPackage(orders={str(n): made(n) for n in range(1, 251)})
        package.serve(mocked)
        FakeShop(orders={"101": order()}, lists=LISTS).install(mocked)
        yield package


def adapter(**keys: str) -> CSCartAdapter:
    credentials = CSCartAdapter.Credentials(**(keys or {"key": KEY, "secret": SECRET}))
    return CSCartAdapter(credentials, http.session(), url=f"{URL}/index.php")


BOTH = {"key": KEY, "secret": SECRET, **KEYS}


@pytest.mark.parametrize(
    "given",
    [{}, {"email": "a@b.c"}, {"key": "k"}, {"email": "a@b.c", "api_key": "k", "secret": "s"}],
)
def test_half_a_way_in_is_none(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CSCartAdapter.Credentials(**given)
    assert PROFILE.credential_problems(given)


@pytest.mark.parametrize(
    "given", [["email", "api_key"], ["key", "secret"], ["email", "api_key", "key", "secret"]]
)
def test_either_way_in_will_do_and_both_together(given: list[str]) -> None:
    assert PROFILE.credential_problems(given) == []


def test_a_code_holds_the_shop_and_its_keys_and_no_other_platform_s_is_taken() -> None:
    found = read_code(made_code(URL, KEY, SECRET))

    assert (found.url, found.credentials) == (URL, {"key": KEY, "secret": SECRET})
    with pytest.raises(BadPairingCode, match=r"cs1\."):
        read_code("oc1." + made_code(URL, KEY, SECRET)[4:])


def test_changes_come_whole_by_pages_of_a_hundred(shop: AddonPackage) -> None:
    connected = adapter()

    pages = list(connected.pages(Stream.ORDERS, Interval()))
    records = [record for page in pages for record in page.records]

    assert [record["order_id"] for record in records] == [str(n) for n in range(1, 251)]
    assert [name for name, _ in shop.calls] == ["orders"] * 3
    assert all(connected.complete(Stream.ORDERS, record) is record for record in records)
    assert pages[-1].position == datetime.fromtimestamp(shop.now, UTC)


def test_an_order_that_changes_between_two_pages_is_met_again(shop: AddonPackage) -> None:
    def change(package: AddonPackage) -> None:
        if len(package.calls) == 1:
            package.orders["3"] = made(3, changed=shop.now - 5, status="C")

    shop.between = change
    pages = list(adapter().pages(Stream.ORDERS, Interval()))
    seen = [record for page in pages for record in page.records]

    assert [one["status"] for one in seen if one["order_id"] == "3"] == ["P", "C"]
    assert len({one["order_id"] for one in seen}) == 250


def test_steady_reading_takes_a_call_a_look(shop: AddonPackage) -> None:
    """50 changes an hour, a look every five minutes, five minutes read again each time."""
    connected, at, seen = adapter(), shop.now, set()
    for look in range(12):
        for change in range(4):
            number = 1 + (look * 4 + change) % 250
            shop.orders[str(number)] = made(number, changed=at + look * 300 + change * 60)
        shop.now = at + (look + 1) * 300
        since = Interval(datetime.fromtimestamp(at + look * 300, UTC))
        for page in connected.pages(Stream.ORDERS, since):
            seen |= {record["order_id"] for record in page.records}

    assert seen == {str(n) for n in range(1, 49)}
    assert len(shop.calls) == 12 <= 20


def test_what_was_deleted_comes_as_it_stood(shop: AddonPackage) -> None:
    gone = made(7) | {"x_deleted": shop.now - 10, "x_changed": shop.now - 10}
    del shop.orders["7"]
    shop.deleted["7"] = gone
    since = Interval(datetime.fromtimestamp(shop.now - 60, UTC), overlap=timedelta(0))

    (record,) = [r for page in adapter().pages(Stream.ORDERS, since) for r in page.records]
    read = CSCartAdapter.parse(Stream.ORDERS, record, FACTS)

    assert (read.deleted, read.total) == (True, Decimal("120.00"))  # type: ignore[union-attr]


def test_a_return_is_read_from_where_the_add_on_puts_it() -> None:
    goods = {A: {"item_id": A, "amount": "1", "type": "A", "product": "Tea"}}
    back = {"9": {"return_id": "9", "timestamp": "1772460000", "action": "4", "status": "C",
                  "products": goods}}  # fmt: skip

    read = CSCartAdapter.parse(Stream.ORDERS, made(1) | {"returns": back}, FACTS)

    (one,) = read.returns  # type: ignore[union-attr]
    assert (one.action, one.quantity, one.line_ids) == ("4", 1, (A,))


def test_a_change_that_no_row_shows_tells_all_the_same() -> None:
    told = CSCartAdapter.told
    connected = adapter()
    before = made(1)

    assert told(connected, Stream.ORDERS, before) == told(
        connected, Stream.ORDERS, before | {"x_changed": 5}
    )
    other = before | {"b_city": "Elsewhere"}
    assert told(connected, Stream.ORDERS, before) != told(connected, Stream.ORDERS, other)


# --- what it finds --------------------------------------------------------------------------------


def test_a_probe_compares_with_the_shop_s_own_function(shop: AddonPackage) -> None:
    first = adapter().probe()
    assert dict(first.findings) == {"addon": "1", "made_by": ""}
    assert (first.currency, first.currencies) == ("GBP", ("GBP", "EUR"))

    cheaper = json.loads(dumps(dict([product(A, "60.00")])))
    shop.by_shop = lambda record: record | {"products": cheaper}
    found = adapter().probe()

    assert dict(found.findings)["made_by"] == "shop"
    (warning,) = found.warnings
    assert "reads order 241 otherwise" in warning
    assert coverage_of(adapter(), Stream.ORDERS).by is By.CHANGED


def test_taxes_are_told_with_the_places_of_their_areas(shop: AddonPackage) -> None:
    shop.rates = [
        rate("VAT", "20.000", "1"), rate("Sales tax", "6.250", "2"),
        rate("Deposit", "0.250", "1", kind="F"), rate("", "3.000", "9"),
    ]  # fmt: skip
    shop.places = [
        place("1", "GB"), place("1", "IM"),
        place("2", "US"), place("2", "US", "MA"), place("2", "CA"),
    ]  # fmt: skip

    assert adapter().probe().tax_rates == (
        ShopTax("VAT", "20.000", "GB"), ShopTax("VAT", "20.000", "IM"),
        ShopTax("Sales tax", "6.250", "US", "MA"), ShopTax("Sales tax", "6.250", "CA"),
        ShopTax("6", "3.000"),
    )  # fmt: skip


def test_an_add_on_that_tells_no_rates_is_read_as_before(shop: AddonPackage) -> None:
    shop.rates, shop.places = [], []

    found = adapter().probe()

    assert (found.tax_rates, found.tax_classes) == ((), (("6", "VAT"),))
    assert found.shipping_methods == (("1", "Courier"),)


def test_where_they_differ_the_shop_s_own_function_makes_the_orders(shop: AddonPackage) -> None:
    connected = adapter()
    connected.recall({"addon": "1", "made_by": "shop"})

    list(connected.pages(Stream.ORDERS, Interval()))
    connected.fetch(RecordRef(Stream.ORDERS, "5"))

    assert [said.get("as") for _, said in shop.calls] == ["shop"] * 4


def test_a_shop_whose_own_function_fails_is_read_by_the_add_on(shop: AddonPackage) -> None:
    def fails(record: Json) -> Json:
        shop.answers.append((500, {}, b"<html>Fatal error</html>"))
        return record

    shop.answers = []
    shop.between = lambda package: None
    shop.by_shop = fails

    assert adapter().probe().warnings == ()


def test_without_the_add_on_the_other_keys_are_used_and_it_is_said(shop: AddonPackage) -> None:
    shop.answers = [(404, {"Content-Type": "text/html"}, b"<html>Not here</html>")]

    found = adapter(**BOTH).probe()
    connected = adapter(**BOTH)
    connected.recall(dict(found.findings))

    assert "The Xero Connector does not answer" in found.warnings[0]
    assert "read through its REST API" in found.warnings[0]
    assert connected.covers(Stream.ORDERS) == PROFILE.covers(Stream.ORDERS)
    assert [r["order_id"] for r in connected.fetch_many(Stream.ORDERS, ["101"])] == ["101"]


# --- refusals in words ----------------------------------------------------------------------------

PAGE = {"Content-Type": "text/html"}


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ((404, PAGE, b"<html>No</html>"), Misconfigured, "does not answer in the shop"),
        ((200, PAGE, b"<html>Shop</html>"), Misconfigured, "does not answer in the shop"),
        ((401, PAGE, b"<html>Auth</html>"), Misconfigured, "before CS-Cart is reached"),
        ((403, PAGE, b"<html>cloudflare</html>"), Misconfigured, "forbids the call"),
        ((503, PAGE, b"<html>maintenance</html>"), ConnectorError, "maintenance mode"),
        ((200, {}, b'{"orders": []}'), Misconfigured, "is not signed"),
        ((401, {}, b'{"error": {"code": "bad_signature", "message": "x"}}'), NotConnected,
         "does not accept the keys"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_in_the_owner_s_words(
    shop: AddonPackage, answer: Any, kind: type[ConnectorError], words: str
) -> None:
    shop.answers = [answer]

    with pytest.raises(kind) as refused:
        list(adapter().pages(Stream.ORDERS, Interval()))

    assert words in str(refused.value)
    said = f"{refused.value} {getattr(refused.value, 'hint', '')}"
    assert "OpenCart" not in said
    assert "Extensions >" not in said


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found | {"orders": found["orders"][::-1]},
        lambda found: found | {"orders": [{"total": "1"}]},
        lambda found: found | {"orders": {}},
        lambda found: found | {"orders": [], "more": True},
        lambda found: found | {"orders": ["x"]},
        lambda found: found | {"orders": [made(1) | {"x_changed": "soon"}]},
    ],
)
def test_an_answer_that_is_not_the_protocol_s_stops_the_reading_and_skips_nothing(
    shop: AddonPackage, spoil: Any
) -> None:
    shop.spoils = lambda body: body
    right = shop.on_orders
    shop.on_orders = lambda **said: spoil(right(**said))  # type: ignore[method-assign]

    with pytest.raises(Misconfigured) as refused:
        list(adapter().pages(Stream.ORDERS, Interval()))
    assert refused.value.code == "unexpected_answer"


# --- writing --------------------------------------------------------------------------------------


def test_a_status_goes_through_the_add_on_and_nobody_is_told(shop: AddonPackage) -> None:
    connected = adapter(**BOTH)

    connected.set_order_status("5", "C")

    assert connected.order_condition("5").status == "C"
    assert shop.calls[0] == ("set_status", {"order_id": 5, "status": "C", "notify": False})
    with pytest.raises(Rejected, match="says no"):
        connected.set_order_status("5", "Q")


@pytest.mark.parametrize(
    ("sku", "quantity", "code"),
    [("TEA", "1.5", "not_whole"), ("TWICE", "1", "ambiguous"), ("NONE", "1", "not_found"),
     ("GIFT", "1", "not_counted")],
)  # fmt: skip
def test_stock_that_cannot_be_put_says_why(
    shop: AddonPackage, sku: str, quantity: str, code: str
) -> None:
    shop.products = {
        str(n): {"product_id": str(n), "product_code": c, "amount": "3", "tracking": t}
        for n, (c, t) in enumerate([("TEA", "B"), ("TWICE", "B"), ("TWICE", "B"), ("GIFT", "D")], 1)
    }
    connected = adapter()

    with pytest.raises(Rejected) as refused:
        connected.set_stock(StockTarget(sku), Decimal(quantity))
    connected.set_stock(StockTarget("TEA"), Decimal(9))

    assert (refused.value.code, bool(refused.value.hint)) == (code, True)
    levels = [r for page in connected.pages(Stream.STOCK, Interval()) for r in page.records]
    assert [one["amount"] for one in levels] == ["9", "3", "3", "3"]


def test_stock_of_what_has_one_code_is_told_apart_by_ids(shop: AddonPackage) -> None:
    shop.products = {
        n: {"product_id": n, "product_code": code, "amount": "3", "tracking": tracking}
        for n, code, tracking in (("2", "TWICE", "B"), ("3", "TWICE", "B"), ("4", "CUP", "O"))
    }
    shop.combinations = [
        {"product_id": "4", "product_code": code, "amount": "3", "tracking": "O",
         "combination_hash": mark}
        for code, mark in (("CUP-RED", "98"), ("CUP-TAN", "99"))
    ]  # fmt: skip
    to = adapter()

    for target in (StockTarget("TWICE", "3"), StockTarget("CUP-TAN", "4", "99")):
        level = to.parse(Stream.STOCK, to.fetch_stock(target), ParseFacts())
        assert level.target == target  # type: ignore[union-attr]
        to.set_stock(target, Decimal(8))

    assert [shop.products[n]["amount"] for n in ("2", "3")] == ["3", "8"]
    assert [one["amount"] for one in shop.combinations] == ["3", "8"]
    assert to.fetch_stock(StockTarget("CUP-RED", "4"))["combination_hash"] == "98"
    for target, code in (
        (StockTarget("TWICE"), "ambiguous"), (StockTarget("CUP", "4"), "has_options"),
        (StockTarget("TWICE", "1"), "not_found"), (StockTarget("TWICE", "x"), "not_found"),
        (StockTarget("CUP-TAN", "4", "97"), "has_options"),
    ):  # fmt: skip
        with pytest.raises(Rejected) as refused:
            to.fetch_stock(target)
        assert refused.value.code == code


# --- calls of the shop ----------------------------------------------------------------------------


def called(body: Json) -> WebhookCall:
    at, raw = datetime(2026, 11, 20, 12, tzinfo=UTC), json.dumps(body).encode()
    stamp = str(int(at.timestamp()))
    headers = {"X-Timestamp": stamp, "X-Signature": signature("s", stamp, raw)}
    return WebhookCall(raw, headers, "s", at, address="/hooks/cs/")


def test_a_wish_of_the_staff_becomes_one_here() -> None:
    said = {"ask": "leave_out", "kind": "product", "ids": [7, 8], "person": "Ann", "reason": "no"}

    (ask,) = CSCartAdapter.webhook(called(said)).asks

    assert (ask.wish, ask.ids, ask.stream) == (Wish.LEAVE_OUT, ("7", "8"), Stream.PRODUCTS)


def test_a_greeting_is_answered_and_a_hint_names_what_to_fetch() -> None:
    hint = {"orders": [3], "customers": [], "products": [], "call": "9f0c"}

    assert json.loads(CSCartAdapter.webhook(called({"hello": "x"})).body) == {
        "hello": "x", "store": "cs",
    }  # fmt: skip
    assert CSCartAdapter.webhook(called(hint)).refs == (RecordRef(Stream.ORDERS, "3"),)


def test_the_address_is_the_shop_s_own_however_it_was_entered(shop: AddonPackage) -> None:
    adapter().probe()

    assert f"{URL}/index.php?dispatch=xero_connector.api" == ADDRESS
    assert shop.calls[0][0] == "probe"
