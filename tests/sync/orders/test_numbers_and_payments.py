"""One number, one invoice; one tender, one payment, whoever else was at work in Xero."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from sandbox.magento import DemoShop
from sync.models import Dispatch, Posting
from tests.sync.world import (
    RULES,
    World,
    at_rest,
    books,
    forgotten,
    in_xero,
    ledger_agrees,
    money,
)

# --- numbers ----------------------------------------------------------------------------------


def test_two_shops_with_the_same_order_number_post_two_invoices(
    world: World, open_shop: Callable[..., DemoShop]
) -> None:
    second = open_shop()
    world.add_store(second, "nz", "S2-")
    one, other = world.place(customer=1), world.place(shop=second, customer=2)
    assert one["increment_id"] == other["increment_id"]
    world.sync()
    assert sorted(world.invoices()) == ["S1-000000001", "S2-000000001"]
    books(world)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("alike", [True, False])
def test_of_two_orders_with_one_number_the_second_is_held(
    world: World, at_once: bool, alike: bool
) -> None:
    first = world.place(customer=1)
    if not at_once:
        world.sync()
    second = world.place(customer=1 if alike else 2, items=[("MUG-STN", 1 if alike else 2)])
    world.shop.update_order(second["entity_id"], increment_id=first["increment_id"])
    world.sync()
    assert world.codes(second) == ["number_taken"]
    assert world.row(second).label == "held"
    assert len(world.payments()) == 1
    books(world, held=[second])


def test_two_orders_with_one_number_built_by_two_workers_do_not_share_an_invoice(
    world: World,
) -> None:
    """Neither build saw the other: Xero refuses one, and it is not taken for the other."""
    first, second = world.place(customer=1), world.place(customer=1)
    world.pull()
    world.build()
    posting = world.posting(second)
    posting.key = world.number(first)
    posting.payload = posting.payload.replace(world.number(second), world.number(first))
    posting.payload = posting.payload.replace(
        f'"Reference":"{second["increment_id"]}"', f'"Reference":"{first["increment_id"]}"'
    )
    posting.save()
    world.work()
    assert world.posting(first).state == "posted"
    assert (world.posting(second).state, world.codes(second)[0]) == ("held", "number_taken")
    assert len(world.invoices()) == len(world.payments()) == 1
    ledger_agrees(world)


@pytest.mark.parametrize(
    ("total", "code"), [("55.00", "number_taken"), ("34.90", "already_in_xero")]
)
def test_a_number_that_a_person_has_used_is_never_overwritten(
    world: World, total: str, code: str
) -> None:
    order = world.place()
    theirs = world.xero.person("create_invoice", number=world.number(order), total=Decimal(total))
    world.sync()
    assert world.codes(order) == [code]
    assert world.row(order).label == "held"
    assert world.payments() == []
    assert world.invoices()[world.number(order)]["Total"] == money(total)
    at_rest()
    # The person gives the invoice another number, and somebody clicks "try again".
    world.xero.person(
        "edit_invoice", invoice=theirs["InvoiceID"], changes={"InvoiceNumber": "MINE-1"}
    )
    world.time.forward(minutes=2)  # what is known of Xero is a minute old at the most
    world.rebuild(order)
    world.work()
    books(world, others=1)


def test_another_prefix_frees_an_order_whose_number_is_taken(world: World) -> None:
    order = world.place()
    world.xero.person("create_invoice", number=world.number(order), total=55)
    world.sync()
    world.change_store(number_prefix="S9-")
    world.rebuild(order)
    world.work()
    assert sorted(world.invoices()) == ["S1-000000001", "S9-000000001"]
    books(world, others=1)


def test_an_invoice_that_a_person_voided_is_not_created_again(world: World) -> None:
    order = world.place()
    world.xero.faults(
        {"kind": "maintenance", "match": {"method": "PUT", "path": "/Payments$", "count": 1}}
    )
    world.pull()
    world.build()
    world.send()
    world.xero.person("void", invoice=world.number(order))
    world.work()
    assert world.posting(order, "payment-1").state == "held"
    assert "invoice_not_payable" in world.codes(order)
    assert (world.invoices(), world.payments()) == ({}, [])
    assert world.calls()["PUT Invoices"] == 1
    at_rest()


# --- payments ---------------------------------------------------------------------------------


def hold_payment(world: World) -> dict[str, object]:
    """An order in Xero whose payment waits for its method to be mapped."""
    rules = {**RULES, "payment_accounts": {"paypal_express": "090"}}
    save_rules(world.store, StoreRules.model_validate(rules))
    order = world.place()
    world.sync()
    assert world.codes(order) == ["payment_method_unmapped"]
    assert world.row(order).label == "held"
    assert (len(world.invoices()), world.payments()) == (1, [])
    return order


def test_mapping_a_method_sends_the_payment_that_waited_for_it(world: World) -> None:
    order = hold_payment(world)
    world.save_rules()
    world.rebuild(order)
    world.work()
    assert world.calls()["PUT Invoices"] == 1
    books(world)


def test_a_payment_that_a_person_recorded_is_adopted(world: World) -> None:
    order = hold_payment(world)
    theirs = world.xero.person("pay", invoice=world.number(order), reference="cash")
    world.save_rules()
    world.rebuild(order)
    world.work()
    assert world.posting(order, "payment-1").xero_id == theirs["PaymentID"]
    assert world.posting(order).amount_due == 0
    books(world)


def test_of_a_payment_a_person_recorded_a_part_of_what_is_due_is_posted_and_the_rest_said(
    world: World,
) -> None:
    order = hold_payment(world)
    world.xero.person("pay", invoice=world.number(order), amount=Decimal("10.00"))
    world.save_rules()
    world.rebuild(order)
    world.work()
    assert world.codes(order) == ["invoice_not_payable"]
    assert sorted(payment["Amount"] for payment in world.payments()) == [
        Decimal("10.00"), money(order["grand_total"]) - 10,
    ]  # fmt: skip
    at_rest()


def test_a_part_payment_leaves_the_rest_due_and_its_completion_adds_one(world: World) -> None:
    order = world.place()
    world.part_paid(order, "10.00")
    world.sync()
    in_xero(world, order)
    books(world)
    world.part_paid(order, str(order["grand_total"]))
    world.time.forward(minutes=5)
    world.sync()
    assert sorted(payment["Amount"] for payment in world.payments()) == [
        Decimal("10.00"),
        money(order["grand_total"]) - 10,
    ]
    books(world)


def test_the_amount_due_that_is_kept_follows_the_payments(world: World) -> None:
    order = world.place()
    world.part_paid(order, "10.00")
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Payments$"}})
    world.sync()
    rest = money(order["grand_total"]) - 10
    assert world.posting(order).amount_due == rest
    assert world.invoices()[world.number(order)]["AmountDue"] == rest


# --- a database that was restored -------------------------------------------------------------


@pytest.mark.parametrize("paid", ["all", "10.00"])
def test_a_database_from_before_the_orders_came_finds_their_documents_again(
    world: World, paid: str
) -> None:
    orders = [world.place(customer=n) for n in (1, 2, 3)]
    if paid != "all":
        for order in orders:
            world.part_paid(order, paid)
    with forgotten(world):
        world.sync()
    assert Posting.objects.count() == 0
    world.sync()
    assert len(world.invoices()) == len(world.payments()) == 3
    assert Posting.objects.filter(adopted=True).exclude(kind="contact").count() == 6
    books(world)


@pytest.mark.parametrize("paid", ["all", "10.00"])
def test_a_database_from_before_the_send_sends_nothing_twice(world: World, paid: str) -> None:
    order = world.place()
    if paid != "all":
        world.part_paid(order, paid)
    world.pull()
    world.build()
    with forgotten(world):
        world.work()
    world.work()
    assert len(world.invoices()) == len(world.payments()) == 1
    books(world)


def block_payments(world: World) -> None:
    fault = {"kind": "maintenance", "match": {"method": "PUT", "path": "/Payments$", "count": 1}}
    world.xero.faults(fault)


@pytest.mark.parametrize("paid", ["all", "10.00"])
def test_a_database_in_which_a_payment_waits_to_be_sent_again_pays_once(
    world: World, paid: str
) -> None:
    """The copy says that the payment was refused; Xero has taken it since."""
    order = world.place()
    if paid != "all":
        world.part_paid(order, paid)
    block_payments(world)
    world.pull()
    world.build()
    world.send()
    assert Dispatch.objects.get(kind="payment").state == "retry"
    with forgotten(world):
        world.work()
    assert Dispatch.objects.get(kind="payment").state == "retry"
    world.work()
    assert len(world.payments()) == 1
    books(world)


def test_a_part_payment_that_this_database_does_not_know_of_is_not_made_twice(
    world: World,
) -> None:
    """The invoice is known, its payment still pending, and nothing is to be built."""
    order = world.place()
    world.part_paid(order, "10.00")
    world.pull()
    world.build()
    Posting.objects.filter(kind="payment").update(not_before=world.row(order).placed_at)
    later = Posting.objects.filter(kind="payment")
    later.update(state="voided")
    world.work()
    later.update(state="pending")
    with forgotten(world):
        world.work()
        assert len(world.payments()) == 1
    world.send()
    world.work()
    assert [payment["Amount"] for payment in world.payments()] == [Decimal("10.00")]
    books(world)
