"""An order that changed after posting: its invoice changed in place, or what follows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.history import Entry, History, Slot
from accounting.plan.edits import month_over
from accounting.plan.plan import Plan, plan_order
from accounting.sale.build import build_order
from stores.canonical.order import Order
from tests.accounting.one_order import OneOrder
from tests.accounting.orders import NOON, D, books, line, order, organisation
from tests.accounting.plan.test_one_event import WHOLE, codes, ordered, seen, with_refunds
from tests.accounting.sale.test_refund_documents import METHODS, back
from tests.accounting.standing import posted
from xero.documents.documents import InvoiceUpdate
from xero.documents.kinds import Kind

MARCH = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("dated", "today", "over"),
    [
        (date(2026, 3, 31), date(2026, 3, 31), False),
        (date(2026, 3, 31), date(2026, 4, 1), True),
        (date(2025, 12, 31), date(2026, 1, 1), True),
        (date(2025, 3, 2), date(2026, 3, 2), True),
        (date(2026, 1, 1), date(2025, 12, 31), False),
    ],
)
def test_a_month_is_over_with_its_last_day_whatever_the_year(
    dated: date, today: date, over: bool
) -> None:
    entry = Entry(Slot("order", "7", "invoice"), Kind.INVOICE, "S1-1001", True, True, dated=dated)
    assert month_over(entry, today) is over


def unpaid(*amounts: str, at: datetime = NOON) -> Order:
    lines = [line(net, id=str(place)) for place, net in enumerate(amounts, 1)]
    return replace(order(*lines, received=D(0)), status="pending", updated_at=at)


@pytest.mark.parametrize(
    ("lock", "at", "documents"),
    [
        (None, NOON, {"S1-1001": "132.00 (12.00)"}),
        (date(2026, 3, 1), NOON, {"S1-1001": "132.00 (12.00)"}),
        (
            MARCH, datetime(2026, 3, 3, 12, tzinfo=UTC),
            {"S1-1001": "110.00 (10.00)", "S1-1001-E1": "22.00 (2.00)"},
        ),
        (
            None, datetime(2026, 4, 1, 12, tzinfo=UTC),
            {"S1-1001": "110.00 (10.00)", "S1-1001-E1": "22.00 (2.00)"},
        ),
    ],
)  # fmt: skip
def test_an_invoice_is_changed_in_place_while_its_month_runs_and_its_day_is_open(
    lock: date | None, at: datetime, documents: dict[str, str]
) -> None:
    """The day of the lock is locked itself."""
    rules = METHODS | {"statuses": {"invoice": ["pending"]}}
    xero = organisation()
    one = OneOrder(books(rules, xero)).see(unpaid("100.00"))
    one.books = books(rules, replace(xero, lock_date=lock))
    one.see(unpaid("100.00", "20.00", at=at))
    assert one.books_of == documents


@pytest.mark.parametrize(
    ("net", "note", "said"),
    [
        ("31.00", "75.90 (6.90)", "credit_left_open"),
        ("30.99", None, "changed_after_posting"),
    ],
)
def test_all_that_refunds_have_left_of_an_order_may_be_taken_off_it_and_no_more(
    net: str, note: str | None, said: str
) -> None:
    given = back("34.10")
    one = seen(WHOLE, with_refunds(ordered("100.00"), given))
    assert one.sums == (D("75.90"), D("6.90"), D("75.90"))
    one.see(with_refunds(ordered(net), given))
    assert one.books_of.get("S1-1001-E1") == note
    assert codes(one) == [said]


def test_a_draft_that_is_changed_stays_a_draft_whatever_the_setting_is_by_now() -> None:
    rules = METHODS | {"statuses": {"invoice": ["pending"]}}
    one = OneOrder(books(rules | {"posting": {"status": "DRAFT"}})).see(unpaid("100.00"))
    one.books = books(rules)
    one.see(unpaid("100.00", "20.00"))
    (invoice,) = one.standing(Kind.INVOICE)
    assert (invoice.status, invoice.total) == ("DRAFT", D("132.00"))


def test_an_approved_invoice_that_is_changed_stays_approved() -> None:
    rules = METHODS | {"statuses": {"invoice": ["pending"]}}
    one = OneOrder(books(rules)).see(unpaid("100.00"))
    one.books = books(rules | {"posting": {"status": "DRAFT"}})
    one.see(unpaid("100.00", "20.00"))
    (invoice,) = one.standing(Kind.INVOICE)
    assert (invoice.status, invoice.total) == ("AUTHORISED", D("132.00"))


def test_by_setting_a_change_is_said_and_not_posted() -> None:
    one = seen(WHOLE, ordered("80.00", "40.00"), posting={"edits": "ignore"})
    assert one.sums == (D("110.00"), D("10.00"), D("110.00"))
    assert codes(one) == ["edit_ignored"]


def test_money_for_a_change_that_is_not_posted_is_an_overpayment() -> None:
    statuses = {"invoice": ["pending", "processing"], "paid": ["processing"]}
    rules = METHODS | {"posting": {"edits": "ignore"}, "statuses": statuses}
    one = OneOrder(books(rules)).see(unpaid("100.00"))
    raised = order(line("100.00", id="1"), line("40.00", id="2"))
    one.see(raised)
    assert one.sums == (D("110.00"), D("10.00"), D("154.00"))
    assert sorted(codes(one)) == ["edit_ignored", "overpaid"]
    one.see(raised)
    assert one.sums == (D("110.00"), D("10.00"), D("154.00")), "once"


def test_another_tax_in_the_same_total_of_a_paid_order_is_for_a_person() -> None:
    other = replace(line("101.00", tax="9.00", rate="10"), id="1")
    changed = replace(WHOLE, lines=(other,), tax=D("9.00"))
    one = OneOrder(books(METHODS | {"tax": {"rules": [
        {"country": "*", "rate": "10", "tax_type": "TAX10", "as_charged": True}
    ]}}))  # fmt: skip
    one.see(WHOLE).see(changed)
    assert one.sums == (D("110.00"), D("10.00"), D("110.00"))
    assert codes(one) == ["changed_after_posting"]
    assert "its tax is 9.00 now, its total is the same" in one.reasons[-1].message


def again(made: Order, *entries: Entry, **rules: Any) -> Plan:
    setting = books(METHODS | {"statuses": {"invoice": ["pending"]}} | rules)
    history = History(entries)
    return plan_order(setting, made, build_order(setting, made, Contacts(), history), history)


def invoiced() -> Entry:
    setting = books(METHODS | {"statuses": {"invoice": ["pending"]}})
    made = unpaid("100.00")
    (entry,) = posted(plan_order(setting, made, build_order(setting, made, Contacts()))).entries
    return replace(entry, due=entry.total)


def test_an_invoice_whose_payment_is_on_its_way_is_no_longer_untouched() -> None:
    """Xero states all of it as due still."""
    paying = Entry(
        Slot("order", "7", "payment-1"), Kind.PAYMENT, "", frozen=True, posted=False,
        total=D("110.00"), settles="S1-1001", account="970", dated=MARCH,
    )  # fmt: skip
    more = unpaid("100.00", "20.00")
    assert [wanted.slot.purpose for wanted in again(more, invoiced()).documents] == ["update"]
    (wanted,) = again(more, invoiced(), paying).documents
    assert wanted.slot.purpose == "edit"


def test_the_next_change_waits_for_the_one_that_is_on_its_way() -> None:
    under_way = Entry(Slot("order", "7", "update"), Kind.INVOICE, "", frozen=True, posted=False)
    plan = again(unpaid("100.00", "20.00"), invoiced(), under_way)
    assert (plan.documents, plan.wait) == ((), True)


def test_each_change_in_place_has_a_place_of_its_own() -> None:
    one = OneOrder(books(METHODS | {"statuses": {"invoice": ["pending"]}}))
    for more in ("10.00", "20.00", "30.00", "40.00"):
        one.see(unpaid("100.00", more))
    places = [e.slot.revision for e in one.entries if e.slot.purpose == "update"]
    assert places == [1, 2, 3]
    assert one.books_of == {"S1-1001": "154.00 (14.00)"}


@pytest.mark.parametrize(("kind", "purpose", "key"), [
    (Kind.INVOICE, "edit", "S1-1001-E1"), (Kind.CREDIT_NOTE, "edit", "S1-1001-E1"),
    (Kind.CREDIT_NOTE, "credit_note", "S1-1001-R7"),
])  # fmt: skip
def test_an_invoice_that_a_document_follows_is_no_longer_untouched(
    kind: Kind, purpose: str, key: str
) -> None:
    """Though nothing is paid on it: what stood against it was taken off it in Xero."""
    follows = Entry(
        Slot("order", "7", purpose), kind, key, frozen=True, posted=True, status="AUTHORISED",
        total=D("11.00"), tax=D("1.00"), currency="AUD", dated=MARCH,
        lines=(replace(invoiced().lines[0], unit_amount=D("10.00")),),
    )  # fmt: skip
    documents = again(unpaid("100.00", "50.00"), invoiced(), follows).documents
    planned = [wanted.slot.purpose for wanted in documents]
    assert "edit" in planned
    assert "update" not in planned


def test_each_rise_of_a_paid_order_is_an_invoice_of_what_was_added() -> None:
    one = seen(
        *(ordered("100.00", *more) for more in ((), ("10",), ("10", "20"), ("10", "20", "5")))
    )
    numbers = ("S1-1001-E1", "S1-1001-E2", "S1-1001-E3")
    assert [one.books_of[key] for key in numbers] == ["11.00 (1.00)", "22.00 (2.00)", "5.50 (0.50)"]
    assert one.sums == (D("148.50"), D("13.50"), D("110.00"))


@pytest.mark.parametrize(("net", "note"), [("30.00", "55.00 (5.00)"), ("29.99", None)])
def test_what_changes_and_refunds_have_left_may_be_taken_off_and_no_more(
    net: str, note: str | None
) -> None:
    """110.00, less 22.00 by a change and 33.00 by a refund: 55.00 are left."""
    given = back("33.00")
    one = seen(WHOLE, ordered("80.00"), with_refunds(ordered("80.00"), given))
    assert one.sums[0] == D("55.00")
    one.see(with_refunds(ordered(net), given))
    assert one.books_of.get("S1-1001-E2") == note


def test_what_was_cancelled_beside_a_refund_is_credited_beside_it() -> None:
    """99.00 less: 44.00 were given back, and 55.00 never charged."""
    lowered = with_refunds(ordered("10.00", paid="55.00"), back("44.00"))
    lowered = replace(lowered, cancelled=D("55.00"))
    one = seen(ordered("80.00", "20.00", paid="55.00"), lowered)
    assert one.books_of["S1-1001-R7"] == "44.00 (4.00)"
    assert one.books_of["S1-1001-E1"] == "55.00 (5.00)"
    assert (one.sums[:2], codes(one)) == ((D("11.00"), D("1.00")), [])


def test_an_invoice_that_a_refund_is_about_is_not_changed_in_place() -> None:
    """It credits what it speaks of, and the rest of the change is credited beside it."""
    one = OneOrder(books(METHODS | {"statuses": {"invoice": ["pending"]}})).see(unpaid("100.00"))
    lowered = replace(with_refunds(unpaid("60.00"), back("22.00")), cancelled=D("22.00"))
    one.see(lowered)
    assert one.sums == (D("66.00"), D("6.00"), D(0))
    assert not [e for e in one.entries if e.slot.purpose == "update"]


def test_by_setting_a_change_is_left_out_and_what_was_cancelled_is_credited_all_the_same() -> None:
    lowered = replace(ordered("80.00"), cancelled=D("22.00"))
    one = seen(WHOLE, lowered, posting={"edits": "ignore"})
    assert one.books_of["S1-1001-E1"] == "22.00 (2.00)"


def test_by_setting_another_tax_in_the_same_total_is_left_out_too() -> None:
    rules = METHODS | {"posting": {"edits": "ignore"}, "tax": {"rules": [
        {"country": "*", "rate": "10", "tax_type": "TAX10", "as_charged": True}
    ]}}  # fmt: skip
    other = replace(WHOLE, lines=(replace(line("101.00", tax="9.00"), id="1"),), tax=D("9.00"))
    assert codes(OneOrder(books(rules)).see(WHOLE).see(other)) == ["edit_ignored"]


def test_an_order_in_another_currency_than_it_was_posted_in_is_for_a_person() -> None:
    one = seen(WHOLE, replace(ordered("90.00", "20.00"), currency="EUR"))
    assert one.sums == (D("110.00"), D("10.00"), D("110.00"))
    assert "currency_not_enabled" in codes(one)


@pytest.mark.parametrize("changes", [
    {"linked": True}, {"linked": True, "status": "DRAFT"}, {"shared": True},
    {"status": "PAID", "total": D(0), "tax": D(0), "due": D(0), "lines": ()},
])  # fmt: skip
def test_an_invoice_of_somebody_or_of_nothing_is_not_changed_in_place(
    changes: dict[str, Any],
) -> None:
    """One of 0.00 is paid in Xero at once."""
    documents = again(unpaid("100.00", "20.00"), replace(invoiced(), **changes)).documents
    assert [wanted.slot.purpose for wanted in documents] == ["edit"]


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
def test_a_draft_that_is_changed_is_not_sent_to_the_buyer(status: str) -> None:
    setting = METHODS | {"statuses": {"invoice": ["pending"]}, "posting": {"send_to_contact": True}}
    (wanted,) = again(
        unpaid("100.00", "20.00"), replace(invoiced(), status=status), **setting
    ).documents
    assert isinstance(wanted.document, InvoiceUpdate)
    assert wanted.document.invoice.sent_to_contact is (status == "AUTHORISED")
