"""A change of ours whose answer is lost is ours, whoever looks at Xero before it is looked up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.test import Client

from connector.lib import clock
from sync.dispatch import freshness
from sync.flow import steps
from sync.models import Dispatch, Posting
from sync.orders import build_due
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import again, invoice, ledger
from tests.sync.world import World, at_rest, in_xero, money
from xero.models import Organisation

KEY = "webhook-key"


def edited(world: World, order: dict[str, Any]) -> None:
    world.shop.edit(order["entity_id"], [("MUG-STN", 3)])


def cancelled(world: World, order: dict[str, Any]) -> None:
    world.shop.update_order(order["entity_id"], state="canceled", status="canceled")


def first_look_of_another_process(world: World) -> None:
    world.new_process()
    freshness.first_look(world.organisation)


def hourly_look(world: World) -> None:
    Organisation.objects.update(watched_at=None)
    freshness._seen.clear()
    steps.watch(world.organisation)


def xeros_own_word(world: World) -> None:
    """Xero tells us of the change that we made ourselves."""
    world.app.webhook_key = KEY
    world.app.save()
    events = [
        {
            "tenantId": world.organisation.tenant_id,
            "eventCategory": "INVOICE",
            "resourceId": one["InvoiceID"],
            "eventDateUtc": clock.now().astimezone(UTC).replace(tzinfo=None).isoformat(),
        }
        for one in ledger(world)["Invoices"]
    ]
    body = json.dumps({"events": events, "firstEventSequence": 1, "lastEventSequence": 1})
    signature = base64.b64encode(hmac.new(KEY.encode(), body.encode(), hashlib.sha256).digest())
    answer = Client().post(
        "/xero/webhook/", body, content_type="application/json",
        headers={"x-xero-signature": signature.decode()},
    )  # fmt: skip
    assert answer.status_code == 200
    Organisation.objects.update(watched_at=None)
    steps.watch(world.organisation)


LOOKS = [first_look_of_another_process, hourly_look, xeros_own_word]


def lose_a_change(world: World, change: Callable[[World, dict[str, Any]], None]) -> dict[str, Any]:
    """An unpaid order is changed in place, Xero does it, and its answer is lost."""
    order = world.place(status="pending")
    world.sync()
    world.time.forward(hours=2)
    change(world, order)
    world.xero.faults({"kind": "lose_answer", "match": {"method": "POST", "path": "/Invoices$"}})
    world.pull()
    world.build()
    world.send()
    assert Dispatch.objects.filter(state="unknown", verb="POST").count() == 1
    world.time.forward(10)
    return order


@pytest.mark.parametrize("look", LOOKS)
def test_an_edit_in_place_whose_answer_is_lost_is_no_persons(
    world: World, look: Callable[[World], None]
) -> None:
    order = lose_a_change(world, edited)
    look(world)
    assert not Posting.objects.filter(conflict=True).exists()
    assert "changed_in_xero" not in world.codes(order)
    world.work()
    assert Posting.objects.get(verb="POST").adopted
    world.shop.pay(order["entity_id"])
    world.sync()
    assert world.row(order).label == "posted"
    assert len(world.payments()) == 1
    in_xero(world, order)
    at_rest()
    again(world)


@pytest.mark.parametrize("look", LOOKS)
def test_a_void_whose_answer_is_lost_is_no_persons(
    world: World, look: Callable[[World], None]
) -> None:
    order = lose_a_change(world, cancelled)
    look(world)
    assert not Posting.objects.filter(conflict=True).exists()
    world.work()
    assert world.posting(order).state == "voided"
    assert "voided_in_xero" not in world.codes(order)
    world.shop.update_order(order["entity_id"], state="new", status="pending")
    world.sync()
    assert list(world.invoices()) == [f"{world.number(order)}-A"]
    at_rest()


def test_what_a_person_changes_meanwhile_is_found_by_the_look_up(world: World) -> None:
    order = lose_a_change(world, edited)
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 40, "AccountCode": "200"}
    number = world.number(order)
    world.xero.person("edit_invoice", invoice=number, changes={"LineItems": [line]})
    first_look_of_another_process(world)
    world.work()
    assert world.posting(order).conflict
    assert "changed_in_xero" in world.codes(order)
    world.shop.pay(order["entity_id"])
    world.sync()
    assert world.payments() == []
    assert invoice(world, number)["LineItems"][0]["Description"] == "By hand"


def test_a_conflict_that_a_change_of_ours_explains_is_cleared_and_the_payment_goes(
    world: World,
) -> None:
    """As a database has it in which the change was blamed on a person before."""
    order = lose_a_change(world, edited)
    reason = {"code": "changed_in_xero", "message": "It was changed.", "field": ""}
    Posting.objects.filter(purpose="invoice").update(conflict=True, reasons=[reason])
    world.work()
    posting = world.posting(order)
    assert (posting.conflict, posting.reasons) == (False, [])
    world.shop.pay(order["entity_id"])
    world.sync()
    assert len(world.payments()) == 1
    in_xero(world, order)


def test_the_answer_that_comes_while_xeros_list_is_compared_wins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document was read before our change was settled, and is compared after it."""
    from sync.dispatch import conflicts

    order = lose_a_change(world, edited)
    before = world.posting(order)
    world.work()
    row = world.organisation.documents.get(xero_id=before.xero_id)
    assert not conflicts.observe(before, row)
    assert not world.posting(order).conflict


