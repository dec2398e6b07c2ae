"""One order from its purchase to the end, and what the shop and Xero have at each step."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from connector.lib import clock
from stores.canonical.records import Stream
from stores.models import Cursor
from sync.flow.sweep import sweep
from sync.ingest.pull import pull
from sync.models import ShopWrite
from tests.sync.bell import Bell
from tests.sync.ingest.test_hooks import SECRET, send
from tests.sync.world import World, at_rest, in_xero
from tests.sync.write_back.test_write_back import said, written


def only_calls(world: World) -> None:
    """No poll is due for as long as the walk takes: what is heard, is heard by calls."""
    for stream in (Stream.ORDERS, Stream.REFUNDS):
        cursor = Cursor.of(world.store, stream)
        Cursor.objects.filter(pk=cursor.pk).update(next_run_at=clock.now() + timedelta(days=9))


def the_shop_speaks(world: World, order: dict[str, Any]) -> None:
    """The shop calls and says that something happened to an order."""
    world.time.forward(seconds=1)
    assert send({"orders": [order["entity_id"]]}).status_code == 200


def workers(world: World, bell: Bell) -> None:
    """Beat's tick for some minutes, and workers that answer the rings."""
    for _ in range(3):
        sweep()
        bell.answer()
        world.time.forward(minutes=1)


def documents(world: World) -> dict[str, int]:
    """How much of each kind is in Xero."""
    ledger = world.xero.ledger(world.organisation.tenant_id)
    return {kind: len(ledger[kind]) for kind in ("Contacts", "Invoices", "Payments", "CreditNotes")}


def statuses_set(world: World) -> int:
    """How often the shop was told to put an order into a status: each saves the order."""
    calls = (call.partition("?")[0] for call in world.shop.requests)
    return sum(call.startswith("POST ") and call.endswith("/V1/orders") for call in calls)


def test_an_order_goes_from_purchase_to_paid_and_back_with_one_status(
    world: World, bell: Bell
) -> None:
    world.change_store(
        write_back={"comment": True}, streams={"customers": False}, webhook_secret=SECRET
    )
    only_calls(world)
    world.save_rules(statuses={"on_paid": "in_xero"})
    order = world.place(items=[("MUG-STN", 2)], status="pending")
    key, before = order["entity_id"], documents(world)

    the_shop_speaks(world, order)
    workers(world, bell)
    grown = {"Contacts": 1, "Invoices": 1, "Payments": 0, "CreditNotes": 0}
    assert documents(world) == {kind: before[kind] + n for kind, n in grown.items()}
    in_xero(world, order)
    number = world.number(order)
    assert len(said(world, order)) == 1
    assert number in said(world, order)[0]
    assert (written(world), order["status"]) == (1, "pending")

    world.shop.pay(key)
    the_shop_speaks(world, order)
    workers(world, bell)
    assert (world.invoices()[number]["Status"], order["status"]) == ("PAID", "in_xero")
    assert said(world, order)[-1] == f"Paid in Xero: {number}"
    assert (written(world), statuses_set(world)) == (3, 1)

    # Our own writes are news of the shop, and cause nothing.
    writes = world.writes()
    world.time.forward(hours=1)
    the_shop_speaks(world, order)
    workers(world, bell)
    assert world.row(order).shop_status == "in_xero"
    assert (world.writes(), written(world)) == (writes, 3)

    world.shop.update_order(key, status="processing")  # staff go on
    world.shop.refund(key, items={"MUG-STN": 1})
    the_shop_speaks(world, order)
    workers(world, bell)
    grown = {"Contacts": 1, "Invoices": 1, "Payments": 2, "CreditNotes": 1}
    assert documents(world) == {kind: before[kind] + n for kind, n in grown.items()}
    (note,) = world.xero.ledger(world.organisation.tenant_id)["CreditNotes"]
    assert (note["Status"], note["RemainingCredit"]) == ("PAID", 0)
    assert note["Total"] == Decimal(str(world.shop.order(key)["total_refunded"]))
    assert order["status"] == "processing"
    world.time.forward(hours=1)
    workers(world, bell)
    assert (written(world), statuses_set(world)) == (3, 1)
    assert set(ShopWrite.objects.values_list("what", "state")) == {
        ("comment", "done"), ("status", "done"),
    }  # fmt: skip
    at_rest()
    # All of it once more, from the beginning, is nothing.
    writes = world.writes()
    Cursor.objects.update(position=None)
    pull(world.store, Stream.ORDERS)
    workers(world, bell)
    assert (world.writes(), written(world)) == (writes, 3)
