"""`fields.orders`: coupon, purchase-order number and note of an order on its invoice."""

from __future__ import annotations

from typing import Any

import pytest

from stores.canonical.order import Order
from tests.accounting.orders import build, discounted, line, lines_of, order


def noted(**changes: Any) -> Order:
    values = {"coupon": "SUMMER", "po_number": " 4711 ", "note": "Leave it\nat the door"}
    return order(discounted("100.00", "10.00"), line("5.00", id="2"), **(values | changes))


@pytest.mark.parametrize(
    ("fields", "first", "last"),
    [
        ([], "Shirt\nPurchase order: 4711\nNote: Leave it at the door", "Discount (SUMMER)"),
        (["coupon"], "Shirt", "Discount (SUMMER)"),
        (["po_number"], "Shirt\nPurchase order: 4711", "Discount"),
        (["note"], "Shirt\nNote: Leave it at the door", "Discount"),
    ],
)
def test_the_fields_that_are_named_are_sent_and_all_where_none_is(
    fields: list[str], first: str, last: str
) -> None:
    built = build(noted(), fields={"orders": fields})
    described = [one.description for one in lines_of(built)]
    assert described == [first, "Shirt", last]
    assert built.invoice is not None
    assert built.invoice.reference == "1001"


def test_an_order_that_has_none_of_them_is_as_it_was() -> None:
    made = noted(coupon="", po_number="", note=" ")
    assert [one.description for one in lines_of(build(made))] == ["Shirt", "Shirt", "Discount"]


def test_a_coupon_without_a_line_of_its_own_stands_under_the_first() -> None:
    folded = build(noted(note=""), {"posting": {"discounts": "folded"}})
    assert lines_of(folded)[0].description == "Shirt\nPurchase order: 4711\nCoupon: SUMMER"


def test_a_reference_with_the_purchase_order_number_says_it_once() -> None:
    rules = {"posting": {"reference": "{order_number} {po_number}"}}
    built = build(noted(), rules, fields={"orders": ["po_number"]})
    assert built.invoice is not None
    assert built.invoice.reference == "1001 4711"
    assert lines_of(built)[0].description == "Shirt"


def test_a_long_note_leaves_room_for_what_was_sold() -> None:
    text = lines_of(build(noted(note="x" * 9000, po_number="")))[0].description
    assert text == f"Shirt\nNote: {'x' * 1000}"
