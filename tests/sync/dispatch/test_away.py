"""Xero does not answer for hours: what waits costs few calls, and goes on soon afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.lib import clock
from sync.dispatch import freshness
from sync.flow import steps
from sync.models import Dispatch, OrganisationRun, Posting
from tests.sync.world import World, at_rest, books

SILENT = {"kind": "error_before", "params": {"status": 504}}


def reads_fail(world: World, path: str = "/") -> None:
    match = {"method": "GET", "path": path, "count": 0}
    world.xero.faults({**SILENT, "match": match})


def reads(world: World) -> int:
    return sum(n for call, n in world.calls().items() if call.startswith("GET"))


def minutes(world: World, count: int) -> None:
    """What workers do when each minute's sweep rings for all that is due."""
    for _ in range(count):
        world.build()
        steps.watch(world.organisation)
        steps.send_to(world.organisation)
        world.time.forward(minutes=1)


def in_doubt(world: World, count: int) -> None:
    """So many requests whose answers were lost, each of one invoice."""
    for n in range(count):
        world.place(customer=n + 1)
    world.pull()
    world.build()
    world.xero.faults(
        {"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$", "count": 0}}
    )
    world.send()
    (first,) = Dispatch.objects.filter(kind="invoice")
    rows = list(first.postings.order_by("pk"))
    elements = first.body
    for n, row in enumerate(rows[1:]):
        other = Dispatch.objects.get(pk=first.pk)
        other.pk, other.idempotency_key, other.body = None, f"key{n}", elements
        other.save()
        Posting.objects.filter(pk=row.pk).update(dispatch=other)
    assert Dispatch.objects.filter(state="unknown").count() == count


@pytest.mark.parametrize("count", [1, 30])
def test_requests_in_doubt_cost_about_ten_calls_an_hour_and_then_five(
    world: World, count: int
) -> None:
    in_doubt(world, count)
    reads_fail(world)
    before = reads(world)
    minutes(world, 60)
    assert 4 <= reads(world) - before <= 12
    before = reads(world)
    minutes(world, 60)
    assert 3 <= reads(world) - before <= 6
    world.xero.faults()
    minutes(world, 20)
    world.work()
    assert not Dispatch.objects.exclude(state="done").exists()
    assert not OrganisationRun.objects.exclude(failed_looks=0).exists()
    assert len(world.invoices()) == count
    books(world)


def test_one_look_up_that_always_fails_holds_up_no_other(world: World) -> None:
    """Xero cannot tell about one customer's day, whatever else it is asked."""
    orders = [world.place(customer=n) for n in (1, 2, 3)]
    world.pull()
    world.build()
    lost = [
        {"kind": "lose_answer", "match": {"method": "PUT", "path": f"/{kind}$"}}
        for kind in ("Invoices", "Payments")
    ]
    world.xero.faults(*lost)
    world.send()
    world.time.forward(minutes=2)
    world.send()
    assert Dispatch.objects.get(state="unknown").kind == "payment"
    poison = Dispatch.objects.get(state="unknown")
    later = world.place(customer=4)
    match = {"method": "GET", "path": "/Invoices$", "count": 1}
    world.xero.faults({**SILENT, "match": match})
    world.time.forward(minutes=2)
    world.send()
    poison.refresh_from_db()
    assert (poison.state, poison.looks) == ("unknown", 1)
    minutes(world, 3)
    world.pull()
    world.work()
    assert len(world.payments()) == len([*orders, later])
    at_rest()


def test_a_first_look_that_fails_is_not_tried_again_and_again(world: World) -> None:
    world.place()
    world.pull()
    world.build()
    freshness._seen.clear()
    reads_fail(world)
    before = reads(world)
    minutes(world, 60)
    assert 4 <= reads(world) - before <= 12
    assert world.writes() == 0
    world.xero.faults()
    minutes(world, 20)
    world.work()
    books(world)


def test_orders_that_come_in_meanwhile_ask_no_more_often(world: World) -> None:
    world.place()
    world.sync()
    world.time.forward(hours=2)
    reads_fail(world, "/(Contacts|Invoices|CreditNotes)$")
    before = reads(world)
    for n in range(60):
        world.place(customer=n % 6 + 1, status="pending")
        world.pull()
        minutes(world, 1)
    assert reads(world) - before <= 14
    world.xero.faults()
    minutes(world, 20)
    world.work()
    assert len(world.invoices()) == 61
    at_rest()


def test_a_failure_of_yesterday_does_not_lengthen_the_wait(world: World) -> None:
    from connector.lib.errors import Temporary
    from sync import away

    for _ in range(8):
        away.failed(world.organisation, Temporary("no answer"))
    at = away.until(world.organisation)
    assert at is not None
    assert at - clock.now() > timedelta(minutes=11)
    world.time.forward(days=1)
    assert away.until(world.organisation) is None
    assert away.failed(world.organisation, Temporary("no answer")) < timedelta(seconds=40)
