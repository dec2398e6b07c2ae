"""Money received without an invoice, whose fate is not known when the shop goes on."""

from __future__ import annotations

import pytest

from tests.sync.standing import stands
from tests.sync.world import World, at_rest

pytestmark = pytest.mark.stories


def test_a_refund_of_a_receipt_whose_answer_was_lost_is_no_draft(world: World) -> None:
    world.change_store(streams={"invoices": False})
    order = world.place(payment_method="stripe_payments")
    lost = {"kind": "lose_answer", "match": {"method": "PUT", "path": "BankTransactions"}}
    world.xero.faults(lost)
    world.pull()
    world.build()
    world.send()
    assert world.posting(order, "receipt").state == "unknown"
    world.time.forward(minutes=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    at_rest()
    number, total, tax = world.number(order), "34.90", "3.17"
    assert [line.split(" ")[0] for line in stands(world)] == ["credit", "receive", "refund"]
    note, _, refund = stands(world)
    assert note.startswith(f"credit note {number}-R1 PAID")
    assert note.endswith(f"{total} tax {tax} left 0.00")
    assert refund.startswith(f"refund {number}-R1 090")
    assert refund.endswith(f" {total}")
    assert world.row(order).label == "posted"
