"""What went back on gift cards, as store credit and as points: where each part of it goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounting.books import Books
from accounting.gift_cards import CardFacts, CardMove, CardUse
from accounting.lines.currency import Conversion
from accounting.money.given_back import completes, given_back, issued_accounts, refilled
from accounting.reasons import Hold
from accounts_mapping.rules.total_rows import as_mapped
from stores.canonical.order import GiftCard, Order
from stores.canonical.refund import Refund, TenderBack
from tests.accounting.orders import D, account, books, mapped, organisation, row, snapshot
from tests.accounting.sale.test_refund_documents import back, refunded

CARD, CREDIT, POINTS = "gift_cards_amount", "customer_balance_amount", "reward_currency_amount"
RULES: dict[str, Any] = {"gift_cards": {"unknown": "liability"}, "accounts": {"rewards": "837"}}
NO_PAYMENTS = organisation(account("835", "LIABILITY"))


def gone(code: str, amount: str, of: str | None = None, **changes: Any) -> TenderBack:
    return TenderBack(code, code, D(amount), of=code if of is None else of, **changes)


def memo(gross: str, *tenders: TenderBack, id: str = "1", **changes: Any) -> Refund:
    return back(gross, id=id, days=int(id), tenders=tenders, **changes)


def sold(*refunds: Refund, card: str = "30.00", credit: str = "0", **changes: Any) -> Order:
    """110.00, of which so much was paid by card and by store credit."""
    rows = [
        row(code, f"-{amount}") for code, amount in ((CARD, card), (CREDIT, credit)) if D(amount)
    ]
    total = D("110.00") - D(card) - D(credit)
    return replace(refunded(*refunds, received=total, payments=()), rows=tuple(rows), total=total,
                   **changes)  # fmt: skip


def parts(
    made: Order, at: int = -1, rules: dict[str, Any] | None = None, facts: Any = None,
    by: Conversion | None = None, *, lines_only: bool = False, **store: Any,
) -> list[tuple[str, str, str, bool]]:  # fmt: skip
    """Of each part: the row it goes to, its amount, how, and whether it goes back as it came."""
    setting = books(RULES | (rules or {}), facts or organisation(), **store)
    found = given_back(setting, mapped(setting, made), made.refunds[at], by, lines_only=lines_only)
    return [(one.to.code, str(one.amount), one.to.how, one.as_it_came) for one in found.parts]


# --- what the configuration takes for no tender -----------------------------------------------


@pytest.mark.parametrize(("total", "base", "left"), [
    ("33.00", "66.02", "44.0133"), ("33.00", None, None), ("0", "66.02", "66.02"),
])  # fmt: skip
def test_points_that_were_a_discount_are_no_part_of_a_refund(
    total: str, base: str | None, left: str | None
) -> None:
    """In the base currency neither, in proportion."""
    given = memo("33.00", gone(POINTS, "11.00"), gone(CARD, "5.00"), total=D(total),
                 base_total=base and D(base))  # fmt: skip
    rules = snapshot({"total_rows": {POINTS: "discount"}})
    (refund,) = as_mapped(rules, sold(given)).refunds
    assert (refund.total, refund.base_total) == (D(total) - D("11.00"), left and D(left))
    assert [one.code for one in refund.tenders] == [CARD]


# --- no more than was given back --------------------------------------------------------------


@pytest.mark.parametrize(("card", "held"), [("10.02", False), ("10.03", True)])
def test_tenders_may_be_a_cent_each_over_the_refund_and_no_more(card: str, held: bool) -> None:
    made = sold(memo("20.00", gone(CARD, card), gone(CREDIT, "10.00")), credit="40.00")
    if not held:
        assert [amount for _, amount, *_ in parts(made)] == [card, "10.00"]
        return
    with pytest.raises(Hold) as error:
        parts(made)
    assert error.value.reason.code == "refund_does_not_add_up"


# --- each memo goes on where the one before it ended ------------------------------------------


def test_what_went_back_on_one_tender_is_not_taken_for_another() -> None:
    made = sold(memo("30.00", gone(CARD, "30.00")), memo("40.00", gone(CREDIT, "40.00"), id="2"),
                credit="40.00")  # fmt: skip
    assert parts(made) == [(CREDIT, "40.00", "payment", True)]


def test_more_than_a_card_had_paid_is_issued_anew() -> None:
    made = sold(memo("10.00", gone(CARD, "10.00")), memo("25.00", gone(CARD, "25.00"), id="2"))
    assert parts(made, 0) == [(CARD, "10.00", "payment", True)]
    assert parts(made, 1) == [(CARD, "20.00", "payment", True), (CARD, "5.00", "payment", False)]


def test_where_payments_are_not_posted_a_person_books_what_went_back_from_an_account() -> None:
    made = sold(memo("40.00", gone(CARD, "40.00")))
    off = {"streams": {"payments": False}}
    assert parts(made, **off) == []
    assert parts(made, facts=NO_PAYMENTS, **off) == [(CARD, "30.00", "line", True)]


def test_what_was_a_line_of_the_invoice_comes_back_as_one_in_whatever_form() -> None:
    made = sold(memo("30.00", gone(CREDIT, "30.00", of=CARD)))
    assert parts(made) == [(CREDIT, "30.00", "payment", False)]
    assert parts(made, facts=NO_PAYMENTS) == [(CREDIT, "30.00", "line", False)]
    assert parts(made, lines_only=True) == [(CREDIT, "30.00", "line", False)]


def test_what_is_not_posted_as_paid_yet_keeps_its_refund_waiting_and_says_why() -> None:
    with pytest.raises(Hold) as error:
        parts(sold(memo("30.00", gone(CARD, "30.00"))), rules={"gift_cards": {"unknown": "hold"}})
    reason = error.value.reason
    assert (reason.code, reason.field) == ("refund_waits_for_payment", "gift_cards.unknown")
    assert "its sale is not known" in reason.message


# --- in the books' currency -------------------------------------------------------------------

BY = Conversion("GBP", "AUD", D("0.5"), D("80.00"), D("160.01"), D("10.00"), D("20.00"))


@pytest.mark.parametrize(("base", "expected"), [
    (("20.03", "9.98"), ["20.03", "9.98"]), ((None, "9.98"), ["20.00", "10.00"]),
    (("20.03", None), ["20.03", "9.97"]), (("70.00", "1.00"), ["60.00"]),
])  # fmt: skip
def test_what_went_back_is_the_shops_own_in_the_base_currency_as_far_as_it_gives_it(
    base: tuple[str | None, str | None], expected: list[str]
) -> None:
    """A card of 30.00 GBP, 60.00 AUD at the rate: 10.00 and 5.00 GBP of it went back."""
    first, second = (one and D(one) for one in base)
    made = sold(
        memo("50.00", gone(CARD, "10.00", base_amount=first)),
        memo("50.00", gone(CARD, "5.00", base_amount=second), id="2"),
        currency="GBP", rate=D("0.5"), base_total=D("160.01"),
    )  # fmt: skip
    found = [amount for at in (0, 1) for _, amount, *_ in parts(made, at, by=BY)]
    assert found == expected


def test_a_sale_in_its_own_currency_has_none_of_the_base_amounts() -> None:
    part = gone(CARD, "10.00", base_amount=D("20.03"))
    assert [amount for _, amount, *_ in parts(sold(memo("50.00", part)))] == ["10.00"]


# --- which refund completes an order ----------------------------------------------------------


@pytest.mark.parametrize(("second", "adjusted", "whole"), [
    ("60.00", (), True), ("59.99", (), False), ("30.00", (), False), ("60.00", (1,), False),
    ("60.00", (0, 1), False),
])  # fmt: skip
def test_an_order_is_complete_once_all_that_it_came_to_before_tenders_is_given_back(
    second: str, adjusted: tuple[int, ...], whole: bool
) -> None:
    memos = [memo("50.00"), memo(second, id="2")]
    for at in adjusted:
        memos[at] = replace(memos[at], adjustment=D("1.00"))
    made = sold(*memos)
    assert completes(mapped(books(RULES), made), made.refunds[1]) is whole
    assert not completes(mapped(books(RULES), made), made.refunds[0])


# --- cards that are filled again --------------------------------------------------------------


def refilled_by(made: Order, cards: CardFacts | None = None, **unknown: Any) -> list[CardMove]:
    setting = books(RULES | unknown, organisation())
    known = replace(setting, cards=cards or CardFacts())
    return list(refilled(known, mapped(known, made)))


def with_card(*refunds: Refund, base: str = "60.00", **changes: Any) -> Order:
    return sold(*refunds, cards_redeemed=(GiftCard("A", D("30.00"), D(base)),), **changes)


def test_a_card_is_filled_again_by_its_part_in_its_own_currency() -> None:
    half = with_card(memo("15.00", gone(CARD, "15.00")))
    assert refilled_by(half) == [CardMove("A", CardUse.RETURNED, D("30.00"))]
    known = CardFacts(balances={"A": D("60.00")})
    assert refilled_by(half, known) == [CardMove("A", CardUse.RETURNED, D("30.00"))]


@pytest.mark.parametrize("unknown", ["expense", "discount", "hold"])
def test_a_card_that_is_no_liability_is_not_there_for_the_next_order(unknown: str) -> None:
    made = with_card(memo("15.00", gone(CARD, "15.00")))
    accounts = RULES["accounts"] | {"gift_card_expense": "260"}
    assert refilled_by(made, gift_cards={"unknown": unknown}, accounts=accounts) == []


def test_what_goes_another_way_fills_no_card() -> None:
    assert refilled_by(with_card(memo("15.00", gone(CREDIT, "15.00", of=CARD)))) == []
    assert refilled_by(with_card(memo("15.00", gone(CARD, "15.00", of="")))) == []
    assert refilled_by(with_card(memo("15.00", gone(CREDIT, "15.00")), credit="20.00")) == []


# --- from where the shop's own tenders are paid -----------------------------------------------


def test_only_tenders_that_are_paid_from_an_account_have_one_to_go_back_to() -> None:
    made = sold(card="30.00", credit="20.00")
    both = frozenset({("835", False), ("836", False)})

    def issued(setting: Books) -> frozenset[tuple[str, bool]]:
        return issued_accounts(setting, mapped(setting, made))

    assert issued(books(RULES, organisation())) == both
    assert issued(books(RULES, NO_PAYMENTS)) == frozenset({("836", False)})
    held = books(RULES | {"gift_cards": {"unknown": "hold"}}, organisation())
    assert issued(held) == frozenset({("836", False)})
