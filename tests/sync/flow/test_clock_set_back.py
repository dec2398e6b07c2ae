"""The machine's clock is set back, or forward and back: everything goes on within two sweeps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import DateTimeField

from connector.celery import Steady
from connector.lib import clock
from stores.canonical.records import Stream
from stores.models import Cursor
from sync.dispatch import freshness
from sync.flow import rewind
from sync.flow.sweep import sweep
from sync.models import Dispatch, TrackedOrder
from tests.sync.bell import Bell
from tests.sync.world import World, at_rest, books
from xero.models import MirrorCursor

# When something happened, or what a remote said: no wait, and never read as one.
STAMPS = {
    "created_at", "changed_at", "posted_at", "received_at", "started_at", "ended_at", "at",
    "updated_utc", "xero_updated_at", "placed_at", "shop_updated_at", "excluded_at", "approved_at",
    "undo_at", "decided_at", "withdrawn_at", "reopened_at", "as_of", "made_at", "seen_at",
    "tracked_since", "disconnected_at", "counted_at", "read_at", "written_at", "done_at",
    "said_at", "last_run_at", "looked_at", "clock_at", "sent_at", "accepted_at", "due_at",
    "since", "until", "last_at", "asked_at", "answered_at", "tried_at",
}  # fmt: skip


def sweeps(world: World, bell: Bell, count: int = 2) -> None:
    for _ in range(count):
        sweep()
        bell.answer()
        world.time.forward(minutes=1)


def set_back(world: World, **parts: float) -> None:
    world.time.offset -= timedelta(**parts).total_seconds()


def test_a_clock_set_back_an_hour_stops_no_calls(world: World, bell: Bell) -> None:
    order = world.place()
    sweeps(world, bell, 1)
    world.sync()
    second = world.place(customer=2)
    set_back(world, hours=1)
    sweeps(world, bell, 2)
    world.pull()
    world.work(patience=timedelta(minutes=3))
    assert len(world.invoices()) == 2
    assert world.row(order).label == world.row(second).label == "posted"
    at_rest()


def test_leases_and_waits_end_when_they_would_have(world: World, bell: Bell) -> None:
    world.place()
    world.pull()
    world.build()
    sweep()
    waiting = Dispatch.objects.create(
        organisation=world.organisation, kind="invoice", body="{}", idempotency_key="k",
        state="retry", not_before=clock.now() + timedelta(minutes=5),
    )  # fmt: skip
    TrackedOrder.objects.update(claimed_until=clock.now() + timedelta(seconds=30))
    set_back(world, hours=1)
    assert rewind.notice() == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=20))
    waiting.refresh_from_db()
    assert timedelta(minutes=4) < waiting.not_before - clock.now() <= timedelta(minutes=6)
    assert TrackedOrder.objects.get().claimed_until <= clock.now() + timedelta(seconds=60)


def test_a_day_forward_and_back_polls_again_within_two_sweeps(world: World, bell: Bell) -> None:
    world.place()
    world.sync()
    world.time.forward(days=1)
    sweeps(world, bell, 2)
    set_back(world, days=1)
    order = world.place(customer=2)
    sweeps(world, bell, 1)
    cursor = Cursor.of(world.store, Stream.ORDERS)
    assert cursor.next_run_at is not None
    assert cursor.next_run_at < clock.now() + timedelta(minutes=6)
    world.time.forward(minutes=6)
    sweeps(world, bell, 1)
    world.work()
    assert world.number(order) in world.invoices()
    books(world)


def test_what_changed_in_xero_while_the_clock_was_ahead_is_seen(world: World, bell: Bell) -> None:
    order = world.place(status="pending")
    world.sync()
    sweep()
    world.time.forward(days=1)
    freshness.watch(world.organisation)
    sweep()
    set_back(world, days=1)
    world.xero.person("void", invoice=world.number(order))
    sweep()
    assert not MirrorCursor.objects.filter(position__gt=clock.now()).exists()
    freshness.watch(world.organisation)
    assert world.posting(order).conflict


def test_small_steps_and_other_hosts_clocks_change_nothing(world: World) -> None:
    sweep()
    set_back(world, seconds=20)
    assert rewind.notice() is None
    world.time.forward(days=3)
    assert rewind.notice() is None


def test_beat_goes_on_ringing_after_the_clock_went_back() -> None:
    steady = Steady(60.0)
    now = steady.now()
    assert steady.is_due(now + timedelta(hours=1)).is_due
    assert not steady.is_due(now).is_due
    assert steady.is_due(now - timedelta(seconds=61)).is_due


def test_every_moment_that_is_stored_is_a_wait_a_position_or_a_stamp() -> None:
    positions = rewind.POSITIONS.items()
    known = {(name, field) for name, fields in positions for field in fields} | {*rewind.waits()}
    for model in apps.get_models():
        if model._meta.app_label not in ("stores", "accounts_mapping", "xero", "sync"):
            continue
        for field in model._meta.local_fields:
            if isinstance(field, DateTimeField) and field.name not in STAMPS:
                assert (f"{model._meta.label}", field.name) in known, (
                    f"{model._meta.label}.{field.name}"
                )
