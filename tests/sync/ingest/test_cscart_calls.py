"""Calls of a CS-Cart shop that are copied, old, forged or rubbish: refused, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses
from django.test import Client
from responses import CallbackResponse

from connector.lib import clock
from connector.lib.errors import ConnectorError
from stores.canonical.records import Stream
from stores.connect import connect
from stores.models import Store
from stores.php.signing import hook_secret
from stores.signatures import signature
from sync.ingest.pull import pull
from sync.models import IncomingCall, OrderAction, TrackedOrder
from tests.stores.cscart.addon_shop import AddonPackage
from tests.stores.php.package import SECRET
from tests.sync.bell import Bell
from tests.sync.ingest.test_gathered_hints import put
from tests.sync.ingest.test_gathered_hints import store as store

pytestmark = pytest.mark.django_db
HINT: dict[str, Any] = {"orders": [1], "customers": [2], "products": [3], "call": "a"}
WISH: dict[str, Any] = {
    "ask": "leave_out", "kind": "order", "ids": [1], "person": "Ann", "reason": "by hand",
    "call": "b",
}  # fmt: skip
HELLO: dict[str, Any] = {"hello": "9f0c"}
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


@pytest.fixture
def shop(mocked: responses.RequestsMock) -> AddonPackage:
    package = AddonPackage(now=int(clock.timestamp()))
    package.serve(mocked)
    return package


def send(
    body: bytes | dict[str, Any], *, secret: str = hook_secret(SECRET), seconds: int = 0,
    slug: str = "cs", **changed: str,
) -> Any:  # fmt: skip
    """A genuine call of the shop's, unless told otherwise."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(clock.timestamp()) + seconds)
    headers = {"X-Timestamp": stamp, "X-Signature": signature(secret, stamp, raw), **changed}
    address = f"/hooks/{slug}/"
    return Client().post(address, raw, content_type="application/json", headers=headers)


def found_by_looking(store: Store) -> set[str]:
    """The orders that the next look by schedule brings."""
    assert pull(store, Stream.ORDERS) is not None
    return set(TrackedOrder.objects.values_list("source_id", flat=True))


@pytest.mark.parametrize("body", [HINT, WISH, HELLO])
@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": SECRET}, {"secret": ""}, {"seconds": -301}, {"seconds": 301},
        {"X-Signature": ""}, {"X-Signature": "0" * 64}, {"X-Timestamp": "soon"}, {"slug": "other"},
    ],
)  # fmt: skip
def test_a_call_that_is_old_or_forged_is_refused_and_the_order_found_all_the_same(
    store: Store, shop: AddonPackage, bell: Bell, wrong: dict[str, Any], body: dict[str, Any]
) -> None:
    put(shop, 1)

    answer = send(body, **wrong)

    assert (answer.status_code, answer.content) == (401, b"")
    assert (IncomingCall.objects.count(), OrderAction.objects.count(), bell.rings) == (0, 0, [])
    assert found_by_looking(store) == {"1"}


RUBBISH: list[Any] = [None, "x", -1, 0, 1.5, True, {}, [[]], ["x"], [None], [2**64], ["1 OR 1"],
                      [1] * 1001, "\0"]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "field"),
    [(HINT, key) for key in ("orders", "customers", "products")]
    + [(WISH, key) for key in ("ask", "kind", "ids", "person", "reason")]
    + [(HELLO, "hello")],
)
def test_rubbish_in_any_field_is_refused_and_nothing_of_the_call_is_done(
    store: Store, shop: AddonPackage, bell: Bell, body: dict[str, Any], field: str
) -> None:
    put(shop, 1)
    # A text may be an id of a stream's: one that the shop does not have is found by nobody.
    texts = ["x"] if field in ("person", "reason", "hello") else []
    allowed: list[Any] = [["x"], ["1 OR 1"]] if body is HINT else texts

    for value in RUBBISH:
        if value not in allowed:
            assert send({**body, field: value}).status_code == 400, value
    for raw in (b"", b"{", b"[]", b"3", b"\xff", b"[" * 5000):
        assert send(raw).status_code == 400, raw[:9]

    assert (IncomingCall.objects.count(), OrderAction.objects.count()) == (0, 0)
    assert found_by_looking(store) == {"1"}


def test_a_copy_of_a_wish_does_nothing_a_second_time_and_is_taken_nowhere_else(
    store: Store, shop: AddonPackage, bell: Bell
) -> None:
    put(shop, 1)
    found_by_looking(store)
    raw, stamp = json.dumps(WISH).encode(), str(int(clock.timestamp()))
    headers = {"X-Timestamp": stamp, "X-Signature": signature(hook_secret(SECRET), stamp, raw)}

    def sent(address: str) -> Any:
        return Client().post(address, raw, content_type="application/json", headers=headers)

    first, copy, elsewhere = sent("/hooks/cs/"), sent("/hooks/cs/"), sent("/hooks/cs/more")

    assert [one.status_code for one in (first, copy, elsewhere)] == [200, 200, 401]
    assert (first.json()["repeated"], copy.json()["repeated"]) == (False, True)
    assert "asked for before" in copy.json()["done"][0]["did"]
    assert OrderAction.objects.count() == 1


def test_a_copy_of_an_answer_is_believed_for_no_other_call(
    store: Store, shop: AddonPackage, mocked: responses.RequestsMock
) -> None:
    """Whoever overheard an answer cannot have an order read as it once was."""
    put(shop, 1)
    heard: list[Answer] = []
    (route,) = mocked.registered()
    assert isinstance(route, CallbackResponse)
    genuine = route.callback

    def overheard(request: Any) -> Answer:
        heard.append(genuine(request))  # type: ignore[arg-type]
        return heard[-1]

    route.callback = overheard
    adapter = connect(store)
    assert len(adapter.fetch_many(Stream.ORDERS, ["1"])) == 1

    route.callback = lambda request: heard[0]
    with pytest.raises(ConnectorError, match="signed"):
        adapter.fetch_many(Stream.ORDERS, ["1"])
