"""Which orders go to Xero at all: statuses, dates, parts of the shop, zero totals, rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.eligibility import Treatment, treatment_of
from accounting.plan.plan import documents_of, plan_order
from accounting.sale.build import build_order
from accounts_mapping.rules.schema import Statuses
from stores.canonical.order import PartKeys, Payment
from tests.accounting.orders import (
    NOON,
    books,
    build,
    codes,
    discounted,
    line,
    order,
    organisation,
    row,
    totals,
)

D = Decimal


@pytest.mark.parametrize(
    ("status", "state", "expected"),
    [
        ("processing", "processing", Treatment.POST),
        ("picked", "processing", Treatment.POST),
        ("processing", "holded", Treatment.POST),
        ("canceled", "processing", Treatment.REVERSE),
        ("fraud", "canceled", Treatment.REVERSE),
        ("pending", "new", Treatment.SKIP),
        ("", "complete", Treatment.POST),
        ("", "", Treatment.SKIP),
    ],
)
def test_the_status_decides_else_the_state(status: str, state: str, expected: Treatment) -> None:
    statuses = Statuses(invoice=("processing", "complete"), reverse=("canceled",))
    assert treatment_of(statuses, order(status=status, state=state)) is expected


@pytest.mark.parametrize(
    ("invoice", "reverse", "status", "expected"),
    [
        (("*",), ("canceled",), "anything", Treatment.POST),
        (("*",), ("canceled",), "canceled", Treatment.REVERSE),
        (("complete",), ("*",), "complete", Treatment.POST),
        (("complete",), ("*",), "pending", Treatment.REVERSE),
    ],
)
def test_a_named_status_beats_the_star(
    invoice: tuple[str, ...], reverse: tuple[str, ...], status: str, expected: Treatment
) -> None:
    statuses = Statuses(invoice=invoice, reverse=reverse)
    assert treatment_of(statuses, order(status=status, state=status)) is expected


@pytest.mark.parametrize("reverse", [(), ("closed",)])
def test_closed_with_money_received_is_posted_whatever_the_lists_say(
    reverse: tuple[str, ...],
) -> None:
    statuses = Statuses(invoice=("complete",), reverse=reverse)
    closed = {"status": "closed", "state": "closed"}
    assert treatment_of(statuses, order(received=D(110), **closed)) is Treatment.POST
    assert treatment_of(statuses, order(received=D(0), **closed)) is not Treatment.POST


def test_a_refunded_order_gets_its_invoice_and_payment_and_says_what_lacks() -> None:
    built = build(order(status="closed", state="closed", received=D(110), refunded=D(110)))
    assert (built.status, codes(built)) == ("ready", ["refund_not_given"])
    assert [str(p.amount) for p in built.payments] == ["110.00"]


def test_a_cancelled_order_without_money_is_skipped() -> None:
    built = build(order(status="canceled", state="canceled", received=D(0)))
    assert (built.status, codes(built), built.documents) == ("skipped", ["reversed"], ())


def test_a_cancelled_order_with_money_is_sold_and_taken_back() -> None:
    made = order(
        status="canceled", state="canceled", received=D("110.00"), outstanding=D(0),
        payments=(Payment("checkmo", D("110.00"), received_at=NOON),),
    )  # fmt: skip
    built = build(made)
    plan = plan_order(replace(books(), today=date(2026, 3, 9)), made, built)
    kinds = [document.kind.value for document in documents_of(built, plan)]
    assert kinds == ["contact", "invoice", "credit_note", "payment"]
    assert [reason.code for reason in plan.reasons] == ["credit_left_open"]


def test_a_status_that_says_refunded_takes_the_sale_and_the_money_back() -> None:
    made = order(status="11", state="11", payments=(), received=None)
    rules = {"statuses": {"invoice": ["5"], "paid": ["5", "11"], "refunded": ["11"]}}
    setting = replace(books(rules), today=date(2026, 3, 9))
    built = build_order(setting, made, Contacts())
    plan = plan_order(setting, made, built)
    kinds = [document.kind.value for document in documents_of(built, plan)]
    assert kinds == ["contact", "invoice", "credit_note", "payment", "refund"]
    assert plan.reasons == ()


@pytest.mark.parametrize(
    ("placed", "skipped"),
    [
        (datetime(2025, 12, 31, 12, 59, tzinfo=UTC), True),
        (datetime(2025, 12, 31, 13, 0, tzinfo=UTC), False),
    ],
)
def test_the_cut_over_is_a_day_of_the_books(placed: datetime, skipped: bool) -> None:
    built = build(order(placed_at=placed), cut_over=date(2026, 1, 1))
    assert (codes(built) == ["before_cut_over"]) is skipped
    assert (built.status == "skipped") is skipped


@pytest.mark.parametrize(
    ("only", "posted"),
    [
        ({"websites": ["Main Website"]}, True),
        ({"websites": ["main*"], "store_views": ["1"]}, True),
        ({"store_views": ["English"]}, True),
        ({"store_views": ["French"]}, False),
        ({"stores": ["Main Store"]}, True),
        ({"websites": ["Main Website"], "stores": ["Other"]}, False),
        # By code and by id, and by the name that it has today.
        ({"websites": ["base"], "stores": ["MAIN_store"], "store_views": ["en"]}, True),
        ({"websites": ["2"], "stores": ["3"], "store_views": ["1"]}, True),
        ({"websites": ["World"]}, True),
        ({"websites": ["en"]}, False),
        ({"stores": ["base"]}, False),
        ({"store_views": ["main_store"]}, False),
    ],
)
def test_only_a_part_of_the_shop(only: dict[str, Any], posted: bool) -> None:
    made = order(
        website="Main Website", store_group="Main Store", store_view="English", store_view_id="1",
        parts=PartKeys(("2", "base", "World"), ("3", "main_store"), ("1", "en")),
    )  # fmt: skip
    built = build(made, only=only)
    assert built.status == ("ready" if posted else "skipped")


def test_invoices_can_be_switched_off() -> None:
    built = build(order(), streams={"invoices": False, "payments": False})
    assert (built.status, codes(built)) == ("skipped", ["stream_off"])


def test_without_invoices_an_order_is_left_alone_until_it_is_paid() -> None:
    unpaid = build(order(received=D(0)), streams={"invoices": False})
    assert (unpaid.status, codes(unpaid)) == ("skipped", ["receipt_waits"])
    by_status = {"statuses": {"invoice": ["*"], "paid": ["complete"]}}
    assert codes(build(order(), by_status, streams={"invoices": False})) == ["receipt_waits"]
    assert build(order(), streams={"invoices": False}).status == "ready"


# --- nothing to pay -------------------------------------------------------------------------


def test_an_order_of_nothing_is_skipped() -> None:
    built = build(order(discounted("100", "100")))
    assert (built.status, codes(built)) == ("skipped", ["zero_total"])
    assert built.reasons[0].field == "posting.zero_orders"


def test_or_posted_without_a_payment() -> None:
    free = order(discounted("100", "100"))
    built = build(free, {"posting": {"zero_orders": "post"}})
    assert built.status == "ready"
    assert (totals(built).total, built.payments) == (D(0), ())
    assert [str(one.amount) for one in built.invoice.lines] == ["100.00", "-100.00"]  # type: ignore[union-attr]
    receipt = build(free, {"posting": {"zero_orders": "post"}}, streams={"invoices": False})
    assert (receipt.status, codes(receipt)) == ("skipped", ["zero_total"])


def test_a_total_of_nothing_that_the_lines_do_not_explain_is_held() -> None:
    built = build(order(line("100"), total=D(0)))
    assert (built.status, codes(built)) == ("held", ["totals_do_not_add_up"])


def test_an_unknown_row_that_takes_the_total_to_nothing_is_held() -> None:
    rows = (row("voucher", "-110.00", counted=False),)
    built = build(order(line("100"), rows=rows, total=D(0)))
    assert (built.status, codes(built)) == ("held", ["total_row_unmapped"])
    assert built.reasons[0].field == "total_rows.voucher"


def test_a_negative_total_is_held() -> None:
    built = build(order(line("-5.00", rate="0"), received=D(0)))
    assert (built.status, codes(built)) == ("held", ["negative_total"])


# --- rules and settings ---------------------------------------------------------------------


def test_a_rule_holds_an_order() -> None:
    rule = {"when": {"sku": "SH*"}, "hold": "ask Ana"}
    built = build(order(), {"rules": [rule]})
    assert (built.status, codes(built)) == ("held", ["rule_hold"])
    assert built.reasons[0].field == "rules[0].hold"
    assert built.reasons[0].message == "Held by your rule: ask Ana"
    assert build(order(), {"rules": [rule | {"when": {"sku": "MUG"}}]}).status == "ready"


@pytest.mark.parametrize(
    ("status", "approve", "posted"),
    [
        ("DRAFT", True, "AUTHORISED"),
        ("SUBMITTED", True, "AUTHORISED"),
        ("AUTHORISED", True, "AUTHORISED"),
        ("AUTHORISED", False, "DRAFT"),
        ("SUBMITTED", False, "DRAFT"),
        ("SUBMITTED", None, "SUBMITTED"),
    ],
)
def test_a_rule_approves_an_invoice_or_leaves_it_for_approval(
    status: str, approve: bool | None, posted: str
) -> None:
    """An approved invoice is paid at once; the payment of another waits for its approval."""
    rules = [] if approve is None else [{"when": {"country": "AU"}, "approve": approve}]
    posting = {"status": status, "send_to_contact": True}
    built = build(order(), {"posting": posting, "rules": rules})
    assert built.invoice is not None
    assert built.invoice.status == posted
    assert built.invoice.sent_to_contact is (posted == "AUTHORISED")
    source = "posting.status" if approve is None else "rules[0].approve"
    assert dict(built.invoice.sources)["Status"] == source
    if posted == "AUTHORISED":
        assert (len(built.payments), codes(built)) == (1, [])
    else:
        assert (built.payments, codes(built)) == ((), ["payment_waits_for_approval"])
        assert built.reasons[0].field == source


def test_the_first_rule_about_approval_wins() -> None:
    rules = [
        {"when": {"country": "NZ"}, "approve": True},
        {"when": {"sku": "SHIRT"}, "approve": False},
        {"when": {"country": "AU"}, "approve": True},
    ]
    built = build(order(), {"rules": rules})
    assert built.invoice is not None
    assert built.invoice.status == "DRAFT"


def test_a_skipped_order_is_not_held_by_a_rule() -> None:
    rules = {"rules": [{"when": {"country": "AU"}, "hold": "ask"}]}
    assert build(order(status="pending", state="new"), rules).status == "skipped"


# --- dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "placed", "day"),
    [
        ("Australia/Sydney", datetime(2026, 4, 4, 13, 30, tzinfo=UTC), date(2026, 4, 5)),
        ("Australia/Sydney", datetime(2026, 4, 5, 13, 30, tzinfo=UTC), date(2026, 4, 5)),
        ("Australia/Sydney", datetime(2026, 4, 5, 14, 0, tzinfo=UTC), date(2026, 4, 6)),
        ("Europe/London", datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 28)),
        ("Europe/London", datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 3, 30)),
        ("Pacific/Kiritimati", datetime(2026, 1, 1, 10, 0, tzinfo=UTC), date(2026, 1, 2)),
        ("America/New_York", datetime(2026, 1, 1, 4, 59, tzinfo=UTC), date(2025, 12, 31)),
    ],
)
def test_the_date_is_a_day_of_the_books(zone: str, placed: datetime, day: date) -> None:
    built = build(order(placed_at=placed), timezone=zone)
    assert built.invoice is not None
    assert built.invoice.date == day


def test_due_days_of_the_store_and_of_a_rule() -> None:
    rules: dict[str, Any] = {"posting": {"due_days": "14"}}
    assert build(order(), rules).invoice.due_date == date(2026, 3, 16)  # type: ignore[union-attr]
    rules["rules"] = [{"when": {"sku": "SHIRT"}, "due_days": "0"}]
    assert build(order(), rules).invoice.due_date == date(2026, 3, 2)  # type: ignore[union-attr]


def test_dated_by_payment_or_shipment() -> None:
    shipped = datetime(2026, 3, 20, 20, tzinfo=UTC)
    by_shipment = {"posting": {"date": "shipped"}}
    assert codes(build(order(), by_shipment)) == ["not_paid_yet"]
    made = build(order(shipped_at=shipped), by_shipment)
    assert made.invoice is not None
    assert made.invoice.date == date(2026, 3, 21)
    by_payment = {"posting": {"date": "paid"}}
    unpaid = build(order(received=D(0)), by_payment)
    assert (unpaid.status, unpaid.reasons[0].field) == ("held", "posting.date")
    assert build(order(), by_payment).status == "ready"


@pytest.mark.parametrize(("lock", "locked"), [(date(2026, 3, 1), False), (date(2026, 3, 2), True)])
def test_the_lock_date_itself_is_locked(lock: date, locked: bool) -> None:
    built = build(order(), organisation=organisation(lock_date=lock))
    assert (built.status == "held") is locked
    assert (codes(built) == ["period_locked"]) is locked


def test_or_the_order_is_dated_the_next_open_day_and_says_so() -> None:
    facts = organisation(lock_date=date(2026, 3, 31))
    rules = {"posting": {"locked_period": "next_open_day", "due_days": "7"}}
    built = build(order(), rules, facts)
    assert built.invoice is not None
    assert (built.invoice.date, built.invoice.due_date) == (date(2026, 4, 1), date(2026, 4, 8))
    assert built.invoice.lines[0].description == "Shirt (order of 2026-03-02)"
    assert [p.date for p in built.payments] == [date(2026, 4, 1)]
