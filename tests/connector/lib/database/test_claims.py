"""The verbs by which one worker at a time has a row, on all tables that are claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.lib import clock
from connector.lib.database.claims import Claimable, ClaimQuerySet, Job
from stores.models import Store
from sync.flow.sweep import WORK, Work
from sync.models import MasterLevel
from tests.sync.bell import Bell
from tests.web.factories import StoreFactory
from tests.xero.conftest import in_processes

BASE = datetime(2026, 3, 1, 9, 0, tzinfo=clock.UTC)
CLAIMED = [model for model in apps.get_models() if issubclass(model, Claimable)]
LEASE = timedelta(seconds=60)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds since BASE: the product's clock, which stands still."""
    seconds = [0.0]
    monkeypatch.setattr(clock, "timestamp", lambda: BASE.timestamp() + seconds[0])
    return seconds


def levels(count: int, store: Store | None = None) -> list[MasterLevel]:
    """Rows to be claimed, due since BASE."""
    store = store or StoreFactory()
    return MasterLevel.objects.bulk_create(
        MasterLevel(
            store=store, sku=f"SKU-{n}", wanted_units=n, said_at=BASE, version="1", not_before=BASE
        )
        for n in range(count)
    )


# --- one row, step by step ---------------------------------------------------------------------


@pytest.fixture
def row(db: None, time: list[float]) -> MasterLevel:
    return levels(1)[0]


def test_of_two_claimants_one_has_the_row(row: MasterLevel) -> None:
    assert MasterLevel.objects.claim("one", LEASE) == 1
    assert MasterLevel.objects.claim("another", LEASE) == 0
    assert not MasterLevel.objects.take("another", LEASE, most=5)
    row.refresh_from_db()
    assert (row.claimed_by, row.is_claimed) == ("one", True)


def test_a_claim_that_has_run_out_is_anybodys(row: MasterLevel, time: list[float]) -> None:
    MasterLevel.objects.claim("one", LEASE)
    time[0] = 59.9
    assert not MasterLevel.objects.due(clock.now()).exists()
    time[0] = 60
    assert MasterLevel.objects.due(clock.now()).exists()
    assert not MasterLevel.objects.get().is_claimed
    assert MasterLevel.objects.claim("another", LEASE) == 1


def test_who_lost_the_row_writes_nothing(row: MasterLevel, time: list[float]) -> None:
    MasterLevel.objects.claim("one", LEASE)
    time[0] = 61
    MasterLevel.objects.claim("another", LEASE)
    before = MasterLevel.objects.values().get()
    assert MasterLevel.objects.keep("one", LEASE, reasons=["late"]) == 0
    assert MasterLevel.objects.release("one", state=MasterLevel.State.WRITTEN) == 0
    assert MasterLevel.objects.values().get() == before


def test_who_is_late_and_was_not_missed_goes_on(row: MasterLevel, time: list[float]) -> None:
    MasterLevel.objects.claim("one", LEASE)
    time[0] = 100
    assert MasterLevel.objects.keep("one", LEASE) == 1
    assert MasterLevel.objects.claim("another", LEASE) == 0


def test_what_is_given_back_is_free_and_says_what_became_of_it(row: MasterLevel) -> None:
    MasterLevel.objects.claim("one", LEASE)
    assert MasterLevel.objects.release("one", state=MasterLevel.State.HELD) == 1
    row.refresh_from_db()
    assert (row.claimed_until, row.claimed_by, row.state) == (None, "", MasterLevel.State.HELD)


def test_what_is_put_off_is_due_again_then(row: MasterLevel, time: list[float]) -> None:
    MasterLevel.objects.all().put_off(clock.now() + LEASE, attempts=3)
    assert not MasterLevel.objects.take("one", LEASE, most=5)
    time[0] = 60
    assert [one.attempts for one in MasterLevel.objects.take("one", LEASE, most=5)] == [3]


def test_what_was_put_off_since_it_was_seen_is_not_taken(row: MasterLevel) -> None:
    def meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if sql.startswith("SELECT"):
            MasterLevel.objects.all().put_off(clock.now() + LEASE)
        return found

    with connection.execute_wrapper(meanwhile):
        assert not MasterLevel.objects.take("one", LEASE, most=5)
    assert not MasterLevel.objects.get().is_claimed


def test_a_claim_without_a_name_has_nothing(row: MasterLevel) -> None:
    assert MasterLevel.objects.keep("", LEASE) == MasterLevel.objects.release("") == 0


# --- any number of them, in any order ----------------------------------------------------------


@dataclass
class Naive:
    """A row as a person would keep it, in seconds since BASE."""

    pk: int
    not_before: float = 0
    until: float | None = None
    by: str = ""

    def is_free(self, now: float) -> bool:
        return self.until is None or self.until <= now

    def hold(self, who: str, until: float) -> None:
        self.by, self.until = who, until


