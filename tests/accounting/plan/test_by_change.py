"""What of a change is no cancellation, and which refund speaks of it: each rule by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.history import Entry, History, Slot
from accounting.plan.one_event import _summing as summing
from accounting.plan.one_event import _unspoken as unspoken
from accounting.plan.one_event import by_change, credited, same_money
from accounting.plan.open_items import OpenCredit
from accounting.plan.worksheet import Worksheet
from accounting.sale.build import build_order
from stores.canonical.order import Order
from stores.canonical.refund import Refund
from tests.accounting.money.test_given_back import CARD, NO_PAYMENTS, RULES, gone
from tests.accounting.orders import NOON, D, books, mapped, organisation, row
from tests.accounting.plan.test_edits import MARCH
from tests.accounting.sale.test_refund_documents import back, refunded
from xero.documents.kinds import Kind

CONVERT = {"posting": {"currency_not_enabled": "convert"}}


def planner(
    *refunds: Refund, cancelled: str = "0", entries: tuple[Entry, ...] = (),
    rules: dict[str, Any] | None = None, facts: Any = None, **changes: Any,
) -> Worksheet:  # fmt: skip
    made: Order = replace(refunded(*refunds), cancelled=D(cancelled), **changes)
    setting = books(RULES | (rules or {}), facts or organisation())
    built = build_order(setting, made, Contacts())
    return Worksheet(setting, mapped(setting, made), built, History(entries), reversing=False)


def converted(cancelled: str = "0") -> Worksheet:
    """Of an order in GBP that is posted in AUD, two for one."""
    return planner(
        cancelled=cancelled, rules=CONVERT, currency="GBP", rate=D("0.5"), base_total=D("220.00"),
    )  # fmt: skip


def edit(total: str, kind: Kind = Kind.CREDIT_NOTE, at: int = 1) -> Entry:
    slot = Slot("order", "7", "edit", at)
    return Entry(slot, kind, f"S1-1001-E{at}", True, True, total=D(total), dated=MARCH)


@pytest.mark.parametrize(("cancelled", "before", "lowered", "change"), [
    ("0", [], "22.00", "22.00"),
    ("22.00", [], "22.00", "0"),  # all of it was cancelled
    ("22.00", [], "44.00", "22.00"),
    ("22.00", ["22.00"], "44.00", "44.00"),  # it was credited before
    ("22.00", ["22.00"], "30.00", "30.00"),
    ("22.00", ["22.00"], "22.00", "0"),  # what was credited before was a change
    ("22.00", [], "11.00", "11.00"),  # it was no part of the invoice
    ("44.00", ["22.00"], "22.00", "0"),  # more was cancelled since
    ("44.00", ["21.99"], "22.00", "22.00"),
    ("44.00", ["44.00"], "22.00", "22.00"),
    ("44.00", ["40.00"], "10.00", "0"),
])  # fmt: skip
def test_what_of_a_change_is_no_cancellation(
    cancelled: str, before: list[str], lowered: str, change: str
) -> None:
    edits = [edit("5.00", Kind.INVOICE, 9), *(edit(total) for total in before)]
    assert by_change(planner(cancelled=cancelled), D(lowered), edits) == D(change)


@pytest.mark.parametrize(("lowered", "change"), [("22.01", "0"), ("22.02", "0.02")])
def test_what_converting_rounds_is_no_change(lowered: str, change: str) -> None:
    assert by_change(converted("11.00"), D(lowered), []) == D(change)


def made_by(total: str, purpose: str = "edit-1-", **changes: Any) -> OpenCredit:
    slot = Slot("order", "7", purpose.rstrip("-"))
    return OpenCredit(slot, "S1-1001-E1", D(total), MARCH, purpose, **changes)


def test_a_refund_is_about_the_credit_of_a_change_over_the_same_amount() -> None:
    other, same = made_by("30.00"), made_by("22.00")
    assert same_money(planner(), [other, same], D("22.00")) is same
    assert same_money(planner(), [other, same], D("22.01")) is None


def test_a_credit_that_is_no_change_or_is_paid_back_is_about_no_refund() -> None:
    assert same_money(planner(), [made_by("22.00", "cancel-1-")], D("22.00")) is None
    assert same_money(planner(), [made_by("22.00", returned=True)], D("22.00")) is None


@pytest.mark.parametrize(("total", "same"), [("22.02", True), ("22.03", False)])
def test_of_a_converted_sale_the_two_may_be_a_cent_apart(total: str, same: bool) -> None:
    credit = made_by("22.01")
    assert same_money(converted(), [credit], D(total)) is (credit if same else None)
    sums = summing([(back("11.00"), D(total))], D("22.01"), D("0.01"))
    assert len(sums) == int(same)


def test_a_refund_credits_what_its_note_does_and_before_that_all_but_what_is_on_lines() -> None:
    memo = back("30.00", tenders=(gone(CARD, "10.00"),))
    card = {"rows": (row(CARD, "-30.00"),), "total": D("80.00")}
    assert credited(planner(memo, **card), memo) == D("30.00")
    assert credited(planner(memo, facts=NO_PAYMENTS, **card), memo) == D("20.00")
    note = Entry(
        Slot("refund", "7", "credit_note"), Kind.CREDIT_NOTE, "S1-1001-R7", True, True,
        total=D("29.99"), dated=MARCH,
    )  # fmt: skip
    assert credited(planner(memo, entries=(note,), **card), memo) == D("29.99")


@pytest.mark.parametrize(("cancelled", "left"), [("0", ["7"]), ("30.00", ["7", "8"])])
def test_the_note_of_a_change_is_for_one_refund_of_its_amount_and_not_for_what_was_cancelled(
    cancelled: str, left: list[str]
) -> None:
    given = back("22.00"), back("30.00", id="8", refunded_at=NOON)
    found = unspoken(planner(*given, cancelled=cancelled), [edit("30.00")])
    assert [refund.id for refund in found] == left
