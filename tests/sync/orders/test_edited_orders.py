"""Orders that the shop edits by cancelling one and making another, `…-1`, in its place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.world import World, books

MUG = Decimal("24.95")


def edited(world: World, old: dict[str, Any], edit: int, **wish: Any) -> dict[str, Any]:
    """What Magento makes of an edit: a new order of the next number, and a cancelled one."""
    original = old.get("original_increment_id") or old["increment_id"]
    new = world.place(status="pending", **wish)
    world.shop.update_order(
        new["entity_id"], increment_id=f"{original}-{edit}", original_increment_id=original,
        relation_parent_id=str(old["entity_id"]), relation_parent_real_id=old["increment_id"],
    )  # fmt: skip
    world.shop.cancel(old["entity_id"])
    world.shop.update_order(
        old["entity_id"],
        relation_child_id=str(new["entity_id"]),
        relation_child_real_id=f"{original}-{edit}",
    )
    return new


def standing(world: World) -> list[tuple[str, int]]:
    """Invoices by number with what stands on them in mugs of 24.95."""
    found = world.invoices().items()
    return sorted((number, int(Decimal(str(one["Total"])) / MUG)) for number, one in found)


def test_a_chain_of_edits_leaves_the_last_order_only(world: World) -> None:
    first = world.place(status="pending", shipping="free")
    world.sync()
    number = f"S1-{first['increment_id']}"
    assert standing(world) == [(number, 1)]
    second = edited(world, first, 1, items=[("MUG-STN", 2)], shipping="free")
    world.sync()
    assert standing(world) == [(f"{number}-1", 2)]
    third = edited(world, second, 2, items=[("MUG-STN", 3)], shipping="free")
    world.shop.pay(third["entity_id"])
    world.sync()
    assert standing(world) == [(f"{number}-2", 3)]
    assert len(world.payments()) == 1
    assert [world.row(order).state for order in (first, second, third)] == ["ready"] * 3
    assert {one["Status"] for one in world.invoices().values()} == {"PAID"}


def test_the_new_order_brings_the_old_one_with_it(world: World) -> None:
    """It is seen first: the old one's own time is not within what is read."""
    old = world.place(status="pending", shipping="free")
    untouched = old["updated_at"]
    world.sync()
    world.time.forward(hours=1)
    other = world.place(customer=2, shipping="free")
    world.sync()
    new = edited(world, old, 1, shipping="free")
    world.shop.update_order(old["entity_id"], updated_at=untouched)
    world.sync()
    assert standing(world) == sorted([(world.number(new), 1), (world.number(other), 1)])


def test_both_seen_at_once_post_the_new_one_only(world: World) -> None:
    old = world.place(status="pending")
    new = edited(world, old, 1)
    world.sync()
    assert list(world.invoices()) == [world.number(new)]
    assert world.row(old).reasons[0]["code"] == "reversed"
    books(world, skipped=[old])


def test_an_old_order_is_taken_back_whatever_its_status_is_called(world: World) -> None:
    old = world.place(status="pending")
    world.sync()
    new = edited(world, old, 1)
    world.shop.update_order(old["entity_id"], status="replaced", state="new")
    world.sync()
    assert list(world.invoices()) == [world.number(new)]
