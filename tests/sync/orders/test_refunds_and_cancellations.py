"""What happens to the books when an order is refunded, cancelled or edited: rule by rule.

Each test is one row of the rules: what the shop did, what must then stand in Xero to the cent,
and that running everything again writes nothing. The shop's prices include 10 % tax: a mug is
24.95 (tax 2.27), beans are 16.50 without tax, postage is 9.95 (tax 0.90).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from connector.lib import clock
from sync.flow import steps
from sync.models import TrackedOrder
from sync.orders import actions
from tests.sync.standing import again, credit_note, invoice, ledger, lines, stands
from tests.sync.world import RULES, Time, World

FIRST_DAY = datetime(2027, 3, 10, 1, tzinfo=UTC)  # noon in Sydney
S1 = "S1-000000001"
MUG = {"MUG-STN": 1}
TWO_MUGS_AND_BEANS = [("MUG-STN", 2), ("BEANS-250", 1)]
SOLD = [
    f"invoice {S1} PAID 2027-03-10 76.35 tax 5.44 due 0.00",
    f"payment {S1} 970 2027-03-10 76.35",
]
ONE_MUG_SOLD = [
    f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00",
    f"payment {S1} 970 2027-03-10 34.90",
]
ONE_MUG_UNPAID = [f"invoice {S1} AUTHORISED 2027-03-10 34.90 tax 3.17 due 34.90"]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The clock of these tests starts on a known day, so that months and dates are known."""
    moved = Time(monkeypatch)
    moved.offset = (FIRST_DAY - clock.now()).total_seconds()
    return moved


def paid(world: World, **wish: Any) -> dict[str, Any]:
    """A paid order of two mugs and beans, posted."""
    order = world.place(**{"items": TWO_MUGS_AND_BEANS, **wish})
    world.sync()
    return order


def unpaid(world: World, **wish: Any) -> dict[str, Any]:
    """An order of one mug that nobody has paid, posted."""
    order = world.place(status="pending", **wish)
    world.sync()
    return order


def later(world: World, **parts: float) -> None:
    world.time.forward(**(parts or {"days": 1}))


def refund(world: World, order: dict[str, Any], **wish: Any) -> dict[str, Any]:
    """The shop gives money back a day later; amounts are texts."""
    later(world)
    amounts = {name: Decimal(value) for name, value in wish.items() if name != "items"}
    items = {"items": wish["items"]} if "items" in wish else {}
    return world.shop.refund(order["entity_id"], **items, **amounts)


def cancel(world: World, order: dict[str, Any], **changes: Any) -> None:
    """The shop cancels the order a day later, whatever was paid."""
    later(world)
    changes = {"state": "canceled", "status": "canceled", **changes}
    world.shop.update_order(order["entity_id"], **changes)
    world.sync()


def edit(world: World, order: dict[str, Any], items: list[tuple[str, int]], **extra: Any) -> None:
    """The shop changes what an order holds, a day later; nothing else about it changes."""
    later(world)
    world.shop.edit(order["entity_id"], items)
    world.shop.update_order(order["entity_id"], **extra)
    world.sync()


def label(world: World, order: dict[str, Any]) -> str:
    return str(world.row(order).label)


def learn(world: World) -> None:
    """What a person changed in the organisation is read at the next refresh."""
    later(world, hours=7)
    steps.refresh(world.organisation)
    world.organisation.refresh_from_db()


# --- refunds ----------------------------------------------------------------------------------


