"""A sale that the shop cancelled: what goes back, what stays, and how it is told."""

from __future__ import annotations

from dataclasses import replace

from stores.canonical import Order, Payment
from sync.build import build_order
from sync.directory import Contacts
from sync.history import History
from sync.plan import Plan, plan_order
from tests.unit.one_order import OneOrder
from tests.unit.orders import NOON, D, books, order
from tests.unit.standing import posted
from tests.unit.test_one_event import WHOLE, codes, ordered, seen, with_refunds
from tests.unit.test_refund_documents import METHODS, back
from xero.documents import CreditNote, StatusChange

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
    built = build_order(setting, made, Contacts())
    return plan_order(setting, made, built, history, undo=undo)


def test_the_history_note_says_who_took_it_back() -> None:
    first = planned(UNPAID, None)
    for undo, why in ((False, "cancelled in the shop"), (True, "undone by a person")):
        made = UNPAID if undo else cancelled(UNPAID)
        (want,) = planned(made, first, undo=undo).wants
        assert isinstance(want.document, StatusChange)
        assert want.document.status == "VOIDED"
        assert want.note == f"Order 1001 was {why}: voided."


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
        notes = [w.document.number for w in plan.wants if isinstance(w.document, CreditNote)]
        assert notes == wanted
