"""Lines of tracked goods: when they may name their item."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounting.contacts.directory import Contacts
from accounting.sale.build import build_order
from accounting.sale.built import Built
from tests.accounting.orders import NOON, books, line, order
from xero.documents.facts import ItemFacts
from xero.documents.lines import DocumentLine

D = Decimal


def shirts(on_hand: str | None = "5", **changes: object) -> ItemFacts:
    stock = None if on_hand is None else D(on_hand)
    facts = {"code": "SHIRT", "item_id": "i1", "tracked": True, "on_hand": stock}
    return ItemFacts(**(facts | changes))  # type: ignore[arg-type]


def built(item: ItemFacts, *quantities: str, oversell: str = "post_untracked") -> Built:
    lines = [line("30.00", quantity=D(quantity), unit_net=None) for quantity in quantities]
    rules = {"items": {"oversell": oversell}}
    return build_order(books(rules, items=[item]), order(*lines), Contacts())


def lines_of(one: Built) -> tuple[DocumentLine, ...]:
    assert one.invoice is not None
    return one.invoice.lines


@pytest.mark.parametrize(
    ("on_hand", "quantities", "codes"),
    [
        ("5", ["5"], ["SHIRT"]),
        ("5", ["6"], [""]),
        ("5", ["3", "3"], ["SHIRT", ""]),
        ("5", ["6", "2", "3"], ["", "SHIRT", "SHIRT"]),
        ("0", ["1"], [""]),
        ("-2", ["1"], [""]),
        ("0.5", ["0.5"], ["SHIRT"]),
        (None, ["600"], ["SHIRT"]),
    ],
)
def test_the_lines_of_an_order_take_one_after_another(
    on_hand: str | None, quantities: list[str], codes: list[str]
) -> None:
    one = built(shirts(on_hand), *quantities)
    assert [found.item_code for found in lines_of(one)] == codes
    told = [reason.code for reason in one.reasons]
    assert told == (["sold_untracked"] if "" in codes else [])


def test_an_item_that_nobody_counts_is_always_named() -> None:
    assert lines_of(built(shirts("0", tracked=False), "6"))[0].item_code == "SHIRT"


def test_hold_holds_the_order_and_names_the_setting() -> None:
    one = built(shirts(), "6", oversell="hold")
    assert (one.status, one.invoice) == ("held", None)
    assert (one.reasons[0].code, one.reasons[0].field) == ("oversold", "items.oversell")
    assert "6 sold, and Xero has 5 of SHIRT in stock" in one.reasons[0].message
    assert lines_of(built(shirts(), "5", oversell="hold"))[0].item_code == "SHIRT"


@pytest.mark.parametrize(("days", "code"), [(-1, "SHIRT"), (0, "SHIRT"), (1, "")])
def test_a_sale_before_tracking_began_goes_without(days: int, code: str) -> None:
    item = shirts(tracked_since=NOON + timedelta(days=days))
    assert lines_of(built(item, "1"))[0].item_code == code


def test_the_quantity_of_counted_goods_is_kept_where_rounding_allows_it() -> None:
    """3 for 100.00: Xero rounds 3 × 33.3333 to 100.00, and 3 leave the stock."""
    paid = line("100.00", quantity=D(3), unit_net=D("33.333333"))
    kept = lines_of(build_order(books(items=[shirts()]), order(paid), Contacts()))[0]
    assert (kept.quantity, kept.unit_amount, kept.amount) == (D(3), D("33.3333"), D("100.00"))
    assert kept.item_code == "SHIRT"
    uncounted = shirts(tracked=False)
    one = lines_of(build_order(books(items=[uncounted]), order(paid), Contacts()))[0]
    assert (one.quantity, one.unit_amount, one.item_code) == (D(1), D("100.00"), "SHIRT")


def test_counted_goods_whose_quantity_cannot_be_kept_go_without_their_item() -> None:
    many = line("100.00", quantity=D(700), unit_net=None)
    one = build_order(books(items=[shirts("900")]), order(many), Contacts())
    found = lines_of(one)[0]
    assert (found.quantity, found.amount, found.item_code) == (D(1), D("100.00"), "")
    assert [reason.code for reason in one.reasons] == ["sold_untracked"]