def test_each_of_many_refunds_is_a_credit_note_of_its_own_and_the_invoice_stays(
    world: World,
) -> None:
    order = paid(world)
    touched = invoice(world, S1)["UpdatedDateUTC"]
    refund(world, order, items=MUG)
    world.sync()
    refund(world, order, items={}, shipping="9.05")
    world.sync()
    refund(world, order)
    world.sync()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
        f"credit note {S1}-R2 PAID 2027-03-12 9.95 tax 0.90 left 0.00",
        f"refund {S1}-R2 970 2027-03-12 9.95",
        f"credit note {S1}-R3 PAID 2027-03-13 41.45 tax 2.27 left 0.00",
        f"refund {S1}-R3 970 2027-03-13 41.45",
    ])  # fmt: skip
    assert lines(credit_note(world, f"{S1}-R1")) == ["200 OUTPUT 24.95 2.27"]
    assert lines(credit_note(world, f"{S1}-R2")) == ["202 OUTPUT 9.95 0.90"]
    assert lines(credit_note(world, f"{S1}-R3")) == [
        "200 EXEMPTOUTPUT 16.50 0.00", "200 OUTPUT 24.95 2.27",
    ]  # fmt: skip
    note, sale = credit_note(world, f"{S1}-R1"), invoice(world, S1)
    assert (note["Type"], note["LineAmountTypes"]) == ("ACCRECCREDIT", sale["LineAmountTypes"])
    assert note["Contact"] == sale["Contact"]
    assert sale["UpdatedDateUTC"] == touched, "the refund touched the invoice"
    assert label(world, order) == "posted"
    again(world)


def test_first_seen_when_paid_and_refunded_both_are_posted_each_on_its_date(world: World) -> None:
    order = world.place(items=TWO_MUGS_AND_BEANS)
    refund(world, order, items=MUG)
    refund(world, order)
    assert order["state"] == "closed"
    later(world)
    world.sync()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
        f"credit note {S1}-R2 PAID 2027-03-12 51.40 tax 3.17 left 0.00",
        f"refund {S1}-R2 970 2027-03-12 51.40",
    ])  # fmt: skip
    again(world)


def test_a_refund_before_the_payment_lets_the_payment_go_first(world: World) -> None:
    """Paid and refunded between two reads, and Xero is closed when the payment is sent."""
    order = unpaid(world)
    later(world)
    world.shop.pay(order["entity_id"])
    refund(world, order, items=MUG)
    fault = {"kind": "maintenance", "match": {"method": "PUT", "path": "/Payments$", "count": 1}}
    world.xero.faults(fault)
    world.sync()
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        f"payment {S1} 970 2027-03-11 34.90",
        f"credit note {S1}-R1 PAID 2027-03-12 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-12 24.95",
    ])  # fmt: skip
    again(world)


def test_what_was_given_back_of_a_partly_paid_order_goes_back_through_its_tender(
    world: World,
) -> None:
    """And what is due stays due, as the shop says."""
    order = world.place(items=TWO_MUGS_AND_BEANS)
    world.part_paid(order, "50.00")
    world.sync()
    refund(world, order, items={"MUG-STN": 2})
    world.sync()
    assert stands(world) == sorted([
        f"invoice {S1} AUTHORISED 2027-03-10 76.35 tax 5.44 due 26.35",
        f"payment {S1} 970 2027-03-10 50.00",
        f"credit note {S1}-R1 PAID 2027-03-11 49.90 tax 4.54 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 49.90",
    ])  # fmt: skip
    again(world)


def test_a_partly_paid_order_that_is_refunded_and_paid_later_is_paid_in_full(world: World) -> None:
    order = world.place(items=TWO_MUGS_AND_BEANS)
    world.part_paid(order, "50.00")
    world.sync()
    refund(world, order, items=MUG)
    world.sync()
    world.part_paid(order, "76.35")
    later(world)
    world.sync()
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 76.35 tax 5.44 due 0.00",
        f"payment {S1} 970 2027-03-10 26.35",
        f"payment {S1} 970 2027-03-10 50.00",
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)


def unmapped(world: World) -> dict[str, Any]:
    """A paid order in Xero whose payment waits for its method to be mapped."""
    rules = {**RULES, "payment_accounts": {"stripe_payments": "090"}}
    save_rules(world.store, StoreRules.model_validate(rules))
    return paid(world)


def choose(world: World, order: dict[str, Any], **sections: Any) -> None:
    """The shop owner maps all methods a day later, and chooses what else is said."""
    later(world)
    world.save_rules(**sections)
    world.rebuild(order)
    world.work()


NOT_PAID = ["invoice S1-000000001 AUTHORISED 2027-03-10 76.35 tax 5.44 due 76.35"]


