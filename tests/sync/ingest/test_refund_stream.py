"""The stream of refunds: what an order's own record has not told yet reaches the books."""

from __future__ import annotations

from stores.canonical.records import Stream
from sync.ingest.pull import pull
from tests.sync.orders.test_refunds_and_cancellations import MUG, S1, SOLD, paid, refund
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import again, stands
from tests.sync.world import World


def test_a_refund_seen_only_in_its_own_stream_is_credited_and_paid_back(world: World) -> None:
    order = paid(world)
    refund(world, order, items=MUG)
    run = pull(world.store, Stream.REFUNDS)
    assert (run.error, run.records, run.changed) == ("", 1, 1)
    world.work()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)
    assert pull(world.store, Stream.REFUNDS).changed == 0


def test_a_refund_of_an_order_that_was_never_read_waits_for_the_order(world: World) -> None:
    order = world.place()
    world.shop.refund(order["entity_id"])
    run = pull(world.store, Stream.REFUNDS)
    assert (run.error, run.records, run.changed) == ("", 1, 0)
    world.sync()
    assert [line.split()[0] for line in stands(world)] == ["credit", "invoice", "payment", "refund"]
