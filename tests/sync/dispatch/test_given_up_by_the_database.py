"""A deadlock while an answer is written down, or a person's click: done once more, nobody hears."""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError

from sync.dispatch import requests, settle, states
from sync.dispatch.lookup import lookup
from sync.models import Dispatch, OrderAction, TrackedOrder
from sync.orders import actions
from tests.sync.world import World, at_rest, money

_LOCKS = {"_lock", "lock_orders", "move_all"}


def given_up_once(work: Callable[..., Any]) -> Callable[..., Any]:
    """The database ends every other call for another's sake, after it has done its part."""
    calls: list[int] = []

    def called(*args: Any, **kwargs: Any) -> Any:
        found = work(*args, **kwargs)
        calls.append(1)
        if len(calls) % 2:
            cause = Exception()
            cause.sqlstate = "40P01"  # type: ignore[attr-defined]
            raise OperationalError("deadlock detected") from cause
        return found

    return called


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.fixture
def crosswise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every transaction that locks orders is given up once."""
    locked = given_up_once(states.lock_orders)
    for module in (states, settle, requests, lookup):
        monkeypatch.setattr(module, "lock_orders", locked)
    monkeypatch.setattr(actions, "_lock", given_up_once(actions._lock))


def test_an_answer_is_settled_once_more(
    world: World, crosswise: None, caplog: pytest.LogCaptureFixture
) -> None:
    order = world.place()
    world.sync()
    at_rest()
    assert world.row(order).label == "posted"
    assert [money(one["Amount"]) for one in world.payments()] == [money(order["grand_total"])]
    assert not Dispatch.objects.filter(tries__what="look-up").exists(), "it was asked for again"
    assert errors(caplog) == []


@pytest.mark.stories
@pytest.mark.parametrize("kind", ["lose_answer", "error_before", "error_after_partial"])
def test_what_was_lost_or_put_off_is_written_down_once_more(
    world: World, crosswise: None, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent = [{"method": "PUT", "path": f"/{list_}$"} for list_ in ("Invoices", "Payments")]
    world.xero.faults(*({"kind": kind, "match": match} for match in sent))
    order = world.place()
    world.sync()
    world.xero.faults()
    world.time.forward(hours=1)
    actions.sync_now(TrackedOrder.objects.all(), None)
    world.work()
    at_rest()
    assert world.row(order).label == "posted"
    assert [money(one["Amount"]) for one in world.payments()] == [money(order["grand_total"])]
    assert OrderAction.objects.count() == 1
    assert errors(caplog) == []


def test_who_locks_orders_is_tried_twice() -> None:
    """A transaction that locks several orders and is not tried twice fails by chance."""
    found = []
    for path in sorted((Path(settings.BASE_DIR) / "sync").rglob("*.py")):
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(one, ast.FunctionDef) or one.name in _LOCKS:
                continue
            calls = {ast.unparse(call.func) for call in ast.walk(one) if isinstance(call, ast.Call)}
            whole = {ast.unparse(decorator) for decorator in one.decorator_list}
            if calls & _LOCKS and "in_one_go" not in whole:
                found.append(f"{path.name}: {one.name}")
    assert found == []