def test_a_refund_waits_with_its_credit_note_for_the_payment_that_waits(world: World) -> None:
    order = unmapped(world)
    refund(world, order, items=MUG)
    world.sync()
    assert stands(world) == NOT_PAID
    assert set(world.codes(order)) == {"payment_method_unmapped", "refund_waits_for_payment"}
    assert label(world, order) == "held"
    again(world)
    choose(world, order)
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    assert label(world, order) == "posted"
    again(world)


@pytest.mark.parametrize("returned", [True, False])
def test_a_cancellation_waits_for_the_payment_that_waits(world: World, returned: bool) -> None:
    order = unmapped(world)
    cancel(world, order)
    assert stands(world) == NOT_PAID
    assert set(world.codes(order)) >= {"payment_method_unmapped", "refund_waits_for_payment"}
    again(world)
    choose(world, order, **({"statuses": {"refunded": ["canceled"]}} if returned else {}))
    note = f"credit note {S1}-C {'PAID' if returned else 'AUTHORISED'} 2027-03-12 76.35 tax 5.44"
    back = [f"refund {S1}-C 970 2027-03-12 76.35"] if returned else []
    left = "0.00" if returned else "76.35"
    assert stands(world) == sorted([*SOLD, f"{note} left {left}", *back])
    again(world)


def test_what_a_person_undoes_waits_for_no_payment(world: World) -> None:
    order = unmapped(world)
    person, _ = get_user_model().objects.get_or_create(username="ana")
    actions.undo(TrackedOrder.objects.filter(pk=world.row(order).pk), person, "a mistake")
    world.work()
    assert stands(world) == [f"invoice {S1} VOIDED 2027-03-10 76.35 tax 5.44 due 0.00"]
    again(world)


def test_a_payment_on_a_locked_day_makes_its_refund_wait(world: World) -> None:
    order = unpaid(world, items=TWO_MUGS_AND_BEANS)
    world.shop.pay(order["entity_id"])
    world.xero.person("lock", period="2027-03-10")
    learn(world)
    refund(world, order, items=MUG)
    world.sync()
    assert stands(world) == NOT_PAID
    world.xero.person("lock", period=None)
    learn(world)
    world.sync()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)


@pytest.mark.parametrize(
    ("tax", "kept", "tax_in_all"),
    [
        # 4.00 split by 24.95 of taxed and 16.50 of untaxed goods, the tax inside it
        ("as_goods", ["203 EXEMPTOUTPUT -1.59 0.00", "203 OUTPUT -2.41 -0.22"], "2.05"),
        ("none", ["203 BASEXCLUDED -4.00 0.00"], "2.27"),
    ],
)
def test_a_fee_that_the_shop_keeps_reduces_the_credit_note(
    world: World, tax: str, kept: list[str], tax_in_all: str
) -> None:
    world.save_rules(accounts={"refund_adjustments": "203"}, refunds={"adjustment_tax": tax})
    order = paid(world)
    refund(world, order, items={"MUG-STN": 1, "BEANS-250": 1}, adjustment_negative="4.00")
    world.sync()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 37.45 tax {tax_in_all} left 0.00",
        f"refund {S1}-R1 970 2027-03-11 37.45",
    ])  # fmt: skip
    goods = ["200 EXEMPTOUTPUT 16.50 0.00", "200 OUTPUT 24.95 2.27"]
    assert lines(credit_note(world, f"{S1}-R1")) == sorted([*goods, *kept])
    call_command("reconcile", "--store", "au")  # and both sides agree, or it would end with 1
    again(world)


