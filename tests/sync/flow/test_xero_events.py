"""Xero's webhooks: a person's change is seen soon, at the price of one look for many events."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from connector.lib import clock
from sync.flow import steps
from sync.flow.sweep import sweep
from sync.models import Posting
from tests.sync.bell import Bell
from tests.sync.world import World
from xero.models import DayCount, MirrorCursor, XeroApp

KEY = "the webhook key"


def deliver(body: bytes | dict[str, Any], key: str = KEY) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = base64.b64encode(hmac.new(key.encode(), raw, hashlib.sha256).digest()).decode()
    client = Client(enforce_csrf_checks=True)
    return client.post(
        "/xero/webhook/", raw, content_type="application/json",
        headers={"x-xero-signature": signed},
    )  # fmt: skip


def event(world: World, resource: str, *, category: str = "INVOICE", at: datetime | None = None,
          tenant: str = "") -> dict[str, Any]:  # fmt: skip
    moment = (at or clock.now()).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return {
        "tenantId": tenant or world.organisation.tenant_id, "tenantType": "ORGANISATION",
        "eventCategory": category, "eventType": "UPDATE", "resourceId": resource,
        "eventDateUtc": moment, "resourceUrl": "https://api.xero.com/elsewhere",
    }  # fmt: skip


def delivery(*events: dict[str, Any]) -> dict[str, Any]:
    return {"events": list(events), "firstEventSequence": 1, "lastEventSequence": 2,
            "entropy": "S0m3r4Nd0mt3xt"}  # fmt: skip


def told() -> list[str]:
    return sorted(MirrorCursor.objects.told().values_list("kind", flat=True))


@pytest.fixture
def posted(world: World, bell: Bell) -> Posting:
    """An unpaid invoice of ours, a minute ago; Xero's events are signed from now on."""
    XeroApp.objects.update(webhook_key=KEY)
    order = world.place(status="pending")
    world.sync()
    world.time.forward(minutes=1)
    bell.lose()
    return world.posting(order)


@pytest.mark.django_db
def test_the_intent_to_receive_is_answered_by_the_signature_alone(bell: Bell) -> None:
    assert deliver(delivery()).status_code == 401, "there is no key yet"
    XeroApp.objects.create(client_id="1", webhook_key=KEY)

    genuine, forged = deliver(delivery()), deliver(delivery(), key="another")

    assert (genuine.status_code, forged.status_code) == (200, 401)
    for answer in (genuine, forged):
        assert (answer.content, list(answer.cookies)) == (b"", [])
    assert deliver(b"[]").status_code == 400
    assert deliver(b"{" + b" " * 1024 * 1024).status_code == 413
    assert Client().get("/xero/webhook/").status_code == 405
    assert bell.rings == []


def test_a_person_s_change_is_seen_at_once_and_a_burst_costs_one_look(
    world: World, bell: Bell, posted: Posting
) -> None:
    world.xero.person("void", invoice=posted.xero_id)
    before = world.calls()
    for _ in range(20):
        assert deliver(delivery(*[event(world, posted.xero_id)] * 5)).status_code == 200
    assert (told(), bell.rings) == (["invoices"], [("xero.watch", (world.organisation.pk,))])

    bell.answer()
    posted.refresh_from_db()
    assert (posted.conflict, told()) == (True, [])
    assert world.calls() - before == {"GET Invoices": 1}

    # Within half a minute nothing more is asked; what came in then is found by the sweep.
    world.time.forward(10)
    deliver(delivery(event(world, posted.xero_id)))
    steps.watch(world.organisation)
    assert (told(), world.calls() - before) == (["invoices"], {"GET Invoices": 1})
    world.time.forward(31)
    bell.lose()
    sweep()
    assert ("xero.watch", (world.organisation.pk,)) in bell.rings
    steps.watch(world.organisation)
    assert (told(), world.calls() - before) == ([], {"GET Invoices": 2})


def test_events_of_our_own_writes_and_of_strangers_cost_nothing(
    world: World, bell: Bell, posted: Posting
) -> None:
    assert posted.xero_updated_at is not None
    ours = event(world, posted.xero_id, at=posted.xero_updated_at)
    strange = event(world, posted.xero_id, tenant="00000000-0000-4000-8000-000000000000")
    other = event(world, "1", category="SUBSCRIPTION")

    assert deliver(delivery(ours, strange, other)).status_code == 200

    assert (told(), bell.rings) == ([], [])


def test_what_is_kept_of_the_day_for_live_orders_is_not_spent_on_events(
    world: World, bell: Bell, posted: Posting
) -> None:
    spent = world.app.daily_call_limit - world.app.reserved_calls
    DayCount.objects.filter(organisation=world.organisation).update(calls=spent)
    before = world.calls()
    deliver(delivery(event(world, posted.xero_id), event(world, "c", category="CONTACT")))

    bell.answer()

    assert world.calls() == before
    assert told() == ["contacts", "invoices"], "they are read once there are calls again"
