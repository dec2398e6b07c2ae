"""A shop, a Xero and the connector's database for processes that are killed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from connector.lib import clock
from sandbox.magento import DemoShop
from sandbox.shop.made_up.demand import Plan
from sandbox.xero import StandIn
from sync.dispatch import freshness
from tests.sync.world import World, connect

SCALE = 60


@pytest.fixture
def world(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Four paid orders, one of them in two parts to come, of three customers."""
    base = time.time()
    monkeypatch.setattr(clock, "_scale", float(SCALE))
    monkeypatch.setattr(clock, "_base", base)
    monkeypatch.setenv("CLOCK_SCALE", str(SCALE))
    monkeypatch.setenv("CLOCK_BASE", repr(base))
    monkeypatch.setenv("ALLOW_PRIVATE_HOSTS", "True")
    settings.ALLOW_PRIVATE_HOSTS = True
    plan = Plan(customers=9, paid_only=True, foreign=0)
    with StandIn(auto_consent=True) as xero, DemoShop(plan=plan) as shop:
        settings.XERO_LOGIN_URL = xero.url
        settings.XERO_IDENTITY_URL = xero.url
        settings.XERO_API_URL = xero.url
        freshness._seen.clear()
        app, organisation = connect(xero)
        made = World(xero, None, app, organisation)  # type: ignore[arg-type]
        made.add_store(shop)
        for customer in (1, 2, 3, 1):
            made.place(customer=customer, items=[("MUG-STN", customer)])
        made.part_paid(shop.orders[1], "10.00")
        yield made