WHO = st.sampled_from(["one", "another", "third"])
SECONDS = st.integers(1, 3)
PLACE = st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), SECONDS),
        st.tuples(st.just("take"), WHO, SECONDS, st.integers(1, 4)),
        st.tuples(st.just("claim"), WHO, SECONDS, PLACE),
        st.tuples(st.just("keep"), WHO, SECONDS),
        st.tuples(st.just("release"), WHO),
        st.tuples(st.just("put_off"), SECONDS, PLACE),
    ),
    max_size=20,
)


def naively(rows: list[Naive], now: float, step: tuple[Any, ...]) -> Any:
    """Do a step to the naive rows; what the verb is to return."""
    verb, *rest = step
    if verb == "put_off":
        rows[rest[1]].not_before = now + rest[0]
        return 1
    who = rest[0]
    if verb == "take":
        ready = [row for row in rows if row.is_free(now) and row.not_before <= now]
        chosen = sorted(ready, key=lambda row: (row.not_before, row.pk))[: rest[2]]
    elif verb == "claim":
        chosen = [row for row in rows[rest[2] : rest[2] + 1] if row.is_free(now)]
    else:
        chosen = [row for row in rows if row.by == who]
    for row in chosen:
        if verb == "release":
            row.by, row.until = "", None
        else:
            row.hold(who, now + rest[1])
    return sorted(row.pk for row in chosen) if verb == "take" else len(chosen)


def really(rows: list[Naive], now: float, step: tuple[Any, ...]) -> Any:
    """Do a step to the table; what the verb returned."""
    verb, *rest = step
    table = MasterLevel.objects.all()
    if verb == "put_off":
        until = BASE + timedelta(seconds=now + rest[0])
        return table.filter(pk=rows[rest[1]].pk).put_off(until)
    who, lease = rest[0], timedelta(seconds=rest[1] if len(rest) > 1 else 0)
    if verb == "take":
        taken = table.order_by("not_before", "pk").take(who, lease, most=rest[2])
        return [row.pk for row in taken]
    if verb == "claim":
        return table.filter(pk=rows[rest[2]].pk).claim(who, lease)
    return table.release(who) if verb == "release" else getattr(table, verb)(who, lease)


def seconds(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - BASE).total_seconds()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@pytest.mark.django_db
def test_whatever_workers_do_the_table_is_as_one_would_keep_it_by_hand(
    time: list[float], steps: list[tuple[Any, ...]]
) -> None:
    MasterLevel.objects.all().delete()
    store = Store.objects.first() or StoreFactory()
    rows = [Naive(row.pk) for row in levels(4, store)]
    time[0] = 0
    for step in steps:
        if step[0] == "wait":
            time[0] += step[1]
        else:
            assert really(rows, time[0], step) == naively(rows, time[0], step), step
        assert [
            (row.pk, seconds(row.not_before), seconds(row.claimed_until), row.claimed_by)
            for row in MasterLevel.objects.order_by("pk")
        ] == [(row.pk, row.not_before, row.until, row.by) for row in rows], step


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_processes_that_take_at_once_have_different_rows() -> None:
    store = StoreFactory()
    keys = [row.pk for row in levels(60, store)]
    taken: list[list[int]] = in_processes(4, "take", str(store.pk))
    assert sorted(pk for one in taken for pk in one) == keys


# --- every table -------------------------------------------------------------------------------


@pytest.mark.parametrize("model", CLAIMED, ids=lambda model: model._meta.label)
def test_what_may_be_taken_is_told_by_the_rows_own_columns(model: Any) -> None:
    rows = model.objects.all().ready(clock.now())
    assert isinstance(rows, ClaimQuerySet)
    sql = str(rows.query)
    assert " JOIN " not in sql
    assert "claimed_until" in sql


def test_all_tables_that_are_claimed_are_claimed_alike() -> None:
    assert CLAIMED
    for model in apps.get_models():
        names = {field.name for field in model._meta.local_fields}
        assert ("claimed_until" in names) == ("claimed_by" in names) == (model in CLAIMED)
        assert ("not_before" in names and model in CLAIMED) == issubclass(model, Job)


def test_what_several_say_is_due_is_rung_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bell = Bell(monkeypatch)
    work = Work("sync.build", (lambda now: [(2,), (1,)], lambda now: iter([(1,), (3,)])))
    work.ring(clock.now())
    assert bell.rings == [("sync.build", (store,)) for store in (2, 1, 3)]


def test_every_kind_of_work_has_its_task_and_is_listed_once() -> None:
    current_app.loader.import_default_modules()
    tasks = [work.task for work in WORK]
    assert set(tasks) <= set(current_app.tasks)
    assert len(tasks) == len(set(tasks))
