"""Everything that can be pressed, of a store that is archived and of its orders.

What would begin something is refused, and changes nothing. What only ends something is done, as an
order of a closed shop may have to leave the books. The addresses come from those that are routed:
one that is added tomorrow has to say which it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts_mapping.models import MappingVersion
from connector.configuration.versions.edit import edit
from connector.lib import clock, doorbell
from connector.pages.attention.marks import MARKS
from connector.pages.mapping.subjects import SUBJECTS
from stores.models import Store
from sync.models import (
    Backfill,
    BulkAction,
    HandledDifference,
    Proposal,
    ReconcileDifference,
    ReconcileRun,
    SummaryPart,
    TrackedOrder,
)
from tests.web.factories import (
    MappingFactory,
    OrderFactory,
    PostingFactory,
    ShopWriteFactory,
    StoreFactory,
)

WHY = {"why": "The shop has closed."}
REFUSAL = "is archived: take it back first"
Form = dict[str, Any]
# Names no store and no order of one, or is asked by a machine, which tests of hooks are about.
OF_NO_STORE = {
    "dashboard:first-run", "dashboard:xero", "dashboard:settings", "dashboard:diagnostics",
    "dashboard:store-add", "dashboard:styleguide", "accounts:refresh", "sync:duplicates-decide",
    "sync:duplicates-take-back", "sync:already-link-alike", "sync:shop-hook", "sync:xero-hook",
    "sync:shop-hook-below", "sync:shop-trigger", "sync:stock-call", "sync:bulk-act",
}  # fmt: skip
AU = ("au",)
SLUGS = (
    "accounts:draft-change", "accounts:draft-publish", "accounts:draft-discard",
    "accounts:draft-try-start", "accounts:mapping-inbox", "accounts:mapping-proposals",
    "accounts:mapping-make-account", "accounts:mapping-products-in", "dashboard:store-switch",
    "dashboard:store-test", "dashboard:store-pair", "dashboard:store-trigger",
    "dashboard:store-secret", "dashboard:store-preview", "dashboard:store-edit",
    "dashboard:store-keys", "dashboard:store-diagnostics", "sync:store-stock", "sync:backfill",
    "set-up:read", "set-up:post-one", "set-up:go-live", "set-up:environment",
    *(subject.url_name for subject in SUBJECTS),
)  # fmt: skip


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A store with something of every kind, which is archived, beside one that is in use."""
    monkeypatch.setattr(doorbell, "ring", lambda *_args, **_more: None)
    store = StoreFactory(slug="au")
    StoreFactory(slug="nz", name="NZ shop", organisation=store.organisation)
    MappingFactory(store=store, document={"posting": {"due_days": 7}})
    edit(store, ("posting", "due_days"), "30", author=None, seen=None)
    order = OrderFactory(store=store, label="held", state="held")
    invoice = PostingFactory(order=order, xero_status="DRAFT")
    summary = PostingFactory(
        order=order, source_kind="summary", purpose="summary", xero_status="DRAFT"
    )
    out = OrderFactory(
        store=store, excluded_at=clock.now(), excluded_as="do_not_sync", state="excluded"
    )
    day = date(2026, 1, 1)
    run = ReconcileRun.objects.create(
        store=store, state="done", ended_at=clock.now(), differences=1
    )
    made = SimpleNamespace(
        store=store, order=order, summary=summary, out=out,
        backfill=Backfill.objects.create(store=store, since=day, until=day, state="running"),
        write=ShopWriteFactory(order=order, posting=invoice, state="failed"),
        proposal=Proposal.objects.create(
            order=order, organisation=store.organisation, xero_id="x", number="1", contact_id="c",
            currency="AUD", total_units=1, certainty="same",
        ),
        difference=ReconcileDifference.objects.create(
            run=run, what="difference", order=order, number="1", field="total", side="xero",
            cause="changed_in_xero",
        ),
        handled=HandledDifference.objects.create(store=store, number="2", field="total"),
    )  # fmt: skip
    assert store.put_away(away=True)
    return made


def refused(world: SimpleNamespace) -> list[tuple[str, tuple[Any, ...], Form]]:
    """What begins something: its name, its place and what is typed."""
    order, out = {"order": world.order.pk, **WHY}, {"order": world.out.pk, **WHY}
    return [
        *((name, AU, {"on": "1", "bearer": "new", "confirmed": "1"}) for name in SLUGS),
        ("accounts:version-back", ("au", 1), {"current": "1"}),
        ("dashboard:store-read", ("au", "orders"), {}),
        *(("sync:orders-all-act", (mark.what,), WHY) for mark in MARKS.values() if not mark.ends),
        ("sync:orders-sync", (), order),
        ("sync:orders-approve", (), order),
        ("sync:orders-reopen", (), out),
        ("sync:orders-difference", (), order),
        ("sync:orders-tell-shop", (), order),
        ("sync:customers-tell-shop", (), {"write": world.write.pk}),
        ("sync:already-decide", (world.proposal.pk,), {"decision": "link"}),
        ("sync:already-decide", (world.proposal.pk,), {"decision": "post"}),
        ("sync:summary-approve", (world.summary.pk,), {}),
        ("sync:reconcile-start", (), {"store": "au"}),
    ]


