"""Drafts and their money are told apart from what is done, here and after an upgrade."""

from __future__ import annotations

import importlib
import json
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command

from stores.models import Store
from sync.models import PostingSource, TrackedOrder
from sync.outbox.labels import relabel
from tests.web.factories import OrderFactory, PostingFactory, StoreFactory

migration = importlib.import_module("sync.migrations.0017_drafts")


@pytest.fixture
def store(db: None) -> Store:
    return StoreFactory()


def order(store: Store, *, status: str, label: str = "posted", **fields: object) -> TrackedOrder:
    row = OrderFactory(store=store, label=label)
    PostingFactory(order=row, xero_status=status, **fields)
    return row


@pytest.mark.parametrize(
    ("status", "state", "label"),
    [
        ("DRAFT", "posted", "draft"),
        ("SUBMITTED", "posted", "draft"),
        ("AUTHORISED", "posted", "posted"),
        ("PAID", "posted", "posted"),
        ("DRAFT", "dead", "dead"),
        ("DRAFT", "unknown", "unknown"),
    ],
)
def test_a_document_that_nobody_approved_makes_a_draft_of_its_order(
    store: Store, status: str, state: str, label: str
) -> None:
    row = order(store, status=status, state=state)

    relabel([row.pk])

    row.refresh_from_db()
    assert row.label == label


def test_a_draft_credit_note_or_summary_waits_as_well(store: Store) -> None:
    refunded = order(store, status="PAID")
    PostingFactory(
        order=refunded, kind="credit_note", purpose="credit_note", key="S1-1-R1",
        source_id="901", xero_status="DRAFT",
    )  # fmt: skip
    summarised = OrderFactory(store=store)
    summary = PostingFactory(
        order=None, store=store, organisation=store.organisation, source_kind="summary",
        source_id="902", key="S1-D20261120-AUD", xero_status="DRAFT", payload="{}", expected=None,
        xero_id="d", xero_total_units=None,
    )  # fmt: skip
    PostingSource.objects.create(posting=summary, order=summarised, amount_units=1)

    relabel([refunded.pk, summarised.pk])

    assert set(TrackedOrder.objects.values_list("label", flat=True)) == {"draft"}


def test_the_upgrade_labels_the_drafts_that_are_there(store: Store) -> None:
    draft, done = order(store, status="DRAFT"), order(store, status="PAID")
    held = order(store, status="DRAFT", label="held")

    migration.label(apps, SimpleNamespace())

    labels = dict(TrackedOrder.objects.values_list("pk", "label"))
    assert labels == {draft.pk: "draft", done.pk: "posted", held.pk: "held"}


def test_sync_counts_what_waits_for_approval_as_held(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.flow.session.Session.pull", lambda *_: "")
    monkeypatch.setattr("sync.flow.session.Session.ring", lambda *_: None)
    for _ in range(3):
        order(store, status="DRAFT", label="draft")
    order(store, status="PAID")

    call_command("sync", store=store.slug, json=True)

    assert json.loads(capsys.readouterr().out)["held"] == 3
