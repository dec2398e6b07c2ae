"""What is left of gift cards, order after order."""

from __future__ import annotations

from decimal import Decimal

from accounting.gift_cards import CardBook, CardFacts, CardMove, CardUse, card_parts, merged_moves
from stores.canonical.order import GiftCard, Order
from tests.accounting.orders import order

D = Decimal


def move(code: str, use: CardUse, amount: str) -> CardMove:
    return CardMove(code, use, D(amount))


def buying(number: str, *codes: str) -> Order:
    cards = tuple(GiftCard(code, D(10), D(10)) for code in codes)
    return order(id=number, cards_redeemed=cards)


def test_an_order_sees_what_the_others_left_and_not_what_it_did_itself() -> None:
    book = CardBook()
    book.put("1", [move("A", CardUse.SOLD, "50")])
    book.put("2", [move("A", CardUse.REDEEMED, "20"), move("", CardUse.OPENING, "5")])
    book.put("3", [move("A", CardUse.REDEEMED, "10"), move("Z", CardUse.OPENING, "7"),
                   move("Z", CardUse.UNKNOWN, "2"), move("Y", CardUse.WAITING, "9")])  # fmt: skip
    assert book.facts(buying("4", "A", "Z")) == CardFacts({"A": D(20)}, D(12), {})
    assert book.facts(buying("3", "A")) == CardFacts({"A": D(30)}, D(5), {"Z": D(2)})
    assert book.facts(buying("2")) == CardFacts({}, D(7), {})


def test_what_an_order_did_is_replaced_and_not_added() -> None:
    book = CardBook()
    for _ in range(2):
        book.put("1", [move("A", CardUse.SOLD, "50")])
        book.put("2", [move("A", CardUse.REDEEMED, "20"), move("", CardUse.OPENING, "5")])
    assert book.facts(buying("3", "A")) == CardFacts({"A": D(30)}, D(5), {})
    book.put("2", [])
    assert book.facts(buying("3", "A")) == CardFacts({"A": D(50)}, D(0), {})


def test_one_card_twice_in_an_order_is_used_up_once() -> None:
    cards = [GiftCard("A", D(10), D(10)), GiftCard("A", D(10), D(10))]
    parts = card_parts(CardFacts({"A": D(15)}), D(0), cards)
    assert [(part.amount, part.known) for part in parts] == [
        (D(10), True), (D(5), True), (D(5), False)
    ]  # fmt: skip
    assert merged_moves(part.move for part in parts if part.move) == (
        move("A", CardUse.REDEEMED, "15"), move("A", CardUse.UNKNOWN, "5")
    )  # fmt: skip


def test_parts_of_a_foreign_card_sum_to_what_was_redeemed() -> None:
    (known, unknown) = card_parts(
        CardFacts({"A": D("33.33")}), D(0), [GiftCard("A", D("70.01"), D("100.00"))]
    )
    assert (known.amount, unknown.amount) == (D("23.33"), D("46.68"))


def test_a_card_without_a_code_has_no_balance_of_its_own() -> None:
    parts = card_parts(CardFacts({"": D(50)}), D(0), [GiftCard("", D(10), D(10))])
    assert [part.known for part in parts] == [False]


def test_a_card_that_was_filled_again_is_there_for_another_order() -> None:
    book = CardBook()
    book.put("1", [move("A", CardUse.SOLD, "50")])
    book.put("2", [move("A", CardUse.REDEEMED, "50"), move("A", CardUse.RETURNED, "30")])
    assert book.facts(buying("3", "A")) == CardFacts({"A": D(30)}, D(0), {})
    book.put("3", [move("A", CardUse.REDEEMED, "30")])
    assert book.facts(buying("4", "A")) == CardFacts({"A": D(0)}, D(0), {})
    # Whoever is built again has what it was posted with.
    assert book.facts(buying("2", "A")) == CardFacts({"A": D(50)}, D(0), {})
    assert book.facts(buying("3", "A")) == CardFacts({"A": D(30)}, D(0), {})


def test_what_went_back_on_a_card_of_before_is_opening_balance_again() -> None:
    book = CardBook()
    book.put("1", [move("Z", CardUse.OPENING, "20"), move("Z", CardUse.RESTORED, "15")])
    book.put("2", [move("Z", CardUse.OPENING, "15")])
    assert book.facts(buying("3", "Z")).opening_used == D(20)
    assert book.facts(buying("1", "Z")).opening_used == D(0)
    assert book.facts(buying("2", "Z")).opening_used == D(5)