@pytest.mark.parametrize(
    ("tax", "given", "tax_in_all"),
    [
        # 10.00 split by the order's goods: 49.90 taxed, 16.50 untaxed
        ("as_goods", ["203 EXEMPTOUTPUT 2.48 0.00", "203 OUTPUT 7.52 0.68"], "0.68"),
        ("none", ["203 BASEXCLUDED 10.00 0.00"], "0.00"),
    ],
)
def test_goodwill_without_goods_carries_the_tax_of_the_order(
    world: World, tax: str, given: list[str], tax_in_all: str
) -> None:
    world.save_rules(accounts={"refund_adjustments": "203"}, refunds={"adjustment_tax": tax})
    order = paid(world, shipping="free")
    refund(world, order, items={}, adjustment_positive="10.00")
    world.sync()
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 66.40 tax 4.54 due 0.00",
        f"payment {S1} 970 2027-03-10 66.40",
        f"credit note {S1}-R1 PAID 2027-03-11 10.00 tax {tax_in_all} left 0.00",
        f"refund {S1}-R1 970 2027-03-11 10.00",
    ])  # fmt: skip
    assert lines(credit_note(world, f"{S1}-R1")) == given
    again(world)


def test_where_header_and_lines_disagree_the_header_rules_rounded_to_cents(world: World) -> None:
    """A coupon shared with postage: the shop's memo says 20.9084, its line 20.77."""
    order = world.place(items=[("MUG-STN", 2), ("TEA-POT", 1)], coupon="SORRY25")
    world.sync()
    memo = refund(world, order, items=MUG)
    assert memo["grand_total"] == 20.9084
    world.sync()
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 123.85 tax 11.26 due 0.00",
        f"payment {S1} 970 2027-03-10 123.85",
        f"credit note {S1}-R1 PAID 2027-03-11 20.91 tax 1.89 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 20.91",
    ])  # fmt: skip
    assert lines(credit_note(world, f"{S1}-R1")) == ["200 OUTPUT 20.91 1.89"]
    again(world)


def test_more_credit_than_the_invoice_is_held_and_nothing_is_written(world: World) -> None:
    world.save_rules(accounts={"refund_adjustments": "203"})
    order = paid(world)
    refund(world, order, items=MUG)
    world.sync()
    memo = refund(world, order, items=MUG)
    for prefix in ("", "base_"):
        memo.update({
            f"{prefix}grand_total": 51.41, f"{prefix}adjustment": 26.46,
            f"{prefix}adjustment_positive": 26.46,
        })  # fmt: skip
        order[f"{prefix}total_refunded"] = 76.36
    world.shop.update_order(order["entity_id"])
    writes = world.writes()
    world.sync()
    assert label(world, order) == "held"
    assert world.codes(order)
    assert world.writes() == writes
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)


def test_a_refund_on_a_locked_day_is_held_or_dated_on_the_next_open_day(world: World) -> None:
    order = paid(world)
    refund(world, order, items=MUG)
    world.xero.person("lock", period="2027-03-11")
    later(world)
    learn(world)
    world.sync()
    assert (label(world, order), stands(world)) == ("held", SOLD)
    assert "period_locked" in world.codes(order)
    world.save_rules(posting={"locked_period": "next_open_day"})
    world.rebuild(order)
    world.work()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-12 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-12 24.95",
    ])  # fmt: skip
    again(world)


def test_a_refund_of_today_is_posted_though_the_day_of_the_sale_is_locked(world: World) -> None:
    order = paid(world)
    world.xero.person("lock", period="2027-03-10")
    later(world)
    learn(world)
    world.shop.refund(order["entity_id"], items=MUG)
    world.sync()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)


def test_a_credit_note_takes_the_rate_of_its_invoice(world: World) -> None:
    order = world.place(items=TWO_MUGS_AND_BEANS, foreign=True, payment_method="stripe_payments")
    world.sync()
    refund(world, order, items=MUG)
    world.sync()
    number = world.number(order)
    sale, note = invoice(world, number), credit_note(world, f"{number}-R1")
    assert (note["CurrencyCode"], note["Total"], note["TotalTax"]) == (
        "NZD", Decimal("27.14"), Decimal("2.47"),
    )  # fmt: skip
    assert note["CurrencyRate"] == sale["CurrencyRate"] == Decimal("1.0873")
    assert note["Status"] == "PAID"
    again(world)


@pytest.mark.parametrize("path", ["/CreditNotes$", "/Payments$"])
def test_an_answer_lost_on_the_way_makes_no_second_credit_note_and_no_second_refund(
    world: World, path: str
) -> None:
    order = paid(world)
    refund(world, order, items=MUG)
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": path}})
    world.sync()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)


