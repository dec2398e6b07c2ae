"""Gift cards in Magento's orders: codes sold and codes redeemed, or none that are guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stores.adapters.magento.records.parse import parse_order
from stores.canonical.order import GiftCard, Order
from stores.canonical.records import ParseError, ParseFacts
from tests.stores.magento.magento_records import item, order

D = Decimal


def parse(**changes: Any) -> Order:
    return parse_order(order(**changes), ParseFacts())


def card_item(codes: object, **changes: Any) -> dict[str, Any]:
    option = {
        "giftcard_amount": "20.0000",
        "extension_attributes": {"giftcard_created_codes": codes},
    }
    options = {"extension_attributes": {"giftcard_item_option": option}}
    return item(**({"product_type": "giftcard", "product_option": options} | changes))


def test_each_code_that_was_made_is_a_card_of_the_items_base_price() -> None:
    sold = parse(items=[card_item(["AAA", None, " BBB "], base_price=D("19.50"))]).cards_sold
    worth = D(str(item()["price"]))
    assert sold == (
        GiftCard("AAA", worth, D("19.50"), "items[0]"),
        GiftCard("BBB", worth, D("19.50"), "items[0]"),
    )


def test_without_a_base_price_the_price_is_it_in_the_same_currency_only() -> None:
    (card,) = parse(items=[card_item(["AAA"])]).cards_sold
    assert card.base_amount == card.amount
    foreign = parse(items=[card_item(["AAA"])], base_currency_code="USD", base_to_order_rate=1)
    assert foreign.cards_sold[0].base_amount is None


@pytest.mark.parametrize(
    "goods",
    [
        card_item(None),
        card_item([]),
        card_item("AAA"),
        card_item(["AAA"], product_type="simple"),
        card_item(["AAA"], product_option=None),
        card_item(["AAA"], product_option={"extension_attributes": []}),
    ],
)
def test_no_code_is_no_card(goods: dict[str, Any]) -> None:
    assert parse(items=[goods]).cards_sold == ()


def redeemed(cards: object, taken: object = D(15), **changes: Any) -> Order:
    total = D(str(order()["grand_total"])) - D(str(taken))
    extra = {"gift_cards": cards, "gift_cards_amount": taken}
    kept = order()["extension_attributes"]
    return parse(extension_attributes=kept | extra, grand_total=total, **changes)


def entry(code: object, amount: object, **more: Any) -> dict[str, Any]:
    return {"id": 1, "code": code, "amount": amount, **more}


def test_redeemed_cards_stand_beside_the_amount_taken_off() -> None:
    cards = [entry("AAA", 10, base_amount=10), entry("BBB", D("5.00")), entry("CCC", 0)]
    assert redeemed(cards).cards_redeemed == (
        GiftCard("AAA", D(10), D(10), "extension_attributes.gift_cards[0]"),
        GiftCard("BBB", D("5.00"), D("5.00"), "extension_attributes.gift_cards[1]"),
    )
    assert [row.amount for row in redeemed(cards).rows] == [D(-15)]


@pytest.mark.parametrize(
    "cards", [None, "[]", [], [entry("AAA", 10)], [entry("AAA", 10), entry("BBB", 6)]]
)
def test_cards_that_are_not_what_was_taken_off_are_none(cards: object) -> None:
    assert redeemed(cards).cards_redeemed == ()


def test_a_bad_amount_of_a_card_is_refused_by_its_path() -> None:
    with pytest.raises(ParseError) as refused:
        redeemed([entry("AAA", "N/A")])
    assert refused.value.field == "extension_attributes.gift_cards[0].amount"
