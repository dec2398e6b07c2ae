"""What Magento's credit memos and orders say of gift cards, store credit and points."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from stores.adapters.magento.records.parse import parse_creditmemo, parse_order
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts
from stores.canonical.refund import Refund
from tests.accounting.card_orders import CODES, CardOrder, worked

D = Decimal
CARD, CREDIT, POINTS = CODES


def read(made: CardOrder) -> Order:
    record = json.loads(json.dumps(made.record()), parse_float=Decimal)
    return parse_order(record, ParseFacts())


def backs(refund: Refund) -> list[tuple[str, str, Decimal]]:
    """Code, what had paid it, amount."""
    return [(one.code, one.of, one.amount) for one in refund.tenders]


def test_the_total_is_before_tenders_in_both_currencies() -> None:
    made = worked()
    made.refund(2)
    (refund,) = read(made).refunds
    assert (refund.total, refund.base_total, refund.tax) == (D(86), D(86), D("14.33"))
    assert (refund.money, backs(refund)) == (D(36), [(CARD, CARD, D(50))])
    assert refund.tenders[0].path == "creditmemos[0].extension_attributes.gift_cards_amount"


def test_amounts_may_stand_beside_the_fields_of_the_memo_and_be_negative() -> None:
    made = worked()
    memo = made.refund(2)
    extra = memo.pop("extension_attributes")
    memo |= {CARD: -extra[CARD], "base_gift_cards_amount": -extra[CARD]}
    (refund,) = read(made).refunds
    assert (refund.total, refund.base_total, refund.money) == (D(86), D(86), D(36))


def test_a_memo_alone_says_the_same() -> None:
    made = worked()
    made.refund(2)
    record = json.loads(json.dumps(made.record()), parse_float=Decimal)
    pair = {"creditmemo": record["creditmemos"][0], "order": record["order"]}
    refund = parse_creditmemo(pair, ParseFacts())
    assert (refund.total, backs(refund)) == (D(86), [(CARD, CARD, D(50))])


def test_a_foreign_memo_without_base_tenders_has_no_base_total() -> None:
    made = worked()
    memo = made.refund(2)
    memo |= {"order_currency_code": "NZD", "base_grand_total": 33}
    del memo["extension_attributes"]["base_gift_cards_amount"]
    (refund,) = read(made).refunds
    assert (refund.total, refund.base_total) == (D(86), None)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (0, [(CARD, CARD, D(50))]),
        (2000, [(CARD, CARD, D(30)), (CREDIT, CARD, D(20))]),
        (3600, [(CARD, CARD, D(50)), (CREDIT, "", D(36))]),
        (5000, [(CREDIT, CARD, D(50))]),
        (6000, [(CREDIT, CARD, D(50)), (CREDIT, "", D(10))]),
        (8600, [(CREDIT, CARD, D(50)), (CREDIT, "", D(36))]),
    ],
)
def test_cards_are_put_on_the_store_credit_before_money(
    stored: int, expected: list[tuple[str, str, Decimal]]
) -> None:
    made = worked()
    made.refund(2, stored=stored)
    (refund,) = read(made).refunds
    assert backs(refund) == expected
    assert refund.total == D(86)


def test_more_on_the_store_credit_than_was_given_back_is_refused() -> None:
    made = worked()
    made.refund(2, stored=8700)
    with pytest.raises(ParseError) as refused:
        read(made)
    name = "creditmemos[0].extension_attributes.customer_bal_total_refunded"
    assert (refused.value.field, refused.value.code) == (name, "refund_tenders")


def told(stated: Any, *pieces: int, tenders: Any = ((CARD, 5000),)) -> list[Any]:
    """The refunds of an order that states so much on the store credit, of which no memo tells."""
    made = CardOrder(sum(pieces), 4300, dict(tenders))
    made.extra = {"customer_balance_total_refunded": stated}
    for count in pieces:
        made.refund(count)
    return [backs(refund) for refund in read(made).refunds]


def test_the_order_tells_what_was_put_on_the_store_credit() -> None:
    assert told(86, 2, tenders=()) == [[(CREDIT, "", D(86))]]
    assert told(50, 1, 1) == [[(CREDIT, CARD, D(43))], [(CREDIT, CARD, D(7))]]
    assert told(86, 1, 1) == [
        [(CREDIT, CARD, D(43))], [(CREDIT, CARD, D(7)), (CREDIT, "", D(36))]
    ]  # fmt: skip
    assert told(36, 1, 1) == [[(CARD, CARD, D(43))], [(CARD, CARD, D(7)), (CREDIT, "", D(36))]]


def test_what_only_went_back_where_it_came_from_is_no_more() -> None:
    both = [[(CREDIT, CREDIT, D(43))], [(CREDIT, CREDIT, D(7))]]
    for stated in (0, 43, 50):
        assert told(stated, 1, 1, tenders=((CREDIT, 5000),)) == both


def test_of_several_memos_the_order_must_tell_which() -> None:
    with pytest.raises(ParseError) as refused:
        told(43, 1, 1, tenders=())
    name = "order.extension_attributes.customer_balance_total_refunded"
    assert (refused.value.field, refused.value.code) == (name, "refund_tenders")


def test_the_order_states_what_was_given_back_on_them() -> None:
    made = worked()
    made.extra = {"gift_cards_refunded": 43, "customer_balance_refunded": 5,
                  "rwrd_crrncy_amnt_refunded": "2.0000"}  # fmt: skip
    assert read(made).given_back == D(50)


def without(made: CardOrder, *codes: str) -> CardOrder:
    """The memos say nothing of these."""
    for memo in made.memos:
        for code in codes:
            memo["extension_attributes"].pop(code, None)
            memo["extension_attributes"].pop(f"base_{code}", None)
    return made


def test_points_that_memos_leave_out_are_what_their_totals_lack() -> None:
    made = worked([(CARD, 2000), (POINTS, 3000)])
    made.refund(1, fee=100)
    made.refund(1)
    first, second = read(without(made, POINTS)).refunds
    assert (first.total, first.base_total) == (D(42), D(42))
    assert backs(first) == [(CARD, CARD, D(20)), (POINTS, POINTS, D(22))]
    assert (second.total, backs(second)) == (D(43), [(POINTS, POINTS, D(8))])
    assert second.money == D(35)


def test_two_tenders_that_no_memo_states_are_known_once_all_is_back() -> None:
    made = worked([(CARD, 2000), (POINTS, 3000)])
    made.refund(2)
    (refund,) = read(without(made, CARD, POINTS)).refunds
    assert (refund.total, refund.money) == (D(86), D(36))
    assert backs(refund) == [(CARD, CARD, D(20)), (POINTS, POINTS, D(30))]


def test_of_two_tenders_that_no_memo_states_none_is_guessed() -> None:
    made = worked([(CARD, 2000), (POINTS, 3000)])
    made.refund(1)
    with pytest.raises(ParseError) as refused:
        read(without(made, CARD, POINTS))
    found = (refused.value.field, refused.value.code)
    assert found == ("creditmemos[0].grand_total", "refund_tenders")


def test_a_total_that_lacks_more_than_the_tender_had_paid_is_left_alone() -> None:
    made = worked([(POINTS, 3000)])
    memo = made.refund(2)
    memo |= {"grand_total": 10, "base_grand_total": 10}
    (refund,) = read(without(made, POINTS)).refunds
    assert (refund.total, backs(refund)) == (D(10), [])
