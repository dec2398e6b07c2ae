"""Shops that state no money: returned goods, totals that fall, orders that are deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounting.sale.built import SKIPPED
from stores.canonical.order import Order, TaxShare
from stores.canonical.refund import Return
from tests.accounting.one_order import OneOrder
from tests.accounting.orders import NOON, D, books, build, codes, line, order, row, shipping
from tests.accounting.sale.test_refund_documents import METHODS

PAID = {"statuses": {"invoice": ["processing"], "paid": ["processing"], "refunded": ["refunded"]}}
# What the line came to is said, a price of each is not.
SHIRTS = replace(
    line("90.00", id="1"), quantity=D(3), full_net=D("100.00"), unit_net=None, unit_gross=None
)


def sold(*lines: Any, **changes: Any) -> Order:
    """An order of which the shop says nothing but its status."""
    return order(*(lines or (SHIRTS, shipping("5.00"))), payment_method="checkmo", **changes)


def came_back(
    quantity: str, *, id: str = "4", action: str = "1", lines: tuple[str, ...] = ("1",)
) -> Return:
    return Return(id, action, "Shirt", D(quantity), lines, NOON, "return[0]")


def seen(*versions: Order, **refunds: Any) -> OneOrder:
    rules = {"return_actions": ["1"]} | refunds
    one = OneOrder(books(METHODS | PAID | {"refunds": rules}))
    for version in versions:
        one.see(version)
    return one


def reasons(one: OneOrder) -> list[str]:
    return [reason.code for reason in one.reasons]


# --- returned goods ------------------------------------------------------------------------------


def test_returned_pieces_are_credited_at_what_was_charged_and_paid_back():
    one = seen(sold(returns=(came_back("1"),)))

    assert one.books_of["S1-1001-R4"] == "33.00 (3.00)"
    assert one.books_of["refund S1-1001-R4"] == "33.00"
    assert one.sums == (D("71.50"), D("6.50"), D("71.50"))


def test_a_return_that_comes_later_is_credited_once():
    whole = sold()
    back = replace(whole, returns=(came_back("1"),))

    assert seen(whole, back, back).sums == seen(back).sums


def test_the_pieces_of_several_returns_are_the_line_to_the_cent_and_no_more():
    odd = replace(line("100.00", id="1"), quantity=D(3), unit_net=None, unit_gross=None)
    returns = tuple(came_back("1", id=str(number)) for number in (4, 5, 6, 7))

    one = seen(sold(odd, shipping("5.00"), returns=returns))

    credited = [one.books_of[f"S1-1001-R{n}"] for n in (4, 5, 6)]
    assert credited == ["36.66 (3.33)", "36.68 (3.34)", "36.66 (3.33)"]
    assert "S1-1001-R7" not in one.books_of
    assert one.sums == (D("5.50"), D("0.50"), D("5.50"))


def test_a_fixed_tax_comes_back_with_its_pieces():
    eco = replace(SHIRTS, fixed_taxes=(TaxShare("Eco", None, D("6.00")),))

    one = seen(sold(eco, returns=(came_back("1"),)))

    assert one.books_of["S1-1001-R4"] == "35.00 (3.00)"


def test_a_return_of_another_action_credits_nothing():
    one = seen(sold(returns=(came_back("1", action="3"),)))

    assert one.sums == (D("104.50"), D("9.50"), D("104.50"))
    assert reasons(one) == []


@pytest.mark.parametrize("status", ["refunded", "canceled"])
def test_goods_that_come_back_after_the_whole_was_credited_credit_nothing_more(status: str):
    whole = sold()
    ended = replace(whole, status=status)
    rules = {"statuses": PAID["statuses"] | {"reverse": ["canceled"]}}
    one = OneOrder(books(METHODS | rules | {"refunds": {"return_actions": ["1"]}}))

    one.see(whole).see(ended).see(replace(ended, returns=(came_back("1"),)))

    assert one.books_of["S1-1001-C"] == "104.50 (9.50)"
    assert "S1-1001-R4" not in one.books_of
    assert one.sums[:2] == (D(0), D(0))


def test_a_return_goes_back_through_all_that_paid_also_to_store_credit():
    """The shop says of none of it where it went: what it can be is what paid."""
    credit = replace(row("credit", "-40.00"), after_tax=True)
    partly = sold(rows=(credit,), total=D("64.50"), returns=(came_back("3"),))
    rules = METHODS | PAID | {"refunds": {"return_actions": ["1"]}}
    one = OneOrder(books(rules | {"total_rows": {"credit": "store_credit"}}))

    one.see(partly).see(replace(partly, status="refunded"))

    assert reasons(one) == ["reversed_in_xero"]
    assert one.books_of["S1-1001-R4"] == "99.00 (9.00)"
    assert one.sums == (D(0), D(0), D(0))


def test_a_return_of_an_order_that_is_not_paid_is_put_against_its_invoice():
    rules = METHODS | {"statuses": {"invoice": ["*"]}, "refunds": {"return_actions": ["1"]}}
    one = OneOrder(books(rules)).see(sold(returns=(came_back("1"),)))

    assert one.books_of["S1-1001-R4 to S1-1001"] == "33.00"
    assert one.receivable == D("71.50")


def test_what_is_left_after_a_return_goes_back_with_the_refunded_status():
    whole = sold(returns=(came_back("1"),))

    one = seen(whole, replace(whole, status="refunded"))

    assert one.books_of["S1-1001-C"].split()[0] == "71.50"
    assert one.sums == (D(0), D(0), D(0))


@pytest.mark.parametrize("lines", [(), ("8",), ("1", "2")])
def test_a_return_of_no_line_or_of_two_that_differ_is_held(lines: tuple[str, ...]):
    two = (SHIRTS, line("7.00", id="2"))

    built = build(sold(*two, returns=(came_back("1", lines=lines),)), METHODS | PAID | {
        "refunds": {"return_actions": ["1"]}})  # fmt: skip

    assert codes(built) == ["return_unclear"]
    assert built.invoice is None


# --- a lowered total -----------------------------------------------------------------------------


def test_what_a_paid_order_is_lowered_by_is_credited_and_left_open():
    one = seen(
        sold(),
        sold(replace(SHIRTS, net=D("60.00"), tax=D("6.00"), quantity=D(2)), shipping("5.00")),
    )

    assert one.books_of["S1-1001-E1"] == "33.00 (3.00)"
    assert one.sums == (D("71.50"), D("6.50"), D("104.50"))
    assert reasons(one) == ["credit_left_open"]


def test_or_paid_back_by_setting():
    lowered = sold(replace(SHIRTS, net=D("60.00"), tax=D("6.00"), quantity=D(2)), shipping("5.00"))

    one = seen(sold(), lowered, lowered, lowered_total="refunded")

    assert one.books_of["refund S1-1001-E1"] == "33.00"
    assert one.sums == (D("71.50"), D("6.50"), D("71.50"))
    assert reasons(one) == []


def test_of_a_shop_that_states_its_money_the_setting_says_nothing():
    whole = sold(received=D("104.50"))
    lowered = replace(
        sold(replace(SHIRTS, net=D("60.00"), tax=D("6.00"), quantity=D(2)), shipping("5.00")),
        received=D("104.50"),
    )

    one = seen(whole, lowered, lowered_total="refunded")

    assert "refund S1-1001-E1" not in one.books_of


def test_a_return_and_the_lower_total_that_it_caused_are_one_event():
    lowered = sold(
        replace(SHIRTS, net=D("60.00"), tax=D("6.00"), quantity=D(2)), shipping("5.00"),
        returns=(came_back("1"),),
    )  # fmt: skip
    for setting in ("open", "refunded"):
        one = seen(sold(), sold(*lowered.lines), lowered, lowered_total=setting)
        assert one.sums == (D("71.50"), D("6.50"), D("71.50")), setting


# --- deleted orders -------------------------------------------------------------------------------


def test_an_order_that_was_deleted_before_it_was_posted_is_skipped():
    built = build(sold(deleted=True), METHODS | PAID)

    assert (built.status, codes(built)) == (SKIPPED, ["deleted_in_shop"])


def test_one_that_is_posted_waits_for_a_person_and_nothing_of_it_is_reversed():
    one = seen(sold(), sold(deleted=True))

    assert one.sums == (D("104.50"), D("9.50"), D("104.50"))
    assert one.plan.held
    assert one.plan.keep
    assert [reason.code for reason in one.plan.reasons] == ["deleted_in_shop"]


def test_a_person_may_have_it_credited():
    one = seen(sold(), sold(deleted=True))

    one.see(sold(deleted=True), undo=True)

    assert one.sums == (D(0), D(0), D(0))


def test_of_one_that_was_taken_back_before_nothing_is_to_be_decided():
    one = seen(sold(), sold(status="refunded"), sold(status="refunded", deleted=True))

    assert one.sums == (D(0), D(0), D(0))
    assert not one.plan.held


def test_a_basket_that_nobody_confirmed_is_never_posted_but_followed_once_it_is():
    star = METHODS | {"statuses": {"invoice": ["*"], "paid": ["*"]}}

    assert codes(build(sold(unconfirmed=True), star)) == ["not_confirmed"]
    one = OneOrder(books(star)).see(sold()).see(sold(unconfirmed=True))
    assert one.sums == (D("104.50"), D("9.50"), D("104.50"))