def before_cut_over(world: World, choice: str) -> dict[str, Any]:
    """An order that was posted elsewhere, before this store was connected, and refunded since."""
    world.save_rules(refunds={"before_cut_over": choice})
    world.change_store(cut_over=date(2027, 3, 11))
    order = world.place(items=TWO_MUGS_AND_BEANS)
    refund(world, order, items=MUG)
    later(world)
    world.sync()
    return order


def test_a_refund_of_an_order_from_before_the_cut_over_is_held(world: World) -> None:
    order = before_cut_over(world, "hold")
    assert label(world, order) == "held"
    assert (stands(world), world.writes()) == ([], 0)
    again(world)


def test_a_refund_from_before_the_cut_over_stands_alone_where_the_setting_says_so(
    world: World,
) -> None:
    before_cut_over(world, "standalone")
    assert stands(world) == [
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ]
    again(world)


@pytest.mark.parametrize(("paid_there", "left"), [("76.35", "0.00"), ("60.00", "0.00")])
def test_a_refund_from_before_the_cut_over_is_linked_to_the_earlier_invoice(
    world: World, paid_there: str, left: str
) -> None:
    """Posted by hand under the shop's bare number, and paid there, or not wholly."""
    order = world.place(items=TWO_MUGS_AND_BEANS)
    earlier = world.xero.person(
        "create_invoice", number=order["increment_id"], total=Decimal("76.35"), contact="Old Ann",
        date="2027-03-10",
    )  # fmt: skip
    world.xero.person("pay", invoice=order["increment_id"], amount=Decimal(paid_there))
    world.change_store(cut_over=date(2027, 3, 11))
    refund(world, order, items=MUG)
    later(world)
    world.sync()
    note = credit_note(world, f"{S1}-R1")
    assert note["Contact"]["ContactID"] == earlier["Contact"]["ContactID"]
    back = Decimal("24.95") - (Decimal("76.35") - Decimal(paid_there))
    assert f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left {left}" in stands(world)
    assert f"refund {S1}-R1 970 2027-03-11 {back}" in stands(world)
    assert label(world, order) == "posted"
    again(world)


# --- cancellations: the table, row by row --------------------------------------------------------


def test_cancelled_before_anything_was_posted_or_paid_is_nothing_ever(world: World) -> None:
    order = world.place(status="pending")
    world.shop.cancel(order["entity_id"])
    world.sync()
    assert (label(world, order), stands(world), world.writes()) == ("skipped", [], 0)
    again(world)
    later(world, days=40)
    again(world)


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED"])
def test_a_draft_of_a_cancelled_order_is_deleted(world: World, status: str) -> None:
    world.save_rules(posting={"status": status})
    order = unpaid(world)
    cancel(world, order)
    assert stands(world) == [f"invoice {S1} DELETED 2027-03-10 34.90 tax 3.17 due 0.00"]
    again(world)


def test_an_unpaid_invoice_is_voided_while_its_month_lasts(world: World) -> None:
    order = unpaid(world)
    cancel(world, order)
    assert stands(world) == [f"invoice {S1} VOIDED 2027-03-10 34.90 tax 3.17 due 0.00"]
    again(world)


def test_an_unpaid_invoice_is_credited_where_the_setting_says_so(world: World) -> None:
    world.save_rules(posting={"cancel": "credit_note"})
    order = unpaid(world)
    cancel(world, order)
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        f"credit note {S1}-C PAID 2027-03-11 34.90 tax 3.17 left 0.00",
        f"allocation {S1}-C to {S1} 2027-03-11 34.90",
    ])  # fmt: skip
    assert lines(credit_note(world, f"{S1}-C")) == ["200 OUTPUT 24.95 2.27", "202 OUTPUT 9.95 0.90"]
    again(world)