def done(
    world: SimpleNamespace,
) -> list[tuple[str, tuple[Any, ...], Form, Callable[[], Any], Any]]:
    """What ends something, or is a note for the books, with what it comes to."""

    def excluded() -> str:
        return TrackedOrder.objects.get(pk=world.order.pk).excluded_as

    def state() -> str:
        return Backfill.objects.get(pk=world.backfill.pk).state

    order = {"order": world.order.pk, **WHY}
    return [
        ("sync:backfill-act", (world.backfill.pk,), {"act": "pause"}, state, "paused"),
        ("sync:backfill-act", (world.backfill.pk,), {"act": "cancel"}, state, "cancelled"),
        ("sync:orders-exclude", (), order, excluded, "do_not_sync"),
        ("sync:orders-handle", (), order, excluded, "handled_by_hand"),
        ("sync:orders-undo", (), order, excluded, "undone"),
        *(("sync:orders-all-act", (mark.what,), WHY,
           BulkAction.objects.filter(what=mark.what).count, 1)
          for mark in MARKS.values() if mark.ends),
        ("sync:difference-handle", (world.difference.pk,), WHY,
         HandledDifference.objects.filter(number="1").count, 1),
        ("sync:handled-reopen", (world.handled.pk,), {},
         HandledDifference.objects.filter(number="2", reopened_at=None).count, 0),
        # Its mapping may serve the shop that came after it.
        ("accounts:version-hand-on", ("au", 1), {"to": "nz", "current": "0"},
         MappingVersion.objects.filter(store__slug="nz").count, 1),
        ("dashboard:store-archive", AU, {"away": "0"},
         lambda: Store.objects.get(slug="au").archived, False),
    ]  # fmt: skip


def routed(resolver: URLResolver, before: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            space = f"{one.namespace}:" if one.namespace else before
            found += routed(one, space)
        elif isinstance(one, URLPattern) and one.name:
            found.append((before + one.name, one))
    return found


def everything() -> dict[str, Any]:
    """All rows that there are, but for who was here last."""
    labels = ("stores", "accounts_mapping", "sync", "xero", "connector")
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for label in labels
        for model in apps.get_app_config(label).get_models()
    }


def test_every_address_that_can_be_pressed_says_what_it_does(
    page: Client, world: SimpleNamespace
) -> None:
    places = {
        "slug": "au", "pk": 1, "number": 1, "stream": "orders", "token": "x", "rest": "x",
        "what": "sync",
    }  # fmt: skip
    pressed: set[str] = set()
    for name, pattern in routed(get_resolver()):
        if name.partition(":")[0] not in ("dashboard", "sync", "accounts", "set-up"):
            continue
        asked = {key: places[key] for key in pattern.pattern.converters}
        answer = page.put(reverse(name, kwargs=asked))
        if answer.status_code != 405 or "POST" in answer.headers["Allow"]:
            pressed.add(name)
    told = {name for name, *_ in [*refused(world), *done(world)]}
    assert pressed == told | OF_NO_STORE
    assert not told & OF_NO_STORE


def test_what_begins_something_is_refused_and_changes_nothing(
    page: Client, world: SimpleNamespace
) -> None:
    before = everything()
    for name, place, typed in refused(world):
        text = page.post(reverse(name, args=place), typed, follow=True).text
        assert REFUSAL in text, name
    assert everything() == before


def test_what_ends_something_is_done(page: Client, world: SimpleNamespace) -> None:
    for name, place, typed, outcome, expected in done(world):
        page.post(reverse(name, args=place), typed)
        assert outcome() == expected, name


def test_undo_says_that_a_summary_is_not_made_while_the_store_is_off(
    page: Client, world: SimpleNamespace
) -> None:
    summary = "What is part of a daily summary stays"
    content = {
        "key": "S1-1", "mode": "Inclusive", "rate": None, "theme": "", "overrides": False,
        "tax": "0", "note": "", "lines": [], "money": [],
    }  # fmt: skip
    typed = {"order": world.order.pk}
    assert summary not in page.post("/orders/undo/", typed).text
    SummaryPart.objects.create(
        order=world.order, store=world.store, source_kind="order", source_id="1",
        purpose="invoice", kind="invoice", day=date(2026, 1, 1), currency="AUD", contact="Sales",
        total_units=1, tax_units=0, content=content, due_at=clock.now(), posting=world.summary,
    )  # fmt: skip
    assert summary in page.post("/orders/undo/", typed).text
    Store.objects.filter(slug="au").update(enabled=True)
    assert summary not in page.post("/orders/undo/", typed).text


def test_of_orders_of_two_stores_those_in_use_are_synced(
    page: Client, world: SimpleNamespace
) -> None:
    other = OrderFactory(store=Store.objects.get(slug="nz"), label="held", state="held")
    typed = {"order": [world.order.pk, other.pk]}
    text = page.post("/orders/sync/", typed, follow=True).text
    assert REFUSAL in text
    assert "1 order on the way to Xero" in text
    kept = TrackedOrder.objects.get(pk=world.order.pk)
    assert (kept.state, kept.build_at) == ("held", world.order.build_at)
    assert TrackedOrder.objects.get(pk=other.pk).lane == "click"


def test_what_is_linked_in_one_go_leaves_its_invoices(page: Client, world: SimpleNamespace) -> None:
    page.post("/orders/already-in-xero/link-alike/")
    assert not Proposal.objects.get().decision
    world.store.put_away(away=False)
    page.post("/orders/already-in-xero/link-alike/")
    assert Proposal.objects.get().decision == "linked"
