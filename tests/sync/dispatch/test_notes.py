"""What Xero's history says of documents that are not as they were first meant to be."""

from __future__ import annotations

from sync.flow import steps
from sync.flow.sweep import sweep
from sync.models import HistoryNote
from tests.sync.bell import Bell
from tests.sync.world import World


def test_an_adopted_invoice_and_a_voided_one_say_so_once(world: World) -> None:
    order = world.place(status="pending")
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$"}})
    world.sync()
    assert [note.sent_at for note in HistoryNote.objects.all()] == [None]
    steps.send_to(world.organisation)
    steps.send_to(world.organisation)
    assert HistoryNote.objects.exclude(sent_at=None).count() == 1
    assert world.calls()["PUT Invoices/{id}/History"] == 1
    world.time.forward(minutes=5)
    world.shop.cancel(order["entity_id"])
    world.sync()
    steps.send_to(world.organisation)
    texts = list(HistoryNote.objects.order_by("pk").values_list("text", flat=True))
    assert texts[1] == f"Order {order['increment_id']} was cancelled in the shop: voided."
    assert world.calls()["PUT Invoices/{id}/History"] == 2


def test_a_note_that_fails_is_not_written_twice(world: World) -> None:
    world.place()
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$"}})
    world.sync()
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/History$"}})
    for _ in range(3):
        steps.send_to(world.organisation)
    assert world.calls()["PUT Invoices/{id}/History"] == 1
    assert HistoryNote.objects.get().error


def test_an_ordinary_order_costs_no_note(world: World) -> None:
    world.place()
    world.sync()
    steps.send_to(world.organisation)
    assert not HistoryNote.objects.exists()


def test_with_all_each_document_says_what_it_is_of_however_many_there_are(world: World) -> None:
    world.save_rules(posting={"history_notes": "all"})
    made = [world.place(customer=n) for n in range(1, 7)]
    world.sync()
    world.time.forward(days=1)
    world.shop.refund(made[0]["entity_id"])
    world.sync()
    assert HistoryNote.objects.filter(sent_at=None).count() == 7
    assert steps.send_to(world.organisation) == 1.0, "five have gone, and it comes back"
    steps.send_to(world.organisation)
    assert not HistoryNote.objects.filter(sent_at=None).exists()
    assert world.calls()["PUT Invoices/{id}/History"] == 6
    assert world.calls()["PUT CreditNotes/{id}/History"] == 1
    shop = f"{world.store.name}, {world.store.profile.url}"
    texts = list(HistoryNote.objects.order_by("pk").values_list("text", flat=True))
    assert texts[0] == f"Order {made[0]['increment_id']} of {shop}."
    assert texts[6] == f"Refund 1 of order {made[0]['increment_id']} of {shop}."


def test_the_sweep_finds_notes_that_wait(world: World, bell: Bell) -> None:
    world.save_rules(posting={"history_notes": "all"})
    world.place()
    world.sync()
    bell.lose()
    sweep()
    assert ("sync.dispatch", (world.organisation.pk,)) in bell.rings
    steps.send_to(world.organisation)
    bell.lose()
    sweep()
    assert ("sync.dispatch", (world.organisation.pk,)) not in bell.rings


def test_off_says_nothing_at_all(world: World) -> None:
    world.save_rules(posting={"history_notes": "off"})
    world.place(status="pending")
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$"}})
    world.sync()
    steps.send_to(world.organisation)
    assert world.posting(world.shop.orders[0]).adopted
    assert not HistoryNote.objects.exists()
