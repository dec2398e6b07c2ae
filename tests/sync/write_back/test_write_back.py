"""The shop is told once of what became of its orders, and nothing of it comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.lib import clock
from sync.flow import steps
from sync.flow.sweep import sweep
from sync.models import ShopWrite, TrackedOrder
from sync.outbox.shop_writes import try_again
from tests.sync.bell import Bell
from tests.sync.dispatch.test_two_workers import at_once
from tests.sync.world import World, books

COMMENTS = "/comments"


@pytest.fixture
def telling(world: World) -> World:
    """A store that wants comments, and a status for what is paid."""
    world.change_store(write_back={"comment": True})
    world.save_rules(statuses={"on_paid": "in_xero"})
    return world


def written(world: World) -> int:
    """How many writes the shop has received: a status takes two, as it has a comment."""
    return sum(not call.startswith("GET ") for call in world.shop.requests)


def said(world: World, order: dict[str, Any]) -> list[str]:
    """The comments of an order in the shop, oldest first."""
    histories = world.shop.order(order["entity_id"])["status_histories"]
    return [entry["comment"] for entry in reversed(histories) if entry["comment"]]


def states(**wanted: Any) -> list[tuple[str, str]]:
    rows = ShopWrite.objects.filter(**wanted).order_by("pk")
    return list(rows.values_list("what", "state"))


def unpaid(world: World, **wish: Any) -> dict[str, Any]:
    return world.place(status="pending", **wish)


def paid_by_a_person(world: World, order: dict[str, Any]) -> None:
    """Somebody records the payment in Xero, and the watch sees it."""
    number = world.number(order)
    due = str(world.invoices()[number]["AmountDue"])
    world.xero.person("pay", invoice=number, amount=due, account="090")
    world.time.forward(hours=1)
    steps.watch(world.organisation)


def test_what_was_paid_before_the_setting_was_made_gets_no_status(world: World) -> None:
    """Also where Xero's list tells of the payment only afterwards, and over later versions of the
    rules that have the setting."""
    by_us, by_person = world.place(), unpaid(world)
    world.sync()
    number = world.number(by_person)
    due = str(world.invoices()[number]["AmountDue"])
    world.xero.person("pay", invoice=number, amount=due, account="090")
    world.time.forward(minutes=5)
    world.save_rules(statuses={"on_paid": "in_xero"})
    world.time.forward(minutes=5)
    world.save_rules(statuses={"on_paid": "in_xero"}, posting={"due_days": 3})
    world.time.forward(hours=2)
    steps.watch(world.organisation)
    world.rebuild(by_us, by_person)
    world.work()
    world.write_back()
    assert (states(), written(world)) == ([], 0)

    later = unpaid(world)
    world.sync()
    paid_by_a_person(world, later)
    world.write_back()
    assert states() == [("status", "done")]
    assert world.shop.order(later["entity_id"])["status"] == "in_xero"
    assert world.shop.order(by_us["entity_id"])["status"] == "processing"


def test_a_paid_order_gets_a_comment_and_its_status_once(telling: World) -> None:
    world = telling
    order = world.place()
    world.sync()
    assert written(world) == 0
    world.write_back()
    world.organisation.refresh_from_db()
    link = world.organisation.invoice_link(world.posting(order).xero_id)
    number = world.number(order)
    assert said(world, order) == [f"Invoice {number} in Xero: {link}", f"Paid in Xero: {number}"]
    entries = world.shop.order(order["entity_id"])["status_histories"][:2]
    assert [entry["is_visible_on_front"] for entry in entries] == [0, 0]
    assert [entry["is_customer_notified"] for entry in entries] == [0, 0]
    assert world.shop.order(order["entity_id"])["status"] == "in_xero"
    assert written(world) == 3
    # What we wrote comes back as a change of the order, and causes nothing.
    books(world)
    world.write_back()
    assert world.row(order).shop_status == "in_xero"
    assert written(world) == 3
    assert states() == [("comment", "done"), ("status", "done")]


def test_without_the_settings_nothing_is_written(world: World) -> None:
    world.place()
    world.sync()
    world.write_back()
    assert written(world) == 0
    assert not ShopWrite.objects.exists()


def test_a_payment_that_a_person_records_in_xero_sets_the_status(telling: World) -> None:
    world = telling
    order = unpaid(world)
    world.sync()
    world.write_back()
    assert states() == [("comment", "done")]
    paid_by_a_person(world, order)
    steps.watch(world.organisation)
    world.write_back()
    assert world.shop.order(order["entity_id"])["status"] == "in_xero"
    assert states() == [("comment", "done"), ("status", "done")]
    assert written(world) == 3


def test_an_order_is_paid_when_all_that_was_invoiced_of_it_is(telling: World) -> None:
    world = telling
    order = world.place()
    world.part_paid(order, "5.00")
    world.sync()
    assert states() == [("comment", "pending")]
    paid_by_a_person(world, order)
    assert states() == [("comment", "pending"), ("status", "pending")]


def test_an_invoice_that_a_person_changed_and_paid_counts_once_it_is_accepted(
    telling: World,
) -> None:
    world = telling
    order = unpaid(world)
    world.sync()
    line = {"Description": "As agreed", "Quantity": 1, "UnitAmount": 11, "AccountCode": "200",
            "TaxType": "OUTPUT"}  # fmt: skip
    world.xero.person("edit_invoice", invoice=world.number(order), changes={"LineItems": [line]})
    paid_by_a_person(world, order)
    assert "changed_in_xero" in world.codes(order)
    assert states() == [("comment", "pending")]
    world.rebuild(order)
    world.work()
    assert states() == [("comment", "pending"), ("status", "pending")]


@pytest.mark.parametrize("verb", ["cancel", "hold"])
def test_an_order_that_was_stopped_in_the_shop_keeps_its_status(telling: World, verb: str) -> None:
    world = telling
    order = unpaid(world)
    world.sync()
    paid_by_a_person(world, order)
    getattr(world.shop, verb)(order["entity_id"])
    status = order["status"]
    world.write_back()
    assert world.shop.order(order["entity_id"])["status"] == status
    row = ShopWrite.objects.get(what="status")
    assert row.state == "dropped"
    assert row.reasons[0]["message"] == f"The order is {status} in the shop: its status stays."
    assert written(world) == 1, "the comment"


def test_a_status_that_the_order_has_already_is_not_written(telling: World) -> None:
    world = telling
    order = world.place()
    world.sync()
    world.shop.update_order(order["entity_id"], status="in_xero")
    world.write_back()
    assert states(what="status") == [("status", "done")]
    assert written(world) == 1, "the comment"


def test_a_status_that_staff_moved_on_from_is_not_set_a_second_time(telling: World) -> None:
    world = telling
    order = world.place()
    world.sync()
    world.write_back()
    world.shop.update_order(order["entity_id"], status="processing")
    # As a database knows it that was restored from a backup.
    ShopWrite.objects.update(state="pending")
    world.write_back()
    assert world.shop.order(order["entity_id"])["status"] == "processing"
    assert states() == [("comment", "done"), ("status", "done")]
    assert written(world) == 3


@pytest.mark.parametrize("kind", ["cut", "bad_gateway", "truncated"])
def test_a_write_whose_answer_is_lost_is_looked_up_before_it_is_sent_again(
    telling: World, kind: str
) -> None:
    world = telling
    order = world.place()
    world.sync()
    world.shop.fail(kind, match=COMMENTS)
    world.write_back()
    assert states() == [("comment", "unknown"), ("status", "pending")]
    world.time.forward(seconds=91)
    world.write_back()
    assert states() == [("comment", "done"), ("status", "done")]
    assert len(said(world, order)) == 2
    # The proxy's 502 had not carried the write to the shop; the others had.
    assert written(world) == {"cut": 3, "bad_gateway": 4, "truncated": 3}[kind]


@pytest.mark.parametrize(("kind", "step"), [("cut", 0), ("bad_gateway", 0), ("bad_gateway", 1)])
def test_a_status_whose_answer_is_lost_gets_its_comment_and_is_set_once(
    telling: World, kind: str, step: int
) -> None:
    """Lost is the answer to the status (0) or to the comment after it (1)."""
    world = telling
    world.change_store(write_back={"comment": False})
    order = world.place()
    world.sync()
    world.shop.fail(kind, match="/V1/orders", after=2 + step)
    world.write_back()
    assert states() == [("status", "unknown")]
    world.time.forward(seconds=91)
    world.write_back()
    assert states() == [("status", "done")]
    assert world.shop.order(order["entity_id"])["status"] == "in_xero"
    assert said(world, order) == [f"Paid in Xero: {world.number(order)}"]
    saved = [call for call in world.shop.requests if call == "POST /rest/all/V1/orders"]
    # The proxy's 502 had not carried the write to the shop.
    assert len(saved) == (2 if (kind, step) == ("bad_gateway", 0) else 1)


def test_a_shop_that_asks_to_wait_is_not_asked_before(telling: World) -> None:
    world = telling
    world.place()
    world.sync()
    world.shop.fail("throttled", match="/orders/", retry_after=600)
    asked = len(world.shop.requests)
    world.write_back()
    assert len(world.shop.requests) == asked + 1
    world.time.forward(seconds=590)
    world.write_back()
    assert len(world.shop.requests) == asked + 1
    assert set(ShopWrite.objects.values_list("state", "attempts")) == {("pending", 0)}
    world.time.forward(seconds=11)
    world.write_back()
    assert states() == [("comment", "done"), ("status", "done")]


def test_a_shop_that_stays_away_is_given_up_after_the_attempts_that_are_set(
    telling: World,
) -> None:
    world = telling
    world.change_store(write_back={"comment": False})
    order = world.place()
    world.sync()
    world.shop.fail("bad_gateway", match="/orders/", times=None)
    for _ in range(12):
        world.write_back()
        world.time.forward(hours=8)
    row = ShopWrite.objects.get()
    assert (row.state, row.attempts) == ("failed", 12)
    assert row.reasons[0]["code"] == "shop_not_reached"
    world.shop.faults.clear()
    world.write_back()
    assert world.shop.order(order["entity_id"])["status"] == "processing"
    assert try_again(ShopWrite.objects.all()) == 1
    world.write_back()
    assert states() == [("status", "done")]


def test_a_refused_status_waits_for_a_person_and_touches_nothing_else(telling: World) -> None:
    world = telling
    order = world.place()
    world.sync()
    # The comment takes a look and two calls, the status another look and a call before it.
    world.shop.fail("error", status=400, match="/V1/orders", after=5)
    world.write_back()
    row = ShopWrite.objects.get(what="status")
    assert row.state == "held"
    assert "refused the request (HTTP 400)" in row.reasons[0]["message"]
    assert world.shop.order(order["entity_id"])["status"] == "processing"
    assert states(what="comment") == [("comment", "done")]
    assert world.row(order).label == "posted"
    world.time.forward(hours=1)
    world.write_back()
    assert written(world) == 2, "the comment, and the one that was refused"
    books(world)
    assert try_again(ShopWrite.objects.all()) == 1
    world.write_back()
    assert world.shop.order(order["entity_id"])["status"] == "in_xero"


def test_without_the_right_to_write_everything_of_the_shop_waits(telling: World) -> None:
    world = telling
    for customer in (1, 2):
        world.place(customer=customer)
    world.sync()
    world.shop.fail("error", status=401, match=COMMENTS, times=None)
    world.write_back()
    assert set(ShopWrite.objects.values_list("state", flat=True)) == {"held"}
    assert {one["code"] for row in ShopWrite.objects.all() for one in row.reasons} == {
        "shop_not_writable"
    }
    assert written(world) == 1
    # One click, once the right was given, is enough for all.
    world.shop.faults.clear()
    assert try_again(ShopWrite.objects.filter(pk=ShopWrite.objects.earliest("pk").pk)) == 4
    world.write_back()
    assert set(ShopWrite.objects.values_list("state", flat=True)) == {"done"}


def test_a_store_that_is_switched_off_keeps_what_it_is_owed(telling: World) -> None:
    world = telling
    world.place()
    world.sync()
    world.change_store(enabled=False)
    world.write_back()
    assert states() == [("comment", "pending"), ("status", "pending")]
    assert written(world) == 0
    world.change_store(enabled=True)
    world.write_back()
    assert written(world) == 3


def test_nothing_is_told_of_what_was_taken_back_or_left_out(telling: World) -> None:
    world = telling
    undone, left_out = unpaid(world), world.place(customer=2)
    world.sync()
    world.shop.cancel(undone["entity_id"])
    world.sync()
    TrackedOrder.objects.filter(pk=world.row(left_out).pk).update(
        excluded_at=clock.now(), excluded_as="do_not_sync"
    )
    world.write_back()
    assert set(ShopWrite.objects.values_list("state", flat=True)) == {"dropped"}
    assert written(world) == 0


def test_a_killed_writer_and_a_lost_ring_are_found_by_the_sweep(telling: World, bell: Bell) -> None:
    world = telling
    order = world.place()
    world.sync()
    row = ShopWrite.objects.earliest("pk")
    assert row.claim("killed", timedelta(minutes=10))
    assert not row.claim("another", timedelta(minutes=10))
    bell.lose()
    sweep()
    bell.answer()
    assert states() == [("comment", "sending"), ("status", "done")]
    world.time.forward(minutes=11)
    bell.lose()
    sweep()
    bell.answer()
    assert states() == [("comment", "done"), ("status", "done")]
    assert not row.settle("killed", "pending")
    assert len(said(world, order)) == 2


def test_writers_at_once_write_each_thing_once(real_world: World) -> None:
    world = real_world
    world.change_store(write_back={"comment": True})
    world.save_rules(statuses={"on_paid": "in_xero"})
    orders = [world.place(customer=customer) for customer in range(1, 6)]
    world.sync()
    at_once(world.write_back, world.write_back, world.write_back)
    world.write_back()
    assert set(ShopWrite.objects.values_list("state", flat=True)) == {"done"}
    assert [len(said(world, order)) for order in orders] == [2] * 5
    assert written(world) >= 15, (
        "a comment whose status moved on meanwhile is refused, and made again"
    )


def test_a_status_that_no_rule_names_reverses_nothing(telling: World) -> None:
    """Neither the status nor its state is one that is invoiced: what is posted stays."""
    world = telling
    order = world.place()
    world.sync()
    world.write_back()
    world.save_rules(
        statuses={"on_paid": "in_xero", "invoice": ["pending"], "reverse": ["canceled"]}
    )
    world.rebuild(order)
    writes = world.writes()
    world.sync()
    assert (world.row(order).state, world.row(order).label) == ("ready", "posted")
    assert world.writes() == writes


def test_a_status_that_takes_sales_back_is_never_set(telling: World) -> None:
    world = telling
    world.save_rules(statuses={"on_paid": "in_xero", "reverse": ["canceled", "in_xero"]})
    order = world.place()
    world.sync()
    world.write_back()
    assert states(what="status") == [("status", "dropped")]
    assert world.shop.order(order["entity_id"])["status"] == "processing"


def test_the_orders_of_a_summary_are_told_its_number(telling: World) -> None:
    world = telling
    world.save_rules(statuses={"on_paid": "in_xero"}, posting={"mode": "daily_summary"})
    orders = [world.place(customer=customer) for customer in (1, 2)]
    world.sync()
    world.time.forward(days=1, hours=4)
    world.sync()
    (number,) = world.invoices()
    world.write_back()
    for order in orders:
        assert said(world, order)[-1] == f"Paid in Xero: {number}"
        assert world.shop.order(order["entity_id"])["status"] == "in_xero"
    assert written(world) == 6
