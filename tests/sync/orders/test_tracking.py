"""Tracking options that Xero lacks: made there once, before the invoice that names them."""

from __future__ import annotations

from typing import Any

from sync.models import Posting
from tests.sync.world import World, books

OPTIONS = "PUT /TrackingCategories/{id}/Options"


def options(world: World, name: str) -> list[str]:
    categories = world.xero.ledger(world.organisation.tenant_id)["TrackingCategories"]
    return [one["Name"] for c in categories if c["Name"] == name for one in c["Options"]]


def tracked(world: World, order: dict[str, Any]) -> set[tuple[str, str]]:
    lines = world.invoices()[world.number(order)]["LineItems"]
    return {(one["Name"], one["Option"]) for line in lines for one in line["Tracking"]}


def creations(world: World) -> int:
    return sum(
        count
        for call, count in world.calls().items()
        if call.startswith("PUT") and "TrackingCategories" in call
    )


def test_a_lacking_option_is_created_once_and_posted_under(world: World) -> None:
    world.save_rules(tracking={"region": "East", "Channel": "web"})
    first, second = world.place(customer=1), world.place(customer=2)
    world.sync()
    # The category and the other option are there, and are named as Xero writes them.
    assert tracked(world, first) == {("Region", "East"), ("Channel", "Web")}
    assert tracked(world, second) == tracked(world, first)
    assert options(world, "Region").count("East") == 1
    assert creations(world) == 1
    books(world)
    third = world.place(customer=1)
    world.sync()
    assert tracked(world, third) == tracked(world, first)
    assert creations(world) == 1


def test_an_option_whose_answer_is_lost_is_found(world: World) -> None:
    world.save_rules(tracking={"Region": "East"})
    order = world.place(customer=1)
    fault = {"kind": "lose_answer", "match": {"method": "PUT", "path": "/Options"}}
    world.xero.faults(fault)
    world.sync()
    assert tracked(world, order) == {("Region", "East")}
    assert options(world, "Region").count("East") == 1
    assert creations(world) == 1
    books(world)


def test_while_xero_is_away_the_order_waits_and_is_posted_later(world: World) -> None:
    world.save_rules(tracking={"Region": "East"})
    order = world.place(customer=1)
    world.xero.faults({"kind": "maintenance", "match": {"method": "PUT", "path": "/Options"}})
    world.pull()
    world.build()
    assert world.codes(order) == ["tracking_waits"]
    assert not Posting.objects.filter(kind="invoice").exists()
    world.work()
    assert tracked(world, order) == {("Region", "East")}
    books(world)


def test_a_third_category_is_refused_by_xero_and_holds_only_its_orders(world: World) -> None:
    world.save_rules(
        rules=[{"when": {"total_over": 0, "coupon": "STAFF"}, "tracking": {"Store": "Staff"}}]
    )
    plain, staff = world.place(customer=1), world.place(customer=1)
    world.shop.update_order(staff["entity_id"], coupon_code="STAFF")
    world.sync()
    assert world.codes(staff) == ["tracking_unknown"]
    (reason,) = world.row(staff).reasons
    assert "it has Channel and Region, and no more than 2 categories" in reason["message"]
    assert creations(world) == 0
    assert world.number(staff) not in world.invoices()
    assert tracked(world, plain) == set()
    books(world, held=[staff])
