"""The broker is a doorbell: flushed, stopped or skipped, the ledger comes out the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command
from pytest_django import Settings

from sandbox.magento import DemoShop
from sandbox.shop.made_up.demand import Plan
from sync.flow.sweep import sweep
from sync.models import Posting, TrackedOrder
from tests.sync.bell import Bell
from tests.sync.conftest import make_world
from tests.sync.world import World, at_rest, books, picture


def minute_by_minute(world: World, bell: Bell, minutes: int = 10) -> None:
    """Beat's tick each minute, and workers that answer the rings."""
    for _ in range(minutes):
        sweep()
        bell.answer()
        world.time.forward(minutes=1)


def test_a_sweep_finds_everything_by_column(world: World, bell: Bell) -> None:
    for n in range(1, 6):
        world.place(customer=n)
    minute_by_minute(world, bell, 3)
    assert len(world.invoices()) == 5
    books(world)


@pytest.mark.parametrize("after", ["pull", "build", "send"])
def test_rings_that_are_lost_cost_one_sweep(world: World, bell: Bell, after: str) -> None:
    world.place()
    world.pull()
    bell.lose()
    if after != "pull":
        world.build()
        bell.lose()
    if after == "send":
        world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT"}})
        world.send()
        bell.lose()
        world.time.forward(minutes=2)
    sweep()
    bell.answer()
    assert len(world.payments()) == 1
    books(world)


def test_a_quiet_sweep_rings_for_nobody(world: World, bell: Bell) -> None:
    world.place()
    minute_by_minute(world, bell, 2)
    bell.lose()
    sweep()
    assert [name for name, _ in bell.rings] == ["xero.keep_alive"]


def test_with_the_broker_down_pulls_and_clicks_do_not_fail(
    real_world: World, settings: Settings
) -> None:
    world = real_world
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    order = world.place()
    run = world.pull()
    assert (run.error, TrackedOrder.objects.count()) == ("", 1)
    world.rebuild(order)
    sweep()
    assert Posting.objects.count() == 0
    world.work()
    books(world)


def test_eager_tasks_and_workers_keep_the_same_books(
    real_world: World,
    open_shop: Callable[..., DemoShop],
    bell_after: Callable[[], Bell],
    monkeypatch: pytest.MonkeyPatch,
    time: Any,
) -> None:
    plan = Plan(customers=25, orders_per_customer=2, foreign=0)
    shops = [open_shop(orders=60, plan=plan, epoch=real_world.shop.epoch) for _ in range(2)]
    world = real_world
    use(world, shops[0])
    current_app.conf.task_always_eager = True
    try:
        sweep()
        world.time.forward(minutes=1)
        sweep()
    finally:
        current_app.conf.task_always_eager = False
    at_rest()
    first = picture(world)
    assert len(first["invoices"]) > 40
    world.xero.reset("all")
    call_command("flush", interactive=False, verbosity=0)
    again = make_world(world.xero, time, lambda: shops[1], monkeypatch)
    minute_by_minute(again, bell_after())
    assert picture(again) == first
    at_rest()


def use(world: World, shop: DemoShop) -> None:
    """Point the first store at another shop."""
    world.change_store(url=shop.url)
    world.shops[world.store.pk] = shop


@pytest.fixture
def bell_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Bell]:
    """A bell that is put up in the middle of a test."""
    return lambda: Bell(monkeypatch)