def test_once_its_month_is_over_an_unpaid_invoice_is_credited_today(world: World) -> None:
    order = unpaid(world)
    later(world, days=21)
    cancel(world, order)
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        f"credit note {S1}-C PAID 2027-04-01 34.90 tax 3.17 left 0.00",
        f"allocation {S1}-C to {S1} 2027-04-01 34.90",
    ])  # fmt: skip
    again(world)


def test_an_unpaid_invoice_on_a_locked_day_is_credited_today(world: World) -> None:
    order = unpaid(world)
    world.xero.person("lock", year_end="2027-03-10")
    learn(world)
    cancel(world, order)
    assert stands(world) == sorted([
        f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        f"credit note {S1}-C PAID 2027-03-11 34.90 tax 3.17 left 0.00",
        f"allocation {S1}-C to {S1} 2027-03-11 34.90",
    ])  # fmt: skip
    again(world)


@pytest.mark.parametrize("returned", [True, False])
def test_a_partly_paid_order_is_credited_allocated_as_far_as_it_is_due_and_the_rest_as_if_paid(
    world: World, returned: bool
) -> None:
    if returned:
        world.save_rules(statuses={"refunded": ["canceled"]})
    order = world.place()
    world.part_paid(order, "10.00")
    world.sync()
    cancel(world, order)
    common = [
        f"invoice {S1} PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        f"payment {S1} 970 2027-03-10 10.00",
        f"allocation {S1}-C to {S1} 2027-03-11 24.90",
    ]
    if returned:
        assert stands(world) == sorted([
            *common,
            f"credit note {S1}-C PAID 2027-03-11 34.90 tax 3.17 left 0.00",
            f"refund {S1}-C 970 2027-03-11 10.00",
        ])  # fmt: skip
    else:
        note = f"credit note {S1}-C AUTHORISED 2027-03-11 34.90 tax 3.17 left 10.00"
        assert stands(world) == sorted([*common, note])
        assert world.codes(order), "nobody is told that 10.00 stands open"
    again(world)


def test_a_paid_order_whose_money_went_back_is_credited_and_refunded(world: World) -> None:
    world.save_rules(statuses={"refunded": ["canceled"]})
    order = world.place()
    world.sync()
    cancel(world, order)
    assert stands(world) == sorted([
        *ONE_MUG_SOLD,
        f"credit note {S1}-C PAID 2027-03-11 34.90 tax 3.17 left 0.00",
        f"refund {S1}-C 970 2027-03-11 34.90",
    ])  # fmt: skip
    again(world)


@pytest.mark.parametrize("reconciled", [True, False])
def test_a_paid_order_whose_money_was_kept_is_credited_and_the_credit_stays_open(
    world: World, reconciled: bool
) -> None:
    order = world.place()
    world.sync()
    if reconciled:
        world.xero.person("reconcile", payment=world.payments()[0]["PaymentID"])
    cancel(world, order)
    assert stands(world) == sorted([
        *ONE_MUG_SOLD,
        f"credit note {S1}-C AUTHORISED 2027-03-11 34.90 tax 3.17 left 34.90",
    ])  # fmt: skip
    assert [one["IsReconciled"] for one in world.payments()] == [reconciled]
    assert world.codes(order), "nobody is told that the money stands open"
    again(world)


def test_a_cancellation_credits_only_what_refunds_have_left(world: World) -> None:
    order = paid(world)
    refund(world, order, items=MUG)
    world.sync()
    cancel(world, order)
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
        f"credit note {S1}-C AUTHORISED 2027-03-12 51.40 tax 3.17 left 51.40",
    ])  # fmt: skip
    again(world)


def test_after_a_full_refund_a_cancellation_has_nothing_left_to_credit(world: World) -> None:
    order = paid(world)
    refund(world, order)
    world.sync()
    cancel(world, order)
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 76.35 tax 5.44 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 76.35",
    ])  # fmt: skip
    again(world)


def test_an_order_reopened_after_its_invoice_was_voided_is_issued_again(world: World) -> None:
    order = unpaid(world)
    cancel(world, order)
    later(world)
    world.shop.update_order(order["entity_id"], state="new", status="pending")
    world.sync()
    later(world)
    world.shop.pay(order["entity_id"])
    world.sync()
    assert stands(world) == sorted([
        f"invoice {S1} VOIDED 2027-03-10 34.90 tax 3.17 due 0.00",
        f"invoice {S1}-A PAID 2027-03-10 34.90 tax 3.17 due 0.00",
        f"payment {S1}-A 970 2027-03-13 34.90",
    ])  # fmt: skip
    again(world)


