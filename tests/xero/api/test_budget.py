"""The limits of an organisation: a minute, five at a time, a day."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.db import connections, transaction
from pytest_django import Settings

from sandbox.xero import StandIn
from tests.xero.conftest import in_processes
from tests.xero.turns import Turns
from xero.api import budget
from xero.api.budget import CallSlot, Wait
from xero.api.faults import Throttled
from xero.api.gateway import Gateway
from xero.models import Call, DayCount, Lane, Organisation, TokenSet, XeroApp

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def tenant(db: None) -> Organisation:
    app = XeroApp.objects.create(client_id="an app", daily_call_limit=1000, live_reserve=20)
    tokens = TokenSet.objects.create(app=app)
    return Organisation.objects.create(
        tenant_id="tenant", name="Shop Ltd", token_set=tokens, connected=True
    )


def called(tenant: Organisation, lane: Lane = Lane.CLICK, **headers: str) -> CallSlot:
    """A call that is answered at once, by `headers`."""
    slot = budget.take(tenant, lane)
    assert isinstance(slot, CallSlot), slot
    budget.release(slot, {name.replace("_", "-"): value for name, value in headers.items()})
    return slot


def test_the_61st_call_of_a_minute_waits_until_60_seconds_after_the_first_answer(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    for _ in range(60):
        called(tenant)
        clock.shift(0.1)

    assert budget.take(tenant, Lane.CLICK) == Wait(54.0, "minute")
    clock.shift(53.9)
    assert isinstance(budget.take(tenant, Lane.CLICK), Wait)
    clock.shift(0.2)
    assert isinstance(budget.take(tenant, Lane.CLICK), CallSlot)


def test_a_call_counts_until_60_seconds_after_its_answer_not_its_send(
    tenant: Organisation, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.XERO_CALLS_PER_MINUTE = 1
    slot = budget.take(tenant, Lane.CLICK)
    assert isinstance(slot, CallSlot)
    clock.shift(40)
    budget.release(slot, {})
    clock.shift(59)

    assert budget.take(tenant, Lane.CLICK) == Wait(1.0, "minute")
    clock.shift(1.1)
    assert isinstance(budget.take(tenant, Lane.CLICK), CallSlot)


def test_five_calls_at_a_time_and_a_backfill_leaves_one_of_them_free(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    for _ in range(4):
        assert isinstance(budget.take(tenant, Lane.BACKFILL), CallSlot)

    assert budget.take(tenant, Lane.BACKFILL) == Wait(0.5, "concurrent")
    assert isinstance(budget.take(tenant, Lane.LIVE), CallSlot)
    assert budget.take(tenant, Lane.CLICK) == Wait(0.5, "concurrent")


def test_the_slot_of_a_killed_worker_frees_itself_at_its_deadline(
    tenant: Organisation, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.XERO_CONCURRENT_CALLS = 1
    lost = budget.take(tenant, Lane.CLICK)
    assert isinstance(lost, CallSlot)
    assert (lost.deadline_at - NOON).total_seconds() == 75

    clock.shift(74.9)
    assert budget.take(tenant, Lane.CLICK) == Wait(0.5, "concurrent")
    clock.shift(0.2)
    assert isinstance(budget.take(tenant, Lane.CLICK), CallSlot)


def test_a_call_whose_end_nobody_saw_counts_until_60_seconds_after_its_deadline(
    tenant: Organisation, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.XERO_CALLS_PER_MINUTE = 1
    budget.take(tenant, Lane.CLICK)

    clock.shift(75 + 59)
    assert budget.take(tenant, Lane.CLICK) == Wait(1.0, "minute")
    clock.shift(1.1)
    assert isinstance(budget.take(tenant, Lane.CLICK), CallSlot)


@pytest.mark.parametrize(
    ("lane", "calls"), [(Lane.CLICK, 60), (Lane.LIVE, 57), (Lane.BACKFILL, 51)]
)
def test_each_lane_leaves_room_in_the_minute_for_those_above_it(
    tenant: Organisation, clock: time_machine.Traveller, lane: Lane, calls: int
) -> None:
    for _ in range(calls):
        called(tenant, lane)
        clock.shift(0.1)

    assert isinstance(budget.take(tenant, lane), Wait)


def test_a_backfill_stops_at_the_live_reserve_of_the_day(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    DayCount.objects.create(organisation=tenant, day=NOON.date(), calls=799)
    called(tenant, Lane.BACKFILL)

    assert budget.take(tenant, Lane.BACKFILL) == Wait(12 * 3600.0, "day")
    called(tenant, Lane.LIVE)
    assert DayCount.objects.get().calls == 801


def test_at_the_daily_limit_nothing_is_sent_until_midnight(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    DayCount.objects.create(organisation=tenant, day=NOON.date(), calls=999)
    called(tenant, Lane.CLICK)

    assert budget.take(tenant, Lane.CLICK) == Wait(12 * 3600.0, "day")
    clock.shift(12 * 3600)
    called(tenant, Lane.CLICK)


def test_what_xero_says_is_left_of_the_day_wins_over_our_own_count(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    called(tenant, Lane.BACKFILL, x_daylimit_remaining="201")
    called(tenant, Lane.BACKFILL)

    assert budget.take(tenant, Lane.BACKFILL) == Wait(3600.0, "day")
    called(tenant, Lane.LIVE)


def test_an_overtaken_answer_does_not_raise_what_is_left_again(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    first, second = budget.take(tenant, Lane.LIVE), budget.take(tenant, Lane.LIVE)
    assert isinstance(first, CallSlot)
    assert isinstance(second, CallSlot)
    budget.release(second, {"x-daylimit-remaining": "300"})
    budget.release(first, {"x-daylimit-remaining": "900"})

    day = DayCount.objects.get()
    assert (day.remaining_told, day.calls_when_told) == (300, 2)


def test_an_hour_later_one_call_finds_out_what_is_left_now(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    called(tenant, Lane.BACKFILL, x_daylimit_remaining="150")
    assert isinstance(budget.take(tenant, Lane.BACKFILL), Wait)
    clock.shift(3601)
    called(tenant, Lane.BACKFILL, x_daylimit_remaining="150")

    assert budget.take(tenant, Lane.BACKFILL) == Wait(3600.0, "day")


def test_calls_of_other_tools_are_taken_off_the_minute(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    called(tenant, x_minlimit_remaining="4")  # 56 are spent, one of them ours

    for _ in range(4):
        called(tenant)
        clock.shift(0.1)
    assert isinstance(budget.take(tenant, Lane.CLICK), Wait)


def test_a_call_that_was_never_sent_does_not_count(
    tenant: Organisation, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.XERO_CALLS_PER_MINUTE = settings.XERO_CONCURRENT_CALLS = 1
    slot = budget.take(tenant, Lane.CLICK)
    assert isinstance(slot, CallSlot)
    budget.give_back(slot)
    budget.give_back(slot)

    assert DayCount.objects.get().calls == 0
    assert isinstance(budget.take(tenant, Lane.CLICK), CallSlot)


def test_while_parked_nothing_is_sent_and_a_shorter_parking_does_not_end_it(
    tenant: Organisation, clock: time_machine.Traveller
) -> None:
    budget.park(tenant.pk, 7200, "the day")
    budget.park(tenant.pk, 60, "the minute")

    assert budget.take(tenant, Lane.CLICK) == Wait(7200.0, "parked")
    tenant.refresh_from_db()
    assert tenant.parked_reason == "the day"
    clock.shift(7200)
    assert isinstance(budget.take(tenant, Lane.CLICK), CallSlot)


def test_old_calls_are_forgotten(tenant: Organisation, clock: time_machine.Traveller) -> None:
    for _ in range(100):
        called(tenant)
        clock.shift(60)

    assert Call.objects.count() < 50
    assert DayCount.objects.get().calls == 100


def test_organisations_have_budgets_of_their_own(
    tenant: Organisation, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.XERO_CALLS_PER_MINUTE = 1
    other = Organisation.objects.create(tenant_id="other", token_set=tenant.token_set)
    called(tenant)

    assert isinstance(budget.take(tenant, Lane.CLICK), Wait)
    called(other)


@pytest.mark.django_db(transaction=True)
def test_a_slot_is_refused_inside_an_open_transaction(tenant: Organisation) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        budget.take(tenant, Lane.CLICK)


@pytest.mark.django_db(transaction=True)
def test_eight_threads_send_60_in_a_minute_and_5_at_a_time_as_xero_counts(
    xero: StandIn, organisation: Organisation, tmp_path: Path
) -> None:
    xero.config(latency_ms=200)
    xero.reset("stats")
    outcomes: Counter[str] = Counter()

    def work(number: int) -> None:
        gateway = Gateway(organisation, Lane.CLICK)
        with turns.seat(number):
            while not outcomes["minute"]:
                try:
                    gateway.read("organisation")
                    outcomes["answered"] += 1
                except Throttled as error:
                    outcomes[error.why] += 1
        connections.close_all()

    with Turns(tmp_path / "clock", seats=8, xero=xero) as turns:
        threads = [threading.Thread(target=work, args=[number]) for number in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    stats = xero.tenant_stats()
    assert outcomes.keys() <= {"answered", "minute", "concurrent"}
    assert outcomes["answered"] == 60
    assert (stats["total"], stats["max_in_60s"], stats["max_concurrent"]) == (60, 60, 5)
    assert stats["refused_429"] == {}


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_eight_processes_stay_within_the_limits_through_rolling_minutes_as_xero_counts(
    xero: StandIn, organisation: Organisation, tmp_path: Path
) -> None:
    """Calls are under way for up to half a second in each direction."""
    xero.config(latency_ms=1500, limits={"per_day": 0})
    XeroApp.objects.update(daily_call_limit=100_000)
    xero.reset("stats")
    outcomes: Counter[str] = Counter()

    with Turns(tmp_path / "clock", seats=8, xero=xero):
        job = ("call", str(organisation.pk), "3", str(tmp_path / "clock"))
        for counted in in_processes(8, *job):
            outcomes.update(counted)

    stats = xero.tenant_stats()
    assert set(outcomes) <= {"answered", "minute", "concurrent"}
    assert stats["total"] == outcomes["answered"]
    assert outcomes["answered"] > 120, "the window has rolled more than once"
    assert stats["max_in_60s"] == 60
    assert stats["max_concurrent"] <= 5
    assert stats["refused_429"] == {}
