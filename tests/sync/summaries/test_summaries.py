"""Days of orders as summaries, in whole stories: what stands in Xero, for which orders.

The shop's prices include 10 % tax: a mug is 24.95 (tax 2.27), beans are 16.50 without tax,
postage is 9.95 (tax 0.90).
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from connector.lib import clock
from sync.flow import steps
from sync.models import Posting, PostingSource, SummaryPart, TrackedOrder
from sync.orders import undo
from sync.summaries import make
from sync.summaries.approve import approve_summaries, drafts_of
from tests.sync.dispatch.test_two_workers import at_once
from tests.sync.reconcile.test_reconcile import reconcile, sums, told
from tests.sync.standing import again, credit_note, invoice, lines, stands
from tests.sync.world import Time, World, at_rest

FIRST_DAY = datetime(2027, 3, 10, 1, tzinfo=UTC)  # noon in Sydney
DAY = "S1-D20270310-AUD"
NEXT = "S1-D20270311-AUD"
TWO_MUGS_AND_BEANS = [("MUG-STN", 2), ("BEANS-250", 1)]
# 34.90 and 76.35
SOLD = [
    f"invoice {DAY} PAID 2027-03-10 111.25 tax 8.61 due 0.00",
    f"payment {DAY} 970 2027-03-10 111.25",
]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The clock of these tests starts on a known day."""
    moved = Time(monkeypatch)
    moved.offset = (FIRST_DAY - clock.now()).total_seconds()
    return moved


@pytest.fixture
def daily(world: World) -> World:
    mode(world, "daily_summary")
    return world


def mode(world: World, mode: str, **posting: Any) -> None:
    world.save_rules(posting={"mode": mode, **posting})


