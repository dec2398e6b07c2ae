"""A sale that the shop cancelled: what goes back, what stays, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.history import Entry, History, Slot
from accounting.plan.plan import Plan, plan_order
from accounting.sale.build import build_order
from stores.canonical.order import Order, Payment
from tests.accounting.one_order import UNDONE, OneOrder
from tests.accounting.orders import NOON, D, books, line, order
from tests.accounting.plan.test_one_event import WHOLE, codes, ordered, seen, with_refunds
from tests.accounting.sale.test_refund_documents import METHODS, back
from tests.accounting.standing import posted
from xero.documents.documents import CreditNote, DocumentStatusChange
from xero.documents.kinds import Kind
from xero.documents.settling import Allocation

RETURNED = {"statuses": {"invoice": ["processing"], "reverse": ["canceled"],
                         "refunded": ["returned"], "paid": ["*"]}}  # fmt: skip


def cancelled(made: Order, status: str = "canceled") -> Order:
    return replace(made, status=status, state="canceled")


def test_where_the_sales_money_went_back_that_of_an_earlier_change_did_too() -> None:
    """22.00 were taken off and left open; then the whole order was paid back."""
    one = seen(WHOLE, ordered("80.00"), **RETURNED)
    assert codes(one) == ["credit_left_open"]
    one.see(cancelled(ordered("80.00"), "returned"))
    assert one.sums == (D(0), D(0), D(0))
    assert one.receivable == 0


def test_where_it_did_not_the_refunds_are_paid_back_and_the_rest_is_left_open() -> None:
    given = with_refunds(WHOLE, back("33.00"))
    one = seen(WHOLE, cancelled(given), **RETURNED)
    assert one.sums == (D(0), D(0), D("77.00"))
    assert one.receivable == D("-77.00")
    assert "credit_left_open" in codes(one)


def test_more_refunded_than_the_refunds_account_for_is_the_cancelled_rest() -> None:
    """The order says 110.00, its one memo 33.00: the rest went back without a memo."""
    given = replace(with_refunds(WHOLE, back("33.00")), refunded=D("110.00"))
    one = seen(WHOLE, cancelled(given), **RETURNED)
    assert one.sums == (D(0), D(0), D(0))
    exactly = with_refunds(WHOLE, back("33.00"))
    assert seen(WHOLE, cancelled(exactly), **RETURNED).sums[2] == D("77.00")


# --- voided, and what came in meanwhile --------------------------------------------------------

UNPAID = replace(order(received=D(0)), status="pending")
STATUSES = METHODS | {"statuses": {"invoice": ["pending"], "reverse": ["canceled"]}}


def planned(made: Order, first: Plan | None, *, undo: bool = False, **rules: object) -> Plan:
    setting = books(STATUSES | rules)
    history = posted(first, due=D("110.00")) if first is not None else posted(Plan())
    history = replace(history, undone=UNDONE if undo else None)
    built = build_order(setting, made, Contacts())
    return plan_order(setting, made, built, history)


def test_the_history_note_says_who_took_it_back() -> None:
    first = planned(UNPAID, None)
    for undo, why in ((False, "cancelled in the shop"), (True, "undone by a person")):
        made = UNPAID if undo else cancelled(UNPAID)
        (wanted,) = planned(made, first, undo=undo).documents
        assert isinstance(wanted.document, DocumentStatusChange)
        assert wanted.document.status == "VOIDED"
        assert wanted.note == f"Order 1001 was {why}: voided."


def test_by_setting_an_unpaid_sale_is_credited_and_not_voided() -> None:
    one = OneOrder(books(STATUSES | {"posting": {"cancel": "credit_note"}}))
    one.see(UNPAID).see(cancelled(UNPAID))
    assert one.books_of == {
        "S1-1001": "110.00 (10.00)", "S1-1001-C": "110.00 (10.00)",
        "S1-1001-C to S1-1001": "110.00",
    }  # fmt: skip


def test_money_that_came_in_before_the_cancellation_is_posted_and_nothing_is_voided() -> None:
    paid = replace(
        UNPAID, received=D("110.00"), payments=(Payment("checkmo", D("110.00"), received_at=NOON),)
    )
    one = OneOrder(books(STATUSES)).see(UNPAID).see(cancelled(paid))
    assert one.books_of["S1-1001-C"] == "110.00 (10.00)"
    assert one.sums == (D(0), D(0), D("110.00"))
    assert one.receivable == D("-110.00")


def test_a_credit_note_that_waits_to_be_sent_is_planned_again_and_one_on_its_way_is_not() -> None:
    """What waits is made of the order as it is now; what is on its way is not changed."""
    by_note = {"posting": {"cancel": "credit_note"}}
    first = planned(UNPAID, None, **by_note)
    gone = planned(cancelled(UNPAID), first, **by_note)
    (sale,) = posted(first, due=D("110.00")).entries
    for frozen, wanted in ((False, ["S1-1001-C"]), (True, [])):
        waiting = posted(gone, frozen=frozen, posted=False, status="").entries
        setting = books(STATUSES | by_note)
        built = build_order(setting, cancelled(UNPAID), Contacts())
        plan = plan_order(setting, cancelled(UNPAID), built, History((sale, *waiting)))
        notes = [w.document.number for w in plan.documents if isinstance(w.document, CreditNote)]
        assert notes == wanted


# --- drafts, and what is on its way ------------------------------------------------------------

BY_NOTE = {"posting": {"cancel": "credit_note"}}


def taken_back(*entries: Entry, made: Order = UNPAID, undo: bool = False, **rules: object) -> Plan:
    setting = books(STATUSES | rules)
    made = made if undo else cancelled(made)
    history = History(entries, undone=UNDONE if undo else None)
    return plan_order(setting, made, build_order(setting, made, Contacts(), history), history)


def sale(**changes: Any) -> Entry:
    (entry,) = posted(planned(UNPAID, None), due=D("110.00")).entries
    return replace(entry, **changes)


def statuses(plan: Plan) -> list[str]:
    found = [
        w.document.status for w in plan.documents if isinstance(w.document, DocumentStatusChange)
    ]
    assert len(found) == len(plan.documents)
    return found


def test_a_sale_that_is_on_its_way_is_taken_back_once_it_is_there() -> None:
    plan = taken_back(sale(posted=False, status=""))
    assert (plan.documents, plan.wait) == ((), True)


@pytest.mark.parametrize(
    ("frozen", "done", "planned", "waits"),
    [(False, False, ["VOIDED"], False), (True, False, [], True), (True, True, [], False)],
)
def test_a_void_that_is_on_its_way_is_not_planned_again(
    frozen: bool, done: bool, planned: list[str], waits: bool
) -> None:
    slot = Slot("order", "7", "cancel")
    under_way = Entry(slot, Kind.INVOICE, "", frozen=frozen, posted=done)
    plan = taken_back(sale(), under_way)
    assert (statuses(plan), plan.wait) == (planned, waits)


@pytest.mark.parametrize("rules", [{}, BY_NOTE])
def test_a_draft_is_deleted_by_whatever_setting(rules: dict[str, Any]) -> None:
    assert statuses(taken_back(sale(status="DRAFT"), **rules)) == ["DELETED"]


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
def test_an_invoice_of_somebody_is_credited_and_stays(status: str) -> None:
    plan = taken_back(sale(status=status, linked=True))
    assert [w.document.kind for w in plan.documents if w.slot.purpose == "cancel-credit"] == [
        Kind.CREDIT_NOTE
    ]
    assert "cancel" not in [wanted.slot.purpose for wanted in plan.documents]


def test_what_a_person_undoes_is_voided_though_money_came_in_that_is_posted_by_hand() -> None:
    by_hand = {"payment_accounts": {"checkmo": "none"}}
    paid = replace(
        UNPAID, received=D("110.00"), payments=(Payment("checkmo", D("110.00"), received_at=NOON),)
    )
    assert statuses(taken_back(sale(), made=paid, undo=True, **by_hand)) == ["VOIDED"]
    plan = taken_back(sale(), made=paid, **by_hand)
    assert plan.documents[0].slot.purpose == "cancel-credit"


def test_without_the_credit_note_stream_a_paid_sale_that_is_cancelled_stays_and_is_said() -> None:
    one = OneOrder(books(METHODS | RETURNED, streams={"credit_notes": False}))
    one.see(WHOLE).see(cancelled(WHOLE))
    assert one.sums == (D("110.00"), D("10.00"), D("110.00"))
    assert "credit_notes_off" in codes(one)


def test_the_credit_note_of_a_whole_sale_has_the_sales_own_lines() -> None:
    """Its pieces, with their items: they are back in stock."""
    two = replace(WHOLE, lines=(line("100.00", quantity=D(2), unit_net=D("50.00")),))
    one = OneOrder(books(METHODS | RETURNED, items=("SHIRT",))).see(two).see(cancelled(two))
    invoice, note = one.standing(Kind.INVOICE, Kind.CREDIT_NOTE)
    assert [(one.quantity, one.item_code) for one in note.lines] == [(D(2), "SHIRT")]
    assert note.lines == invoice.lines


def test_a_sale_and_its_change_on_another_basis_are_credited_together() -> None:
    one = seen(WHOLE, **RETURNED)
    rules = METHODS | RETURNED
    raised = ordered("80.00", "20.00", "30.00", paid="143.00")
    one.books = books(rules | {"tax": {"prices_include_tax": True}})
    one.see(raised)
    assert one.books_of["S1-1001-E1"] == "33.00 (3.00)"
    one.see(cancelled(raised, "returned"))
    assert one.sums == (D(0), D(0), D(0))


def test_the_credit_note_of_a_sale_that_is_issued_anew_pays_for_it() -> None:
    one = seen(WHOLE, cancelled(WHOLE), **RETURNED)
    assert one.books_of == {
        "S1-1001": "110.00 (10.00)", "S1-1001-C": "110.00 (10.00)", "payment S1-1001": "110.00",
    }  # fmt: skip
    one.see(WHOLE)
    assert one.books_of["S1-1001-C to S1-1001-A"] == "110.00"
    assert (one.sums, one.receivable) == ((D("110.00"), D("10.00"), D("110.00")), D(0))
    one.see(cancelled(WHOLE))
    assert one.books_of["S1-1001-A-C"] == "110.00 (10.00)"
    assert (one.sums, one.receivable) == ((D(0), D(0), D("110.00")), D("-110.00"))


def test_what_is_used_late_of_a_cancellations_credit_note_bears_its_date() -> None:
    one = OneOrder(books(STATUSES | BY_NOTE)).see(UNPAID).see(cancelled(UNPAID))
    (note,) = one.standing(Kind.CREDIT_NOTE)
    freed = [replace(e, due=e.total) for e in one.entries if e.kind is not Kind.ALLOCATION]
    later = replace(UNPAID, updated_at=UNPAID.updated_at + timedelta(days=40))
    (wanted,) = taken_back(*freed, made=later, **BY_NOTE).documents
    assert isinstance(wanted.document, Allocation)
    assert (wanted.document.date, wanted.document.amount) == (note.dated, D("110.00"))
