"""Gift cards, store credit and points in refunds: the shop's memos, the ledger, the reconciliation.

What a tender paid goes back on it, what goes back is dated and posted once, and in the end the
shop's word and Xero's are the same.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from sync.dispatch import freshness
from sync.flow import steps
from sync.models import TrackedOrder
from sync.orders import actions
from sync.orders.undo import undo
from sync.reconcile.run import queue, reconcile
from tests.sync.order_sums import cents
from tests.sync.standing import again, ledger, stands
from tests.sync.world import RULES, World, at_rest
from xero.models import Currency

LIABLE = {"gift_cards": "835", "store_credit": "836", "rewards": "837"}
ACCOUNTS = {**RULES["accounts"], **LIABLE, "refund_adjustments": "260"}
ISSUED = {"gift_card": "20", "store_credit": "8", "points": "3"}


@pytest.fixture
def liable(world: World) -> World:
    """Cards of unknown sale are liabilities, and all three liabilities take payments."""
    choose(world)
    return world


def choose(world: World, **sections: Any) -> None:
    world.save_rules(**{"accounts": ACCOUNTS, "gift_cards": {"unknown": "liability"}, **sections})


def differences(world: World) -> list[tuple[str, str, str, str]]:
    run = reconcile(queue(world.fresh(world.store)))
    return list(run.found.values_list("number", "field", "shop_value", "xero_value"))


def money(world: World) -> Counter[str]:
    """By account: what came in less what went back."""
    found: Counter[str] = Counter()
    for one in ledger(world)["Payments"]:
        if one["Status"] != "DELETED":
            found[one["Account"]["Code"]] += one["Amount"] * (-1 if "CreditNote" in one else 1)
    return Counter({code: amount for code, amount in found.items() if amount})


def on_account(world: World, code: str) -> Decimal:
    """What lines put on an account, credits turned round."""
    books = ledger(world)
    return sum(
        (
            sign * line["LineAmount"]
            for kind, sign in (("Invoices", 1), ("CreditNotes", -1), ("BankTransactions", 1))
            for one in books[kind]
            if one["Status"] not in ("VOIDED", "DELETED")
            for line in one["LineItems"]
            if line.get("AccountCode") == code
        ),
        Decimal(0),
    )  # fmt: skip


def sums(world: World) -> tuple[Decimal, Decimal]:
    """Sales net of credits, and the tax in that."""
    books = ledger(world)
    pairs = [(one, 1) for one in books["Invoices"]] + [(one, -1) for one in books["CreditNotes"]]
    standing = [(one, sign) for one, sign in pairs if one["Status"] not in ("VOIDED", "DELETED")]
    return (
        sum((sign * one["Total"] for one, sign in standing), Decimal(0)),
        sum((sign * one["TotalTax"] for one, sign in standing), Decimal(0)),
    )


def sold(world: World, **wish: Any) -> dict[str, Any]:
    """Two mugs with postage for 59.85, which all four tenders pay for unless told otherwise."""
    wish = {"issued": ISSUED, "payment_method": "stripe_payments", **wish}
    return world.place(items=[("MUG-STN", 2)], **wish)


def settled(world: World) -> None:
    """Nothing is stuck, reconcile agrees, and running all of it again writes nothing."""
    world.sync()
    at_rest()
    assert differences(world) == []
    again(world)


NOTHING = (Decimal("0.00"), Decimal("0.00"))


def test_each_tender_gets_back_what_it_paid(liable: World) -> None:
    order = sold(liable)
    liable.sync()
    assert money(liable) == {
        "835": Decimal("20"), "836": Decimal("8"), "837": Decimal("3"), "090": Decimal("28.85")
    }  # fmt: skip
    liable.shop.refund(order["entity_id"])
    settled(liable)
    assert "credit note S1-000000001-R1 PAID" in stands(liable)[0]
    assert (sums(liable), money(liable)) == (NOTHING, {})


def test_memos_one_by_one_begin_with_the_card_and_end_with_nothing_left(liable: World) -> None:
    order = sold(liable)
    first = liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    settled(liable)
    assert first["grand_total"] == 0
    assert liable.row(order).label == "posted"
    refunds = [line for line in stands(liable) if line.startswith("refund")]
    assert [line.split()[1:3] for line in refunds] == [
        ["S1-000000001-R1", "835"], ["S1-000000001-R1", "836"]
    ]  # fmt: skip
    liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    settled(liable)
    liable.shop.refund(order["entity_id"])
    settled(liable)
    assert (sums(liable), money(liable)) == (NOTHING, {})


def test_an_order_that_cards_paid_for_is_read_closed_and_posted_both_ways(liable: World) -> None:
    order = sold(liable, issued={"gift_card": "100"})
    liable.shop.refund(order["entity_id"])
    assert (order["state"], order["total_refunded"]) == ("closed", 0)
    settled(liable)
    assert (sums(liable), money(liable)) == (NOTHING, {})
    assert liable.row(order).label == "posted"
    assert len(liable.invoices()) == 1


def test_a_liability_without_payments_has_a_line_on_the_note_as_on_the_invoice(
    liable: World,
) -> None:
    choose(liable, accounts={**ACCOUNTS, "gift_cards": "838"})
    order = sold(liable)
    settled(liable)
    assert on_account(liable, "838") == Decimal(-20)
    liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    settled(liable)
    assert on_account(liable, "838") == Decimal(0)
    liable.shop.refund(order["entity_id"])
    settled(liable)
    assert (sums(liable), money(liable), on_account(liable, "838")) == (NOTHING, {}, Decimal(0))


def test_a_memo_of_nothing_is_a_note_of_nothing_where_the_liability_takes_no_payments(
    liable: World,
) -> None:
    choose(liable, accounts={**ACCOUNTS, "gift_cards": "838"})
    order = sold(liable, issued={"gift_card": "30"})
    liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    settled(liable)
    (note,) = ledger(liable)["CreditNotes"]
    assert (note["Total"], note["Status"]) == (Decimal("0.00"), "PAID")
    assert on_account(liable, "838") == Decimal("-5.05")


@pytest.mark.parametrize("later", [0, 40], ids=["in its month", "later"])
@pytest.mark.parametrize("cancel", ["void", "credit_note"])
@pytest.mark.parametrize("by", ["the shop", "a person"])
def test_a_sale_that_came_to_nothing_as_cards_paid_for_it_is_taken_back(
    liable: World, by: str, cancel: str, later: int
) -> None:
    """The liability takes no payments: the invoice is over 0.00, with tax in it."""
    choose(liable, accounts={**ACCOUNTS, "gift_cards": "838"}, posting={"cancel": cancel})
    order = sold(liable, issued={"gift_card": "100"})
    liable.sync()
    assert (sums(liable)[0], on_account(liable, "838")) == (Decimal("0.00"), Decimal("-59.85"))
    liable.time.forward(days=later)
    steps.keep_tokens_alive()
    if by == "the shop":
        liable.shop.update_order(order["entity_id"], state="canceled", status="canceled")
    else:
        person, _ = get_user_model().objects.get_or_create(username="ana")
        undo(TrackedOrder.objects.filter(pk=liable.row(order).pk), person, "a sample")
    settled(liable)
    assert (sums(liable), money(liable), on_account(liable, "838")) == (NOTHING, {}, Decimal(0))
    voided = not later and cancel == "void"
    assert len(ledger(liable)["CreditNotes"]) == (0 if voided else 1)
    liable.shop.update_order(order["entity_id"], state="processing", status="processing")
    if by == "a person":
        actions.sync_now(TrackedOrder.objects.filter(pk=liable.row(order).pk), person)
    settled(liable)
    assert on_account(liable, "838") == Decimal("-59.85"), "issued anew"


def test_money_on_the_store_credit_is_owed_by_the_shop_and_stays_in_the_bank(
    liable: World,
) -> None:
    order = sold(liable, issued={})
    liable.shop.refund(order["entity_id"], stored=Decimal("59.85"))
    settled(liable)
    assert sums(liable) == NOTHING
    assert money(liable) == {"090": Decimal("59.85"), "836": Decimal("-59.85")}


@pytest.mark.parametrize("takes_payments", [True, False])
def test_without_invoices_it_is_the_same(liable: World, takes_payments: bool) -> None:
    """The receipt has a line for each tender, and so has the note."""
    codes = {} if takes_payments else {"gift_cards": "838"}
    choose(liable, accounts={**ACCOUNTS, **codes})
    liable.change_store(streams={"invoices": False})
    order = sold(liable)
    liable.sync()
    liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    settled(liable)
    liable.shop.refund(order["entity_id"])
    settled(liable)
    (receipt,) = ledger(liable)["BankTransactions"]
    back = sum((one["Amount"] for one in liable.payments()), Decimal(0))
    assert receipt["Total"] == back == Decimal("28.85")
    for code in ("835", "836", "837", "838"):
        assert on_account(liable, code) == Decimal(0), code


def test_a_day_of_card_orders_and_their_refunds_is_a_summary(liable: World) -> None:
    choose(liable, posting={"mode": "daily_summary"})
    whole, part = sold(liable), sold(liable)
    liable.time.forward(hours=28)  # the summary of a day is made the next morning
    liable.sync()
    assert len(liable.invoices()) == 1
    liable.shop.refund(whole["entity_id"])
    liable.shop.refund(part["entity_id"], items={"MUG-STN": 1})
    liable.time.forward(hours=28)
    settled(liable)
    (note,) = ledger(liable)["CreditNotes"]
    one = cents(part["items"][0]["row_total_incl_tax"]) / 2
    assert note["Total"] == Decimal("59.85") + one
    assert money(liable) == {"837": Decimal(3), "836": Decimal("3.05"), "090": Decimal("28.85")}


@pytest.mark.parametrize("gift_cards", ["835", "838"])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_foreign_order_comes_to_nothing_in_the_end_converted_or_not(
    liable: World, enabled: bool, gift_cards: str
) -> None:
    if not enabled:
        freshness.prepare(liable.organisation)
        Currency.objects.filter(code="NZD").delete()
    accounts = {**ACCOUNTS, "gift_cards": gift_cards}
    choose(liable, accounts=accounts, posting={"currency_not_enabled": "convert"})
    order = sold(liable, foreign=True, issued={"gift_card": "20.01", "store_credit": "7.77"})
    liable.sync()
    (invoice,) = liable.invoices().values()
    assert invoice["CurrencyCode"] == ("NZD" if enabled else "AUD")
    liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    settled(liable)
    liable.shop.refund(order["entity_id"])
    settled(liable)
    assert (sums(liable), money(liable), on_account(liable, "838")) == (NOTHING, {}, Decimal(0))


def test_a_sale_that_is_undone_after_a_part_went_back_on_the_card(liable: World) -> None:
    order = sold(liable)
    liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    liable.sync()
    person, _ = get_user_model().objects.get_or_create(username="ana")
    undo(TrackedOrder.objects.filter(pk=liable.row(order).pk), person, "a sample")
    liable.sync()
    at_rest()
    assert (sums(liable), money(liable)) == (NOTHING, {})


def test_a_sale_that_is_undone_and_issued_anew_has_its_refund_once(liable: World) -> None:
    order = sold(liable)
    liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    liable.sync()
    before = (sums(liable), money(liable))
    person, _ = get_user_model().objects.get_or_create(username="ana")
    undo(TrackedOrder.objects.filter(pk=liable.row(order).pk), person, "a sample")
    liable.sync()
    actions.sync_now(TrackedOrder.objects.filter(pk=liable.row(order).pk), person)
    settled(liable)
    assert (sums(liable), money(liable)) == before


def test_a_refund_waits_while_the_card_that_paid_is_held(liable: World) -> None:
    choose(liable, gift_cards={"unknown": "hold"})
    order = sold(liable, issued={"gift_card": "20"})
    liable.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    liable.sync()
    assert ledger(liable)["CreditNotes"] == []
    assert {"gift_card_unknown", "refund_waits_for_payment"} <= set(liable.codes(order))
    choose(liable)
    liable.rebuild(order)
    settled(liable)
    assert len(ledger(liable)["CreditNotes"]) == 1
    assert liable.row(order).label == "posted"


def test_a_fee_that_eats_the_refund_is_booked_as_income(liable: World) -> None:
    order = sold(liable, issued={})
    liable.shop.refund(
        order["entity_id"], items={"MUG-STN": 1}, adjustment_negative=Decimal("24.95")
    )
    settled(liable)
    (note,) = ledger(liable)["CreditNotes"]
    assert (note["Total"], note["TotalTax"]) == NOTHING
    assert liable.row(order).label == "posted"
