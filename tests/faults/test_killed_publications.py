"""kill -9 while another version is made live: it is live whole or not at all, whoever presses again
neither doubles nor loses anything, and what was held for it is built anew exactly once."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from accounts_mapping.models import MappingVersion
from connector.configuration.versions.edit import edit_many
from connector.configuration.versions.publish import change
from stores.models import Store
from sync.models import TrackedOrder
from tests.faults.test_killed_workers import KILLED, right
from tests.sync.world import World
from tests.xero.conftest import environment

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

RIGHT = {("accounts", "sales"): "200", ("timezone",): "Australia/Brisbane"}
WRONG = {("accounts", "sales"): None, ("timezone",): "Australia/Perth"}


@pytest.fixture
def held(world: World) -> World:
    """Four orders that wait, as the version that is live names no account of sales."""
    change(world.store, RIGHT, author=None, seen=None)
    change(world.store, WRONG, author=None, seen=None)
    world.pull()
    world.build()
    assert set(TrackedOrder.objects.values_list("label", flat=True)) == {"held"}
    return world


def nothing_else(world: World) -> None:
    """The version before is the right one."""


def a_draft(world: World) -> None:
    edit_many(world.store, RIGHT, author=None, seen=None)


def a_sandbox(world: World) -> None:
    made = world.add_store(
        world.shop, slug="sandbox", prefix="T-", environment="sandbox", enabled=False
    )
    change(made, RIGHT, author=None, seen=None)


def pressed(way: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.pressing", way],
        env=environment(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    connection.close()
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("way", "prepare", "drafted"),
    [("publish", a_draft, 2), ("roll_back", nothing_else, 0), ("promote", a_sandbox, 0)],
)
def test_a_version_is_live_whole_or_not_at_all(
    held: World, way: str, prepare: Any, drafted: int
) -> None:
    prepare(held)
    before = {
        "versions": 3, "timezone": "Australia/Perth", "sales": None, "draft": drafted,
        "to build": 0,
    }  # fmt: skip
    after = {
        "versions": 4, "timezone": "Australia/Brisbane", "sales": "200", "draft": 0, "to build": 4,
    }  # fmt: skip

    *killed, rung, again, built, worked = pressed(way)

    assert len(killed) > 5
    assert killed == [{"ended": KILLED, "outdated": False, **before}] * len(killed)
    assert rung == {"ended": KILLED, "outdated": False, **after}
    assert again == {"ended": 0, "outdated": True, **after}
    orders = TrackedOrder.objects.values_list("source_id", flat=True)
    assert built == {"built": dict.fromkeys(orders, 1)}
    assert worked == {"ended": 0, "outdated": False, **after, "to build": 0}
    assert MappingVersion.objects.filter(store=Store.objects.get(slug="au")).count() == 4
    right(held)
