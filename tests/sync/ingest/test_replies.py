"""Calls are answered as their platform wants it, and told apart by the shop's own names of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from connector.lib import clock
from stores.models import Store
from stores.signatures import signature
from sync.ingest import calls
from sync.models import IncomingCall, LeftOutCustomer, OrderAction, TrackedOrder
from tests.stores.toy.adapter import BOXES
from tests.stores.toy.orders import toy_order
from tests.sync.ingest.test_toy_platform import URL, configure
from tests.sync.world import World

HOOK = "/hooks/toys/"
BODY = b'{"orders": ["1"]}'


@pytest.fixture
def toys(world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    settings.STORE_ADAPTERS = settings.STORE_ADAPTERS | {
        "toymarket": "tests.stores.toy.market.ToyMarket"
    }
    monkeypatch.setitem(BOXES, URL, [toy_order(1)])
    Store.objects.all().delete()
    configure(platform="toymarket")
    world.stores[:] = [Store.objects.get()]
    return world


def asked(at: int = 0, now: str = "", **wish: Any) -> HttpResponse:
    """Somebody in the shop asks for something, `at` so many seconds ago, or at the second `now`."""
    body = json.dumps(wish).encode()
    now = now or str(int(clock.timestamp()) - at)
    signed = {"X-Timestamp": now, "X-Signature": signature("toys-secret", now, body)}
    return Client().post(HOOK, body, "application/json", headers=signed)


def called(delivery: str, *, later: int = 0, **headers: Any) -> HttpResponse:
    now = str(int(clock.timestamp()) - later)
    signed = {"X-Timestamp": now, "X-Signature": signature("toys-secret", now, BODY)}
    more = {"X-Delivery": delivery} if delivery else {}
    return Client().post(HOOK, BODY, "application/json", headers=signed | more | headers)


def test_a_call_is_answered_in_its_platforms_own_words(toys: World) -> None:
    answer = called("d1")
    calls.work_off(toys.store)

    assert (answer.status_code, answer.content) == (200, b"thanks")
    assert TrackedOrder.objects.get().source_id == "1"


def test_a_challenge_is_answered_and_not_kept(toys: World) -> None:
    answer = Client().get(f"{HOOK}?challenge=abc")

    assert (answer.status_code, answer.content) == (200, b"abc!")
    assert answer["Content-Type"] == "application/x-toys"
    assert not IncomingCall.objects.exists()


def test_a_ping_is_answered_with_its_own_status_and_not_kept(toys: World) -> None:
    answer = Client().post(HOOK, b"ping", "text/plain")

    assert (answer.status_code, answer.content) == (202, b"")
    assert not IncomingCall.objects.exists()


def test_a_delivery_that_is_signed_anew_is_the_same_call(toys: World) -> None:
    answers = [called("d1").status_code, called("d1", later=2).status_code]

    assert answers == [200, 200]
    assert IncomingCall.objects.count() == 1


def test_two_deliveries_of_the_same_content_are_two_calls(toys: World) -> None:
    now = str(int(clock.timestamp()))
    same = {"X-Timestamp": now, "X-Signature": signature("toys-secret", now, BODY)}

    for delivery in ("d1", "d2"):
        called(delivery, **same)

    assert IncomingCall.objects.count() == 2


def test_a_delivery_that_names_itself_is_taken_at_one_address_only(toys: World) -> None:
    called("d1")
    now = str(int(clock.timestamp()))
    signed = {"X-Timestamp": now, "X-Signature": signature("toys-secret", now, BODY)}

    elsewhere = Client().post(
        f"{HOOK}more/", BODY, "application/json", headers=signed | {"X-Delivery": "d1"}
    )

    assert elsewhere.status_code in (401, 404)
    assert IncomingCall.objects.count() == 1


def test_a_store_without_a_secret_answers_no_challenge(toys: World) -> None:
    Store.objects.update(webhook_secret="")

    assert Client().get(f"{HOOK}?challenge=abc").status_code == 401
    assert Client().get("/hooks/nobody/?challenge=abc").status_code == 405


def told(answer: HttpResponse) -> list[str]:
    """What somebody in the shop is told, object by object."""
    return [one["did"] for one in json.loads(answer.content)["done"]]


WHO = {"person": "Mia", "reason": "a gift"}


def test_an_order_is_left_out_and_taken_in_again_as_the_shop_asks(toys: World) -> None:
    toys.pull()
    answer = asked(wish="leave_out", ids=["1", "9"], **WHO)

    said = json.loads(answer.content)
    assert (answer.status_code, said["repeated"]) == (200, False)
    assert [(one["stream"], one["id"]) for one in said["done"]] == [
        ("orders", "1"),
        ("orders", "9"),
    ]
    assert "left out from now on" in said["done"][0]["did"]
    assert "not known here" in said["done"][1]["did"]
    row = TrackedOrder.objects.get()
    assert (row.excluded_as, row.excluded_why) == ("do_not_sync", "Mia, in the shop: a gift")
    toys.work()
    assert toys.invoices() == {}

    answer = asked(wish="take_in", ids=["1"], **WHO)
    toys.work()

    assert told(answer) == ["It is taken in again, and synced to Xero now."]
    toys.time.forward(seconds=2)  # the same words in the same second are the same call
    assert told(asked(wish="take_in", ids=["1"], **WHO)) == ["It was not left out."]
    assert list(toys.invoices()) == ["TOY-T1"]


def test_what_is_asked_twice_by_one_call_is_done_once(toys: World) -> None:
    toys.pull()
    now = str(int(clock.timestamp()))
    first, again = (asked(now=now, wish="leave_out", ids=["1"], **WHO) for _ in range(2))

    assert json.loads(first.content)["repeated"] is False
    assert json.loads(again.content)["repeated"] is True
    assert told(again) == ["This was asked for before, by the very same call."]
    assert OrderAction.objects.count() == 1


def test_nobody_leaves_an_order_out_without_a_name_and_a_reason(toys: World) -> None:
    toys.pull()

    answers = [
        asked(wish="leave_out", ids=["1"], person="Mia").status_code,
        asked(wish="take_in", ids=["1"], reason="a gift").status_code,
    ]

    assert answers == [400, 400]
    assert TrackedOrder.objects.get().excluded_at is None
    assert not IncomingCall.objects.exists()


def test_an_order_that_is_asked_for_is_read_and_sent_at_once(toys: World) -> None:
    answer = asked(wish="sync", ids=["1"])
    calls.work_off(toys.store)
    toys.work()

    assert told(answer) == ["It is new here: it is read from the shop, and synced to Xero then."]
    assert list(toys.invoices()) == ["TOY-T1"]


def test_more_than_can_be_asked_for_at_once_is_refused(toys: World) -> None:
    toys.pull()

    answer = asked(wish="leave_out", ids=[str(n) for n in range(1001)], **WHO)

    assert answer.status_code == 400
    assert TrackedOrder.objects.get().excluded_at is None


@pytest.mark.parametrize("stream", ["products", "customers"])
def test_what_a_store_does_not_sync_is_said_to_be_so(toys: World, stream: str) -> None:
    toys.change_store(streams={"products": False, "customers": False})

    answer = asked(wish="leave_out", stream=stream, ids=["7"], **WHO)

    assert told(answer) == [f"Nothing was done: this store syncs no {stream} (streams.{stream})."]
    assert not LeftOutCustomer.objects.exists()