def test_an_order_marked_as_not_to_be_synced_gets_nothing_in_any_state(world: World) -> None:
    order = world.place(items=TWO_MUGS_AND_BEANS)
    world.pull()
    person = get_user_model().objects.create_user("ana")
    actions.exclude(TrackedOrder.objects.all(), person, "a sample")
    refund(world, order, items=MUG)
    world.sync()
    cancel(world, order)
    assert (label(world, order), stands(world), world.writes()) == ("skipped", [], 0)
    again(world)


def test_the_order_that_an_edit_replaced_is_reversed_and_the_new_one_posted(world: World) -> None:
    """Magento edits by cancelling and creating anew, with relation fields between the two."""
    old = unpaid(world)
    later(world)
    new = world.place(items=[("MUG-STN", 2)], status="pending")
    world.shop.update_order(
        old["entity_id"], state="canceled", status="canceled",
        relation_child_id=str(new["entity_id"]), relation_child_real_id="000000001-1",
    )  # fmt: skip
    world.shop.update_order(
        new["entity_id"], increment_id="000000001-1", original_increment_id="000000001",
        relation_parent_id=str(old["entity_id"]), relation_parent_real_id="000000001",
        edit_increment="1",
    )  # fmt: skip
    world.sync()
    assert stands(world) == sorted([
        f"invoice {S1} VOIDED 2027-03-10 34.90 tax 3.17 due 0.00",
        f"invoice {S1}-1 AUTHORISED 2027-03-11 59.85 tax 5.44 due 59.85",
    ])  # fmt: skip
    again(world)


# --- edits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
@pytest.mark.parametrize(("items", "total", "tax"), [
    ([("MUG-STN", 2)], "59.85", "5.44"), ([("BEANS-250", 1)], "26.45", "0.90"),
])  # fmt: skip
def test_an_invoice_that_nothing_stands_against_is_updated_in_place(
    world: World, status: str, items: list[tuple[str, int]], total: str, tax: str
) -> None:
    world.save_rules(posting={"status": status})
    order = unpaid(world)
    before = invoice(world, S1)["InvoiceID"]
    edit(world, order, items)
    assert stands(world) == [f"invoice {S1} {status} 2027-03-10 {total} tax {tax} due {total}"]
    assert invoice(world, S1)["InvoiceID"] == before
    assert len(invoice(world, S1)["LineItems"]) == 2
    again(world)


def test_a_paid_order_that_was_raised_gets_a_supplementary_invoice_for_the_difference(
    world: World,
) -> None:
    """Twice; the tax of each difference is the new tax less the tax already posted."""
    order = world.place()
    world.sync()
    edit(world, order, [("MUG-STN", 2)])
    edit(world, order, [("MUG-STN", 2), ("BEANS-250", 1)])
    assert stands(world) == sorted([
        *ONE_MUG_SOLD,
        f"invoice {S1}-E1 AUTHORISED 2027-03-11 24.95 tax 2.27 due 24.95",
        f"invoice {S1}-E2 AUTHORISED 2027-03-12 16.50 tax 0.00 due 16.50",
    ])  # fmt: skip
    again(world)


def test_a_paid_order_that_was_lowered_gets_a_credit_note_for_the_difference(world: World) -> None:
    order = paid(world)
    edit(world, order, [("MUG-STN", 1), ("BEANS-250", 1)])
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-E1 AUTHORISED 2027-03-11 24.95 tax 2.27 left 24.95",
    ])  # fmt: skip
    again(world)


