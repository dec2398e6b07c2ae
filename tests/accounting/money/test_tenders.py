"""Payments: what was received, to the cent, on the right account, never too much."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounting.money.received import other_references
from accounting.reason_kinds import INFORMATIVE
from accounting.sale.built import Built
from stores.canonical.order import Order, Payment, StatusChange
from tests.accounting.orders import NOON, account, build, codes, line, order, organisation
from xero.documents.lines import Totals

D = Decimal


def paid(amount: str, **changes: Any) -> Payment:
    return Payment(**({"method": "checkmo", "amount": D(amount)} | changes))


def tendered(built: Built) -> list[tuple[str, str, str]]:
    return [(p.account, str(p.amount), p.reference) for p in built.payments]


def received(*payments: Payment, **changes: Any) -> Order:
    """An order of 110.00 of which these payments were received."""
    total = sum((payment.amount for payment in payments), D(0))
    return order(**({"payments": payments, "received": total} | changes))


def test_what_was_received_decides_whatever_the_status() -> None:
    pending = {"statuses": {"invoice": ["*"], "paid": ["processing"]}}
    assert tendered(build(received(paid("110"), status="pending"), pending)) == [
        ("970", "110.00", "1001-1")
    ]
    assert tendered(build(order(received=D(0), outstanding=D(110)))) == []


def test_the_status_decides_where_nothing_is_stated() -> None:
    assert tendered(build(order())) == [("970", "110.00", "1001-1")]
    unpaid = {"statuses": {"invoice": ["*"], "paid": ["complete"]}}
    assert tendered(build(order(), unpaid)) == []
    by_state = {"statuses": {"invoice": ["*"], "paid": ["processing"]}}
    assert len(build(order(status="picked"), by_state).payments) == 1
    everything = {"statuses": {"invoice": ["*"], "paid": ["*"]}}
    assert len(build(order(status="new", state="new"), everything).payments) == 1


def test_a_stated_amount_without_tenders_is_one_tender() -> None:
    built = build(order(received=D("40.00"), outstanding=D("70.00"), transaction_id="ch_1"))
    assert tendered(built) == [("970", "40.00", "ch_1")]


def test_a_part_leaves_the_rest_open() -> None:
    built = build(received(paid("40"), outstanding=D(70)))
    assert tendered(built) == [("970", "40.00", "1001-1")]
    assert built.reasons == ()


def test_authorised_but_not_captured_is_no_payment() -> None:
    assert build(order(received=D(0), transaction_id="auth_1")).payments == ()


# --- references -----------------------------------------------------------------------------


def test_two_equal_tenders_stay_two() -> None:
    built = build(received(paid("55"), paid("55")))
    assert tendered(built) == [("970", "55.00", "1001-1"), ("970", "55.00", "1001-2")]


def test_tenders_that_share_a_transaction_id_carry_their_index() -> None:
    built = build(received(
        paid("50", reference="ch_1"), paid("30", reference=" ch_1 "), paid("30", reference="ch_2")
    ))  # fmt: skip
    assert [p.reference for p in built.payments] == ["ch_1-1", "ch_1-2", "ch_2"]


def test_a_payment_carries_its_other_names_as_far_as_they_are_its_own() -> None:
    tenders = (
        Payment("checkmo", D(5), " ch_1 ", others=("shop-7", "ch_1", "", "gw-order", "x" * 256)),
        Payment("checkmo", D(6), others=("shop-8", "gw-order")),
    )
    assert tenders[0].references[:2] == ("ch_1", "shop-7")
    assert other_references(tenders) == [("shop-7",), ("shop-8",)]


def test_a_long_reference_keeps_its_index() -> None:
    built = build(received(paid("50", reference="x" * 300), paid("60", reference="x" * 300)))
    assert [(len(p.reference), p.reference[-3:]) for p in built.payments] == [
        (255, "x-1"), (255, "x-2")
    ]  # fmt: skip


# --- dates ----------------------------------------------------------------------------------


def test_the_date_of_the_capture_else_the_first_paid_status_else_the_order() -> None:
    capture = datetime(2026, 3, 9, 14, tzinfo=UTC)
    history = (
        StatusChange("pending", NOON),
        StatusChange("complete", datetime(2026, 3, 7, 1, tzinfo=UTC)),
        StatusChange("processing", datetime(2026, 3, 5, 1, tzinfo=UTC)),
    )
    days = [
        build(made).payments[0].date
        for made in (
            received(paid("110", received_at=capture), history=history),
            order(history=history),
            order(),
        )
    ]
    assert days == [date(2026, 3, 10), date(2026, 3, 5), date(2026, 3, 2)]


# --- never too much -------------------------------------------------------------------------


def over(built: Built) -> list[tuple[str, str, str]]:
    return [(o.account, str(o.lines[0].amount), o.reference) for o in built.overpayments]


def test_more_than_is_due_is_an_overpayment() -> None:
    built = build(received(paid("100"), paid("30", title="Card", path="invoices[1]")))
    assert tendered(built) == [("970", "100.00", "1001-1"), ("970", "10.00", "1001-2")]
    assert over(built) == [("970", "20.00", "1001-2-over")]
    (reason,) = built.reasons
    assert (reason.code, reason.field) == ("overpaid", "invoices[1]")
    assert reason.message.startswith("20.00 more was received by Card than is due.")
    assert reason.code in INFORMATIVE


def test_a_tender_when_nothing_is_due_any_more_is_an_overpayment_as_a_whole() -> None:
    built = build(received(paid("110"), paid("5", reference="ch_2")))
    assert tendered(built) == [("970", "110.00", "1001-1")]
    assert over(built) == [("970", "5.00", "ch_2-over")]
    assert codes(built) == ["overpaid"]


def test_an_overpayment_is_money_in_the_bank_owed_to_the_customer() -> None:
    debtors = account("610", "ASSET", system_account="DEBTORS", type="CURRENT")
    capture = datetime(2026, 3, 9, 14, tzinfo=UTC)
    made = received(paid("130", received_at=capture))
    built = build(made, organisation=organisation(debtors))
    (document,) = built.overpayments
    assert document.payload() == {
        "Type": "RECEIVE-OVERPAYMENT",
        "Contact": {"ContactID": built.invoice.contact},
        "BankAccount": {"Code": "970"},
        "Date": "2026-03-10",
        "LineAmountTypes": "NoTax",
        "CurrencyCode": "AUD",
        "Reference": "1001-1-over",
        "LineItems": [
            {"Description": "Overpayment of order 1001", "Quantity": D(1),
             "UnitAmount": D("20.00"), "AccountCode": "610"},
        ],
    }  # fmt: skip
    assert document.expected() == Totals(D("20.00"), D(0), D("20.00"))
    assert built.documents[-1] is document


def test_while_not_connected_the_receivables_are_named_by_what_they_are() -> None:
    (document,) = build(received(paid("130"))).overpayments
    assert document.payload()["LineItems"][0]["AccountCode"] == "DEBTORS"


@pytest.mark.parametrize(
    ("bank", "code"),
    [
        ({"type": "CURRENT", "payments_enabled": True}, "bank_account_needed"),
        ({"type": "BANK", "currency": "EUR"}, "bank_account_needed"),
        ({"type": "BANK", "currency": "AUD"}, "overpaid"),
    ],
)
def test_an_overpayment_needs_a_bank_account_and_what_is_due_does_not(
    bank: dict[str, Any], code: str
) -> None:
    debtors = account("610", "ASSET", system_account="DEBTORS", type="CURRENT")
    facts = organisation(account("970", "ASSET", **bank), debtors)
    built = build(received(paid("130")), organisation=facts)
    assert tendered(built) == [("970", "110.00", "1001-1")]
    assert codes(built) == [code]
    assert (code in INFORMATIVE) is bool(built.overpayments)


def test_without_receivables_an_overpayment_is_held() -> None:
    built = build(received(paid("130")), organisation=organisation())
    assert (len(built.payments), built.overpayments) == (1, ())
    assert codes(built) == ["account_unknown"]


def test_a_tender_of_nothing_is_nothing_even_if_unmapped() -> None:
    built = build(received(paid("0.00", method="free"), paid("110")))
    assert tendered(built) == [("970", "110.00", "1001-2")]
    assert built.reasons == ()


def test_a_negative_tender_holds_the_payments() -> None:
    built = build(received(paid("120"), paid("-10")))
    assert (built.status, tendered(built), codes(built)) == ("ready", [], ["tenders_do_not_add_up"])
    assert codes(build(order(received=D(-5)))) == ["tenders_do_not_add_up"]


def test_a_payment_in_another_currency_holds_the_payments() -> None:
    built = build(received(paid("100"), replace(paid("10"), currency="NZD")))
    assert (built.status, tendered(built), codes(built)) == ("ready", [], ["tenders_do_not_add_up"])
    assert "is in NZD, and the order is not" in built.reasons[0].message
    same = build(received(replace(paid("110"), currency="AUD")))
    assert (len(same.payments), same.reasons) == (1, ())


@pytest.mark.parametrize(
    ("changes", "agree"),
    [
        ({"received": D("100")}, False),
        ({"outstanding": D("0")}, True),
        ({"outstanding": D("10")}, False),
        ({"outstanding": D("10"), "refunded": D("10")}, True),
        ({"outstanding": D("-0.00")}, True),
    ],
)
def test_figures_that_contradict_hold_the_payments(changes: dict[str, Any], agree: bool) -> None:
    built = build(received(paid("110"), **changes))
    assert built.status == "ready"
    assert (len(built.payments) == 1) is agree
    assert ("tenders_do_not_add_up" in codes(built)) is not agree


def test_an_amount_due_contradicts_a_paid_status() -> None:
    built = build(order(received=None, outstanding=D("40")))
    assert (tendered(built), codes(built)) == ([], ["tenders_do_not_add_up"])


def test_an_overpaid_orders_negative_amount_due_is_no_contradiction() -> None:
    built = build(received(paid("120"), outstanding=D("-10")))
    assert (tendered(built), codes(built)) == ([("970", "110.00", "1001-1")], ["overpaid"])
    assert over(built) == [("970", "10.00", "1001-1-over")]


# --- held by themselves ---------------------------------------------------------------------


def test_an_unmapped_method_holds_its_payment_and_not_the_invoice() -> None:
    built = build(received(paid("60", method="gift"), paid("50")))
    assert built.status == "ready"
    assert tendered(built) == [("970", "50.00", "1001-2")]
    (reason,) = built.reasons
    assert (reason.code, reason.field) == ("payment_method_unmapped", "payment_accounts.gift")


def test_what_a_held_tender_would_pay_stays_due() -> None:
    built = build(received(paid("110", method="gift"), paid("20")))
    assert (tendered(built), over(built)) == ([], [("970", "20.00", "1001-2-over")])
    assert codes(built) == ["payment_method_unmapped", "overpaid"]


def test_an_unmapped_method_is_said_once_and_holds_its_overpayment_too() -> None:
    built = build(received(paid("130", method="gift")))
    assert (tendered(built), over(built)) == ([], [])
    assert codes(built) == ["payment_method_unmapped"]


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED"])
def test_a_payment_waits_for_approval(status: str) -> None:
    built = build(received(paid("130")), {"posting": {"status": status}})
    assert built.status == "ready"
    assert (built.payments, built.overpayments) == ((), ())
    assert codes(built) == ["payment_waits_for_approval"]
    assert codes(build(order(received=D(0)), {"posting": {"status": status}})) == []


def test_payments_can_be_switched_off() -> None:
    built = build(received(paid("130")), streams={"payments": False})
    assert (built.payments, built.overpayments, built.reasons) == ((), (), ())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "ARCHIVED"}, "account_archived"),
        ({"type": "CURRENT"}, "payment_account_unfit"),
        ({"type": "CURRENT", "payments_enabled": True}, None),
        ({"system_account": "WAGEPAYABLES"}, "account_not_allowed"),
    ],
)
def test_the_account_must_take_payments(changes: dict[str, Any], code: str | None) -> None:
    bank = account("970", "ASSET", **({"type": "BANK"} | changes))
    built = build(order(), organisation=organisation(bank))
    assert built.status == "ready"
    assert codes(built) == ([code] if code else [])
    if code:
        assert built.reasons[0].field == "payment_accounts.checkmo"


def test_an_account_without_a_code_is_named_by_its_id() -> None:
    bank = replace(account("970", "ASSET", type="BANK"), code="", account_id="id-970")
    facts = organisation()
    facts.accounts["id-970"] = bank
    rules = {"payment_accounts": {"checkmo": "id-970"}}
    (payment,) = build(order(), rules, facts).payments
    assert payment.payload()["Account"] == {"AccountID": "id-970"}


@pytest.mark.parametrize(("policy", "day"), [("hold", None), ("next_open_day", date(2026, 3, 11))])
def test_a_payment_in_a_locked_period(policy: str, day: date | None) -> None:
    late = datetime(2026, 3, 15, tzinfo=UTC)
    made = received(paid("110", received_at=NOON), placed_at=late)
    facts = organisation(lock_date=date(2026, 3, 10))
    built = build(made, {"posting": {"locked_period": policy}}, facts)
    assert built.status == "ready"
    if day is None:
        assert codes(built) == ["period_locked"]
    else:
        assert [p.date for p in built.payments] == [day]


def test_three_decimal_tenders_round_to_the_invoice() -> None:
    made = received(
        paid("1.235"), paid("1.235"), total=D("2.470"), currency="KWD", base_currency="KWD",
        lines=(line("2.470", rate="0"),), tax=D(0),
    )  # fmt: skip
    built = build(made, base_currency="KWD")
    assert [str(p.amount) for p in built.payments] == ["1.24", "1.23"]
    assert "overpaid" not in codes(built)
