"""Calls that are used up, log-ins that end, a Xero that is closed: nothing lost, nobody sleeps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.lib import clock
from connector.lib.errors import Misconfigured
from sync.dispatch import send
from sync.flow import steps
from sync.models import Dispatch, Posting
from tests.sync.world import World, at_rest, books, log_in
from xero.login import tokens
from xero.models import DayCount, TokenSet


def test_a_minute_used_up_by_other_tools_is_waited_out(world: World) -> None:
    world.place()
    world.pull()
    world.build()
    world.xero.config(limits={"per_minute": 1})
    idle = world.send()
    assert idle.until is not None
    assert idle.until - clock.now() <= timedelta(seconds=61)
    world.organisation.refresh_from_db()
    assert "minute" in world.organisation.parked_reason
    assert world.writes() == world.xero.tenant_stats(world.organisation.tenant_id)[
        "refused_429"
    ].get("minute", 0)
    waiting = Dispatch.objects.get()
    assert (waiting.state, waiting.attempts) == ("retry", 0)
    world.xero.config(limits={"per_minute": 60})
    world.work()
    books(world)


def test_a_day_that_is_used_up_parks_the_organisation_and_says_so(world: World) -> None:
    order = world.place()
    world.pull()
    world.build()
    world.xero.faults({"kind": "day_limit_reached", "match": {"method": "PUT", "count": 1}})
    before = clock.now()
    idle = world.send()
    assert clock.now() - before < timedelta(seconds=5), "the worker slept"
    world.organisation.refresh_from_db()
    assert world.organisation.parked_until is not None
    assert world.organisation.parked_until > clock.now()
    assert "day" in world.organisation.parked_reason
    assert idle.until is not None
    assert abs(idle.until - world.organisation.parked_until) < timedelta(seconds=1)
    assert world.row(order).label == "working"
    assert Dispatch.objects.get(state="retry").attempts == 0
    calls = world.calls().total()
    steps.send_to(world.organisation)
    assert world.calls().total() == calls, "a parked organisation was called"
    world.xero.reset("limits")
    world.work(patience=timedelta(days=2))
    books(world)


def test_our_own_count_of_the_day_parks_too(world: World) -> None:
    world.place()
    world.pull()
    world.build()
    DayCount.objects.update(calls=1000)
    world.send()
    world.time.forward(minutes=31)
    world.send()
    world.organisation.refresh_from_db()
    assert world.organisation.parked_until is not None
    assert "day" in world.organisation.parked_reason
    assert world.writes() == 0
    world.work(patience=timedelta(days=2))
    books(world)


def test_the_reserve_of_the_day_is_closed_to_a_backfill_and_open_to_live_orders(
    world: World,
) -> None:
    for n in range(60):
        world.place(customer=n + 1)
    world.pull()
    world.build()
    assert set(Posting.objects.values_list("lane", flat=True)) == {"backfill"}
    DayCount.objects.update(calls=850)
    live = world.place(customer=99)
    world.pull()
    world.build()
    for _ in range(60):
        world.send()
        world.time.forward(60)
    assert world.row(live).label == "posted"
    assert world.calls().total() <= 60
    world.organisation.refresh_from_db()
    assert world.organisation.parked_until is None
    world.work(patience=timedelta(days=2))
    books(world)


def test_too_many_calls_at_once_are_tried_again_soon(world: World) -> None:
    world.place()
    world.pull()
    world.build()
    fault = {"kind": "error_before", "match": {"method": "PUT"}, "params": {"status": 429}}
    world.xero.faults(fault)
    idle = world.send()
    assert idle.until is not None
    assert idle.until - clock.now() <= timedelta(seconds=3)
    world.organisation.refresh_from_db()
    assert world.organisation.parked_until is None
    world.work()
    books(world)


@pytest.mark.parametrize("kind", ["Contacts", "Invoices", "Payments"])
def test_a_401_in_the_middle_is_answered_with_a_fresh_token_and_the_same_key(
    world: World, kind: str
) -> None:
    world.place()
    world.xero.faults({"kind": "unauthorised_once", "match": {"path": f"/{kind}$"}})
    world.sync()
    books(world)


def test_a_connection_ended_in_xero_stops_cleanly_and_goes_on_after_reconnecting(
    world: World,
) -> None:
    order = world.place()
    world.pull()
    world.build()
    world.xero.faults({"kind": "disconnect", "params": {"tenant": world.organisation.tenant_id}})
    idle = world.send()
    assert (idle.until, "econnect" in idle.why) == (None, True)
    world.organisation.refresh_from_db()
    assert (world.organisation.connected, world.row(order).label) == (False, "working")
    calls = world.calls().total()
    assert world.send().why == world.organisation.unavailable_reason()
    assert world.calls().total() == calls
    assert not Posting.objects.filter(state="dead").exists()
    log_in(world.app)
    world.organisation.refresh_from_db()
    world.work()
    books(world)


def test_a_dead_log_in_stops_cleanly_and_goes_on_after_reconnecting(world: World) -> None:
    world.place()
    world.pull()
    world.build()
    world.xero.faults({"kind": "revoke_tokens"})
    world.time.forward(minutes=31)
    idle = world.send()
    assert "econnect" in idle.why
    assert not Posting.objects.filter(state__in=("dead", "held")).exists()
    log_in(world.app)
    world.work()
    books(world)


def test_a_wrong_client_secret_kills_no_document(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.place()
    world.pull()
    world.build()

    def refuse(*_: object, **__: object) -> str:
        raise Misconfigured("The client secret is wrong.", code="xero_app", hint="Enter it.")

    with monkeypatch.context() as wrong:
        wrong.setattr(tokens, "access_token", refuse)
        idle = world.send()
        assert "client secret" in idle.why
        assert not Posting.objects.filter(state__in=("dead", "held")).exists()
        world.place(customer=9)
        world.pull()
        world.build()
    world.work()
    books(world)


def test_a_right_that_is_missing_is_not_asked_for_every_minute(world: World) -> None:
    """403 while still connected: a call now and then, not one a minute all day long."""
    world.place()
    world.pull()
    world.build()
    fault = {
        "kind": "error_before",
        "match": {"method": "PUT", "count": 0},
        "params": {"status": 403, "body": '{"Detail": "AuthenticationUnsuccessful"}'},
    }
    world.xero.faults(fault)
    for _ in range(60):
        world.send()
        world.time.forward(minutes=1)
    assert 1 <= world.writes() <= 8
    assert not Posting.objects.filter(state="dead").exists()
    world.xero.faults()
    world.work()
    books(world)


def test_a_reconnected_organisation_keeps_its_row(world: World) -> None:
    world.place()
    world.sync()
    world.xero.faults({"kind": "disconnect", "params": {"tenant": world.organisation.tenant_id}})
    world.place(customer=2)
    world.sync()
    again = log_in(world.app)
    assert again.pk == world.organisation.pk
    assert TokenSet.objects.count() == 1
    world.work()
    books(world)


def test_xero_in_maintenance_loses_no_order(world: World) -> None:
    world.place()
    world.xero.faults({"kind": "maintenance", "match": {"count": 5}})
    world.sync()
    world.time.forward(minutes=10)
    world.work()
    books(world)


def test_a_worker_that_finds_nothing_to_do_makes_no_call(world: World) -> None:
    world.place()
    world.sync()
    at_rest()
    calls = world.calls().total()
    assert world.send() == send.Idle(None)
    assert world.build() == 0
    assert world.calls().total() == calls


def test_a_new_process_looks_at_xero_only_if_it_has_something_to_send(world: World) -> None:
    world.place()
    world.sync()
    at_rest()
    world.time.forward(hours=2)
    world.new_process()
    calls = world.calls().total()
    assert world.send() == send.Idle(None)
    assert world.calls().total() == calls
