"""A world for each test: connected, configured, with a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pytest_django import Settings

from sandbox.magento import DemoShop
from sandbox.shop.made_up.demand import Plan
from sandbox.xero import StandIn
from sync.dispatch import freshness
from tests.sync.bell import Bell
from tests.sync.world import Time, World, connect, watch_transactions


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def xero(settings: Settings, time: Time) -> Iterator[StandIn]:
    """The stand-in, and the settings pointing at it."""
    with StandIn(auto_consent=True) as server:
        settings.XERO_LOGIN_URL = server.url
        settings.XERO_IDENTITY_URL = server.url
        settings.XERO_API_URL = server.url
        settings.ALLOW_PRIVATE_HOSTS = True
        yield server


@pytest.fixture
def open_shop() -> Iterator[Callable[..., DemoShop]]:
    """Start demo shops: `open_shop(orders=3)`."""
    with ExitStack() as stack:

        def start(**options: Any) -> DemoShop:
            options.setdefault("plan", Plan(customers=50, paid_only=True, foreign=0))
            return stack.enter_context(DemoShop(**options))

        yield start


def make_world(
    xero: StandIn,
    time: Time,
    open_shop: Callable[..., DemoShop],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    freshness._seen.clear()
    app, organisation = connect(xero)
    watch_transactions(monkeypatch)
    world = World(xero, time, app, organisation)
    world.add_store(open_shop())
    return world


@pytest.fixture
def world(
    db: None,
    xero: StandIn,
    time: Time,
    open_shop: Callable[..., DemoShop],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """One store whose shop has no orders yet. All in one transaction, which is undone."""
    return make_world(xero, time, open_shop, monkeypatch)


@pytest.fixture
def real_world(
    transactional_db: None,
    xero: StandIn,
    time: Time,
    open_shop: Callable[..., DemoShop],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """The same with real transactions: for threads, processes and what runs on commit."""
    return make_world(xero, time, open_shop, monkeypatch)


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Bell:
    return Bell(monkeypatch)


# Whole stories of the books: each drives a shop, the product and Xero through days of events.
# They are run by `make faults`, so that `make test` stays quick.
_STORIES = frozenset(
    {
        "test_already_in_xero", "test_approvals", "test_away", "test_books_machine",
        "test_cancelled_rest", "test_clock_set_back", "test_contacts_put_away",
        "test_edited_orders",
        "test_follow", "test_gift_cards", "test_items", "test_limits", "test_lost_answers",
        "test_lost_credits", "test_notes", "test_one_shop_two_organisations", "test_oversell",
        "test_own_changes", "test_restored", "test_restored_after_sale",
        "test_people", "test_people_pay", "test_product_rules", "test_rebuilding", "test_reconcile",
        "test_refund_stream", "test_refunded_tenders", "test_refunds_and_cancellations",
        "test_refusals",
        "test_shop_customers", "test_shop_faults", "test_stock", "test_summaries",
        "test_sync_states",
        "test_two_workers", "test_undo", "test_walk", "test_write_back",
    }
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in _STORIES:
            item.add_marker(pytest.mark.stories)
