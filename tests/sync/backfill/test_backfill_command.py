"""The `backfill` command: the forecast, the question, and going on after a Ctrl-C."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connector.lib import clock
from sync.backfill import read as backfill_reading
from sync.models import Backfill, TrackedOrder
from tests.sync.world import World, in_xero


def run(*arguments: str) -> tuple[int, str]:
    """Exit code, and what was printed."""
    out, code = io.StringIO(), 0
    try:
        call_command("backfill", "--store", "au", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, out.getvalue()


def since(world: World, days: int = 30) -> str:
    return (clock.today(world.store.profile.timezone) - timedelta(days=days)).isoformat()


def sold(world: World, count: int) -> list[dict[str, Any]]:
    then = clock.now() - timedelta(days=9)
    return [world.place(customer=n + 1, created_at=then) for n in range(count)]


def test_it_prints_the_forecast_posts_all_and_says_what_it_came_to(world: World) -> None:
    orders = sold(world, 3)
    code, text = run("--since", since(world), "--yes")
    assert code == 0
    assert text.startswith("3 orders in the shop. About 7 calls and ")
    assert "Done: found 3, posted 3, held 0, skipped 0, waiting 0, calls " in text
    in_xero(world, *orders)
    code, text = run("--since", since(world), "--yes", "--json")
    told = json.loads(text)
    assert (code, told["state"], told["found"], told["posted"]) == (0, "done", 3, 0)


def test_interrupted_it_pauses_and_run_again_it_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = sold(world, 3)
    with monkeypatch.context() as patch:
        patch.setattr(backfill_reading, "_waiting", lambda *_: _interrupt())
        code, text = run("--since", since(world), "--yes", "--json")
    assert (code, json.loads(text)["state"]) == (3, "paused")
    assert world.invoices() == {}
    with pytest.raises(CommandError, match="is under way"):
        run("--since", since(world, 5), "--yes")
    code, text = run("--json")
    assert (code, json.loads(text)["posted"]) == (0, 3)
    in_xero(world, *orders)
    assert Backfill.objects.count() == 1


def _interrupt() -> bool:
    raise KeyboardInterrupt


def test_without_a_yes_nothing_is_started(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sold(world, 1)
    with pytest.raises(CommandError, match="Add --yes"):
        run("--since", since(world))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda: "n")
    assert run("--since", since(world))[0] == 0
    assert (Backfill.objects.worth_showing().count(), TrackedOrder.objects.count()) == (0, 0)
    assert Backfill.objects.unfinished().count() == 0
    assert world.writes() == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "--since is needed"),
        (["--since", "soon"], "--since must be a day"),
        (["--since", "2026-01-02", "--until", "2026-01-01"], "before the first"),
    ],
)
def test_what_cannot_be_done_says_why(world: World, arguments: list[str], text: str) -> None:
    with pytest.raises(CommandError, match=text):
        run(*arguments)
    assert not Backfill.objects.exists()
