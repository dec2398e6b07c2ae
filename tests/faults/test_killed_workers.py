"""kill -9 at the worst moments: afterwards another process finishes, and the books are right.

Real processes on this test's database, with a clock that runs 60 times as fast: the leases
that a dead process leaves last seconds.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest
from django.db import connection

from sync.models import Posting
from tests.sync.world import World, at_rest, expected_of, ledger_agrees
from tests.xero.conftest import environment

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

KILLED = -9


def run(job: str, *trap: str) -> dict[str, int]:
    """Run a job that dies, then another process that finishes everything."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.workers", "finish", job, *trap],
        env=environment(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    ended: dict[str, int] = json.loads(done.stdout)
    return ended


def right(world: World) -> None:
    """One invoice an order, the right payments, nothing stuck; no fate left open."""
    connection.close()
    invoices = world.invoices()
    assert len(invoices) == 4
    for order in world.shop.orders:
        found = invoices[world.number(order)]
        assert (found["Total"], found["TotalTax"], found["AmountDue"]) == expected_of(order)
        assert world.row(order).label == "posted"
    assert len(world.payments()) == 4
    assert len(world.contacts()) == 3
    at_rest()
    ledger_agrees(world)
    assert not Posting.objects.exclude(state="posted").exists()


@pytest.mark.parametrize("kind", ["contacts", "invoices", "payments"])
@pytest.mark.parametrize("point", ["before", "after", "settle"])
def test_a_sender_killed_around_its_request_leaves_right_books(
    world: World, point: str, kind: str
) -> None:
    assert run("everything", "call", point, kind) == {"first": KILLED, "second": 0}
    right(world)
    sent = world.calls()[f"PUT {kind.capitalize()}"]
    assert sent == 1


@pytest.mark.parametrize("seed", range(20))
def test_a_process_killed_at_any_statement_leaves_right_books(world: World, seed: int) -> None:
    draw = random.Random(f"killed/{seed}")
    nth, moment = str(draw.randint(1, 90)), draw.choice(["before", "after"])
    ended = run("everything", "statement", nth, moment)
    assert ended["second"] == 0
    assert ended["first"] in (0, KILLED)
    right(world)


@pytest.mark.parametrize("job", ["pull", "build"])
@pytest.mark.parametrize("nth", [3, 7])
def test_a_reader_or_builder_that_is_killed_loses_no_order(
    world: World, job: str, nth: int
) -> None:
    ended = run(job, "statement", str(nth), "before")
    assert ended["second"] == 0
    right(world)


def test_two_processes_at_once_post_everything_once(world: World) -> None:
    command = [sys.executable, "-m", "tests.faults.workers", "alone", "everything"]
    both = [subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE) for _ in range(2)]
    for process in both:
        out, _ = process.communicate(timeout=120)
        assert json.loads(out)["first"] == 0
    assert run("everything") == {"first": 0, "second": 0}
    right(world)