def test_a_look_up_that_fails_half_way_leaves_nothing_behind(world: World) -> None:
    """The credit note has been read, the invoice that it was put against not yet."""
    order = world.place(status="pending")
    world.sync()
    world.time.forward(days=30)
    cancelled(world, order)
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Allocations$"}})
    world.pull()
    world.build()
    world.send()
    listed = {"method": "GET", "path": "/Invoices$", "count": 0}
    world.xero.faults({"kind": "error_before", "match": listed, "params": {"status": 504}})
    note = Posting.objects.get(kind="credit_note")
    due = note.amount_due_units
    assert due
    world.time.forward(100)
    world.send()
    note.refresh_from_db()
    assert note.amount_due_units == due
    assert Dispatch.objects.get(kind="allocation").state == "unknown"
    world.xero.faults()
    world.time.forward(timedelta(hours=1).total_seconds())
    world.work()
    at_rest()
    note.refresh_from_db()
    assert note.amount_due_units == 0


def test_a_new_invoice_changes_nothing_of_its_contact(world: World) -> None:
    world.place(status="pending")
    world.pull()
    world.build()
    planned = Posting.objects.get(kind="contact").payload
    world.work()
    contact, posted = (Posting.objects.get(kind=kind) for kind in ("contact", "invoice"))
    assert (contact.payload, contact.state) == (planned, "posted")
    assert (posted.parent, posted.xero_status) == (contact, "AUTHORISED")
    assert contact.xero_status != posted.xero_status
    assert contact.xero_total_units is None


def _built_while_another_worker_sends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = build_due._build_all

    def and_meanwhile_another_worker_sends(*args: Any) -> Any:
        built = planned(*args)
        world.send()
        return built

    with monkeypatch.context() as patch:
        patch.setattr(build_due, "_build_all", and_meanwhile_another_worker_sends)
        world.build()


@pytest.mark.parametrize("change", ["edited", "cancelled"])
def test_an_order_that_changed_while_its_invoice_left_is_planned_again(
    world: World, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    world.place(customer=1)
    world.sync()
    order = world.place(customer=1, status="pending")
    world.pull()
    world.build()
    world.time.forward(minutes=1)
    if change == "edited":
        edited(world, order)
    else:
        world.shop.cancel(order["entity_id"])
    world.pull()
    _built_while_another_worker_sends(world, monkeypatch)
    world.time.forward(minutes=3)
    world.work()
    at_rest()
    posted = invoice(world, world.number(order))
    if change == "edited":
        assert posted["Total"] == money(order["grand_total"])
    else:
        assert posted["Status"] == "VOIDED"
    again(world)


def test_a_payment_that_left_while_a_change_was_planned_is_no_persons_edit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(status="pending")
    world.sync()
    world.time.forward(hours=2)
    world.part_paid(order, "10.00")
    world.pull()
    world.build()
    edited(world, order)
    world.pull()
    _built_while_another_worker_sends(world, monkeypatch)
    assert len(world.payments()) == 1
    assert not Posting.objects.filter(verb="POST").exists(), "planned upon what stood before"
    world.work()
    at_rest()
    assert not Posting.objects.filter(conflict=True).exists()
    assert f"{world.number(order)}-E1" in world.invoices()
    assert world.row(order).label == "posted"
    again(world)
