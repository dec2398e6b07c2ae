"""Trying a draft: what it says of each order, and that it asks nobody and writes nothing else."""

from __future__ import annotations

import pytest

from accounts_mapping.models import snapshot
from accounts_mapping.sections.paths import put
from connector.configuration.versions.document import live
from connector.lib import clock
from stores.models import SourceRecord
from sync.flow.sweep import sweep
from sync.models import Posting, TrackedOrder, Trial
from sync.trials import run as trials
from tests.web.factories import (
    AccountFactory,
    MappingFactory,
    OrderFactory,
    StoreFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    store = StoreFactory(organisation=None)
    MappingFactory(store=store)
    return store


def edited(store, *edits):
    document = live(store)
    for path, value in edits:
        document = put(document, path, value)
    return document


def tried(store, *edits, **options) -> Trial:
    trial = trials.queue(store, edited(store, *edits), **options)
    trials.work(trial)
    trial.refresh_from_db()
    return trial


def fields(trial: Trial) -> dict[str, tuple[str, str]]:
    (row,) = trial.differences.all()
    (document,) = row.found["documents"]
    return {one["what"]: (one["live"], one["tried"]) for one in document["fields"]}


def test_accounts_and_tax_types_are_compared_line_by_line(store):
    OrderFactory(store=store)
    trial = tried(
        store,
        (("accounts", "sales"), "201"),
        (("tax", "rules"), [{"rate": "10", "tax_type": "OUTPUT2"}]),
        (("tax", "rates"), {"OUTPUT2": "10"}),
    )
    assert (trial.state, trial.total, trial.done, trial.differing, trial.more) == (
        "done", 1, 1, 1, False,
    )  # fmt: skip
    assert fields(trial) == {
        "Merino jumper: Account": ("200", "201"),
        "Merino jumper: Tax type": ("OUTPUT", "OUTPUT2"),
    }


def test_kinds_of_difference_are_counted_over_all_orders(store):
    for total in ("110.00", "220.00"):
        OrderFactory(store=store, total=total)
    trial = tried(store, (("accounts", "sales"), "201"), (("posting", "due_days"), "30"))

    def counts(of: Trial) -> list[tuple[str, str, int, str, str]]:
        return [(c["kind"], c["what"], c["orders"], c["live"], c["tried"]) for c in of.counts]

    assert counts(trial) == [
        ("invoice", "Due", 2, "2026-11-20", "2026-12-20"),
        ("invoice", "Account", 2, "200", "201"),
    ]
    held = tried(store, (("accounts", "sales"), None))
    assert ("", "status", 2, "ready", "held") in counts(held)
    varied = tried(store, (("posting", "reference"), "Web {order_number}"))
    assert counts(varied)[0] == ("invoice", "Reference", 2, None, None)


def test_an_order_that_would_be_held_says_why_and_loses_its_documents(store):
    row = OrderFactory(store=store)
    trial = tried(store, (("accounts", "sales"), None))
    (found,) = trial.differences.all()
    assert found.order == row
    assert found.found["status"] == ["ready", "held"]
    assert found.found["reasons"][0] == []
    assert "sales" in found.found["reasons"][1][0]
    assert {one["was"] for one in found.found["documents"]} == {"removed"}
    invoice = next(one for one in found.found["documents"] if one["kind"] == "invoice")
    assert {"what": "Total", "live": "110.00", "tried": ""} in invoice["fields"]


def test_what_stays_the_same_is_not_listed_and_nothing_else_is_written(store):
    row = OrderFactory(store=store)
    before = (snapshot(store), TrackedOrder.objects.values().get(), SourceRecord.objects.count())
    trial = tried(store, (("schedule", "orders"), "10m"))
    assert (trial.total, trial.differing) == (1, 0)
    assert not trial.differences.exists()
    assert before == (
        snapshot(store), TrackedOrder.objects.values().get(pk=row.pk), SourceRecord.objects.count(),
    )  # fmt: skip
    assert not Posting.objects.exists()


def test_summaries_are_compared_as_wholes(store):
    for _ in range(3):
        OrderFactory(store=store)
    trial = tried(store, (("posting", "mode"), "daily_summary"))
    summary = trial.differences.filter(order=None).get()
    assert summary.found["status"] == ["none", "ready"]
    invoice = next(one for one in summary.found["documents"] if one["kind"] == "invoice")
    assert invoice["was"] == "added"
    assert {"what": "Total", "live": "", "tried": "330.00"} in invoice["fields"]


def test_only_the_newest_orders_are_tried_and_it_is_said_that_there_are_more(store):
    rows = [OrderFactory(store=store) for _ in range(4)]
    trial = tried(store, (("accounts", "sales"), "201"), most=3)
    assert (trial.total, trial.more, trial.differing) == (3, True, 3)
    newest = sorted(rows, key=lambda one: (one.placed_at, one.pk))[1:]
    assert {one.order for one in trial.differences.all()} == set(newest)


def test_a_second_trial_of_the_same_is_the_first_and_of_another_takes_its_place(store):
    document = edited(store, (("accounts", "sales"), "201"))
    first = trials.queue(store, document)
    assert trials.queue(store, document) == first
    second = trials.queue(store, edited(store, (("accounts", "sales"), "202")))
    first.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "queued")
    trials.work(first)  # a worker that comes late
    first.refresh_from_db()
    assert first.state == "replaced"


def test_what_a_killed_worker_left_is_done_by_the_next(store, monkeypatch):
    OrderFactory(store=store)
    trial = trials.queue(store, edited(store, (("accounts", "sales"), "201")))
    past = clock.now() - trials._LEASE
    Trial.objects.update(state="running", claimed_by="gone", claimed_until=past)
    rung = []
    monkeypatch.setattr(
        "connector.lib.doorbell.ring", lambda task, *args, **_: rung.append((task, args))
    )
    sweep()
    assert ("sync.try_out", (trial.pk,)) in rung
    trials.work(trial)
    trial.refresh_from_db()
    assert (trial.state, trial.differing) == ("done", 1)


def test_an_error_that_nobody_foresaw_is_kept_with_the_trial(store, monkeypatch):
    OrderFactory(store=store)
    monkeypatch.setattr(trials, "compared", lambda *_: 1 / 0)
    trial = tried(store, (("accounts", "sales"), "201"))
    assert (trial.state, trial.error) == ("failed", "ZeroDivisionError: division by zero")
    assert trial.claimed_until is None


def test_accounts_that_the_organisation_lacks_hold_in_the_trial(store):
    organisation = StoreFactory(slug="other").organisation
    for code in ("200", "091", "202"):
        AccountFactory(organisation=organisation, code=code)
    store.organisation = organisation
    store.save()
    OrderFactory(store=store)
    trial = tried(store, (("accounts", "sales"), "299"))
    (found,) = trial.differences.all()
    assert "299" in " ".join(found.found["reasons"][1])