def two(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """A day's two orders."""
    return world.place(), world.place(items=TWO_MUGS_AND_BEANS)


def next_day(world: World) -> None:
    world.time.forward(days=1)
    world.work()


def labels(world: World, *orders: dict[str, Any]) -> list[str]:
    return [str(world.row(order).label) for order in orders]


def reconciled() -> tuple[list[Any], list[Any]]:
    """What reconciling finds missing in Xero, and what there belongs to nobody."""
    _, answer = reconcile("--store", "au")
    return answer["missing"], answer["extra"]


def to(world: World, document: dict[str, Any]) -> str:
    """The name of the contact that a document is to."""
    names = {one["ContactID"]: one["Name"] for one in world.contacts()}
    return str(names[document["Contact"]["ContactID"]])


def behind(number: str) -> list[tuple[str, str]]:
    """The orders behind a document and what each brings to it."""
    sources = PostingSource.objects.filter(posting__key=number).order_by("order__number")
    return [(s.order.number, f"{s.amount_units / 10_000:.2f}") for s in sources]


def test_a_day_of_orders_is_one_invoice_with_one_payment_and_refunds_one_credit_note(
    daily: World,
) -> None:
    world = daily
    orders = two(world)
    open_order = world.place(status="pending")
    world.sync()
    assert stands(world) == ["invoice S1-000000003 AUTHORISED 2027-03-10 34.90 tax 3.17 due 34.90"]
    assert labels(world, *orders, open_order) == ["working", "working", "posted"]
    assert reconciled() == ([], []), "waiting for the summary is not missing"
    said = io.StringIO()
    call_command("sync", "--store", "au", "--wait", stdout=said)  # and exits with 0
    assert said.getvalue() == (
        "posted 0, held 0, dead 0, waiting 0, calls 0\n2 orders wait for the summary of the day\n"
    )
    unpaid = stands(world)
    world.time.forward(hours=15)  # 3:00 of the next day has come
    world.work()
    assert stands(world) == sorted([*SOLD, *unpaid])
    assert lines(invoice(world, DAY)) == [
        "200 EXEMPTOUTPUT 16.50 0.00", "200 OUTPUT 74.85 6.81", "202 OUTPUT 19.90 1.80",
    ]  # fmt: skip
    assert to(world, invoice(world, DAY)) == "Web sales"
    assert behind(DAY) == [("000000001", "34.90"), ("000000002", "76.35")]
    assert behind(f"{DAY}-P1") == behind(DAY)
    assert labels(world, *orders) == ["posted", "posted"]
    assert reconciled() == ([], [])
    again(world)

    world.shop.refund(orders[0]["entity_id"], items={"MUG-STN": 1}, shipping=Decimal(0))
    world.shop.refund(orders[1]["entity_id"], items={"MUG-STN": 1}, shipping=Decimal(0))
    world.sync()
    assert stands(world) == sorted([*SOLD, *unpaid]), "a refund waits for its day's end"
    assert labels(world, *orders) == ["working", "working"]
    next_day(world)
    note = f"{NEXT}-R"
    assert stands(world) == sorted([
        *SOLD, *unpaid,
        f"credit note {note} PAID 2027-03-11 49.90 tax 4.54 left 0.00",
        f"refund {note} 970 2027-03-11 49.90",
    ])  # fmt: skip
    assert lines(credit_note(world, note)) == ["200 OUTPUT 49.90 4.54"]
    assert to(world, credit_note(world, note)) == "Web sales"
    assert behind(note) == [("000000001", "24.95"), ("000000002", "24.95")]
    assert labels(world, *orders) == ["posted", "posted"]
    again(world)


def test_late_orders_make_a_supplementary_document_and_the_posted_one_is_not_touched(
    daily: World,
) -> None:
    world = daily
    two(world)
    placed = world.shop.now()
    world.sync()
    next_day(world)
    touched = invoice(world, DAY)["UpdatedDateUTC"]
    late = world.place(created_at=placed)
    world.sync()
    assert stands(world) == sorted([
        *SOLD,
        f"invoice {DAY}-2 PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        f"payment {DAY}-2 970 2027-03-11 34.90",  # when the shop received it
    ])  # fmt: skip
    assert invoice(world, DAY)["UpdatedDateUTC"] == touched
    assert behind(f"{DAY}-2") == [("000000003", "34.90")]
    assert labels(world, late) == ["posted"]
    again(world)


def test_an_order_changed_or_cancelled_afterwards_has_a_difference_of_its_own(
    daily: World,
) -> None:
    world = daily
    first, second = two(world)
    world.sync()
    next_day(world)
    world.shop.edit(first["entity_id"], [("MUG-STN", 2)])
    world.shop.update_order(second["entity_id"], state="canceled", status="canceled")
    world.sync()
    assert stands(world) == sorted([
        *SOLD,
        "invoice S1-000000001-E1 AUTHORISED 2027-03-11 24.95 tax 2.27 due 24.95",
        "credit note S1-000000002-C AUTHORISED 2027-03-11 76.35 tax 5.44 left 76.35",
    ])  # fmt: skip
    assert to(world, invoice(world, "S1-000000001-E1")) == "Web sales"
    assert to(world, credit_note(world, "S1-000000002-C")) == "Web sales"
    again(world)


def test_what_changes_before_the_summary_is_made_is_simply_in_it(daily: World) -> None:
    world = daily
    first, second = two(world)
    third = world.place()
    world.sync()
    world.shop.edit(first["entity_id"], [("MUG-STN", 2)])
    world.shop.update_order(
        first["entity_id"], total_paid=59.85, base_total_paid=59.85, total_due=0, base_total_due=0
    )
    first["payment"].update(amount_paid=59.85, base_amount_paid=59.85)
    world.shop.update_order(
        second["entity_id"], state="canceled", status="canceled", total_paid=0, base_total_paid=0
    )
    world.sync()
    next_day(world)
    assert stands(world) == sorted([
        f"invoice {DAY} PAID 2027-03-10 94.75 tax 8.61 due 0.00",
        f"payment {DAY} 970 2027-03-10 94.75",
    ])  # fmt: skip
    assert labels(world, first, second, third) == ["posted", "skipped", "posted"]
    again(world)


def test_switching_the_mode_accounts_for_every_order_once_in_both_directions(
    world: World,
) -> None:
    alone = world.place()
    world.sync()
    mode(world, "daily_summary")
    summarised = world.place(items=TWO_MUGS_AND_BEANS)
    world.sync()
    next_day(world)
    by_itself = [
        "invoice S1-000000001 PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        "payment S1-000000001 970 2027-03-10 34.90",
    ]
    in_summary = [
        f"invoice {DAY} PAID 2027-03-10 76.35 tax 5.44 due 0.00",
        f"payment {DAY} 970 2027-03-10 76.35",
    ]
    assert stands(world) == sorted([*by_itself, *in_summary])
    again(world)
    waiting = world.place()
    world.sync()
    assert stands(world) == sorted([*by_itself, *in_summary])
    mode(world, "per_order")
    world.work()
    after = [
        "invoice S1-000000003 PAID 2027-03-11 34.90 tax 3.17 due 0.00",
        "payment S1-000000003 970 2027-03-11 34.90",
    ]
    assert stands(world) == sorted([*by_itself, *in_summary, *after])
    assert not SummaryPart.objects.waiting().exists()
    assert labels(world, alone, summarised, waiting) == ["posted"] * 3
    again(world)
    # A refund of an order in a summary is by itself now, to the summary's contact.
    world.shop.refund(summarised["entity_id"], items={"MUG-STN": 1}, shipping=Decimal(0))
    world.sync()
    note = "S1-000000002-R1"
    assert f"refund {note} 970 2027-03-11 24.95" in stands(world)
    assert to(world, credit_note(world, note)) == "Web sales"
    again(world)


def test_a_refused_summary_shows_on_all_its_orders_and_is_made_anew_once_cured(
    daily: World,
) -> None:
    world = daily
    orders = two(world)
    world.sync()
    world.xero.person("archive_account", account="200")
    next_day(world)
    assert stands(world) == []
    assert labels(world, *orders) == ["dead", "dead"]
    assert SummaryPart.objects.waiting().count() == 0
    again(world)
    late = world.place(created_at=FIRST_DAY)
    world.xero.person("restore_account", account="200")
    world.time.forward(hours=7)
    steps.refresh(world.organisation)
    world.rebuild(orders[0])
    world.sync()
    assert stands(world) == sorted([
        f"invoice {DAY} PAID 2027-03-10 146.15 tax 11.78 due 0.00",
        f"payment {DAY} 970 2027-03-10 111.25",
        f"payment {DAY} 970 2027-03-11 34.90",
    ])  # fmt: skip
    assert labels(world, *orders, late) == ["posted"] * 3
    again(world)


def test_where_xero_takes_no_stated_tax_rounding_is_a_line(daily: World) -> None:
    world = daily
    orders = [world.place() for _ in range(4)]
    world.sync()
    world.xero.faults({"kind": "reject_tax_override", "match": {"method": "PUT", "count": 0}})
    next_day(world)
    (found,) = world.invoices().values()
    assert world.calls()["PUT Invoices"] == 2
    assert lines(found)[-1] == "860 BASEXCLUDED -0.01 0.00"
    assert found["Total"] == sum(Decimal(str(one["grand_total"])) for one in orders)
    assert labels(world, *orders) == ["posted"] * 4
    at_rest()


@pytest.mark.parametrize("kind", ["Invoices", "Payments"])
def test_an_answer_that_is_lost_after_the_commit_makes_no_second_summary(
    daily: World, kind: str
) -> None:
    world = daily
    orders = two(world)
    world.sync()
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": f"/{kind}$"}})
    next_day(world)
    assert stands(world) == SOLD
    assert labels(world, *orders) == ["posted", "posted"]
    again(world)


def test_a_summary_that_a_person_voided_is_made_anew_for_a_person_only(daily: World) -> None:
    world = daily
    orders = two(world)
    world.sync()
    next_day(world)
    for payment in world.payments():
        world.xero.person("delete_payment", payment=payment["PaymentID"])
    world.xero.person("void", invoice=DAY)
    gone = [f"invoice {DAY} VOIDED 2027-03-10 111.25 tax 8.61 due 0.00"]
    world.time.forward(hours=2)
    steps.watch(world.organisation)
    world.work()
    assert labels(world, *orders) == ["held", "held"]
    again(world)
    assert stands(world) == gone
    world.rebuild(orders[0])
    world.work()
    assert stands(world) == sorted([
        *gone,
        f"invoice {DAY}-2 PAID 2027-03-10 111.25 tax 8.61 due 0.00",
        f"payment {DAY}-2 970 2027-03-10 111.25",
    ])  # fmt: skip
    assert labels(world, *orders) == ["posted", "posted"]
    again(world)


def test_a_draft_summary_is_paid_once_it_is_approved(world: World) -> None:
    mode(world, "daily_summary", status="DRAFT")
    orders = two(world)
    world.sync()
    next_day(world)
    assert stands(world) == [f"invoice {DAY} DRAFT 2027-03-10 111.25 tax 8.61 due 111.25"]
    assert Posting.objects.filter(kind="payment").count() == 0
    assert labels(world, *orders) == ["draft", "draft"]
    again(world)
    world.xero.person("approve", invoice=DAY)
    world.time.forward(hours=2)
    steps.watch(world.organisation)
    world.work()
    assert stands(world) == SOLD
    assert labels(world, *orders) == ["posted", "posted"]
    again(world)


def test_a_draft_summary_is_approved_here_with_any_of_its_orders(world: World) -> None:
    mode(world, "daily_summary", status="DRAFT")
    first, second = two(world)
    world.sync()
    next_day(world)
    ana = get_user_model().objects.create_user("ana")
    chosen = TrackedOrder.objects.filter(pk=world.row(first).pk)
    assert [one.key for one in approve_summaries(drafts_of(chosen), ana)] == [DAY]
    approve_summaries(drafts_of(chosen), ana)  # twice is once
    assert labels(world, first, second) == ["working", "working"]
    world.work()
    assert stands(world) == SOLD
    assert labels(world, first, second) == ["posted", "posted"]
    assert world.codes(second) == []
    assert world.calls()["POST Invoices"] == 1
    assert approve_summaries(drafts_of(chosen), ana) == [], "it is no draft any more"
    again(world)


def test_a_draft_summary_that_a_person_deleted_is_not_approved_and_its_orders_say_so(
    world: World,
) -> None:
    mode(world, "daily_summary", status="DRAFT")
    orders = two(world)
    world.sync()
    next_day(world)
    world.xero.person("delete_invoice", invoice=DAY)
    approve_summaries(drafts_of(TrackedOrder.objects.all()), None)
    world.work()
    assert stands(world) == [f"invoice {DAY} DELETED 2027-03-10 111.25 tax 8.61 due 0.00"]
    assert labels(world, *orders) == ["held", "held"]
    assert "voided_in_xero" in [reason["code"] for reason in world.row(orders[0]).reasons]
    assert world.calls()["POST Invoices"] == 0


def test_undoing_one_order_credits_its_part_and_leaves_the_summary(daily: World) -> None:
    world = daily
    first, second = two(world)
    world.sync()
    next_day(world)
    world.shop.refund(second["entity_id"], items={"MUG-STN": 1}, shipping=Decimal(0))
    world.sync()
    next_day(world)
    plan = undo.plan(undo.of_numbers(world.store, [second["increment_id"]]))
    assert [step.text for step in plan.steps] == [
        f"A credit note over 51.40, dated today, for its part of {DAY}; the same is paid back from "
        f"the account it was paid into. {DAY} itself stays: it is of other orders too."
    ]
    assert (plan.cannot, plan.notes) == ((), ())
    before = stands(world)
    undo.undo(undo.of_numbers(world.store, [second["increment_id"]]), None, "test")
    world.work()
    assert stands(world) == sorted([
        *before,
        "credit note S1-000000002-C PAID 2027-03-12 51.40 tax 3.17 left 0.00",
        "refund S1-000000002-C 970 2027-03-12 51.40",
    ])  # fmt: skip
    assert labels(world, first, second) == ["posted", "skipped"]
    again(world)


def test_undoing_a_day_takes_all_orders_of_its_summary_and_what_still_waits(daily: World) -> None:
    world = daily
    orders = two(world)
    world.sync()
    next_day(world)
    late = world.place()
    world.sync()
    day, today = date(2027, 3, 10), date(2027, 3, 11)
    assert undo.plan(undo.of_day(world.store, today)).steps[0].way == "withdraw"
    chosen = undo.of_day(world.store, day)
    assert {row.number for row in chosen} == {one["increment_id"] for one in orders}
    assert undo.undo(chosen, None, "test") == 2
    assert undo.undo(undo.of_day(world.store, today), None, "test") == 1
    world.work()
    next_day(world)
    assert stands(world) == sorted([
        *SOLD,
        "credit note S1-000000001-C PAID 2027-03-11 34.90 tax 3.17 left 0.00",
        "credit note S1-000000002-C PAID 2027-03-11 76.35 tax 5.44 left 0.00",
        "refund S1-000000001-C 970 2027-03-11 34.90",
        "refund S1-000000002-C 970 2027-03-11 76.35",
    ])  # fmt: skip
    assert labels(world, *orders, late) == ["skipped"] * 3
    assert not SummaryPart.objects.waiting().exists()
    again(world)


def test_reconciling_compares_each_order_with_its_part_and_the_summary_with_all(
    daily: World,
) -> None:
    world = daily
    first, second = two(world)
    world.sync()
    next_day(world)
    world.shop.refund(second["entity_id"], items={"MUG-STN": 1}, shipping=Decimal(0))
    world.sync()
    next_day(world)
    code, answer = reconcile("--store", "au")
    # the invoice, its payment, the credit note and its refund
    assert (code, answer["orders"], answer["documents"]) == (0, 2, 4)
    assert sums("sale") == [("EXEMPTOUTPUT", *["16.50"] * 3), ("OUTPUT", *["94.75"] * 3)]
    assert sums("credit") == [("OUTPUT", *["24.95"] * 3)]
    assert sums("payment") == [("970", *["111.25"] * 3)]
    assert sums("refund") == [("970", *["24.95"] * 3)]
    # what the shop says of one order moves, and nobody looked at it
    row = world.row(first)
    TrackedOrder.objects.filter(pk=row.pk).update(invoiced_units=359_000)
    _, answer = reconcile("--store", "au")
    assert told(answer) == {
        (first["increment_id"], "total", "35.90", "34.90", "changed_in_shop", "store")
    }
    TrackedOrder.objects.filter(pk=row.pk).update(invoiced_units=row.invoiced_units)
    # what Xero has moves: of the summary, with the names of its orders
    world.xero.person("delete_payment", invoice=DAY)
    _, answer = reconcile("--store", "au")
    assert told(answer) == {
        (DAY, "amount_due", "0.00", "111.25", "payment_removed_in_xero", "xero")
    }
    numbers = [first["increment_id"], second["increment_id"]]
    assert answer["differences"][0]["orders"] == numbers
    world.xero.person("void", invoice=DAY)
    _, answer = reconcile("--store", "au")
    assert (DAY, "status", "PAID", "VOIDED", "voided_in_xero", "xero") in told(answer)


def test_two_workers_make_one_summary(real_world: World) -> None:
    world = real_world
    mode(world, "daily_summary")
    orders = two(world)
    world.sync()
    world.time.forward(days=1)
    store = world.fresh(world.store)
    made = at_once(*[lambda: make.summarise(store)] * 4)
    assert sum(made) == 1
    world.work()
    assert stands(world) == SOLD
    assert Posting.objects.filter(source_kind="summary").count() == 2
    assert labels(world, *orders) == ["posted", "posted"]
    again(world)
