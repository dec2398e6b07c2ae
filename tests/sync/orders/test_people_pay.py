"""What people pay, credit and allocate in Xero counts as what stands: plans start from there.

A mug is 24.95 (tax 2.27), postage 9.95 (tax 0.90): an order of one mug is 34.90.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from connector.lib import clock
from sync.dispatch import freshness
from tests.sync.standing import again, ledger, stands
from tests.sync.world import RULES, Time, World

FIRST_DAY = datetime(2027, 3, 10, 1, tzinfo=UTC)  # noon in Sydney
S1 = "S1-000000001"
THEIRS = f"payment {S1} 090 2027-03-10 10.00"


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    moved = Time(monkeypatch)
    moved.offset = (FIRST_DAY - clock.now()).total_seconds()
    return moved


def unpaid(world: World, **wish: Any) -> dict[str, Any]:
    order = world.place(status="pending", **wish)
    world.sync()
    return order


def pays(world: World, amount: str) -> dict[str, Any]:
    """A person matches so much of the bank's statement with the invoice."""
    paid = world.xero.person(
        "pay", invoice=S1, amount=Decimal(amount), account="090", reference="bank"
    )
    world.time.forward(minutes=2)
    return paid


def cancel(world: World, order: dict[str, Any]) -> None:
    world.time.forward(minutes=1)
    world.shop.update_order(order["entity_id"], state="canceled", status="canceled")
    world.sync()


def pay(world: World, order: dict[str, Any]) -> None:
    world.time.forward(minutes=1)
    world.shop.pay(order["entity_id"])
    world.sync()


def credit_from_elsewhere(world: World, note: str, amount: str) -> None:
    """A person puts the credit that we left open against another invoice of the customer."""
    found = next(one for one in ledger(world)["CreditNotes"] if one["CreditNoteNumber"] == note)
    world.xero.person("refund", credit_note=note, amount=Decimal(amount), account="090")
    assert found["Status"] == "AUTHORISED"
    world.time.forward(minutes=2)


def test_a_cancelled_sale_is_allocated_up_to_what_is_due_and_the_rest_left_open(
    world: World,
) -> None:
    order = unpaid(world)
    pays(world, "10.00")
    cancel(world, order)
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        THEIRS,
        f"credit note {S1}-C AUTHORISED 2027-03-10 34.90 tax 3.17 left 10.00",
        f"allocation {S1}-C to {S1} 2027-03-10 24.90",
    ])  # fmt: skip
    assert "credit_left_open" in world.codes(order)
    assert any("10.00" in reason["message"] for reason in world.row(order).reasons)
    again(world)
    # A person gives the rest back: nobody is told of it any more.
    credit_from_elsewhere(world, f"{S1}-C", "10.00")
    world.time.forward(hours=2)
    freshness.watch(world.organisation)
    world.sync()
    assert world.codes(order) == ["reversed_in_xero"]
    again(world)


def test_a_payment_that_was_taken_away_again_counts_no_more(world: World) -> None:
    order = unpaid(world)
    theirs = pays(world, "10.00")
    world.time.forward(hours=1)
    freshness.watch(world.organisation)
    assert world.posting(order).amount_due == Decimal("24.90")
    world.xero.person("delete_payment", payment=theirs["PaymentID"])
    cancel(world, order)
    assert stands(world) == [f"invoice {S1} VOIDED 2027-03-10 34.90 tax 3.17 due 0.00"]
    again(world)


