"""The CS-Cart adapter under the suite that all adapters pass, over its two kinds of shops."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import responses

from connector.lib.outgoing import http
from stores.adapters.cscart.adapter import CSCartAdapter
from stores.canonical.records import RecordRef, Stream
from stores.signatures import SIGNED_HEADERS, signature
from tests.stores.contract import AdapterContract, Connection
from tests.stores.cscart.addon_shop import AddonPackage, as_listed
from tests.stores.cscart.cscart_records import Json, order
from tests.stores.cscart.fake_shop import KEYS, LISTS, URL, FakeShop
from tests.stores.cscart.over_the_api import UNTOLD, OverTheApi
from tests.stores.php.package import KEY, SECRET

BODY = json.dumps({"orders": [12, "13", 12], "products": ["A"], "other": [1]}).encode()
REFS = (
    RecordRef(Stream.ORDERS, "12"),
    RecordRef(Stream.ORDERS, "13"),
    RecordRef(Stream.PRODUCTS, "A"),
)


def sign(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"x-timestamp": stamp, "X-SIGNATURE": signature(secret, stamp, body)}


def some_orders(count: int) -> dict[str, Json]:
    """Orders an hour apart, none dated by the shop but by when it was placed."""
    made = {}
    for number in range(1, count + 1):
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number)
        made[str(number)] = order(
            order_id=str(number), timestamp=str(int(at.timestamp())), updated_at=None,
            status="PCO"[number % 3],
        )  # fmt: skip
    return made


def connected(**shop: object) -> Iterator[Connection]:
    fake = FakeShop(orders=some_orders(5), lists=LISTS, **shop)  # type: ignore[arg-type]
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        fake.install(mock)
        adapter = CSCartAdapter(CSCartAdapter.Credentials(**KEYS), http.session(), url=URL)
        yield Connection(
            adapter=adapter, order_ids=frozenset(fake.orders), total_field=("total",), sign=sign,
            body=BODY, refs=REFS, lacks=UNTOLD,
        )  # fmt: skip


def test_its_calls_are_signed_as_ours_are_verified() -> None:
    assert CSCartAdapter.profile.hooks.signed_headers == SIGNED_HEADERS


class TestShop(OverTheApi):
    @pytest.fixture
    def connection(self) -> Iterator[Connection]:
        yield from connected()


class TestShopWithoutRewriting(OverTheApi):
    @pytest.fixture
    def connection(self) -> Iterator[Connection]:
        yield from connected(rewrites=False, largest_page=2)


def with_addon(**more: str) -> Iterator[Connection]:
    shop = AddonPackage(orders={key: as_listed(one) for key, one in some_orders(5).items()})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        shop.serve(mock)
        credentials = CSCartAdapter.Credentials(key=KEY, secret=SECRET, **more)
        yield Connection(
            adapter=CSCartAdapter(credentials, http.session(), url=URL),
            order_ids=frozenset(shop.orders), total_field=("total",), sign=sign,
            body=BODY, refs=REFS, shown=shop.shown,
        )  # fmt: skip


class TestShopWithTheAddon(AdapterContract):
    @pytest.fixture
    def connection(self) -> Iterator[Connection]:
        yield from with_addon()


class TestShopWithBoth(AdapterContract):
    """The add-on is preferred: the REST API is not asked at all."""

    @pytest.fixture
    def connection(self) -> Iterator[Connection]:
        yield from with_addon(**KEYS)
