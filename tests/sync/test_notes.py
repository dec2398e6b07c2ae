"""What Xero's history says of documents that are not as they were first meant to be."""

from __future__ import annotations

from sync import flows
from sync.models import HistoryNote
from tests.sync.world import World


def test_an_adopted_invoice_and_a_voided_one_say_so_once(world: World) -> None:
    order = world.place(status="pending")
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$"}})
    world.sync()
    assert [note.sent_at for note in HistoryNote.objects.all()] == [None]
    flows.send_to(world.organisation)
    flows.send_to(world.organisation)
    assert HistoryNote.objects.exclude(sent_at=None).count() == 1
    assert world.calls()["PUT Invoices/{id}/History"] == 1
    world.time.forward(minutes=5)
    world.shop.cancel(order["entity_id"])
    world.sync()
    flows.send_to(world.organisation)
    texts = list(HistoryNote.objects.order_by("pk").values_list("text", flat=True))
    assert texts[1] == f"Order {order['increment_id']} was cancelled in the shop: voided."
    assert world.calls()["PUT Invoices/{id}/History"] == 2


def test_a_note_that_fails_is_not_written_twice(world: World) -> None:
    world.place()
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$"}})
    world.sync()
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/History$"}})
    for _ in range(3):
        flows.send_to(world.organisation)
    assert world.calls()["PUT Invoices/{id}/History"] == 1
    assert HistoryNote.objects.get().error


def test_an_ordinary_order_costs_no_note(world: World) -> None:
    world.place()
    world.sync()
    flows.send_to(world.organisation)
    assert not HistoryNote.objects.exists()