def test_what_a_person_credited_is_credited_once(world: World) -> None:
    order = unpaid(world)
    world.xero.person("credit", invoice=S1, amount=Decimal("10.00"))
    world.time.forward(minutes=2)
    cancel(world, order)
    assert stands(world)[-1:] == [f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00"]
    note = next(one for one in stands(world) if one.startswith(f"credit note {S1}-C"))
    assert note == f"credit note {S1}-C PAID 2027-03-10 24.90 tax 2.26 left 0.00"
    again(world)


def test_the_shop_pays_what_is_left_and_the_rest_is_said(world: World) -> None:
    order = unpaid(world)
    pays(world, "10.00")
    world.time.forward(minutes=40)
    pay(world, order)
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        THEIRS,
        f"payment {S1} 970 2027-03-10 24.90",
    ])  # fmt: skip
    assert world.codes(order) == ["invoice_not_payable"]
    assert world.row(order).label == "held"
    again(world)
    # The shop gives all of it back: what is ours goes back, theirs is left to them.
    world.time.forward(minutes=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    assert f"refund {S1}-R1 970 2027-03-10 24.90" in stands(world)
    assert f"credit note {S1}-R1 AUTHORISED 2027-03-10 34.90 tax 3.17 left 10.00" in stands(world)
    assert "credit_left_open" in world.codes(order)
    again(world)


def test_a_payment_that_was_on_its_way_when_a_person_paid_is_planned_again(world: World) -> None:
    """Xero refuses it, and what is due by now is paid instead."""
    order = unpaid(world)
    world.shop.pay(order["entity_id"])
    world.time.forward(minutes=1)
    world.pull()
    world.build()
    pays(world, "10.00")
    world.work()
    assert f"payment {S1} 970 2027-03-10 24.90" in stands(world)
    assert world.codes(order) == ["invoice_not_payable"]
    again(world)


def test_a_part_payment_between_plan_and_allocation_is_planned_again(world: World) -> None:
    world.save_rules(posting={"cancel": "credit_note"})
    order = unpaid(world)
    world.time.forward(minutes=1)
    world.shop.update_order(order["entity_id"], state="canceled", status="canceled")
    world.pull()
    world.build()
    pays(world, "10.00")
    world.work()
    assert f"allocation {S1}-C to {S1} 2027-03-10 24.90" in stands(world)
    assert f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00" in stands(world)
    assert "credit_left_open" in world.codes(order)
    again(world)


def test_a_lowered_order_is_credited_up_to_what_is_due(world: World) -> None:
    order = unpaid(world, items=[("MUG-STN", 2)])
    pays(world, "50.00")
    world.time.forward(minutes=1)
    world.shop.edit(order["entity_id"], [("MUG-STN", 1)])
    world.sync()
    assert f"allocation {S1}-E1 to {S1} 2027-03-10 9.85" in stands(world)
    assert f"credit note {S1}-E1 AUTHORISED 2027-03-10 24.95 tax 2.27 left 15.10" in stands(world)
    assert world.codes(order) == ["credit_left_open"]
    again(world)


def test_what_a_person_paid_in_two_parts_is_not_paid_again_and_holds_up_no_refund(
    world: World,
) -> None:
    order = unpaid(world)
    pays(world, "10.00")
    pays(world, "24.90")
    world.time.forward(minutes=40)
    pay(world, order)
    assert [one for one in stands(world) if one.startswith("payment")] == [
        THEIRS, f"payment {S1} 090 2027-03-10 24.90",
    ]  # fmt: skip
    assert world.codes(order) == ["invoice_not_payable"]
    world.time.forward(minutes=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    assert f"credit note {S1}-R1 AUTHORISED 2027-03-10 34.90 tax 3.17 left 34.90" in stands(world)
    assert "credit_left_open" in world.codes(order)
    again(world)


@contextlib.contextmanager
def by_hand(world: World) -> Iterator[None]:
    rules = {**RULES, "payment_accounts": {"checkmo": "none", "*": "090"}}
    save_rules(world.store, StoreRules.model_validate(rules))
    yield
    out = io.StringIO()
    call_command("reconcile", "--json", "--store", "au", stdout=out)
    assert json.loads(out.getvalue())["differences"] == []


@pytest.mark.parametrize("entered", [None, "10.00", "34.90"])
def test_a_refund_of_what_a_person_posts_is_allocated_to_what_is_due(
    world: World, entered: str | None
) -> None:
    """Its method is mapped to none: nothing waits, and no money of ours moves."""
    with by_hand(world):
        order = world.place()
        world.sync()
        if entered is not None:
            pays(world, entered)
        world.time.forward(minutes=1)
        world.shop.refund(order["entity_id"])
        world.sync()
        due = Decimal("34.90") - Decimal(entered or 0)
        allocated = [one.split()[-1] for one in stands(world) if one.startswith("allocation")]
        assert allocated == ([str(due)] if due else [])
        assert not [one for one in stands(world) if one.startswith("refund")]
        assert world.codes(order) == (["credit_left_open"] if entered else [])
        again(world)
