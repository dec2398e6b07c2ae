"""The refunds of an order that is refunded whole are its invoice together, to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.plan.last_refund import refunded_whole
from stores.canonical.order import Order
from stores.canonical.refund import Refund
from tests.accounting.one_order import OneOrder
from tests.accounting.orders import D, books, line, mapped, row
from tests.accounting.plan.test_one_event import sold, with_refunds
from tests.accounting.sale.test_refund_documents import METHODS, back


def dinars(gross: str, tax: str) -> Order:
    """One line, of an order in a currency of three decimals."""
    net = D(gross) - D(tax)
    return sold((line(str(net), tax=tax),), gross)


def part(id: str, gross: Decimal, tax: Decimal) -> Refund:
    made = back(str(gross), id=id, days=int(id), tax=tax)
    goods = replace(made.lines[0], net=gross - tax, tax=tax)
    return replace(made, lines=(goods,))


def credited(order: Order, *given: Refund, apart: bool) -> OneOrder:
    one = OneOrder(books(METHODS)).see(order)
    for count in range(1, len(given) + 1) if apart else [len(given)]:
        one.see(with_refunds(order, *given[:count]))
    return one


@pytest.mark.parametrize("apart", [True, False])
def test_the_last_of_two_refunds_takes_the_fils_that_rounding_left(apart: bool) -> None:
    order = dinars("12.345", "1.123")
    halves = part("7", D("6.172"), D("0.561")), part("8", D("6.173"), D("0.562"))
    one = credited(order, *halves, apart=apart)
    assert one.books_of["S1-1001"] == "12.35 (1.12)"
    assert one.books_of["S1-1001-R7"] == "6.17 (0.56)"
    assert one.books_of["S1-1001-R8"] == "6.18 (0.56)"
    assert one.sums == (0, 0, 0)


def test_a_refund_that_leaves_something_is_rounded_by_itself() -> None:
    order = dinars("12.345", "1.123")
    one = credited(order, part("7", D("6.172"), D("0.561")), apart=True)
    one.see(
        with_refunds(order, part("7", D("6.172"), D("0.561")), part("8", D("6.163"), D("0.561")))
    )
    assert one.books_of["S1-1001-R8"] == "6.16 (0.56)"
    assert one.sums[0] == D("0.02")


def test_the_tax_that_two_memos_rounded_up_is_not_taken_back_twice() -> None:
    order = sold((line("33.30", tax="3.33"),), "36.63")
    halves = part("7", D("18.32"), D("1.67")), part("8", D("18.31"), D("1.67"))
    one = credited(order, *halves, apart=True)
    assert one.books_of["S1-1001-R8"] == "18.31 (1.66)"
    assert one.sums == (0, 0, 0)


@pytest.mark.parametrize(("stated", "taken"), [("4.90", "5.00"), ("4.89", "4.89")])
def test_tax_that_is_off_by_more_than_five_cents_for_each_refund_is_as_the_shop_states_it(
    stated: str, taken: str
) -> None:
    halves = part("7", D("55.00"), D("5.00")), part("8", D("55.00"), D(stated))
    one = credited(sold((line("100.00"),), "110.00"), *halves, apart=True)
    assert one.books_of["S1-1001-R8"] == f"55.00 ({taken})"


def test_what_is_left_of_a_gross_sale_is_told_from_its_gross_lines() -> None:
    order = replace(sold((line("33.30", tax="3.33"),), "36.63"), prices_include_tax=True)
    halves = part("7", D("18.32"), D("1.67")), part("8", D("18.31"), D("1.67"))
    one = credited(order, *halves, apart=True)
    assert one.books_of["S1-1001-R8"] == "18.31 (1.66)"
    assert one.sums == (0, 0, 0)


def test_a_sale_is_refunded_whole_once_all_before_its_tenders_is_given_back() -> None:
    by_card = replace(sold((line("100.00"),), "80.00"), total=D("80.00"),
                      rows=(row("gift_cards_amount", "-30.00"),))  # fmt: skip
    setting = books(METHODS)
    assert refunded_whole(mapped(setting, by_card), [back("60.00"), back("50.00")])
    assert not refunded_whole(mapped(setting, by_card), [back("50.00")])
    nothing = replace(by_card, total=D(0), rows=())
    assert not refunded_whole(mapped(setting, nothing), [])


def test_what_the_order_was_lowered_by_and_given_back_is_no_part_of_the_rest() -> None:
    lowered = dinars("8.895", "0.809")
    given = part("7", D("3.450"), D("0.314")), part("8", D("8.895"), D("0.809"))
    one = OneOrder(books(METHODS)).see(dinars("12.345", "1.123"))
    one.see(with_refunds(lowered, given[0])).see(with_refunds(lowered, *given))
    assert one.sums == (0, 0, 0)


AMOUNTS = st.lists(st.integers(1_000, 90_000), min_size=1, max_size=5)


@given(AMOUNTS, st.integers(0, 1), st.booleans())
def test_all_refunds_of_an_order_are_its_invoice(fils: list[int], kind: int, apart: bool) -> None:
    """In three decimals or in two, seen together or apart."""
    unit = D("0.001") if kind else D("0.01")
    amounts = [unit * amount for amount in fils]
    taxes = [(amount / 11).quantize(unit) for amount in amounts]
    order = dinars(str(sum(amounts)), str(sum(taxes)))
    parts = [part(str(at), *pair) for at, pair in enumerate(zip(amounts, taxes, strict=True), 1)]
    one = credited(order, *parts, apart=apart)
    assert one.sums == (0, 0, 0)
    assert one.receivable == 0
