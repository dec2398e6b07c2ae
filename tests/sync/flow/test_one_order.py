"""The page that lists the calls of one order says what happens to one order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from celery import current_app

from stores import registry
from sync.flow import sweep
from sync.models import OrganisationRun, Posting, ShopWrite, SummaryPart
from sync.reconcile import run as reconcile
from tests.sync.bell import Bell
from tests.sync.flow.traced import Listed, Traced, code_of, listed, resolved, traced
from tests.sync.ingest.test_hooks import SECRET, send
from tests.sync.orders.test_walk import only_calls
from tests.sync.world import World
from tests.sync.write_back.test_sync_states import shown

__all__ = ["shown"]

PAGE = Path(__file__).resolve().parents[3] / "docs/one-order.md"
DOWN, OTHERWISE = PAGE.read_text(encoding="utf-8").split("\n## Otherwise", 1)


@pytest.fixture
def telling(world: World) -> World:
    """A store whose shop speaks, and is told all that there is to tell."""
    world.change_store(
        write_back={"comment": True}, streams={"customers": False}, webhook_secret=SECRET
    )
    world.save_rules(statuses={"on_paid": "in_xero"})
    OrganisationRun.objects.create(organisation=world.organisation)
    return world


def watched(world: World) -> AbstractContextManager[Traced]:
    """All that the page names, wherever it does."""
    adapter = registry.adapter_class(world.store.platform)
    lines = listed(DOWN + OTHERWISE)
    return traced({code_of(line.name, adapter): line.name for line in lines}, world.shop.url)


def work(world: World, bell: Bell, task: str) -> None:
    """Another process answers those who rang for a task."""
    current_app.loader.import_default_modules()
    rings = [ring for ring in bell.rings if ring[0] == task]
    assert rings, f"nobody rang for {task}"
    for ring in rings:
        bell.rings.remove(ring)
        world.new_process()
        current_app.tasks[task](*ring[1])


def after(world: World, bell: Bell, task: str, **time: float) -> None:
    """The same once so much time has passed and the sweep came by."""
    world.time.forward(**time)
    bell.lose()
    sweep.sweep()
    work(world, bell, task)


def disagreements(lines: Sequence[Listed], found: Traced) -> list[str]:
    """Where a page and what happened differ."""
    wrong = [f"{line.name} is not called" for line in lines if line.name not in found.did]
    called = [line for line in lines if line.name in found.did]
    crossed = _crossed([line.name for line in called], found.first)
    wrong += [f"{name} comes before {other}" for name, other in crossed]
    for line in called:
        if line.under is not None and line.under not in found.within[line.name]:
            wrong.append(f"{line.name} is not called by {line.under}")
        if line.marks != found.did[line.name]:
            did = sorted(found.did[line.name])
            wrong.append(f"{line.name} has {sorted(line.marks)} and does {did}")
    return wrong


def _crossed(page: Sequence[str], happened: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Neighbours on the page that happen the other way round."""
    place = {name: number for number, name in enumerate(happened)}
    for above, below in pairwise(page):
        if place[below] < place[above]:
            yield below, above


def test_one_order_goes_down_the_page(telling: World, bell: Bell, shown: Any) -> None:
    world, lines = telling, listed(DOWN)
    only_calls(world)
    order = world.place()
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$"}})
    with watched(world) as found:
        assert send({"orders": [order["entity_id"]]}).status_code == 200
        for task in ("sync.hooks", "sync.build", "sync.dispatch"):
            work(world, bell, task)
        after(world, bell, "sync.dispatch", minutes=2)  # the invoice's answer was lost
        work(world, bell, "sync.write_back")
        after(world, bell, "xero.watch", hours=1)
        run = reconcile.queue(world.store)
        after(world, bell, "sync.reconcile")
    run.refresh_from_db()
    assert (run.state, run.in_xero, run.missing, run.differences) == ("done", 1, 0, 0)
    assert set(Posting.objects.values_list("state", flat=True)) == {"posted"}
    assert set(ShopWrite.objects.values_list("what", "state")) == {
        ("comment", "done"), ("status", "done"), ("sync_state", "done"),
    }  # fmt: skip
    assert disagreements(lines, found) == []


def test_a_polled_order_goes_into_the_summary_of_its_day(telling: World, bell: Bell) -> None:
    world, lines = telling, listed(OTHERWISE)
    world.save_rules(posting={"mode": "daily_summary"})
    world.place()
    with watched(world) as found:
        sweep.sweep()
        work(world, bell, "sync.pull")
        work(world, bell, "sync.build")
        assert not Posting.objects.filter(kind="invoice").exists()
        after(world, bell, "sync.build", hours=30)
    part = SummaryPart.objects.get()
    assert part.posting is not None
    assert part.posting.is_summary
    assert disagreements(lines, found) == []


def test_the_page_names_nothing_private_and_nothing_that_is_gone() -> None:
    names = [line.name for line in listed(DOWN + OTHERWISE)]
    assert len(names) > 80
    assert [name for name in names if any(part.startswith("_") for part in name.split("."))] == []
    for name in names:
        assert callable(resolved(name)), name
    with pytest.raises(AttributeError):
        resolved("sync.tasks.moved_away")


def test_a_page_that_says_otherwise_is_told_so() -> None:
    """By name, by order, by who calls, and by what stands in brackets."""
    page = "- `a`: first. **[claims Row]**\n  - `b`\n  - `c`: last. **[shop]**\n- `d`\n"
    lines = listed(page)
    assert lines[2] == Listed("c", "a", frozenset({"shop"}))
    found = Traced()
    for name, running in (("a", []), ("c", ["a"]), ("b", [])):
        found.begins(name, running, inside=name == "b")
    found.did["c"].add("shop")
    assert disagreements(lines, found) == [
        "d is not called",
        "c comes before b",
        "a has ['claims Row'] and does []",
        "b is not called by a",
        "b has [] and does ['inside']",
    ]
