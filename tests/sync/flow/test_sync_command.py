"""The `sync` command: what it prints, and its exit codes."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connector.lib import clock
from stores.models import Cursor
from sync.models import OrganisationRun, Posting, TrackedOrder
from tests.sync.world import World, books


def sync(*arguments: str, **options: Any) -> tuple[int, dict[str, int]]:
    """Exit code and printed object of `sync --wait --json`."""
    out, code = io.StringIO(), 0
    try:
        call_command("sync", "--wait", "--json", *arguments, stdout=out, **options)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    except CommandError as error:
        code = error.returncode
    text = out.getvalue()
    return code, json.loads(text) if text else {}


def test_a_run_posts_everything_and_a_second_one_does_nothing(world: World) -> None:
    for n in (1, 2, 3):
        world.place(customer=n)
    code, told = sync("--store", "au")
    calls = world.calls().total()
    assert (code, told) == (
        0,
        {"posted": 9, "held": 0, "dead": 0, "waiting": 0, "calls": calls},
    )
    code, told = sync("--store", "au")
    assert code == 0
    assert (told["posted"], told["held"], told["dead"], told["waiting"]) == (0, 0, 0, 0)
    assert told["calls"] == world.calls().total() - calls
    books(world)


def test_a_lost_answer_is_waited_for(world: World) -> None:
    world.place()
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Payments$"}})
    code, told = sync("--store", "au")
    assert (code, told["posted"], told["waiting"]) == (0, 3, 0)
    books(world)


def test_what_xero_refuses_is_exit_1(world: World) -> None:
    world.place()
    world.xero.person("archive_account", account="090")
    world.sync()
    world.place(payment_method="paypal_express", customer=3)
    world.xero.person("archive_account", account="200")
    code, told = sync("--store", "au")
    assert code == 1
    assert told["dead"] >= 1
    code, told = sync("--store", "au")
    assert (code, told["dead"]) == (0, 0), "what an earlier run made dead is not this one's"


def test_what_waits_for_a_person_is_held_and_exit_0(world: World) -> None:
    world.save_rules(accounts={"sales": "999"})
    world.place()
    code, told = sync("--store", "au")
    assert (code, told["held"], told["posted"], told["waiting"]) == (0, 1, 0, 0)


def test_a_used_up_day_is_exit_3_and_is_not_waited_for(world: World) -> None:
    world.place()
    world.xero.faults({"kind": "day_limit_reached", "match": {"method": "PUT"}})
    before = clock.now()
    code, told = sync("--store", "au")
    assert (code, told["dead"], told["waiting"]) == (3, 0, 2)
    assert clock.now() - before < timedelta(minutes=5)


def test_a_lost_connection_is_exit_3(world: World) -> None:
    world.place()
    world.xero.faults({"kind": "disconnect", "params": {"tenant": world.organisation.tenant_id}})
    code, told = sync("--store", "au")
    assert code == 3
    assert (told["posted"], told["dead"], told["waiting"]) == (0, 0, 1)


def test_a_xero_that_stays_away_ends_the_wait(world: World) -> None:
    """Never read an organisation before, and Xero is closed: the command comes to an end."""
    world.place()
    world.xero.faults({"kind": "maintenance", "match": {"count": 0}})
    before = clock.now()
    code, told = sync("--store", "au")
    assert (code, told["waiting"]) == (3, 1)
    assert clock.now() - before < timedelta(minutes=10)
    assert world.calls().total() < 30


def test_another_worker_is_waited_for(world: World) -> None:
    world.place()
    until = clock.now() + timedelta(seconds=130)
    OrganisationRun.objects.create(
        organisation=world.organisation, claimed_by="another", claimed_until=until
    )
    code, told = sync("--store", "au")
    assert (code, told["posted"]) == (0, 3)
    assert clock.now() > until


def test_since_and_until_choose_orders_and_leave_the_cursor_alone(world: World) -> None:
    now = clock.now()
    old = world.place(customer=1, created_at=now - timedelta(days=20))
    new = world.place(customer=2, created_at=now - timedelta(days=2))
    for order, days in ((old, 20), (new, 2)):
        moment = (now - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")
        world.shop.update_order(order["entity_id"], updated_at=moment)
    since = (now - timedelta(days=5)).isoformat()
    code, told = sync("--store", "au", "--since", since)
    assert (code, told["posted"]) == (0, 3)
    assert [row.number for row in TrackedOrder.objects.all()] == [new["increment_id"]]
    assert not Cursor.objects.filter(position__isnull=False).exists()
    until = (now - timedelta(days=10)).isoformat()
    code, told = sync("--store", "au", "--until", until)
    assert (code, told["posted"]) == (0, 3)
    assert TrackedOrder.objects.count() == 2
    assert not Cursor.objects.filter(position__isnull=False).exists()
    books(world)


def test_orders_before_the_cut_over_are_never_posted(world: World) -> None:
    today = clock.now().date()
    world.change_store(cut_over=(today - timedelta(days=3)).isoformat())
    old = world.place(customer=1, created_at=clock.now() - timedelta(days=10))
    new = world.place(customer=2)
    code, told = sync("--store", "au", "--since", "2020-01-01")
    assert (code, told["posted"]) == (0, 3)
    assert world.codes(old) == ["before_cut_over"]
    assert list(world.invoices()) == [world.number(new)]


def test_a_shop_that_is_down_is_exit_1_and_what_is_there_is_still_sent(world: World) -> None:
    world.place()
    world.pull()
    world.shop.fail("error", match="/orders", times=None)
    code, told = sync("--store", "au")
    assert (code, told["posted"]) == (1, 3)
    assert len(world.invoices()) == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--store", "nowhere"], "There is no store 'nowhere'"),
        (["--store", "au", "--since", "yesterday"], "--since must be"),
    ],
)
def test_what_cannot_be_done_is_exit_1_and_says_why(
    world: World, arguments: list[str], text: str
) -> None:
    with pytest.raises(CommandError, match=text) as refused:
        call_command("sync", *arguments)
    assert refused.value.returncode == 1


def test_a_store_that_is_off_is_not_synced(world: World) -> None:
    world.place()
    world.change_store(enabled=False)
    with pytest.raises(CommandError, match="switched off"):
        call_command("sync", "--store", "au", "--wait")
    assert not world.shop.requests
    assert Posting.objects.count() == 0


def test_wrong_usage_is_exit_2() -> None:
    from sync.management.commands.sync import Command

    with pytest.raises(SystemExit) as stopped:
        Command().run_from_argv(["manage.py", "sync", "--stream", "nonsense", "--store", "au"])
    assert stopped.value.code == 2