def test_an_unpaid_order_of_an_earlier_month_keeps_its_invoice_and_gets_the_difference(
    world: World,
) -> None:
    order = unpaid(world, items=TWO_MUGS_AND_BEANS)
    later(world, days=21)
    edit(world, order, [("MUG-STN", 1), ("BEANS-250", 1)])
    assert stands(world) == sorted([
        f"invoice {S1} AUTHORISED 2027-03-10 76.35 tax 5.44 due 51.40",
        f"credit note {S1}-E1 PAID 2027-04-01 24.95 tax 2.27 left 0.00",
        f"allocation {S1}-E1 to {S1} 2027-04-01 24.95",
    ])  # fmt: skip
    again(world)


def test_edits_are_ignored_where_the_setting_says_so(world: World) -> None:
    world.save_rules(posting={"edits": "ignore"})
    order = unpaid(world)
    edit(world, order, [("MUG-STN", 2)])
    assert stands(world) == ONE_MUG_UNPAID
    again(world)


def test_an_edit_and_a_refund_of_the_same_money_are_one_event_and_the_refund_wins(
    world: World,
) -> None:
    order = paid(world)
    refund(world, order, items=MUG)
    edit(
        world, order, [("MUG-STN", 1), ("BEANS-250", 1)],
        total_refunded=24.95, base_total_refunded=24.95,
    )  # fmt: skip
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)


def test_a_change_that_moves_no_money_changes_no_document(world: World) -> None:
    order = unpaid(world)
    writes = world.writes()
    later(world)
    world.shop.comment(order["entity_id"], "gift wrap, please")
    order["billing_address"]["city"] = "Hobart"
    wish = {"status": "processing", "customer_note": "gift wrap, please"}
    world.shop.update_order(order["entity_id"], **wish)
    world.sync()
    assert stands(world) == ONE_MUG_UNPAID
    assert world.calls()["POST Invoices"] == 0
    assert world.writes() - writes <= 1, "more was written than the contact's new address"
    again(world)


# --- people at work in Xero ----------------------------------------------------------------------


def test_an_invoice_that_a_person_edited_is_not_overwritten(world: World) -> None:
    order = unpaid(world)
    later(world)
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 40, "AccountCode": "200"}
    world.xero.person("edit_invoice", invoice=S1, changes={"LineItems": [line]})
    standing = stands(world)
    edit(world, order, [("MUG-STN", 2)])
    assert stands(world) == standing
    assert (label(world, order), bool(world.codes(order))) == ("held", True)
    again(world)


def test_an_invoice_that_a_person_voided_is_never_made_again(world: World) -> None:
    order = unpaid(world)
    world.xero.person("void", invoice=S1)
    later(world)
    world.shop.pay(order["entity_id"])
    world.sync()
    edit(world, order, [("MUG-STN", 2)])
    assert stands(world) == [f"invoice {S1} VOIDED 2027-03-10 34.90 tax 3.17 due 0.00"]
    assert label(world, order) == "held"
    again(world)


def test_money_that_a_person_paid_back_is_not_paid_back_twice(world: World) -> None:
    """The credit note is there and open, its refund recorded by hand before ours is sent."""
    order = paid(world)
    refund(world, order, items=MUG)
    fault = {"kind": "maintenance", "match": {"method": "PUT", "path": "/Payments$", "count": 1}}
    world.xero.faults(fault)
    world.pull()
    world.build()
    world.send()
    assert [one["Status"] for one in ledger(world)["CreditNotes"]] == ["AUTHORISED"]
    world.xero.person("refund", credit_note=f"{S1}-R1", account="970", date="2027-03-11")
    world.work()
    assert stands(world) == sorted([
        *SOLD,
        f"credit note {S1}-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00",
        f"refund {S1}-R1 970 2027-03-11 24.95",
    ])  # fmt: skip
    again(world)


def test_money_that_came_in_with_the_cancellation_is_posted_and_the_sale_credited(
    world: World,
) -> None:
    order = unpaid(world)
    world.shop.pay(order["entity_id"])
    cancel(world, order)
    assert stands(world) == sorted([
        *ONE_MUG_SOLD,
        f"credit note {S1}-C AUTHORISED 2027-03-11 34.90 tax 3.17 left 34.90",
    ])  # fmt: skip
    assert "credit_left_open" in world.codes(order)
    again(world)
