"""What is asked for many orders is done to each once, however often a worker dies."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from connector.lib import clock
from stores.models import Store
from sync.bulk import run
from sync.models import BulkAction, BulkOrder, OrderAction, TrackedOrder
from sync.orders import actions
from tests.web.factories import OrderFactory, StoreFactory, UserFactory

_What, _State = BulkAction.What, BulkAction.State


@pytest.fixture
def store(db: None) -> Store:
    return StoreFactory(slug="au")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr("connector.lib.doorbell.ring", lambda *args, **_: found.append(args))
    return found


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_CHUNK", 4)


def held(store: Store, count: int = 10) -> None:
    for n in range(count):
        OrderFactory(store=store, source_id=str(n), number=f"{n:09}", label="held", state="held")


def again(bulk: BulkAction) -> BulkAction:
    bulk.refresh_from_db()
    return bulk


def test_all_are_done_once_and_no_other(store: Store, rung: list[Any]) -> None:
    held(store)
    other = OrderFactory(store=store, source_id="77", label="posted", build_at=None)
    user = UserFactory()
    bulk = run.start(TrackedOrder.objects.filter(label="held"), _What.SYNC, user)
    assert (bulk.total, ("sync.bulk", bulk.pk) in rung) == (10, True)
    # What fits the filters since is none of it.
    OrderFactory(store=store, source_id="78", label="held", state="held")
    run.work(bulk)
    run.work(again(bulk))
    bulk = again(bulk)
    assert (bulk.state, bulk.done, bulk.changed) == (_State.DONE, 10, 10)
    assert OrderAction.objects.filter(what="sync", user=user).count() == 10
    assert not BulkOrder.objects.exists()
    other.refresh_from_db()
    assert other.build_at is None


def test_the_note_goes_with_each(store: Store, rung: list[Any]) -> None:
    held(store, 5)
    bulk = run.start(TrackedOrder.objects.all(), _What.HANDLE, None, note="Entered as a journal")
    run.work(bulk)
    assert TrackedOrder.objects.filter(excluded_why="Entered as a journal").count() == 5
    # Those who are marked already have nothing done to them.
    more = run.start(TrackedOrder.objects.all(), _What.HANDLE, None, note="Again")
    run.work(more)
    assert (again(more).done, again(more).changed) == (5, 0)


def test_a_worker_that_dies_leaves_nothing_half_done(
    store: Store, rung: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    held(store)
    bulk = run.start(TrackedOrder.objects.all(), _What.EXCLUDE, None, note="no")
    real, calls = actions.exclude, []

    def dies(*args: Any) -> int:
        calls.append(1)
        found = real(*args)
        if len(calls) == 2:
            raise SystemExit  # as killed: nothing of the part is kept, nobody lets go
        return found

    monkeypatch.setattr(actions, "exclude", dies)
    with pytest.raises(SystemExit):
        run.work(bulk)
    assert (again(bulk).done, OrderAction.objects.count()) == (4, 4)
    run.work(bulk)
    assert again(bulk).state == _State.RUNNING, "its claim has not run out"
    BulkAction.objects.update(claimed_until=clock.now())
    assert BulkAction.objects.due(clock.now()).exists()
    run.work(bulk)
    assert (again(bulk).state, bulk.done, OrderAction.objects.count()) == (_State.DONE, 10, 10)


def test_a_worker_that_was_taken_over_writes_nothing(
    store: Store, rung: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    held(store)
    bulk = run.start(TrackedOrder.objects.all(), _What.EXCLUDE, None, note="no")
    real = actions.exclude

    def slow(*args: Any) -> int:
        found = real(*args)
        BulkAction.objects.update(claimed_by="another")
        return found

    monkeypatch.setattr(actions, "exclude", slow)
    run.work(bulk)
    assert (again(bulk).done, OrderAction.objects.count()) == (0, 0)


def test_it_is_stopped_and_gone_on_with(
    store: Store, rung: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    held(store)
    bulk = run.start(TrackedOrder.objects.all(), _What.REOPEN, None, note="x")
    real = run._part
    monkeypatch.setattr(run, "_part", lambda *given: (real(*given), run.stop(bulk))[0])
    run.work(bulk)
    bulk = again(bulk)
    assert (bulk.state, bulk.done, bulk.orders.count()) == (_State.STOPPED, 4, 6)
    assert not run.stop(bulk)
    monkeypatch.setattr(run, "_part", real)
    assert run.go_on(bulk)
    assert not run.go_on(bulk)
    run.work(again(bulk))
    assert (again(bulk).state, bulk.done, bulk.changed) == (_State.DONE, 10, 0)


@pytest.mark.parametrize(
    ("error", "state"),
    [(ValueError("odd"), _State.FAILED), (OperationalError("away"), _State.RUNNING)],
)
def test_what_fails_says_so_and_a_database_that_is_away_is_waited_for(
    store: Store, rung: list[Any], monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    held(store, 3)
    bulk = run.start(TrackedOrder.objects.all(), _What.SYNC, None)

    def fails(*_: Any) -> int:
        raise error

    monkeypatch.setattr(actions, "sync_now", fails)
    run.work(bulk)
    bulk = again(bulk)
    assert (bulk.state, bulk.is_claimed, BulkOrder.objects.count()) == (state, False, 3)
    assert ("odd" in bulk.error) == (state == _State.FAILED)


def test_asking_costs_the_same_for_any_number(store: Store, rung: list[Any]) -> None:
    counts = []
    held(store, 20)
    for orders in (TrackedOrder.objects.filter(number__lt="000000002"), TrackedOrder.objects.all()):
        with CaptureQueriesContext(connection) as asked:
            run.start(orders, _What.SYNC, None)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_only_the_last_that_ended_are_kept(
    store: Store, rung: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_KEPT", 2)
    waits = run.start(TrackedOrder.objects.all(), _What.SYNC, None)
    for _ in range(4):
        run.work(run.start(TrackedOrder.objects.all(), _What.SYNC, None))
    assert BulkAction.objects.count() == 3
    assert BulkAction.objects.filter(pk=waits.pk).exists()
