"""Speaking to Magento: addresses, signatures, and what each refusal means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from email.utils import formatdate
from typing import Any

import pytest
import requests
import responses
from pydantic import ValidationError

from connector.lib import clock
from connector.lib.errors import (
    Misconfigured,
    NeedsAttention,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from connector.lib.outgoing import http
from stores.adapter import Interval
from stores.adapters.magento.adapter import MagentoAdapter
from stores.adapters.magento.client import MagentoClient, in_path, shop_address
from stores.adapters.magento.reading import probe
from stores.adapters.magento.signing import as_read
from stores.canonical.order import PartKeys
from stores.canonical.product import StockTarget
from stores.canonical.records import RecordRef, ShopTax, Stream
from tests.stores.magento.recorded_magento import BASE, STORE, URL, RecordedShop

KEYS = {
    "consumer_key": "ck",
    "consumer_secret": "cs",
    "access_token": "at",
    "access_token_secret": "ats",
}
Credentials = MagentoAdapter.Credentials


def client(**credentials: str) -> MagentoClient:
    return MagentoClient(URL, Credentials(**(credentials or KEYS)), http.session())


def adapter(**credentials: str) -> MagentoAdapter:
    return MagentoAdapter(Credentials(**(credentials or KEYS)), http.session(), url=URL)


# --- credentials and addresses ------------------------------------------------------------


def test_either_all_four_keys_or_a_bearer_token() -> None:
    with pytest.raises(ValidationError, match="missing: access_token_secret"):
        Credentials(**{**KEYS, "access_token_secret": "  "})
    with pytest.raises(ValidationError, match="not both"):
        Credentials(**KEYS, bearer="t")

    assert [key.get_secret_value() for key in Credentials(**KEYS).keys] == ["ck", "cs", "at", "ats"]
    assert "ats" not in repr(Credentials(**KEYS))


@pytest.mark.parametrize(
    "entered",
    [
        "https://shop.example.com",
        "https://shop.example.com/",
        " https://shop.example.com/rest ",
        "https://shop.example.com/rest/V1/",
        "https://shop.example.com/rest/default/V1",
        "https://shop.example.com/rest/all/V1",
    ],
)
def test_any_part_of_the_address_leads_to_the_shop(entered: str) -> None:
    assert shop_address(entered) == "https://shop.example.com"


def test_a_shop_in_a_folder_keeps_it() -> None:
    assert shop_address("https://example.com/shop/rest/V1") == "https://example.com/shop"


def test_a_sku_is_one_segment_of_the_path() -> None:
    assert in_path("bla/koe +ä") == "bla%2Fkoe%20%2B%C3%A4"


def test_calls_are_signed_with_hmac_sha256() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", json={"items": []})
        client().search("orders")
        sent = mock.calls[0].request

    header = sent.headers["Authorization"]
    header = header.decode() if isinstance(header, bytes) else header
    assert header.startswith("OAuth ")
    assert 'oauth_signature_method="HMAC-SHA256"' in header
    assert 'oauth_consumer_key="ck"' in header
    assert "searchCriteria%5BpageSize%5D=100" in str(sent.url)


def test_a_path_is_signed_as_the_shop_reads_it() -> None:
    kept = "https://shop.test/rest/V1/stockItems/a%20%C3%A4%28?x=%2F"
    assert as_read(kept) == kept
    assert as_read("https://shop.test/a%2Fb%3a%40%26%3D%2B%24%2C%3B%7E?x=%2F") == (
        "https://shop.test/a/b:@&=+$,;~?x=%2F"
    )
    assert as_read("https://shop.test/100%25off") == "https://shop.test/100%25off"
    assert as_read("https://shop.test/100%2541") == "https://shop.test/100%41"


@pytest.mark.parametrize("sku", ["", ".", ".."])
def test_a_sku_that_no_address_can_hold_is_refused_without_a_call(sku: str) -> None:
    with responses.RequestsMock() as mock:
        for call in (
            lambda: adapter().fetch(RecordRef(Stream.STOCK, sku)),
            lambda: adapter().set_stock(StockTarget(sku), Decimal(1)),
        ):
            with pytest.raises(Rejected) as refused:
                call()
            assert refused.value.code == "no_address"
        assert not mock.calls


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, {"message": "The signature is invalid. Verify and try again."}),
        (403, {"message": "Forbidden"}),
        (404, {}),
    ],
)
def test_only_the_sku_is_refused_where_the_shop_takes_no_such_address(
    status: int, said: dict[str, str]
) -> None:
    """With a plain address the same answer is about the shop as a whole."""
    with responses.RequestsMock() as mock:
        for segment in ("A%2FB", "AB"):
            mock.get(f"{BASE}stockItems/{segment}", json=said, status=status)
        with pytest.raises(Rejected) as refused:
            adapter().fetch(RecordRef(Stream.STOCK, "A/B"))
        with pytest.raises(NeedsAttention) as whole:
            adapter().fetch(RecordRef(Stream.STOCK, "AB"))

        assert refused.value.code == "sku_refused"
        assert whole.value.code in ("bad_signature", "forbidden", "wrong_address")
        # A second form is tried for its signature only, and where it differs.
        assert len(mock.calls) == (3 if status == 401 else 2)


def test_a_bearer_token_is_sent_as_it_is() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", json={"items": []})
        client(bearer="tok").search("orders")

        assert mock.calls[0].request.headers["Authorization"] == "Bearer tok"


# --- what a refusal means -----------------------------------------------------------------

NOT_AUTHORISED = {
    "message": "The consumer isn't authorized to access %resources.",
    "parameters": {"resources": "Magento_Sales::sales"},
}
REFUSALS = [
    (401, NOT_AUTHORISED, Misconfigured, "missing_right", "Magento_Sales::sales"),
    (401, {"message": "The signature is invalid. Verify and try again."}, NotConnected,
     "bad_signature", "all four keys"),
    (401, {"message": "The nonce is already being used by the consumer with ID %1."},
     Misconfigured, "nonce_used", "repeats calls"),
    (400, {"message": "Incorrect timestamp value in the oauth_timestamp parameter"},
     Misconfigured, "clock_skew", "NTP"),
    (400, {"message": "Signature method %1 is not supported", "parameters": ["HMAC-SHA256"]},
     Misconfigured, "signature_method", "2.4.4"),
    (401, {"message": "A consumer with the ID %1 does not exist"}, NotConnected,
     "credentials_refused", "four keys"),
    (401, {"message": "?"}, NotConnected, "credentials_refused", "copy its keys again"),
    (403, {"message": "Forbidden"}, Misconfigured, "forbidden", "firewall"),
    (404, {"message": "Request does not match any route."}, Misconfigured, "wrong_address",
     "address"),
    (400, {"message": '"%fieldName" is required', "parameters": {"fieldName": "status"}},
     Rejected, "http_400", ""),
    (405, {}, Rejected, "http_405", ""),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "code", "hint"), REFUSALS)
def test_a_refusal_says_who_must_do_what(
    status: int, body: Any, kind: type[NeedsAttention], code: str, hint: str
) -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", json=body, status=status)
        with pytest.raises(NeedsAttention) as refused:
            client().search("orders")

    assert type(refused.value) is kind
    assert refused.value.code == code
    assert hint in refused.value.hint
    assert "shop.example.com" in str(refused.value)


def test_magentos_placeholders_are_filled_in() -> None:
    with responses.RequestsMock() as mock:
        body = {"message": '"%fieldName" is required', "parameters": {"fieldName": "status"}}
        mock.get(f"{BASE}orders", json=body, status=400)
        with pytest.raises(Rejected) as refused:
            client().search("orders")

    assert refused.value.texts == ('"status" is required',)


def test_a_refused_bearer_token_names_both_causes() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", json=NOT_AUTHORISED, status=401)
        with pytest.raises(NotConnected) as refused:
            client(bearer="t").search("orders")

    assert refused.value.code == "bearer_refused"
    assert "Magento_Sales::sales" in refused.value.hint
    assert "standalone Bearer tokens" in refused.value.hint


@pytest.mark.parametrize(("status", "wait"), [(429, "7"), (500, None), (502, None), (503, "30")])
def test_what_may_pass_is_temporary(status: int, wait: str | None) -> None:
    headers = {"Retry-After": wait} if wait else {}
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", body="<html>", status=status, headers=headers)
        with pytest.raises(Temporary) as refused:
            client().search("orders")

    assert refused.value.retry_after == (float(wait) if wait else None)


def test_a_web_page_is_no_answer() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", body="<html>Maintenance</html>", content_type="text/html")
        with pytest.raises(Misconfigured) as refused:
            client().search("orders")

    assert refused.value.code == "not_json"
    assert "shop.example.com" in str(refused.value)


def test_a_password_in_front_of_the_shop_is_told_apart() -> None:
    with responses.RequestsMock() as mock:
        challenge = {"WWW-Authenticate": 'Basic realm="staging"'}
        mock.get(f"{BASE}orders", body="<html>", status=401, headers=challenge)
        with pytest.raises(Misconfigured) as refused:
            client().search("orders")

    assert refused.value.code == "password_page"


def test_a_redirect_is_refused_with_its_target_and_not_followed() -> None:
    with responses.RequestsMock() as mock:
        target = {"Location": "https://www.shop.example.com/rest/all/V1/orders?x=1"}
        mock.get(f"{BASE}orders", status=301, headers=target)
        with pytest.raises(Misconfigured) as refused:
            client().search("orders")
        assert len(mock.calls) == 1

    assert refused.value.code == "redirect_refused"
    assert str(refused.value) == "shop.example.com redirects to https://www.shop.example.com."


def test_a_refused_connection_is_temporary() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", body=requests.ConnectionError("refused"))
        with pytest.raises(Temporary):
            client().search("orders")


def test_a_missing_record_is_rejected() -> None:
    with responses.RequestsMock() as mock:
        body = {"message": "The entity that was requested doesn't exist. Verify the entity."}
        mock.get(f"{BASE}orders/99", json=body, status=404)
        with pytest.raises(Rejected) as refused:
            adapter().fetch(RecordRef(Stream.ORDERS, "99"))

    assert refused.value.code == "not_found"


# --- probing ------------------------------------------------------------------------------


def test_a_probe_turns_missing_rights_into_warnings() -> None:
    sent = {"shipping_assignments": [{"shipping": {"method": "flatrate_flatrate"}}]}
    order = {
        "entity_id": 1, "status": "my_own", "shipping_description": "Flat Rate - Fixed",
        "extension_attributes": sent,
    }  # fmt: skip
    shop = RecordedShop(STORE | {"orders": [order]})
    denied = {**NOT_AUTHORISED, "parameters": {"resources": "Magento_Tax::manage_tax"}}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{BASE}taxClasses/search", json=denied, status=401)
        mock.get(f"{URL}/magento_version", body="Magento/2.4 (Community)")
        shop.install(mock)
        facts = adapter().probe()

    assert (facts.name, facts.version) == ("Main Website", "2.4 (Community)")
    assert (facts.currency, facts.timezone) == ("EUR", "Europe/Lisbon")
    assert facts.websites == (("1", "Main Website"),)
    assert facts.parts == (
        ("1", PartKeys(("1", "base", "Main Website"), ("4",), ("1", "en", "English"))),
    )
    assert facts.tax_classes == ()
    assert facts.statuses[-1] == ("my_own", "My own")
    assert facts.shipping_methods == (("flatrate_flatrate", "Flat Rate - Fixed"),)
    assert facts.currencies == ("EUR", "GBP")
    assert facts.tax_rates == (ShopTax("PT-23", "23", "PT"), ShopTax("US-CA", "8.25", "US", "CA"))
    assert facts.warnings == (
        "The integration may not read tax classes: it lacks the right Magento_Tax::manage_tax. "
        "Tick it under Stores > Taxes (System > Extensions > Integrations, tab API), save, and "
        "authorise it again. Without it they cannot be chosen by name, only by number.",
    )


PARTS = {
    "store/websites": probe.WEBSITES,
    "store/storeConfigs": probe.CONFIGS,
    "store/storeViews": probe.VIEWS,
    "store/storeGroups": probe.STORES,
    "taxClasses/search": probe.TAX_CLASSES,
    "taxRates/search": probe.TAX_RATES,
    "directory/currency": probe.CURRENCIES,
    "customerGroups/search": probe.GROUPS,
    "stockItems/A%2FB": probe.STOCK,
    "inventory/get-product-salable-quantity/A%2FB/1": probe.SALABLE,
    **probe.LISTS,
}
# Those that nothing depends on: they only try a right.
LOOKS = (
    *probe.LISTS.values(), probe.STOCK, probe.SALABLE, probe.TAX_RATES, probe.CURRENCIES,
)  # fmt: skip
SHOP = STORE | {"orders": [{"entity_id": 1}], "products": [{"id": 4, "sku": "A/B"}]}


@pytest.mark.parametrize("path", PARTS)
def test_each_right_that_is_missing_is_named_with_what_is_off(path: str) -> None:
    part = PARTS[path]
    denied = {**NOT_AUTHORISED, "parameters": {"resources": "Magento_Some::right"}}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{BASE}{path}", json=denied, status=401)
        mock.get(f"{URL}/magento_version", status=404)
        RecordedShop(SHOP).install(mock)
        (warning,) = adapter().probe().warnings

    assert f"may not read {part.what}: it lacks the right Magento_Some::right" in warning
    assert part.place in warning
    assert warning.endswith(f"Without it {part.off}.")


@pytest.mark.parametrize("path", [path for path, part in PARTS.items() if part in LOOKS])
@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
def test_a_right_that_cannot_be_tried_stops_nothing(path: str, status: int) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{BASE}{path}", json={"message": "Internal Error."}, status=status)
        mock.get(f"{URL}/magento_version", status=404)
        RecordedShop(SHOP).install(mock)
        facts = adapter().probe()

    assert facts.name == "Main Website"
    assert [one for one in facts.warnings if PARTS[path].what.lower() in one.lower()] == list(
        facts.warnings
    )
    if status >= 429:
        assert len(facts.warnings) == 1


def test_the_probe_asks_for_no_product_that_does_not_exist() -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{URL}/magento_version", status=404)
        empty = RecordedShop(STORE | {"orders": [{"entity_id": 1}]})
        empty.install(mock)

        assert adapter().probe().warnings == ()
    assert not [path for path in empty.calls if path.startswith(("stockItems", "inventory"))]


def test_facts_that_cannot_be_read_whole_are_no_facts() -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{BASE}store/storeViews", status=500)
        RecordedShop(SHOP).install(mock)
        with pytest.raises(Temporary):
            adapter().probe()


def test_a_shop_without_a_list_of_categories_is_no_worse_for_it() -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        body = {"message": "Request does not match any route."}
        mock.get(f"{BASE}categories/list", json=body, status=404)
        mock.get(f"{URL}/magento_version", status=404)
        RecordedShop(STORE | {"orders": [{"entity_id": 1}]}).install(mock)

        assert adapter().probe().warnings == ()


def test_a_redirect_of_the_api_says_which_address_to_enter() -> None:
    with responses.RequestsMock() as mock:
        target = {"Location": "https://shop.example.com/rest/all/V1/orders"}
        mock.get("http://shop.example.com/rest/all/V1/orders", status=301, headers=target)
        plain = MagentoAdapter(
            MagentoAdapter.Credentials(bearer="t"), http.session(), url="http://shop.example.com"
        )
        with pytest.raises(Misconfigured) as refused:
            plain.probe()

    assert refused.value.hint == "Enter https://shop.example.com as the address."


@pytest.mark.parametrize(("off", "said"), [(900, "ahead of"), (-900, "behind")])
def test_clocks_that_differ_are_told_by_how_much(off: int, said: str) -> None:
    date = formatdate(clock.timestamp() + off, usegmt=True)
    with responses.RequestsMock() as mock:
        body = {"message": "The timestamp value in the oauth_timestamp parameter is invalid."}
        mock.get(f"{BASE}orders", json=body, status=401, headers={"Date": date})
        with pytest.raises(Misconfigured) as refused:
            adapter().probe()

    assert refused.value.code == "clock_skew"
    number = int(re.search(r"(\d+) seconds", refused.value.hint)[1])  # type: ignore[index]
    assert abs(number - 900) <= 2
    assert f" seconds {said} " in refused.value.hint


@pytest.mark.parametrize("answer", [{"name": "Other API", "routes": {}}, [], "hello", {"items": 3}])
def test_what_is_no_magento_is_told_apart(answer: object) -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", json=answer)
        with pytest.raises(Misconfigured) as refused:
            adapter().probe()

    assert refused.value.code == "unexpected_answer"
    assert "Magento 2 shop" in refused.value.hint


def test_a_probe_fails_where_orders_may_not_be_read() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders", json=NOT_AUTHORISED, status=401)
        with pytest.raises(Misconfigured):
            adapter().probe()


# --- writing back -------------------------------------------------------------------------


HEAD = {"entity_id": 7, "increment_id": "000000007", "state": "processing", "status": "processing"}
COMMENT = {
    "comment": "Invoice S1-7",
    "is_customer_notified": 0,
    "is_visible_on_front": 0,
    "parent_id": 7,
}


def bodies(mock: responses.RequestsMock) -> list[Any]:
    """What was sent to the shop, in turn."""
    return [json.loads(call.request.body) for call in mock.calls if call.request.body]


def test_a_status_is_saved_with_the_order_and_then_commented_on() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders/7", json=HEAD)
        mock.post(f"{BASE}orders", json=HEAD)
        mock.post(f"{BASE}orders/7/comments", json=True)
        adapter().set_order_status("7", "in_books", "Invoice S1-7")

        assert bodies(mock) == [
            {"entity": HEAD | {"status": "in_books"}},
            {"statusHistory": COMMENT | {"status": "in_books"}},
        ]


@pytest.mark.parametrize("status", ["", "processing"])
def test_a_comment_repeats_the_status_that_stands(status: str) -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders/7", json=HEAD)
        mock.post(f"{BASE}orders/7/comments", json=True)
        adapter().set_order_status("7", status, "Invoice S1-7")

        assert bodies(mock) == [{"statusHistory": COMMENT | {"status": "processing"}}]


def test_a_comment_whose_status_moved_on_meanwhile_is_made_with_the_new_one() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders/7", json=HEAD)
        mock.get(f"{BASE}orders/7", json=HEAD | {"status": "packed"})
        mock.post(f"{BASE}orders/7/comments", json={"message": "Unable to add"}, status=400)
        mock.post(f"{BASE}orders/7/comments", json=True)
        adapter().set_order_status("7", "", "Invoice S1-7")

        sent = [body["statusHistory"]["status"] for body in bodies(mock)]
        assert sent == ["processing", "packed"]


def test_a_comment_that_is_refused_for_another_cause_is_not_made_again() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders/7", json=HEAD)
        mock.post(f"{BASE}orders/7/comments", json={"message": "Too long."}, status=400)
        with pytest.raises(Rejected):
            adapter().set_order_status("7", "", "Invoice S1-7")

        assert len(bodies(mock)) == 1


def test_a_write_without_an_answer_has_an_unknown_outcome_and_is_the_last() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}orders/7", json=HEAD)
        mock.post(f"{BASE}orders", status=502)
        with pytest.raises(OutcomeUnknown):
            adapter().set_order_status("7", "complete", "Invoice S1-7")

        assert len(bodies(mock)) == 1


@pytest.mark.parametrize(
    ("quantity", "sent"),
    [("5", {"qty": 5, "is_in_stock": True}), ("0.0", {"qty": 0, "is_in_stock": False}),
     ("1.25", {"qty": 1.25, "is_in_stock": True})],
)  # fmt: skip
def test_stock_is_set_on_the_products_own_stock_item(quantity: str, sent: dict[str, Any]) -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}stockItems/A%2FB", json={"item_id": 3, "qty": 1})
        mock.put(f"{BASE}products/A%2FB/stockItems/3", json="3")
        adapter().set_stock(StockTarget("A/B"), Decimal(quantity))

        assert json.loads(mock.calls[1].request.body or b"") == {"stockItem": sent}


def test_where_a_source_is_named_its_stock_is_set() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}stockItems/A%2FB", json={"item_id": 3, "qty": 1})
        mock.post(f"{BASE}inventory/source-items", json=[])
        adapter().set_stock(StockTarget("A/B", location_id="east"), Decimal("2"))

        row = {"sku": "A/B", "source_code": "east", "quantity": 2, "status": 1}
        assert bodies(mock) == [{"sourceItems": [row]}]


@pytest.mark.parametrize(
    ("target", "code"),
    [(StockTarget("NONE", location_id="east"), "not_found"),
     (StockTarget("A/B", variant_id="7"), "unknown_id")],
)  # fmt: skip
def test_a_source_is_given_nothing_of_what_the_shop_has_none_of(
    target: StockTarget, code: str
) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{BASE}stockItems/NONE", json={"message": "No such product."}, status=404)
        with pytest.raises(Rejected) as refused:
            adapter().set_stock(target, Decimal(2))

        assert refused.value.code == code
        assert bodies(mock) == []


WEBSITES = [{"id": 0, "code": "admin"}, {"id": 1, "code": "au"}, {"id": 2, "code": "nz"}]


@pytest.mark.parametrize(("stocks", "asked"), [((1, 1), 1), ((4, 4), 4), ((4, 1), 1)])
def test_what_may_be_sold_is_asked_of_the_stock_that_the_websites_sell_from(
    stocks: tuple[int, int], asked: int
) -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}store/websites", json=WEBSITES)
        for code, stock in zip(("au", "nz"), stocks, strict=True):
            answer = {"stock_id": stock}
            mock.get(f"{BASE}inventory/stock-resolver/website/{code}", json=answer)
        path = "inventory/get-product-salable-quantity"
        mock.get(f"{BASE}{path}/A%2FB/{asked}", json=26)
        mock.get(f"{BASE}stockItems/A%2FB", json={"item_id": 3, "qty": 30})

        record = adapter().fetch(RecordRef(Stream.STOCK, "A/B"))

    assert record == {"item_id": 3, "qty": 30, "sku": "A/B", "salable_quantity": 26}


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        ([("default", 20, 1), ("second", "12.5", 1), ("closed", 99, 0)], 200, "32.5"),
        ([], 200, "0"),
        (None, 401, None),
        (None, 404, None),
    ],
)
def test_where_more_may_be_sold_than_is_there_the_other_sources_are_asked(
    answer: list[tuple[str, Any, int]] | None, status: int, told: str | None
) -> None:
    rows = [
        {"sku": "A/B", "source_code": code, "quantity": quantity, "status": enabled}
        for code, quantity, enabled in answer or ()
    ]
    body = NOT_AUTHORISED if status == 401 else {"message": "Request does not match any route."}
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}store/websites", json=[])
        mock.get(f"{BASE}stockItems/A%2FB", json={"item_id": 3, "qty": 20})
        mock.get(f"{BASE}inventory/get-product-salable-quantity/A%2FB/1", json=26)
        listed = {"items": rows, "total_count": len(rows)} if answer is not None else body
        mock.get(f"{BASE}inventory/source-items", json=listed, status=status)

        record = adapter().fetch(RecordRef(Stream.STOCK, "A/B"))

    assert record.get("sources_quantity") == (None if told is None else Decimal(told))


@pytest.fixture
def torn() -> Iterator[None]:
    """A shop whose websites sell from different stocks, and none from the default one."""
    recorded = SHOP | {"store/websites": WEBSITES}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for code, stock in (("au", 2), ("nz", 3)):
            answer = {"stock_id": stock}
            mock.get(f"{BASE}inventory/stock-resolver/website/{code}", json=answer)
        mock.get(f"{BASE}stockItems/MUG", json={"item_id": 3, "qty": 30})
        mock.get(f"{URL}/magento_version", status=404)
        RecordedShop(recorded).install(mock)
        yield


@pytest.mark.usefixtures("torn")
def test_a_shop_that_sells_from_several_other_stocks_is_not_guessed_at() -> None:
    with pytest.raises(Misconfigured) as refused:
        adapter().fetch(RecordRef(Stream.STOCK, "MUG"))

    assert refused.value.code == "several_stocks"


@pytest.mark.usefixtures("torn")
def test_the_test_of_the_connection_tells_of_several_stocks() -> None:
    (warning,) = adapter().probe().warnings

    assert "several stocks (2, 3)" in warning
    assert "streams.stock to off" in warning


def test_stock_that_the_shop_does_not_count_is_asked_for_once() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}stockItems/MUG", json={"item_id": 3, "qty": 0, "manage_stock": False})
        record = adapter().fetch(RecordRef(Stream.STOCK, "MUG"))

    assert "salable_quantity" not in record


def test_products_and_customers_are_found_by_their_own_keys() -> None:
    shop = RecordedShop(
        STORE
        | {
            "products": [{"id": 4, "sku": "MUG", "updated_at": "2026-11-01 00:00:00"}],
            "customers/search": [{"id": 9, "updated_at": "2026-11-01 00:00:00"}],
        }
    )
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        shop.install(mock)
        made = adapter()
        products = list(made.pages(Stream.PRODUCTS, Interval()))
        customers = list(made.pages(Stream.CUSTOMERS, Interval()))

    assert made.identify(Stream.PRODUCTS, products[0].records[0]).id == "MUG"
    assert made.identify(Stream.CUSTOMERS, customers[0].records[0]).id == "9"
