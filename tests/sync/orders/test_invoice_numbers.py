"""Invoices called as in the shop, whose orders and invoices are counted apart and overlap."""

from __future__ import annotations

from typing import Any

import pytest

from sync.models import TrackedOrder
from tests.sync.world import World, at_rest, forgotten

POSTING = {"number": "invoice", "reference": "{order_number} / {invoice_number}"}


@pytest.fixture(autouse=True)
def _counted_apart(world: World) -> None:
    """The invoice of order 4 has the number of order 1."""
    world.shop.documents.apart = -3
    world.save_rules(posting=POSTING)


def _behind(world: World) -> list[dict[str, Any]]:
    """Three orders that are not paid, and three whose invoices bear the numbers of those."""
    wishes = [{"status": "pending"}] * 3 + [{"status": "processing"}] * 3
    return [world.place(customer=n, **wish) for n, wish in enumerate(wishes, 1)]


def test_two_sequences_that_overlap_three_apart_never_meet(world: World) -> None:
    orders = _behind(world)
    world.sync()
    assert sorted(world.invoices()) == [
        "S1-000000001", "S1-000000002", "S1-000000003",
        "S1-O-000000001", "S1-O-000000002", "S1-O-000000003",
    ]  # fmt: skip
    references = {n: one["Reference"] for n, one in world.invoices().items()}
    assert references["S1-000000001"] == "000000004 / 000000001"
    assert references["S1-O-000000001"] == "000000001 /"
    assert [world.codes(order) for order in orders] == [[]] * 6
    assert len(world.payments()) == 3
    at_rest()
    writes = world.writes()
    world.rebuild(*orders)
    world.sync()
    assert world.writes() == writes


def test_an_invoice_that_the_shop_writes_later_changes_no_number(world: World) -> None:
    first, *_ = orders = _behind(world)
    world.sync()
    world.shop.pay(first["entity_id"])
    world.sync()
    assert "S1-O-000000001" in world.invoices()
    assert len(world.invoices()) == 6
    assert world.invoices()["S1-O-000000001"]["Status"] == "PAID"
    assert world.row(orders[0]).document_number == "O-000000001"


def _notes(world: World) -> set[str]:
    notes = world.xero.ledger(world.organisation.tenant_id)["CreditNotes"]
    return {note["CreditNoteNumber"] for note in notes}


def _refund(world: World, order: dict[str, Any]) -> str:
    """Some of an order is refunded; the memo's id."""
    first = order["items"][0]["item_id"]
    return str(world.shop.refund(order["entity_id"], items={first: 1})["entity_id"])


def test_refund_and_cancellation_are_numbered_after_the_invoice(world: World) -> None:
    cancelled, *_, refunded, _, _ = _behind(world)
    world.sync()
    memo = _refund(world, refunded)
    world.time.forward(days=40)
    world.shop.cancel(cancelled["entity_id"])
    world.sync()
    assert _notes(world) == {f"S1-000000001-R{memo}", "S1-O-000000001-C"}


def test_another_setting_changes_nothing_of_what_is_posted(world: World) -> None:
    *_, refunded, _, _ = _behind(world)
    world.sync()
    world.save_rules(posting={"number": "order"})
    world.change_store(number_prefix="NEW-")
    memo, fresh = _refund(world, refunded), world.place(customer=9)
    world.sync()
    assert _notes(world) == {f"S1-000000001-R{memo}"}
    assert f"NEW-{fresh['increment_id']}" in world.invoices()
    assert len(world.invoices()) == 7


def test_orders_of_the_old_setting_keep_the_orders_number(world: World) -> None:
    world.save_rules()
    order = world.place(customer=1)
    world.sync()
    TrackedOrder.objects.update(document_number="")  # as an older version left it
    world.save_rules(posting=POSTING)
    memo = _refund(world, order)
    world.sync()
    assert _notes(world) == {f"{world.number(order)}-R{memo}"}


def test_a_number_that_a_person_gave_away_is_changed_by_the_prefix(world: World) -> None:
    world.xero.person("create_invoice", number="S1-000000001", total=5)
    *_, order, _, _ = _behind(world)
    world.sync()
    assert "number_taken" in world.codes(order)
    world.change_store(number_prefix="N-")
    world.rebuild(order)
    world.sync()
    assert "N-000000001" in world.invoices()


def test_a_restored_database_finds_its_invoices_again(world: World) -> None:
    with forgotten(world):
        _behind(world)
        world.sync()
    world.sync()
    assert len(world.invoices()) == 6
    assert len(world.payments()) == 3
    assert not TrackedOrder.objects.exclude(label="posted").exists()
