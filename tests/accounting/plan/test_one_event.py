"""Money that the shop gave back, goods that it cancelled, and changes of the order: each reduces
the sale by its own amount, once, in whatever order they are seen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from stores.canonical.order import Line, Order, Payment
from stores.canonical.refund import Refund
from tests.accounting.one_order import OneOrder
from tests.accounting.orders import D, books, line
from tests.accounting.sale.test_refund_documents import METHODS, back, refunded


def ordered(*amounts: str, paid: str = "110.00", **changes: object) -> Order:
    """An order of these net amounts at 10 %, of which so much was received by cheque."""
    lines = tuple(line(net, id=str(at)) for at, net in enumerate(amounts, 1))
    return sold(lines, paid, **changes)


def sold(lines: tuple[Line, ...], paid: str, **changes: object) -> Order:
    money = (Payment("checkmo", D(paid), received_at=back("1").refunded_at),) if D(paid) else ()
    total, tax = sum((one.gross for one in lines), D(0)), sum((one.tax for one in lines), D(0))
    values = {"lines": lines, "total": total, "tax": tax, "payments": money, "received": D(paid)}
    return replace(refunded(), **(values | changes))  # type: ignore[arg-type]


def with_refunds(order: Order, *given: Refund) -> Order:
    return replace(order, refunds=given, refunded=sum((one.total for one in given), D(0)))


def seen(*versions: Order, **rules: dict[str, str]) -> OneOrder:
    one = OneOrder(books(METHODS | rules))
    for version in versions:
        one.see(version)
    return one


def codes(one: OneOrder) -> list[str]:
    return [reason.code for reason in one.reasons]


WHOLE = ordered("80.00", "20.00")
HALF = with_refunds(WHOLE, back("55.00"))


# --- lowered after a refund ---------------------------------------------------------------------


def test_what_an_order_is_lowered_by_after_a_refund_of_another_amount_is_credited() -> None:
    lowered = with_refunds(ordered("80.00"), back("55.00"))
    one = seen(WHOLE, HALF, lowered)
    assert one.books_of["S1-1001-E1"] == "22.00 (2.00)"
    assert one.sums == (D("33.00"), D("3.00"), D("55.00"))
    assert codes(one) == ["credit_left_open"]


def test_it_is_the_same_whether_both_are_seen_together_or_apart() -> None:
    lowered = with_refunds(ordered("80.00"), back("55.00"))
    assert seen(WHOLE, lowered).sums == seen(WHOLE, HALF, lowered).sums


def test_a_refund_of_what_the_order_was_lowered_by_is_one_event_with_it() -> None:
    lowered = with_refunds(ordered("80.00"), back("22.00"))
    for one in (
        seen(WHOLE, lowered), seen(WHOLE, ordered("80.00"), lowered),
        seen(WHOLE, with_refunds(WHOLE, back("22.00")), lowered),
    ):  # fmt: skip
        assert one.sums == (D("88.00"), D("8.00"), D("88.00"))
        assert one.plan.same == {"7"}
        assert codes(one) == []


def test_two_refunds_together_may_be_what_the_order_was_lowered_by() -> None:
    given = (back("11.00"), back("33.00", id="8"), back("11.00", id="9"))
    one = seen(WHOLE, with_refunds(ordered("80.00"), *given))
    assert one.sums == (D("55.00"), D("5.00"), D("55.00"))
    assert one.plan.same == {"7", "9"}


def test_each_change_is_one_event_with_one_refund_only() -> None:
    """22.00 off and given back, then 22.00 off once more, which nobody gave back."""
    versions = (
        WHOLE, ordered("80.00"), with_refunds(ordered("80.00"), back("22.00")),
        with_refunds(ordered("60.00"), back("22.00")),
    )  # fmt: skip
    one = seen(*versions)
    assert one.sums == (D("66.00"), D("6.00"), D("88.00"))
    assert one.receivable == D("-22.00")


def test_raised_after_a_refund_the_order_has_a_further_invoice_for_the_difference() -> None:
    one = seen(WHOLE, HALF, with_refunds(ordered("80.00", "40.00"), back("55.00")))
    assert one.books_of["S1-1001-E1"] == "22.00 (2.00)"
    assert one.sums == (D("77.00"), D("7.00"), D("55.00"))


def test_more_off_than_refunds_have_left_is_for_a_person() -> None:
    one = seen(
        WHOLE, with_refunds(WHOLE, back("100.00")), with_refunds(ordered("70.00"), back("100.00"))
    )
    assert one.sums == (D("10.00"), D("0.91"), D("10.00"))
    assert codes(one) == ["changed_after_posting"]


# --- cancelled in part --------------------------------------------------------------------------

TEA = line(
    "39.96", id="1", tax="4.00", quantity=D(4), unit_net=D("9.99"), unit_gross=D("10.99")
)  # fmt: skip
MUG = line("29.90", id="2", tax="2.99")
POST = line("9.55", id="3", tax="0.95")
ALL = sold((TEA, MUG, POST), "32.48")
TWO_TEAS = replace(
    TEA, quantity=D(2), net=D("19.98"), tax=D("2.00"), full_net=D("19.98"), full_gross=D("21.98")
)


def test_what_is_cancelled_after_a_refund_is_credited_beside_it() -> None:
    given = back("10.99", tax=D("1.00"))
    cancelled = with_refunds(
        sold((TWO_TEAS, POST), "32.48", cancelled=D("54.88"), outstanding=D("0.00")), given
    )
    one = seen(ALL, with_refunds(ALL, given), cancelled)
    assert one.sums == (D("21.49"), D("1.95"), D("21.49"))
    assert one.receivable == 0
    assert codes(one) == []


@pytest.mark.parametrize("edits", ["update", "ignore"])
def test_a_refund_of_just_as_much_as_was_cancelled_is_no_part_of_it(edits: str) -> None:
    """Of two at 55.00 one was invoiced, paid and given back, the other cancelled."""
    whole = ordered("50.00", "50.00", paid="55.00")
    given = with_refunds(whole, back("55.00"))
    cancelled = replace(given, lines=(whole.lines[0],), total=D("55.00"), tax=D("5.00"),
                        cancelled=D("55.00"))  # fmt: skip
    for one in (
        seen(whole, given, cancelled, posting={"edits": edits}),
        seen(whole, cancelled, posting={"edits": edits}),
    ):
        assert one.sums == (D("0.00"), D("0.00"), D("0.00"))
        assert one.receivable == 0
        assert "edit_ignored" not in codes(one)


def test_an_order_that_the_shop_calls_cancelled_keeps_what_was_not() -> None:
    """Three of four teas were sold and given back, the fourth was cancelled, shipping was kept."""
    whole = sold((TEA, POST), "43.47")
    three = replace(
        TEA, quantity=D(3), net=D("29.97"), tax=D("3.00"), full_net=D("29.97"),
        full_gross=D("32.97"),
    )  # fmt: skip
    given = back("32.97", tax=D("3.00"))
    cancelled = with_refunds(
        sold((three, POST), "43.47", cancelled=D("10.99"), state="canceled", status="canceled"),
        given,
    )
    for one in (seen(whole, with_refunds(whole, given), cancelled), seen(cancelled)):
        assert one.sums == (D("10.50"), D("0.95"), D("10.50"))
        assert one.receivable == 0
        assert codes(one) == []


# --- taken back and issued anew -----------------------------------------------------------------


def test_a_refund_is_credited_against_the_sale_that_stands_now() -> None:
    one = seen(WHOLE, HALF)
    one.see(HALF, undo=True)
    assert one.sums == (D(0), D(0), D(0))
    one.see(HALF)
    assert one.books_of["S1-1001-A-R7"] == "55.00 (5.00)"
    assert one.sums == (D("55.00"), D("5.00"), D("55.00"))
    assert one.receivable == 0


def test_taken_back_and_issued_anew_time_and_again_each_issue_has_its_refund() -> None:
    one = seen(WHOLE, HALF)
    for letter in "ABDF":
        one.see(HALF, undo=True)
        one.see(HALF)
        assert one.books_of[f"S1-1001-{letter}-R7"] == "55.00 (5.00)"
        assert one.sums == (D("55.00"), D("5.00"), D("55.00"))
        assert one.receivable == 0


@pytest.mark.parametrize("status", ["canceled", "returned"])
def test_cancelled_and_opened_again_the_refund_counts_once(status: str) -> None:
    one = seen(WHOLE, HALF, statuses={"invoice": ["processing"], "reverse": ["canceled"],
                                      "refunded": ["returned"], "paid": ["*"]})  # fmt: skip
    one.see(replace(HALF, status=status, state="canceled"))
    one.see(HALF)
    assert one.sums == (D("55.00"), D("5.00"), D("55.00"))
    assert one.receivable == 0


def test_a_refund_made_while_the_sale_was_taken_back_is_credited_once() -> None:
    one = seen(WHOLE)
    one.see(WHOLE, undo=True)
    one.see(HALF)
    assert "S1-1001-A-R7" in one.books_of
    assert one.sums == (D("55.00"), D("5.00"), D("55.00"))


def test_a_refund_of_an_order_that_was_undone_stays_with_the_issue_it_was_made_for() -> None:
    one = seen(WHOLE, HALF)
    one.see(HALF, undo=True)
    two = with_refunds(WHOLE, back("55.00"), back("22.00", id="8"))
    one.see(two)
    assert one.sums == (D("33.00"), D("3.00"), D("33.00"))
    assert one.receivable == 0
    assert Decimal(one.books_of["S1-1001-A-R8"].split()[0]) == D("22.00")


def test_as_much_cancelled_as_given_back_is_credited_once_each_however_often_it_is_seen() -> None:
    """44.00 less: 22.00 were never charged, 22.00 given back."""
    less = with_refunds(ordered("60.00", paid="88.00", cancelled=D("22.00")), back("22.00"))
    one = seen(ordered("80.00", "20.00", paid="88.00"), less, less)
    assert one.books_of["S1-1001-R7"] == one.books_of["S1-1001-E1"] == "22.00 (2.00)"
    assert one.sums == (D("66.00"), D("6.00"), D("66.00"))
    assert one.receivable == 0


def test_a_change_of_which_a_part_was_cancelled_waits_for_the_refund_of_the_rest() -> None:
    """33.00 less: 11.00 cancelled, 22.00 given back, all seen at once or one after the other."""
    less = ordered("70.00", cancelled=D("11.00"))
    given = with_refunds(less, back("22.00"))
    for one in (seen(WHOLE, given), seen(WHOLE, with_refunds(WHOLE, back("22.00")), given)):
        assert one.sums == (D("77.00"), D("7.00"), D("88.00"))
        assert one.receivable == D("-11.00")
        assert one.plan.same == {"7"}
