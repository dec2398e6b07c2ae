"""Calls of shops: believed or refused, stored first, worked off after, and never twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector.lib import clock
from sandbox.magento import DemoShop
from stores.models import Cursor
from stores.signatures import signature
from sync.endpoints import MOST_BYTES
from sync.flow.sweep import sweep
from sync.ingest import calls
from sync.ingest.coverage import Window
from sync.models import IncomingCall, MasterLevel, Posting, Preferences, TrackedOrder
from tests.sync.bell import Bell
from tests.sync.dispatch.test_two_workers import at_once
from tests.sync.world import World, books, in_xero

SECRET = "the shop's own secret"
ADDRESS = "/hooks/au/"
State = IncomingCall.State


@pytest.fixture(autouse=True)
def _secret(request: pytest.FixtureRequest) -> None:
    """The store of the test's world knows the secret."""
    for name in ("world", "real_world"):
        if name in request.fixturenames:
            request.getfixturevalue(name).change_store(webhook_secret=SECRET)


def send(
    body: bytes | dict[str, Any], *, secret: str = SECRET, address: str = ADDRESS,
    at: float | None = None, **headers: str,
) -> Any:  # fmt: skip
    """A genuine call, unless told otherwise."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(clock.timestamp() if at is None else at))
    signed = {"X-Timestamp": stamp, "X-Signature": signature(secret, stamp, raw)} | headers
    signed = {name: value for name, value in signed.items() if value}
    # CSRF is checked as in earnest: the test client leaves it out otherwise.
    client = Client(enforce_csrf_checks=True)
    return client.post(address, raw, content_type="application/json", headers=signed)


def call(store: Any) -> IncomingCall:
    return IncomingCall.objects.get(store=store)


def asked(shop: DemoShop) -> list[str]:
    """The paths that the shop was asked for since it was last looked at."""
    paths = [line.split("/V1/")[1].partition("?")[0] for line in shop.requests]
    shop.requests.clear()
    return paths


# --- believed or not ----------------------------------------------------------------------------


def test_a_genuine_call_is_stored_before_anything_is_done_and_answered_with_nothing(
    world: World, bell: Bell
) -> None:
    order = world.place()

    response = send({"orders": [order["entity_id"]], "refunds": [7]})

    assert (response.status_code, response.content, list(response.cookies)) == (200, b"", [])
    row = call(world.store)
    assert (row.wanted, row.state, row.attempts) == (
        [["orders", str(order["entity_id"])], ["refunds", "7"]], State.WAITING, 0,
    )  # fmt: skip
    assert bell.rings == [("sync.hooks", (world.store.pk,))]
    assert (TrackedOrder.objects.count(), asked(world.shop)) == (0, [])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"secret": "another"}, 401),
        ({"X-Signature": ""}, 401),
        ({"X-Timestamp": ""}, 401),
        ({"X-Signature": "ä" * 64}, 401),
        ({"at": -301}, 401),
        ({"at": 301}, 401),
        ({"address": "/hooks/nobody/"}, 401),
        ({"address": "/hooks/mute/"}, 401),
        ({"body": b"{"}, 400),
        ({"body": b'{"orders": [1.5]}'}, 400),
        ({"body": b'{"orders": [1], "x": "' + b"x" * MOST_BYTES + b'"}'}, 413),
        ({"body": b"{", "secret": "another"}, 401),
    ],
)
def test_any_other_call_leaves_no_trace(
    world: World, bell: Bell, change: dict[str, Any], status: int
) -> None:
    if change.get("address") == "/hooks/mute/":
        world.add_store(world.shop, "mute", "M-")
    options: dict[str, Any] = {"body": {"orders": [1]}, **change}
    if "at" in change:
        options["at"] = clock.timestamp() + change["at"]

    response = send(**options)

    assert (response.status_code, response.content) == (status, b"")
    assert (IncomingCall.objects.count(), bell.rings) == (0, [])


def test_only_posts_are_calls_and_deeper_addresses_are_too(world: World, bell: Bell) -> None:
    assert Client().get(ADDRESS).status_code == 405
    assert send({"orders": [1]}, address="/hooks/au/orders/updated").status_code == 200
    assert IncomingCall.objects.count() == 1


def test_a_call_that_comes_twice_is_stored_once(world: World, bell: Bell) -> None:
    now = clock.timestamp()
    for _ in range(2):
        assert send({"orders": [1]}, at=now).status_code == 200
    assert IncomingCall.objects.count() == 1
    assert send({"orders": [1], "call": "2"}, at=now).status_code == 200
    assert IncomingCall.objects.count() == 2


# --- worked off ---------------------------------------------------------------------------------


@pytest.mark.stories
def test_what_is_named_goes_to_xero_as_if_it_had_been_polled(world: World, bell: Bell) -> None:
    order = world.place()
    send({"orders": [order["entity_id"]]})
    bell.answer()
    world.work()

    in_xero(world, order)
    assert world.row(order).lane == "live"
    row = call(world.store)
    assert (row.state, row.error, row.note, row.claimed_by) == (State.DONE, "", "", "")

    world.time.forward(5)
    world.shop.refund(order["entity_id"])
    send({"refunds": [1]})
    bell.answer()
    world.work()
    world.pull()
    world.work()
    assert Posting.objects.filter(kind="credit_note", state="posted").count() == 1
    assert len(world.invoices()) == 1


def test_many_calls_about_two_orders_are_one_request(world: World, bell: Bell) -> None:
    orders = [world.place(customer=n, status="pending") for n in (1, 2)]
    for n in range(30):
        send({"orders": [orders[n % 2]["entity_id"]], "call": str(n)})

    calls.work_off(world.store)

    assert asked(world.shop) == ["orders"]
    assert set(IncomingCall.objects.values_list("state", flat=True)) == {State.DONE}
    assert TrackedOrder.objects.count() == 2
    calls.work_off(world.store)
    assert asked(world.shop) == []


def test_under_a_flood_a_worker_comes_back_for_the_rest(
    world: World, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_CALLS", 1)
    monkeypatch.setattr(calls, "_BATCHES", 2)
    for n in range(3):
        send({"orders": [world.place(customer=n + 1, status="pending")["entity_id"]]})
    bell.lose()

    calls.work_off(world.store)

    assert IncomingCall.objects.filter(state=State.WAITING).count() == 1
    assert ("sync.hooks", (world.store.pk,)) in bell.rings
    bell.answer()
    assert set(IncomingCall.objects.values_list("state", flat=True)) == {State.DONE}


def test_products_and_customers_follow_the_settings_and_stock_is_hurried_within_bounds(
    world: World, bell: Bell
) -> None:
    world.change_store(
        webhook_secret=SECRET, streams={"products": True, "customers": False, "stock": "to_store"}
    )
    later = clock.now() + calls._STOCK_EVERY * 9
    cursor = Cursor.of(world.store, "stock")
    Cursor.objects.filter(pk=cursor.pk).update(next_run_at=later, last_run_at=clock.now())

    send({"products": ["MUG-STN"], "customers": [1], "stock": ["MUG-STN"]})
    calls.work_off(world.fresh(world.store))

    assert world.store.products.get().sku == "MUG-STN"
    assert "does not sync customers" in call(world.store).note
    cursor.refresh_from_db()
    assert cursor.next_run_at == cursor.last_run_at + calls._STOCK_EVERY
    assert ("sync.pull", (world.store.pk, "stock")) not in bell.rings


def test_an_object_that_is_gone_is_done_with_and_says_so(world: World, bell: Bell) -> None:
    order = world.place()
    send({"orders": [order["entity_id"], 4711]})
    calls.work_off(world.store)

    row = call(world.store)
    assert (row.state, row.note) == (State.DONE, "Not found in the shop: orders 4711.")
    assert TrackedOrder.objects.count() == 1


def test_a_failing_shop_is_asked_again_when_it_wishes_and_given_up_in_the_end(
    world: World, bell: Bell
) -> None:
    Preferences.objects.create(pk=1, retries={"attempts": 3, "base": "30s", "cap": "6h"})
    order = world.place()
    send({"orders": [order["entity_id"]]})
    world.shop.fail("throttled", match="/orders", times=None, retry_after=600)

    calls.work_off(world.store)
    row = call(world.store)
    assert (row.state, row.attempts) == (State.WAITING, 1)
    assert 595 < (row.not_before - clock.now()).total_seconds() <= 600
    assert "429" in row.error

    # While the shop wants to be left alone, calls that come in meanwhile wait as well.
    asked(world.shop)
    send({"orders": [order["entity_id"]], "call": "2"})
    calls.work_off(world.store)
    assert asked(world.shop) == []

    for _ in range(2):
        world.time.forward(601)
        sweep()
        assert ("sync.hooks", (world.store.pk,)) in bell.rings
        calls.work_off(world.store)
    row.refresh_from_db()
    assert (row.state, row.attempts, bool(row.error)) == (State.FAILED, 3, True)
    world.shop.faults.clear()
    world.time.forward(700)
    world.sync()
    calls.work_off(world.store)
    in_xero(world, order)
    books(world)


def test_an_error_of_our_own_is_a_failed_try_and_not_the_end_of_the_worker(
    world: World, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    send({"orders": [world.place()["entity_id"]]})

    def buggy(*_: object, **__: object) -> int:
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr("sync.ingest.ingest.track", buggy)
        calls.work_off(world.store)
    assert "ZeroDivisionError: a bug" in call(world.store).error
    world.time.forward(60)
    calls.work_off(world.store)
    assert call(world.store).state == State.DONE


def test_a_store_that_is_off_keeps_its_calls_until_it_is_on_again(world: World, bell: Bell) -> None:
    order = world.place()
    world.store.switch(on=False)
    assert send({"orders": [order["entity_id"]]}).status_code == 200
    sweep()
    bell.answer()
    assert (call(world.store).state, TrackedOrder.objects.count()) == (State.WAITING, 0)

    world.store.switch(on=True)
    sweep()
    bell.answer()
    world.work()
    assert call(world.store).state == State.DONE
    in_xero(world, order)


def test_a_worker_that_was_killed_leaves_its_calls_to_the_next(world: World, bell: Bell) -> None:
    send({"orders": [world.place()["entity_id"]]})
    calls._claim(world.store, "a killed worker")
    calls.work_off(world.store)
    assert (call(world.store).state, TrackedOrder.objects.count()) == (State.WAITING, 0)

    world.time.forward(301)
    bell.lose()
    sweep()
    assert ("sync.hooks", (world.store.pk,)) in bell.rings
    calls.work_off(world.store)
    assert (call(world.store).state, call(world.store).attempts) == (State.DONE, 2)


def test_a_call_that_ends_every_worker_is_given_up(world: World, bell: Bell) -> None:
    send({"orders": [world.place()["entity_id"]]})
    IncomingCall.objects.update(attempts=12)
    calls.work_off(world.store)
    row = call(world.store)
    assert (row.state, row.attempts, asked(world.shop)) == (State.FAILED, 13, [])
    assert "Its worker ended" in row.error


def test_old_calls_are_forgotten(world: World, bell: Bell) -> None:
    Preferences.objects.create(pk=1, logging={"debug": False, "retention_days": 7})
    send({"orders": [1]})
    world.time.forward(days=6)
    send({"orders": [1]})
    sweep()
    assert IncomingCall.objects.count() == 2
    world.time.forward(days=2)
    sweep()
    assert IncomingCall.objects.count() == 1


# --- at once ------------------------------------------------------------------------------------


@pytest.mark.stories
def test_an_order_from_a_hook_a_poll_and_a_backfill_at_once_is_posted_once(
    real_world: World, bell: Bell
) -> None:
    world = real_world
    order = world.place()
    for n in range(3):
        send({"orders": [order["entity_id"]], "call": str(n)})
    store = world.store

    at_once(
        lambda: calls.work_off(store), lambda: calls.work_off(store), lambda: world.pull(store),
        lambda: world.pull(store, window=Window()), world.build,
    )  # fmt: skip
    at_once(world.build, world.build, world.send, world.send)
    world.work()

    assert TrackedOrder.objects.count() == 1
    assert Posting.objects.filter(kind="invoice").count() == 1
    assert set(IncomingCall.objects.values_list("state", flat=True)) == {State.DONE}
    books(world)


def test_a_burst_at_once_is_stored_whole(real_world: World, bell: Bell) -> None:
    now = clock.timestamp()

    def some(first: int) -> list[int]:
        return [send({"orders": [n]}, at=now).status_code for n in range(first, first + 10)]

    answers = at_once(*[lambda first=first: some(first) for first in (1, 11, 1, 11)])

    assert {status for found in answers for status in found} == {200}
    assert IncomingCall.objects.count() == 20


# --- one call, one address ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "elsewhere", ["/hooks/nz/", "/hooks/au/orders", "/stock/au/", "/stock/nz/"]
)
def test_a_call_that_was_taken_is_refused_at_every_other_address(
    world: World, bell: Bell, elsewhere: str
) -> None:
    world.change_store(streams={"stock": "master"})
    other = world.add_store(world.shop, "nz", "N-", streams={"stock": "master"})
    world.change_store(other, webhook_secret=SECRET)
    now = clock.timestamp()
    body = {"orders": [1]}
    assert send(body, at=now).status_code == 200

    answer = send(body, at=now, address=elsewhere)

    assert answer.status_code in (400, 401)
    assert (IncomingCall.objects.count(), MasterLevel.objects.count()) == (1, 0)
    assert send(body, at=now).status_code == 200
    assert send(body, at=now + 1, address="/hooks/nz/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["/stock/nz/", "/hooks/au/", "/hooks/nz/"])
def test_stock_that_was_taken_is_taken_at_no_other_address(
    world: World, bell: Bell, elsewhere: str
) -> None:
    world.change_store(streams={"stock": "master"})
    other = world.add_store(world.shop, "nz", "N-", streams={"stock": "master"})
    world.change_store(other, webhook_secret=SECRET)
    now = clock.timestamp()
    body = {"levels": [{"sku": "MUG", "quantity": "3"}]}
    for _ in range(2):
        assert send(body, at=now, address="/stock/au/").status_code == 200

    assert send(body, at=now, address=elsewhere).status_code in (400, 401)
    assert [(row.store_id, row.sku) for row in MasterLevel.objects.all()] == [
        (world.store.pk, "MUG")
    ]
    assert IncomingCall.objects.get().state == State.DONE


def test_a_body_is_of_one_kind(world: World, bell: Bell) -> None:
    world.change_store(streams={"stock": "master"})
    both = {"orders": [1], "levels": [{"sku": "MUG", "quantity": "3"}]}
    for address in ("/hooks/au/", "/stock/au/"):
        assert send(both, address=address).status_code == 400
    assert (IncomingCall.objects.count(), MasterLevel.objects.count()) == (0, 0)


def test_stock_that_is_not_taken_may_be_sent_again(world: World, bell: Bell) -> None:
    now = clock.timestamp()
    body = {"levels": [{"sku": "MUG", "quantity": "3"}]}
    assert send(body, at=now, address="/stock/au/").status_code == 409
    assert IncomingCall.objects.count() == 0
    world.change_store(streams={"stock": "master"})
    assert send(body, at=now, address="/stock/au/").status_code == 200


odd_text = st.text(min_size=1, max_size=5) | st.sampled_from(
    ["\0", "a\0", "\ud83d", "\udfff\ud800"]
)
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=3),
    max_leaves=6,
)
HOOK_BODIES = st.fixed_dictionaries(
    {}, optional={name: st.lists(odd, max_size=3) | odd for name in ("orders", "products", "call")}
)
LEVELS = st.fixed_dictionaries({"sku": odd}, optional={"quantity": odd, "x": odd})
STOCK_BODIES = st.fixed_dictionaries({"levels": st.lists(LEVELS, max_size=3) | odd})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(body=HOOK_BODIES | STOCK_BODIES | odd, stock=st.booleans())
@example(body={"products": ["\0"]}, stock=False)
@example(body={"products": ["\ud83d"]}, stock=False)
@example(body={"orders": [10**400]}, stock=False)
@example(body={"levels": [{"sku": "\0", "quantity": "1"}]}, stock=True)
@example(body={"levels": [{"sku": "\ud83d", "quantity": "1"}]}, stock=True)
@example(body={"levels": [{"sku": "A", "quantity": "1e999999999"}]}, stock=True)
@example(body={"levels": [{"sku": "A", "quantity": "1e-40"}]}, stock=True)
def test_no_signed_body_breaks_the_answer(world: World, bell: Bell, body: Any, stock: bool) -> None:
    world.change_store(streams={"stock": "master"})
    answer = send(body, address="/stock/au/" if stock else ADDRESS)
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("text", ["1e99999999999999999999", "[" * 100_000, "NaN", "9" * 5000])
@pytest.mark.parametrize("address", ["/stock/au/", ADDRESS])
def test_no_signed_text_breaks_the_answer(
    world: World, bell: Bell, text: str, address: str
) -> None:
    world.change_store(streams={"stock": "master"})
    for body in (
        text,
        f'{{"levels": [{{"sku": "A", "quantity": {text}}}]}}',
        f'{{"orders": {text}}}',
    ):
        assert send(body.encode(), address=address).status_code == 400
    assert (IncomingCall.objects.count(), MasterLevel.objects.count()) == (0, 0)
